"""The view model: whole days, finite numbers, one JSON for one overview."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from demo_overview import demo_overview
from taihang.interfaces.web.canonical import plain
from taihang.interfaces.web.pages.overview.view import (
    SERIES_NAMES,
    Day,
    Plan,
    PowerSeries,
    SeriesName,
    ViewError,
    canonical,
    empty_overview,
    to_json,
)


def test_to_json__is_the_same_text_for_the_same_overview() -> None:
    assert to_json(demo_overview()) == to_json(demo_overview())


def test_to_json__keeps_every_figure() -> None:
    overview = demo_overview()

    written = json.loads(to_json(overview))

    assert overview.kpis.load_mwh == written["kpis"]["load_mwh"]
    assert written["kpis"]["plan_saving_cny"] == "38412.55"
    assert len(written["enterprises"]) == 54
    assert len(written["calendar"]) == 304
    assert set(SERIES_NAMES) == set(written["day"]["series"])


def test_to_json__missing_is_null_and_never_zero() -> None:
    written = json.loads(to_json(demo_overview()))

    assert written["day"]["series"]["wind"][12:16] == [None] * 4
    assert ["2026-02-17", None] in written["calendar"]


def test_to_json__empty_park_has_no_figure() -> None:
    empty = empty_overview(park_name_zh="园", park_name_en="P", zone="Asia/Shanghai")

    written = json.loads(to_json(empty))

    assert {None} == set(written["kpis"].values())
    assert written["trust"] is None


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_to_json__refuses_a_number_that_is_none(value: float) -> None:
    overview = demo_overview()
    broken = replace(overview, kpis=replace(overview.kpis, load_mwh=value))

    with pytest.raises(ViewError, match="give None for what is missing"):
        to_json(broken)


def test_plain__refuses_what_json_does_not_know() -> None:
    with pytest.raises(ViewError, match="given bytes"):
        plain(b"x")


def test_canonical__sorts_keys_and_keeps_chinese() -> None:
    assert canonical({"园": (None, True), "a": Decimal("1.50")}) == '{"a":"1.50","园":[null,true]}'


def test_day__refuses_another_number_of_intervals() -> None:
    whole = demo_overview().day
    assert whole is not None

    short: dict[SeriesName, PowerSeries] = {**whole.series, "pv": whole.series["pv"][:95]}

    with pytest.raises(ViewError, match="95 values of pv on 2026-10-31"):
        Day(date=whole.date, series=short)


def test_plan__refuses_a_series_left_out() -> None:
    whole = demo_overview().plan
    assert whole is not None
    rest: dict[SeriesName, PowerSeries] = dict(whole.series)
    del rest["load"]

    with pytest.raises(ViewError, match="exactly"):
        Plan(date=whole.date, series=rest, soc_ratio=whole.soc_ratio)
