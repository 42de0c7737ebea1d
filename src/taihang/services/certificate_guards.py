"""How the guards against counting energy twice stand for one month of certificates.

Each guard is worked out again from the ledger and the settled rows, not read from a flag: every
position of every issue once, no more certified than generated, no plant under two names or in two
registries, no curve that is a copy of another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from taihang.core.certificates.certificate import demand_partition
from taihang.core.errors import TaihangError
from taihang.services.account import UnsettledMonthError
from taihang.services.certificate_balance import MonthBalance
from taihang.services.month_sheet import sheet_of_month, suspects_of_month
from taihang.services.ports import Ports

POSITIONS: Final = "positions"
CLOSED: Final = "closed"
DEVICES: Final = "devices"
CURVES: Final = "curves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One guard, and what it found."""

    code: str
    n_looked_at: int
    """Issues, watt-hours or plants that were looked at, by the guard."""
    findings: tuple[str, ...]
    """With names and numbers; none where all is well."""


def guards_of_month(name: str, balance: MonthBalance | None, *, ports: Ports) -> tuple[Guard, ...]:
    """Return every guard of a month.

    Args:
        name: The local month.
        balance: Where each generated watt-hour of it is; None where it is not settled whole, and
            only the positions can be looked at.
        ports: The outside world.
    """
    found = [_positions(name, ports)]
    if balance is None:
        return tuple(found)
    found.append(_closed(balance))
    n_plants = len(ports.park.plants)
    for code, look in ((DEVICES, _devices), (CURVES, _curves)):
        found.append(Guard(code=code, n_looked_at=n_plants, findings=_told(look, name, ports)))
    return tuple(found)


def _positions(name: str, ports: Ports) -> Guard:
    ledger, findings = ports.registry.certificates, list[str]()
    issues = ledger.issues(name)
    for made in issues:
        try:
            demand_partition(ledger.certificates(made.id), issue=made.id, total_wh=made.total_wh)
        except TaihangError as error:
            findings.append(str(error))
    return Guard(code=POSITIONS, n_looked_at=len(issues), findings=tuple(findings))


def _closed(balance: MonthBalance) -> Guard:
    apart_wh = balance.difference_wh
    findings = (f"{balance.month}: {apart_wh} Wh",) if apart_wh else ()
    return Guard(code=CLOSED, n_looked_at=balance.generated_wh, findings=findings)


def _told(look: Callable[[str, Ports], Iterator[str]], name: str, ports: Ports) -> tuple[str, ...]:
    try:
        return tuple(look(name, ports))
    except UnsettledMonthError as error:
        return (str(error),)


def _devices(name: str, ports: Ports) -> Iterator[str]:
    """Make the sheet of the month again, which refuses a plant that is certified twice."""
    try:
        sheet_of_month(name, ports=ports)
    except UnsettledMonthError:
        raise
    except TaihangError as error:
        yield str(error)


def _curves(name: str, ports: Ports) -> Iterator[str]:
    for each in suspects_of_month(name, ports=ports):
        yield each.what
