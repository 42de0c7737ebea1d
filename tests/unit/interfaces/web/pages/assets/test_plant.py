"""Words of one plant's page: cards for what is known, days that say what they were."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

import roof_park
import small_park
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.assets.build import AssetsView, build_assets
from taihang.interfaces.web.pages.assets.page import Card
from taihang.interfaces.web.pages.assets.plant import plant_context

LOOK = replace(PLAIN, lang="en", path="/assets/PV03/", words={"period": "2026-08"})


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Generator[AssetsView]:
    root: Path = roof_park.make(tmp_path_factory.mktemp("roofs") / "p", sensors=True)
    with small_park.opened(root, writing=False) as ports:
        yield build_assets(ports, "2026-08")


def context(view: AssetsView, plant: str) -> dict[str, object]:
    each = view.plant(plant)
    assert each is not None
    return plant_context(view, each, look=LOOK)


def cards(view: AssetsView, plant: str) -> dict[str, Card]:
    return {each.code: each for each in cast("tuple[Card, ...]", context(view, plant)["cards"])}


def test_plant_context__shows_a_ratio_only_where_it_is_measured(view: AssetsView) -> None:
    assert cards(view, "PV01")["plant_ratio"].value == "78.3"
    assert "plant_ratio" not in cards(view, "PV02")
    assert cards(view, "PV05")["plant_curtailed"].note == "no loss"
    assert "plant_curtailed" not in cards(view, "PV01")


def test_plant_context__days_of_an_outage_lie_below_the_band(view: AssetsView) -> None:
    days = cast("tuple[dict[str, str], ...]", context(view, "PV03")["days"])

    verdicts = [day["verdict"] for day in days]
    assert verdicts[4:6] == ["below", "below"]
    assert verdicts.count("within") >= 10
    assert days[4]["off"] == "−100.0"


def test_plant_context__a_priced_loss_names_its_price(view: AssetsView) -> None:
    assert cards(view, "PV03")["plant_lost_money"].note == "no statement of revenue: not priced"
    assert cards(view, "PV03")["plant_lost"].note.count(" … ") == 1
