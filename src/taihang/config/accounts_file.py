"""accounts.toml: what a park asks of the accounts of its people, and who else may vouch for them.

The file is optional: without it the rules are those of the ``asvs`` profile, and people sign in
with what they have here.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from typing_extensions import override

from taihang.config.line_map import LineMap, map_lines
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule, shown
from taihang.core.access.account_rules import AccountRules, Profile, SecondFactor, rules_of
from taihang.core.errors import InputError
from taihang.core.park.problem import ParkProblem, path_text

ACCOUNTS_FILE: Final = "accounts.toml"
CHARS_MAX: Final = 20_000
"""Longest file that is read."""
_FORMAT: Final = NumberRule(words="the format", unit="1", example="1", at_least=1, at_most=1)
_LOOPBACK: Final = frozenset(("127.0.0.1", "localhost", "::1"))
_OTHERS: Final = 0o077
_SECRET_MAX: Final = 512


class AccountsFileError(InputError):
    """An accounts file is refused; ``problems`` holds everything that is wrong with it."""

    code = "input.accounts-file"

    def __init__(self, *, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(
            given=f"{source} with {len(problems)} problems",
            expected="an accounts file without any",
            remedy="correct each line named below; docs/accounts-and-rights.md shows a file",
        )
        self.problems = problems

    @override
    def __str__(self) -> str:
        return "\n".join([super().__str__(), *self.problems])


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """An OpenID Connect provider that vouches for members; its issuer is pinned here."""

    name: str
    """What the button says."""
    issuer: str
    """Exactly as its tokens name it."""
    client_id: str
    secret: str
    """Empty for a client that has none; PKCE is used either way."""
    claim: str
    """The claim that holds the name of the member."""
    ca_file: Path | None = None
    """The authority that signed the provider's certificate, where it is the park's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsSettings:
    """What an accounts file says."""

    rules: AccountRules
    voucher: Voucher | None = None


def read_accounts_folder(root: Path) -> AccountsSettings:
    """Read the accounts file of a park, if there is one.

    Args:
        root: The park folder.

    Returns:
        What it says; the rules of the ``asvs`` profile where there is none.

    Raises:
        AccountsFileError: If anything is wrong with it.
    """
    path = root / ACCOUNTS_FILE
    if not path.exists():
        return AccountsSettings(rules=rules_of(Profile.ASVS))
    return read_accounts_file(path.read_text(encoding="utf-8"), source=ACCOUNTS_FILE, root=root)


def read_accounts_file(text: str, *, source: str, root: Path) -> AccountsSettings:
    """Read an accounts file, or refuse it with everything that is wrong.

    Args:
        text: The text of accounts.toml.
        source: Name of the file, for the messages.
        root: The folder that paths in it start from.

    Returns:
        What it says.

    Raises:
        AccountsFileError: If anything is wrong.
    """
    if len(text) > CHARS_MAX:
        raise AccountsFileError(source=source, problems=(f"{source}: more than {CHARS_MAX} signs",))
    try:
        document = tomllib.loads(text)
        lines = map_lines(text)
    except (ValueError, RecursionError) as fault:
        raise AccountsFileError(source=source, problems=(f"{source}: no TOML: {fault}",)) from fault
    problems: list[ParkProblem] = []
    table = TableReader(document, path=(), problems=problems)
    table.count("format", _FORMAT)
    profile = table.choice("profile", Profile)
    second = table.optional_choice("second_factor", SecondFactor)
    if profile is Profile.DENGBAO3 and second is not None:
        problems.append(_not_to_choose(second))
    oidc = table.table("oidc", required=False)
    voucher = None if oidc is None else _voucher(oidc, problems, root=root)
    table.close()
    if problems:
        told = tuple(_told(problem, lines, source) for problem in problems)
        raise AccountsFileError(source=source, problems=told)
    return AccountsSettings(rules=rules_of(profile, second_factor=second), voucher=voucher)


def _voucher(content: Mapping[str, object], problems: list[ParkProblem], *, root: Path) -> Voucher:
    table = TableReader(content, path=("oidc",), problems=problems)
    found = Voucher(
        name=table.text("name", example="园区统一认证"),
        issuer=table.text("issuer", example="https://login.example.com/realms/park"),
        client_id=table.text("client_id", example="taihang"),
        secret=_secret(table.optional_text("secret_file", example="oidc.secret"), problems, root),
        claim=table.optional_text("claim", example="preferred_username") or "preferred_username",
        ca_file=_beside(table.optional_text("ca_file", example="login-ca.pem"), problems, root),
    )
    table.close()
    if not is_issuer(found.issuer):
        problems.append(
            ParkProblem(
                path=("oidc", "issuer"),
                given=shown(found.issuer),
                expected="an https address without user, query or fragment",
                remedy="write the issuer exactly as its tokens name it",
            )
        )
    return found


def is_issuer(address: str) -> bool:
    """Say whether keys may be fetched from an address: over TLS, or from this machine.

    Example:
        >>> is_issuer("https://login.example.com/realms/park"), is_issuer("http://192.0.2.1")
        (True, False)
    """
    parts = urlsplit(address)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return (
        is_safe and bool(parts.hostname) and not (parts.username or parts.query or parts.fragment)
    )


def _secret(name: str | None, problems: list[ParkProblem], root: Path) -> str:
    """Return the client's secret; the file lies in the park folder and is for its owner only."""
    if name is None:
        return ""
    path = root / Path(name).name
    try:
        is_open = bool(path.stat().st_mode & _OTHERS)
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as fault:
        problems.append(_no_secret(name, str(fault)))
        return ""
    if Path(name).name != name or is_open or not 0 < len(secret) <= _SECRET_MAX:
        problems.append(_no_secret(name, "a path, open to others, empty or too long"))
    return secret


def _beside(name: str | None, problems: list[ParkProblem], root: Path) -> Path | None:
    if name is None:
        return None
    path = root / Path(name).name
    if Path(name).name != name or not path.is_file():
        problems.append(
            ParkProblem(
                path=("oidc", "ca_file"),
                given=shown(name),
                expected="the name of a file of the park folder",
                remedy="put the PEM file there",
            )
        )
    return path


def _no_secret(name: str, why: str) -> ParkProblem:
    return ParkProblem(
        path=("oidc", "secret_file"),
        given=f"{name}: {why}",
        expected="a file of the park folder that holds the secret and that only its owner can read",
        remedy=f"write the secret into {name} and run: chmod 600 {name}",
    )


def _not_to_choose(second: SecondFactor) -> ParkProblem:
    return ParkProblem(
        path=("second_factor",),
        given=shown(second.value),
        expected=f"nothing: {Profile.DENGBAO3.value} demands two factors of everybody",
        remedy="remove it",
    )


def _told(problem: ParkProblem, lines: LineMap, source: str) -> str:
    where = f"{source}:{lines.line_of(problem.path)}: {path_text(problem.path)}"
    return f"{where}: given {problem.given}, expected {problem.expected}, {problem.remedy}"
