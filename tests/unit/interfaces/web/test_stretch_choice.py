"""The ways from a stretch of days to others, and which days are settled."""

from dataclasses import replace
from datetime import date
from typing import cast

from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.stretch import StretchKind, parse_stretch
from taihang.interfaces.web.stretch_choice import Choice, span_words, step_of, stretch_choices

KINDS = (StretchKind.DAY, StretchKind.MONTH)
FIRST, LAST = date(2026, 7, 1), date(2026, 8, 14)
LOOK = replace(PLAIN, path="/green/", words={"of": "E01"})


def _choices(word: str, last: date | None = LAST) -> dict[str, object]:
    return stretch_choices(parse_stretch(word), kinds=KINDS, last_settled=last, look=LOOK)


def test_stretch_choices__lead_to_the_neighbours_and_keep_the_other_words() -> None:
    found = _choices("2026-07")

    assert found["before"] == "/green/?of=E01&period=2026-06"
    assert found["after"] == "/green/?of=E01&period=2026-08"


def test_stretch_choices__do_not_lead_past_the_last_settled_day() -> None:
    assert _choices("2026-08")["after"] == _choices("2026-08-14")["after"] == ""
    assert _choices("2026-08-13")["after"]
    assert _choices("2026-08", None)["after"], "nothing settled sets no end"


def test_stretch_choices__offer_the_kinds_of_the_page_around_the_last_day() -> None:
    day, month = cast("tuple[Choice, ...]", _choices("2026-07")["kinds"])

    assert (day.href, day.is_here) == ("/green/?of=E01&period=2026-07-31", False)
    assert (month.label, month.is_here) == ("月", True)


def test_stretch_choices__of_no_days_are_none() -> None:
    assert stretch_choices(None, kinds=KINDS, last_settled=LAST, look=LOOK) == {}


def test_span_words__say_which_days_are_settled() -> None:
    assert span_words(FIRST, LAST, "en") == "settled 2026-07-01 to 2026-08-14"
    assert span_words(FIRST, None, "en") == span_words(None, LAST, "zh") == ""


def test_step_of__goes_to_months_that_are_there() -> None:
    months = ("2026-07", "2026-08")

    assert [step_of(months, "2026-07", by) for by in (-1, 1)] == ["", "2026-08"]
    assert step_of(months, "2026-09", -1) == ""
