from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.periods import STEPS_PER_DAY
from taihang.interfaces.web.stretch import (
    DAYS_MOST,
    ShownDaysError,
    StretchKind,
    parse_stretch,
    week_word,
)

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("word", "kind", "first", "n_days"),
    [
        ("2026-09-30", StretchKind.DAY, date(2026, 9, 30), 1),
        ("2026-W53", StretchKind.WEEK, date(2026, 12, 28), 7),
        ("2026-02", StretchKind.MONTH, date(2026, 2, 1), 28),
        ("2028", StretchKind.YEAR, date(2028, 1, 1), 366),
        ("2026-09-01..2026-09-15", StretchKind.ANY, date(2026, 9, 1), 15),
    ],
)
def test_parse_stretch__reads_every_kind(
    word: str, kind: StretchKind, first: date, n_days: int
) -> None:
    found = parse_stretch(word)

    assert (found.word, found.kind, found.first, found.n_days) == (word, kind, first, n_days)
    assert found.period(ZONE).n_steps == n_days * STEPS_PER_DAY


@pytest.mark.parametrize(
    "word",
    [
        "", "2026-13", "2026-02-30", "2027-W53", "2026-W00", "26-09", "0001", "9999", "２０２６",
        "2026-09-15..2026-09-01", "2020-01-01..2026-01-01", "2026-09-01..", "2026-9", "<script>",
    ],
)  # fmt: skip
def test_parse_stretch__refuses_what_names_none(word: str) -> None:
    with pytest.raises(ShownDaysError):
        parse_stretch(word)


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(["day", "week", "month", "year"])
)
def test_moved__there_and_back_is_the_same_and_touches(day: date, kind: str) -> None:
    words = parse_stretch(day.isoformat()).words()

    here = parse_stretch(words[StretchKind(kind)])
    after = parse_stretch(here.moved(1))

    assert parse_stretch(after.moved(-1)) == here
    assert after.kind is here.kind
    assert (after.first - here.last).days == 1
    assert here.first <= day <= here.last


def test_moved__of_any_days_keeps_their_number() -> None:
    here = parse_stretch("2026-03-10..2026-03-12")

    assert here.moved(-1) == "2026-03-07..2026-03-09"
    assert week_word(date(2027, 1, 1)) == "2026-W53"
    assert DAYS_MOST == 732
