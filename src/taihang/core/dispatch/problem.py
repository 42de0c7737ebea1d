"""What a day plan is asked, and what it answers: the contract between planner and referee.

Everything the plan depends on stands in ``DayProblem``; nothing has a default, nothing is read
from elsewhere, and the whole of it is echoed back in the plan (rules §9, §12). Signs: charge,
import and load are drawn, discharge, export and generation are given; each is 0 or more.
Optimisation uses floats; settled energy and money do not come from here (§6).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from taihang.core.dispatch.model import Reals
from taihang.core.errors import InputError
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

MAX_STEPS: Final = 35_136
"""Largest number of intervals in one problem: the quarters of a leap year (§10)."""
MAX_STEP_S: Final = 86_400
_FLOW_RATIO: Final = 1e-6
_ROUNDING_RATIO: Final = 1e-9
"""Share of a limit that its own arithmetic may be off: 0.9 × rated energy is no exact float."""


class DayProblemError(InputError):
    """A day problem misses something, holds something unknown, or contradicts itself."""

    code = "input.day-problem"


@dataclass(frozen=True, slots=True, eq=False)
class PlantGroup:
    """Generation that is curtailed as one."""

    id: str
    available_kw: Reals
    """What it can give in each interval, shape (n,). [kW]"""
    curtail_price_cny_per_kwh: float | None
    """What a curtailed kWh costs, 0 or more; None means it may not be curtailed. [CNY/kWh]"""

    def __post_init__(self) -> None:
        """Own the numbers."""
        object.__setattr__(self, "available_kw", _series(self.available_kw, f"{self.id} available"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageLimits:
    """A battery as its AC terminals and its store show it.

    Energy follows ``E' = E·(1 − σ)^Δt + η_c·P_c·Δt − P_d·Δt/η_d``.
    """

    charge_kw: float
    """Largest power drawn at the AC side [kW]."""
    discharge_kw: float
    """Largest power given at the AC side [kW]."""
    energy_min_kwh: float
    energy_max_kwh: float
    charge_efficiency_ratio: float
    """η_c, from the AC side into the store, in (0, 1]."""
    discharge_efficiency_ratio: float
    """η_d, from the store to the AC side, in (0, 1]."""
    standing_loss_ratio_per_h: float
    """σ, share of the stored energy that is lost in an hour, in [0, 1)."""
    cycle_cost_cny_per_kwh: float
    """Wear per kWh discharged at the AC side, 0 or more [CNY/kWh]."""

    def __post_init__(self) -> None:
        """Refuse limits that no battery has.

        Raises:
            DayProblemError: If a limit is out of range; the message names it.
        """
        for name in ("charge_kw", "discharge_kw", "energy_min_kwh", "cycle_cost_cny_per_kwh"):
            _need(
                0.0 <= _number_of(self, name) < math.inf, name, self, "a finite number, 0 or more"
            )
        for name in ("charge_efficiency_ratio", "discharge_efficiency_ratio"):
            _need(0.0 < _number_of(self, name) <= 1.0, name, self, "a ratio in (0, 1]")
        name = "standing_loss_ratio_per_h"
        _need(0.0 <= self.standing_loss_ratio_per_h < 1.0, name, self, "a ratio in [0, 1)")
        high = self.energy_min_kwh <= self.energy_max_kwh < math.inf
        _need(high, "energy_max_kwh", self, "a finite energy, not below energy_min_kwh")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandCharge:
    """What a new maximum of the month's import costs."""

    price_cny_per_kw: float
    """Price of one more kW of maximum demand, for the month [CNY/kW]."""
    peak_so_far_kw: float
    """Maximum demand that the month has already reached: it costs nothing more [kW]."""

    def __post_init__(self) -> None:
        """Refuse negative or infinite values.

        Raises:
            DayProblemError: If a value is out of range.
        """
        for name in ("price_cny_per_kw", "peak_so_far_kw"):
            _need(
                0.0 <= _number_of(self, name) < math.inf, name, self, "a finite number, 0 or more"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayProblem:
    """One node for one day (or any other run of equal intervals): all that the plan depends on.

    Every series has one value per interval, shape (n,); n is the length of ``load_kw``.
    """

    start_s: int
    """Start of the first interval [s since 1970-01-01T00:00Z]."""
    step_s: int
    """Length of an interval [s]."""
    time_zone: str
    """Zone in which a refusal names the time of day; it changes no number."""
    load_kw: Reals
    """Mean load, 0 or more [kW]."""
    plants: tuple[PlantGroup, ...]
    import_price_cny_per_kwh: Reals
    """What a kWh from the grid costs; may be negative."""
    export_price_cny_per_kwh: Reals
    """What a kWh to the grid earns; may be negative, may exceed the import price."""
    import_limit_kw: Reals
    export_limit_kw: Reals
    demand: DemandCharge | None
    """None means that no demand charge is paid."""
    storage: StorageLimits
    energy_start_kwh: float
    """Energy in the store at the start [kWh]."""
    energy_end_min_kwh: float | None
    """Energy that must at least be left at the end; None leaves the end free [kWh]."""

    def __post_init__(self) -> None:
        """Own the series and refuse what contradicts itself.

        Raises:
            DayProblemError: If anything is missing, not finite, out of range or of odd length.
        """
        for name in _SERIES:
            value: Reals = getattr(self, name)
            object.__setattr__(self, name, _series(value, name))
        _need(0 < self.n_steps <= MAX_STEPS, "load_kw", self, f"1 … {MAX_STEPS} intervals")
        _need(0 < self.step_s <= MAX_STEP_S, "step_s", self, f"1 … {MAX_STEP_S} s")
        _check_zone(self.time_zone)
        self._check_series()
        self._check_store()

    @property
    def n_steps(self) -> int:
        """How many intervals."""
        return len(self.load_kw)

    @property
    def step_h(self) -> float:
        """Length of an interval [h]."""
        return self.step_s / SECONDS_PER_HOUR

    @property
    def tolerance(self) -> float:
        """Deviation of a power [kW] or an energy [kWh] that counts as none.

        One watt or watt-hour, the unit of record, and a millionth of the largest flow: more is a
        fault, less is the arithmetic of floats and the tolerance of solvers.
        """
        flows_kw = [self.storage.charge_kw, self.storage.discharge_kw, float(self.load_kw.max())]
        flows_kw += [float(plant.available_kw.max()) for plant in self.plants]
        return 1.0 / WH_PER_KWH + _FLOW_RATIO * max(flows_kw)

    def echo(self) -> dict[str, Json]:
        """Return the resolved problem as plain values, keys in the order of the fields.

        Returns:
            Numbers, strings, lists and dictionaries only; ``problem_of`` reads it back.
        """
        demand, storage = self.demand, self.storage
        plants: list[Json] = [
            {
                "id": plant.id,
                "available_kw": plant.available_kw.tolist(),
                "curtail_price_cny_per_kwh": plant.curtail_price_cny_per_kwh,
            }
            for plant in self.plants
        ]
        resolved: dict[str, Json] = {
            "start_s": self.start_s,
            "step_s": self.step_s,
            "time_zone": self.time_zone,
            "plants": plants,
            "demand": None if demand is None else _numbers_of(demand),
            "storage": _numbers_of(storage),
            "energy_start_kwh": self.energy_start_kwh,
            "energy_end_min_kwh": self.energy_end_min_kwh,
        }
        for name in _SERIES:
            series: Reals = getattr(self, name)
            resolved[name] = series.tolist()
        return {field.name: resolved[field.name] for field in fields(self)}

    def _check_series(self) -> None:
        """Refuse wrong lengths, negative flows and plants of the same name."""
        series: dict[str, Reals] = {name: getattr(self, name) for name in _SERIES}
        series |= {f"available_kw of plant {p.id!r}": p.available_kw for p in self.plants}
        for name, values in series.items():
            if len(values) != self.n_steps:
                raise _refusal(f"{len(values)} values of {name}", f"{self.n_steps}, one each")
            if "price" not in name and values.min() < 0.0:
                raise _refusal(f"{values.min()} in {name}", "0 or more in every interval")
        ids = [plant.id for plant in self.plants]
        if len(set(ids)) != len(ids):
            raise _refusal(f"plants {ids}", "every plant once")
        for plant in self.plants:
            price = plant.curtail_price_cny_per_kwh
            if price is not None and not 0.0 <= price < math.inf:
                raise _refusal(f"curtail price {price} of {plant.id!r}", "0 or more, or None")

    def _check_store(self) -> None:
        """Refuse a start outside the store's limits: most often a wrong unit or a percentage."""
        low, high = self.storage.energy_min_kwh, self.storage.energy_max_kwh
        slack_kwh = _ROUNDING_RATIO * max(high, 1.0)
        if not low - slack_kwh <= self.energy_start_kwh <= high + slack_kwh:
            raise DayProblemError(
                given=f"energy_start_kwh {self.energy_start_kwh}",
                expected=f"an energy within the limits of the store, {low} … {high} kWh",
                remedy="check the unit (kWh, not MWh or %), or state the limits in force today",
            )
        end = self.energy_end_min_kwh
        if end is not None and not 0.0 <= end <= high + slack_kwh:
            raise _refusal(f"energy_end_min_kwh {end}", f"0 … {high} kWh, or None")


_SERIES: Final = (
    "load_kw",
    "import_price_cny_per_kwh",
    "export_price_cny_per_kwh",
    "import_limit_kw",
    "export_limit_kw",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostParts:
    """What a day costs, part by part [CNY]; income is negative."""

    import_cny: float
    export_cny: float
    """Minus what the exported energy earns."""
    curtail_cny: float
    cycle_cny: float
    demand_cny: float
    """Charge for what the day adds to the month's maximum demand."""

    @property
    def total_cny(self) -> float:
        """The sum of the parts [CNY]."""
        return math.fsum(_number_of(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """Set-points of a day and what is claimed to follow from them."""

    charge_kw: Reals
    """Set-point of the battery, drawn at the AC side, shape (n,). [kW]"""
    discharge_kw: Reals
    """Set-point of the battery, given at the AC side, shape (n,). [kW]"""
    curtail_kw: Reals
    """Set-point of each plant below what it has, shape (n_plants, n). [kW]"""
    import_kw: Reals
    """What follows at the grid, shape (n,). [kW]"""
    export_kw: Reals
    """What follows at the grid, shape (n,). [kW]"""
    energy_kwh: Reals
    """Energy in the store at the end of each interval, shape (n,). [kWh]"""
    cost: CostParts
    do_nothing: CostParts | None
    """Cost of leaving the battery idle; None where the grid limits do not allow that."""
    problem_echo: Mapping[str, Json]
    """The resolved problem that this plan answers."""

    @property
    def saving_cny(self) -> float | None:
        """What the plan saves against an idle battery [CNY]; None where that breaks a grid limit.

        Energy taken out of the store counts as gain and energy put in as loss, so look at
        ``energy_kwh[-1]`` beside it. It is never negative where the idle battery, with its standing
        loss, would itself end within the store's limits.
        """
        if self.do_nothing is None:
            return None
        return self.do_nothing.total_cny - self.cost.total_cny


def problem_of(given: Mapping[str, Json]) -> DayProblem:
    """Read a day problem from plain values, as ``DayProblem.echo`` writes them.

    Args:
        given: Exactly the fields of ``DayProblem``.

    Returns:
        The problem.

    Raises:
        DayProblemError: If a key is unknown or missing, or a value is of the wrong kind.
    """
    _check_keys(given, [field.name for field in fields(DayProblem)], "the problem")
    demand, end_kwh = given["demand"], given["energy_end_min_kwh"]
    return DayProblem(
        start_s=_integer(given["start_s"], "start_s"),
        step_s=_integer(given["step_s"], "step_s"),
        time_zone=_text(given["time_zone"], "time_zone"),
        plants=tuple(_plant(plant) for plant in _list(given["plants"], "plants")),
        demand=None if demand is None else DemandCharge(**_section(demand, DemandCharge)),
        storage=StorageLimits(**_section(given["storage"], StorageLimits)),
        energy_start_kwh=_number(given["energy_start_kwh"], "energy_start_kwh"),
        energy_end_min_kwh=None if end_kwh is None else _number(end_kwh, "energy_end_min_kwh"),
        **{name: _reals(given[name], name) for name in _SERIES},
    )


def _plant(given: Json) -> PlantGroup:
    mapping = _mapping(given, "a plant")
    _check_keys(mapping, [field.name for field in fields(PlantGroup)], "a plant")
    price = mapping["curtail_price_cny_per_kwh"]
    return PlantGroup(
        id=_text(mapping["id"], "id"),
        available_kw=_reals(mapping["available_kw"], "available_kw"),
        curtail_price_cny_per_kwh=None if price is None else _number(price, "curtail price"),
    )


def _section(given: Json, kind: type[DemandCharge | StorageLimits]) -> dict[str, float]:
    mapping = _mapping(given, kind.__name__)
    _check_keys(mapping, [field.name for field in fields(kind)], kind.__name__)
    return {name: _number(value, name) for name, value in mapping.items()}


def _check_keys(given: Mapping[str, Json], known: list[str], where: str) -> None:
    unknown, missing = sorted(set(given) - set(known)), sorted(set(known) - set(given))
    if unknown or missing:
        raise DayProblemError(
            given=f"unknown keys {unknown} and missing keys {missing} in {where}",
            expected=f"exactly {known}",
            remedy="correct the names; what does not apply is null, never left out",
        )


def _mapping(value: Json, name: str) -> Mapping[str, Json]:
    if isinstance(value, Mapping):
        return value
    raise _refusal(f"{value!r} as {name}", "keys and values")


def _list(value: Json, name: str) -> Sequence[Json]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return value
    raise _refusal(f"{value!r} as {name}", "a list")


def _text(value: Json, name: str) -> str:
    if isinstance(value, str):
        return value
    raise _refusal(f"{value!r} as {name}", "a text")


def _integer(value: Json, name: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise _refusal(f"{value!r} as {name}", "a whole number")


def _number(value: Json, name: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise _refusal(f"{value!r} as {name}", "a number")


def _reals(value: Json, name: str) -> Reals:
    return np.array([_number(item, name) for item in _list(value, name)], np.float64)


def _series(values: Reals, name: str) -> Reals:
    """Return an own, read-only copy, so that no one changes a problem behind its plan."""
    own = np.array(values, np.float64)
    if own.ndim != 1 or not np.isfinite(own).all():
        raise DayProblemError(
            given=f"{name} of shape {own.shape} with {int((~np.isfinite(own)).sum())} gaps",
            expected="one finite number per interval",
            remedy="fill the gap with a named method first: missing is never zero (§7)",
        )
    own.flags.writeable = False
    return own


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise _refusal(f"time_zone {name!r}", "an IANA zone such as Asia/Shanghai") from error


def _need(truth: bool, name: str, owner: object, expected: str) -> None:  # noqa: FBT001  # the truth of the need is its subject
    if not truth:
        raise _refusal(f"{name} {getattr(owner, name)}", expected)


def _refusal(given: str, expected: str) -> DayProblemError:
    return DayProblemError(given=given, expected=expected, remedy="correct the problem")


def _number_of(owner: object, name: str) -> float:
    value: float = getattr(owner, name)
    return value


def _numbers_of(section: DemandCharge | StorageLimits) -> dict[str, Json]:
    return {field.name: _number_of(section, field.name) for field in fields(section)}
