"""Runs a control in closed loop over a measured span: look, decide, do, measure, and again.

The park is one load, its plants, one gateway and one battery. At each interval the control sees
what was expected before it (``expected.py``), decides over its window, and only its first set-point
is done, on what was really drawn and generated.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np

from taihang.core.dispatch.assets.battery import AT_LEAST, Battery
from taihang.core.dispatch.assets.demand_charge import DemandCharge
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.assets.load import Load
from taihang.core.dispatch.assets.plant import Plant
from taihang.core.dispatch.expected import Expected, Published
from taihang.core.dispatch.follow import able, full_kwh
from taihang.core.dispatch.forecast import ForecastKind
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Ints, Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem

WINDOW_STEPS: Final = 96
_KINDS: Final = {"pv": ForecastKind.PV, "wind": ForecastKind.WIND, "hydro": ForecastKind.WIND}
_SECONDS_PER_DAY: Final = 86_400


class Answer(StrEnum):
    """What stands behind a set-point."""

    OPTIMAL = "optimal"
    GAP = "gap"
    """Feasible, with a proven gap."""
    FALLBACK = "fallback"
    """An older plan or the safe rule, for there was no answer in time."""
    BLIND = "blind"
    """Nothing was measured yet from which anything could be expected; the battery rests."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One set-point and what stands behind it."""

    power_kw: float
    """At the AC side, charging positive [kW]."""
    cap_kw: float
    """The demand that the plan pays for: within the interval the local rule keeps the gateway at
    or below it, as far as the battery can [kW]."""
    answer: Answer


Decide: TypeAlias = Callable[[ParkProblem], Decision]
"""Decides over a window; called once an interval, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A measured span of a park, and how its battery is to be run."""

    actual: ParkProblem
    """What was measured over the whole span, from a local midnight on."""
    end_ratio: float
    """What each window has to leave in the battery [1]."""
    peak_ahead_kw: Mapping[int, float]
    """By month of the span: the peak that is expected of it anyway, 0 where nothing is [kW]."""
    has_foresight: bool
    """Whether windows show what was to come instead of what was expected."""


@dataclass(frozen=True, slots=True, eq=False)
class Ran:
    """What a control did over a span."""

    power_kw: Reals
    """Of the battery, charging positive, shape (n,) [kW]."""
    told_kw: Reals
    """What the plan had said, shape (n,) [kW]."""
    level_kwh: Reals
    """What it held at the end of each interval, shape (n,) [kWh]."""
    import_kw: Reals
    """What the gateway drew, shape (n,) [kW]."""
    answers: tuple[Answer, ...]


class Windows:
    """What a control sees of a site, interval by interval."""

    def __init__(self, site: Site) -> None:
        self._site = site
        park = site.actual
        self.n_steps = park.horizon.n_steps
        self.steps_per_day = _SECONDS_PER_DAY // park.horizon.step_s
        self._expected = {asset.id: self._expectation(asset) for asset in park.assets}
        self._prices = {
            (asset.id, name): Published(getattr(asset, name), self.steps_per_day)
            for asset in park.assets
            if isinstance(asset, Grid)
            for name in ("import_price_cny_per_kwh", "export_price_cny_per_kwh")
        }

    def at(self, step: int, *, level_kwh: float, so_far_kw: float) -> ParkProblem:
        """Return the window that begins with an interval, as it is known when it begins.

        Args:
            step: The interval.
            level_kwh: What the battery holds. [kWh]
            so_far_kw: What the month has reached. [kW]

        Raises:
            NoHistoryError: If no whole day lies before this one.
        """
        old = self._site.actual.horizon
        horizon = Horizon(
            start_s=old.start_s + step * old.step_s,
            step_s=old.step_s,
            n_steps=WINDOW_STEPS,
            time_zone=old.time_zone,
        )
        shown = (
            self._stands(self._shown(asset, step), level_kwh=level_kwh, so_far_kw=so_far_kw)
            for asset in self._site.actual.assets
        )
        return ParkProblem(horizon, tuple(shown))

    def _expectation(self, asset: Asset) -> Expected | None:
        if isinstance(asset, Load):
            return Expected(asset.load_kw, ForecastKind.LOAD, self.steps_per_day)
        if isinstance(asset, Plant):
            return Expected(asset.available_ratio, _KINDS[asset.kind], self.steps_per_day)
        return None

    def _shown(self, asset: Asset, step: int) -> Asset:
        """Return an asset with the series of a window."""
        expected = self._expected[asset.id]
        if isinstance(asset, Load) and expected is not None:
            return replace(asset, load_kw=self._series(asset.load_kw, expected, step))
        if isinstance(asset, Plant) and expected is not None:
            return replace(
                asset, available_ratio=self._series(asset.available_ratio, expected, step)
            )
        if isinstance(asset, Grid):
            return self._gateway(asset, step)
        return asset

    def _series(self, was_kw: Reals, expected: Expected, step: int) -> Reals:
        shown = expected.window_kw(step, n_steps=WINDOW_STEPS)
        if not self._site.has_foresight:
            return shown
        known = was_kw[step : step + WINDOW_STEPS]
        return np.concatenate([known, shown[len(known) :]])

    def _gateway(self, asset: Grid, step: int) -> Grid:
        prices = dict[str, Reals]()
        for name in ("import_price_cny_per_kwh", "export_price_cny_per_kwh"):
            published = self._prices[asset.id, name]
            shown = published.window_cny_per_kwh(step, n_steps=WINDOW_STEPS)
            if self._site.has_foresight:
                known = published.price_cny_per_kwh[step : step + WINDOW_STEPS]
                shown = np.concatenate([known, shown[len(known) :]])
            prices[name] = shown
        flat = np.ones(WINDOW_STEPS)
        return replace(
            asset,
            import_limit_kw=flat * asset.import_limit_kw[0],
            export_limit_kw=flat * asset.export_limit_kw[0],
            carbon_kg_per_kwh=flat * asset.carbon_kg_per_kwh[0],
            **prices,
        )

    def _stands(self, asset: Asset, *, level_kwh: float, so_far_kw: float) -> Asset:
        if isinstance(asset, Battery):
            return replace(
                asset,
                soc_start_ratio=level_kwh / full_kwh(asset),
                soc_end=AT_LEAST,
                soc_end_min_ratio=self._site.end_ratio,
            )
        if isinstance(asset, DemandCharge):
            return replace(asset, so_far_kw=so_far_kw)
        return asset


def run(site: Site, decide: Decide) -> Ran:
    """Run a control over a span.

    Args:
        site: The span.
        decide: The control.

    Returns:
        What it did.
    """
    windows, state = Windows(site), _State(site)
    for step in range(windows.n_steps):
        state.turn_month(step)
        # 1. Look: the first day has no past to expect anything from.
        decision = Decision(0.0, np.inf, Answer.BLIND)
        if step >= windows.steps_per_day:
            # 2. Decide.
            window = windows.at(step, level_kwh=state.level_kwh, so_far_kw=state.ahead_kw)
            decision = decide(window)
        # 3. Do what the battery can of it, and measure.
        state.do(step, decision)
    return Ran(
        state.power_kw, state.told_kw, state.levels_kwh, state.import_kw, tuple(state.answers)
    )


class _State:
    """Where a park stands while it is run."""

    def __init__(self, site: Site) -> None:
        self._site, park = site, site.actual
        (self._battery,) = (asset for asset in park.assets if isinstance(asset, Battery))
        self._net_kw, self._months = net_load_kw(park), park.horizon.months()
        self._reached_kw = 0.0
        self.level_kwh = self._battery.start_ratio * full_kwh(self._battery)
        n_steps = park.horizon.n_steps
        self.power_kw, self.told_kw, self.levels_kwh, self.import_kw = np.zeros((4, n_steps))
        self.answers = list[Answer]()
        self.ahead_kw = 0.0

    def turn_month(self, step: int) -> None:
        """Forget the peak of a month that is over, and say what this one is taken to reach."""
        month = self._months[step]
        if step and month != self._months[step - 1]:
            self._reached_kw = 0.0
        self.ahead_kw = max(self._reached_kw, self._site.peak_ahead_kw.get(int(month), 0.0))

    def do(self, step: int, decision: Decision) -> None:
        """Do one set-point on what is really drawn and generated.

        The gateway is measured all the time, so what is told is lowered at once where the demand
        that the plan pays for would be passed.
        """
        self.told_kw[step] = decision.power_kw
        told = np.array([min(decision.power_kw, decision.cap_kw - self._net_kw[step])])
        start = self.level_kwh / full_kwh(self._battery)
        now = replace(self._battery, soc_start_ratio=start)
        done, self.level_kwh = able(now, told, step_h=self._site.actual.horizon.step_h)
        self.power_kw[step], self.levels_kwh[step] = done[0], self.level_kwh
        self.import_kw[step] = max(self._net_kw[step] + done[0], 0.0)
        self._reached_kw = max(self._reached_kw, float(self.import_kw[step]))
        self.answers.append(decision.answer)


def net_load_kw(park: ParkProblem) -> Reals:
    """Return what the park draws beside its battery, less what its plants can give, shape (n,)."""
    net = np.zeros(park.horizon.n_steps)
    for asset in park.assets:
        if isinstance(asset, Load):
            net = net + asset.load_kw
        if isinstance(asset, Plant):
            net = net - asset.available_ratio * asset.capacity_kw.existing
    return net


def days_of(park: ParkProblem, first: int, n_steps: int) -> ParkProblem:
    """Return a part of a measured span as a problem of its own.

    Args:
        park: The span.
        first: Its first interval that is kept.
        n_steps: How many.
    """
    old, part = park.horizon, slice(first, first + n_steps)
    horizon = replace(old, start_s=old.start_s + first * old.step_s, n_steps=n_steps)
    return ParkProblem(horizon, tuple(_cut(asset, part) for asset in park.assets))


def _cut(asset: Asset, part: slice) -> Asset:
    if isinstance(asset, Load):
        return replace(asset, load_kw=asset.load_kw[part])
    if isinstance(asset, Plant):
        return replace(asset, available_ratio=asset.available_ratio[part])
    if isinstance(asset, Grid):
        return replace(
            asset,
            import_limit_kw=asset.import_limit_kw[part],
            export_limit_kw=asset.export_limit_kw[part],
            import_price_cny_per_kwh=asset.import_price_cny_per_kwh[part],
            export_price_cny_per_kwh=asset.export_price_cny_per_kwh[part],
            carbon_kg_per_kwh=asset.carbon_kg_per_kwh[part],
        )
    return asset


def steps_of_month(months: Ints, month: int) -> slice:
    """Return where a month stands in a span."""
    at = np.flatnonzero(months == month)
    return slice(int(at[0]), int(at[-1]) + 1)
