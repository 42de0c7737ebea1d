"""Energy on paper: a typical week lies in its season, and starts at midnight."""

import numpy as np
import pytest

from study_paper import dossier
from taihang.interfaces.reports.size_energy import (
    Flows,
    flows_of,
    months_section,
    typical_week,
    week_sections,
)


def flows(weather_years: int = 1) -> Flows:
    answer = dossier(weather_years=weather_years).answer
    assert answer.release.plan is not None
    return flows_of(answer, answer.release.plan)


@pytest.mark.parametrize("months", [(5, 6, 7), (11, 0, 1)])
def test_typical_week__lies_in_its_season_and_is_the_median(months: tuple[int, ...]) -> None:
    found = flows()
    first = typical_week(found, months)

    assert first is not None
    start, end = found.horizon.start_of(first), found.horizon.start_of(first + 27)
    assert start.hour == 0
    assert {start.month - 1, end.month - 1} <= set(months)


def test_typical_week__of_a_season_that_is_not_there_is_none() -> None:
    assert typical_week(flows(), ()) is None


def test_week_sections__draw_summer_and_winter() -> None:
    assert len(week_sections(flows(), "zh")) == 2


def test_flows_of__balance_in_every_interval() -> None:
    found = flows()
    supplied = sum(found.plants.values()) + found.discharge_kw + found.bought_kw
    taken = found.load_kw + found.charge_kw + found.export_kw

    assert np.abs(supplied - taken).max() < 1e-3


@pytest.mark.parametrize("years", [1, 2])
def test_months_section__adds_up_to_the_mean_year(years: int) -> None:
    (table,) = months_section(flows(years), "en").tables

    total = {
        column.title: cell.value for column, cell in zip(table.columns, table.rows[-1], strict=True)
    }

    energy = dossier(weather_years=years).energy
    assert len(table.rows) == 13
    assert float(str(total["load"])) == pytest.approx(energy.load_kwh / 1e6, abs=0.1)
    assert float(str(total["bought"])) == pytest.approx(energy.import_kwh / 1e6, abs=0.1)


@pytest.mark.parametrize("months", [(5, 6, 7), (11, 0, 1)])
def test_typical_week__is_one_of_the_first_year_of_weather(months: tuple[int, ...]) -> None:
    assert typical_week(flows(2), months) == typical_week(flows(), months)
