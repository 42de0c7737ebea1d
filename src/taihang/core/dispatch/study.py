"""A sizing study 以荷定源: what may be built at which price, for which load, under which rules.

It becomes a park problem over one year: the same assets that plan tomorrow. What an investment
costs in a year is its annuity over the life of the project, with replacements and what is left::

    pv = capex · (Σ_k (1 + r)^(−k·life) − left · (1 + r)^(−N))     k·life < N
    annuity = pv / Σ_{y=1..N} (1 + r)^(−y) + upkeep · capex

with ``left`` the unused share of the last life. A replacement costs what the first one cost.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from taihang.core.dispatch.fields import (
    Json,
    ParkProblemError,
    Range,
    Words,
    check_keys,
    read_record,
)
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import FORMAT, ParkProblem, problem_of

STUDY_FORMAT: Final = "taihang/sizing-study/v1"
BUS: Final = "park"
GATE: Final = "grid"
CONTRACT: Final = "contract"
BATTERY: Final = "battery"
TRANSFORMER: Final = "transformer"
"""The one investment that a study may leave out: then none is sized, and none is paid."""
ALL: Final = "all"
"""In a sensitivity: every investment, every plant."""
_HOURS: Final = 24
_POWER_FACTOR: Final = "power_factor_ratio"
_FIELDS: Final = {
    "battery-power": f"{BATTERY}.charge_kw",
    "battery-energy": f"{BATTERY}.energy_kwh",
    TRANSFORMER: f"{GATE}.connection_kw",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyTerms:
    """Year, money, rules and load of a study."""

    site: str
    """The template whose place, weather and enterprises are used."""
    year: Annotated[int, Range(2000, 2100)]
    """The calendar year that is simulated, and on whose first day the thresholds are asked."""
    step_s: int
    """Length of an interval: 900 for quarters, 3600 for hours [s]."""
    seed: int
    weather_years: Annotated[int, Range(1, 10)]
    """How many years of weather and load stand behind the sizes: made with ``seed`` and the numbers
    after it, one behind the other."""
    discount_ratio: Annotated[float, Range(0.0, 0.5)]
    project_years: Annotated[float, Range(1.0, 60.0)]
    export_max_ratio: float
    """The limit of the province on what is fed back [1]."""
    losses_in_load: bool
    load_kwh: float
    """What is used in the year [kWh]."""
    load_shape: Annotated[str, Words("flat", "park")]
    """Flat, or the shape of all enterprises of the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Investment:
    """How much of something there may be, and what a unit of it costs."""

    id: str
    least: Annotated[float, Range(0.0)]
    """Size that is built in any case [kW, kWh; kVA of a transformer]."""
    most: Annotated[float, Range(0.0)]
    """Largest size [kW or kWh]."""
    capex_cny_per_unit: Annotated[float, Range(0.0)]
    """Price of a unit [CNY/kW or CNY/kWh]."""
    upkeep_ratio: float
    """Upkeep of a year, as a share of the price [1/a]."""
    life_years: Annotated[float, Range(1.0, 60.0)]
    fade_ratio: Annotated[float, Range(0.0, 0.2)]
    """What a year takes off it, as a share of what was new [1/a]."""
    unit: Annotated[float | None, Range(1e-3)]
    """Size of one unit where only whole units can be built; None for any size [kW or kWh]."""
    power_factor_ratio: Annotated[float | None, Range(0.5, 1.0)] = None
    """Of a transformer, whose sizes are in kVA: the kW that a kVA carries; None for others [1]."""

    @property
    def per_unit(self) -> float:
        """Return kW of the problem by unit of the study: 1, for a transformer kW by kVA."""
        return 1.0 if self.power_factor_ratio is None else self.power_factor_ratio

    def annuity_cny_per_unit(self, terms: StudyTerms) -> float:
        """Return what a unit costs in a year: capital with replacements, and upkeep [CNY]."""
        keeps = 1.0 / (1.0 + terms.discount_ratio)
        n_years = round(terms.project_years)
        bought, at = 0.0, 0.0
        while at < n_years:
            bought += keeps**at
            at += self.life_years
        left = (at - n_years) / self.life_years
        worth = sum(keeps**year for year in range(1, n_years + 1))
        share = (bought - left * keeps**n_years) / worth
        return self.capex_cny_per_unit * (share + self.upkeep_ratio)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlant:
    """A plant that stands or may be built; its size is the investment of the same id."""

    id: str
    kind: Annotated[str, Words("pv", "wind")]
    full_load_h: Annotated[float, Range(1.0, 8800.0)]
    """Equivalent full-load hours of a year [h]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyStore:
    """What a battery is made of; its sizes are the investments battery-power and battery-energy."""

    charge_efficiency_ratio: float
    discharge_efficiency_ratio: float
    soc_min_ratio: float
    soc_max_ratio: float
    health_ratio: Annotated[float, Range(0.01, 1.0)]
    """Energy that is left on average over the life [1]."""
    cycle_cost_cny_per_kwh: Annotated[float, Range(0.0)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyGrid:
    """What the public grid gives and takes; what is contracted is a choice."""

    import_limit_kw: float
    export_limit_kw: float
    import_price_cny_per_kwh: Reals
    """By hour of the local day, shape (24,) [CNY/kWh]."""
    export_price_cny_per_kwh: float
    contract_most_kw: float
    """Largest demand that may be contracted [kW]."""
    contract_price_cny_per_kw: Annotated[float, Range(0.0)]
    """Of a month [CNY/kW]."""
    free_ratio: Annotated[float, Range(1.0, 2.0)]
    excess_ratio: Annotated[float, Range(1.0, 10.0)]
    carbon_kg_per_kwh: Annotated[float, Range(0.0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFinance:
    """How prices move over the years of the project; the study itself knows one year only."""

    import_growth_ratio: Annotated[float, Range(-0.2, 0.2)]
    """Of what is bought, with its demand charge [1/a]."""
    export_growth_ratio: Annotated[float, Range(-0.2, 0.2)]
    upkeep_growth_ratio: Annotated[float, Range(-0.2, 0.2)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """An assumption that is doubted: what is multiplied, and by which two factors."""

    what: Annotated[
        str, Words("capex", "import-price", "export-price", "load", "full-load-h", "discount")
    ]
    of: str
    """Which investment or plant; ``all`` for every one, and where there is but one."""
    low_ratio: Annotated[float, Range(0.0, 1.0)]
    high_ratio: Annotated[float, Range(1.0, 10.0)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Study:
    """All that a sizing study depends on, but for the weather."""

    terms: StudyTerms
    plants: tuple[StudyPlant, ...]
    investments: Mapping[str, Investment]
    store: StudyStore
    grid: StudyGrid
    finance: StudyFinance
    sensitivities: tuple[Sensitivity, ...]

    def annuities_cny(self) -> dict[str, float]:
        """Return what a unit of each investment costs in a year, by id [CNY]."""
        return {
            name: each.annuity_cny_per_unit(self.terms) for name, each in self.investments.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyYear:
    """Weather and load of all years of weather, on the grid of the study."""

    start_s: int
    time_zone: str
    hours: Sequence[int]
    """Hour of the local day of each interval, length n."""
    load_ratio: Reals
    """Power over mean power, shape (n,) [1]."""
    available_ratio: Mapping[str, Reals]
    """By plant: power over rated power, shape (n,) [1]."""


def study_of(document: Mapping[str, Json]) -> Study:
    """Read a study from plain values.

    Raises:
        ParkProblemError: If a key is unknown or missing, or a value out of range.
    """
    known = ["format", "study", "plant", "invest", "store", "grid", "finance", "sensitivity"]
    check_keys(document, known, "the study")
    if document["format"] != STUDY_FORMAT:
        raise ParkProblemError(f"format {document['format']!r}", STUDY_FORMAT)
    terms = read_record(StudyTerms, _table(document, "study"), where="study", n_steps=1)
    plants = tuple(
        read_record(StudyPlant, one, where="plant", n_steps=1) for one in _rows(document, "plant")
    )
    investments = {one.id: one for one in (_investment(row) for row in _rows(document, "invest"))}
    due = {*(plant.id for plant in plants), "battery-power", "battery-energy"}
    if {*investments} - {TRANSFORMER} != due - {TRANSFORMER} or TRANSFORMER in due:
        expected = f"exactly {sorted(due - {TRANSFORMER})}, and {TRANSFORMER} if one is to be sized"
        raise ParkProblemError(f"invest of {sorted(investments)}", expected)
    for one in investments.values():
        _check_investment(one)
    finance = read_record(StudyFinance, _table(document, "finance"), where="finance", n_steps=1)
    doubts = tuple(
        read_record(Sensitivity, row, where="sensitivity", n_steps=1)
        for row in _rows(document, "sensitivity")
    )
    for doubt in doubts:
        _check_doubt(doubt, plants, investments)
    store = read_record(StudyStore, _table(document, "store"), where="store", n_steps=1)
    grid = read_record(StudyGrid, _table(document, "grid"), where="grid", n_steps=_HOURS)
    return Study(
        terms=terms,
        plants=plants,
        investments=investments,
        store=store,
        grid=grid,
        finance=finance,
        sensitivities=doubts,
    )


def _investment(row: Mapping[str, Json]) -> Investment:
    """Read one investment; a transformer says its power factor, and nothing else has one."""
    where = f"invest {row.get('id', '')}"
    if row.get("id") == TRANSFORMER:
        if row.get(_POWER_FACTOR) in {None, "none"}:
            raise ParkProblemError(
                f"no {_POWER_FACTOR} of {TRANSFORMER}",
                "the kW that a kVA carries, from 0.5 to 1",
                f"write for example {_POWER_FACTOR} = 0.95",
            )
        return read_record(Investment, row, where=where, n_steps=1)
    if _POWER_FACTOR in row:
        raise ParkProblemError(f"{_POWER_FACTOR} in {where}", f"it only for {TRANSFORMER}")
    return read_record(Investment, {**row, _POWER_FACTOR: None}, where=where, n_steps=1)


def size_field(name: str) -> str:
    """Return which size of the problem an investment is.

    Example:
        >>> size_field("wind"), size_field("transformer")
        ('wind.capacity_kw', 'grid.connection_kw')
    """
    return _FIELDS.get(name, f"{name}.capacity_kw")


def _check_investment(one: Investment) -> None:
    if one.most < one.least:
        raise ParkProblemError(f"most {one.most:g} of {one.id}", f"{one.least:g} or more")
    if one.fade_ratio * one.life_years >= 1.0:
        raise ParkProblemError(
            f"fade_ratio {one.fade_ratio:g} of {one.id} over {one.life_years:g} years",
            f"less than {1.0 / one.life_years:.3g}: something is left at the end of its life",
            "lower it, or shorten the life",
        )
    if one.unit is not None and math.floor(one.most / one.unit) < math.ceil(one.least / one.unit):
        raise ParkProblemError(
            f"unit {one.unit:g} of {one.id}",
            f"a whole number of units between {one.least:g} and {one.most:g}",
            'correct the unit, or write "none"',
        )


def _check_doubt(
    doubt: Sensitivity, plants: Sequence[StudyPlant], investments: Mapping[str, Investment]
) -> None:
    known = {"capex": [*investments], "full-load-h": [one.id for one in plants]}.get(doubt.what, [])
    if doubt.of not in {ALL, *known}:
        raise ParkProblemError(
            f"sensitivity of {doubt.of!r} to {doubt.what}", f"one of {[ALL, *known]}"
        )


def _table(document: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    table = document[name]
    if not isinstance(table, Mapping):
        raise ParkProblemError(f"{table!r} as {name}", f"a table [{name}]")
    return table


def _rows(document: Mapping[str, Json], name: str) -> list[Mapping[str, Json]]:
    rows = document[name]
    if isinstance(rows, str) or not isinstance(rows, Sequence):
        raise ParkProblemError(f"{rows!r} as {name}", f"tables [[{name}]]")
    return [row if isinstance(row, Mapping) else {} for row in rows]


def problem_of_study(
    study: Study, year: StudyYear, *, self_use_ratio: float, green_ratio: float
) -> ParkProblem:
    """Return the park problem of a study.

    Args:
        study: The study.
        year: Its weather and load.
        self_use_ratio: Least self-use, a dated fact. [1]
        green_ratio: Least green share, a dated fact. [1]

    Returns:
        A problem over all years of weather; the battery ends as it starts, and the ratios are those
        of all years together.
    """
    terms, n = study.terms, len(year.load_ratio)
    mean_kw = terms.load_kwh * terms.weather_years / (n * terms.step_s / 3600.0)
    asked = {
        "self-use": self_use_ratio,
        "green-share": green_ratio,
        "feed-back": terms.export_max_ratio,
    }
    return problem_of(
        {
            "format": FORMAT,
            "horizon": {
                "start_s": year.start_s,
                "step_s": terms.step_s,
                "n_steps": n,
                "time_zone": year.time_zone,
            },
            "assets": [
                {"type": "bus", "id": BUS, "carrier": "electricity"},
                {
                    "type": "load",
                    "id": "load",
                    "bus": BUS,
                    "load_kw": (year.load_ratio * mean_kw).tolist(),
                    "shed_max_ratio": 0.0,
                    "shed_price_cny_per_kwh": None,
                },
                *(_plant(study, plant, year) for plant in study.plants),
                *_gateway(study, year),
                _battery(study),
                *(
                    {
                        "type": "green_ratio",
                        "id": f"ratio-{kind}",
                        "kind": kind,
                        "limit_ratio": limit,
                        "losses_in_load": terms.losses_in_load,
                    }
                    for kind, limit in asked.items()
                ),
            ],
        }
    )


def _capacity(study: Study, name: str) -> Json:
    one = study.investments[name]
    return {
        "existing": one.least * one.per_unit,
        "add_max": (one.most - one.least) * one.per_unit,
        "cost_cny_per_unit": one.annuity_cny_per_unit(study.terms)
        * study.terms.weather_years
        / one.per_unit,
    }


def _plant(study: Study, plant: StudyPlant, year: StudyYear) -> Json:
    return {
        "type": "plant",
        "id": plant.id,
        "bus": BUS,
        "kind": plant.kind,
        "available_ratio": year.available_ratio[plant.id].tolist(),
        "capacity_kw": _capacity(study, plant.id),
        "curtail_price_cny_per_kwh": 0.0,
        "cost_cny_per_kwh": 0.0,
    }


def _gateway(study: Study, year: StudyYear) -> list[Json]:
    grid, prices = study.grid, study.grid.import_price_cny_per_kwh
    connection: Json = max(grid.import_limit_kw, grid.export_limit_kw)
    if TRANSFORMER in study.investments:
        connection = _capacity(study, TRANSFORMER)
    return [
        {
            "type": "grid",
            "id": GATE,
            "bus": BUS,
            "import_limit_kw": grid.import_limit_kw,
            "export_limit_kw": grid.export_limit_kw,
            "connection_kw": connection,
            "import_price_cny_per_kwh": [float(prices[hour]) for hour in year.hours],
            "export_price_cny_per_kwh": grid.export_price_cny_per_kwh,
            "fee_cny": 0.0,
            "carbon_kg_per_kwh": grid.carbon_kg_per_kwh,
        },
        {
            "type": "contract_demand",
            "id": CONTRACT,
            "grid": GATE,
            "contract_kw": {
                "existing": 0.0,
                "add_max": grid.contract_most_kw,
                "cost_cny_per_unit": 0.0,
            },
            "price_cny_per_kw": grid.contract_price_cny_per_kw,
            "free_ratio": grid.free_ratio,
            "excess_ratio": grid.excess_ratio,
        },
    ]


def _battery(study: Study) -> Json:
    store = study.store
    return {
        "type": "battery",
        "id": BATTERY,
        "bus": BUS,
        "charge_kw": _capacity(study, "battery-power"),
        "discharge_kw": None,
        "energy_kwh": _capacity(study, "battery-energy"),
        "charge_efficiency_ratio": store.charge_efficiency_ratio,
        "discharge_efficiency_ratio": store.discharge_efficiency_ratio,
        "standing_loss_ratio_per_h": 0.0,
        "soc_min_ratio": store.soc_min_ratio,
        "soc_max_ratio": store.soc_max_ratio,
        "soc_start_ratio": None,
        "soc_end": "free",
        "soc_end_min_ratio": None,
        "health_ratio": store.health_ratio,
        "cycle_cost_cny_per_kwh": store.cycle_cost_cny_per_kwh,
        "cycles_max_ratio": None,
    }
