"""What the words of the command line mean."""

from argparse import Namespace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.periods import PeriodError
from taihang.interfaces.cli.words import (
    DAYS_MAX,
    FIRST_YEAR,
    LAST_YEAR,
    WordsError,
    count_of,
    day_of,
    gateway_key_of,
    key_of,
    month_of,
    month_or_year_of,
    stretch_of,
)

ZONE = ZoneInfo("Asia/Shanghai")
_DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


@given(_DAYS)
def test_day_of__reads_what_iso_writes(day: date) -> None:
    assert day == day_of(day.isoformat())


@pytest.mark.parametrize(
    "given_word",
    [
        "2026-9-1",
        "20260901",
        "2026-W36-2",
        "01.09.2026",
        "2026/09/01",
        "2026-02-30",
        "2026-13-01",
        "2026-09-01T00:00",
        "2026-09-01 ",
        "٢٠٢٦-٠٩-٠١",
        "today",
        "",
    ],
)
def test_day_of__refuses_every_other_spelling_and_names_it(given_word: str) -> None:
    with pytest.raises(WordsError, match="YYYY-MM-DD") as caught:
        day_of(given_word)

    assert repr(given_word) == caught.value.given


@pytest.mark.parametrize("given_word", ["0001-01-01", "1979-12-31", "2200-01-01", "9999-12-31"])
def test_day_of__refuses_years_of_no_park(given_word: str) -> None:
    with pytest.raises(WordsError, match="a year from 1980 to 2199"):
        day_of(given_word)


@given(st.integers(1, DAYS_MAX))
def test_count_of__reads_numbers(number: int) -> None:
    assert number == count_of(str(number))


@pytest.mark.parametrize(
    "given_word", ["0", "-1", "3661", "1.5", "1e3", "²", "٣", "ten", "", " 7", "9" * 5_000]
)
def test_count_of__refuses_what_is_no_number_of_days(given_word: str) -> None:
    with pytest.raises(WordsError, match=r"1 … 3660"):
        count_of(given_word)


@given(_DAYS, st.integers(1, 400))
def test_stretch_of__is_half_open_whole_days(first: date, n_days: int) -> None:
    last = first + timedelta(days=n_days)
    if last.year > LAST_YEAR:
        return
    words = Namespace(first=first.isoformat(), last=last.isoformat())

    stretch = stretch_of(words, ZoneInfo("UTC"))

    assert n_days * 96 == stretch.n_steps
    assert first == stretch.start.date()


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-09-02", "2026-09-01"), ("2026-09-01", "2026-09-01"), ("2000-01-01", "2026-01-01")],
)
def test_stretch_of__refuses_empty_turned_and_endless(first: str, last: str) -> None:
    with pytest.raises(WordsError, match=f"--from {first} --to {last}"):
        stretch_of(Namespace(first=first, last=last), ZONE)


def test_month_or_year_of__returns_name_and_period() -> None:
    name, period = month_or_year_of(Namespace(month="2026-09", year=None), ZONE)
    assert (name, period.n_steps) == ("2026-09", 30 * 96)

    name, period = month_or_year_of(Namespace(month=None, year="2024"), ZONE)
    assert (name, period.n_steps) == ("2024", 366 * 96)


@pytest.mark.parametrize("given_word", ["2026-13", "2026-9", "2026", "2026-09-01", "Sept"])
def test_month_or_year_of__refuses_what_is_no_month(given_word: str) -> None:
    with pytest.raises(PeriodError, match="YYYY-MM"):
        month_or_year_of(Namespace(month=given_word, year=None), ZONE)


@pytest.mark.parametrize("given_word", ["2026-13", "2026-00", "2026-9", "2026-09-01", "x", ""])
def test_month_of__refuses_what_is_no_month(given_word: str) -> None:
    with pytest.raises(PeriodError, match="YYYY-MM"):
        month_of(given_word, ZONE)


@pytest.mark.parametrize("given_word", ["0000-01", "9999-12", "２０２６-09"])
def test_month_of__refuses_years_of_no_park(given_word: str) -> None:
    with pytest.raises(WordsError, match=given_word):
        month_of(given_word, ZONE)


@pytest.mark.parametrize("given_word", ["0000", "9999", "0001", "２０２６"])
def test_month_or_year_of__refuses_years_of_no_park(given_word: str) -> None:
    with pytest.raises(WordsError, match=given_word):
        month_or_year_of(Namespace(month=None, year=given_word), ZONE)


@pytest.mark.parametrize("given_word", ["26", "20266", "x", "2026-06"])
def test_month_or_year_of__refuses_what_is_no_year(given_word: str) -> None:
    with pytest.raises(PeriodError, match="YYYY"):
        month_or_year_of(Namespace(month=None, year=given_word), ZONE)


def test_key_of__takes_64_small_hexadecimal_digits() -> None:
    key = "0123456789abcdef" * 4

    assert key == key_of(key)


@pytest.mark.parametrize("given_word", ["", "zz", "0" * 63, "0" * 65, "A" * 64, "0x" + "0" * 62])
def test_key_of__refuses_anything_else(given_word: str) -> None:
    with pytest.raises(WordsError, match="64 hexadecimal digits"):
        key_of(given_word)


def test_gateway_key_of__takes_a_name_and_a_key() -> None:
    word = "GW1=" + "0123456789abcdef" * 4

    assert word == gateway_key_of(word)


@pytest.mark.parametrize("given_word", ["", "GW1", "GW1=", "=" + "0" * 64, "GW1=" + "0" * 63])
def test_gateway_key_of__refuses_anything_else(given_word: str) -> None:
    with pytest.raises(WordsError, match="--gateway-key"):
        gateway_key_of(given_word)
