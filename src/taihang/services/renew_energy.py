"""Energy accounts that were issued: drawn up again when their ground moved, compared in audits.

An energy account is issued when somebody asks for it; from then on it may not contradict the
electricity that is settled after it.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from taihang.core.periods import Period, months_in
from taihang.core.seal.issued import IssuedStatement
from taihang.services import dual_control_account, quota_account
from taihang.services.account import (
    UNKNOWN,
    Because,
    Draft,
    issue_statements,
    says_the_same,
)
from taihang.services.energy_account import KIND, drafts
from taihang.services.ports import Ports


def renew_energy(period: Period, *, ports: Ports, because: Because = UNKNOWN) -> int:
    """Restate the energy accounts of a settled period, and of its years, that were issued before.

    Args:
        period: A settled and accounted period.
        ports: The outside world, opened for writing.
        because: What changed since it was last settled.

    Returns:
        How many were restated; those that say the same stay as they are.
    """
    months = [*months_in(period, ports.park.zone)]
    years = sorted({name[:4] for name in months})
    n_restated = sum(_renew(name, ports, because) for name in (*months, *years))
    # The year after takes the renewables of the year before off, and the shape of its months.
    for name in sorted({*years, *(str(int(year) + 1) for year in years)}):
        for kind, draw_up in _YEARLY:
            n_restated += _renew(name, ports, because, kind=kind, draw_up=draw_up)
    return n_restated


def energy_findings(*, ports: Ports) -> Iterator[tuple[str, str]]:
    """Draw up every issued energy account again and compare.

    Args:
        ports: The outside world.

    Yields:
        The statement, and what is wrong with it.
    """
    for kind, draw_up in ((KIND, drafts), *_YEARLY):
        yield from _findings(kind, draw_up, ports)


_DrawUp: TypeAlias = Callable[..., list[Draft]]
_YEARLY: Final[tuple[tuple[str, _DrawUp], ...]] = (
    (dual_control_account.KIND, dual_control_account.drafts),
    (quota_account.KIND, quota_account.drafts),
)
_COMMANDS: Final = {quota_account.KIND: "quota"}


def _findings(kind: str, draw_up: _DrawUp, ports: Ports) -> Iterator[tuple[str, str]]:
    for name in sorted({entry.period for entry in ports.registry.roll() if entry.kind == kind}):
        issued = _issued(name, ports, kind=kind)
        fresh = {draft.series: draft for draft in draw_up(name, ports=ports)}
        for one in issued:
            draft = fresh.get(one.series)
            if draft is None:
                yield f"statement {one.id}", "nothing is known today of what it accounts for"
            elif not says_the_same(one, draft):
                what = "is not what statements and activity data give today: altered, or issue"
                command = _COMMANDS.get(kind, "energy")
                yield f"statement {one.id}", f"{what} it again: run `taihang {command} --issue`"


def _renew(
    name: str, ports: Ports, because: Because, *, kind: str = KIND, draw_up: _DrawUp = drafts
) -> int:
    before = {one.series for one in _issued(name, ports, kind=kind)}
    if not before:
        return 0
    again = _of_series(draw_up(name, ports=ports), before)
    _, n_restated, _ = issue_statements(again, period=name, ports=ports, because=because)
    return n_restated


def _of_series(found: Iterable[Draft], series: set[str]) -> list[Draft]:
    return [draft for draft in found if draft.series in series]


def _issued(name: str, ports: Ports, *, kind: str = KIND) -> list[IssuedStatement]:
    return ports.registry.latest_statements(name, (kind,))
