"""Settle and state again what rests on readings that have changed; old versions stay (§13).

A late day of one meter is not a reason to settle a year: only what rests on it is worked out again.
Where a rule looks further, the whole period is closed again, and the result says why.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.balance.settlement import Settlement
from taihang.core.periods import month, months_in
from taihang.core.quantities import SECONDS_PER_HOUR
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import Only, account
from taihang.services.bill import bill_enterprises
from taihang.services.bill_correction import BILL_CORRECTION
from taihang.services.close_period import close_period
from taihang.services.issue_certificates import issue_certificates
from taihang.services.matching_rows import stale_openings
from taihang.services.medium_account import account_media
from taihang.services.month_sums import (
    SUMMED,
    MonthSums,
    ground_of,
    kept_sums,
    rows_within,
    sums_of,
)
from taihang.services.ports import Ports
from taihang.services.renew_accounts import renew_accounts
from taihang.services.restatements import Restatement, restatement
from taihang.services.settle import period_of
from taihang.services.settle_again import SettledAgain, WholeNeeded, settle_again
from taihang.services.touched import Touched, causes_by_month, touched

_YEAR_SIGNS: Final = 4


@dataclass(frozen=True, slots=True)
class Work:
    """How much of one settlement was worked out again."""

    n_meters: int
    """Meters that were judged again."""
    n_meter_intervals: int
    """Meter-intervals that say something else; of a whole period, all of them."""
    n_hours: int
    """Hours of the park that were balanced and matched again."""
    n_statements: int
    """Statements and bills that were drawn up again, most often to say the same."""
    months: tuple[str, ...]
    """Months whose statements were drawn up again."""
    whole_because: str
    """Why the whole period was settled; empty where only a part was."""


@dataclass(frozen=True, slots=True)
class Restated:
    """What a restatement did."""

    changed: tuple[Restatement, ...]
    """Every statement that says something else now: was, is, why."""
    work: tuple[Work, ...]
    """One for each settlement that was touched, in order of settling."""


def restate(*, ports: Ports) -> Restated:
    """Settle again what rests on changed readings, and state it again; old versions stay.

    Args:
        ports: The outside world, opened for writing.

    Returns:
        What says something else now, and how much was worked out again for it.
    """
    changed: list[Restatement] = []
    work: list[Work] = []
    for each in touched(ports=ports):
        done, changes = _close_again(each, ports)
        work.append(done)
        changed += changes
    # What a battery held when a later period began may be of another origin now.
    for settlement, batteries in on_other_lots(ports):
        why = f"what {', '.join(batteries)} held at its start is of another origin now"
        done, changes = _close_whole(settlement, why, ports)
        work.append(done)
        changed += changes
    return Restated(tuple(changed), tuple(work))


def on_other_lots(ports: Ports) -> Iterator[tuple[Settlement, tuple[str, ...]]]:
    """Yield the settlements in order of time that began with lots that are others by now.

    Each is looked at when it is asked for: whoever settles one again before asking for the next
    finds those that rest on it.

    Args:
        ports: The outside world.

    Yields:
        Each with the batteries whose lots are others.
    """
    settlements = ports.registry.settlements()
    latest = {
        each.start_s: each
        for number, each in enumerate(settlements)
        if not any(e.start_s <= each.start_s < e.end_s for e in settlements[number + 1 :])
    }
    for start_s in sorted(latest):
        batteries = stale_openings(period_of(latest[start_s]), ports=ports)
        if batteries:
            yield latest[start_s], batteries


def _close_again(each: Touched, ports: Ports) -> tuple[Work, list[Restatement]]:
    """Settle and state again; with no more than what is touched, where that is possible."""
    zone, period = ports.park.zone, period_of(each.settlement)
    settlements = ports.registry.settlements()
    # 1. Registers to energy, balance, matching, lots.
    again = settle_again(each, ports=ports)
    if isinstance(again, WholeNeeded):
        return _close_whole(each.settlement, again.why, ports)
    # 2. What every party is told of the months that differ, and why.
    because = causes_by_month((each,), period=period, ports=ports)
    differing = again.months(zone) | {*each.months}
    names = [name for name in months_in(period, zone) if name in differing]
    before = _latest(names, ports)
    for name in names:
        issue_certificates(month(name, zone), ports=ports)
        account_media(month(name, zone), ports=ports)
    sums = _followed(again, names, settlements, ports)
    only = Only(names, by_energy=again.by_energy, by_share=again.by_share, sums=sums)
    accounted = account(period, ports=ports, because=because, only=only)
    billed = bill_enterprises(period, ports=ports, because=because, months=names)
    # 3. Accounts rest on these statements: those that were issued follow.
    renew_accounts({name[:_YEAR_SIGNS] for name in names}, ports=ports, because=because)
    work = Work(
        n_meters=len(again.meters),
        n_meter_intervals=again.n_meter_intervals,
        n_hours=again.n_hours,
        n_statements=accounted.n_drawn_up + billed.n_bills + billed.n_what_if,
        months=tuple(names),
        whole_because="",
    )
    return work, _changes(before, _latest(names, ports))


def _followed(
    again: SettledAgain, names: Sequence[str], before: Sequence[Settlement], ports: Ports
) -> dict[str, MonthSums]:
    """Return the sums of months whose sums before are known: they follow from what differs."""
    found: dict[str, MonthSums] = {}
    for name in names:
        ground = ground_of(name, before, ports=ports)
        kept = kept_sums(name, ground=ground, ports=ports)
        if kept is not None:
            span = month(name, ports.park.zone)
            was, now = (
                sums_of(*(rows_within(side.get(table, {}), span) for table in SUMMED))
                for side in (again.was, again.now)
            )
            found[name] = kept.changed(was=was, now=now)
    return found


def _close_whole(settlement: Settlement, why: str, ports: Ports) -> tuple[Work, list[Restatement]]:
    period = period_of(settlement)
    names = tuple(months_in(period, ports.park.zone))
    before = _latest(names, ports)
    closed = close_period(period, ports=ports)
    billed = closed.billed
    work = Work(
        n_meters=closed.settled.n_meters,
        n_meter_intervals=closed.settled.n_meters * period.n_steps,
        n_hours=len(np.unique(period.grid_s() // SECONDS_PER_HOUR)),
        n_statements=closed.accounted.n_drawn_up + billed.n_bills + billed.n_what_if,
        months=names,
        whole_because=why,
    )
    return work, _changes(before, _latest(names, ports))


def _latest(names: Sequence[str], ports: Ports) -> dict[str, IssuedStatement]:
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
