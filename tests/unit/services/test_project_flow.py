from datetime import date
from pathlib import Path

import numpy as np
import pytest

import small_park
from ratio_kit import june_park
from taihang.core.periods import days
from taihang.core.ratio.flow import State
from taihang.services.account import project_energy
from taihang.services.project_flow import project_flow
from taihang.standards import ndrc_650


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return june_park(tmp_path_factory.mktemp("flow") / "park", small_park.WITH_BATTERY)


def test_project_flow__of_a_month_has_the_energies_of_its_statement(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        series = project_flow(small_park.JUNE, ports=ports).series
        expected = project_energy(small_park.JUNE, ports=ports)

    found = ndrc_650.energy_of(series.total(small_park.JUNE), storage_losses_in_load=True)
    assert found == expected
    assert found.exported_wh > 0
    assert not series.is_curtailment_metered


def test_project_flow__says_what_is_not_settled(root: Path) -> None:
    wide = days(date(2026, 5, 31), 32, small_park.ZONE)

    with small_park.opened(root, writing=False) as ports:
        flow = project_flow(wide, ports=ports)

    assert (flow.series.state[:96] == State.UNSETTLED).all()
    assert (flow.series.state[-96:] == State.UNSETTLED).all()
    assert flow.series.total(wide).n_unsettled == 2 * 96


def test_project_flow__splits_generation_by_kind(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        flow = project_flow(small_park.JUNE, ports=ports)

    assert set(flow.generated_wh) == {"pv"}
    assert np.array_equal(flow.generated_wh["pv"], flow.series.wh["generated"])
