"""WHAT-IF.toml: plants and loads of a project that does not stand yet, read as the park file is."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from typing_extensions import override

from taihang.config.object_reader import read_each, read_one
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.errors import InputError
from taihang.core.park.problem import ParkProblem, path_text
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.core.ratio.plan import PlannedYear

CHARS_MAX: Final = 1_000_000
"""Longest file that is read."""
_FORMAT: Final = NumberRule(words="the format", unit="1", example="1", at_least=1, at_most=1)
_KW: Final = NumberRule(words="a number of kilowatts", unit="kW", example="13490", above=0)
_HOURS: Final = NumberRule(
    words="full-load hours a year", unit="h/a", example="2200", above=0, at_most=8_784
)
_MWH: Final = NumberRule(
    words="a number of megawatt-hours a year", unit="MWh/a", example="18250", above=0
)


class WhatIfFileError(InputError):
    """A what-if file is refused; ``problems`` holds all that is wrong."""

    code = "input.what-if-file"

    def __init__(self, *, source: str, problems: tuple[ParkProblem, ...]) -> None:
        super().__init__(
            given=f"{source} with {len(problems)} problem{'' if len(problems) == 1 else 's'}",
            expected="a what-if file without any",
            remedy="correct each key named below; docs/ratios.md describes them",
        )
        self.source = source
        self.problems = problems

    @override
    def __str__(self) -> str:
        told = (
            f"{self.source}: {path_text(p.path)}: given {p.given}, expected {p.expected}, "
            f"{p.remedy}"
            for p in self.problems
        )
        return "\n".join([super().__str__(), *told])


def read_what_if(text: str, *, source: str) -> PlannedYear:
    """Read a what-if file.

    Args:
        text: The TOML text.
        source: What it is called in messages.

    Returns:
        The planned year.

    Raises:
        WhatIfFileError: If anything is wrong; it carries all problems.
    """
    document = _parsed(text, source)
    problems: list[ParkProblem] = []
    root = TableReader(document, path=(), problems=problems)
    root.count("format", _FORMAT)
    day = read_one(root, "what_if", lambda table: table.day("day"), problems)
    plants = read_each(root, "plants", lambda table: _generation_mwh(table, problems), problems)
    loads = read_each(root, "loads", lambda table: table.exact("mwh_per_year", _MWH), problems)
    root.close()
    if problems:
        raise WhatIfFileError(source=source, problems=tuple(problems))
    return PlannedYear(day=day, generation_mwh=plants, load_mwh=loads)


def _generation_mwh(table: TableReader, problems: list[ParkProblem]) -> Decimal:
    """Read a plant: its yield, or its power and hours."""
    capacity_kw = table.optional_exact("capacity_kw", _KW)
    hours = table.optional_exact("full_load_h", _HOURS)
    yield_mwh = table.optional_exact("mwh_per_year", _MWH)
    if (yield_mwh is None) == (hours is None) or (hours is not None and capacity_kw is None):
        problems.append(
            ParkProblem(
                path=("plants", table.id),
                given="a yield that is not said once",
                expected="mwh_per_year, or capacity_kw and full_load_h",
                remedy="write one of the two",
            )
        )
    if yield_mwh is not None:
        return yield_mwh
    return (capacity_kw or Decimal(0)) * (hours or Decimal(0)) * WH_PER_KWH / WH_PER_MWH


def _parsed(text: str, source: str) -> Mapping[str, object]:
    if len(text) > CHARS_MAX:
        raise _no_toml(f"{len(text)} characters", f"at most {CHARS_MAX}", source)
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except (ValueError, RecursionError) as error:
        raise _no_toml(str(error), "valid TOML", source) from error


def _no_toml(given: str, expected: str, source: str) -> WhatIfFileError:
    problem = ParkProblem(path=(), given=given, expected=expected, remedy="correct the text")
    return WhatIfFileError(source=source, problems=(problem,))


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
