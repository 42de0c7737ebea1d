from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.park.assets import GridConnection
from taihang.core.park.topology import DedicatedLine, Feeder
from taihang.simulator.network import (
    GridUnknownError,
    curtailed_flow,
    grid_flow,
    grid_of_assets,
    shares_wh,
)
from unit.simulator.parks import park

GRID = GridConnection(id="G", name_zh="G", name_en="G", voltage_kv=110.0, capacity_kva=16_000.0)
AMOUNTS = st.lists(st.integers(0, 4_000_000), min_size=1, max_size=20)


def feeder(name: str, grid: str, members: tuple[str, ...]) -> Feeder:
    return Feeder(
        id=name, name_zh=name, name_en=name, grid=grid, transformer_kva=1e4, members=members
    )


@given(AMOUNTS, st.integers(0, 4_000_000))
def test_grid_flow__closes_exactly_with_losses_not_negative(
    drawn: list[int], given_each: int
) -> None:
    drawn_wh, given_wh = np.array(drawn), np.full(len(drawn), given_each)

    flow = grid_flow(GRID, drawn_wh=drawn_wh, given_wh=given_wh)

    closed = flow.import_wh - flow.export_wh + given_wh - drawn_wh - flow.losses_wh
    assert not closed.any()
    assert min(flow.losses_wh.min(), flow.import_wh.min(), flow.export_wh.min()) >= 0
    assert not (flow.import_wh * flow.export_wh).any()


def test_grid_flow__losses_are_the_stated_function_of_throughput() -> None:
    full_wh = 16_000 * 250

    flow = grid_flow(
        GRID, drawn_wh=np.array([0, full_wh // 2, full_wh]), given_wh=np.array([0, 0, 0])
    )

    idle = 0.0008 * full_wh
    expected = [idle, idle + 0.02 * 0.25 * full_wh, idle + 0.02 * full_wh]
    assert [round(each) for each in expected] == flow.losses_wh.tolist()


@given(AMOUNTS, st.integers(0, 8_000_000))
def test_curtailed_flow__never_exports_beyond_the_limit_and_cuts_no_more(
    drawn: list[int], given_each: int
) -> None:
    limit_wh = 1_000_000
    drawn_wh, given_wh = np.array(drawn), np.full(len(drawn), given_each)

    flow, cut_wh = curtailed_flow(GRID, drawn_wh=drawn_wh, given_wh=given_wh, limit_wh=limit_wh)

    assert flow.export_wh.max() <= limit_wh
    assert set(flow.export_wh[cut_wh > 0].tolist()) <= {limit_wh}
    assert cut_wh.min() >= 0


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.integers(0, 10**8))
def test_shares_wh__sum_to_the_amount(weights: list[int], amount_wh: int) -> None:
    shares = shares_wh(np.array([amount_wh]), weights=np.array(weights)[:, None])[:, 0]

    assert (amount_wh if any(weights) else 0) == int(shares.sum())
    assert shares.min() >= 0
    assert not shares[np.array(weights) == 0].any()


def test_grid_of_assets__only_grid_takes_all() -> None:
    assert set(grid_of_assets(park()).values()) == {"G"}


def test_grid_of_assets__feeders_and_lines_choose_between_two() -> None:
    base = park()
    users = ("E2", "E3", "E4", "P1", "P2", "C1", "C2", "B1")
    two = replace(
        base,
        grids={**base.grids, "H": replace(GRID, id="H")},
        feeders={"F1": feeder("F1", "H", ("E1",)), "F2": feeder("F2", "G", users)},
        dedicated_lines={
            "L": DedicatedLine(
                id="L", name_zh="L", name_en="L", capacity_kva=1e4, plants=("W1",), users=("E1",)
            )
        },
    )

    grids = grid_of_assets(two)

    assert grids["E1"] == grids["W1"] == "H"
    assert {grids[name] for name in users} == {"G"}


@pytest.mark.parametrize("n_grids", [0, 2])
def test_grid_of_assets__refuses_to_guess(n_grids: int) -> None:
    grids = {f"G{i}": replace(GRID, id=f"G{i}") for i in range(n_grids)}

    with pytest.raises(GridUnknownError, match="E1"):
        grid_of_assets(replace(park(), grids=grids))
