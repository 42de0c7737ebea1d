"""The key figures as cards."""

from dataclasses import replace

import pytest

from demo_overview import demo_overview
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.pages.overview.cards import cards, share_meter
from taihang.interfaces.web.pages.overview.view import NO_KPIS


@pytest.mark.parametrize("lang", LANGS)
def test_cards__are_the_same_eight_in_every_language(lang: Lang) -> None:
    codes = [card.code for card in cards(demo_overview(), lang=lang)]

    expected = ["load", "green", "self_use", "export", "carbon", "saving", "coverage", "proof"]
    assert expected == codes


def test_cards__show_the_figures_of_the_overview() -> None:
    shown = {card.code: card for card in cards(demo_overview(), lang="zh")}

    assert shown["load"].value == "98,214.6"
    assert shown["load"].note == "12,070.6 tce（当量值）"
    assert shown["carbon"].value == "49,572.3"
    assert shown["carbon"].note == "市场法 47,105.8"
    assert shown["saving"].value == "38,413"
    assert shown["proof"].note == "截至 2026-11-01 00:05"


def test_cards__missing_figures_are_dashes() -> None:
    overview = replace(demo_overview(), kpis=NO_KPIS, plan=None, trust=None)

    shown = cards(overview, lang="en")

    assert all(card.missing for card in shown)
    assert not any("0" in card.value for card in shown)


def test_cards__thin_coverage_is_said_on_every_figure_that_rests_on_it() -> None:
    overview = demo_overview()
    thin = replace(overview, kpis=replace(overview.kpis, coverage_ratio=0.9412))

    warned = {card.code for card in cards(thin, lang="zh") if card.warning == "仅覆盖 94.1 %"}

    assert {"load", "green", "self_use", "export", "carbon"} == warned


@pytest.mark.parametrize(
    ("value_ratio", "limit_ratio", "at_least", "standing"),
    [
        (0.29, 0.30, True, "missed"),
        (0.30, 0.30, True, "met"),
        (0.20, 0.20, False, "met"),
        (0.21, 0.20, False, "missed"),
        (None, 0.20, False, "none"),
        (0.21, None, False, "none"),
    ],
)
def test_share_meter__stands_on_the_right_side_of_its_limit(
    *, value_ratio: float | None, limit_ratio: float | None, at_least: bool, standing: str
) -> None:
    meter = share_meter(value_ratio, limit_ratio=limit_ratio, at_least=at_least)

    assert standing == meter.standing


def test_share_meter__never_leaves_its_bar() -> None:
    assert share_meter(0.9, limit_ratio=0.2, at_least=False).fill_percent == "100.0%"
    assert share_meter(-0.1, limit_ratio=0.2, at_least=False).fill_percent == "0.0%"
