"""Numbers and times as a reader sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.web.wording import local_day, local_instant, number, percent


@given(st.floats(-1e9, 1e9))
def test_number__can_be_read_back(value: float) -> None:
    written = number(value, digits=2)

    assert float(written.replace(",", "").replace("\u2212", "-")) == pytest.approx(
        value, abs=0.00501
    )


def test_number__missing_is_a_dash() -> None:
    assert number(None, digits=1) == "—"
    assert percent(None, digits=1) == "—"


def test_local_instant__is_in_the_park_and_not_in_utc() -> None:
    assert local_instant(1_793_462_400, zone="Asia/Shanghai") == "2026-11-01 00:00"
    assert local_instant(1_793_462_400, zone="UTC") == "2026-10-31 16:00"


def test_local_day__the_end_of_a_half_open_month_lies_in_the_next() -> None:
    assert local_day(1_793_462_400 - 1, zone="Asia/Shanghai").isoformat() == "2026-10-31"
