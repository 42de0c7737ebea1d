import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import small_park
from ratio_kit import NARROW, june_park
from taihang.core.quantities import WH_PER_MWH
from taihang.core.seal.canonical import canonical_bytes
from taihang.services.ratio_document import outlook_document
from taihang.services.ratio_outlook import ratio_outlook


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = june_park(tmp_path_factory.mktemp("document") / "park", NARROW)
    with small_park.opened(root, writing=False) as ports:
        outlook = ratio_outlook(date(2026, 7, 1), ports=ports)
        return json.loads(canonical_bytes(outlook_document(outlook, park=ports.park)))


def test_outlook_document__allowance_is_used_up_on_a_day_that_is_left(told: dict[str, Any]) -> None:
    allowance = told["allowance"]

    assert allowance["p10_wh"] <= allowance["p50_wh"] <= allowance["p90_wh"]
    assert "2026-07-01" <= allowance["used_up_on"] <= "2026-12-31"


def test_outlook_document__allowance_lasts_to_the_day_before(tmp_path: Path) -> None:
    root = june_park(tmp_path / "park", NARROW)
    with small_park.opened(root, writing=False) as ports:
        outlook = ratio_outlook(date(2026, 7, 1), ports=ports)
        told = outlook_document(outlook, park=ports.park)

    used_up = json.loads(canonical_bytes(told))["allowance"]["used_up_on"]
    n_days = (date.fromisoformat(used_up) - outlook.first).days
    by_day = outlook.drawn.exported_by_day_wh[outlook.planning]
    done, most = outlook.settled.wh["export"], outlook.outlook.allowance_wh[outlook.planning]
    assert done + by_day[:n_days].sum() <= most < done + by_day[: n_days + 1].sum()


def test_outlook_document__cure_meets_the_need_and_its_cost_adds_up(told: dict[str, Any]) -> None:
    cure = told["cure"]

    taken_wh = sum(dose["energy_wh"] for dose in cure["doses"])
    assert 0 <= taken_wh - told["needs_wh"]["R_exp"] <= len(cure["doses"])
    cost = sum(
        float(dose["price_cny_per_mwh"]) * dose["energy_wh"] / WH_PER_MWH for dose in cure["doses"]
    )
    assert float(cure["cost_cny"]) == pytest.approx(cost, abs=0.02)
    assert cure["enough"]


def test_outlook_document__names_what_is_not_priced_and_what_is_not_stated(
    told: dict[str, Any],
) -> None:
    assert [(one["kind"], one["reason"]) for one in told["not_priced"]] == [
        ("add-load", "not-priced"),
        ("shift-load", "not-stated"),
    ]


def test_outlook_document__has_no_number_that_two_machines_may_write_differently(
    told: dict[str, Any],
) -> None:
    floats: list[str] = []

    json.loads(json.dumps(told), parse_float=floats.append)

    assert floats == []
