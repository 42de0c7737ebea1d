"""Laws of lots in a battery: nothing is released that was not charged, the oldest goes first."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.balance.storage import (
    NO_LOT,
    Flows,
    Lot,
    Store,
    StoreRun,
    full_of_unknown,
    lots_at,
    run_store,
    stored_wh,
)
from taihang.core.park.assets import Battery
from taihang.core.periods import STEP_S

LOSSLESS = Store(1_000, Fraction(1), Fraction(1), Fraction(1))
ORIGINS = 4
"""Two plants, the grid, unknown."""
WH = st.one_of(st.just(0), st.integers(0, 9), st.integers(0, 4_000))
EFFICIENCY = st.sampled_from([Fraction(1), Fraction(19, 20), Fraction(2, 3)])


def flows_of(
    charged: list[list[int]], discharged: list[int], known: list[bool] | None = None
) -> Flows:
    """Flows by interval: what was drawn by origin, and what was given."""
    n = len(discharged)
    return Flows(
        times_s=np.arange(n, dtype=np.int64) * STEP_S,
        charged_wh=np.array(charged, np.int64).reshape(n, -1).T,
        discharged_wh=np.array(discharged, np.int64),
        known=np.array([True] * n if known is None else known),
    )


@st.composite
def stores(draw: st.DrawFn) -> Store:
    kept = st.sampled_from([Fraction(1), Fraction(999_999, 1_000_000), Fraction(9, 10)])
    return Store(draw(st.integers(0, 9_000)), draw(EFFICIENCY), draw(EFFICIENCY), draw(kept))


@st.composite
def runs(draw: st.DrawFn) -> tuple[Flows, Store]:
    n = draw(st.integers(1, 12))
    column = st.lists(WH, min_size=ORIGINS, max_size=ORIGINS)
    return flows_of(
        draw(st.lists(column, min_size=n, max_size=n)),
        draw(st.lists(WH, min_size=n, max_size=n)),
        draw(st.lists(st.sampled_from([True, True, True, False]), min_size=n, max_size=n)),
    ), draw(stores())


def run(case: tuple[Flows, Store], *, well_mixed: bool = False) -> StoreRun:
    flows, store = case
    opening = full_of_unknown(store, n_origins=ORIGINS, time_s=-STEP_S)
    return run_store(flows, store=store, opening=opening, well_mixed=well_mixed)


def before(found: StoreRun, store: Store) -> NDArray[np.int64]:
    opening = np.zeros((ORIGINS, 1), np.int64)
    opening[-1] = store.usable_wh
    return np.concatenate([opening, found.stock_wh[:, :-1]], axis=1)


# -- conservation --------------------------------------------------------------------------------


@given(case=runs(), mixed=st.booleans())
def test_run_store__every_origin_closes_in_every_interval(
    *, case: tuple[Flows, Store], mixed: bool
) -> None:
    found = run(case, well_mixed=mixed)

    flows, store = case
    closing = before(found, store) + flows.charged_wh + found.assumed_wh
    closing -= found.released_wh + found.lost_wh
    assert closing.tolist() == found.stock_wh.tolist()
    for part in (found.released_wh, found.lost_wh, found.stock_wh, found.assumed_wh):
        assert (part >= 0).all()


@given(case=runs(), mixed=st.booleans())
def test_run_store__no_origin_gives_more_than_it_put_in(
    *, case: tuple[Flows, Store], mixed: bool
) -> None:
    found = run(case, well_mixed=mixed)

    flows, _ = case
    known_origins = slice(0, ORIGINS - 1)
    put_in = flows.charged_wh[known_origins].cumsum(axis=1)
    assert (found.released_wh[known_origins].cumsum(axis=1) <= put_in).all()
    assert not found.assumed_wh[known_origins].any(), "only the unknown is ever assumed"


@given(case=runs(), mixed=st.booleans())
def test_run_store__all_that_was_given_has_an_origin(
    *, case: tuple[Flows, Store], mixed: bool
) -> None:
    found = run(case, well_mixed=mixed)

    flows, _ = case
    given_wh = np.where(flows.known, flows.discharged_wh, 0)
    assert found.released_wh.sum(axis=0).tolist() == given_wh.tolist()


@given(case=runs(), mixed=st.booleans())
def test_run_store__never_holds_more_than_it_can(*, case: tuple[Flows, Store], mixed: bool) -> None:
    found = run(case, well_mixed=mixed)

    assert (found.stock_wh.sum(axis=0) <= case[1].usable_wh).all()
    assert (found.excess_wh <= found.lost_wh.sum(axis=0)).all()


@given(runs())
def test_run_store__of_a_part_and_then_the_rest_is_that_of_the_whole(
    case: tuple[Flows, Store],
) -> None:
    flows, store = case
    whole = run(case)
    at = len(flows.known) // 2
    first, rest = (
        Flows(
            flows.times_s[part],
            flows.charged_wh[:, part],
            flows.discharged_wh[part],
            flows.known[part],
        )
        for part in (slice(0, at), slice(at, None))
    )

    one = run((first, store))
    two = run_store(rest, store=store, opening=one.lots)

    stock = np.concatenate([one.stock_wh, two.stock_wh], axis=1)
    assert stock.tolist() == whole.stock_wh.tolist()
    assert two.lots == whole.lots


@given(runs(), st.data())
def test_lots_at__are_told_by_stock_and_what_was_charged_since(
    case: tuple[Flows, Store], data: st.DataObject
) -> None:
    flows, store = case
    found = run(case)
    last = len(flows.known) - 1
    oldest_s = int(found.oldest_s[last])
    since = data.draw(st.integers(0, max(oldest_s // STEP_S, 0)))
    part = Flows(
        flows.times_s[since:],
        np.where(flows.known, flows.charged_wh, 0)[:, since:],
        flows.discharged_wh[since:],
        flows.known[since:],
    )

    again = lots_at(found.stock_wh[:, last].tolist(), oldest_s=oldest_s, since=part, store=store)

    assert again == found.lots


# -- order ---------------------------------------------------------------------------------------


def test_run_store__releases_the_oldest_first() -> None:
    flows = flows_of([[100, 0, 0, 0], [0, 0, 100, 0], [0, 0, 0, 0]], [0, 0, 150])

    found = run_store(flows, store=LOSSLESS, opening=(), watched=(2,))

    assert found.released_wh[:, 2].tolist() == [100, 0, 50, 0]
    assert found.released_from == ((Lot(0, (100, 0, 0, 0)), Lot(STEP_S, (0, 0, 50, 0))),)
    assert found.lots == (Lot(STEP_S, (0, 0, 50, 0)),)


def test_run_store__well_mixed_releases_the_composition_of_all() -> None:
    flows = flows_of([[100, 0, 0, 0], [0, 0, 300, 0], [0, 0, 0, 0]], [0, 0, 200])

    found = run_store(flows, store=LOSSLESS, opening=(), well_mixed=True)

    assert found.released_wh[:, 2].tolist() == [50, 0, 150, 0]
    assert found.stock_wh[:, 2].tolist() == [50, 0, 150, 0]


def test_run_store__what_nobody_knows_goes_first_and_is_no_green_energy() -> None:
    flows = flows_of([[0, 0, 0, 0], [900, 0, 0, 0], [0, 0, 0, 0]], [700, 0, 700])

    found = run_store(
        flows, store=LOSSLESS, opening=full_of_unknown(LOSSLESS, n_origins=4, time_s=0)
    )

    assert found.released_wh[-1].tolist() == [700, 0, 100]
    assert found.released_wh[0].tolist() == [0, 0, 600]
    # 300 unknown and 900 charged do not fit into 1000: what is unknown is written off.
    assert found.excess_wh.tolist() == [0, 200, 0]


def test_run_store__losses_come_out_of_the_lot() -> None:
    store = Store(10_000, Fraction(9, 10), Fraction(9, 10), Fraction(99, 100))
    flows = flows_of([[1_000, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], [0, 0, 500])

    found = run_store(flows, store=store, opening=())

    # 900 are stored, 891 are left after a quarter, 882 after two; 500 take 556 out of them.
    assert found.stock_wh[0].tolist() == [900, 891, 882 - 556]
    assert found.lost_wh[0].tolist() == [100, 9, 9 + 56]


def test_run_store__a_meter_that_was_not_read_makes_all_unknown() -> None:
    flows = flows_of([[500, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]], [0, 0, 100], [True, False, True])

    found = run_store(flows, store=LOSSLESS, opening=())

    assert found.stock_wh[:, 1].tolist() == [0, 0, 0, 1_000]
    assert found.released_wh[:, 2].tolist() == [0, 0, 0, 100]
    assert found.lots == (Lot(STEP_S, (0, 0, 0, 900)),)


def test_run_store__releases_what_it_was_not_known_to_hold_as_unknown() -> None:
    found = run_store(flows_of([[0, 0, 0, 0]], [70]), store=LOSSLESS, opening=())

    assert found.released_wh.ravel().tolist() == [0, 0, 0, 70]
    assert found.assumed_wh.ravel().tolist() == [0, 0, 0, 70]
    assert found.oldest_s.tolist() == [NO_LOT]


@given(st.lists(st.integers(0, 500), min_size=2, max_size=6), EFFICIENCY)
def test_stored_wh__is_rounded_down_over_all_origins(charged: list[int], charge: Fraction) -> None:
    store = replace(LOSSLESS, charge=charge)

    stored = stored_wh(np.array(charged)[:, None], store=store)

    assert int(stored.sum()) == int(sum(charged) * charge)
    assert (stored.ravel() <= np.array(charged)).all()


def test_store_of__is_exact_in_the_numbers_of_the_park_file() -> None:
    battery = Battery(
        id="B1",
        name_zh="储能",
        name_en="Battery",
        power_kw=500,
        energy_kwh=1_000,
        charge_efficiency_ratio=0.95,
        discharge_efficiency_ratio=0.9,
        standing_loss_ratio_per_h=0.00001,
        soc_min_ratio=0.1,
        soc_max_ratio=0.95,
        cycle_cost_cny_per_kwh=0.05,
        grid_tariff="GT",
    )

    store = Store.of(battery)

    assert store.usable_wh == 850_000
    assert (store.charge, store.discharge) == (Fraction(19, 20), Fraction(9, 10))
    assert store.kept == 1 - Fraction(1, 400_000)
