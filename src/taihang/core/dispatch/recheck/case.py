"""What the referee knows: the problem as it was echoed, the plan as it was claimed, both plain.

It reads the two documents itself. No module of the model is imported here, so a fault there is
not repeated here.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, cast

Document = Mapping[str, object]

AGREE_KWH: Final = 1e-6
"""Deviation of an energy that counts as none [kWh]."""
AGREE_CNY: Final = 0.01
"""Deviation of money that counts as none [CNY]."""
FLOAT_RATIO: Final = 1e-12
"""Share of the largest energy that is the rounding of a sum of floats [1]."""


class Finding(NamedTuple):
    """A value against what it may be, and by how much it misses that; 0 or less keeps it."""

    rule: str
    asset: str
    step: int
    """The interval, −1 where the whole horizon is meant."""
    given: float
    limit: float
    off: float
    """In kWh, or in CNY where the rule is about money."""


class UnreadableError(Exception):
    """A plan lacks a series, or has one of another shape: nothing more can be said of it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.rule, finding.asset)
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Case:
    """One problem and one plan."""

    problem: Document
    plan: Document

    @property
    def n(self) -> int:
        """How many intervals."""
        return int(cast("int", self._horizon["n_steps"]))

    @property
    def hours(self) -> float:
        """Length of an interval [h]."""
        return float(cast("int", self._horizon["step_s"])) / 3600.0

    @property
    def start_s(self) -> int:
        """Start of the first interval [s since 1970-01-01T00:00Z]."""
        return int(cast("int", self._horizon["start_s"]))

    @property
    def step_s(self) -> int:
        """Length of an interval [s]."""
        return int(cast("int", self._horizon["step_s"]))

    @property
    def zone(self) -> str:
        """The zone whose months count."""
        return str(self._horizon["time_zone"])

    @property
    def _horizon(self) -> Document:
        return cast("Document", self.problem["horizon"])

    def assets(self, *types: str) -> Iterator[Document]:
        """Yield the assets of some types, in order."""
        for asset in cast("Sequence[Document]", self.problem["assets"]):
            if asset["type"] in types:
                yield asset

    def asset(self, name: str) -> Document:
        """Return the asset of an id."""
        found = cast("Sequence[Document]", self.problem["assets"])
        return next(asset for asset in found if asset["id"] == name)

    def given(self, asset: Document, field: str) -> list[float]:
        """Return a series of the problem, one value for each interval."""
        value = asset[field]
        if isinstance(value, int | float):
            return [float(value)] * self.n
        return [float(one) for one in cast("Sequence[float]", value)]

    def does(self, asset: Document, name: str, *, size: int | None = None) -> list[float]:
        """Return a series of the plan.

        Raises:
            UnreadableError: If it is missing, of another length, or holds what is no number.
        """
        wanted = self.n if size is None else size
        owner = str(asset["id"])
        series = cast("Mapping[str, Sequence[float]]", self.plan["series"])
        values = series.get(f"{owner}.{name}")
        if values is None or len(values) != wanted:
            found = -1.0 if values is None else float(len(values))
            raise UnreadableError(Finding("shape", owner, -1, found, float(wanted), math.inf))
        for step, value in enumerate(values):
            if not math.isfinite(value):
                raise UnreadableError(Finding("finite", owner, step, value, 0.0, math.inf))
        return [float(value) for value in values]

    def size(self, asset: Document, field: str) -> float:
        """Return a size that the plan chose.

        Raises:
            UnreadableError: If the plan does not say.
        """
        owner = str(asset["id"])
        sizes = cast("Mapping[str, float]", self.plan["sizes"])
        value = sizes.get(f"{owner}.{field}", math.nan)
        if not math.isfinite(value):
            raise UnreadableError(Finding("shape", owner, -1, math.nan, 1.0, math.inf))
        return float(value)


def number(asset: Document, field: str) -> float:
    """Return a number of an asset."""
    return float(cast("float", asset[field]))


def number_or_none(asset: Document, field: str) -> float | None:
    """Return a number of an asset, or None where it says that it does not apply."""
    value = asset[field]
    return None if value == "none" or value is None else float(cast("float", value))


def standing(asset: Document, field: str) -> tuple[float, float, float]:
    """Return what stands, what may be added, and the cost of one added unit."""
    value = asset[field]
    if isinstance(value, Mapping):
        size = cast("Mapping[str, float]", value)
        return float(size["existing"]), float(size["add_max"]), float(size["cost_cny_per_unit"])
    return float(cast("float", value)), 0.0, 0.0
