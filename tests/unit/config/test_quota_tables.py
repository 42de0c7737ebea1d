"""Quotas of a park file: exact amounts, strict units and days, no default."""

from datetime import date
from decimal import Decimal

import pytest

from quota_kit import RULES
from taihang.config.park_file import examine_park, read_park
from taihang.config.quota_tables import QUOTA_TABLES
from taihang.config.templates import template_text
from taihang.core.park.problem import path_text
from taihang.core.park.quota import QuotaMeasure

BOOK = f"""{template_text("blank")}{RULES}[quotas]
Q1 = {{ subject = "park", measure = "energy-equivalent", amount = "1234.5", unit = "tce", \
valid_from = 2026-01-01, valid_to = 2030-12-31, document = "test" }}
"""


def test_quota_tables__are_read_exactly() -> None:
    park = read_park(BOOK, source="park.toml")

    quota = park.quotas["Q1"]
    assert (quota.amount, quota.unit) == (Decimal("1234.5"), "tce")
    assert quota.measure is QuotaMeasure.ENERGY_EQUIVALENT
    assert (quota.valid_from, quota.valid_to) == (date(2026, 1, 1), date(2030, 12, 31))
    assert park.quota_rules is not None
    assert park.quota_rules.watch_chance_ratio == Decimal("0.2")


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ('amount = "1234.5"', 'amount = "0"', "quotas.Q1.amount"),
        ('amount = "1234.5"', 'amount = "1234.5 tce"', "quotas.Q1.amount"),
        ('unit = "tce"', 'unit = "kgce"', "quotas.Q1.unit"),
        ("energy-equivalent", "energy", "quotas.Q1.measure"),
        (
            '"energy-equivalent", amount = "1234.5", unit = "tce"',
            '"carbon-market", amount = "1234.5", unit = "tCO2e"',
            "quotas.Q1.measure",
        ),
        ('subject = "park"', 'subject = "E99"', "quotas.Q1.subject"),
        ("2030-12-31", "2026-12-30", "quotas.Q1.valid_to"),
        (', document = "test"', "", "quotas.Q1.document"),
        (', document = "test"', ', document = "test", note = 1', "quotas.Q1.note"),
        ('watch_chance_ratio = "0.2"\n', "", "quota_rules.watch_chance_ratio"),
        (
            'watch_chance_ratio = "0.2"',
            'watch_chance_ratio = "0.5"',
            "quota_rules.watch_chance_ratio",
        ),
        ('interval_ratio = "0.9"', 'interval_ratio = "1"', "quota_rules.interval_ratio"),
    ],
)
def test_quota_tables__tell_what_is_wrong(was: str, now: str, path: str) -> None:
    assert was in BOOK

    problems = examine_park(BOOK.replace(was, now)).problems

    assert [path_text(problem.path) for problem in problems] == [path]


def test_quota_tables__are_three() -> None:
    assert len(QUOTA_TABLES) == 3
