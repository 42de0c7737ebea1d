"""What batteries remember lies in the lake, and a later settlement goes on from it."""

from pathlib import Path

import numpy as np

import small_park
import topology_park
from small_park import DAY, JUNE
from taihang.core.series import Quality
from taihang.services.matching_rows import lots_of, stale_openings
from taihang.services.ports import Ports
from taihang.services.settle import settle

TWO_DAYS = topology_park.day(1, n=2)


def filled(ports: Ports) -> None:
    small_park.fill(ports, JUNE)


def test_storage_rows__close_in_every_interval_and_origin(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "park") as ports:
        filled(ports)
        settle(JUNE, ports=ports)
        rows = ports.lake.read("storage", JUNE)

    assert {origin for _, origin in rows} >= {"grid", "unknown"}
    usable_wh = 850_000
    total_wh = np.zeros(JUNE.n_steps, np.int64)
    for (_, origin), own in rows.items():
        opening_wh = usable_wh if origin == "unknown" else 0
        before_wh = np.concatenate([[opening_wh], own["stock_wh"][:-1]])
        closing_wh = before_wh + own["charged_wh"] + own["assumed_wh"]
        closing_wh -= own["released_wh"] + own["lost_wh"]
        assert closing_wh.tolist() == own["stock_wh"].tolist()
        total_wh += own["stock_wh"]
    assert (total_wh <= usable_wh).all()


def test_lots_of__let_days_be_settled_one_by_one(tmp_path: Path) -> None:
    tables = ("matching", "storage")
    with topology_park.made(tmp_path / "whole") as ports:
        filled(ports)
        settle(TWO_DAYS, ports=ports)
        whole = [ports.lake.read(table, TWO_DAYS) for table in tables]
        lots = lots_of(TWO_DAYS.end_s, ports=ports)
    with topology_park.made(tmp_path / "parts") as ports:
        filled(ports)
        settle(topology_park.day(1), ports=ports)
        settle(topology_park.day(2), ports=ports)
        parts = [ports.lake.read(table, TWO_DAYS) for table in tables]
        assert lots_of(TWO_DAYS.end_s, ports=ports) == lots

    assert lots["B1"]
    for one, other in zip(whole, parts, strict=True):
        for key, rows in one.items():
            for name, column in rows.items():
                if name != "opening":
                    assert column.tolist() == other[key][name].tolist(), (key, name)


def test_lots_of__before_anything_was_settled_are_not_known(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "park") as ports:
        filled(ports)
        settle(topology_park.day(2), ports=ports)

        assert lots_of(DAY.end_s, ports=ports) == {}
        assert "B1" in lots_of(topology_park.day(2).end_s, ports=ports)


def test_stale_openings__name_a_battery_whose_lots_were_settled_anew(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "park") as ports:
        filled(ports)
        first, second = topology_park.day(1), topology_park.day(2)
        settle(first, ports=ports)
        settle(second, ports=ports)
        assert stale_openings(second, ports=ports) == ()

        # Half the charge of the first night was read wrong.
        counts = small_park.step_counts("M-CH", first)
        edges = np.concatenate([[0], np.cumsum(counts // 2)]) + 9_990_000
        block = small_park.block_of("M-CH", first.start_s, edges[:-1] % small_park.MODULUS)
        small_park.revise(ports, block, sent_at_s=JUNE.end_s + 600)
        settle(first, ports=ports)

        assert stale_openings(second, ports=ports) == ("B1",)
        settle(second, ports=ports)
        assert stale_openings(second, ports=ports) == ()


def test_storage_rows__of_the_first_rule_there_are_none(tmp_path: Path) -> None:
    with topology_park.made(tmp_path / "park", "") as ports:
        filled(ports)
        settle(DAY, ports=ports)

        assert ports.lake.read("storage") == {}
        qualities = ports.lake.read("intervals", DAY)["M-CH",]["quality"]
        assert (qualities == Quality.MEASURED).all()
