"""Signing in with what another provider says: a tiny one on loopback, honest and not."""

import base64
import hashlib
import json
import re
import secrets
import threading
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from typing_extensions import override

from asgi_client import Answer
from taihang.config.accounts_file import Voucher
from taihang.core.access.role import Role
from taihang.interfaces.accounts.models import Member
from visitor import PASSWORD, People, Visitor, people

CLIENT: Final = "taihang"
SECRET: Final = "a-secret-of-the-tests"  # noqa: S105  # opens nothing
RSA_KEY: Final = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
OTHER_KEY: Final = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
EC_KEY: Final = ec.generate_private_key(ec.SECP256R1())


@dataclass
class Provider:
    """What the provider says, and what it was asked."""

    issuer: str = ""
    claims: dict[str, object] = field(default_factory=dict[str, object])
    """What a token says beside what it must."""
    without: tuple[str, ...] = ()
    """What a token does not say."""
    algorithm: str = "RS256"
    key: object = RSA_KEY
    kid: str | None = "k1"
    discovered_issuer: str = ""
    """What the discovery document names instead of the issuer."""
    token_address: str = ""
    redirects: bool = False
    """Whether the token address leads elsewhere."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    exchanged: list[dict[str, str]] = field(default_factory=list[dict[str, str]])

    def document(self) -> dict[str, object]:
        return {
            "issuer": self.discovered_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": self.token_address or f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, object]:
        known = {
            **json.loads(RSAAlgorithm.to_jwk(RSA_KEY.public_key())),
            "kid": "k1",
            "alg": "RS256",
        }
        curve = {
            **json.loads(ECAlgorithm.to_jwk(EC_KEY.public_key())),
            "kid": "k2",
            "alg": "ES256",
        }
        return {"keys": [known, curve]}

    def authorize(self, address: str, **person: str) -> str:
        """Let a person sign in at the provider; return the address that it sends them back to."""
        asked = {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = {**asked, **person}
        return f"{asked['redirect_uri']}?code={code}&state={asked['state']}"

    def token(self, form: Mapping[str, str]) -> dict[str, object] | None:
        self.exchanged.append(dict(form))
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("client_secret") != SECRET:
            return None
        proof = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        if asked.get("code_challenge") != challenge or asked["code_challenge_method"] != "S256":
            return None
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": asked.get("sub", "s-1"),
            "preferred_username": asked.get("name", ""),
            "email": f"{asked.get('name', '')}@park.example",
            "email_verified": True,
            "nonce": asked.get("nonce", ""),
            "iat": int(time.time()),
            "exp": int(time.time()) + 60,
            **self.claims,
        }
        for name in self.without:
            del claims[name]
        head = {} if self.kid is None else {"kid": self.kid}
        signed = jwt.encode(claims, self.key, algorithm=self.algorithm, headers=head)  # type: ignore[arg-type]
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    @override
    def log_message(self, format: str, *args: object) -> None:
        return

    def do_GET(self) -> None:
        found: dict[str, object] = {
            "/.well-known/openid-configuration": self.provider.document(),
            "/keys": self.provider.keys(),
        }.get(urlsplit(self.path).path, {})
        self._say(found)

    def do_POST(self) -> None:
        if self.provider.redirects:
            self.send_response(307)
            self.send_header("Location", f"{self.provider.issuer}/elsewhere")
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: value for name, (value,) in parse_qs(body).items()}
        self._say(self.provider.token(form))

    def _say(self, found: dict[str, object] | None) -> None:
        body = json.dumps(found or {"error": "invalid_grant"}).encode()
        self.send_response(200 if found else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def served() -> Generator[Provider]:
    """Serve a provider on loopback."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def vouched_park(provider: Provider, *, claim: str = "preferred_username") -> Generator[People]:
    """Give a park whose members another provider vouches for; anna is one of them."""
    voucher = Voucher(
        name="园区认证", issuer=provider.issuer, client_id=CLIENT, secret=SECRET, claim=claim
    )
    with people(voucher=voucher) as park:
        park.member("anna", Role.WITNESS)
        yield park


@pytest.fixture(name="provider")
def _provider() -> Generator[Provider]:
    with served() as found:
        yield found


def go(visitor: Visitor, next_path: str = "/account/") -> str:
    """Begin a sign-in; return the address at the provider."""
    visitor.get("/sign-in/?lang=en")
    answer = visitor.post("/sign-in/vouched/", {"next": next_path})
    assert answer.status == 200, answer.text
    return _address_in(answer)


def _address_in(answer: Answer) -> str:
    (address,) = re.findall(r'class="button" href="([^"]+)"', answer.text)
    return unescape(str(address))


def come_back(visitor: Visitor, address: str) -> Answer:
    parts = urlsplit(address)
    return visitor.get(f"{parts.path}?{parts.query}")


def entered(park: People, provider: Provider, **person: str) -> tuple[Visitor, Answer]:
    """Go to the provider and back as a person."""
    visitor = park.visitor()
    address = go(visitor)
    return visitor, come_back(visitor, provider.authorize(address, **person))


def refused(answer: Answer) -> bool:
    return answer.status == 302 and answer.headers["location"] == "/sign-in/?vouched=no"


def test_vouching__a_member_whom_the_provider_names_is_in(provider: Provider) -> None:
    with vouched_park(provider) as park:
        visitor, answer = entered(park, provider, name="anna")

        assert answer.headers["location"] == "/account/"
        assert "anna" in visitor.get("/account/").text
        assert park.kinds() == [("login", "done")]
        assert park.acts()[0].body == {"factors": ["socialaccount"]}


def test_vouching__the_way_there_binds_code_and_token_to_this_browser(provider: Provider) -> None:
    with vouched_park(provider) as park:
        address = go(park.visitor())
        asked = parse_qs(urlsplit(address).query)

        assert address.startswith(f"{provider.issuer}/authorize?")
        assert asked["code_challenge_method"] == ["S256"]
        assert asked["response_type"] == ["code"]
        assert asked["redirect_uri"] == ["http://127.0.0.1/sign-in/vouched/back/"]
        assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
        assert all(len(asked[name][0]) >= 16 for name in ("state", "nonce", "code_challenge"))


def test_vouching__what_an_address_adds_does_not_reach_the_provider(provider: Provider) -> None:
    with vouched_park(provider) as park:
        visitor = park.visitor()
        visitor.get("/sign-in/")
        answer = visitor.post(
            "/sign-in/vouched/?scope=admin&auth_params=prompt%3Dnone&process=connect",
            {"scope": "admin", "auth_params": "prompt=none", "process": "connect"},
        )

        asked = parse_qs(urlsplit(_address_in(answer)).query)
        assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
        assert "prompt" not in asked


def test_vouching__nobody_becomes_a_member_by_it(provider: Provider) -> None:
    with vouched_park(provider) as park:
        visitor, answer = entered(park, provider, name="stranger")

        assert refused(answer)
        assert visitor.get("/account/").status == 302
        with park.accounts.served():
            assert Member.objects.count() == 1
        assert park.kinds() == [("login", "refused")]


def test_vouching__the_first_subject_under_a_name_stays_the_member(provider: Provider) -> None:
    with vouched_park(provider) as park:
        _, first = entered(park, provider, name="anna", sub="s-1")
        _, renamed = entered(park, provider, name="anna.li", sub="s-1")
        _, successor = entered(park, provider, name="anna", sub="s-2")

        assert first.headers["location"] == renamed.headers["location"] == "/account/"
        assert refused(successor)


def test_vouching__a_locked_member_stays_out(provider: Provider) -> None:
    with vouched_park(provider) as park:
        entered(park, provider, name="anna")
        with park.accounts.served():
            user = Member.objects.get().user
            user.is_active = False
            user.save()

        visitor, _ = entered(park, provider, name="anna")

        assert visitor.get("/account/").status == 302


@pytest.mark.parametrize(
    "change",
    [
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": [CLIENT, "another"], "azp": "another"}},
        {"claims": {"exp": 1}},
        {"claims": {"nonce": "of-another-sign-in"}},
        {"claims": {"preferred_username": 7}},
        {"claims": {"preferred_username": ""}},
        {"without": ("nonce",)},
        {"without": ("sub",)},
        {"without": ("exp",)},
        {"without": ("iss",)},
        {"without": ("aud",)},
        {"without": ("preferred_username",)},
        {"key": OTHER_KEY},
        {"kid": "unknown"},
        {"kid": None},
        {"algorithm": "none", "key": None},
        {"algorithm": "HS256", "key": SECRET},
        {"algorithm": "RS512"},
        {"discovered_issuer": "https://evil.example"},
        {"token_address": "http://192.0.2.1/token"},
        {"redirects": True},
    ],
)  # fmt: skip
def test_vouching__what_does_not_fit_lets_nobody_in(
    change: dict[str, object], provider: Provider
) -> None:
    with vouched_park(provider) as park:
        visitor = park.visitor()
        address = provider.authorize(go(visitor), name="anna")
        for name, value in change.items():
            setattr(provider, name, value)

        answer = come_back(visitor, address)

        assert refused(answer), answer.text
        assert visitor.get("/account/").status == 302
        assert park.kinds() == [("login", "refused")]


def test_vouching__a_signature_on_a_curve_is_believed(provider: Provider) -> None:
    provider.algorithm, provider.key, provider.kid = "ES256", EC_KEY, "k2"
    with vouched_park(provider) as park:
        _, answer = entered(park, provider, name="anna")

        assert answer.headers["location"] == "/account/"


def test_vouching__a_way_back_counts_once_and_in_its_own_browser(provider: Provider) -> None:
    with vouched_park(provider) as park:
        visitor, thief = park.visitor(), park.visitor()
        address = provider.authorize(go(visitor), name="anna")
        thief.get("/sign-in/")

        assert refused(come_back(thief, address))
        assert come_back(visitor, address).headers["location"] == "/account/"
        fresh = park.visitor()
        fresh.cookies = {}
        assert refused(come_back(fresh, address))
        assert thief.get("/account/").status == 302


def test_vouching__what_the_provider_refuses_leads_back_to_the_sign_in(provider: Provider) -> None:
    with vouched_park(provider) as park:
        visitor = park.visitor()
        asked = parse_qs(urlsplit(go(visitor)).query)
        state = asked["state"][0]

        answer = visitor.get(f"/sign-in/vouched/back/?error=access_denied&state={state}")

        assert refused(answer)
        page = visitor.get(f"{answer.headers['location']}&lang=en").text
        assert "Not signed in" in page
        assert "园区认证" in page


def test_vouching__by_e_mail_only_if_the_provider_has_verified_it(provider: Provider) -> None:
    with vouched_park(provider, claim="email") as park:
        with park.accounts.served():
            user = Member.objects.get().user
            user.email = "anna@park.example"
            user.save()
        provider.claims = {"email_verified": False}
        _, unverified = entered(park, provider, name="anna")
        provider.claims = {"email_verified": "true"}
        _, said = entered(park, provider, name="anna")
        provider.claims = {}
        _, verified = entered(park, provider, name="anna")

        assert refused(unverified)
        assert refused(said)
        assert verified.headers["location"] == "/account/"


def test_vouching__a_provider_that_does_not_answer_breaks_nothing(provider: Provider) -> None:
    voucher = Voucher(
        name="x", issuer="http://127.0.0.1:9", client_id=CLIENT, secret="", claim="sub"
    )
    del provider
    with people(voucher=voucher) as park:
        park.member("anna", Role.WITNESS, password=PASSWORD)
        visitor = park.visitor()

        assert go(visitor) == "/sign-in/?vouched=no"
        assert visitor.sign_in("anna").status == 302


def test_vouching__without_a_provider_in_the_file_there_is_none() -> None:
    with people() as park:
        park.member("anna", Role.WITNESS, password=PASSWORD)
        visitor = park.visitor()
        page = visitor.get("/sign-in/")

        assert "/sign-in/vouched/" not in page.text
        assert visitor.post("/sign-in/vouched/", {}).status == 404
        assert visitor.get("/sign-in/vouched/back/?code=x&state=y").status == 404


def test_vouching__nothing_of_the_person_is_kept_but_the_subject(provider: Provider) -> None:
    provider.claims = {"email": "anna@elsewhere.example", "name": "Anna Li", "phone": "139"}
    with vouched_park(provider) as park:
        entered(park, provider, name="anna", sub="s-77")

        with park.accounts.served():
            user = Member.objects.get().user
            (row,) = user.socialaccount_set.values()
        assert (row["provider"], row["uid"], row["extra_data"]) == ("park", "s-77", {})
        assert user.email == ""
        assert user.first_name == ""
