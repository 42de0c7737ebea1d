"""The reasons of a plan, as sentences that say numbers."""

from dataclasses import replace
from pathlib import Path

import pytest

import planned_park
import small_park
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.pages.dispatch.why import megawatts, why_lines
from taihang.services.dispatch_day import DispatchDay, dispatch_day


@pytest.fixture
def shown(tmp_path: Path) -> DispatchDay:
    with small_park.opened(planned_park.made(tmp_path), writing=False) as ports:
        found = dispatch_day(None, ports=ports)
    assert found is not None
    return found


@pytest.mark.parametrize("lang", LANGS)
def test_why__says_moves_limits_money_and_the_year(shown: DispatchDay, lang: Lang) -> None:
    lines = why_lines(shown, lang)

    kinds = {line["kind"] for line in lines}
    assert {"charge", "discharge", "limit", "money", "free"} <= kinds
    assert all("{" not in line["words"] for line in lines)


@pytest.mark.parametrize(
    ("mode", "kind", "part"),
    [
        ("open", "free", "asks nothing"),
        ("price", "money", "counts 0.2500 CNY"),
        ("block", "limit", "1,234 kWh at most"),
        ("shut", "limit", "nothing may be fed back"),
    ],
)
def test_why__tells_what_the_year_asks_of_the_day(
    shown: DispatchDay, mode: str, kind: str, part: str
) -> None:
    assert shown.planned is not None
    budget = {
        **shown.planned.export_budget,
        "mode": mode,
        "most_kwh": "1234",
        "value_cny_per_kwh": "0.25",
        "chance_ratio": "0.9",
    }
    planned = replace(shown.planned, body={**shown.planned.body, "export_budget": budget})

    lines = why_lines(replace(shown, planned=planned), "en")

    assert any(line["kind"] == kind and part in line["words"] for line in lines)


def test_why__tells_of_the_months_peak_and_of_worth_above_price(shown: DispatchDay) -> None:
    assert shown.planned is not None
    price = shown.planned.prices("price_cny_per_kwh")
    worth = price.copy()
    worth[40:44] += 0.5
    body = {
        **shown.planned.body,
        "month_peaks": [{"expected_kw": "5000", "price_cny_per_kw": "30"}],
        "marginal_cny_per_kwh": [f"{each:.6f}" for each in worth],
    }
    seen = replace(shown, planned=replace(shown.planned, body=body))

    free = [line["words"] for line in why_lines(seen, "en")]
    held = [line["words"] for line in why_lines(replace(seen, peak=(3, 40)), "en")]

    assert any("below the month's expected peak of 5,000 kW" in each for each in free)
    assert any("in 3 intervals (from 10:00) import stands" in each for each in held)
    assert any("in 4 intervals (from 10:00) one kWh more costs up to 0.5000" in e for e in held)


def test_why__of_no_plan_is_nothing(shown: DispatchDay) -> None:
    assert why_lines(replace(shown, planned=None), "zh") == []


def test_megawatts__of_nothing_are_nothing() -> None:
    assert (megawatts(None), megawatts(2_345_678)) == (None, 2.3457)
