"""Signing in with what an OpenID Connect provider says: one issuer, pinned in the park's file.

allauth walks the steps; what it leaves to trust is closed here. The issuer of the discovery
document must be the pinned one, the code is bound to this browser by ``state`` and PKCE, the token
to this sign-in by ``nonce``, its signature is verified with the issuer's keys under algorithms that
are named here, nothing of what the provider tells about the person is kept but the subject's id,
and nobody becomes a member by it.
"""

import json
import secrets
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Final, cast

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from typing_extensions import override

from taihang.config.accounts_file import Voucher, is_issuer
from taihang.core.seal.trail import Outcome
from taihang.interfaces.accounts.deeds import Deed, write_down
from taihang.interfaces.accounts.models import Member
from taihang.interfaces.accounts.opening import accounts_served
from taihang.services.trail import LOGIN

PROVIDER: Final = "park"
"""How rows name the provider of the park's file."""
ALGORITHMS: Final = frozenset(("RS256", "PS256", "ES256", "ES384", "EdDSA"))
"""Signatures that are believed; never one with a shared secret, and never none."""
_ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_NONCE_BYTES: Final = 16
_SCOPE: Final = ("openid", "profile", "email")


class ParkVoucherAdapter(DefaultSocialAccountAdapter):
    """What the park does otherwise than allauth."""

    @override
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Nobody becomes a member because somebody else knows them."""
        return False

    @override
    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the provider of the park's file, and none from anywhere else."""
        voucher = accounts_served().settings.voucher
        return [] if voucher is None else [app_of(voucher)]

    @override
    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Let a member in whom the provider names; refuse everybody else."""
        if sociallogin.is_existing:
            return
        provider = cast("PinnedProvider", sociallogin.provider)
        user = member_named(provider.claims, voucher=provider.voucher)
        if user is None:
            raise ImmediateHttpResponse(refused())
        sociallogin.connect(request, user)

    @override
    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: object,
        error: object = None,
        exception: Exception | None = None,
        extra_context: object = None,
    ) -> None:
        """Go back to the sign-in, whatever went wrong; the trail has the refusal."""
        raise ImmediateHttpResponse(refused())

    @override
    def get_requests_session(self):  # noqa: ANN201  # as inferred there
        """Return a session that follows no redirect; the settings say how long it waits."""
        session = super().get_requests_session()
        session.trust_env = False
        session.max_redirects = 0
        ca_file = voucher_served().ca_file
        if ca_file is not None:
            session.verify = str(ca_file)
        return session


class PinnedProvider(OpenIDConnectProvider):
    """The provider of the park's file."""

    def __init__(self, request: HttpRequest, app: SocialApp) -> None:
        super().__init__(request, app)  # pyright: ignore[reportUnknownMemberType] - untyped there
        self.voucher = voucher_served()
        self.claims: Mapping[str, object] = {}
        """What the verified token says."""

    @override
    def get_oauth2_adapter(self, request: HttpRequest) -> "PinnedAdapter":
        return PinnedAdapter(request)

    @override
    def extract_uid(self, data: Mapping[str, Mapping[str, object]]) -> str:
        """Return the subject's id at the provider."""
        self.claims = data["id_token"]
        return str(self.claims["sub"])

    @override
    def extract_extra_data(self, data: Mapping[str, object]) -> dict[str, object]:
        """Keep nothing of what the provider tells about the person."""
        return {}

    @override
    def extract_common_fields(self, data: Mapping[str, object]) -> dict[str, object]:
        """Take nothing from it into a member either."""
        return {}

    @override
    def extract_email_addresses(self, data: Mapping[str, object]) -> list[object]:
        """Nor an address."""
        return []


class PinnedAdapter(OpenIDConnectOAuth2Adapter):
    """The steps, with what they leave open closed."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, PROVIDER)  # pyright: ignore[reportUnknownMemberType]
        self.voucher = voucher_served()
        self.nonce = ""
        """What this sign-in was begun with."""

    @override
    def get_provider(self) -> PinnedProvider:
        return PinnedProvider(self.request, app_of(self.voucher))

    @property
    @override
    def openid_config(self) -> dict[str, object]:
        """Return the discovery document, if it is the pinned issuer's."""
        found = cast("dict[str, object]", super().openid_config)
        if found.get("issuer") != self.voucher.issuer:
            raise OAuth2Error("the discovery document names another issuer")
        for name in _ENDPOINTS:
            if not is_issuer(str(found.get(name))):
                raise OAuth2Error(f"no safe address: {name}")
        return found

    @override
    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("vouched-back"))

    @override
    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, object]:
        """Return what a token says, if the pinned issuer signed it for this sign-in."""
        if header_of(id_token).get("alg") not in ALGORITHMS:
            raise OAuth2Error("the token is signed in a way that is not believed")
        try:
            claims = cast(
                "dict[str, object]",
                jwtkit.verify_and_decode(  # pyright: ignore[reportUnknownMemberType]
                    credential=id_token,
                    keys_url=self.openid_config["jwks_uri"],
                    issuer=self.voucher.issuer,
                    audience=self.voucher.client_id,
                    lookup_kid=jwtkit.lookup_kid_jwk,  # pyright: ignore[reportUnknownMemberType]
                ),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("the token or the keys are not what they should be") from error
        if "exp" not in claims or not isinstance(claims.get("sub"), str) or not claims["sub"]:
            raise OAuth2Error("the token does not say whom it names, or until when")
        if not self.nonce or claims.get("nonce") != self.nonce:
            raise OAuth2Error("the token was made for another sign-in")
        if claims.get("azp", self.voucher.client_id) != self.voucher.client_id:
            raise OAuth2Error("the token was made for another client")
        return claims


class _Back(OAuth2CallbackView):
    """The way back from the provider."""

    @override
    def _get_state(self, request: HttpRequest, provider: object):  # noqa: ANN202  # as inferred there
        found = super()._get_state(request, provider)  # pyright: ignore[reportUnknownMemberType]
        if found[0] is not None:
            cast("PinnedAdapter", self.adapter).nonce = str(found[0].get("nonce"))
        return found


def address_to_go(request: HttpRequest, *, next_path: str) -> str:
    """Begin a sign-in and return the address at the provider to go to.

    Args:
        request: The request.
        next_path: Where to go in the platform afterwards.

    Returns:
        The address; one of the platform if the provider does not answer.
    """
    nonce = secrets.token_urlsafe(_NONCE_BYTES)
    provider = PinnedAdapter(request).get_provider()
    try:
        answer = provider.redirect(  # pyright: ignore[reportUnknownMemberType]
            request,
            process="login",
            next_url=next_path,
            scope=list(_SCOPE),
            auth_params={"nonce": nonce},
            nonce=nonce,
        )
    except (OAuth2Error, OSError):
        answer = refused()
    return answer.headers["Location"]


def come_back(request: HttpRequest) -> HttpResponse:
    """End a sign-in that the provider sends back."""
    view = _Back.adapter_view(PinnedAdapter(request))  # pyright: ignore[reportUnknownMemberType]
    try:
        return cast("HttpResponse", view(request))
    except (OAuth2Error, OSError):
        # What the discovery document says is looked at before allauth catches anything.
        return refused()


def member_named(claims: Mapping[str, object], *, voucher: Voucher) -> User | None:
    """Return the member whom a token names; None if it names none who may come in this way.

    A member is tied to the first subject that came under the name: another one who is given the
    name at the provider later on is somebody else.

    Args:
        claims: What the verified token says.
        voucher: Which claim holds the name.
    """
    name = claims.get(voucher.claim)
    if not isinstance(name, str) or not name:
        return None
    if voucher.claim == "email":
        if claims.get("email_verified") is not True:
            return None
        found = User.objects.filter(email__iexact=name)
    else:
        found = User.objects.filter(username__iexact=name)
    user = found.first()
    if user is None or SocialAccount.objects.filter(user=user, provider=PROVIDER).exists():
        return None
    return user if Member.objects.filter(user=user).exists() else None


def refused() -> HttpResponse:
    """Write a refusal down and lead back to the sign-in."""
    write_down(Deed(kind=LOGIN, outcome=Outcome.REFUSED, said={"factor": "vouched"}), by=None)
    return redirect(f"{reverse('account_login')}?vouched=no")


def voucher_served() -> Voucher:
    """Return the provider of the park's file."""
    return cast("Voucher", accounts_served().settings.voucher)


def app_of(voucher: Voucher) -> SocialApp:
    """Return a provider as allauth wants it; it is never stored."""
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=PROVIDER,
        name=voucher.name,
        client_id=voucher.client_id,
        secret=voucher.secret,
        settings={
            "server_url": voucher.issuer.rstrip("/"),
            "oauth_pkce_enabled": True,
            "fetch_userinfo": False,
        },
    )


def header_of(token: str) -> dict[str, object]:
    """Return the head of a token, unverified; empty if it has none."""
    head = token.partition(".")[0]
    try:
        found = json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError:
        return {}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}
