"""The position of a plant settles by the printed vector, day by day of 96 points."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

import asset_park
import money_park
import small_park
from small_park import AUGUST, N_DAY
from taihang.services.market_position import position_month


def test_position_month__gives_the_printed_vector(tmp_path: Path) -> None:
    """14 860 CNY for four intervals of 8 … 12 MWh (domain vector of two settlements)."""
    # Hours repeat the four intervals: 24 of a day, each a quarter of the vector's hour.
    q_mlt, p_mlt = (8, 12, 10, 9), (350, 350, 340, 330)
    q_da, p_da = (11, 10, 9, 10), (300, 280, 500, 420)
    q_rt, p_rt = (10, 9, 12, 10), (320, 250, 600, 400)
    text = asset_park.text()
    for key, values in (("curve_kwh", [q * 1_000 for q in q_mlt]), ("curve_cny_per_mwh", p_mlt)):
        (line,) = [line for line in text.splitlines() if line.startswith(f"{key} = ")]
        points = ", ".join(f'"{value}"' for value in [*values] * 24)
        text = text.replace(line, f"{key} = [{points}]")
    root = small_park.make(tmp_path / "park", text)
    at = [i % 4 for i in range(AUGUST.n_steps)]
    with money_park.opened(root) as ports:
        asset_park.send(ports, "PRICE", [p_rt[i] * 100 for i in at])
        asset_park.send(ports, "DA-P", [p_da[i] * 100 for i in at])
        asset_park.send(ports, "DA-Q", [q_da[i] * 10_000 for i in at], but=frozenset({5}))
        found = position_month(
            ports.park.market_positions["MP1"],
            "2026-08",
            fed_in_wh=np.array([q_rt[i] * 10**6 for i in at], np.int64),
            ports=ports,
        )

    n_days, per_day = 30, N_DAY // 4
    assert [day for day, _ in found.not_settled] == [date(2026, 8, 1)]
    assert found.not_settled[0][1].en == "95 / 96 points have every energy and price"
    assert found.two_settlement_cny == Decimal(14_860) * per_day * n_days
    spot = sum(q * p for q, p in zip(q_rt, p_rt, strict=True))
    assert found.spot_cny == spot * per_day * n_days
    assert found.differences_cny == (14_860 - spot) * per_day * n_days


def test_position_month__of_a_month_without_readings_knows_nothing(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", asset_park.text())
    with money_park.opened(root) as ports:
        found = position_month(
            ports.park.market_positions["MP1"],
            "2026-08",
            fed_in_wh=np.zeros(AUGUST.n_steps, np.int64),
            ports=ports,
        )

    assert (found.n_days, len(found.not_settled), found.differences_cny) == (31, 31, None)
