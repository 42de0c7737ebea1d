"""Figures at the head of the page of one enterprise: what is missing says so."""

from dataclasses import replace
from pathlib import Path

import pytest

import small_park
from report_desk import MONTH, settled
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.web.pages.company.build import build_company
from taihang.interfaces.web.pages.company.cards import cards_of
from taihang.interfaces.web.wording import DASH


@pytest.mark.parametrize("lang", LANGS)
def test_cards_of__have_a_figure_or_a_dash(lang: Lang, tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        view = build_company(ports, "E02", MONTH)
    assert view is not None
    assert view.now is not None
    cards = {card.code: card for card in cards_of(view, lang)}
    unread = replace(view.now, peak_w=None, n_missing=0, n_intervals=0, location_tco2=None)
    gaps = {card.code: card for card in cards_of(replace(view, now=unread, bill=None), lang)}
    holed = replace(view, now=replace(view.now, n_missing=5))
    warned = {card.code: card for card in cards_of(holed, lang)}

    assert {card.value for card in cards.values()} & {DASH} == set()
    assert cards["energy"].figure == f"statement/energy.E02.{MONTH}.v1/value"
    assert cards["bill"].figure == f"statement/bill.E02.{MONTH}.v1/value"
    assert {gaps[code].value for code in ("energy", "peak", "carbon", "bill", "data")} == {DASH}
    assert cards["data"].tone == ""
    assert warned["data"].tone == "bad"
    assert warned["data"].value not in {DASH, cards["data"].value}
    assert gaps["carbon"].figure == ""
    assert all(text(f"company.card.{code}", lang) for code in cards)


def test_cards_of__an_unsettled_month_has_none(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        view = build_company(ports, "E02", "")

    assert view is not None
    assert cards_of(view, "zh") == []
