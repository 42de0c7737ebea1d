"""WHAT-IF.toml: plants and loads of a project that does not stand yet, read as the park file is."""

from decimal import Decimal
from typing import Final

from taihang.config.object_reader import read_each, read_one
from taihang.config.sheet_file import SheetFileError, read_toml
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.problem import ParkProblem
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.core.ratio.plan import PlannedYear

_FORMAT: Final = NumberRule(words="the format", unit="1", example="1", at_least=1, at_most=1)
_KW: Final = NumberRule(words="a number of kilowatts", unit="kW", example="13490", above=0)
_HOURS: Final = NumberRule(
    words="full-load hours a year", unit="h/a", example="2200", above=0, at_most=8_784
)
_MWH: Final = NumberRule(
    words="a number of megawatt-hours a year", unit="MWh/a", example="18250", above=0
)


class WhatIfFileError(SheetFileError):
    """A what-if file is refused; ``problems`` holds all that is wrong."""

    code = "input.what-if-file"
    wanted = "a what-if file without any"
    page = "docs/ratios.md"


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
    document = read_toml(text, source=source, refusal=WhatIfFileError)
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
