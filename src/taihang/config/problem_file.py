"""Reads a planning problem from a TOML file and the CSV series beside it, strictly.

A table is an asset: ``[[battery]]``, ``[[grid]]``. A series is a number, a list, or a column of a
CSV file: ``{ column = "load_kw" }``, or ``{ column = "sun_ratio", times = 2000.0 }``. The last
words of a column's name are its unit, and have to be those of the field; MW and MWh are turned
into kW and kWh. A file's rows are named by their start, on the grid of the problem; a coarser file
says its own step and is held. A column that nobody reads is an error, unless it is named.
"""

import csv
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.fields import Json, ParkProblemError, check_keys, read_record
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.park_problem import KINDS, Asset, ParkProblem, problem_of
from taihang.core.errors import InputError

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""Largest problem or series file (§10)."""
_GAPS: Final = ("", "nan")
_TOP: Final = ("format", "horizon", "series")
_PER_HOUR_MIN: Final = 2
"""Intervals of an hour from which prices that never change within an hour are worth a word."""
_SAME_UNIT: Final[Mapping[str, tuple[str, float]]] = {
    "mw": ("kw", 1e3),
    "mwh": ("kwh", 1e3),
    "cny_per_mwh": ("cny_per_kwh", 1e-3),
}
"""Units that stand for another, and by what to multiply."""
_LONG_UNITS: Final = (
    "cny_per_mwh",
    "cny_per_kwh",
    "cny_per_kw",
    "cny_per_t",
    "cny_per_unit",
    "kg_per_kwh",
    "ratio_per_h",
)


class ProblemFileError(InputError):
    """A problem file, or a series file beside it, cannot be read as it is."""

    code = "input.problem-file"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd that is no error: a key of the catalogue and what to fill in."""

    key: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class ProblemFile:
    """A problem and what was noticed while it was read."""

    problem: ParkProblem
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class SeriesRows:
    """Series that stand for those of a problem's files, or come beside them: one scenario's."""

    name: str
    """Where they come from, for messages."""
    step_s: int
    rows: tuple[tuple[str, ...], ...]
    """A header, ``start`` first, and one row an interval."""
    unused: tuple[str, ...]
    """Columns that the problem need not read."""


def read_problem_file(
    path: Path, *, scenario: SeriesRows | None = None, may_have_gaps: bool = False
) -> ProblemFile:
    """Read a problem.

    Args:
        path: The TOML file; its series lie beside it.
        scenario: Columns that replace those of the same name, or are not in any file.
        may_have_gaps: Whether an empty cell of a series is a value that is not known, NaN: for the
            control, which must answer all the same. Else it is refused.

    Returns:
        The problem.

    Raises:
        ProblemFileError: If a file is no TOML or CSV, too large, or on another grid.
        ParkProblemError: If what they say is no problem.
    """
    given = toml_of(text_of(path, remedy="split the horizon"), path.name)
    unknown = sorted(set(given) - {*_TOP, *KINDS})
    if unknown:
        raise ParkProblemError(
            f"tables {unknown} in {path.name}", f"{[*_TOP, *KINDS]}", "correct the names"
        )
    horizon = cast("dict[str, Json]", plain_value(given.get("horizon", {}), "horizon"))
    read_record(Horizon, horizon, where="horizon", n_steps=1)
    table = _SeriesTable(path.parent, horizon, may_have_gaps=may_have_gaps)
    for at, entry in enumerate(cast("list[object]", given.get("series", []))):
        table.load(cast("Mapping[str, object]", entry), where=f"series[{at}]")
    if scenario is not None:
        table.replace(scenario)
    assets = [
        {"type": kind, **_asset(entry, kind, table)}
        for kind in KINDS
        for entry in cast("list[Mapping[str, object]]", given.get(kind, []))
    ]
    table.demand_all_read()
    document: dict[str, Json] = {
        "format": cast("Json", given.get("format")),
        "horizon": horizon,
        "assets": assets,
    }
    problem = _with_gaps(problem_of(document), table.gaps)
    return ProblemFile(problem, tuple(table.remarks))


def _with_gaps(problem: ParkProblem, gaps: Mapping[str, NDArray[np.bool_]]) -> ParkProblem:
    """Put NaN where a series had a gap."""
    if not gaps:
        return problem
    assets = list[Asset]()
    for asset in problem.assets:
        where = f"{asset.TYPE} {asset.id}"
        series = {
            name: np.where(gaps[f"{where}.{name}"], np.nan, cast("Reals", getattr(asset, name)))
            for name in (one.name for one in fields(cast("Any", asset)))
            if f"{where}.{name}" in gaps
        }
        assets.append(cast("Asset", replace(cast("Any", asset), **series)) if series else asset)
    return ParkProblem(problem.horizon, tuple(assets))


def toml_of(text: str, source: str) -> dict[str, object]:
    """Return the tables of a TOML text.

    Args:
        text: The text.
        source: Whose it is, for messages.

    Raises:
        ProblemFileError: If it is no TOML, or nested deeper than a machine can follow.
    """
    try:
        return cast("dict[str, object]", tomllib.loads(text))
    except (ValueError, RecursionError) as error:
        raise ProblemFileError(
            given=f"{source}: {error}", expected="a TOML file", remedy="correct that line"
        ) from error


def text_of(path: Path, *, remedy: str) -> str:
    """Return the text of a file.

    Args:
        path: Where it is.
        remedy: What to do where it is too large.

    Raises:
        ProblemFileError: If it is too large, or no text in UTF-8.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ProblemFileError(
                given=f"{path.name} of {path.stat().st_size} bytes",
                expected=f"at most {MAX_FILE_BYTES}",
                remedy=remedy,
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ProblemFileError(
            given=f"{path.name}: {error}", expected="text in UTF-8", remedy="save it as UTF-8"
        ) from error


def csv_of(path: Path, *, remedy: str) -> list[list[str]]:
    """Return the rows of a CSV file, as ``text_of`` reads it.

    Raises:
        ProblemFileError: If it is too large, no text, or a cell is longer than any number.
    """
    try:
        return list(csv.reader(StringIO(text_of(path, remedy=remedy))))
    except csv.Error as error:
        raise ProblemFileError(
            given=f"{path.name}: {error}", expected="a CSV file", remedy="save it as CSV again"
        ) from error


def _asset(entry: Mapping[str, object], kind: str, table: "_SeriesTable") -> dict[str, Json]:
    where = f"{kind} {entry.get('id', '')}"
    return {name: table.value(value, f"{where}.{name}") for name, value in entry.items()}


@dataclass(slots=True)
class _Column:
    """One column of a series file, and whether anybody has read it."""

    file: str
    texts: list[str]
    is_read: bool = False


@dataclass(slots=True)
class _SeriesTable:
    """All columns of all series files, on the grid of the problem."""

    folder: Path
    horizon: Mapping[str, Json]
    columns: dict[str, _Column] = field(default_factory=dict[str, _Column])
    remarks: list[Remark] = field(default_factory=list[Remark])
    may_have_gaps: bool = False
    gaps: dict[str, NDArray[np.bool_]] = field(default_factory=dict[str, NDArray[np.bool_]])
    """By field, as messages name it: where nothing is known. Something in range stands there."""

    def load(self, entry: Mapping[str, object], *, where: str) -> None:
        """Read one series file."""
        check_keys(cast("Mapping[str, Json]", entry), ["file", "step_s", "unused"], where)
        name = str(entry["file"])
        unused = {str(one) for one in cast("list[object]", entry["unused"])}
        step_s = int(cast("int", entry["step_s"]))
        columns = self._columns(name, self._rows(name), step_s=step_s, unused=unused)
        for column in columns:
            if column in self.columns:
                raise ProblemFileError(
                    given=f"a second column {column!r}, in {name}",
                    expected="every name once in all files",
                    remedy="rename one of them",
                )
        self.columns.update(columns)

    def replace(self, scenario: SeriesRows) -> None:
        """Put the columns of a scenario in the place of those of the same name."""
        rows = [list(row) for row in scenario.rows]
        self.columns.update(
            self._columns(scenario.name, rows, step_s=scenario.step_s, unused=set(scenario.unused))
        )

    def _columns(
        self, name: str, rows: list[list[str]], *, step_s: int, unused: set[str]
    ) -> dict[str, _Column]:
        header, body = rows[0], rows[1:]
        if header[:1] != ["start"] or len(set(header)) != len(header):
            raise ProblemFileError(
                given=f"the columns {header} of {name}",
                expected='"start" first, and every name once',
                remedy="name each row by the start of its interval, with its zone",
            )
        repeats = self._check_grid(name, [row[0] for row in body], step_s)
        return {
            column: _Column(
                name,
                [row[at] for row in body for _ in range(repeats)],
                is_read=column in unused,
            )
            for at, column in enumerate(header[1:], 1)
        }

    def value(self, given: object, name: str) -> Json:
        """Turn a value of the problem file into a plain one; a column becomes its numbers."""
        if isinstance(given, Mapping):
            entry = cast("Mapping[str, object]", given)
            if "column" in entry:
                return self._series(entry, name)
            if set(entry) == {"file"}:
                return self._sessions(str(entry["file"]))
        return plain_value(cast("object", given), name)

    def demand_all_read(self) -> None:
        """Refuse columns that no field reads."""
        left = [
            f"{name} in {column.file}"
            for name, column in self.columns.items()
            if not column.is_read
        ]
        if left:
            raise ProblemFileError(
                given=f"columns that no asset reads: {left}",
                expected="every column read once or more",
                remedy="use them, or name them under unused",
            )

    def _series(self, entry: Mapping[str, object], name: str) -> Json:
        times = entry.get("times")
        known = ["column"] if times is None else ["column", "times"]
        check_keys(cast("Mapping[str, Json]", entry), known, name)
        asked = str(entry["column"])
        column = self.columns.get(asked)
        if column is None:
            raise ProblemFileError(
                given=f"column {asked!r} for {name}",
                expected=f"one of {sorted(self.columns)}",
                remedy="correct the name, or add its file under [[series]]",
            )
        column.is_read = True
        factor = factor_of(asked, name, times)
        values = np.array(
            [
                np.nan
                if self.may_have_gaps and text.strip().lower() in _GAPS
                else _number(text, asked, row)
                for row, text in enumerate(column.texts)
            ]
        )
        is_gap = np.isnan(values)
        if self.may_have_gaps and is_gap.any():
            self.gaps[name] = is_gap
            known = values[~is_gap]
            values = np.where(is_gap, known[0] if len(known) else 0.0, values)
        self._remark(asked, values)
        return cast("Json", (values * factor).tolist())

    def _remark(self, name: str, values: Reals) -> None:
        """Say where quarter-hourly prices are hourly ones in disguise."""
        per_hour = 3600 // int(cast("int", self.horizon["step_s"]))
        whole = len(values) // per_hour * per_hour if per_hour else 0
        if per_hour < _PER_HOUR_MIN or "cny_per" not in name or not whole:
            return
        hours = values[:whole].reshape(-1, per_hour)
        is_hourly = bool((hours == hours[:, :1]).all()) and bool(np.ptp(values) > 0.0)
        if is_hourly and all(one.words["column"] != name for one in self.remarks):
            self.remarks.append(Remark("hourly_price", {"column": name, "n": str(per_hour)}))

    def _rows(self, name: str) -> list[list[str]]:
        if Path(name).name != name:
            raise ProblemFileError(
                given=f"the file {name!r}",
                expected="a file beside the problem",
                remedy="put it there, and give its name alone",
            )
        rows = csv_of(self.folder / name, remedy="split the horizon")
        if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):  # noqa: PLR2004  # a header and a row
            raise ProblemFileError(
                given=f"{name} of {len(rows)} lines",
                expected="a header and rows with as many cells as it has",
                remedy="correct the file",
            )
        return rows

    def _check_grid(self, name: str, starts: list[str], step_s: int) -> int:
        """Return how often each row stands for an interval of the problem.

        Raises:
            ProblemFileError: If the file's rows do not lie on the grid of the problem.
        """
        wanted_s = int(cast("int", self.horizon["step_s"]))
        n_steps = int(cast("int", self.horizon["n_steps"]))
        first = int(cast("int", self.horizon["start_s"]))
        found = [instant_s(text, f"{name}, row {row}") for row, text in enumerate(starts, 2)]
        if step_s < wanted_s or step_s % wanted_s:
            raise ProblemFileError(
                given=f"step_s {step_s} of {name}",
                expected=f"{wanted_s} or a multiple of it, whose values are then held",
                remedy="give the series on the grid of the problem",
            )
        repeats = step_s // wanted_s
        due = [first + at * step_s for at in range(-(-n_steps // repeats))]
        if found == due and len(due) * repeats == n_steps:
            return repeats
        if len(found) != len(due):
            raise ProblemFileError(
                given=f"{len(found)} rows of {step_s} s in {name}",
                expected=f"{n_steps / repeats:g}, for {n_steps} intervals of {wanted_s} s",
                remedy="give exactly the horizon: a leap year has 8784 hours, others 8760",
            )
        off = next(at for at, one in enumerate(found) if one != due[at])
        raise ProblemFileError(
            given=f"{starts[off]!r} in row {off + 2} of {name}",
            expected=f"rows every {step_s} s; this one {due[off] - found[off]:+d} s from there",
            remedy="give one row for each interval of the horizon, and the file's own step_s",
        )

    def _sessions(self, name: str) -> Json:
        header, *body = self._rows(name)
        expected = ["id", "arrival", "departure", "energy_kwh", "power_kw"]
        if header != expected:
            raise ProblemFileError(
                given=f"the columns {header} of {name}",
                expected=f"{expected}",
                remedy="name the columns of the sessions so",
            )
        return [
            {
                "id": row[0],
                "arrival_s": instant_s(row[1], f"{name}, row {at}"),
                "departure_s": instant_s(row[2], f"{name}, row {at}"),
                "energy_kwh": _number(row[3], "energy_kwh", at),
                "power_kw": _number(row[4], "power_kw", at),
            }
            for at, row in enumerate(body, 2)
        ]


def unit_of(name: str) -> str:
    """Return the unit at the end of a name.

    Example:
        >>> unit_of("spot_cny_per_mwh"), unit_of("load_kw")
        ('cny_per_mwh', 'kw')
    """
    for unit in _LONG_UNITS:
        if name.endswith(unit):
            return unit
    return name.rsplit("_", 1)[-1]


def factor_of(column: str, name: str, times: object) -> float:
    """Return by what the numbers of a column are multiplied to be those of a field."""
    unit, scale = _SAME_UNIT.get(unit_of(column), (unit_of(column), 1.0))
    if times is None:
        if unit != unit_of(name):
            raise ProblemFileError(
                given=f"column {column!r} in {unit_of(column)} for {name}",
                expected=f"a column in {unit_of(name)}",
                remedy="name the unit that the numbers are in, or give times for a ratio",
            )
        return scale
    if isinstance(times, int | float) and not isinstance(times, bool) and unit == "ratio":
        return float(times)
    raise ProblemFileError(
        given=f"times {times!r} with column {column!r} for {name}",
        expected="a number, with a column whose name ends in _ratio",
        remedy="leave times out where the column has the unit of the field",
    )


def _number(text: str, column: str, row: int) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise ProblemFileError(
            given=f"{text!r} as {column} in interval {row}",
            expected="a number",
            remedy="fill the gap with a named method first: missing is never zero (§7)",
        ) from error


def instant_s(text: str, where: str) -> int:
    """Read an instant [s since 1970-01-01T00:00Z].

    Args:
        text: An instant with its zone.
        where: What it stands in, for the error.

    Raises:
        ProblemFileError: If it is none, or has no zone.

    Example:
        >>> instant_s("1970-01-01T08:00+08:00", "start")
        0
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ProblemFileError(
            given=f"{text!r} in {where}",
            expected="an instant with its zone, such as 2026-06-01T00:00+08:00",
            remedy="correct the cell",
        )
    return int(instant.timestamp())


def plain_value(value: object, name: str) -> Json:
    """Turn dates of a TOML file into seconds, and everything else into plain values."""
    if isinstance(value, datetime):
        return instant_s(value.isoformat(), name)
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, object]", value)
        return {key: plain_value(one, f"{name}.{key}") for key, one in entries.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain_value(one, name) for one in cast("Sequence[object]", value)]
    if isinstance(value, bool | int | float | str):
        return value
    raise ProblemFileError(
        given=f"{value!r} as {name}",
        expected="a number, a text, a list, or an instant with its zone",
        remedy="correct the value",
    )
