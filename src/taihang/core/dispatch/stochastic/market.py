"""A spot market in two settlements, and the park's position in it.

What is bought a day ahead is paid at the day-ahead price, and what is then drawn beside it at the
price of real time: ``Q_da·P_da + (Q_rt − Q_da)·P_rt``. The prices of the gateway itself are what
comes on top of the market, so a problem with a market names transmission and funds there.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Final

import numpy as np

from taihang.core.dispatch.assembly import INF, Assembly
from taihang.core.dispatch.fields import ParkProblemError, Range, Words
from taihang.core.dispatch.model import Ints, Reals

QUANTITY: Final = "quantity"
CURVE: Final = "curve"
_ANY: Final = Range(-INF)
_ABOVE_ZERO: Final = Range(1e-9)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Market:
    """The rules of the market at one gateway, as far as a bid has to keep them."""

    TYPE: ClassVar[str] = "market"

    id: str
    grid: str
    """The gateway whose energy is bought there."""
    offer: Annotated[str, Words(QUANTITY, CURVE)]
    """What may be handed in: one quantity an interval, or a curve of quantities by price."""
    bought_min_kw: Annotated[Reals, _ANY]
    """Least mean power that may be bought; below 0 for a sale, shape (n,) [kW]."""
    bought_max_kw: Annotated[Reals, _ANY]
    """Most that may be bought, shape (n,) [kW]."""
    short_fee_cny_per_kwh: Annotated[float, Range(0.0)]
    """For a kWh drawn beyond what was bought, beside its price [CNY/kWh]."""
    long_fee_cny_per_kwh: Annotated[float, Range(0.0)]
    """For a kWh bought and not drawn, beside its price [CNY/kWh]."""
    deviation_max_kw: float | None
    """Largest difference between bought and drawn, either way; none for any [kW]."""
    price_floor_cny_per_mwh: Annotated[float, _ANY]
    """May lie below 0, as in some provinces [CNY/MWh]."""
    price_cap_cny_per_mwh: Annotated[float, _ANY]
    price_tick_cny_per_mwh: Annotated[float, _ABOVE_ZERO]
    """Prices are handed in as multiples of it [CNY/MWh]."""
    quantity_tick_kw: Annotated[float, _ABOVE_ZERO]
    """Quantities are handed in as multiples of it [kW]."""
    quantity_min_kw: float
    """The smallest quantity that may be handed in beside none at all [kW]."""
    steps_max: int
    """Most steps of a curve."""

    def check(self) -> None:
        """Refuse rules that contradict each other.

        Raises:
            ParkProblemError: If limits are crossed, or a curve may have no step.
        """
        crossed = np.flatnonzero(self.bought_min_kw > self.bought_max_kw)
        if len(crossed):
            at = int(crossed[0])
            raise ParkProblemError(
                f"{self.id}.bought_min_kw {self.bought_min_kw[at]:g} in interval {at}",
                f"at most bought_max_kw, {self.bought_max_kw[at]:g} kW",
            )
        if self.price_floor_cny_per_mwh > self.price_cap_cny_per_mwh:
            raise ParkProblemError(
                f"{self.id}.price_floor_cny_per_mwh {self.price_floor_cny_per_mwh:g}",
                f"at most the cap, {self.price_cap_cny_per_mwh:g} CNY/MWh",
            )
        if self.steps_max < 1:
            raise ParkProblemError(f"{self.id}.steps_max {self.steps_max}", "1 or more")

    @property
    def n_steps_most(self) -> int:
        """How many steps a bid may have: one where only quantities are handed in."""
        return self.steps_max if self.offer == CURVE else 1

    @property
    def bought(self) -> str:
        """The block of what is bought."""
        return f"{self.id}.bought_kw"


@dataclass(frozen=True, slots=True, eq=False)
class Position:
    """The market at the prices of one scenario, as an asset contributes."""

    market: Market
    day_ahead_cny_per_kwh: Reals
    real_time_cny_per_kwh: Reals

    def contribute(self, to: Assembly) -> None:
        """Add what is bought, what differs from it, and both settlements."""
        market, hours = self.market, to.horizon.step_h
        imports, exports = (to.block(f"{market.grid}.{way}_kw") for way in ("import", "export"))
        bought = to.columns(
            market.bought, lower=market.bought_min_kw, upper=market.bought_max_kw, size=to.n
        )
        spot = self.real_time_cny_per_kwh
        to.cost(
            market.id,
            "market_cny",
            np.concatenate([imports, exports, bought]),
            each_cny=np.concatenate([spot, -spot, self.day_ahead_cny_per_kwh - spot]) * hours,
        )
        if market.short_fee_cny_per_kwh or market.long_fee_cny_per_kwh or self._is_limited:
            self._add_deviation(to, imports, exports, bought)

    @property
    def _is_limited(self) -> bool:
        return self.market.deviation_max_kw is not None

    def _add_deviation(self, to: Assembly, imports: Ints, exports: Ints, bought: Ints) -> None:
        market, hours = self.market, to.horizon.step_h
        most = INF if market.deviation_max_kw is None else market.deviation_max_kw
        short = to.flow(f"{market.id}.short_kw", upper=most)
        long = to.flow(f"{market.id}.long_kw", upper=most)
        to.rows(
            f"{market.id}.deviation_kw",
            [(imports, 1.0), (exports, -1.0), (bought, -1.0), (short, -1.0), (long, 1.0)],
            lower=0.0,
            upper=0.0,
        )
        to.cost(market.id, "short_cny", short, each_cny=market.short_fee_cny_per_kwh * hours)
        to.cost(market.id, "long_cny", long, each_cny=market.long_fee_cny_per_kwh * hours)
