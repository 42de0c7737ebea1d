"""Scores as statements: the figures of the settlement, gaps by name, restated like all others."""

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest

import score_kit
import small_park
from taihang.core.periods import month
from taihang.services.account import issue_statements
from taihang.services.renew_accounts import renew_accounts
from taihang.services.score_account import KIND, drafts, scores, subjects_of
from taihang.services.settle import settle

JUNE = score_kit.JUNE


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return score_kit.make(
        tmp_path_factory.mktemp("scores") / "park", *score_kit.with_product(score_kit.MEASURES)
    )


def bodies(root: Path, period: str = JUNE) -> dict[str, dict[str, Any]]:
    with small_park.opened(root, writing=False) as ports:
        return {d.subject: cast("dict[str, Any]", d.body) for d in drafts(period, ports=ports)}


def reasons(body: dict[str, Any]) -> list[str]:
    return [gap["reason"] for gap in body["not_assessed"]]


def test_drafts__are_of_the_park_its_users_and_its_products(root: Path) -> None:
    assert [*bodies(root)] == ["park", "E01", "E02", "AL1", "AL2"]


def test_drafts__say_what_the_settlement_matched(root: Path) -> None:
    found = bodies(root)
    with small_park.opened(root, writing=False) as ports:
        rows = ports.lake.read("matching", small_park.JUNE)

    for user in ("E01", "E02"):
        green_wh = int((rows["user", user]["line_wh"] + rows["user", user]["pool_wh"]).sum())
        load_wh = int(rows["user", user]["total_wh"].sum())
        assert (found[user]["matched_wh"], found[user]["load_wh"]) == (green_wh, load_wh)
        assert found[user]["value"] == str(round(Decimal(green_wh) / load_wh, 6).normalize())
    assert found["E01"]["matched_wh"] + found["E02"]["matched_wh"] == found["park"]["matched_wh"]
    assert found["E01"]["surplus_wh"] + found["E02"]["surplus_wh"] == found["park"]["surplus_wh"]


def test_drafts__without_a_share_of_the_grid_do_not_guess_one(root: Path) -> None:
    for body in bodies(root).values():
        assert body["with_grid_ratio"] is None
        assert reasons(body) == ["no-grid-share"]


def test_drafts__emit_by_contract_what_was_not_matched_in_its_hour(root: Path) -> None:
    body = bodies(root)["E01"]
    factors = {fact["code"]: Decimal(fact["value"]) for fact in body["factors"]}
    rest_mwh = Decimal(body["load_wh"] - body["matched_wh"]) / 10**6

    assert Decimal(body["market_hourly_t"]) == rest_mwh * factors["grid.excl-market"]
    assert Decimal(body["location_t"]) == Decimal(body["load_wh"]) / 10**6 * factors["grid.average"]


def test_drafts__a_product_is_the_fixed_share_of_its_process(root: Path) -> None:
    found = bodies(root)

    assert found["AL1"]["value"] == found["E01"]["value"]
    assert found["AL1"]["share_ratio"] == "0.8"
    assert abs(found["AL1"]["load_wh"] - Fraction("0.8") * found["E01"]["load_wh"]) <= 1
    assert Decimal(found["AL1"]["location_t"]) == Decimal("0.8") * Decimal(
        found["E01"]["location_t"]
    )


def test_drafts__the_profile_adds_up_to_the_whole(root: Path) -> None:
    body = bodies(root)["E02"]
    profile = body["profile"]

    assert [(row["local_month"], row["local_hour"]) for row in profile] == [
        (JUNE, hour) for hour in range(24)
    ]
    assert sum(row["load_wh"] for row in profile) == body["load_wh"]
    assert sum(row["matched_wh"] for row in profile) == body["matched_wh"]
    assert not any(row["hours_missing"] for row in profile)


def test_drafts__a_year_says_how_many_hours_of_it_are_not_known(root: Path) -> None:
    month_body, year_body = bodies(root)["park"], bodies(root, "2026")["park"]

    assert year_body["hours"] == 8_760
    assert year_body["hours_missing"] == 8_760 - 720
    assert year_body["value"] == month_body["value"]
    assert "hours-missing" in reasons(year_body)


def test_drafts__take_the_declared_share_of_every_hour(tmp_path: Path) -> None:
    root = score_kit.make(tmp_path / "park", score_kit.GRID)
    with small_park.opened(root) as ports:
        score_kit.read_share(ports)
        found = scores(JUNE, ports=ports)
        one = found.of("E02")
        hours = range(found.hours.n_hours)
        by_hand = sum(
            Fraction(int(one.use.matched_wh[h]))
            + int(one.use.residual_wh[h]) * Fraction(100 + 10 * (h % 24), 1000)
            for h in hours
        ) / int(one.use.load_wh.sum())

    assert one.score is not None
    assert one.score.with_grid_ratio == by_hand
    assert one.gaps == ()


def test_drafts__a_missing_hour_of_the_grid_leaves_the_score_open(tmp_path: Path) -> None:
    root = score_kit.make(tmp_path / "park", score_kit.GRID)
    with small_park.opened(root) as ports:
        score_kit.read_share(ports, skip=5)

    body = bodies(root)["park"]

    assert body["with_grid_ratio"] is None
    assert reasons(body) == ["grid-hours-missing"]
    assert body["value"] is not None


def test_drafts__of_a_month_without_readings_are_none(root: Path) -> None:
    assert bodies(root, "2026-07") == {}


def test_scores__are_restated_when_late_readings_change_them(tmp_path: Path) -> None:
    root = score_kit.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        again = issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        ordinary = small_park.registers("M-E01", small_park.JUNE)
        late = small_park.but(ordinary, range(1_000, 1_001))
        small_park.revise(ports, late, sent_at_s=small_park.JUNE.end_s + 120)
        settle(month(JUNE, ports.park.zone), ports=ports)
        n_restated = renew_accounts(["2026"], ports=ports)
        last = ports.registry.statement(f"{KIND}.E01.{JUNE}")

    assert again == (0, 0, 3)
    assert n_restated == 3
    assert last.version == 2
    assert json.loads(last.document)["hours_missing"] > 0


def test_subjects_of__names_everybody_once(root: Path) -> None:
    with small_park.opened(root, writing=False) as ports:
        assert subjects_of(ports.park) == ("park", "E01", "E02", "AL1", "AL2")
