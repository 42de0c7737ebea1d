"""Of a part of a period the same rows come out as of the whole, for that part."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import late_park
import small_park
from small_park import AUGUST
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, Period
from taihang.core.series import EnergySeries, Quality
from taihang.services.match_period import match_period, offered_green_wh
from taihang.services.matching_rows import matching_rows
from taihang.services.period_energies import energies_of_parts
from taihang.services.ports import Slabs
from taihang.services.settled_rows import (
    Part,
    balance_of,
    balance_rows,
    interval_rows,
)

N = 24
SPAN = Period.of_s(AUGUST.start_s, AUGUST.start_s + N * STEP_S)
COUNTS = st.lists(st.integers(0, 3_000), min_size=N, max_size=N)
QUALITIES = st.lists(st.sampled_from([*Quality]), min_size=N, max_size=N)


def cut(part: Part, first: int, last: int) -> Part:
    inside = slice(first, last)
    series = EnergySeries(
        SPAN.start_s + first * STEP_S, part.series.wh[inside], part.series.quality[inside]
    )
    return Part(part.meter, series, part.in_service[inside], part.method[inside], part.held[inside])


def _matching_rows(side: list[Part], period: Period, park: Park) -> Slabs:
    energies = energies_of_parts(side, balance_of(side, period, park), period=period, park=park)
    return matching_rows(energies, match_period(energies, park=park, opening={}))


@given(st.data(), st.integers(0, N - 1), st.integers(1, N))
def test_rows__of_a_part_are_those_of_the_whole(data: st.DataObject, first: int, n: int) -> None:
    with small_park.opened(late_park.settled(), writing=False) as ports:
        park = ports.park
    parts = [
        Part(
            meter,
            EnergySeries(
                SPAN.start_s,
                np.array(data.draw(COUNTS), np.int64),
                np.array(data.draw(QUALITIES), np.uint8),
            ),
            np.ones(N, np.bool_),
            np.zeros(N, np.int64),
            np.array(data.draw(st.lists(st.booleans(), min_size=N, max_size=N))),
        )
        for meter in park.meters.values()
    ]
    last = min(first + n, N)
    window = Period.of_s(SPAN.start_s + first * STEP_S, SPAN.start_s + last * STEP_S)
    few = [cut(part, first, last) for part in parts]

    tables = [
        (
            interval_rows(side, period),
            balance_rows(balance_of(side, period, park), side, period),
            _matching_rows(side, period, park),
        )
        for side, period in ((parts, SPAN), (few, window))
    ]

    for whole, part in zip(*tables, strict=True):
        assert [*whole] == [*part]
        for key, rows in part.items():
            for name, column in rows.items():
                np.testing.assert_array_equal(column, whole[key][name][first:last])


def test_offered_green__is_nothing_where_a_load_is_not_known() -> None:
    measured_wh = np.array([[5, 5, -2]])
    quality = np.array([[Quality.MEASURED, Quality.MISSING, Quality.MEASURED]])

    assert offered_green_wh(measured_wh, quality).tolist() == [[5, 0, 0]]
