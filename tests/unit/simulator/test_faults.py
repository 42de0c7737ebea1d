from datetime import date

from taihang.core.park.topology import Direction
from taihang.simulator.faults import FaultKind, faults_of, swap_shift_count
from unit.simulator.parks import SEED, park


def test_faults_of__one_link_loss_a_month_and_one_swap_a_year() -> None:
    faults = faults_of(park(), seed=SEED, first_day=date(2025, 1, 1), n_days=730)

    kinds = [fault.kind for fault in faults]
    assert kinds.count(FaultKind.METER_LINK_LOST) == 24
    assert kinds.count(FaultKind.METER_SWAPPED) == 2
    assert [fault.start_s for fault in faults] == sorted(fault.start_s for fault in faults)


def test_faults_of__do_not_depend_on_the_window() -> None:
    year = faults_of(park(), seed=SEED, first_day=date(2025, 1, 1), n_days=365)
    parts = [
        faults_of(park(), seed=SEED, first_day=date(2025, month, 1), n_days=n_days)
        for month, n_days in ((1, 181), (7, 184))
    ]

    assert year == parts[0] + parts[1]


def test_faults_of__fall_on_settlement_edges_of_served_meters() -> None:
    for fault in faults_of(park(), seed=SEED, first_day=date(2025, 1, 1), n_days=365):
        assert fault.start_s % 900 == 0
        assert fault.meter in park().gateways[fault.gateway].meters
        if fault.kind is FaultKind.METER_SWAPPED:
            assert fault.end_s == fault.start_s
            assert park().meters[fault.meter].measures is Direction.CONSUMPTION
        else:
            assert fault.end_s - fault.start_s == 6 * 3600


def test_swap_shift_count__moves_the_register_but_not_round_the_dial() -> None:
    meter = park().meters["M-E2"]

    shift = swap_shift_count(meter, swap_s=1_750_000_000, seed=SEED)

    assert 0 < shift < meter.modulus
