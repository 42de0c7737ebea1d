"""What a whole run found, and its form as JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Final, cast

from benchmarks.case import Case, Sample

FORMAT: Final = 1
_DIGITS: Final = 5
_TIMES: Final = ("_s", "_ms", "_of_wall_ratio")
_RATES: Final = ("_per_cpu_s",)


class ResultFormatError(Exception):
    """A file is not the result of a run."""


class Outcome(StrEnum):
    """What became of a case."""

    MEASURED = "measured"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """The fixed piece of work, measured again and again in the same run."""

    cpu_s: float
    wall_s: float
    spread_ratio: float
    """Slowest over fastest CPU time; far above 1 the machine was unsteady."""

    @classmethod
    def of(cls, samples: Sequence[Sample]) -> "Yardstick":
        """Take the fastest of several."""
        cpu_s = [sample.cpu_s for sample in samples if sample.cpu_s is not None]
        wall_s = [sample.wall_s for sample in samples if sample.wall_s is not None]
        return cls(cpu_s=min(cpu_s), wall_s=min(wall_s), spread_ratio=max(cpu_s) / min(cpu_s))


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the repeated runs of one case found together."""

    case: str
    unit: str
    outcome: Outcome
    reason: str = ""
    """Why it was skipped, or how it failed."""
    cpu_s: float | None = None
    wall_s: float | None = None
    cpu_ratio: float | None = None
    """CPU time as a multiple of that of the yardstick beside it."""
    wall_ratio: float | None = None
    peak_rss_mb: float | None = None
    items: int = 0
    items_per_cpu_s: float | None = None
    figures: Mapping[str, float] = field(default_factory=dict[str, float])

    def measure(self, name: str) -> float | None:
        """Return a measure or a figure by its name; None where it was not measured."""
        own = {
            "cpu_s": self.cpu_s,
            "wall_s": self.wall_s,
            "cpu_ratio": self.cpu_ratio,
            "peak_rss_mb": self.peak_rss_mb,
        }
        return own[name] if name in own else self.figures.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the benchmarks."""

    machine: Mapping[str, object]
    yardstick: Yardstick
    results: tuple[Result, ...]

    def of_case(self, name: str) -> Result | None:
        """Return the result of a case; None if it was not asked for."""
        return next((result for result in self.results if result.case == name), None)


def combined(case: Case, samples: Sequence[Sample], yardstick: Yardstick) -> Result:
    """Put the runs of a case together: the least of every time, the most of memory.

    Noise only ever adds to a time, so the least is nearest to what the work costs.
    """
    best = min(samples, key=lambda sample: sample.cpu_s or 0.0)
    cpu_s = _least([sample.cpu_s for sample in samples])
    wall_s = _least([sample.wall_s for sample in samples])
    memory_mb = [sample.peak_rss_mb for sample in samples if sample.peak_rss_mb is not None]
    return Result(
        case=case.name,
        unit=case.unit,
        outcome=Outcome.MEASURED,
        cpu_s=cpu_s,
        wall_s=wall_s,
        cpu_ratio=None if cpu_s is None else cpu_s / yardstick.cpu_s,
        wall_ratio=None if wall_s is None else wall_s / yardstick.wall_s,
        peak_rss_mb=max(memory_mb, default=None),
        items=best.items,
        items_per_cpu_s=best.items / cpu_s if cpu_s else None,
        figures={name: _figure(name, best, samples) for name in best.figures},
    )


def write_run(run: Run) -> str:
    """Return a run as JSON, the same text for the same run."""
    document = {
        "format": FORMAT,
        "machine": run.machine,
        "yardstick": asdict(run.yardstick),
        "cases": {result.case: _document(result) for result in run.results},
    }
    return json.dumps(_rounded(document), indent=2, ensure_ascii=False) + "\n"


def read_run(text: str) -> Run:
    """Read what ``write_run`` wrote.

    Raises:
        ResultFormatError: If it is something else.
    """
    try:
        document = json.loads(text)
        if document["format"] != FORMAT:
            raise ResultFormatError(f"format {document['format']}, expected {FORMAT}")
        return Run(
            machine=cast("dict[str, object]", document["machine"]),
            yardstick=Yardstick(**document["yardstick"]),
            results=tuple(_result(name, found) for name, found in document["cases"].items()),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultFormatError(f"not the result of a run: {error!r}") from error


def _least(values: Sequence[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)


def _figure(name: str, best: Sample, samples: Sequence[Sample]) -> float:
    if name.endswith(_RATES):
        return max(sample.figures[name] for sample in samples)
    if name.endswith(_TIMES):
        return min(sample.figures[name] for sample in samples)
    return best.figures[name]


def _document(result: Result) -> dict[str, object]:
    """Return a result without what was not measured."""
    return {
        name: value
        for name, value in asdict(result).items()
        if name != "case" and value not in (None, "", {})
    }


def _result(name: str, found: dict[str, object]) -> Result:
    fields = {**found, "outcome": Outcome(str(found["outcome"]))}
    return Result(case=name, **fields)  # pyright: ignore[reportArgumentType]  # JSON has no types


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}")
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        return {name: _rounded(each) for name, each in pairs}
    return value
