"""What the page of annual ratios shows: three windows, twelve months, the end of the year."""

from dataclasses import dataclass

from taihang.core.figure.key import key_of
from taihang.core.periods import Period, month
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.reports.compliance import compliance
from taihang.interfaces.reports.document import Document
from taihang.interfaces.web.pages.green.place import Place, place_of
from taihang.services.account import issue_statements
from taihang.services.act_log import log_acts
from taihang.services.figure_park import ENERGY
from taihang.services.figure_standing import Standing, standings
from taihang.services.ports import Ports
from taihang.services.project_flow import project_flow
from taihang.services.ratio_account import (
    KIND,
    NothingClosedError,
    Window,
    drafts,
    window_of,
)

MONTHS_SHOWN = 12
FLOWS = ("available_wh", "self_used_wh", "exported_wh", "curtailed_wh", "imported_wh", "load_wh")
"""Energies of the text, in reading order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatiosView:
    """The annual ratios as they stand at the end of a month."""

    place: Place
    month: str
    """The month that is shown; empty while nothing is settled."""
    account: Standing | None = None
    """As issued, else as it would be drawn up; None where no interval of the month is closed."""
    why: str = ""
    """Why there is none, where drawing it up was refused."""
    history: tuple[Window, ...] = ()
    """The last months one by one, this one the last."""

    def energy_key(self, name: str) -> str:
        """Return the key that opens an energy of the month."""
        return key_of(ENERGY, name, self.month)


def build_ratios(ports: Ports, name: str) -> RatiosView:
    """Return the annual ratios at the end of a month.

    Args:
        ports: The whole park.
        name: The month; empty for the last one that is settled.
    """
    place = place_of(ports)
    shown = name or (place.months[-1] if place.months else "")
    if not shown:
        return RatiosView(place=place, month="")
    found = standings(KIND, shown, draw=lambda: drafts(shown, ports=ports), ports=ports)
    return RatiosView(
        place=place,
        month=shown,
        account=next(iter(found.each.values()), None),
        why=found.why,
        history=_history(shown, place, ports) if found.each else (),
    )


def _history(shown: str, place: Place, ports: Ports) -> tuple[Window, ...]:
    zone = ports.park.zone
    names = [each for each in place.months if each <= shown][-MONTHS_SHOWN:]
    if not names:
        return ()
    whole = Period(month(names[0], zone).start, month(names[-1], zone).end)
    flow = project_flow(whole, ports=ports)
    return tuple(window_of(each, month(each, zone), flow=flow, ports=ports) for each in names)


def build_paper(ports: Ports, name: str, lang: Lang) -> Document:
    """Return the certificate of compliance of a month, from the statement that was issued.

    Args:
        ports: The whole park.
        name: The month.
        lang: Language of the reader.

    Raises:
        NotIssuedError: If the account of the month was never issued.
    """
    return compliance(name, lang=lang, ports=ports)


def issue_account(name: str, *, ports: Ports) -> None:
    """Issue the account of a month; issued before and the same, nothing changes.

    Args:
        name: The month.
        ports: The whole park, open for writing.

    Raises:
        NothingClosedError: If no interval of the month is closed.
    """
    found = drafts(name, ports=ports)
    if not found:
        raise NothingClosedError(
            given=f"{name}, of which no interval is closed",
            expected="a month that is settled, or a part of it",
            remedy="settle it first",
        )
    issue_statements(found, period=name, ports=ports)
    log_acts(ports=ports)
