"""Hours in words: three values, the map, the hours of the day, what would raise the score."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import score_kit
import small_park
from score_kit import MEASURES, YEAR
from taihang.core.activity.amount import Unknown
from taihang.core.carbon.hourly_score import HourlyUse, score_of
from taihang.core.figure.story import Named
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.green.hours import HoursView, build_hours
from taihang.interfaces.web.pages.green.hours_page import (
    hour_rows,
    hours_context,
    map_of,
    profile_table,
    raise_table,
    subject_of,
    subject_words,
)
from taihang.interfaces.web.pages.green.place import Place
from taihang.interfaces.web.stretch import parse_stretch
from taihang.services.carbon_inputs import Gap
from taihang.services.figure_standing import Standing
from taihang.services.green_hours import GreenHours
from taihang.services.raise_score import raise_score
from taihang.services.score_account import Scored

LOOK = replace(PLAIN, path="/green/hours/", lang="en")
USE = HourlyUse(
    load_wh=np.array([4_000, 0, 2_000, 0]),
    matched_wh=np.array([1_000, 0, 2_000, 0]),
    known=np.array([True, True, True, False]),
    surplus_wh=0,
)
ONE = Scored(
    subject="E01",
    use=USE,
    share_ratio=Fraction(1),
    score=score_of(USE, grid_cfe_ratio=None),
    gaps=(Gap("electricity", Unknown("hours-missing", "1")),),
)
FOUND = GreenHours(
    label="2026-08",
    each={"E01": ONE},
    local_hours=(("2026-08-01", 0), ("2026-08-01", 1), ("2026-08-02", 0), ("2026-08-02", 1)),
    scored=None,
)
VIEW = HoursView(
    place=Place(
        zone="UTC", is_whole=False, names={"E01": Named("一厂", "One")}, kinds={}, users=("E01",)
    ),
    stretch=parse_stretch("2026-08"),
    found=FOUND,
)


def context(view: HoursView, of: str = "E01") -> dict[str, Any]:
    return hours_context(view, of, look=LOOK)


def test_hours_context__of_ones_own_shows_one_of_three_values() -> None:
    cards = {card.code: card.cell.words for card in context(VIEW)["cards"]}

    assert cards == {
        "value": "50.00",
        "with_grid_ratio": "—",
        "volumetric_ratio": "—",
        "load": "0.01",
        "matched": "0.00",
        "missing": "1",
    }
    assert context(VIEW)["gaps"] == ("1 hours have no reading and are not scored",)
    assert "raise_table" not in context(VIEW)


@pytest.mark.parametrize(("value", "key"), [("0.5", "statement/S/value"), ("0.4", "")])
def test_hours_context__opens_a_value_that_is_the_one_of_record(value: str, key: str) -> None:
    issued = Standing(kind="cfe", subject="E01", period="2026-08", body={"value": value}, id="S")

    cards = context(replace(VIEW, found=replace(FOUND, issued={"E01": issued})))["cards"]

    assert cards[0].cell.key == key


def test_hours_context__of_nothing_known_has_no_cards() -> None:
    found = context(replace(VIEW, found=None))

    assert "cards" not in found
    assert found["what"] == "2026-08"


def test_subject_of__keeps_to_what_the_viewer_sees() -> None:
    assert [subject_of(VIEW, of) for of in ("", "E01", "E02", "park")] == ["E01", "E01", "", ""]
    assert subject_of(replace(VIEW, found=None), "") == "park"
    assert (subject_words(VIEW, "E01", "zh"), subject_words(VIEW, "park", "en")) == ("一厂", "Park")


def test_map_of__leaves_gaps_where_nothing_is_known_or_used() -> None:
    found: Any = map_of(ONE, FOUND)

    assert found["days"] == ("2026-08-01", "2026-08-02")
    assert [row[:2] for row in found["per_mille"]] == [[250, -1], [1000, -1]]
    assert all(cell == -1 for row in found["per_mille"] for cell in row[2:])


def test_profile_table__adds_hours_of_the_day_up() -> None:
    table = profile_table(ONE, FOUND, "en")

    assert len(table.rows) == 24
    assert [cell.words for cell in table.rows[0]] == ["00:00", "0.01", "0.00", "50.0", "0"]
    assert [cell.words for cell in table.rows[1]] == ["01:00", "0.00", "0.00", "—", "1"]


def test_hour_rows__keep_a_gap_empty_and_scale_a_product() -> None:
    half = replace(FOUND, each={"E01": replace(ONE, share_ratio=Fraction(1, 2))})

    heads, rows = hour_rows(replace(VIEW, found=half), "E01", "en")

    assert heads == ["local_day", "local_hour", "load_Wh", "matched_Wh"]
    assert rows[0] == ["2026-08-01", 0, 2_000, 500]
    assert rows[3] == ["2026-08-02", 1, None, None]
    assert hour_rows(replace(VIEW, found=None), "E01", "en")[1] == []


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> HoursView:
    root = score_kit.make(tmp_path_factory.mktemp("hours") / "park", MEASURES)
    with small_park.opened(root, writing=False) as ports:
        return build_hours(ports, YEAR)


def test_hours_context__of_a_year_says_what_would_raise_it(year: HoursView) -> None:
    found = context(year, "park")

    measures = [row[0].words for row in found["raise_table"].rows]
    assert measures == ["PV", "Battery", "Shift", "Night"]
    assert "5 points" in found["raise_title"]
    assert found["cards"][2].cell.words != "—"


def test_raise_table__has_a_price_only_for_what_reaches_the_target(year: HoursView) -> None:
    assert year.found is not None
    assert year.found.scored is not None
    answer = raise_score(year.found.scored, "park", points=Decimal(5))

    table = raise_table(answer, "en")

    for row, each in zip(table.rows, answer.each, strict=True):
        assert row[2].is_void == (each.size is None)
        assert (row[3].tone == "ok") == (each is answer.cheapest)


def test_hours_context__says_why_nothing_can_raise_it(year: HoursView) -> None:
    assert year.found is not None
    assert year.found.scored is not None
    scored = year.found.scored
    full = replace(scored.of("park"), score=None)
    none = replace(scored, each=(full,))
    view = replace(year, found=replace(year.found, scored=none, each={"park": full}))

    assert "at least one known hour" in context(view, "park")["raise_none"]
