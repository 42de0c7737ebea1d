"""What every user of electricity did over some whole local days: the figures behind daily reports.

Statements are monthly; a day or a week has none. Its energies are the same settled intervals, and
its coal and carbon the same energies times the same facts, so that the days of a month sum to what
its statements say, to the watt-hour.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from taihang.core.carbon.scope2 import Claim, Instrument, location_based, market_based
from taihang.core.facts import Fact, FactOutOfForceError
from taihang.core.park.topology import Direction
from taihang.core.periods import STEP_S, Period
from taihang.core.quantities import KG_PER_T, SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quality
from taihang.services.account import NON_FOSSIL, first_day, grid_factor, local_last_day
from taihang.services.month_sums import MonthSums, sums_of
from taihang.services.ports import Columns, Ports, Slabs
from taihang.standards import mee_grid_factors
from taihang.standards.gbt_2589 import Activity, Basis, standard_coal_tce

_STEPS_PER_HOUR: Final = SECONDS_PER_HOUR // STEP_S
_USED: Final = ("total_wh", "line_wh", "pool_wh", "quality")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanFacts:
    """The facts in force at the end of a stretch of days."""

    location: Fact
    residual: Fact
    non_fossil: Fact

    @property
    def every(self) -> tuple[Fact, ...]:
        """All of them, in the order in which a report lists them."""
        return self.location, self.residual, self.non_fossil


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSpan:
    """One user over a stretch of days."""

    id: str
    load_wh: int
    """Energy used over the usable intervals [Wh]."""
    measured_wh: int
    """Of it what its own meters say, no estimate and nothing below zero, as statements take it."""
    line_wh: int
    """What came over dedicated lines [Wh]."""
    pool_wh: int
    """What the park's green supply gave [Wh]."""
    peak_w: int | None
    """Greatest mean power of an interval [W]; None where no interval is usable."""
    peak_at_s: int | None
    """Start of the first interval of that power [s]."""
    coal_tce: Decimal | None
    """Standard coal at equivalent value 当量值; None where a fact is not in force."""
    coal_equal_tce: Decimal | None
    """The same at equal value 等价值."""
    location_tco2: Decimal | None
    market_tco2: Decimal | None
    n_missing: int
    n_estimated: int
    n_intervals: int

    @property
    def green_wh(self) -> int:
        """Energy matched with generation of the park [Wh]."""
        return self.line_wh + self.pool_wh

    @property
    def green_ratio(self) -> Decimal | None:
        """Of its energy what was matched with generation of the park [1]."""
        return Decimal(self.green_wh) / self.load_wh if self.load_wh else None

    @property
    def coverage_ratio(self) -> Decimal | None:
        """Intervals that were read over all [1]; an estimate covers nothing."""
        n_read = self.n_intervals - self.n_missing - self.n_estimated
        return Decimal(n_read) / self.n_intervals if self.n_intervals else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Every user over a stretch of days."""

    period: Period
    users: Mapping[str, UserSpan]
    """By id, in the order of the park file; a user without a settled row is not there."""
    facts: SpanFacts | None
    """None where one of them is not in force."""
    lacks: str
    """Why a fact is lacking, in its own words; empty where none is."""

    @property
    def load_wh(self) -> int:
        """Energy used by all of them [Wh]."""
        return sum(user.load_wh for user in self.users.values())

    @property
    def green_wh(self) -> int:
        """Of it what was matched with generation of the park [Wh]."""
        return sum(user.green_wh for user in self.users.values())

    @property
    def n_missing(self) -> int:
        """User-intervals without a usable value."""
        return sum(user.n_missing for user in self.users.values())

    @property
    def coal_tce(self) -> Decimal | None:
        """Standard coal at equivalent value 当量值; None where it is known of nobody [tce]."""
        return _summed(user.coal_tce for user in self.users.values())

    @property
    def coal_equal_tce(self) -> Decimal | None:
        """The same at equal value 等价值 [tce]."""
        return _summed(user.coal_equal_tce for user in self.users.values())

    @property
    def location_tco2(self) -> Decimal | None:
        """Scope 2 of all of them, location-based [tCO₂]."""
        return _summed(user.location_tco2 for user in self.users.values())

    @property
    def market_tco2(self) -> Decimal | None:
        """The same, market-based [tCO₂]."""
        return _summed(user.market_tco2 for user in self.users.values())


def read_span(period: Period, *, ports: Ports) -> Span:
    """Add up what users did over a stretch of days.

    Args:
        period: Whole local days, settled or not; what is not settled counts as not there.
        ports: The outside world.

    Returns:
        The users that have a settled interval.
    """
    # 1. The facts in force, and the settled rows.
    facts, lacks = _facts(period, ports)
    rows = read_users(period, _USED, ports=ports)
    intervals = ports.lake.read("intervals", period, columns=("wh", "quality"))
    # 2. Their sums, as statements take them.
    sums = sums_of(intervals, rows, {})
    measured_wh = _measured_wh(sums, ports)
    # 3. User by user.
    users: dict[str, UserSpan] = {}
    for user in ports.park.users:
        if user in sums.users:
            day = _Ground(period, sums.users[user], measured_wh.get(user, 0), facts, ports)
            users[user] = _user(user, rows["user", user], day)
    return Span(period=period, users=users, facts=facts, lacks=lacks)


def read_users(period: Period, columns: Sequence[str], *, ports: Ports) -> Slabs:
    """Return the settled rows of every user that these ports show.

    Args:
        period: Any period.
        columns: What is read of each row.
        ports: The outside world, or what an enterprise sees of it: its own rows alone.
    """
    if ports.scope.is_whole:
        return ports.lake.read("matching", period, "user", columns=columns)
    found: dict[tuple[str, ...], Columns] = {}
    for user in ports.park.users:
        # A name that is a plant's as well is no user's row.
        rows = ports.lake.read("matching", period, user, columns=columns)
        found |= {key: of for key, of in rows.items() if key == ("user", user)}
    return found


def coal_of(energy_wh: int, *, period: Period, ports: Ports) -> tuple[Decimal, Decimal | None]:
    """Return the standard coal of an amount of electricity, at both values.

    Args:
        energy_wh: The electricity. [Wh]
        period: When it was used; the coefficients of its last local day are taken.
        ports: The outside world.

    Returns:
        At equivalent value 当量值, and at equal value 等价值 or None where none is in force. [tce]

    Raises:
        FactOutOfForceError: If no coefficient is in force.
    """
    used = Activity(
        energy="electricity",
        amount=Decimal(energy_wh) / WH_PER_KWH,
        unit="kWh",
        family="gbt-2589-2020",
    )
    on = local_last_day(period, ports.park)
    found = standard_coal_tce([used], ports.facts, basis=Basis.EQUIVALENT, on=on)
    return found.equivalent_tce, found.equal_tce


def coal_facts(period: Period, *, ports: Ports) -> tuple[Fact, ...]:
    """Return the coefficients behind ``coal_of``; none where none is in force.

    Args:
        period: When electricity was used.
        ports: The outside world.
    """
    on = local_last_day(period, ports.park)
    code = "coal-equivalent.electricity"
    return (
        *ports.facts.candidates(code, on=on, family="gbt-2589-2020"),
        *ports.facts.candidates(f"{code}.equal-value", on=on),
    )


def _summed(values: Iterable[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _facts(period: Period, ports: Ports) -> tuple[SpanFacts | None, str]:
    choices = ports.park.accounting
    on = max(local_last_day(period, ports.park), first_day(NON_FOSSIL, ports.facts))
    average, nation = mee_grid_factors.AVERAGE, mee_grid_factors.NATION
    try:
        location = grid_factor(ports, code=average, region=choices.location_region, period=period)
        residual = grid_factor(ports, code=choices.residual_factor, region=nation, period=period)
        non_fossil = ports.facts.in_force(NON_FOSSIL, on=on)
        coal_of(0, period=period, ports=ports)
    except FactOutOfForceError as error:
        return None, str(error)
    return SpanFacts(location=location, residual=residual, non_fossil=non_fossil), ""


def _measured_wh(sums: MonthSums, ports: Ports) -> dict[str, int]:
    """Return what the meters of each user say, as statements count it [Wh]."""
    found: dict[str, int] = {}
    for meter in ports.park.meters.values():
        if meter.measures is Direction.CONSUMPTION and meter.id in sums.meters:
            found[meter.node] = found.setdefault(meter.node, 0) + sums.meters[meter.id]["wh"]
    return found


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the figures of one user are made of."""

    period: Period
    sums: Mapping[str, int]
    measured_wh: int
    facts: SpanFacts | None
    ports: Ports


def _user(user: str, rows: Columns, ground: _Ground) -> UserSpan:
    usable_wh = np.where(rows["quality"] < Quality.MISSING, rows["total_wh"], -1)
    at = int(usable_wh.argmax())
    is_known = bool(usable_wh[at] >= 0)
    of = ground.sums
    coal_tce = coal_equal_tce = location_tco2 = market_tco2 = None
    if ground.facts is not None and is_known:
        coal_tce, coal_equal_tce = coal_of(
            ground.measured_wh, period=ground.period, ports=ground.ports
        )
        location = location_based(ground.measured_wh, factor=ground.facts.location)
        location_tco2 = location.kg_co2e / KG_PER_T
        market_tco2 = _market_tco2(of, ground.facts)
    return UserSpan(
        id=user,
        load_wh=of["load_wh"],
        measured_wh=ground.measured_wh,
        line_wh=of["line_wh"],
        pool_wh=of["pool_wh"],
        peak_w=int(usable_wh[at]) * _STEPS_PER_HOUR if is_known else None,
        peak_at_s=int(rows["time_s"][at]) if is_known else None,
        coal_tce=coal_tce,
        coal_equal_tce=coal_equal_tce,
        location_tco2=location_tco2,
        market_tco2=market_tco2,
        n_missing=of["missing"],
        n_estimated=of["estimated"],
        n_intervals=of["n"],
    )


def _market_tco2(of: Mapping[str, int], facts: SpanFacts) -> Decimal:
    claims = [
        Claim(instrument=instrument, label=label, wh=of[key], factor=facts.non_fossil)
        for instrument, label, key in _CLAIMS
    ]
    return market_based(of["load_wh"], claims=claims, residual=facts.residual).kg_co2e / KG_PER_T


_CLAIMS: Final = (
    (Instrument.DIRECT_LINE, "dedicated line", "line_wh"),
    (Instrument.CONTRACT, "park green supply", "pool_wh"),
)
