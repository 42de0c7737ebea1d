"""The rules over a whole park: silent on a clean month, loud on every planted fault."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planted_faults as faults
from planted_faults import Month, Plant, demo_month
from taihang.core.balance.balance import Balance, Flow, close_balance
from taihang.core.metering.vee.rule import FACTS, Hits, Rule
from taihang.core.park.topology import Direction
from taihang.services.validate import (
    MeterEnergy,
    doubted,
    held,
    validate_meters,
    validate_park,
)
from taihang.simulator.faults import FaultKind

NOON: Final = 96 * 20 + 48
SUNDAY: Final = 96 * 17 + 48
MIDNIGHT: Final = 96 * 20 + 4
HONEST: Final = frozenset((Rule.ROLLOVER, Rule.MISSING, Rule.SWAP))
"""What an honest park shows too: dials start again, links fail, meters are replaced."""


@pytest.fixture(scope="module")
def month() -> Month:
    return demo_month()


def balance_of(meters: list[MeterEnergy]) -> Balance:
    n = len(meters[0].in_service)

    def flow(direction: Direction) -> Flow:
        wh, present = np.zeros(n, np.int64), np.ones(n, np.bool_)
        for item in meters:
            if item.meter.measures is direction:
                wh += np.where(item.read, item.energy.series.wh, 0)
                present &= item.read | ~item.in_service
        return Flow(wh, present)

    return close_balance(
        generation=flow(Direction.GENERATION),
        discharge=flow(Direction.DISCHARGE),
        load=flow(Direction.CONSUMPTION),
        charge=flow(Direction.CHARGE),
        grid=(flow(Direction.IMPORT), flow(Direction.EXPORT)),
        grid_metered=np.ones(n, np.bool_),
    )


def judged(month: Month, planted: Mapping[str, Plant] | None = None) -> dict[str, list[Hits]]:
    """Every hit of every meter."""
    meters = month.energies(planted)
    found = validate_meters(meters, park=month.park, period=month.period)
    of_park = validate_park(meters, balance_of(meters), park=month.park, period=month.period)
    for name, hits in of_park.items():
        found.setdefault(name, []).extend(hits)
    return found


def rules(found: Mapping[str, list[Hits]], meter: str) -> set[Rule]:
    return {hits.rule for hits in found.get(meter, ())}


def test_validate__a_clean_month_of_80_meters_has_no_false_alarm(month: Month) -> None:
    found = judged(month)

    alarms = {name: rules(found, name) - HONEST for name in found}
    assert len(month.blocks) == 80
    assert month.period.n_steps == 2_976
    assert {name: each for name, each in alarms.items() if each} == {}


def test_validate__names_every_fault_that_the_simulator_makes(month: Month) -> None:
    found = judged(month)

    expected = {FaultKind.METER_LINK_LOST: Rule.MISSING, FaultKind.METER_SWAPPED: Rule.SWAP}
    assert {fault.kind for fault in month.faults} == set(FaultKind) == set(expected)
    for fault in month.faults:
        assert expected[fault.kind] in rules(found, fault.meter)


def test_validate__missing_names_the_place_and_the_length(month: Month) -> None:
    (fault,) = (each for each in month.faults if each.kind is FaultKind.METER_LINK_LOST)

    (hits,) = (h for h in judged(month)[fault.meter] if h.rule is Rule.MISSING)

    # A lost register breaks the interval before it and the one after it.
    assert hits.at.tolist() == [(fault.start_s - month.period.start_s) // 900 - 1]
    assert hits.value.tolist() == [(fault.end_s - fault.start_s) // 900 + 1]


def full_scale(month: Month, name: str, share: float) -> int:
    meter = month.park.meters[name]
    return int(meter.max_kw * 250 * share) // meter.wh_per_count


def detection_table(month: Month) -> dict[str, tuple[str, Plant, Rule]]:
    """Fault: meter, how it is planted, and the rule that has to find it."""
    first_e06 = int(month.blocks["M-E06"].counts[0])
    return {
        "an impulse on the line": (
            "M-E33",
            faults.set_to(SUNDAY, full_scale(month, "M-E33", 0.99), n=1),
            Rule.SPIKE,
        ),
        "a frozen value": (
            "M-E06",
            faults.set_to(NOON, full_scale(month, "M-E06", 0.5), n=16),
            Rule.STUCK,
        ),
        "a bypass": ("M-E01", faults.set_to(NOON, 0, n=8), Rule.ZERO_WHILE_ON),
        "a register reset": (
            "M-E06",
            faults.reset(NOON, month.park.meters["M-E06"].modulus, first_e06),
            Rule.RESET,
        ),
        "a step no meter can make": (
            "M-E06",
            faults.added(NOON, full_scale(month, "M-E06", 2.0)),
            Rule.RANGE,
        ),
        "a ratio wrong by ten": ("M-E02", faults.scaled(96 * 20, 0.1, n=96 * 3), Rule.UNIT_JUMP),
        "a unit wrong by a thousand": (
            "M-E06",
            faults.scaled(96 * 20, 0.001, n=96 * 3),
            Rule.UNIT_JUMP,
        ),
        "the sun at night": (
            "M-PV01",
            faults.added(MIDNIGHT, full_scale(month, "M-PV01", 0.3), n=4),
            Rule.PV_NIGHT,
        ),
        "more than the sky gives": (
            "M-PV01",
            faults.set_to(96 * 20 + 27, full_scale(month, "M-PV01", 0.9), n=3),
            Rule.PV_CLEAR_SKY,
        ),
        "grid power sold as discharge": (
            "M-B1-DIS",
            faults.set_to(MIDNIGHT, full_scale(month, "M-B1-DIS", 0.9), n=16),
            Rule.STORAGE_ROUND_TRIP,
        ),
        "a clock half an hour ahead": ("M-E01", faults.late(2), Rule.TIME_DRIFT),
        "a large meter that shows half": (
            "M-E01",
            faults.scaled(96 * 20, 0.5, n=96 * 2),
            Rule.PARENT_SUSPECT,
        ),
    }


def test_validate__finds_every_planted_fault_at_its_meter(month: Month) -> None:
    clean = judged(month)
    table = detection_table(month)

    seen = {
        fault: rule in rules(judged(month, {meter: plant}), meter)
        for fault, (meter, plant, rule) in table.items()
    }

    assert len(table) == 12
    assert seen == dict.fromkeys(table, True)
    for meter, _, rule in table.values():
        assert rule not in rules(clean, meter)


def test_validate__a_disagreement_of_parent_and_children_is_told_with_its_suspect(
    month: Month,
) -> None:
    found = judged(month, {"M-E01": faults.scaled(96 * 20, 0.5, n=96)})

    (alarm,) = (h for h in found["M-G1-IMP"] if h.rule is Rule.PARENT_CHILD)
    (suspect,) = (h for h in found["M-E01"] if h.rule is Rule.PARENT_SUSPECT)
    assert set(alarm.at.tolist()) <= set(range(96 * 20, 96 * 21))
    assert len(alarm.at) >= 90
    assert (alarm.value > alarm.limit).all()
    assert suspect.value[0] >= 900, "one wrong ratio explains nine tenths of it"


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(("M-E03", "M-E10", "M-E33")), st.integers(96 * 8, 96 * 30))
def test_validate__a_fault_at_one_meter_is_no_fault_of_another_by_its_own_rules(
    meter: str, at: int
) -> None:
    month = demo_month()
    plant = faults.set_to(at, full_scale(month, meter, 0.95), n=1)
    meters = month.energies({meter: plant})

    found = validate_meters(meters, park=month.park, period=month.period)

    others = {rule for name in found if name != meter for rule in rules(found, name)}
    assert others <= HONEST


def test_validate__without_thresholds_names_only_what_the_law_found(month: Month) -> None:
    silent = replace(month, park=replace(month.park, validation=None))
    planted = {"M-PV01": faults.added(MIDNIGHT, full_scale(month, "M-PV01", 0.3), n=4)}

    found = judged(silent, planted)

    assert {rule for name in found for rule in rules(found, name)} <= HONEST


def test_held__is_what_may_not_be_claimed(month: Month) -> None:
    found = judged(month, {"M-PV01": faults.added(MIDNIGHT, 100, n=4)})
    n = month.period.n_steps

    where = held(found["M-PV01"], n)

    assert np.flatnonzero(where).tolist() == list(range(MIDNIGHT, MIDNIGHT + 4))
    assert not held(found.get("M-E01", ()), n).any()


def test_doubted__leaves_out_what_an_honest_meter_shows() -> None:
    def hits(rule: Rule) -> Hits:
        return Hits(rule, np.array([1]), np.array([0]), np.array([0]))

    for rule in Rule:
        expected = rule not in {
            Rule.ROLLOVER,
            Rule.SWAP,
            Rule.MISSING,
            Rule.CONFLICT,
            Rule.PARENT_SUSPECT,
            Rule.UNIT_JUMP,
        }
        assert bool(doubted([hits(rule)], 3)[1]) is expected, rule
        assert FACTS[rule].version == 1
