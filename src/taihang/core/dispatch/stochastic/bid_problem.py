"""The problem of the day ahead: scenarios of one park, a market, offers, and a view on risk."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast

import numpy as np

from taihang.core.dispatch.assembly import Assembled, Assembly
from taihang.core.dispatch.fields import ParkProblemError
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import Asset, ParkProblem
from taihang.core.dispatch.stochastic.market import Market, Position
from taihang.core.dispatch.stochastic.offers import Offer, ResponseOffer, choices_of
from taihang.core.dispatch.stochastic.risk import Risk
from taihang.core.quantities import SECONDS_PER_HOUR

MAX_SCENARIOS: Final = 1_000
"""Most scenarios in one problem (§10)."""
_SUM_RATIO: Final = 1e-9
"""By how much probabilities may miss 1: the rounding of their sum [1]."""
_KWH_PER_MWH: Final = 1e3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scenario:
    """One course that the day may take."""

    id: str
    probability_ratio: float
    problem: ParkProblem
    """The park on that day: the same assets, with the load, sun and wind of the scenario."""
    day_ahead_cny_per_kwh: Reals
    """Price of the day-ahead market, shape (n,) [CNY/kWh]."""
    real_time_cny_per_kwh: Reals
    """Price of what differs from it, shape (n,) [CNY/kWh]."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BidRules:
    """What may be committed today, and how it is judged."""

    market: Market
    offers: tuple[Offer, ...]
    committed: tuple[str, ...]
    """Flows of the plan that are decided today as well, by ``asset.name``."""
    risk: Risk

    def with_scenarios(self, scenarios: Sequence[Scenario]) -> "BidProblem":
        """Return the problem of a day.

        Raises:
            ParkProblemError: If the scenarios are not of one park.
        """
        return BidProblem(
            market=self.market,
            offers=self.offers,
            committed=self.committed,
            risk=self.risk,
            scenarios=tuple(scenarios),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BidProblem(BidRules):
    """All that today's commitments depend on."""

    scenarios: tuple[Scenario, ...]

    def __post_init__(self) -> None:
        """Refuse scenarios that are not scenarios of one park.

        Raises:
            ParkProblemError: If something does not fit together.
        """
        self.market.check()
        self.risk.check()
        choices_of(self.offers)
        for offer in self.offers:
            if isinstance(offer, ResponseOffer):
                offer.check()
        _need(
            0 < len(self.scenarios) <= MAX_SCENARIOS,
            f"{len(self.scenarios)} scenarios",
            f"1 … {MAX_SCENARIOS}",
        )
        chances = self.probability_ratio
        _need(
            bool((chances > 0.0).all()) and abs(float(chances.sum()) - 1.0) <= _SUM_RATIO,
            f"probabilities that sum to {float(chances.sum()):.12g}",
            "probabilities above 0 that sum to 1",
        )
        first = self.scenarios[0].problem
        names = [(asset.TYPE, asset.id) for asset in first.assets]
        for one in self.scenarios:
            _need(
                [(asset.TYPE, asset.id) for asset in one.problem.assets] == names
                and one.problem.horizon == first.horizon
                and all(map(_alike, one.problem.assets, first.assets)),
                f"other assets, sizes or another horizon in scenario {one.id}",
                "the same park in every scenario; only series may differ",
            )
            self._check_prices(one)
        self._check_names([name for _, name in names])

    @property
    def probability_ratio(self) -> Reals:
        """Probability of each scenario, shape (n_scenarios,)."""
        return np.array([one.probability_ratio for one in self.scenarios])

    def assembled(self, scenario: Scenario, offers: Sequence[Offer]) -> Assembled:
        """Return the linear model of one scenario with its market and some offers."""
        to = Assembly(scenario.problem.horizon)
        position = Position(
            self.market, scenario.day_ahead_cny_per_kwh, scenario.real_time_cny_per_kwh
        )
        for asset in (*scenario.problem.assets, position, *offers):
            asset.contribute(to)
        assembled = to.assembled()
        known = [block.name for block in assembled.model.columns]
        unknown = [name for name in self.committed if name not in known]
        _need(not unknown, f"committed flows {unknown}", f"some of {known}", "correct the names")
        return assembled

    def mean(self) -> "BidProblem":
        """Return the problem of the mean forecast: one scenario, the mean of all."""
        chances = self.probability_ratio
        problems = [one.problem for one in self.scenarios]
        rows = zip(*(problem.assets for problem in problems), strict=True)
        assets = tuple(_mean_asset(row, chances) for row in rows)
        mean = Scenario(
            id="mean",
            probability_ratio=1.0,
            problem=ParkProblem(problems[0].horizon, assets),
            day_ahead_cny_per_kwh=_mean(
                [one.day_ahead_cny_per_kwh for one in self.scenarios], chances
            ),
            real_time_cny_per_kwh=_mean(
                [one.real_time_cny_per_kwh for one in self.scenarios], chances
            ),
        )
        return replace(self, scenarios=(mean,))

    def hourly_prices(self) -> tuple[str, ...]:
        """Return which prices change only from hour to hour, where intervals are shorter."""
        per_hour = int(SECONDS_PER_HOUR // self.scenarios[0].problem.horizon.step_s)
        names = ("day_ahead_cny_per_kwh", "real_time_cny_per_kwh")
        return tuple(
            name
            for name in names
            if all(_is_hourly(getattr(one, name), per_hour) for one in self.scenarios)
            and any(float(np.ptp(getattr(one, name))) > 0.0 for one in self.scenarios)
        )

    def _check_prices(self, one: Scenario) -> None:
        market, n = self.market, one.problem.horizon.n_steps
        for name, prices in (
            ("day_ahead_cny_per_kwh", one.day_ahead_cny_per_kwh),
            ("real_time_cny_per_kwh", one.real_time_cny_per_kwh),
        ):
            _need(
                len(prices) == n and bool(np.isfinite(prices).all()),
                f"{name} of scenario {one.id} with a gap or of another length",
                f"{n} finite prices",
                "fill the gap with a named method first: missing is never zero (§7)",
            )
        low, high = market.price_floor_cny_per_mwh, market.price_cap_cny_per_mwh
        per_mwh = one.day_ahead_cny_per_kwh * _KWH_PER_MWH
        off = np.flatnonzero((per_mwh < low - _SUM_RATIO) | (per_mwh > high + _SUM_RATIO))
        if len(off):
            raise ParkProblemError(
                f"a day-ahead price of {per_mwh[off[0]]:.10g} CNY/MWh in interval {int(off[0])} "
                f"of scenario {one.id}",
                f"{low:.10g} … {high:.10g}, the limits of the market",
                "correct the price, or the limits of the market",
            )

    def _check_names(self, ids: list[str]) -> None:
        own = [self.market.id, *(offer.id for offer in self.offers)]
        twice = sorted({name for name in own if (*ids, *own).count(name) > 1})
        _need(not twice, f"ids {twice} twice", "every id once", "rename one of them")
        for owner, named, kind in (
            (self.market.id, self.market.grid, "grid"),
            *((one.id, _named(one), _KIND[one.TYPE]) for one in self.offers),
        ):
            known = [one.id for one in self.scenarios[0].problem.assets if kind == one.TYPE]
            _need(named in known, f"{kind} {named!r} of {owner}", f"one of {known}")


_KIND: Final = {"reserve_offer": "battery", "response_offer": "grid"}


def _named(offer: Offer) -> str:
    return str(getattr(offer, _KIND[offer.TYPE]))


def _alike(one: Asset, other: Asset) -> bool:
    """Whether two assets differ in nothing but their series."""
    names = [field.name for field in fields(cast("Any", one))]
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    return all(isinstance(mine, np.ndarray) or mine == yours for mine, yours in pairs)


def _is_hourly(price_cny_per_kwh: Reals, per_hour: int) -> bool:
    n = len(price_cny_per_kwh)
    if per_hour < 2 or n % per_hour:  # noqa: PLR2004  # an hour of one interval says nothing
        return False
    hours = price_cny_per_kwh.reshape(-1, per_hour)
    return bool(np.allclose(hours, hours[:, :1], rtol=0.0, atol=_SUM_RATIO))


def _mean(series: Sequence[Reals], chance_ratio: Reals) -> Reals:
    mean = chance_ratio @ np.array(series)
    mean.flags.writeable = False
    return mean


def _mean_asset(row: Sequence[Asset], chance_ratio: Reals) -> Asset:
    """Return an asset whose series are the means; everything else is the same in all."""
    first = cast("Any", row[0])
    series = {
        field.name: _mean([getattr(one, field.name) for one in row], chance_ratio)
        for field in fields(first)
        if isinstance(getattr(first, field.name), np.ndarray)
    }
    return cast("Asset", replace(first, **series))


def _need(  # the truth of the need is its subject
    truth: bool,  # noqa: FBT001
    given: str,
    expected: str,
    remedy: str = "correct the value",
) -> None:
    if not truth:
        raise ParkProblemError(given, expected, remedy)
