"""Matching in words: cards, tables that close, the picture, the file."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, cast

import pytest

from taihang.core.access.aggregate import Aggregate, GroupSum, Withheld
from taihang.core.figure.story import Named
from taihang.interfaces.web.figure_table import FigureTable
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.green.matching import MatchingView
from taihang.interfaces.web.pages.green.matching_page import (
    ENDS_DRAWN,
    Card,
    matching_context,
    matching_rows,
    pair_table,
    picture_of,
    plant_table,
    user_table,
)
from taihang.interfaces.web.pages.green.place import Place
from taihang.interfaces.web.stretch import parse_stretch
from taihang.services.green_flows import (
    PLANT_STATES,
    GreenPeriod,
    GreenPlant,
    GreenUser,
)

PLACE = Place(
    zone="UTC",
    is_whole=True,
    names={"E01": Named("一厂", "Plant one"), "PV01": Named("屋顶", "Roof")},
    kinds={"PV01": "pv"},
    users=("E01", "E02"),
    first_settled=date(2026, 7, 1),
    last_settled=date(2026, 8, 31),
    months=("2026-07", "2026-08"),
)
NOTHING = dict.fromkeys(PLANT_STATES, 0)
FOUND = GreenPeriod(
    rule="rule/v1",
    plants=(
        GreenPlant(
            id="PV01",
            generated_wh=10_000_000,
            by_state_wh={**NOTHING, "line": 6_000_000, "shared": 3_000_000, "fed-in": 1_000_000},
            curtailed_wh=500_000,
        ),
    ),
    users=(
        GreenUser(
            id="E01",
            load_wh=12_000_000,
            by_way_wh={"line": 6_000_000, "shared": 3_000_000, "stored": 0},
            n_missing=2,
        ),
        GreenUser(
            id="E02", load_wh=0, by_way_wh={"line": 0, "shared": 0, "stored": 0}, n_missing=0
        ),
    ),
    pairs_wh={("PV01", "E01", "line"): 6_000_000, ("PV01", "E01", "shared"): 3_000_000},
)
VIEW = MatchingView(place=PLACE, stretch=parse_stretch("2026-08"), found=FOUND)


def cards(view: MatchingView) -> dict[str, Card]:
    found = cast("tuple[Card, ...]", matching_context(view, look=PLAIN)["cards"])
    return {card.code: card for card in found}


def under(table: FigureTable, head: str, row: int = 0) -> str:
    at = [each.label for each in table.heads].index(head)
    return table.rows[row][at].words


def test_matching_context__closes_to_the_watt_hour() -> None:
    found = cards(VIEW)

    assert found["difference"].cell.words == "0"
    assert found["difference"].tone == "ok"
    assert found["green"].cell.words == "9.00"
    assert "75.0" in found["green"].note
    closing = str(matching_context(VIEW, look=PLAIN)["closing"])
    assert "10,000,000" in closing
    assert "1,000,000" in closing


def test_matching_context__shows_what_does_not_close() -> None:
    (plant,) = FOUND.plants
    wrong = replace(FOUND, plants=(replace(plant, generated_wh=10_000_003),))

    card = cards(replace(VIEW, found=wrong))["difference"]

    assert (card.cell.words, card.tone) == ("3", "bad")


def test_matching_context__of_nothing_settled_has_no_tables() -> None:
    context = matching_context(replace(VIEW, found=None), look=PLAIN)

    assert "cards" not in context
    assert context["what"] == "2026-08"
    assert context["day"] == "/green/day/?period=2026-08-31"


def test_matching_context__of_an_enterprise_tells_sums_or_that_they_are_withheld() -> None:
    shown = Aggregate(value=None, n_members=3, withheld=Withheld.TOO_FEW)
    sums = (
        GroupSum(measure="green", unit="kWh", group="park", found=shown, n_in_group=3),
        GroupSum(
            measure="green",
            unit="kWh",
            group="C38",
            found=replace(shown, value=Fraction(7), n_members=6),
            n_in_group=6,
        ),
    )
    own = replace(FOUND, plants=(), pairs_wh={})
    view = replace(VIEW, place=replace(PLACE, is_whole=False), found=own, others=sums)

    context = matching_context(view, look=replace(PLAIN, lang="en"))

    withheld, told = cast("tuple[str, str]", context["others"])
    assert "not shown" in withheld
    assert "6 enterprises" in told
    assert "7.0 kWh" in told
    assert (context["plants"], context["pairs"], context["script"]) == (None, None, None)


def test_plant_table__opens_what_the_rows_of_the_matching_tell() -> None:
    table = plant_table(FOUND, PLACE, "2026-08", "en")

    assert under(table, "Plant") == "Roof"
    assert under(table, "Fed in MWh") == "1.00"
    assert under(table, "Curtailed MWh") == "0.50"
    keys = {cell.key for cell in table.rows[0] if cell.key}
    assert keys == {"matched/plant/PV01/line_wh/2026-08", "matched/plant/PV01/pool_wh/2026-08"}


def test_user_table__tells_green_from_the_rest() -> None:
    table = user_table(FOUND, PLACE, "2026-08", "en")

    assert under(table, "Rest, not green MWh") == "3.00"
    assert under(table, "Green share %") == "75.0"
    assert under(table, "Green share %", row=1) == "—"
    assert under(table, "Missing") == "2"


def test_user_table__of_ones_own_knows_nothing_of_storage() -> None:
    (user, _) = FOUND.users
    own = replace(user, by_way_wh={"line": 1, "shared": 2})

    table = user_table(replace(FOUND, users=(own,)), PLACE, "2026-08-14", "en")

    at = [each.label for each in table.heads].index("From storage MWh")
    assert table.rows[0][at].is_void
    assert table.rows[0][0].address == "/green/day/?of=E01&period=2026-08-14"


def test_pair_table__leaves_out_who_got_nothing() -> None:
    table = pair_table(FOUND, PLACE, "en")

    assert [row[0].words for row in table.rows] == ["Plant one"]
    assert under(table, "Roof") == under(table, "Sum MWh") == "9.00"


def test_picture_of__has_the_same_sum_on_both_sides() -> None:
    many = tuple(
        GreenUser(
            id=f"U{i}",
            load_wh=1_000_000,
            by_way_wh={"line": 0, "shared": 1_000_000 + i, "stored": 0},
            n_missing=0,
        )
        for i in range(ENDS_DRAWN + 3)
    )
    given_wh = sum(user.green_wh for user in many)
    plant = GreenPlant(
        id="PV01",
        generated_wh=given_wh + 5,
        by_state_wh={**NOTHING, "shared": given_wh, "lost": 5},
        curtailed_wh=0,
    )

    picture: Any = picture_of(replace(FOUND, plants=(plant,), users=many), PLACE, PLAIN)

    sums = [sum(end["value"] for end in picture[side]) for side in ("sources", "sinks")]
    assert sums[0] == pytest.approx(sums[1])
    assert len(picture["sinks"]) == ENDS_DRAWN + 2
    assert picture["sinks"][-2]["href"] == ""


def test_matching_rows__add_up_to_generation_and_load() -> None:
    heads, rows = matching_rows(VIEW, "en")

    assert heads == ["plant", "user", "way", "Wh"]
    assert sum(int(str(row[3])) for row in rows if row[0]) == 10_000_000
    assert sum(int(str(row[3])) for row in rows if row[1] == "E01") == 12_000_000
    assert matching_rows(replace(VIEW, found=None), "en")[1] == []
