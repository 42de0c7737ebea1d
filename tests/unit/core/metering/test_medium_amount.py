"""Amounts between two registers: what closes, what is refused, and what is not known."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.metering.medium_amount import RegisterChain, register_chain
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.metering.register_fault import RowVerdict
from taihang.core.series import Quality, Quantity

HOUR_S = 3_600
MODULUS = 1_000_000
MOST = 100
"""Counts an hour."""
_STEPS = st.lists(st.integers(0, MOST), min_size=2, max_size=80)


def chain_of(
    counts: list[int], *events: MeterEvent, missing: frozenset[int] = frozenset()
) -> RegisterChain:
    quality = [Quality.MISSING if at in missing else Quality.MEASURED for at in range(len(counts))]
    block = ReadingBlock(
        "W",
        Quantity.REGISTER,
        "L",
        "10",
        MODULUS,
        HOUR_S * np.arange(len(counts), dtype=np.int64),
        np.array(counts, np.int64),
        np.array(quality, np.uint8),
    )
    return register_chain(block, modulus=MODULUS, max_counts_per_s=MOST / HOUR_S, events=events)


def dial(steps: list[int], first: int) -> list[int]:
    return [(first + sum(steps[:at])) % MODULUS for at in range(len(steps) + 1)]


@given(_STEPS, st.integers(0, MODULUS - 1), st.data())
def test_counted__parts_touch_and_add_up_over_any_start_of_the_dial(
    steps: list[int], first: int, data: st.DataObject
) -> None:
    chain = chain_of(dial(steps, first))
    cut = data.draw(st.integers(0, len(steps)))

    one, other = chain.counted(0, cut * HOUR_S), chain.counted(cut * HOUR_S, len(steps) * HOUR_S)

    assert (one, other) == (sum(steps[:cut]), sum(steps[cut:]))
    assert not chain.refused


@given(_STEPS, st.integers(0, MODULUS - 1), st.sets(st.integers(1, 78)))
def test_counted__a_hole_inside_costs_nothing_and_one_at_an_edge_everything(
    steps: list[int], first: int, holes: set[int]
) -> None:
    n = len(steps)
    inside = frozenset(at for at in holes if at < n)

    chain = chain_of(dial(steps, first), missing=inside)

    assert chain.counted(0, n * HOUR_S) == sum(steps)
    assert all(chain.counted(at * HOUR_S, n * HOUR_S) is None for at in inside)


@given(_STEPS.filter(lambda steps: len(steps) > 5), st.data())
def test_counted__one_wrong_register_moves_no_amount(steps: list[int], data: st.DataObject) -> None:
    counts = dial(steps, 0)
    place = data.draw(st.integers(2, len(steps) - 2))
    wrong = counts[place] + data.draw(st.integers(2 * MOST * 80, MODULUS - 2 * MOST * 80 - 1))
    counts[place] = wrong % MODULUS

    chain = chain_of(counts)

    assert chain.counted(0, len(steps) * HOUR_S) == sum(steps)
    assert [row.time_s for row in chain.refused] == [place * HOUR_S]


@given(_STEPS, st.integers(0, MODULUS - 1), st.integers(0, MODULUS - 1), st.data())
def test_counted__over_a_swap_is_what_both_meters_counted(
    steps: list[int], first: int, fresh: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(1, len(steps)))
    counts = dial(steps, first)
    swap = MeterEvent("W", MeterEventKind.SWAP, place * HOUR_S, counts[place], fresh)
    after = [(fresh + each - counts[place]) % MODULUS for each in counts[place:]]

    chain = chain_of(counts[:place] + after, swap)

    # The old dial may have turned in its last hour: then nothing but the event explains it.
    if counts[place] >= counts[place - 1]:
        assert chain.counted(0, len(steps) * HOUR_S) == sum(steps)


def test_register_chain__names_why_a_row_is_refused() -> None:
    chain = chain_of([5_000, 5_010, 0, 5_030, 4_000, 5_050])

    assert [row.verdict for row in chain.refused] == [
        RowVerdict.ZERO_AFTER_COUNT,
        RowVerdict.BACKWARDS,
    ]
    assert [row.count for row in chain.refused] == [0, 4_000]
    assert chain.counted(0, 5 * HOUR_S) == 50
    assert chain.count_at(2 * HOUR_S) is None
    assert chain.count_at(3 * HOUR_S) == 5_030


def test_register_chain__tells_a_turn_of_the_dial_and_a_silence() -> None:
    late = chain_of(
        [MODULUS - 10, *range(MODULUS - 10, MODULUS), *([3] * 30)], missing=frozenset(range(11, 38))
    )

    assert late.rolled_s == (38 * HOUR_S,)
    assert late.late_s == (38 * HOUR_S,)


def test_still__tells_a_register_that_stands() -> None:
    chain = chain_of([1, 2, 2, 2, 3, 3, 4])

    assert chain.still(2 * HOUR_S) == ((HOUR_S, 3 * HOUR_S),)
    assert chain.still(HOUR_S) == ((HOUR_S, 3 * HOUR_S), (4 * HOUR_S, 5 * HOUR_S))


def test_register_chain__of_nothing_knows_nothing() -> None:
    chain = chain_of([1, 2], missing=frozenset({0, 1}))

    assert chain.counted(0, HOUR_S) is None
    assert chain.still(1) == ()
