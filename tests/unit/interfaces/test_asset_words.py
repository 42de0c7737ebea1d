"""Assets in words and as JSON: what is not known is a dash and null, never a zero."""

import json
from collections.abc import Generator
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

import roof_park
import small_park
from taihang.core.performance.output import LossKind
from taihang.core.periods import month
from taihang.interfaces.asset_words import (
    band_ratio,
    facts_of,
    kwh_told,
    loss_days,
    method_told,
    named,
    percent_told,
    reached_ratio,
)
from taihang.interfaces.catalogue import LANGS, has_text
from taihang.services.asset_performance import AssetPerformance, asset_performance, names_of
from taihang.services.plant_performance import Method, Why


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Generator[AssetPerformance]:
    root: Path = roof_park.make(tmp_path_factory.mktemp("roofs") / "p")
    with small_park.opened(root) as ports:
        yield asset_performance(month("2026-08", small_park.ZONE), label="2026-08", ports=ports)


def test_words__every_method_reason_kind_and_state_has_its_words() -> None:
    keys = [
        *(f"assets.method.{each.value}" for each in Method if each is not Method.NONE),
        *(f"assets.why.{each.value}" for each in Why),
        *(f"assets.loss.{each.value}" for each in LossKind),
        *(f"assets.state.{each}" for each in ("normal", "losing", "stood-still", "not-judged")),
    ]

    assert len(keys) == 4 + 3 + 4 + 4
    assert [key for key in keys if not has_text(key)] == []


def test_words__tell_how_it_is_known(found: AssetPerformance) -> None:
    roof, farm = found.plants[0], found.plants[-1]

    for lang in LANGS:
        assert "4" in method_told(roof, lang)
        assert method_told(farm, lang) != method_told(roof, lang)
    assert (reached_ratio(farm), band_ratio(farm)) == (None, None)
    assert reached_ratio(roof) == pytest.approx(1.0, abs=0.05)
    assert named(names_of(found), "W01", "zh") == "W01 风电"
    assert (kwh_told(None), percent_told(None), kwh_told(0.0)) == ("–", "–", "0")


def test_words__a_loss_has_its_days(found: AssetPerformance) -> None:
    of = found.plants[2].performance

    assert loss_days(of.losses[0], of.first_day) == (date(2026, 8, 5), date(2026, 8, 6))


def test_facts_of__are_one_json_object_without_invented_zeros(found: AssetPerformance) -> None:
    facts = cast("dict[str, Any]", json.loads(json.dumps(facts_of(found), allow_nan=False)))

    plants = {each["id"]: each for each in facts["plants"]}
    assert plants["W01"]["expected_kwh"] is None
    assert plants["W01"]["availability_ratio"] is None
    assert plants["PV01"]["lost_cny"] is None
    assert plants["PV04"]["daily"][-1]["actual_kwh"] is None
    assert plants["PV02"]["losses"][0]["kind"] == "share"
    assert facts["lost_cny"] is None
    assert facts["stations"][0]["silent_days"] == []
    assert facts["batteries"][0]["stated_efficiency_ratio"] == 0.9025
