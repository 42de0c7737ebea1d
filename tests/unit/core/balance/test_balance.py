"""The law of the balance: generation + import + discharge = load + export + charge + losses."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.balance.balance import FLOWS, Balance, Flow, close_balance

N_STEPS = 6
energies_wh = st.integers(0, 40_000_000)


@dataclass(frozen=True, slots=True)
class Parts:
    """All sides of one small park."""

    generation: Flow
    discharge: Flow
    load: Flow
    charge: Flow
    grid: tuple[Flow, Flow]
    grid_metered: NDArray[np.bool_]

    def close(self) -> Balance:
        return close_balance(
            generation=self.generation,
            discharge=self.discharge,
            load=self.load,
            charge=self.charge,
            grid=self.grid,
            grid_metered=self.grid_metered,
        )

    @property
    def inner(self) -> tuple[Flow, ...]:
        return (self.generation, self.discharge, self.load, self.charge)


def flow(values: list[int], *, missing: tuple[int, ...] = ()) -> Flow:
    present = np.ones(len(values), np.bool_)
    present[list(missing)] = False
    return Flow(np.array(values, np.int64), present)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    wh = draw(st.lists(energies_wh, min_size=N_STEPS, max_size=N_STEPS))
    present = draw(st.lists(st.booleans(), min_size=N_STEPS, max_size=N_STEPS))
    return Flow(np.array(wh, np.int64), np.array(present, np.bool_))


masks = st.lists(st.booleans(), min_size=N_STEPS, max_size=N_STEPS).map(
    lambda bits: np.array(bits, np.bool_)
)
parts = st.builds(
    Parts,
    generation=flows(),
    discharge=flows(),
    load=flows(),
    charge=flows(),
    grid=st.tuples(flows(), flows()),
    grid_metered=masks,
)


@given(parts)
def test_close_balance__closes_to_zero_in_every_interval(park: Parts) -> None:
    assert not park.close().closure_error_wh.any()


@given(parts)
def test_close_balance__stays_open_exactly_where_a_part_is_missing(park: Parts) -> None:
    expected = np.logical_and.reduce([side.present for side in park.inner])
    expected &= ~park.grid_metered | (park.grid[0].present & park.grid[1].present)

    balance = park.close()

    assert expected.tolist() == balance.closed.tolist()
    assert all(not balance.flows_wh[name][~expected].any() for name in FLOWS)


@given(parts)
def test_close_balance__keeps_what_meters_say_where_closed(park: Parts) -> None:
    balance = park.close()

    shown = balance.closed
    for name, side in zip(("generation", "discharge", "load", "charge"), park.inner, strict=True):
        assert side.wh[shown].tolist() == balance.flows_wh[name][shown].tolist()
    metered = shown & park.grid_metered
    assert park.grid[0].wh[metered].tolist() == balance.flows_wh["import"][metered].tolist()
    assert park.grid[1].wh[metered].tolist() == balance.flows_wh["export"][metered].tolist()


@given(parts)
def test_close_balance__derives_one_way_of_the_grid_where_it_is_not_metered(park: Parts) -> None:
    balance = park.close()

    derived = balance.closed & ~park.grid_metered
    import_wh, export_wh = balance.flows_wh["import"][derived], balance.flows_wh["export"][derived]
    assert (import_wh >= 0).all()
    assert (export_wh >= 0).all()
    assert not np.minimum(import_wh, export_wh).any()
    assert not balance.flows_wh["losses"][derived].any()
    assert park.grid_metered.tolist() == balance.grid_metered.tolist()


def test_close_balance__states_the_losses_that_a_metered_grid_leaves() -> None:
    park = Parts(
        generation=flow([100, 100]),
        discharge=flow([20, 0]),
        load=flow([150, 80]),
        charge=flow([0, 10]),
        grid=(flow([40, 0]), flow([0, 9])),
        grid_metered=np.array([True, True]),
    )

    balance = park.close()

    assert balance.flows_wh["losses"].tolist() == [10, 1]


def test_close_balance__does_not_look_at_a_grid_that_is_not_metered() -> None:
    park = Parts(
        generation=flow([100]),
        discharge=flow([0]),
        load=flow([30]),
        charge=flow([0]),
        grid=(flow([999], missing=(0,)), flow([999], missing=(0,))),
        grid_metered=np.array([False]),
    )

    balance = park.close()

    assert balance.closed.all()
    assert (balance.flows_wh["import"][0], balance.flows_wh["export"][0]) == (0, 70)


@pytest.mark.parametrize(
    ("import_wh", "expected"),
    [(99, True), (100, False), (105, False), (106, True)],
    ids=["negative", "none", "at the alarm share", "above it"],
)
def test_suspicious__marks_negative_and_large_losses(import_wh: int, *, expected: bool) -> None:
    park = Parts(
        generation=flow([0]),
        discharge=flow([0]),
        load=flow([100]),
        charge=flow([0]),
        grid=(flow([import_wh]), flow([0])),
        grid_metered=np.array([True]),
    )

    marked = park.close().suspicious(loss_alarm_ratio=Decimal("0.04"))

    assert [expected] == marked.tolist()
