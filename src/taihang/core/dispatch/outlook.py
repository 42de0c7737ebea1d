"""What a control cycle knows when it starts, and which rule stands in for what it does not know.

Forecasts may have gaps or another length, the clock may have jumped, a store may not have been
measured or stand outside its limits. Each of these is a state with a rule of its own and a notice
that names it. No rule makes a price or a forecast up: a window with a gap ends before the gap.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast

import numpy as np

from taihang.core.dispatch.assets.battery import AT_LEAST, FREE, Battery
from taihang.core.dispatch.assets.bus import Bus
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.spill import Spill
from taihang.core.dispatch.assets.thermal_store import ThermalStore
from taihang.core.dispatch.fields import Capacity
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.window import Standing, standing_at, step_of, stores_of, window_of
from taihang.core.errors import InputError

_PRICES: Final = ("_cny_per_kwh", "_cny_per_kw", "_kg_per_kwh")
_REACHED: Final = 1.0 - 1e-9
"""Share of the level that can be reached at full power that is asked for: the rounding of sums."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that was missing, odd or broken, and the rule that was used for it."""

    key: str
    """What it is; the catalogue has its words under ``control.notice``."""
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """What was measured at the start of a cycle; None where nothing was."""

    at_s: int
    """When, by the park's clock [s since 1970-01-01T00:00Z]."""
    level_ratio: Mapping[str, float | None]
    """By store: what it holds, as a share of what it can still hold [1]."""
    so_far_kw: Mapping[str, float | None]
    """By demand charge: what the month has already reached [kW]."""
    alarms: tuple[str, ...]
    """Assets that report an alarm; a store among them is not moved."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Remembered:
    """What one cycle leaves to the next."""

    at_s: int
    """Start of the interval that was answered for [s since 1970-01-01T00:00Z]."""
    level_ratio: Mapping[str, float]
    """By store: where that answer leaves it at the end of its interval [1]."""
    so_far_kw: Mapping[str, float]
    """By demand charge: what the month has reached with that answer [kW]."""
    window: ParkProblem | None
    """What the last checked plan was made for."""
    plan: ParkPlan | None
    """The last plan of a window that the referee accepted."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """What can be planned, and what the interval that begins is checked against."""

    window: ParkProblem | None
    """None where the first interval itself is not known."""
    at_s: int
    """Start of the interval that begins [s since 1970-01-01T00:00Z]."""
    held: ParkProblem
    """The park with its forecasts as they came, stores that may not be moved at rest."""
    kept_at: int | None
    """The interval of the remembered plan that begins now; None where it has none."""
    standing: Standing
    notices: tuple[Notice, ...]


def outlook_of(window: ParkProblem, measured: Measured, remembered: Remembered | None) -> Outlook:
    """Say what is known, and fill in by rule what is not.

    Args:
        window: The park with its forecasts, NaN where a value is not known.
        measured: What was measured.
        remembered: What the cycle before left.

    Returns:
        The outlook.
    """
    notices = list[Notice]()
    # 1. Which interval begins, and how much of the forecast is left and known.
    whole = _fitted(window, notices)
    skipped = _skipped(window.horizon, measured.at_s, notices)
    at_s = _interval_start_s(window.horizon, measured.at_s)
    known = 0 if skipped is None else _known_steps(whole, skipped, notices)
    # 2. Where the park stands, by measurement or by rule.
    last = _last(remembered, at_s, window.horizon, notices)
    standing, locked = _standing(whole, measured, last, notices)
    held = ParkProblem(whole.horizon, tuple(_locked(one, locked) for one in whole.assets))
    # 3. What can be planned.
    planned = None
    if skipped is not None and known:
        cut = window_of(held, first=skipped, n_steps=known, standing=standing)
        is_short = known < window.horizon.n_steps
        planned = _with_ends(cut, standing, notices, is_short=is_short)
    return Outlook(
        window=planned,
        at_s=at_s,
        held=held,
        kept_at=_kept_at(remembered, at_s),
        standing=standing,
        notices=tuple(notices),
    )


def as_told(remembered: Remembered, *, horizon: Horizon) -> Measured:
    """Return what the next cycle would measure in a park that did exactly as it was told.

    Args:
        remembered: What the last cycle left.
        horizon: The window that was answered for: its grid and its zone.
    """
    before, after = horizon.start_of(0), horizon.start_of(1)
    is_new_month = (before.year, before.month) != (after.year, after.month)
    return Measured(
        at_s=remembered.at_s + horizon.step_s,
        level_ratio=dict(remembered.level_ratio),
        so_far_kw={name: 0.0 if is_new_month else kw for name, kw in remembered.so_far_kw.items()},
        alarms=(),
    )


# -- time ----------------------------------------------------------------------------------------


def _interval_start_s(horizon: Horizon, at_s: int) -> int:
    """Return the start of the interval of the grid in which an instant lies."""
    return at_s - (at_s - horizon.start_s) % horizon.step_s


def _skipped(horizon: Horizon, at_s: int, notices: list[Notice]) -> int | None:
    """Return how many intervals of the forecast are over; None where none of it is for now."""
    skipped = (at_s - horizon.start_s) // horizon.step_s
    if not 0 <= skipped < horizon.n_steps:
        words = {"first": horizon.clock(0), "last": horizon.clock(horizon.n_steps)}
        notices.append(Notice("forecast-elsewhere", words))
        return None
    if skipped:
        notices.append(Notice("forecast-old", {"intervals": str(skipped)}))
    return skipped


def _last(
    remembered: Remembered | None, at_s: int, horizon: Horizon, notices: list[Notice]
) -> Remembered | None:
    """Return what is remembered if it is of the interval before this one."""
    if remembered is None:
        return None
    off_s = at_s - remembered.at_s - horizon.step_s
    if off_s:
        notices.append(Notice("clock-jump", {"seconds": f"{off_s:+d}"}))
        return None
    return remembered


def _kept_at(remembered: Remembered | None, at_s: int) -> int | None:
    if remembered is None or remembered.window is None or remembered.plan is None:
        return None
    horizon = remembered.window.horizon
    steps, off_s = divmod(at_s - horizon.start_s, horizon.step_s)
    return steps if not off_s and 0 <= steps < horizon.n_steps else None


# -- forecasts -----------------------------------------------------------------------------------


def series_of(asset: Asset) -> dict[str, Reals]:
    """Return the series of an asset, by field."""
    record = cast("Any", asset)
    return {
        one.name: cast("Reals", value)
        for one in fields(record)
        if isinstance(value := getattr(record, one.name), np.ndarray)
    }


def _with_series(asset: Asset, series: Mapping[str, Reals]) -> Asset:
    return cast("Asset", replace(cast("Any", asset), **series)) if series else asset


def _fitted(window: ParkProblem, notices: list[Notice]) -> ParkProblem:
    """Return the window with every series as long as it: what is missing is not known."""
    n, assets = window.horizon.n_steps, list[Asset]()
    for asset in window.assets:
        odd = {name: one for name, one in series_of(asset).items() if one.shape != (n,)}
        for name, one in odd.items():
            words = {"series": f"{asset.id}.{name}", "given": str(len(one)), "expected": str(n)}
            notices.append(Notice("forecast-length", words))
            padded = np.full(n, np.nan)
            padded[: len(one)] = one[:n]
            odd[name] = padded
        assets.append(_with_series(asset, odd))
    return ParkProblem(window.horizon, tuple(assets)) if assets != list(window.assets) else window


def _known_steps(window: ParkProblem, skipped: int, notices: list[Notice]) -> int:
    """Return for how many intervals from now on everything is known."""
    known = window.horizon.n_steps
    for asset in window.assets:
        for name, values in series_of(asset).items():
            gaps = ~np.isfinite(values[skipped:])
            if gaps.any():
                first = skipped + int(gaps.argmax())
                known = min(known, first)
                words = {
                    "series": f"{asset.id}.{name}",
                    "time": window.horizon.clock(first),
                    "count": str(int(gaps.sum())),
                }
                notices.append(Notice("value-missing", words))
    if skipped < known < window.horizon.n_steps:
        notices.append(Notice("window-shortened", {"time": window.horizon.clock(known)}))
    return max(known - skipped, 0)


# -- where the park stands -----------------------------------------------------------------------


def _standing(
    window: ParkProblem, measured: Measured, last: Remembered | None, notices: list[Notice]
) -> tuple[Standing, frozenset[str]]:
    """Return where the park stands, and the stores that may not be moved."""
    levels, locked = dict[str, float](), set[str]()
    for store in stores_of(window):
        level = _level(store.id, measured, last, notices)
        low, high = _limits(store)
        if level is None:
            notices.append(Notice("level-unknown", {"asset": store.id}))
            locked.add(store.id)
        elif not low <= level <= high:
            words = {
                name: f"{100.0 * one:.1f}"
                for name, one in (("level", level), ("low", low), ("high", high))
            }
            notices.append(Notice("level-outside", {"asset": store.id, **words}))
        if store.id in measured.alarms:
            notices.append(Notice("store-locked", {"asset": store.id}))
            locked.add(store.id)
        levels[store.id] = (low + high) / 2.0 if level is None else level
    others = sorted(set(measured.alarms) - set(levels))
    notices += [Notice("alarm", {"asset": name}) for name in others]
    return Standing(level_ratio=levels, so_far_kw=_so_far(window, measured, last, notices)), (
        frozenset(locked)
    )


def _level(
    name: str, measured: Measured, last: Remembered | None, notices: list[Notice]
) -> float | None:
    """Return what a store holds: as measured, or else as the last answer left it."""
    level = measured.level_ratio.get(name)
    if level is not None and 0.0 <= level <= 1.0:
        return level
    if level is not None:
        notices.append(Notice("level-implausible", {"asset": name, "level": f"{level:g}"}))
    planned = None if last is None else last.level_ratio.get(name)
    if planned is not None:
        words = {"asset": name, "level": f"{100.0 * planned:.1f}"}
        notices.append(Notice("level-planned", words))
    return planned


def _limits(store: Battery | ThermalStore) -> tuple[float, float]:
    if isinstance(store, Battery):
        return store.soc_min_ratio, store.soc_max_ratio
    return 0.0, 1.0


def _so_far(
    window: ParkProblem, measured: Measured, last: Remembered | None, notices: list[Notice]
) -> dict[str, float]:
    reached = dict[str, float]()
    for asset in window.assets:
        if not isinstance(asset, DemandCharge):
            continue
        kw = measured.so_far_kw.get(asset.id)
        if kw is None or not 0.0 <= kw < np.inf:
            planned_kw = None if last is None else last.so_far_kw.get(asset.id)
            kw, key = (0.0, "peak-unknown") if planned_kw is None else (planned_kw, "peak-planned")
            notices.append(Notice(key, {"asset": asset.id, "kw": f"{kw:,.1f}"}))
        reached[asset.id] = kw
    return reached


def _locked(asset: Asset, locked: frozenset[str]) -> Asset:
    """Return a store that rests; its limits bind nobody as long as nothing moves."""
    if asset.id not in locked:
        return asset
    still = Capacity(existing=0.0, add_max=0.0, cost_cny_per_unit=0.0)
    if isinstance(asset, Battery):
        return replace(
            asset,
            charge_kw=still,
            discharge_kw=still,
            soc_min_ratio=0.0,
            soc_max_ratio=1.0,
            soc_end=FREE,
            soc_end_min_ratio=None,
        )
    if isinstance(asset, ThermalStore):
        return replace(asset, power_kw=still, level_end=FREE)
    return asset


def _with_ends(
    window: ParkProblem, standing: Standing, notices: list[Notice], *, is_short: bool
) -> ParkProblem:
    """Ask of every store at the end no more than it can reach, or in a short window than it has."""
    assets = list[Asset]()
    for asset in window.assets:
        end = asset.soc_end_min_ratio if isinstance(asset, Battery) else None
        if isinstance(asset, Battery) and asset.soc_end == AT_LEAST and end is not None:
            start = standing.level_ratio[asset.id]
            most = _reachable(asset, window.horizon, start)
            least = min(end, most, start) if is_short else min(end, most)
            if least < end:
                words = {
                    "asset": asset.id,
                    "end": f"{100 * end:.1f}",
                    "least": f"{100 * least:.1f}",
                }
                notices.append(Notice("end-lowered", words))
                assets.append(replace(asset, soc_end_min_ratio=max(least, 0.0)))
                continue
        assets.append(asset)
    return ParkProblem(window.horizon, tuple(assets))


def _reachable(asset: Battery, horizon: Horizon, start_ratio: float) -> float:
    """Return the level that charging at full power would lead to, limits apart."""
    full_kwh = asset.energy_kwh.existing * asset.health_ratio
    kept = (1.0 - asset.standing_loss_ratio_per_h) ** horizon.step_h
    gain = asset.charge_kw.existing * asset.charge_efficiency_ratio * horizon.step_h
    left = kept**horizon.n_steps
    gains = horizon.n_steps if kept == 1.0 else (1.0 - left) / (1.0 - kept)
    return _REACHED * (start_ratio * left + gains * gain / full_kwh if full_kwh else 0.0)


# -- the interval that begins --------------------------------------------------------------------


def present_of(
    outlook: Outlook, remembered: Remembered | None
) -> tuple[ParkProblem, tuple[Notice, ...]]:
    """Return the interval that begins as a problem that can always be assembled.

    Args:
        outlook: What is known.
        remembered: What the cycle before left.

    Returns:
        The interval, as far as it is known, and what stood in for the rest.
    """
    notices = list[Notice]()
    try:
        if outlook.window is not None:
            step = step_of(outlook.window)
        else:
            step = _patched(outlook, remembered, notices)
        step.assembled()
    except InputError as error:
        notices.append(Notice("step-unreadable", {"why": str(error)}))
        step = _stores_alone(outlook)
    return step, tuple(notices)


def _patched(outlook: Outlook, remembered: Remembered | None, notices: list[Notice]) -> ParkProblem:
    """Fill the gaps of the interval from the forecast that the last checked plan had."""
    held, at_s = outlook.held, outlook.at_s
    first = (at_s - held.horizon.start_s) // held.horizon.step_s
    old = None if remembered is None or outlook.kept_at is None else remembered.window
    assets = list[Asset]()
    for asset in held.assets:
        before = {} if old is None else _series_by_id(old, asset.id)
        series = dict[str, Reals]()
        for name, values in series_of(asset).items():
            own = values[first] if 0 <= first < len(values) else np.nan
            if not np.isfinite(own):
                own, key = _stand_in(name, before, outlook.kept_at)
                notices.append(Notice(key, {"series": f"{asset.id}.{name}"}))
            series[name] = np.full(held.horizon.n_steps, own)
        if not all(np.isfinite(one).all() for one in series.values()):
            return _stores_alone(outlook)
        assets.append(_with_series(asset, series))
    moved = replace(held.horizon, start_s=at_s)
    return step_of(standing_at(ParkProblem(moved, tuple(assets)), outlook.standing))


def _stand_in(name: str, before: Mapping[str, Reals], at: int | None) -> tuple[float, str]:
    """Return what the earlier forecast said, or of a price nothing: it is then not judged."""
    if name in before and at is not None:
        return float(before[name][at]), "value-from-before"
    return (0.0, "price-not-judged") if name.endswith(_PRICES) else (np.nan, "value-unknown")


def _series_by_id(window: ParkProblem, name: str) -> dict[str, Reals]:
    found = [asset for asset in window.assets if asset.id == name]
    return series_of(found[0]) if found else {}


def _stores_alone(outlook: Outlook) -> ParkProblem:
    """Return the interval with nothing but the stores: all that can be said of it."""
    held = outlook.held
    buses = [asset for asset in held.assets if isinstance(asset, Bus)]
    outlets = [
        Spill(id=f"{bus.id}-outlet", bus=bus.id, limit_kw=np.zeros(1), price_cny_per_kwh=0.0)
        for bus in buses
    ]
    moved = replace(held.horizon, start_s=outlook.at_s, n_steps=1)
    alone = ParkProblem(moved, (*buses, *outlets, *stores_of(held)))
    return step_of(standing_at(alone, outlook.standing))
