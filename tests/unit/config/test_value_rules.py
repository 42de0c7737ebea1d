from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.config.value_rules import (
    NumberRule,
    count_of,
    day_of,
    decimal_of,
    id_of,
    key_of,
    number_of,
    scale_of,
    shown,
    text_of,
    url_of,
)

_KW = NumberRule(words="a number of kilowatts", unit="kW", example="1000", above=0)
_FEE = NumberRule(words="a fee", unit="CNY/kWh", example="0.03")


@given(value=st.decimals(min_value="0.001", max_value=10**12))
def test_number_of__is_the_number(value: Decimal) -> None:
    assert float(value) == number_of(value, _KW)


@given(value=st.booleans() | st.text() | st.none() | st.floats() | st.lists(st.integers()))
def test_number_of__takes_integers_and_decimals_only(value: object) -> None:
    assert number_of(value, _KW) is None


@pytest.mark.parametrize("value", [0, -1, 10**12 + 1, Decimal("NaN"), Decimal("sNaN"), 16**1000])
def test_number_of__refuses_what_is_out_of_bounds(value: object) -> None:
    assert number_of(value, _KW) is None


@pytest.mark.parametrize("value", [True, Decimal(4), "4", 0, None])
def test_count_of__takes_integers_only(value: object) -> None:
    assert count_of(value, _KW) is None


@given(value=st.decimals(min_value=-(10**6), max_value=10**6, places=4))
def test_decimal_of__reads_number_and_text_alike(value: Decimal) -> None:
    written = f"{value:f}"

    assert value == decimal_of(value, _FEE) == decimal_of(written, _FEE)


@pytest.mark.parametrize("value", ["1e3", " 1", "1_000", "NaN", "１", "0.3.1", "", ".5", "5.", "+"])
def test_decimal_of__refuses_what_is_no_plain_decimal(value: str) -> None:
    assert decimal_of(value, _FEE) is None


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        ("110 kV", "write 110"),
        ("0.5kW", "write 0.5"),
        ("0 kW", "write for example 1000"),
        ("about 110", "write for example 1000"),
        (True, "write for example 1000"),
    ],
)
def test_remedy_for__takes_the_number_out_of_the_text(value: object, remedy: str) -> None:
    assert remedy == _KW.remedy_for(value)


@pytest.mark.parametrize("value", ["", " a", "a ", "a\nb", "a\x00", "x" * 201, 1, None])
def test_text_of__refuses(value: object) -> None:
    assert text_of(value) is None


def test_text_of__takes_chinese() -> None:
    assert text_of("长治高新区（演示）") == "长治高新区（演示）"


@given(value=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}", fullmatch=True))
def test_id_of__takes_the_pattern(value: str) -> None:
    assert value == id_of(value)


@pytest.mark.parametrize("value", ["E01\n", "É01", "E01 ", 1])
def test_id_of__refuses(value: object) -> None:
    assert id_of(value) is None


@pytest.mark.parametrize(("value", "expected"), [("0.01", "0.01"), ("0", None), ("-1", None)])
def test_scale_of__is_above_zero(value: str, expected: str | None) -> None:
    assert expected == scale_of(value)


def test_day_of__is_no_time() -> None:
    assert day_of(date(2025, 1, 1)) == date(2025, 1, 1)
    assert day_of(datetime(2025, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x" * 100, f'"{"x" * 60}…"'),
        ("\x1b[0m", r'"\u001b[0m"'),
        (True, "true"),
        ({"a": 1}, "a table"),
        ([1], "a list"),
        (date(2025, 1, 1), "2025-01-01"),
        (time(8, 30), "08:30:00"),
        (Decimal("Infinity"), "infinity"),
        (16**1000, "an integer of 4001 bits"),
        (-7, "-7"),
    ],
)
def test_shown__is_short_and_printable(value: object, expected: str) -> None:
    assert expected == shown(value)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8201",
        "https://w.example",
        "https://w.example/taihang/e01",
        "http://[::1]:8201",
    ],
)
def test_url_of__takes_one_place(url: str) -> None:
    assert url_of(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "w.example",
        "ftp://w.example",
        "file:///etc/passwd",
        "http://",
        "http://user@w.example",
        "http://user:pw@w.example",
        "http://w.example/",
        "http://w.example?x=1",
        "http://w.example#x",
        "http://w.example/../x y",
        "http://w.example:0",
        "http://w.example\n",
        "http://w.example\\@127.0.0.1",
        "http://见证.example",
        1,
        None,
    ],
)
def test_url_of__refuses_what_could_name_another_place(url: object) -> None:
    assert url_of(url) is None


def test_key_of__takes_64_small_hexadecimal_digits() -> None:
    assert key_of("0f" * 32) == b"\x0f" * 32
    assert [key_of(value) for value in ("0F" * 32, "0f" * 31, "0g" * 32, 1)] == [None] * 4
