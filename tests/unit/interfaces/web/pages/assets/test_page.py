"""Words of the page of assets: sums are of what is known, prices say what they rest on."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

import roof_park
import small_park
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.assets.build import AssetsView, build_assets
from taihang.interfaces.web.pages.assets.page import (
    Card,
    LossLine,
    assets_context,
    query_words,
)

LOOK = replace(PLAIN, path="/assets/", words={"period": "2026-08"})


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Generator[AssetsView]:
    root: Path = roof_park.make(tmp_path_factory.mktemp("roofs") / "p")
    with small_park.opened(root, writing=False) as ports:
        yield build_assets(ports, "2026-08")


def test_assets_context__counts_what_is_judged(view: AssetsView) -> None:
    found = {
        each.code: each
        for each in cast("tuple[Card, ...]", assets_context(view, look=LOOK)["cards"])
    }

    assert (found["losing"].value, found["losing"].note) == ("2", "共评定 5 座")
    assert found["lost_money"].value == "—", "what has no price is not zero"
    assert found["lost_money"].note == "无收入结算单，不折算"
    assert found["generated"].note == "6 座电站"


def test_assets_context__ranks_losses_by_energy(view: AssetsView) -> None:
    lines = cast("tuple[LossLine, ...]", assets_context(view, look=LOOK)["losses"])

    lost = [float(each.lost.replace(",", "")) for each in lines]
    assert len(lost) == 2
    assert lost == sorted(lost, reverse=True)
    assert [each.is_open for each in lines] == [True, False]


def test_assets_context__leads_to_neighbours_and_not_past_the_record(view: AssetsView) -> None:
    found = cast("dict[str, object]", assets_context(view, look=LOOK)["choices"])

    assert found["before"] == "/assets/?period=2026-07"
    assert found["after"] == "", "August is the last month with settled days"
    assert query_words(LOOK) == "?period=2026-08"
    assert query_words(PLAIN) == ""
