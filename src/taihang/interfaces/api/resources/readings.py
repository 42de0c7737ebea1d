"""Operations on readings, settled energy, matching and balance."""

from enum import Enum
from typing import Annotated, Final

from pydantic import Field

from taihang.core.access.role import Right
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.figures.readings import (
    Asked,
    ReadingsOut,
    build_csv,
    build_parquet,
    build_readings,
)
from taihang.interfaces.api.figures.settled import (
    BalanceOut,
    EnergyOut,
    MatchingOut,
    build_balance,
    build_energy,
    build_matching,
)
from taihang.interfaces.api.operation import JSON, File, Operations, Tenant
from taihang.interfaces.api.schema import Id, Instant
from taihang.interfaces.api.stretch import Stretch

READINGS: Final = Operations(tag="readings")
_CSV: Final = "text/csv; charset=utf-8"
_PARQUET: Final = "application/vnd.apache.parquet"


class Step(Enum):
    """How long the stretches of an answer are; days and months are those of the park."""

    RAW = "raw"
    QUARTER = "15min"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class SettledStep(Enum):
    """How long the stretches of a settled answer are."""

    QUARTER = "15min"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class ReadingsWords(Stretch):
    """Which readings."""

    step: Step = Step.QUARTER
    """``raw`` gives every reading."""
    as_of: Instant | None = None
    """As it was known at this moment; now, where nothing is said."""


class ExportWords(ReadingsWords):
    """Which readings of which points."""

    points: Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"^[^\x00-\x1f\x7f]+$")]
    """Ids of meters or declared series, with commas between."""


class SettledWords(Stretch):
    """Which settled stretches."""

    step: SettledStep = SettledStep.QUARTER


@READINGS.get("/readings/{point}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=ReadingsOut)
def read_readings(call: Call, point: Id, words: ReadingsWords) -> File:
    """Return what a meter or declared series says in a period, with quality and source."""
    return File(call.ask_large(build_readings, _asked((point,), words)), JSON)


@READINGS.get(
    "/exports/readings.csv",
    may=Right.SEE_OWN,
    tenant=Tenant.OWN,
    files={"text/csv": "One row a reading or stretch, with quality and source."},
)
def export_csv(call: Call, words: ExportWords) -> File:
    """Return readings of several points as a table in text (UTF-8, commas)."""
    body = call.ask_large(build_csv, _asked(_points(words), words))
    return File(body, _CSV, name="readings.csv")


@READINGS.get(
    "/exports/readings.parquet",
    may=Right.SEE_OWN,
    tenant=Tenant.OWN,
    files={_PARQUET: "One row a reading or stretch, with quality and source."},
)
def export_parquet(call: Call, words: ExportWords) -> File:
    """Return readings of several points as a Parquet file."""
    body = call.ask_large(build_parquet, _asked(_points(words), words))
    return File(body, _PARQUET, name="readings.parquet")


@READINGS.get("/energy/{meter}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=EnergyOut)
def read_energy(call: Call, meter: Id, words: SettledWords) -> EnergyOut:
    """Return the settled energy of an electricity meter, stretch by stretch."""
    return call.ask_large(build_energy, meter, words.words, words.step.value)


@READINGS.get("/matching/{node}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=MatchingOut)
def read_matching(call: Call, node: Id, words: SettledWords) -> MatchingOut:
    """Return what of the energy of an enterprise, station or plant is matched."""
    return call.ask_large(build_matching, node, words.words, words.step.value)


@READINGS.get("/balance", may=Right.SEE_PARK, tenant=Tenant.PARK, answers=BalanceOut)
def read_balance(call: Call, words: SettledWords) -> BalanceOut:
    """Return the energy balance of the park, stretch by stretch."""
    return call.ask_large(build_balance, words.words, words.step.value)


def _asked(points: tuple[str, ...], words: ReadingsWords) -> Asked:
    return Asked(points, words.words, words.step.value, words.as_of)


def _points(words: ExportWords) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words.points.split(",")))
