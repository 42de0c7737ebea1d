"""Annual ratios in words: windows, gaps, the end of the year, remedies, limits."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import small_park
from ratio_kit import june_park
from taihang.interfaces.web.figure_table import FigureTable
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.green.ratios import RatiosView, build_ratios
from taihang.interfaces.web.pages.green.ratios_page import (
    cure_table,
    energies_table,
    forecast_table,
    history_table,
    limits_table,
    ratio_rows,
    ratios_context,
    windows_table,
)
from taihang.services.figure_standing import Standing

LOOK = replace(PLAIN, path="/green/ratios/", lang="en")
JUNE = "2026-06"


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Generator[RatiosView]:
    root = june_park(Path(tmp_path_factory.mktemp("ratios")) / "park")
    with small_park.opened(root, writing=False) as opened:
        yield build_ratios(opened, "")


@pytest.fixture(scope="module")
def account(view: RatiosView) -> Standing:
    assert view.account is not None
    return view.account


def column(table: FigureTable, head: str) -> list[str]:
    at = [each.label for each in table.heads].index(head)
    return [row[at].words for row in table.rows]


def with_forecast(account: Standing, change: dict[str, Any]) -> Standing:
    forecast: Any = account.body["forecast"]
    return replace(account, body={**account.body, "forecast": {**forecast, **change}})


def context(view: RatiosView) -> dict[str, Any]:
    return ratios_context(view, look=LOOK)


def test_ratios_context__has_a_card_for_each_ratio(view: RatiosView) -> None:
    found = context(view)

    cards = found["cards"]
    assert [card.symbol for card in cards] == ["R_self", "R_green", "R_exp"]
    assert all(card.asked[0] in "≥≤" for card in cards)
    assert all(card.chance != "—" for card in cards)
    assert (found["before"], found["after"]) == ("", "")
    assert len(found["sentences"]) == 3


def test_ratios_context__says_what_is_not_counted(view: RatiosView) -> None:
    notes = " ".join(context(view)["notes"])

    assert "0 intervals open, 14496 not settled" in notes
    assert "curtailment is not metered" in notes


def test_ratios_context__without_an_account_has_no_cards(view: RatiosView) -> None:
    assert "cards" not in ratios_context(replace(view, account=None), look=LOOK)


def test_windows_table__shows_three_windows_and_the_verdict(account: Standing) -> None:
    table = windows_table(account, "en")

    requirements = account.elements("windows", "month", "requirements")
    assert column(table, "month %") == [f"{float(str(e['percent'])):.1f}" for e in requirements]
    judged = account.elements("windows", "year-to-date", "requirements")
    tones = {"met": "ok", "missed": "bad", "undefined": "warn"}
    at = [head.label for head in table.heads].index("Verdict")
    assert [row[at].tone for row in table.rows] == [tones[str(e["verdict"])] for e in judged]


def test_energies_table__has_no_zero_for_curtailment_that_nobody_meters(
    view: RatiosView, account: Standing
) -> None:
    table = energies_table(view, account, "en")
    metered = replace(account, body={**account.body, "curtailment": "metered"})

    assert all(cell.is_void for cell in table.rows[3][1:])
    assert table.rows[0][1].key == f"energy650/available_wh/{JUNE}"
    assert not energies_table(view, metered, "en").rows[3][1].is_void


def test_history_table__has_a_row_for_each_month(view: RatiosView) -> None:
    assert column(history_table(view.history, "en"), "month") == [JUNE]
    heads, rows = ratio_rows(view, "en")
    assert len(heads) == len(rows[0])
    assert rows[0][0] == JUNE


def test_forecast_table__shows_range_and_chance(account: Standing) -> None:
    table = forecast_table(account, "en")

    for row in table.rows:
        low, middle, high = (float(cell.words) for cell in row[2:5])
        assert low <= middle <= high
        assert 0 <= float(row[5].words) <= 100


def test_cure_table__tells_doses_from_what_has_no_price(account: Standing) -> None:
    dose = {
        "id": "CHARGE",
        "kind": "charge",
        "zh": "多充",
        "en": "Charge",
        "price_cny_per_mwh": "120",
        "energy_wh": 2_500_000,
        "latest_start": "2026-10-03",
        "source": "test",
    }
    left_out = {"kind": "shift-load", "reason": "not-stated"}
    cured = with_forecast(account, {"cure": {"doses": [dose]}, "not_priced": [left_out]})

    table = cure_table(cured, "en")

    assert table is not None
    assert [cell.words for cell in table.rows[0]] == [
        "Charge",
        "120.00",
        "2.5",
        "300.00",
        "2026-10-03",
    ]
    assert [cell.words for cell in table.rows[1]][:2] == ["shift load", "not stated"]


def test_ratios_context__says_whether_remedies_are_enough(
    view: RatiosView, account: Standing
) -> None:
    def cured(cure: object) -> str:
        shown = replace(view, account=with_forecast(account, {"cure": cure}))
        return " ".join(context(shown)["cured"])

    assert "begin by 2026-10-03, 300.00 CNY" in cured(
        {"enough": True, "cost_cny": "300", "latest_start": "2026-10-03"}
    )
    short = cured({"enough": False, "short_wh": {"R_self": 0, "R_green": 5_000_000}})
    assert "short of 5.0 MWh" in short
    assert "self-use" not in short
    assert "no remedy is worked out" in cured(None)


def test_ratios_context__says_why_there_is_no_forecast(view: RatiosView, account: Standing) -> None:
    gap = {"what": "forecast", "reason": "state.no-ratio-forecast", "detail": "no table"}
    without = replace(account, body={**account.body, "forecast": None, "not_assessed": [gap]})

    found = context(replace(view, account=without))

    assert (found["forecast"], found["cure"]) == (None, None)
    assert found["no_forecast"][0].startswith("no forecast: ")
    assert found["cards"][0].chance == "—"


def test_limits_table__says_how_sure_each_limit_is(account: Standing) -> None:
    above = {"ratio": "0.25", "basis": "test 1", "above_ceiling": True}
    table = limits_table(replace(account, body={**account.body, "export_limit": above}), "en")

    assert [cell.words for cell in table.rows[0]][1:] == [
        "≤ 25 %",
        "—",
        "test 1",
        "above the ceiling of the text",
    ]
    assert table.rows[0][-1].tone == "warn"
    assert len(table.rows) == 1 + len(account.elements("factors")) > 3
    assert limits_table(account, "en").rows[0][-1].tone == "ok"
