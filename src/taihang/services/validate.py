"""Judge the energy of every meter of a park by the rules of ``core/metering/vee``.

The law decides what is energy; the rules say what is odd about it. Without ``[validation]`` in
park.toml only the law's own findings are named, for no threshold has a default (§12).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.balance import Balance
from taihang.core.metering.energy import RegisterEnergy
from taihang.core.metering.vee.clock_rules import drift_hits
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.metering.vee.law_rules import law_hits, missing_hits, reverse_hits
from taihang.core.metering.vee.rule import FACTS, Consequence, Hits, Rule, hits_where, some
from taihang.core.metering.vee.shape_rules import jump_hits, spike_hits, stuck_hits, zero_hits
from taihang.core.metering.vee.sum_rules import rank_suspects, storage_hits, sum_check_hits
from taihang.core.metering.vee.sun_rules import SkyBound, clear_sky_hits, night_hits, sky_bound
from taihang.core.park.assets import Battery, Plant, PlantKind
from taihang.core.park.park import Park
from taihang.core.park.quality import Validation
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import STEP_S, Period
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import EnergySeries, Quality
from taihang.services.ports import Columns

_AT_ONCE_STEPS: Final = 50_000
"""Meter-intervals that are compared with their parent at once."""
_SUSPECTS: Final = 3
"""How many children are named for a day on which parent and children disagree."""
_LEAST_EXPLAINED_RATIO: Final = 0.5
"""A child that explains less than half of the disagreement is no suspect."""
_PER_MILLE: Final = 1_000
_SECONDS_PER_MINUTE: Final = 60
_WH_PER_KW_STEP: Final = WH_PER_KWH * STEP_S // SECONDS_PER_HOUR
Found = Mapping[str, Sequence[Hits]]
"""Hits by meter."""


@dataclass(frozen=True, slots=True)
class MeterEnergy:
    """What one meter counted in a period."""

    meter: Meter
    energy: RegisterEnergy
    in_service: NDArray[np.bool_]
    """Where the meter and its asset belong to the park, shape (n,)."""
    intervals: EnergySeries | None = None
    """Energy as the meter itself gave it by interval, unjudged; None where it gave none."""
    conflicts: tuple[Columns, ...] = ()
    """Times with two usable readings of different value: ``time_s``, ``least``, ``most``."""

    @property
    def max_interval_wh(self) -> int:
        """Largest honest energy of one interval [Wh]."""
        return int(self.meter.max_kw * _WH_PER_KW_STEP)

    @property
    def read(self) -> NDArray[np.bool_]:
        """Where a value stands that was read and not estimated, shape (n,)."""
        quality = self.energy.series.quality
        return self.in_service & ((quality == Quality.MEASURED) | (quality == Quality.MANUAL))


def validate_meters(
    meters: Sequence[MeterEnergy], *, park: Park, period: Period
) -> dict[str, list[Hits]]:
    """Judge each meter by itself, and each battery by its two meters.

    Args:
        meters: What the meters counted.
        park: The park with its thresholds.
        period: The period of all series.

    Returns:
        The hits of each meter that has any.
    """
    rules, found = park.validation, dict[str, list[Hits]]()
    grid = DayGrid.of(period, park.zone)
    sky = None if rules is None else _sky(meters, park, rules, period)
    for item in meters:
        hits = _hits_of_law(item, period)
        # What was curtailed has no usual shape.
        if rules is not None and item.meter.measures is not Direction.CURTAILMENT:
            hits += _hits_of_shape(item, rules, grid, rated_kw=_rated_kw(item.meter, park))
            if sky is not None:
                hits += _hits_of_sun(item, rules, sky, park)
        if hits:
            found[item.meter.id] = hits
    if rules is not None:
        for battery in park.batteries.values():
            for name, hits in _hits_of_storage(battery, meters):
                found.setdefault(name, []).append(hits)
    return found


def validate_park(
    meters: Sequence[MeterEnergy], balance: Balance, *, park: Park, period: Period
) -> dict[str, list[Hits]]:
    """Judge parent and children: losses out of their band, suspects, and clocks that drift.

    Only intervals in which every part was read are looked at: an estimate proves nothing.

    Args:
        meters: What the meters counted.
        balance: The balance of the park, closed.
        park: The park with its thresholds.
        period: The period of all series.

    Returns:
        The hits by meter; those of the balance itself stand at the import meters.
    """
    found: dict[str, list[Hits]] = {}
    meters = [item for item in meters if item.meter.measures is not Direction.CURTAILMENT]
    parents = [m for m in meters if m.meter.measures is Direction.IMPORT]
    read = balance.closed & balance.grid_metered
    for item in meters:
        read &= item.read | ~item.in_service
    if not parents or not read.any():
        return found
    losses_wh = balance.flows_wh["losses"]
    odd = read & balance.suspicious(loss_alarm_ratio=park.accounting.loss_alarm_ratio)
    band_wh = _band_wh(balance, park)
    for item in parents:
        for hits in some(hits_where(Rule.PARENT_CHILD, odd, value=losses_wh, limit=band_wh)):
            found.setdefault(item.meter.id, []).append(hits)
    children = [m for m in meters if m.meter.measures not in _CONNECTION]
    for name, hits in _suspects(children, losses_wh, odd, DayGrid.of(period, park.zone)):
        found.setdefault(name, []).append(hits)
    if park.validation is not None:
        for name, hits in _drifts(children, losses_wh, read, park.validation):
            found.setdefault(name, []).append(hits)
    return found


def doubted(hits: Sequence[Hits], n: int) -> NDArray[np.bool_]:
    """Say which intervals a rule doubts, shape (n,): no line is drawn from them (F40)."""
    where = np.zeros(n, np.bool_)
    for each in hits:
        if each.rule not in _NO_DOUBT:
            where[each.at] = True
    return where


def held(hits: Sequence[Hits], n: int) -> NDArray[np.bool_]:
    """Say which intervals earn no lot and no green claim, shape (n,)."""
    where = np.zeros(n, np.bool_)
    for each in hits:
        if FACTS[each.rule].consequence is Consequence.NOT_CERTIFIABLE:
            where[each.at] = True
    return where


_CONNECTION: Final = (Direction.IMPORT, Direction.EXPORT)
_DRAWN: Final = (Direction.CONSUMPTION, Direction.CHARGE)
_NO_DOUBT: Final = (
    Rule.ROLLOVER,
    Rule.SWAP,
    Rule.MISSING,
    Rule.CONFLICT,
    Rule.PARENT_SUSPECT,
    Rule.UNIT_JUMP,
)


def _hits_of_law(item: MeterEnergy, period: Period) -> list[Hits]:
    hits = law_hits(item.energy.spans, max_interval_wh=item.max_interval_wh, period=period)
    hits += missing_hits(item.energy.series, in_service=item.in_service)
    hits += _hits_of_conflict(item, period)
    if item.intervals is None:
        return hits
    is_net = item.meter.measures is Direction.GENERATION
    least_wh = -item.max_interval_wh if is_net else 0
    raw = item.intervals
    hits += reverse_hits(raw.wh, quality=raw.quality, min_interval_wh=least_wh)
    above = raw.present & (raw.wh > item.max_interval_wh)
    hits += some(hits_where(Rule.RANGE, above, value=raw.wh, limit=item.max_interval_wh))
    slack_wh = 2 * item.meter.wh_per_count
    return hits + sum_check_hits(item.energy.spans, intervals=raw, slack_wh=slack_wh, period=period)


def _hits_of_conflict(item: MeterEnergy, period: Period) -> Iterator[Hits]:
    for rows in item.conflicts:
        inside = (rows["time_s"] >= period.start_s) & (rows["time_s"] < period.end_s)
        if inside.any():
            at = ((rows["time_s"][inside] - period.start_s) // STEP_S).astype(np.intp)
            yield Hits(Rule.CONFLICT, at, rows["most"][inside], rows["least"][inside])


def _rated_kw(meter: Meter, park: Park) -> float:
    """Return the power at which a source or store honestly gives the same for hours [kW]."""
    asset = park.assets[meter.node]
    if isinstance(asset, Plant):
        return asset.capacity_kw
    return asset.power_kw if isinstance(asset, Battery) else inf


def _hits_of_shape(
    item: MeterEnergy, rules: Validation, grid: DayGrid, *, rated_kw: float
) -> list[Hits]:
    meter, wh, usable = item.meter, item.energy.series.wh, item.read
    spike_ratio = rules.spike_ratio if meter.spike_ratio is None else meter.spike_ratio
    stuck_h = rules.stuck_h if meter.stuck_h is None else meter.stuck_h
    hits = spike_hits(
        wh,
        usable=usable,
        grid=grid,
        spike_ratio=spike_ratio,
        floor_wh=int(item.max_interval_wh * rules.spike_floor_ratio),
    )
    # At its rating a plant or a converter gives the same for hours, in honesty.
    below = wh + meter.wh_per_count < rated_kw * _WH_PER_KW_STEP
    hits += stuck_hits(
        wh,
        usable=usable & below,
        n_least=_n_steps(stuck_h),
        least_wh=rules.stuck_counts * meter.wh_per_count,
    )
    if meter.measures is Direction.CONSUMPTION:
        # The wind of a day says nothing about the next one; the sun has rules of its own.
        hits += jump_hits(
            wh, usable=usable, grid=grid, jump_ratio=rules.jump_ratio, n_days=rules.jump_days
        )
    if meter.min_kw is not None:
        least_wh = int(meter.min_kw * _WH_PER_KW_STEP)
        hits += zero_hits(wh, usable=usable, n_least=_n_steps(rules.zero_h), least_wh=least_wh)
    return hits


def _n_steps(length_h: float) -> int:
    return max(round(length_h * SECONDS_PER_HOUR / STEP_S), 1)


def _sky(
    meters: Sequence[MeterEnergy], park: Park, rules: Validation, period: Period
) -> SkyBound | None:
    plants = (park.plants.get(item.meter.node) for item in meters)
    if all(plant is None or plant.kind is not PlantKind.PV for plant in plants):
        return None
    return sky_bound(
        period,
        latitude_deg=park.latitude_deg,
        longitude_deg=park.longitude_deg,
        night_below_deg=rules.night_below_deg,
    )


def _hits_of_sun(item: MeterEnergy, rules: Validation, sky: SkyBound, park: Park) -> Iterator[Hits]:
    plant: Plant | None = park.plants.get(item.meter.node)
    if plant is None or plant.kind is not PlantKind.PV:
        return
    wh, usable, slack_wh = item.energy.series.wh, item.read, item.meter.wh_per_count
    yield from clear_sky_hits(
        wh,
        usable=usable,
        bound=sky,
        capacity_kw=plant.capacity_kw,
        margin_ratio=rules.clear_sky_margin_ratio,
        slack_wh=slack_wh,
    )
    yield from night_hits(
        wh,
        usable=usable,
        bound=sky,
        capacity_kw=plant.capacity_kw,
        most_ratio=rules.night_most_ratio,
        slack_wh=slack_wh,
    )


def _hits_of_storage(battery: Battery, meters: Sequence[MeterEnergy]) -> Iterator[tuple[str, Hits]]:
    own = [item for item in meters if item.meter.node == battery.id]
    charges = [item for item in own if item.meter.measures is Direction.CHARGE]
    discharges = [item for item in own if item.meter.measures is Direction.DISCHARGE]
    if len(charges) != 1 or len(discharges) != 1:
        # A battery whose meter was replaced in the period is judged in the next one.
        return
    (charge,), (discharge,) = charges, discharges
    usable_kwh = battery.energy_kwh * (battery.soc_max_ratio - battery.soc_min_ratio)
    stored_wh = int(usable_kwh * WH_PER_KWH * battery.discharge_efficiency_ratio)
    slack_wh = charge.meter.wh_per_count + discharge.meter.wh_per_count
    for hits in storage_hits(
        discharge.energy.series.wh,
        charge_wh=charge.energy.series.wh,
        usable=charge.read & discharge.read,
        efficiency_ratio=battery.charge_efficiency_ratio * battery.discharge_efficiency_ratio,
        stored_wh=stored_wh + slack_wh,
    ):
        yield discharge.meter.id, hits


def _band_wh(balance: Balance, park: Park) -> NDArray[np.int64]:
    f = balance.flows_wh
    inflow_wh = f["generation"] + f["import"] + f["discharge"]
    return np.ceil(float(park.accounting.loss_alarm_ratio) * inflow_wh).astype(np.int64)


def _signed_wh(item: MeterEnergy) -> NDArray[np.int64]:
    """Return what a child drew, negative for what it gave, 0 where it is not known [Wh]."""
    wh = np.where(item.read, item.energy.series.wh, 0)
    return wh if item.meter.measures in _DRAWN else -wh


def _suspects(
    children: Sequence[MeterEnergy],
    losses_wh: NDArray[np.int64],
    odd: NDArray[np.bool_],
    grid: DayGrid,
) -> Iterator[tuple[str, Hits]]:
    """Name the children that explain a day of disagreement best, the likeliest first (F46)."""
    if not odd.any():
        return
    usual_wh = int(np.median(losses_wh[~odd])) if not odd.all() else 0
    rows: dict[str, list[tuple[int, int]]] = {}
    signed_wh = np.stack([_signed_wh(item) for item in children])
    for number in np.unique(grid.day[odd]).tolist():
        on = np.flatnonzero(odd & (grid.day == number))
        ranked = rank_suspects(losses_wh[on] - usual_wh, children_wh=signed_wh[:, on])
        for suspect in ranked[:_SUSPECTS]:
            if suspect.explained_ratio >= _LEAST_EXPLAINED_RATIO:
                share = int(suspect.explained_ratio * _PER_MILLE)
                name = children[suspect.row].meter.id
                rows.setdefault(name, []).append((int(on[0]), share))
    limit = int(_LEAST_EXPLAINED_RATIO * _PER_MILLE)
    for name, places in rows.items():
        at, shares = (np.array(column, np.int64) for column in zip(*places, strict=True))
        yield name, Hits(Rule.PARENT_SUSPECT, at, shares, np.full(len(at), limit, np.int64))


def _drifts(
    children: Sequence[MeterEnergy],
    losses_wh: NDArray[np.int64],
    read: NDArray[np.bool_],
    rules: Validation,
) -> Iterator[tuple[str, Hits]]:
    # So many meters at once as stay near the processor: of a year one, of a week all.
    at_once = max(1, _AT_ONCE_STEPS // len(losses_wh))
    for first in range(0, len(children), at_once):
        some_of = children[first : first + at_once]
        own_wh = np.stack([_signed_wh(item) for item in some_of])
        found = drift_hits(
            own_wh,
            rest_wh=losses_wh + own_wh,
            usable=np.stack([read & item.in_service for item in some_of]),
            most_s=int(rules.drift_most_min * _SECONDS_PER_MINUTE),
            least_correlation_ratio=rules.drift_correlation_min_ratio,
        )
        for item, every in zip(some_of, found, strict=True):
            for hits in every:
                yield item.meter.id, hits
