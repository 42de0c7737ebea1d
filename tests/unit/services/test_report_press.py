"""Which report is asked for: its place in the register."""

from taihang.services.report_period import report_period
from taihang.services.report_press import Asked


def test_asked__has_one_series_for_a_subject_and_period() -> None:
    assert Asked(report_period("2026-W40"), "E17").series == "report.E17.2026-W40"
