"""Settle and state again what rests on readings that have changed; old versions stay (§13)."""

from collections.abc import Mapping

from taihang.core.periods import months_in
from taihang.core.seal.issued import IssuedStatement
from taihang.services.bill_correction import BILL_CORRECTION
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.restatements import Restatement, restatement
from taihang.services.settle import period_of
from taihang.services.touched import touched


def restate(*, ports: Ports) -> tuple[Restatement, ...]:
    """Settle every touched period again, and state its months again; old versions stay.

    Args:
        ports: The outside world, opened for writing.

    Returns:
        Every statement that says something else now: was, is, why.
    """
    found: list[Restatement] = []
    for each in touched(ports=ports):
        period = period_of(each.settlement)
        names = tuple(months_in(period, ports.park.zone))
        before = _latest(names, ports)
        close_period(period, ports=ports)
        found += _changes(before, _latest(names, ports))
    return tuple(found)


def _latest(names: tuple[str, ...], ports: Ports) -> dict[str, IssuedStatement]:
    return {
        issued.series: issued for name in names for issued in ports.registry.latest_statements(name)
    }


def _changes(
    before: Mapping[str, IssuedStatement], after: Mapping[str, IssuedStatement]
) -> list[Restatement]:
    return [
        restatement(before.get(series), issued)
        for series, issued in sorted(after.items())
        if issued.kind != BILL_CORRECTION
        and (series not in before or before[series].version != issued.version)
    ]
