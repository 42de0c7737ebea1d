"""Scores of a park file: measures with exactly the keys of their kind, no default."""

from decimal import Decimal

import pytest

import score_kit
from taihang.config.park_file import examine_park, read_park
from taihang.config.score_tables import SCORE_TABLES
from taihang.core.park.problem import Severity, path_text
from taihang.core.park.score import MeasureKind

BOOK = score_kit.text(score_kit.GRID, score_kit.MEASURES)


def test_score_tables__are_read_exactly() -> None:
    park = read_park(BOOK, source="park.toml")

    assert park.scores is not None
    assert park.scores.grid_cfe_series == "GRID-CFE"
    battery = park.score_measures["BAT"]
    assert battery.kind is MeasureKind.BATTERY
    assert (battery.price_cny, battery.most_kw) == (Decimal(100), 2_000)
    assert (battery.energy_h, battery.round_trip_ratio) == (Decimal(4), Decimal("0.9"))
    assert battery.first_hour is None


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ('price_cny = "300"', 'price_cny = "-1"', "score_measures.PV.price_cny"),
        ('price_cny = "300", ', "", "score_measures.PV.price_cny"),
        ("most_kw = 5000", "most_kw = 0", "score_measures.PV.most_kw"),
        ("most_kw = 5000, ", "", "score_measures.PV.most_kw"),
        ("most_kw = 5000", "most_kw = 5000, last_hour = 4", "score_measures.PV.last_hour"),
        ('kind = "pv", price', 'kind = "wind", price', "score_measures.PV.kind"),
        ('kind = "pv", price', 'kind = "sun", price', "score_measures.PV.kind"),
        (
            'round_trip_ratio = "0.9"',
            'round_trip_ratio = "1.1"',
            "score_measures.BAT.round_trip_ratio",
        ),
        ("last_hour = 6", "last_hour = 22", "score_measures.NIGHT.last_hour"),
        ("last_hour = 6", "last_hour = 25", "score_measures.NIGHT.last_hour"),
        ('cfe_series = "GRID-CFE"', 'cfe_series = "PRICE"', "scores.grid_cfe_series"),
        ('cfe_series = "GRID-CFE"', 'cfe_series = "X"', "scores.grid_cfe_series"),
        ("last_hour = 6", "last_hour = 6, note = 1", "score_measures.NIGHT.note"),
    ],
)
def test_score_tables__tell_what_is_wrong(was: str, now: str, path: str) -> None:
    assert was in BOOK

    problems = examine_park(BOOK.replace(was, now)).problems

    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    assert [path_text(problem.path) for problem in errors] == [path]


def test_score_tables__are_two() -> None:
    assert len(SCORE_TABLES) == 2
