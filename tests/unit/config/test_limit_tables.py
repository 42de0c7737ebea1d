"""The limit book of a park file: exact amounts, no default, relations checked."""

from datetime import date
from decimal import Decimal

import pytest

from taihang.config.limit_tables import LIMIT_TABLES
from taihang.config.park_file import examine_park, read_park
from taihang.config.templates import template_text
from taihang.core.park.limits import LimitMeasure
from taihang.core.park.problem import path_text

BOOK = f"""{template_text("blank")}
[admission]
negative_sectors = ["C31"]
worst_efficiency_level = 2
replacement_ratio = "1.25"
source = "test"
[limits]
so2 = {{ name_zh = "硫", name_en = "SO2", measure = "stated", unit = "t/a", limit = "0.3", \
committed = "0.1", source = "test" }}
[closed_units]
K1 = {{ name_zh = "炉", name_en = "boiler", closed_on = 2025-10-31, frees = {{ so2 = "0.05" }}, \
source = "test" }}
"""


def test_limit_tables__are_read_exactly() -> None:
    park = read_park(BOOK, source="park.toml")

    assert park.admission is not None
    assert park.admission.replacement_ratio == Decimal("1.25")
    assert park.limits["so2"].limit - park.limits["so2"].committed == Decimal("0.2")
    assert park.limits["so2"].measure is LimitMeasure.STATED
    assert park.closed_units["K1"].closed_on == date(2025, 10, 31)
    assert park.closed_units["K1"].frees == {"so2": Decimal("0.05")}


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ('limit = "0.3"', 'limit = "much"', "limits.so2.limit"),
        ("worst_efficiency_level = 2\n", "", "admission.worst_efficiency_level"),
        ('{ so2 = "0.05" }', '{ so2 = "-1" }', "closed_units.K1.frees"),
        ('{ so2 = "0.05" }', '{ nox = "1" }', "closed_units.K1.frees.nox"),
        ("2025-10-31", '"2025-10-31"', "closed_units.K1.closed_on"),
        ('"1.25"', '"0.5"', "admission.replacement_ratio"),
    ],
)
def test_limit_tables__tell_what_is_wrong(was: str, now: str, path: str) -> None:
    assert was in BOOK

    problems = examine_park(BOOK.replace(was, now)).problems

    assert [path_text(problem.path) for problem in problems] == [path]


def test_limit_tables__are_three() -> None:
    assert len(LIMIT_TABLES) == 3
