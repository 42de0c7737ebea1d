"""A sizing study: annuities by the sums of year by year, and files read strictly."""

import tomllib
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.config.study_file import STUDY_NAMES, read_study, study_text
from taihang.core.dispatch.assets.grid import Grid
from taihang.core.dispatch.fields import Capacity, ParkProblemError
from taihang.core.dispatch.study import Investment, Study, StudyYear, problem_of_study, study_of

TERMS = read_study("xingxian").terms


def investment(*, life_years: float, upkeep_ratio: float = 0.0) -> Investment:
    return Investment(
        id="x",
        least=0.0,
        most=1.0,
        capex_cny_per_unit=1000.0,
        upkeep_ratio=upkeep_ratio,
        life_years=life_years,
        fade_ratio=0.0,
        unit=None,
    )


def test_annuity__of_a_life_as_long_as_the_project_is_the_textbook_one() -> None:
    rate, years = 0.06, 20
    expected = 1000.0 * rate / (1.0 - (1.0 + rate) ** -years)

    found = investment(life_years=20.0).annuity_cny_per_unit(TERMS)

    assert found == pytest.approx(expected, rel=1e-12)


@given(life=st.integers(1, 40), rate=st.floats(0.0, 0.2), upkeep=st.floats(0.0, 0.1))
def test_annuity__is_the_cash_flow_year_by_year(life: int, rate: float, upkeep: float) -> None:
    terms = replace(TERMS, discount_ratio=rate)
    flow = np.zeros(21)
    flow[0:20:life] -= 1000.0
    flow[20] += 1000.0 * ((-20) % life) / life
    flow[1:] -= 1000.0 * upkeep
    annuity = investment(life_years=life, upkeep_ratio=upkeep).annuity_cny_per_unit(terms)
    flow[1:] += annuity

    worth = sum(cny / (1.0 + rate) ** year for year, cny in enumerate(flow))

    assert worth == pytest.approx(0.0, abs=1e-7)


@pytest.mark.parametrize(
    ("table", "key", "value", "expected"),
    [
        ("study", "discount_ratio", "6 %", "percentage"),
        ("study", "load_shape", "odd", "flat"),
        ("store", "charge_efficiency_ratio", 1.2, "charge_efficiency_ratio"),
        ("grid", "import_price_cny_per_kwh", [0.5] * 23, "24"),
        ("grid", "colour", 1, "unknown keys"),
        ("finance", "import_growth_ratio", 2.0, "import_growth_ratio"),
    ],
)
def test_study_of__refuses_what_is_odd(table: str, key: str, value: object, expected: str) -> None:
    document = tomllib.loads(study_text("xingxian"))
    document[table][key] = value

    with pytest.raises(ParkProblemError, match=expected):
        study_of(document)


def test_study_of__needs_an_investment_of_everything_and_no_other() -> None:
    document = tomllib.loads(study_text("xingxian"))
    del document["invest"][0]

    with pytest.raises(ParkProblemError, match="pv"):
        study_of(document)


def test_study_of__refuses_a_range_that_is_upside_down() -> None:
    document = tomllib.loads(study_text("xingxian"))
    document["invest"][0]["most"] = 1.0

    with pytest.raises(ParkProblemError, match="most 1 of pv"):
        study_of(document)


@pytest.mark.parametrize(
    ("table", "key", "value", "expected"),
    [
        ("invest", "fade_ratio", 0.05, "fade_ratio 0.05 of pv over 25 years"),
        ("invest", "unit", 0.0, "unit"),
        ("invest", "unit", 150_000.0, "whole number of units between 200000 and 200000"),
        ("sensitivity", "of", "sun", "'sun' to capex"),
        ("sensitivity", "what", "weather", "discount"),
        ("sensitivity", "low_ratio", 1.2, "low_ratio"),
        ("sensitivity", "high_ratio", "120 %", "percentage"),
    ],
)
def test_study_of__refuses_odd_rows(table: str, key: str, value: object, expected: str) -> None:
    document = tomllib.loads(study_text("xingxian"))
    document[table][0][key] = value

    with pytest.raises(ParkProblemError, match=expected):
        study_of(document)


def test_study_of__takes_no_doubts_and_doubts_of_one_plant() -> None:
    document = tomllib.loads(study_text("xingxian"))
    document["sensitivity"] = []
    assert study_of(document).sensitivities == ()
    doubt = {"what": "full-load-h", "of": "wind", "low_ratio": 0.9, "high_ratio": 1.0}
    document["sensitivity"] = [doubt]

    (found,) = study_of(document).sensitivities

    assert (found.of, found.low_ratio) == ("wind", 0.9)


@pytest.mark.parametrize("name", STUDY_NAMES)
def test_problem_of_study__has_the_load_and_the_hours_of_the_study(name: str) -> None:
    study = read_study(name)
    n = 8760
    year = StudyYear(
        start_s=0,
        time_zone="Asia/Shanghai",
        hours=[at % 24 for at in range(n)],
        load_ratio=np.ones(n),
        available_ratio={one.id: np.full(n, one.full_load_h / n) for one in study.plants},
    )

    problem = problem_of_study(study, year, self_use_ratio=0.6, green_ratio=0.3)

    load = cast("Any", next(one for one in problem.assets if one.TYPE == "load"))
    assert load.load_kw.sum() == pytest.approx(study.terms.load_kwh)
    assert sum(one.TYPE == "green_ratio" for one in problem.assets) == 3


def with_transformer(**changes: object) -> dict[str, Any]:
    document = tomllib.loads(study_text("xingxian"))
    row: dict[str, object] = {
        "id": "transformer",
        "least": 100_000,
        "most": 500_000,
        "capex_cny_per_unit": 200,
        "upkeep_ratio": 0.01,
        "life_years": 25,
        "fade_ratio": 0.0,
        "unit": "none",
        "power_factor_ratio": 0.8,
    }
    document["invest"].append({**row, **changes})
    return document


@pytest.mark.parametrize(
    ("factor", "expected"),
    [("none", "power_factor_ratio"), (0.2, "0.5 … 1"), (1.1, "0.5 … 1"), ("95 %", "percentage")],
)
def test_study_of__needs_the_power_factor_of_a_transformer(factor: object, expected: str) -> None:
    with pytest.raises(ParkProblemError, match=expected):
        study_of(with_transformer(power_factor_ratio=factor))


def test_study_of__refuses_the_power_factor_of_anything_else() -> None:
    document = tomllib.loads(study_text("xingxian"))
    document["invest"][0]["power_factor_ratio"] = 0.9

    with pytest.raises(ParkProblemError, match="only for transformer"):
        study_of(document)


def test_study_of__refuses_a_plant_that_is_called_transformer() -> None:
    document = with_transformer()
    document["plant"].append({"id": "transformer", "kind": "pv", "full_load_h": 1000.0})

    with pytest.raises(ParkProblemError, match="transformer"):
        study_of(document)


def connection_of(study: Study) -> Capacity:
    n = 4
    year = StudyYear(
        start_s=0,
        time_zone="Asia/Shanghai",
        hours=[0] * n,
        load_ratio=np.ones(n),
        available_ratio={one.id: np.zeros(n) for one in study.plants},
    )

    problem = problem_of_study(study, year, self_use_ratio=0.6, green_ratio=0.3)

    grid = next(one for one in problem.assets if isinstance(one, Grid))
    assert grid.import_limit_kw[0] == study.grid.import_limit_kw
    return grid.connection_kw


def test_problem_of_study__connects_by_the_kw_that_a_transformer_carries() -> None:
    study = study_of(with_transformer())
    connection = connection_of(study)

    assert (connection.existing, connection.add_max) == (80_000.0, 320_000.0)
    each = study.annuities_cny()["transformer"]
    assert connection.cost_cny_per_unit == pytest.approx(each / 0.8, rel=1e-12)


def test_problem_of_study__connects_as_it_stands_without_a_transformer() -> None:
    study = read_study("xingxian")
    connection = connection_of(study)

    limits = study.grid.import_limit_kw, study.grid.export_limit_kw
    assert (connection.existing, connection.add_max) == (max(limits), 0.0)
