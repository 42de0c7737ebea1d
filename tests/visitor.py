"""A browser without a screen: keeps cookies, follows redirects, fills the secret of forms in."""

import base64
import functools
import hashlib
import hmac
import re
import shutil
import sqlite3
import struct
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from html import unescape
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlencode, urlsplit

from django.core.cache import cache
from typing_extensions import override

from asgi_client import Answer, ask
from taihang import pages_wiring
from taihang.config.accounts_file import AccountsSettings, Voucher
from taihang.core.access.account_rules import Profile, SecondFactor, rules_of
from taihang.core.access.role import Role
from taihang.core.access.scope import Scope
from taihang.core.errors import StateError
from taihang.core.seal.trail import TrailEntry
from taihang.interfaces.accounts.links import make_first_link, make_link
from taihang.interfaces.accounts.members import NewMember, add_member, set_password
from taihang.interfaces.accounts.models import Member, Purpose
from taihang.interfaces.accounts.opening import Accounts
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.newest import zone_of
from taihang.interfaces.web.pages.account.enterprises import EnterpriseName, enterprise_names
from taihang.interfaces.web.source import ShownCertificate, Source
from taihang.services.ports import Ports
from trail_kit import trail_in

Made = TypeVar("Made")
PASSWORD: Final = "seven hills of an autumn day"  # noqa: S105  # opens nothing
OTHER_PASSWORD: Final = "nine rivers of a winter night"  # noqa: S105
ENTERPRISES: Final = (
    EnterpriseName("E01", "甲厂", "Plant A"),
    EnterpriseName("E02", "乙厂", "Plant B"),
)
_INPUT: Final = re.compile(r"<input[^>]*>")
_MOST_STEPS: Final = 5
_LETTERS: Final = re.compile(r"<dd><code>([A-Z2-7 ]+)</code></dd>")
CODE_ON_PAPER: Final = re.compile(r"<li><code>(\d{4}) (\d{4})</code></li>")
_FILE: Final = "accounts.db"


class PeopleSource(Source):
    """A park of which only the accounts matter."""

    def __init__(self, accounts: Accounts, folder: Path) -> None:
        self._accounts = accounts
        self._folder = folder

    @property
    @override
    def root(self) -> Path:
        return self._folder

    @property
    @override
    def accounts(self) -> Accounts:
        return self._accounts

    @override
    def park_name(self, lang: Lang) -> str:
        return "太行园区" if lang == "zh" else "Taihang park"

    @override
    def ask(self, build: Callable[..., Made], *words: object, scope: Scope) -> Made:
        known: dict[object, object] = {
            zone_of: "Asia/Shanghai",
            enterprise_names: tuple(each for each in ENTERPRISES if scope.sees(each.id)),
        }
        if build not in known:
            raise StateError(given="no figures", expected="a park", remedy="none")
        return known[build]  # type: ignore[return-value]

    @override
    def writing(self) -> AbstractContextManager[Ports]:
        raise NotImplementedError

    @override
    def ready(self) -> bool:
        return True

    @override
    def certificate(self, certificate_id: str) -> ShownCertificate | None:
        return None


class People:
    """A park with accounts of its own, and its application."""

    def __init__(
        self,
        folder: Path,
        *,
        profile: Profile = Profile.ASVS,
        second_factor: SecondFactor | None = None,
        voucher: Voucher | None = None,
    ) -> None:
        self.folder = folder
        shutil.copyfile(_made_tables(), folder / _FILE)
        self.trail = trail_in(folder)
        settings = AccountsSettings(
            rules=rules_of(profile, second_factor=second_factor), voucher=voucher
        )
        self.accounts = Accounts(
            pages_wiring.accounts_database(folder), trail=self.trail, settings=settings
        )
        self.application: AsgiApplication = create_application(PeopleSource(self.accounts, folder))

    def member(self, name: str, *roles: Role, enterprise: str = "", password: str = "") -> int:
        """Make a member, with a password unless it is to be invited; return its id."""
        new = NewMember(
            name=name, full_name="", address="", roles=frozenset(roles), enterprise=enterprise
        )
        with self.accounts.served():
            member = add_member(new)
            if password:
                set_password(member, password)
            return member.pk

    def first_link(self) -> str:
        """Return the address of the link for the first member."""
        with self.accounts.served():
            return f"/welcome/{make_first_link()}"

    def link(self, member_id: int, purpose: Purpose = Purpose.RECOVERY) -> str:
        """Return the address of a new link of a member."""
        with self.accounts.served():
            member = Member.objects.get(pk=member_id)
            return f"/welcome/{make_link(purpose, member=member)}"

    def acts(self) -> list[TrailEntry]:
        """Return what the audit trail holds, in order."""
        return [record.entry for record in self.trail.entries()]

    def kinds(self) -> list[tuple[str, str]]:
        """Return kind and outcome of everything in the audit trail."""
        return [(entry.kind, entry.outcome.value) for entry in self.acts()]

    def visitor(self) -> "Visitor":
        """Return a browser that nobody has signed in with."""
        return Visitor(self.application)

    def signed_in(self, name: str, password: str = PASSWORD) -> "Visitor":
        """Return a browser in which somebody has signed in."""
        visitor = self.visitor()
        answer = visitor.sign_in(name, password)
        assert answer.status in {302, 200}, answer.text
        return visitor


class Visitor:
    """Keeps cookies between requests."""

    def __init__(self, application: AsgiApplication) -> None:
        self._application = application
        self.cookies: dict[str, str] = {}
        self.page = ""
        """The last page that was shown."""
        self._secret = ""

    def get(self, address: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self._send(address, "GET", b"", headers)

    def post(self, address: str, fields: Mapping[str, str | list[str]], **headers: str) -> Answer:
        """Send a form, with the secret of the last page that held one."""
        sent = {"csrfmiddlewaretoken": self.secret(), **fields}
        body = urlencode(sent, doseq=True).encode()
        form = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self._send(address, "POST", body, form)

    def follow(self, answer: Answer) -> Answer:
        """Go where an answer leads, until it is a page."""
        for _ in range(_MOST_STEPS):
            if answer.status not in {301, 302, 303}:
                return answer
            answer = self.get(_path_of(answer.headers["location"]))
        raise AssertionError("no end of redirects")

    def sign_in(self, name: str, password: str = PASSWORD) -> Answer:
        """Fill in the sign-in."""
        self.get("/sign-in/?lang=en")
        return self.post("/sign-in/", {"login": name, "password": password})

    def secret(self) -> str:
        """Return the secret of the last page that held a form."""
        self._secret = self.field("csrfmiddlewaretoken") or self._secret
        return self._secret

    def field(self, name: str) -> str:
        """Return the value of a field of the last page."""
        for tag in _INPUT.findall(self.page):
            if f'name="{name}"' in tag:
                found = re.search(r'value="([^"]*)"', tag)
                return unescape(found[1]) if found else ""
        return ""

    def _send(self, address: str, method: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"cookie": jar, "user-agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0", **headers}
        answer = ask(self._application, address, method=method, headers=sent, body=body)
        for line in answer.cookies:
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0]
            if value in {"", '""'}:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        if answer.headers.get("content-type", "").startswith("text/html") and answer.body:
            self.page = answer.text
            self.secret()
        return answer


@contextmanager
def people(
    *,
    profile: Profile = Profile.ASVS,
    second_factor: SecondFactor | None = None,
    voucher: Voucher | None = None,
) -> Generator[People]:
    """Give a park with accounts of its own; the process keeps no state of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="people-") as folder:
        found = People(Path(folder), profile=profile, second_factor=second_factor, voucher=voucher)
        try:
            yield found
        finally:
            found.accounts.close()


@functools.cache
def _made_tables() -> Path:
    """Return accounts with tables and nobody in them, made once: migrations take seconds."""
    folder = Path(tempfile.mkdtemp(prefix="people-tables-"))
    Accounts(pages_wiring.accounts_database(folder), trail=trail_in(folder)).close()
    with closing(sqlite3.connect(folder / _FILE)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return folder / _FILE


def turn_on_app(visitor: Visitor) -> tuple[str, list[str]]:
    """Turn an authenticator app on; return its letters and the codes on paper."""
    page = visitor.get("/account/app/?lang=en").text
    (letters,) = _LETTERS.findall(page)
    answer = visitor.follow(visitor.post("/account/app/", {"code": code_of(letters)}))
    # A code counts once, and the next test comes within its 30 seconds.
    cache.clear()
    return letters, ["".join(halves) for halves in CODE_ON_PAPER.findall(answer.text)]


def code_of(letters: str, *, at_s: float | None = None) -> str:
    """Return the six digits that an authenticator app would show (RFC 6238)."""
    key = base64.b32decode(letters.replace(" ", ""))
    count = struct.pack(">Q", int(time.time() if at_s is None else at_s) // 30)
    digest = hmac.new(key, count, hashlib.sha1).digest()
    start = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[start : start + 4])
    return f"{(number & 0x7FFF_FFFF) % 1_000_000:06}"


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
