"""The menu: the pages that have an engine, those first that a shift begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from taihang.core.access.role import Right
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.policy import MEMBER


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu; its name is the text ``menu.<code>``."""

    code: str
    address: str
    may: Right | Literal["member"]
    """The right that it needs; ``member`` where whoever is signed in may open it."""


ENTRIES: Final = (
    Entry("overview", "/", Right.SEE_PARK),
    Entry("flows", "/flows/", Right.SEE_PARK),
    Entry("companies", "/companies/", Right.SEE_OWN),
    Entry("assets", "/assets/", Right.SEE_PARK),
    Entry("dispatch", "/dispatch/", Right.SEE_PARK),
    Entry("market", "/market/", Right.SEE_OWN),
    Entry("carbon", "/carbon/", Right.SEE_OWN),
    Entry("green", "/green/", Right.SEE_OWN),
    Entry("trust", "/trust", Right.SEE_EVIDENCE),
    Entry("alarms", "/alarms/", Right.SEE_ALARMS),
    Entry("reports", "/reports/", Right.SEE_OWN),
    Entry("import", "/import/", Right.HAND_IN),
    Entry("records", "/records/", Right.SEE_PARK),
    Entry("settings", "/settings/", Right.SEE_PARK),
    Entry("users", "/users/", Right.MANAGE_OWN_ACCOUNTS),
    Entry("help", "/help/", MEMBER),
)
BEFORE_A_PARK: Final = (
    Entry("setup", "/setup/", Right.EDIT_PARK),
    Entry("users", "/users/", Right.MANAGE_OWN_ACCOUNTS),
    Entry("help", "/help/", MEMBER),
)
"""What there is to do on a server whose park is not made yet."""
KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "overview": "o",
        "flows": "f",
        "companies": "c",
        "assets": "a",
        "dispatch": "d",
        "market": "k",
        "carbon": "b",
        "green": "g",
        "trust": "t",
        "alarms": "l",
        "reports": "r",
        "import": "i",
        "records": "e",
        "settings": "s",
        "users": "m",
        "help": "h",
        "setup": "p",
    }
)
"""The letter that opens a page on the keyboard, after a ``g``; one letter for each page."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry as a viewer sees it."""

    code: str
    address: str
    is_here: bool
    key: str
    """The letter that opens it on the keyboard; empty where it has none."""


def menu_of(
    viewer: Viewer | None, *, here: str, entries: tuple[Entry, ...] = ENTRIES
) -> tuple[Shown, ...]:
    """Return the entries that somebody may open.

    Args:
        viewer: Who looks; None for a stranger, who sees none.
        here: Path of the page that is open.
        entries: What there is to open.
    """
    if viewer is None:
        return ()
    return tuple(
        Shown(entry.code, entry.address, _is_here(entry.address, here), KEYS.get(entry.code, ""))
        for entry in entries
        if entry.may == MEMBER or entry.may in viewer.rights
    )


def _is_here(address: str, here: str) -> bool:
    return here == address if address == "/" else here.rstrip("/").startswith(address.rstrip("/"))
