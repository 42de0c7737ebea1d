from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.standards.energytag_storage import (
    Allocation,
    Backing,
    ChargeRecord,
    ChargeStatus,
    DischargeRecord,
    StorageRecordError,
    UncancelledChargeError,
    allocate,
    certifiable_wh,
)

GC, GRID = Backing.CERTIFICATES, Backing.GRID
HALF = Fraction(1, 2)


def charge(name: str, n: int, wh: int, *, backing: Backing = GC, asset: str = "B1") -> ChargeRecord:
    return ChargeRecord(
        id=name, asset=asset, start_s=900 * n, end_s=900 * n + 900, energy_wh=wh, backing=backing
    )


def discharge(name: str, n: int, wh: int, *, asset: str = "B1") -> DischargeRecord:
    return DischargeRecord(
        id=name, asset=asset, start_s=900 * n, end_s=900 * n + 900, energy_wh=wh, destination="E1"
    )


def steps(found: Allocation) -> list[tuple[str, str, int, int]]:
    return [(one.charge, one.discharge, one.charged_wh, one.released_wh) for one in found.records]


def test_allocate__the_oldest_charge_goes_first() -> None:
    found = allocate(
        [charge("late", 1, 100), charge("early", 0, 100, backing=GRID)],
        [discharge("d", 4, 60)],
        efficiency=HALF,
        expired_before_s=None,
    )

    assert steps(found) == [("early", "d", 100, 50), ("late", "d", 20, 10)]
    assert found.status == {"early": ChargeStatus.ALLOCATED, "late": ChargeStatus.PENDING}


def test_allocate__a_battery_never_gives_what_another_took_nor_what_came_later() -> None:
    found = allocate(
        [charge("other", 0, 100, asset="B2"), charge("later", 5, 100)],
        [discharge("d", 4, 10)],
        efficiency=HALF,
        expired_before_s=None,
    )

    assert found.records == ()
    assert found.unallocated_wh == {"d": 10}


def test_allocate__what_is_charged_in_an_interval_comes_out_in_a_later_one() -> None:
    found = allocate(
        [charge("same", 4, 100)], [discharge("d", 4, 10)], efficiency=HALF, expired_before_s=None
    )

    assert found.unallocated_wh == {"d": 10}


def test_allocate__an_expired_charge_is_passed_over() -> None:
    found = allocate(
        [charge("old", 0, 100), charge("new", 2, 100)],
        [discharge("d", 4, 10)],
        efficiency=HALF,
        expired_before_s=1800,
    )

    assert steps(found) == [("new", "d", 20, 10)]
    assert ChargeStatus.EXPIRED is found.status["old"]


CHARGES = st.lists(
    st.tuples(
        st.integers(0, 30), st.integers(1, 10_000), st.sampled_from(Backing), st.sampled_from("AB")
    ),
    max_size=12,
)
DISCHARGES = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 10_000), st.sampled_from("AB")), max_size=12
)
EFFICIENCY = st.fractions(Fraction(1, 2), 1, max_denominator=997)


@given(CHARGES, DISCHARGES, EFFICIENCY)
def test_allocate__keeps_every_invariant(
    ins: list[tuple[int, int, Backing, str]],
    outs: list[tuple[int, int, str]],
    efficiency: Fraction,
) -> None:
    charges = [
        charge(f"c{at}", n, wh, backing=backing, asset=asset)
        for at, (n, wh, backing, asset) in enumerate(ins)
    ]
    discharges = [discharge(f"d{at}", n, wh, asset=asset) for at, (n, wh, asset) in enumerate(outs)]

    found = allocate(charges, discharges, efficiency=efficiency, expired_before_s=None)

    taken_wh, given_wh = Counter[str](), Counter[str]()
    for one in found.records:
        taken_wh[one.charge] += one.charged_wh
        given_wh[one.discharge] += one.released_wh
        assert one.released_wh <= one.charged_wh * efficiency
    assert all(taken_wh[one.id] <= one.energy_wh for one in charges)
    assert all(
        given_wh[one.id] + found.unallocated_wh.get(one.id, 0) == one.energy_wh
        for one in discharges
    )
    earned_wh = certifiable_wh(found, cancelled_wh=taken_wh)
    assert all(earned_wh[one] <= given_wh[one] for one in earned_wh)
    gc_wh = sum(one.charged_wh for one in found.records if one.backing is GC)
    assert sum(earned_wh.values()) <= gc_wh * efficiency


def test_certifiable_wh__grid_energy_earns_none() -> None:
    found = allocate(
        [charge("g", 0, 100, backing=GRID)],
        [discharge("d", 4, 10)],
        efficiency=HALF,
        expired_before_s=None,
    )

    assert certifiable_wh(found, cancelled_wh={}) == {}


def test_certifiable_wh__nothing_before_the_charge_is_cancelled() -> None:
    found = allocate(
        [charge("c", 0, 100)], [discharge("d", 4, 10)], efficiency=HALF, expired_before_s=None
    )

    with pytest.raises(UncancelledChargeError, match="19 Wh cancelled of the charge c"):
        certifiable_wh(found, cancelled_wh={"c": 19})
    assert certifiable_wh(found, cancelled_wh={"c": 20}) == {"d": 10}


@pytest.mark.parametrize("efficiency", [Fraction(0), Fraction(-1), Fraction(11, 10)])
def test_allocate__refuses_an_impossible_efficiency(efficiency: Fraction) -> None:
    with pytest.raises(StorageRecordError, match="efficiency"):
        allocate([], [], efficiency=efficiency, expired_before_s=None)


def test_allocate__refuses_a_record_twice_and_one_of_nothing() -> None:
    with pytest.raises(StorageRecordError, match="c twice"):
        allocate([charge("c", 0, 1), charge("c", 1, 1)], [], efficiency=HALF, expired_before_s=None)
    with pytest.raises(StorageRecordError, match="c with 0 Wh"):
        allocate([charge("c", 0, 0)], [], efficiency=HALF, expired_before_s=None)
