"""Reactive energy of a billed month: the registers of a user, added, or why they say nothing."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from taihang.core.market.bill_line import Text
from taihang.core.market.month_use import ReactiveReading
from taihang.core.metering.register_total import total_between
from taihang.core.park.assets import InService
from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import WH_PER_KWH
from taihang.core.seal.statement import Term
from taihang.core.series import EnergySeries
from taihang.services.ports import Ports
from taihang.services.settle import energy_of, known_at

_VARH_PER_KVARH: Final = 1_000


def reactive_of(
    user: str, period: Period, active: EnergySeries, *, ports: Ports
) -> ReactiveReading | Text | None:
    """Return active and reactive energy of a month through the grid meter of a user.

    Args:
        user: An enterprise, a station or a grid connection.
        period: The month.
        active: What flowed through that meter [Wh].
        ports: The outside world.

    Returns:
        Both energies; the reason in words if a register or an interval of the active energy
        lacks; None if no register of reactive energy is declared for the month.
    """
    meters = list(_meters_of(user, period, ports.park))
    if not meters:
        return None
    if not active.present.all():
        n_missing = int((~active.present).sum())
        return Text(
            f"有功电量缺 {n_missing} 个时段，不能与无功表底相比",
            f"{n_missing} intervals of the active energy lack: it cannot stand beside the kvarh",
        )
    sum_varh = 0
    covered: list[Period] = []
    for meter, span in meters:
        varh = _varh(meter, span, ports)
        if varh is None:
            return Text(
                f"无功表 {meter.id} 缺起止表底或被规则拒绝",
                f"the kvarh register {meter.id} was not read at both ends, or a rule refused it",
            )
        sum_varh += varh
        covered.append(span)
    if not _is_covered(period, covered):
        return Text("无功表未覆盖整月", "no kvarh register covers the whole month")
    return ReactiveReading(
        active_kwh=Decimal(active.total_wh) / WH_PER_KWH,
        reactive_kvarh=Decimal(sum_varh) / _VARH_PER_KVARH,
    )


def _meters_of(user: str, period: Period, park: Park) -> Iterator[tuple[ReactiveMeter, Period]]:
    """Yield the registers of a user with the part of the month in which each is in service."""
    for meter in park.reactive_meters.values():
        span = _in_service(meter.in_service, period, park)
        if meter.node == user and span is not None:
            yield meter, span


def _in_service(service: InService, period: Period, park: Park) -> Period | None:
    start, end = period.start, period.end
    if service.since is not None:
        start = max(start, days(service.since, 1, park.zone).start)
    if service.until is not None:
        end = min(end, days(service.until, 1, park.zone).start)
    return Period(start, end) if start < end else None


def _is_covered(period: Period, spans: list[Period]) -> bool:
    """Say whether spans leave no time of a period out."""
    reached = period.start
    for span in sorted(spans, key=lambda each: each.start):
        if span.start > reached:
            return False
        reached = max(reached, span.end)
    return reached == period.end


def _varh(meter: ReactiveMeter, span: Period, ports: Ports) -> int | None:
    known = known_at(ports.journal.size, period=span, ports=ports, point=meter.id)
    term = Term(
        point=meter.id,
        sign=1,
        scale=meter.scale,
        modulus=meter.modulus,
        # A register moves in whole counts: one more than flowed is still honest.
        max_interval_wh=int(meter.max_steps_per_s * STEP_S) + meter.scale,
    )
    return total_between(energy_of(term, known=known, period=span), period=span)
