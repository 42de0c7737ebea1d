"""Raw register rows: outside cases with labels, and the laws that hold for any rows."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from shared_data import shared_path
from taihang.core.metering.energy import RegisterEnergy, interval_energy
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.metering.register_fault import (
    RegisterLimits,
    RegisterLimitsError,
    RegisterNotFiniteError,
    RowVerdict,
    RowVerdicts,
    classify_registers,
)
from taihang.core.periods import STEP_S, Period, instant_of_s
from taihang.core.series import Quantity


def rated(
    max_kw: float, *, dial: float, lump: float = 1.0, max_gap_s: int = 1_800
) -> RegisterLimits:
    """Limits of a kWh register: the rating, the dial, and the lumps it is passed on in."""
    return RegisterLimits(
        max_rate_per_s=max_kw / 3_600,
        dial_max=dial,
        rollover=True,
        max_step=lump,
        max_gap_s=max_gap_s,
    )


# The cases name no ratings. Each limit below is the next larger transformer of the usual series
# (… 630, 1 000, 2 000 kVA) above the mean power between the rows labelled good, with the lump in
# which the good rows rise (3333: 73 kWh, 3336: 37 kWh) and the smallest dial that holds them.
CASE_LIMITS: Final = {
    "3333": rated(630, dial=1e6, lump=75),
    "3336": rated(630, dial=1e6, lump=40),
    "3334": rated(630, dial=1e6, lump=75),
    "3321": rated(630, dial=1e8, lump=10),
    "554": rated(100, dial=1e5),
    "21": rated(500, dial=1e5),
    "1001444": rated(12_500, dial=1e8, lump=10),
    "3315": rated(2_000, dial=1e8, lump=10),
    "1734": rated(1_000, dial=1e8),
    "1003344": rated(2_000, dial=1e7),
}


@dataclass(frozen=True)
class Case:
    name: str
    point: str
    times_s: NDArray[np.int64]
    registers: NDArray[np.float64]
    labels: list[str]

    def classify(self) -> RowVerdicts:
        return classify_registers(
            self.times_s, self.registers, limits=CASE_LIMITS[self.point], events=()
        )


def read_cases(file: str) -> dict[str, Case]:
    with shared_path(f"cases/myems_meter_faults/{file}").open() as opened:
        rows = list(csv.reader(opened))[1:]
    return {
        name: Case(
            name=name,
            point=next(row[1] for row in rows if row[0] == name),
            times_s=np.array([seconds(row[2]) for row in rows if row[0] == name], np.int64),
            registers=np.array([float(row[3]) for row in rows if row[0] == name]),
            labels=[row[4] for row in rows if row[0] == name],
        )
        for name in dict.fromkeys(row[0] for row in rows)
    }


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def energy_of(
    times_s: NDArray[np.int64],
    registers: NDArray[np.float64],
    accepted: NDArray[np.bool_],
    limits: RegisterLimits,
) -> RegisterEnergy:
    """Energy of the accepted rows; the register is kWh, the counts of record are Wh."""
    order = np.argsort(times_s[accepted])
    times_s = times_s[accepted][order]
    first_s, last_s = int(times_s.min()), int(times_s.max())
    block = ReadingBlock(
        point="M",
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale="1",
        modulus=int(limits.dial_max * 1_000),
        times_s=times_s,
        counts=np.rint(registers[accepted][order] * 1_000).astype(np.int64),
        quality=np.zeros(len(times_s), np.uint8),
    )
    return interval_energy(
        register=block,
        scale=1,
        modulus=block.modulus,
        max_interval_wh=int((limits.max_rate_per_s * STEP_S + limits.max_step) * 1_000),
        events=(),
        period=Period(
            instant_of_s(first_s // STEP_S * STEP_S), instant_of_s(-(-last_s // STEP_S) * STEP_S)
        ),
    )


def test_classify_registers__labelled_rows_are_all_judged_as_labelled() -> None:
    # Origin: the labelled bad values of the MyEMS project; 224 rows in 14 cases. The label "bad?"
    # marks what that project cannot detect itself.
    cases = read_cases("energy_register_labelled.csv")

    wrong = [
        (case.name, row, label, verdicts.verdict(row).value)
        for case in cases.values()
        for verdicts in [case.classify()]
        for row, label in enumerate(case.labels)
        if bool(verdicts.accepted[row]) != (label == "good")
        or bool(verdicts.refused[row]) != (label in {"bad", "bad?"})
    ]

    assert wrong == []
    assert len(cases) == 14
    assert sum(len(case.labels) for case in cases.values()) == 224
    labels = [label for case in cases.values() for label in case.labels]
    assert {label: labels.count(label) for label in ("good", "bad", "bad?")} == {
        "good": 113,
        "bad": 89,
        "bad?": 22,
    }


def test_classify_registers__names_the_fault_of_each_labelled_case() -> None:
    cases = read_cases("energy_register_labelled.csv")

    found = {
        name.split()[0]: {
            verdict for verdict in case.classify().tally() if verdict not in KEPT_VERDICTS
        }
        for name, case in cases.items()
    }

    assert {
        "1.1": {RowVerdict.OVER_DIAL},
        "1.2": {RowVerdict.ZERO_AFTER_COUNT},
        "1.3": {RowVerdict.NEGATIVE},
        "1.4": {RowVerdict.BACKWARDS},
        "2.1": {RowVerdict.BACKWARDS},
        "2.10": {RowVerdict.IMPLAUSIBLE_JUMP},
        "2.11": {RowVerdict.IMPLAUSIBLE_JUMP},
        "2.12": {RowVerdict.IMPLAUSIBLE_JUMP},
        "2.2": {RowVerdict.BACKWARDS},
        "2.3": {RowVerdict.BACKWARDS},
        "2.4": {RowVerdict.BACKWARDS},
        "2.5": {RowVerdict.BACKWARDS},
        "2.6": {RowVerdict.BACKWARDS},
        "2.8": {RowVerdict.OVER_DIAL},
    } == found


KEPT_VERDICTS: Final = {RowVerdict.GOOD, RowVerdict.FIRST_AFTER_GAP}


def test_classify_registers__refused_rows_contribute_no_energy() -> None:
    cases = read_cases("energy_register_labelled.csv")

    for case in cases.values():
        good = np.array([label == "good" for label in case.labels])
        truth_wh = round((case.registers[good].max() - case.registers[good].min()) * 1_000)
        energy = energy_of(
            case.times_s, case.registers, case.classify().accepted, CASE_LIMITS[case.point]
        )

        assert energy.rejected_wh == 0
        assert truth_wh == energy.series.total_wh + energy.gap_wh


def test_classify_registers__special_cases_hold_all_their_rows() -> None:
    # Origin: special test cases of the same project; only case 4 carries labels.
    cases = read_cases("register_special_cases.csv")

    assert [len(case.times_s) for case in cases.values()] == [5, 6, 6, 39]
    assert sum(sum(case.classify().tally().values()) for case in cases.values()) == 56


def special(number: int) -> Case:
    cases = read_cases("register_special_cases.csv")
    return next(case for name, case in cases.items() if f"case {number}" in name)


def test_classify_registers__a_disconnected_meter_leaves_a_gap_with_known_energy() -> None:
    case = special(1)

    verdicts = case.classify()
    energy = energy_of(case.times_s, case.registers, verdicts.accepted, CASE_LIMITS["3315"])

    assert RowVerdict.FIRST_AFTER_GAP is verdicts.verdict(2)
    assert verdicts.tally() == {RowVerdict.GOOD: 4, RowVerdict.FIRST_AFTER_GAP: 1}
    assert (energy.gap_wh, energy.series.total_wh, energy.rejected_wh) == (3_840_000, 0, 0)
    assert len(energy.series.wh) == energy.n_missing


def test_classify_registers__a_used_meter_brings_no_energy_with_it() -> None:
    case = special(2)

    verdicts = case.classify()
    energy = energy_of(case.times_s, case.registers, verdicts.accepted, CASE_LIMITS["1734"])

    assert verdicts.tally() == {RowVerdict.GOOD: 6}
    assert energy.series.total_wh + energy.gap_wh == 62_865  # 56 842 220.773 − 56 842 157.908 kWh


def test_classify_registers__the_dial_starts_again_from_zero() -> None:
    case = special(3)

    verdicts = case.classify()
    energy = energy_of(case.times_s, case.registers, verdicts.accepted, CASE_LIMITS["3336"])

    assert verdicts.tally() == {RowVerdict.GOOD: 6}
    assert (energy.series.total_wh + energy.gap_wh, energy.n_rollover) == (35_938, 1)


def test_classify_registers__recovers_cleanly_from_zeroes() -> None:
    case = special(4)

    verdicts = case.classify()
    energy = energy_of(case.times_s, case.registers, verdicts.accepted, CASE_LIMITS["1003344"])

    assert [label == "1" for label in case.labels] == verdicts.refused.tolist()
    assert verdicts.tally() == {RowVerdict.GOOD: 27, RowVerdict.ZERO_BEFORE_COUNT: 12}
    assert energy.series.total_wh + energy.gap_wh == 534_875  # 1 103 860.625 − 1 103 325.75 kWh


LIMITS: Final = rated(3_600, dial=1e6, lump=0, max_gap_s=1_800)
"""One kWh per second at most."""


def classify(
    registers: Sequence[float],
    *,
    times_s: Sequence[int] | None = None,
    limits: RegisterLimits = LIMITS,
    events: Sequence[MeterEvent] = (),
) -> list[str]:
    times = range(0, 60 * len(registers), 60) if times_s is None else times_s
    verdicts = classify_registers(
        np.array(times, np.int64), np.array(registers, float), limits=limits, events=events
    )
    return [verdicts.verdict(row).value for row in range(len(registers))]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_classify_registers__refuses_what_is_no_number(bad: float) -> None:
    with pytest.raises(RegisterNotFiniteError, match="row 1"):
        classify([1.0, bad])


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_rate_per_s": 0.0},
        {"dial_max": -1.0},
        {"max_gap_s": 0},
        {"max_step": -1.0},
        {"max_step": 2e6},
    ],
)
def test_register_limits__refuse_what_no_meter_has(wrong: dict[str, float]) -> None:
    limits = {"max_rate_per_s": 1.0, "dial_max": 1e6, "max_step": 0.0, "max_gap_s": 900, **wrong}

    with pytest.raises(RegisterLimitsError, match="nameplate"):
        RegisterLimits(
            max_rate_per_s=limits["max_rate_per_s"],
            dial_max=limits["dial_max"],
            rollover=False,
            max_step=limits["max_step"],
            max_gap_s=int(limits["max_gap_s"]),
        )


def test_classify_registers__no_rows_have_no_verdicts() -> None:
    verdicts = classify_registers(
        np.empty(0, np.int64), np.empty(0, np.float64), limits=LIMITS, events=()
    )

    assert (verdicts.tally(), len(verdicts.accepted)) == ({}, 0)


def test_classify_registers__takes_whole_counts_as_well() -> None:
    verdicts = classify_registers(
        np.array([0, 60, 120], np.int64), np.array([5, 4, 6], np.int64), limits=LIMITS, events=()
    )

    assert verdicts.tally() == {RowVerdict.GOOD: 2, RowVerdict.BACKWARDS: 1}


def test_classify_registers__a_repeated_row_is_neither_kept_nor_a_fault() -> None:
    times_s = np.array([0, 60, 60, 120], np.int64)

    verdicts = classify_registers(times_s, np.array([1.0, 2.0, 2.0, 3.0]), limits=LIMITS, events=())

    assert verdicts.accepted.tolist() == [True, True, False, True]
    assert not verdicts.refused.any()
    assert RowVerdict.REPEATED is verdicts.verdict(2)


def test_classify_registers__the_twin_of_a_refused_row_is_refused_too() -> None:
    found = classify([5.0, 1.0, 1.0, 6.0, 7.0], times_s=[0, 60, 60, 120, 180])

    assert found == ["good", "backwards", "backwards", "good", "good"]


def test_classify_registers__of_two_registers_at_one_time_one_is_a_conflict() -> None:
    found = classify([10.0, 20.0, 11.0, 30.0], times_s=[0, 60, 60, 120])

    assert sorted(["good", "good", "conflict", "good"]) == sorted(found)


def test_classify_registers__no_lump_explains_two_registers_at_one_time() -> None:
    found = classify(
        [10, 10.5, 11], times_s=[0, 0, 60], limits=rated(3_600, dial=1e6, lump=5, max_gap_s=60)
    )

    assert sorted(found) == ["conflict", "good", "good"]


def test_classify_registers__the_longest_silence_is_no_gap_yet() -> None:
    found = classify([10, 11, 12], times_s=[0, 1_800, 3_601])

    assert found == ["good", "good", "first-after-gap"]


def test_classify_registers__a_stuck_false_value_does_not_outvote_a_counting_meter() -> None:
    found = classify([100, 110, 120, *[40.0] * 50, 400, 410])

    assert found == ["good"] * 3 + ["backwards"] * 50 + ["first-after-gap", "good"]


def test_classify_registers__a_row_that_fits_only_the_row_before_is_off_the_chain() -> None:
    found = classify([100, 110, 150, 115, 120, 125])

    assert found == ["good", "good", "off-chain", "good", "good", "good"]


def test_classify_registers__a_reset_to_zero_is_no_rollover() -> None:
    # F32: far from the end of the dial a fall to 0 is never turned into a huge energy.
    found = classify([500_000, 500_010, 500_020, 0, 5])

    assert found == ["good"] * 3 + ["zero-after-count", "backwards"]


def test_classify_registers__without_rollover_a_fall_is_a_fault() -> None:
    limits = RegisterLimits(
        max_rate_per_s=1, dial_max=1e6, rollover=False, max_step=0, max_gap_s=900
    )

    found = classify([999_980, 999_990, 10], limits=limits)

    assert found == ["good", "good", "backwards"]


def test_classify_registers__a_meter_event_explains_a_jump() -> None:
    swap = MeterEvent("M", MeterEventKind.SWAP, 90, 1_015, 70)

    with_event = classify([1_000, 1_010, 75, 80], events=[swap])
    without = classify([1_000, 1_010, 75, 80])

    assert with_event == ["good"] * 4
    assert without == ["good", "good", "backwards", "backwards"]


def test_classify_registers__an_event_explains_only_what_its_record_says() -> None:
    swap = MeterEvent("M", MeterEventKind.SWAP, 90, 1_005, 70)  # but 1 010 was read before it

    found = classify([1_000, 1_010, 75, 80, 85], events=[swap])

    assert found == ["good", "off-chain", "good", "good", "good"]


def test_classify_registers__a_long_clean_stretch_survives_one_false_row_on_each_side() -> None:
    clean = [1_000.0 + 5 * row for row in range(200)]
    clean[3], clean[190] = 5_000.0, 2.0

    found = classify(clean)

    assert {row: verdict for row, verdict in enumerate(found) if verdict != "good"} == {
        3: "implausible-jump",
        190: "backwards",
    }


RISES = st.lists(st.integers(0, 60), min_size=3, max_size=40)


@settings(max_examples=60, deadline=None)
@given(rises=RISES, data=st.data())
def test_classify_registers__arrival_order_changes_nothing(
    rises: list[int], data: st.DataObject
) -> None:
    registers = np.cumsum([1_000, *rises]).astype(float)
    times_s = np.arange(len(registers), dtype=np.int64) * 60
    faults = data.draw(
        st.lists(st.tuples(st.integers(0, len(rises)), st.floats(-1e7, 1e7)), max_size=6)
    )
    times_s = np.concatenate([times_s, np.array([60 * at for at, _ in faults], np.int64)])
    registers = np.concatenate([registers, np.array([value for _, value in faults], float)])
    order = np.array(data.draw(st.permutations(range(len(times_s)))), np.intp)

    straight = classify_registers(times_s, registers, limits=LIMITS, events=())
    shuffled = classify_registers(times_s[order], registers[order], limits=LIMITS, events=())

    # Rows that say the same are interchangeable, so the verdicts are compared with their rows.
    expected = sorted(zip(times_s, registers, straight.codes, strict=True))
    assert expected == sorted(zip(times_s[order], registers[order], shuffled.codes, strict=True))
    assert len(times_s) == sum(straight.tally().values())


@settings(max_examples=60, deadline=None)
@given(rises=RISES)
def test_classify_registers__clean_rows_are_all_kept(rises: list[int]) -> None:
    start = 999_000.0  # so that some of them pass the end of the dial
    registers = (start + np.cumsum([0, *rises, 60, 60])) % 1e6
    times_s = np.arange(len(registers), dtype=np.int64) * 60

    verdicts = classify_registers(times_s, registers, limits=LIMITS, events=())

    assert {RowVerdict.GOOD: len(registers)} == verdicts.tally()


@settings(max_examples=80, deadline=None)
@given(rises=st.lists(st.integers(1, 60), min_size=12, max_size=60), data=st.data())
def test_classify_registers__no_fault_raises_energy_beyond_truth(
    rises: list[int], data: st.DataObject
) -> None:
    """Fewer false rows than true ones between true ends never add a watt-hour."""
    truth = np.cumsum([100_000, *rises]).astype(float)
    times_s = np.arange(len(truth), dtype=np.int64) * 300
    faults = data.draw(
        st.dictionaries(
            st.integers(4, len(truth) - 5),
            st.one_of(st.floats(0, 99_999), st.floats(200_000, 1e12), st.just(0.0)),
            max_size=len(rises) // 4,
        )
    )
    read = truth.copy()
    read[list(faults)] = list(faults.values())

    verdicts = classify_registers(times_s, read, limits=LIMITS, events=())
    energy = energy_of(times_s, read, verdicts.accepted, LIMITS)

    assert sorted(faults) == np.flatnonzero(verdicts.refused).tolist()
    assert 1_000 * sum(rises) == energy.series.total_wh + energy.gap_wh
    assert bool(np.all(energy.series.wh <= 60_000 * 3))
