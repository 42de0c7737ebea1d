"""Laws of issue: once (§8), in whole Wh (§6), and of measured energy only (§7)."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.lot import DoubleIssueError, issue, lot_id, whole_certificates
from taihang.core.periods import STEP_S
from taihang.core.series import EnergySeries, Quality

START_S = 1_780_246_800
NONE_ISSUED = np.array([], np.int64)
values = st.lists(
    st.tuples(st.integers(-500, 30_000_000), st.sampled_from(list(Quality))),
    min_size=1,
    max_size=40,
)


def series_of(pairs: list[tuple[int, Quality]]) -> EnergySeries:
    return EnergySeries(
        start_s=START_S,
        wh=np.array([wh for wh, _ in pairs], np.int64),
        quality=np.array([quality for _, quality in pairs], np.uint8),
    )


@given(values)
def test_issue__issues_exactly_what_was_measured(pairs: list[tuple[int, Quality]]) -> None:
    expected = sum(wh for wh, quality in pairs if quality is Quality.MEASURED and wh > 0)

    lots = issue("PV01", series_of(pairs), issued_s=NONE_ISSUED)

    assert expected == lots.total_wh
    assert (lots.wh > 0).all()


@given(values)
def test_issue__names_the_interval_of_every_lot(pairs: list[tuple[int, Quality]]) -> None:
    expected = {
        START_S + step * STEP_S: wh
        for step, (wh, quality) in enumerate(pairs)
        if quality is Quality.MEASURED and wh > 0
    }

    lots = issue("PV01", series_of(pairs), issued_s=NONE_ISSUED)

    assert expected == dict(zip(lots.starts_s.tolist(), lots.wh.tolist(), strict=True))
    assert (np.diff(lots.starts_s) > 0).all()


@pytest.mark.parametrize("quality", [q for q in Quality if q is not Quality.MEASURED])
def test_issue__gives_nothing_for_what_was_not_measured(quality: Quality) -> None:
    lots = issue("PV01", series_of([(1_000, quality)] * 4), issued_s=NONE_ISSUED)

    assert len(lots.wh) == 0


@given(values, st.data())
def test_issue__refuses_an_interval_that_has_a_lot(
    pairs: list[tuple[int, Quality]], data: st.DataObject
) -> None:
    pairs = [*pairs, (1, Quality.MEASURED)]
    first = issue("PV01", series_of(pairs), issued_s=NONE_ISSUED)
    again = np.array([data.draw(st.sampled_from(first.starts_s.tolist()))], np.int64)

    with pytest.raises(DoubleIssueError) as refused:
        issue("PV01", series_of(pairs), issued_s=again)

    assert lot_id("PV01", int(again[0])) in refused.value.given


@given(values)
def test_issue__of_two_halves_is_issue_of_the_whole(pairs: list[tuple[int, Quality]]) -> None:
    middle = len(pairs) // 2
    tail = EnergySeries(
        START_S + middle * STEP_S, series_of(pairs).wh[middle:], series_of(pairs).quality[middle:]
    )

    whole = issue("PV01", series_of(pairs), issued_s=NONE_ISSUED)
    head_lots = issue("PV01", series_of(pairs[:middle]), issued_s=NONE_ISSUED)
    tail_lots = issue("PV01", tail, issued_s=head_lots.starts_s)

    assert whole.total_wh == head_lots.total_wh + tail_lots.total_wh
    assert whole.starts_s.tolist() == [*head_lots.starts_s.tolist(), *tail_lots.starts_s.tolist()]


def test_issue__does_not_mind_an_old_lot_where_nothing_is_generated_now() -> None:
    lots = issue(
        "PV01",
        series_of([(0, Quality.MEASURED), (5, Quality.MEASURED)]),
        issued_s=np.array([START_S], np.int64),
    )

    assert lots.wh.tolist() == [5]


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_lot_id__is_one_for_each_plant_and_interval(one: int, other: int) -> None:
    same = lot_id("PV01", START_S + one * STEP_S) == lot_id("PV01", START_S + other * STEP_S)

    assert (one == other) == same
    assert lot_id("PV01", START_S + one * STEP_S) != lot_id("PV02", START_S + one * STEP_S)


@given(st.lists(st.integers(0, 5_000_000_000), min_size=1, max_size=12))
def test_whole_certificates__carry_the_rest_and_lose_nothing(months_wh: list[int]) -> None:
    n_issued = rest_wh = 0
    for month_wh in months_wh:
        count, rest_wh = whole_certificates(rest_wh + month_wh)
        n_issued += count
        assert 0 <= rest_wh < 1_000_000

    assert list(accumulate(months_wh))[-1] == n_issued * 1_000_000 + rest_wh


def test_whole_certificates__is_1000_kwh_each() -> None:
    # 国能发新能规〔2024〕67号: one certificate is 1000 kWh.
    assert whole_certificates(999_999) == (0, 999_999)
    assert whole_certificates(1_000_000) == (1, 0)
