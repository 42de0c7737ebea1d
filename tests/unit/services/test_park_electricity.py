"""The park's electricity: members, own use and the rest are what came in; what is open shows."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

import small_park
from activity_kit import put, record
from small_park import AUGUST
from taihang.services.close_period import close_period
from taihang.services.collect import Collected
from taihang.services.energy_account import NETWORK, drafts
from taihang.services.park_electricity import park_electricity
from taihang.services.ports import Ports

MONTH = "2026-08"
LOST_WH = 5 * small_park.SCALE_WH * AUGUST.n_steps
"""Five counts more come in than are used, in every interval: known before anything is settled."""


def fill(ports: Ports) -> None:
    """Settle August with meters at the grid that see what the others see, and five counts more."""
    small_park.fill(ports, AUGUST)
    load = small_park.step_counts("M-E01", AUGUST) + small_park.step_counts("M-E02", AUGUST)
    net = load - small_park.step_counts("M-PV01", AUGUST)
    counts = {"M-IMP": np.maximum(net, 0) + 5, "M-EXP": np.maximum(-net, 0)}
    registers = tuple(
        small_park.block_of(point, AUGUST.start_s, np.concatenate([[0], each.cumsum()]))
        for point, each in counts.items()
    )
    small_park.store(ports, [Collected("GW1", AUGUST.end_s + 120, registers)])
    close_period(AUGUST, ports=ports)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """August of a park whose grid connection is metered, settled."""
    folder = small_park.make(tmp_path_factory.mktemp("net") / "park", small_park.GRID_METERED)
    with small_park.opened(folder) as ports:
        fill(ports)
    return folder


def bodies(ports: Ports) -> dict[str, Mapping[str, Any]]:
    return {d.subject: cast("Mapping[str, Any]", d.body) for d in drafts(MONTH, ports=ports)}


def test_park_electricity__closes_to_the_watt_hour(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = park_electricity([MONTH], ports=ports)
    assert found is not None
    assert found.came_in_wh > 0
    left_wh = found.exported_wh + found.users_wh + found.storage_wh + found.losses_wh
    assert found.came_in_wh == left_wh
    assert found.losses_wh == LOST_WH
    assert (found.n_open, found.months_without) == (0, ())
    assert found.statements == (f"ratios-650.park.{MONTH}.v1",)


def test_park_electricity__the_park_is_its_members_its_own_and_the_rest(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found, net = bodies(ports), park_electricity([MONTH], ports=ports)
    assert net is not None
    (rest,) = (line for line in found["park"]["lines"] if line["item"] == NETWORK)
    assert Decimal(rest["amount"]) == net.rest_mwh
    members = sum(Decimal(found[name]["value"]) for name in ("E01", "E02"))
    assert Decimal(found["park"]["value"]) == members + net.rest_mwh * Decimal("0.1229")
    said = found["park"]["electricity"]
    share = Decimal(LOST_WH) / said["came_in_wh"]
    assert Decimal(said["unmetered_ratio"]) == share.quantize(Decimal("0.000001"))
    assert "electricity" not in found["E01"]
    assert f"ratios-650.park.{MONTH}.v1" in found["park"]["inputs"]["statements"]


def test_park_electricity__what_the_park_says_of_itself_is_not_counted_twice(
    tmp_path: Path, root: Path
) -> None:
    with small_park.opened(root, writing=False) as ports:
        before = bodies(ports)["park"]
    folder = small_park.make(tmp_path / "park", small_park.GRID_METERED)
    with small_park.opened(folder) as ports:
        fill(ports)
        lamps = record(
            "lamps", subject="park", period=MONTH, item="electricity", amount="1", unit="kWh"
        )
        put(ports, lamps)
        after = bodies(ports)["park"]
    assert after["value"] == before["value"]
    assert after["electricity"]["own_mwh"] == "0.001"
    assert before["electricity"]["own_mwh"] is None


def test_park_electricity__without_meters_at_the_grid_nothing_is_known(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        assert park_electricity([MONTH], ports=ports) is None
        park = bodies(ports)["park"]
    assert NETWORK in [gap["what"] for gap in park["not_assessed"]]
    assert "electricity" not in park


def test_park_electricity__months_that_are_not_settled_are_named(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        found = park_electricity(["2026-07", MONTH], ports=ports)
        assert park_electricity(["2026-07"], ports=ports) is None
    assert found is not None
    assert found.months_without == ("2026-07",)


def test_park_electricity__open_intervals_are_counted_and_taken_for_no_loss(
    tmp_path: Path,
) -> None:
    folder = small_park.make(tmp_path / "park", small_park.GRID_METERED)
    with small_park.opened(folder) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        assert park_electricity([MONTH], ports=ports) is None
        park = bodies(ports)["park"]
    assert NETWORK not in [line["item"] for line in park["lines"]]
    assert NETWORK in [gap["what"] for gap in park["not_assessed"]]
