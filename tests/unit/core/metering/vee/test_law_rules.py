"""What the law did is named: each refusal once, with its evidence (F31-F33, F42)."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.metering.energy import RegisterEnergy, interval_energy
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.metering.vee.law_rules import law_hits, missing_hits, reverse_hits, runs_of
from taihang.core.metering.vee.rule import Hits, Rule
from taihang.core.periods import Period
from taihang.core.series import Quality, Quantity

START = datetime(2026, 6, 1, tzinfo=UTC)
MODULUS = 1_000
MOST_WH = 100


def judged(
    counts: list[int | None], *, events: tuple[MeterEvent, ...] = ()
) -> tuple[RegisterEnergy, dict[Rule, Hits], Period]:
    period = Period(START, START + timedelta(minutes=15 * (len(counts) - 1)))
    values = np.array([-1 if each is None else each for each in counts], np.int64)
    block = ReadingBlock(
        point="M",
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale="1",
        modulus=MODULUS,
        times_s=period.start_s + 900 * np.arange(len(counts), dtype=np.int64),
        counts=values,
        quality=np.where(values < 0, Quality.MISSING, Quality.MEASURED).astype(np.uint8),
    )
    energy = interval_energy(
        register=block,
        scale=1,
        modulus=MODULUS,
        max_interval_wh=MOST_WH,
        events=events,
        period=period,
    )
    hits = law_hits(energy.spans, max_interval_wh=MOST_WH, period=period)
    return energy, {each.rule: each for each in hits}, period


def swap(at: int, final: int, initial: int) -> MeterEvent:
    at_s = int(START.timestamp()) + 900 * at
    return MeterEvent("M", MeterEventKind.SWAP, at_s, final, initial)


def test_law_hits__clean_registers_give_none() -> None:
    _, hits, _ = judged([10, 20, 30, 31, 90])

    assert hits == {}


def test_law_hits__a_dial_that_starts_again_is_flagged_and_counted_by_its_size() -> None:
    energy, hits, _ = judged([980, 995, 15, 40])

    assert set(hits) == {Rule.ROLLOVER}
    assert (hits[Rule.ROLLOVER].at.tolist(), hits[Rule.ROLLOVER].value.tolist()) == ([1], [20])
    assert energy.series.wh.tolist() == [15, 20, 25]


def test_law_hits__a_reset_is_rejected_and_never_a_large_energy() -> None:
    energy, hits, _ = judged([500, 520, 0, 30])

    assert set(hits) == {Rule.RESET}
    assert hits[Rule.RESET].value.tolist() == [-520]
    assert energy.series.wh.tolist() == [20, 0, 30]
    assert energy.series.quality.tolist()[1] == Quality.REJECTED
    assert energy.series.total_wh + energy.gap_wh + energy.rejected_wh == 30 - 500


def test_law_hits__a_swap_joins_both_meters_and_both_readings_stay() -> None:
    # Old meter 500 -> 510 at the swap, new meter 40 at the swap -> 70 a quarter of an hour later.
    energy, hits, _ = judged([480, 500, 70], events=(swap(2, 510, 40),))

    assert set(hits) == {Rule.SWAP}
    assert energy.series.wh.tolist() == [20, 10 + 30]


def test_law_hits__a_swap_that_the_registers_contradict_needs_nobody_to_guess() -> None:
    _, hits, _ = judged([480, 500, 70], events=(swap(2, 490, 40),))

    assert set(hits) == {Rule.SWAP_BROKEN}


def test_law_hits__a_step_above_the_rating_is_out_of_range() -> None:
    _, hits, _ = judged([10, 20, 320, 330])

    assert set(hits) == {Rule.RANGE}
    assert hits[Rule.RANGE].at.tolist() == [1]
    assert hits[Rule.RANGE].limit.tolist() == [MOST_WH]


@given(st.lists(st.one_of(st.none(), st.integers(0, MODULUS - 1)), min_size=2, max_size=30))
def test_law_hits__name_every_refused_difference_exactly_once(counts: list[int | None]) -> None:
    energy, hits, _ = judged(counts)

    named = sum(len(each.at) for rule, each in hits.items() if rule is not Rule.ROLLOVER)
    assert named == energy.n_rejected + energy.n_gaps_rejected
    refused_wh = sum(int(h.value.sum()) for r, h in hits.items() if r is not Rule.ROLLOVER)
    assert refused_wh == energy.rejected_wh
    assert len(hits[Rule.ROLLOVER].at if Rule.ROLLOVER in hits else ()) == energy.n_rollover


def test_reverse_hits__refuses_negative_energy_on_a_meter_that_counts_one_way() -> None:
    wh = np.array([5, -3, 0, -7])
    quality = np.array([0, 0, 0, Quality.MISSING], np.uint8)

    (hits,) = reverse_hits(wh, quality=quality, min_interval_wh=0)

    assert (hits.rule, hits.at.tolist(), hits.value.tolist()) == (Rule.REVERSE, [1], [-3])
    assert reverse_hits(wh, quality=quality, min_interval_wh=-10) == [], "a net meter may"


def test_missing_hits__tells_each_run_once_with_its_length() -> None:
    energy, _, _ = judged([10, None, 30, 40, None, None, 90])
    in_service = np.array([True, True, True, True, True, False])

    (hits,) = missing_hits(energy.series, in_service=in_service)

    assert (hits.at.tolist(), hits.value.tolist()) == ([0, 3], [2, 2])
    assert missing_hits(energy.series, in_service=np.zeros(6, np.bool_)) == []


@pytest.mark.parametrize("text", ["", "0", "1", "0110", "101", "1111", "00100111"])
def test_runs_of__covers_exactly_what_is_marked(text: str) -> None:
    where = np.array([sign == "1" for sign in text], np.bool_)

    first, length = runs_of(where)

    covered = np.zeros(len(where), np.bool_)
    for start, n in zip(first, length, strict=True):
        assert not covered[start : start + n].any()
        covered[start : start + n] = True
    assert covered.tolist() == where.tolist()
