"""The money of a design year by year: what it takes, what it spares, what it returns.

Year 0 is the day of building; every other sum falls at the end of its year. The comparison is the
same load without plants and without a battery. Before tax and before any loan::

    npv = Σ_t net_t · (1 + r)^(−t)            annuity = npv / Σ_{t=1..N} (1 + r)^(−t)
    irr: each rate in the bracket at which npv = 0

Sums are costs as negative numbers and income as positive ones.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np

from taihang.core.dispatch.model import Reals

RATE_LEAST: Final = -0.99
RATE_MOST: Final = 10.0
"""Between these rates a return is looked for [1/a]."""
_LOOKS: Final = 4001
_HALVINGS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """Something that is built, and built again when its life is over."""

    id: str
    size: float
    """Size that is built [kW or kWh]."""
    capex_cny_per_unit: float
    """Price of a unit, of the first and of every later one [CNY/kW or CNY/kWh]."""
    upkeep_ratio: float
    life_years: float
    fade_ratio: float

    @property
    def capex_cny(self) -> float:
        """What it costs to build [CNY]."""
        return self.size * self.capex_cny_per_unit

    def replaced_in(self, n_years: int) -> list[int]:
        """Return the years in which a life ends before the project does."""
        found, lives = list[int](), 1
        while lives * self.life_years < n_years:
            found.append(math.ceil(lives * self.life_years))
            lives += 1
        return found

    def unused_ratio(self, n_years: int) -> float:
        """Return which share of the last life is left at the end of the project [1]."""
        lives = len(self.replaced_in(n_years)) + 1
        return (lives * self.life_years - n_years) / self.life_years

    def left_ratio(self, year: int, n_years: int) -> float:
        """Return what is left of it in a year: the year of building is whole [1]."""
        bought = max([0, *(at for at in self.replaced_in(n_years) if at < year)])
        return 1.0 - self.fade_ratio * (year - 1 - bought)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingYear:
    """What a design does in one year, at the prices of the first."""

    import_cny: float
    """What is bought [CNY]."""
    demand_cny: float
    """For demand that is contracted or metered [CNY]."""
    export_cny: float
    """Income from what is fed back [CNY]."""
    wear_cny: float
    """What the study counts for each cycle of the battery [CNY]."""
    used_kwh: float
    """Of plants, not curtailed [kWh]."""
    load_kwh: float
    holds_ratios: bool
    """Whether all that is asked of the ratios can still be met in this year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """How prices move from one year to the next."""

    import_ratio: float
    export_ratio: float
    upkeep_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CashYear:
    """One year of the project; what is paid is negative."""

    year: int
    capex_cny: float = 0.0
    replacement_cny: float = 0.0
    upkeep_cny: float = 0.0
    wear_cny: float = 0.0
    import_cny: float = 0.0
    """What is bought less than without plants and battery."""
    demand_cny: float = 0.0
    """What demand costs less than without plants and battery."""
    export_cny: float = 0.0
    residual_cny: float = 0.0
    """Unused share of the last lives, at the first price."""
    used_kwh: float = 0.0
    load_kwh: float = 0.0
    without_cny: float = 0.0
    """What the load alone would cost; negative as all costs."""
    holds_ratios: bool = True

    @property
    def built_cny(self) -> float:
        """What plants and battery cost in this year, less what is left of them [CNY]."""
        paid = self.capex_cny + self.replacement_cny + self.upkeep_cny + self.wear_cny
        return paid + self.residual_cny

    @property
    def net_cny(self) -> float:
        """What the year leaves against the load alone [CNY]."""
        return self.built_cny + self.import_cny + self.demand_cny + self.export_cny


class ReturnState(StrEnum):
    """How many rates make the worth nothing."""

    ONE = "one"
    NONE = "none"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Internal rates of return, and whether there is one to speak of."""

    state: ReturnState
    rates_ratio: tuple[float, ...]
    """Every rate found, the lowest first [1/a]."""
    is_sure: bool
    """Whether signs prove that there is no other rate above 0: those of the sums (Descartes) or of
    what they add up to (Norstrøm)."""

    @property
    def rate_ratio(self) -> float | None:
        """The rate, where it is the only one [1/a]."""
        return self.rates_ratio[0] if self.state is ReturnState.ONE else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFlow:
    """All years of a project, from 0 on."""

    years: tuple[CashYear, ...]
    discount_ratio: float

    @property
    def net_cny(self) -> tuple[float, ...]:
        """What every year leaves, from year 0 on [CNY]."""
        return tuple(one.net_cny for one in self.years)

    @property
    def npv_cny(self) -> float:
        """Net present value [CNY]."""
        return present_worth(self.net_cny, self.discount_ratio)

    @property
    def annuity_cny(self) -> float:
        """The same in every year with the same present value [CNY/a]."""
        return self.npv_cny / annuity_factor(self.discount_ratio, len(self.years) - 1)

    @property
    def internal_return(self) -> Return:
        """Internal rate of return."""
        return internal_return(self.net_cny)

    @property
    def payback_years(self) -> float | None:
        """When all is paid back for good, undiscounted; None if never [a]."""
        return payback_years(self.net_cny)

    @property
    def discounted_payback_years(self) -> float | None:
        """When all is paid back for good, discounted; None if never [a]."""
        keeps = 1.0 / (1.0 + self.discount_ratio)
        return payback_years([cny * keeps**t for t, cny in enumerate(self.net_cny)])

    @property
    def lcoe_cny_per_kwh(self) -> float | None:
        """Plants and battery, by kWh of the plants that are used; None without any [CNY/kWh]."""
        used = present_worth([one.used_kwh for one in self.years], self.discount_ratio)
        built = present_worth([one.built_cny for one in self.years], self.discount_ratio)
        return -built / used if used > 0.0 else None

    @property
    def load_cny_per_kwh(self) -> float | None:
        """Everything, grid and all, by kWh of load; None without load [CNY/kWh]."""
        return self._per_load([one.without_cny + one.net_cny for one in self.years])

    @property
    def without_cny_per_kwh(self) -> float | None:
        """The load alone, by kWh of it; None without load [CNY/kWh]."""
        return self._per_load([one.without_cny for one in self.years])

    def _per_load(self, flow_cny: Sequence[float]) -> float | None:
        load = present_worth([one.load_kwh for one in self.years], self.discount_ratio)
        return -present_worth(flow_cny, self.discount_ratio) / load if load > 0.0 else None


def cash_flow_of(
    built: Sequence[Built],
    years: Sequence[OperatingYear],
    *,
    without: OperatingYear,
    growth: Growth,
    discount_ratio: float,
) -> CashFlow:
    """Return the cash flow of a design.

    Args:
        built: What is built.
        years: What it does in each year of the project, length N; prices of the first year.
        without: What the load alone does in a year.
        growth: How prices move.
        discount_ratio: Discount rate. [1/a]

    Returns:
        Years 0 … N. A replacement falls into the year in which a life ends.

    Example:
        >>> pv = Built(id="pv", size=1.0, capex_cny_per_unit=100.0, upkeep_ratio=0.0,
        ...            life_years=2.0, fade_ratio=0.0)
        >>> def year(import_cny: float) -> OperatingYear:
        ...     return OperatingYear(import_cny=import_cny, demand_cny=0.0, export_cny=0.0,
        ...                          wear_cny=0.0, used_kwh=1.0, load_kwh=1.0, holds_ratios=True)
        >>> still = Growth(import_ratio=0.0, export_ratio=0.0, upkeep_ratio=0.0)
        >>> flow = cash_flow_of([pv], [year(40.0)] * 2, without=year(100.0), growth=still,
        ...                     discount_ratio=0.0)
        >>> flow.net_cny
        (-100.0, 60.0, 60.0)
    """
    n_years = len(years)
    found = [CashYear(year=0, capex_cny=-sum(one.capex_cny for one in built))]
    for year, does in enumerate(years, start=1):
        dearer = (1.0 + growth.import_ratio) ** (year - 1)
        kept = (1.0 + growth.upkeep_ratio) ** (year - 1)
        is_last = year == n_years
        found.append(
            CashYear(
                year=year,
                replacement_cny=-sum(
                    one.capex_cny * one.replaced_in(n_years).count(year) for one in built
                )
                + 0.0,
                upkeep_cny=-sum(one.capex_cny * one.upkeep_ratio for one in built) * kept + 0.0,
                wear_cny=-does.wear_cny + 0.0,
                import_cny=(without.import_cny - does.import_cny) * dearer,
                demand_cny=(without.demand_cny - does.demand_cny) * dearer,
                export_cny=does.export_cny * (1.0 + growth.export_ratio) ** (year - 1),
                residual_cny=sum(one.capex_cny * one.unused_ratio(n_years) for one in built)
                if is_last
                else 0.0,
                used_kwh=does.used_kwh,
                load_kwh=does.load_kwh,
                without_cny=-(without.import_cny + without.demand_cny) * dearer,
                holds_ratios=does.holds_ratios,
            )
        )
    return CashFlow(years=tuple(found), discount_ratio=discount_ratio)


def present_worth(flow: Sequence[float], rate_ratio: float) -> float:
    """Return the worth today of sums at the end of years 0, 1, 2 and so on.

    Args:
        flow: The sums.
        rate_ratio: Discount rate, above −1. [1/a]

    Example:
        >>> present_worth([-100.0, 110.0], 0.1)
        0.0
    """
    # Horner: every power of the factor is one product, and no sum is larger than its years.
    keeps, worth = 1.0 / (1.0 + rate_ratio), 0.0
    for each in reversed(flow):
        worth = worth * keeps + each
    return worth


def annuity_factor(rate_ratio: float, n_years: int) -> float:
    """Return the worth today of 1 at the end of each of some years.

    Example:
        >>> annuity_factor(0.0, 20)
        20.0
    """
    return present_worth([0.0, *[1.0] * n_years], rate_ratio)


def internal_return(flow: Sequence[float]) -> Return:
    """Return every rate between −99 % and 1000 % at which sums are worth nothing today.

    The bracket is looked through at 4 001 rates, even in ln(1 + r), and every change of sign is
    halved to the last digit. The sums change sign at least as often as there are rates (Descartes).
    Where what they add up to changes sign once, one rate above 0 is all there is (C. J. Norstrøm,
    J. Financial and Quantitative Analysis 7, 1972, *from memory*).

    Example:
        >>> internal_return([-100.0, 60.0, 60.0]).state.value
        'one'
        >>> internal_return([100.0, 60.0]).state.value
        'none'
        >>> [round(rate, 12) for rate in internal_return([-100.0, 230.0, -132.0]).rates_ratio]
        [0.1, 0.2]
    """
    changes = _changes(flow)
    found = _roots(flow) if changes else []
    state = ReturnState.ONE if len(found) == 1 else ReturnState.SEVERAL
    return Return(
        state=state if found else ReturnState.NONE,
        rates_ratio=tuple(found),
        is_sure=len(found) == changes or (len(found) == 1 and _changes(accumulated(flow)) == 1),
    )


def accumulated(flow: Sequence[float]) -> list[float]:
    """Return what sums add up to, year after year.

    Example:
        >>> accumulated([-100.0, 60.0, 60.0])
        [-100.0, -40.0, 20.0]
    """
    return [float(each) for each in np.cumsum(np.array(flow, np.float64))]


def _changes(flow: Sequence[float]) -> int:
    signs = [each > 0.0 for each in flow if each != 0.0]
    return sum(before != after for before, after in pairwise(signs))


def _roots(flow: Sequence[float]) -> list[float]:
    logs = np.linspace(math.log1p(RATE_LEAST), math.log1p(RATE_MOST), _LOOKS)
    worths = _scaled_worths(flow, logs)
    found = [math.expm1(float(at)) for at in logs[worths == 0.0]]

    def worth(at: float) -> float:
        return float(_scaled_worths(flow, np.array([at]))[0])

    found.extend(
        math.expm1(_halved(worth, float(logs[at]), float(logs[at + 1])))
        for at in np.flatnonzero(worths[:-1] * worths[1:] < 0.0)
    )
    return sorted(found)


def _scaled_worths(flow: Sequence[float], logs: Reals) -> Reals:
    """Return worths over their greatest term: at −99 % a late sum counts 10¹²⁰-fold."""
    sums = np.array(flow, np.float64)
    powers = -np.outer(logs, np.arange(len(sums)))
    powers -= powers.max(axis=1, keepdims=True)
    return np.exp(powers) @ (sums / max(float(np.abs(sums).max()), 1e-300))


def _halved(worth: Callable[[float], float], least: float, most: float) -> float:
    below = worth(least)
    for _ in range(_HALVINGS):
        middle = 0.5 * (least + most)
        if middle in (least, most):
            break
        if worth(middle) * below > 0.0:
            least = middle
        else:
            most = middle
    return 0.5 * (least + most)


def payback_years(flow: Sequence[float]) -> float | None:
    """Return after how many years the sum is no longer below nothing, for good.

    Within a year money comes evenly. Where a replacement takes the sum below nothing again, the
    later time counts; None where the sum ends below nothing.

    Example:
        >>> payback_years([-100.0, 40.0, 40.0, 40.0])
        2.5
        >>> payback_years([-100.0, 40.0]) is None
        True
        >>> payback_years([1.0])
        0.0
    """
    sums = accumulated(flow)
    below = [year for year, cny in enumerate(sums) if cny < 0.0]
    if not below:
        return 0.0
    last = below[-1]
    if last == len(sums) - 1:
        return None
    return last - sums[last] / flow[last + 1]
