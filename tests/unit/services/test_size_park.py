"""Sizing Xing County: the design's figures, a mix at least cost, and a load that is too large."""

from dataclasses import replace
from functools import cache
from typing import cast

import pytest

from taihang import planning_wiring
from taihang.config.study_file import read_study
from taihang.core.dispatch.recheck.judge import ParkVerdict, recheck
from taihang.core.dispatch.sizing.case import Why
from taihang.core.dispatch.study import TRANSFORMER, Investment, Study
from taihang.services.plan_park import Effort
from taihang.services.size_park import (
    SizeFound,
    StudyAnswer,
    answer_document,
    load_least_wh,
    size_park,
)
from taihang.services.study_money import load_alone
from taihang.services.study_units import whole_units

STEP_S = 6 * 3600
"""Coarse, so that a year is solved in a second; facts of the year do not depend on it."""
GWH = 10**9


def coarse(name: str) -> Study:
    study = read_study(name)
    return replace(study, terms=replace(study.terms, step_s=STEP_S))


def solved(study: Study) -> StudyAnswer:
    return size_park(
        study,
        planning_wiring.study_year(study),
        asked=planning_wiring.study_thresholds(study),
        solve=planning_wiring.solver(),
        effort=Effort(time_limit_s=100.0, gap=1e-6),
    )


@cache
def answer(name: str) -> StudyAnswer:
    return solved(coarse(name))


def test_size_park__of_xing_county_makes_975_gwh_and_holds_for_2_600() -> None:
    found = answer("xingxian")

    assert found.fit.generation_wh == 975 * GWH
    assert found.fit.load_most_at_limit_wh == 2_600 * GWH
    assert load_least_wh(found.fit) == 780 * GWH
    assert {one.reason for one in found.sizes} == {"given"}
    assert found.energy is not None
    ratios = found.energy.ratios(losses_in_load=True)
    assert cast("float", ratios["green-share"]) >= 0.30
    assert cast("float", ratios["self-use"]) >= 0.60
    assert cast("float", ratios["feed-back"]) <= 0.20 + 1e-9


def test_size_park__fails_the_smelter_at_14_4_percent_and_says_by_how_much() -> None:
    found = answer("xingxian-smelter")

    assert found.release.plan is None
    assert found.energy is None
    assert round(float(found.fit.green_at_best_ratio or 0), 3) == 0.144
    (breach,) = found.release.breaches
    assert breach.kind == "green-share"
    assert breach.total_kwh == pytest.approx(1_050e6)
    assert answer_document(found)["total_cny"] is None


def test_size_park__is_released_with_verdict_and_closes_its_sums() -> None:
    found = answer("xingxian-1200")

    verdict = cast("ParkVerdict", found.release.verdict)
    plan = found.release.plan
    assert verdict.accepted
    assert plan is not None
    # Nothing stands before, so that the bill of the plan is all of the year.
    assert found.total_cny == pytest.approx(plan.total_cny, abs=0.01)
    assert found.energy is not None
    taken_kwh = found.energy.self_kwh + found.energy.import_kwh
    assert taken_kwh == pytest.approx(found.energy.load_kwh + found.energy.loss_kwh, rel=1e-9)


def test_size_park__stops_where_one_more_saves_what_it_costs() -> None:
    for one in answer("xingxian-1200").sizes:
        worth = cast("float", one.worth_cny_per_unit)
        slack = 1e-6 * one.annuity_cny_per_unit
        if one.reason == "balance":
            assert worth == pytest.approx(one.annuity_cny_per_unit, rel=1e-6)
        elif one.reason == "most":
            assert worth >= one.annuity_cny_per_unit - slack
        else:
            assert worth <= one.annuity_cny_per_unit + slack


def test_size_park__values_a_size_at_its_limit_above_what_it_costs() -> None:
    # A roof is as good as the ground beside it, whose size is free and so worth what it costs.
    sizes = {one.id: one for one in answer("xingxian-1200").sizes}

    assert (sizes["pv"].reason, sizes["roof-pv"].reason) == ("balance", "most")
    worth = cast("float", sizes["roof-pv"].worth_cny_per_unit)
    assert worth == pytest.approx(sizes["pv"].annuity_cny_per_unit, rel=0.02)
    assert worth > 1.05 * sizes["roof-pv"].annuity_cny_per_unit


@pytest.mark.parametrize("name", ["pv", "battery-energy"])
def test_size_park__values_the_next_unit_as_the_cost_falls(name: str) -> None:
    study = coarse("xingxian-1200")
    best = next(one.size for one in answer("xingxian-1200").sizes if one.id == name)
    half = replace(study.investments[name], most=0.5 * best)
    more = replace(half, least=0.0, most=0.5 * best + 1.0)

    capped, wider = (
        solved(replace(study, investments={**study.investments, name: each}))
        for each in (half, more)
    )

    size = next(one for one in capped.sizes if one.id == name)
    assert size.reason == "most"
    net_cny = cast("float", size.worth_cny_per_unit) - size.annuity_cny_per_unit
    assert net_cny > 0.0
    assert capped.total_cny - wider.total_cny == pytest.approx(net_cny, rel=1e-3)


@pytest.mark.parametrize("name", ["pv", "wind"])
def test_size_park__costs_more_with_any_other_size(name: str) -> None:
    best = answer("xingxian-1200")
    size = next(one.size for one in best.sizes if one.id == name)
    study = coarse("xingxian-1200")
    moved = replace(study.investments[name], least=size * 1.1, most=size * 1.1)

    other = solved(replace(study, investments={**study.investments, name: moved}))

    assert other.release.plan is not None
    assert other.total_cny > best.total_cny


def test_answer_document__leaves_series_to_the_plan() -> None:
    document = answer_document(answer("xingxian-1200"))

    assert "plan" not in document
    assert document["status"] == "optimal"
    assert set(cast("dict[str, object]", document["sizes"])) == {
        "pv", "roof-pv", "wind", "battery-power", "battery-energy",
    }  # fmt: skip


def test_size_park__of_two_years_of_weather_costs_their_mean_and_keeps_the_ratios_of_both() -> None:
    study = coarse("xingxian-1200")
    years = replace(study, terms=replace(study.terms, weather_years=2))

    found = solved(years)

    assert found.energy is not None
    assert len(planning_wiring.study_year(years).load_ratio) == 2 * 365 * 4
    assert found.energy.load_kwh == pytest.approx(1.2e9)
    ratios = found.energy.ratios(losses_in_load=True)
    assert cast("float", ratios["feed-back"]) <= 0.20 + 1e-9
    assert found.total_cny == pytest.approx(answer("xingxian-1200").total_cny, rel=0.05)
    assert [one.worth_cny_per_unit for one in found.sizes if one.reason == "balance"] == [
        pytest.approx(one.annuity_cny_per_unit, rel=1e-4)
        for one in found.sizes
        if one.reason == "balance"
    ]
    bill = cast("ParkVerdict", found.release.verdict).total_cny
    assert bill == pytest.approx(2 * found.total_cny, rel=1e-9)


def test_size_park__finds_the_same_with_and_without_the_decomposition() -> None:
    pytest.importorskip("numba")
    for name in ("xingxian", "xingxian-1200", "changzhi"):
        study = coarse(name)
        by_both = [
            size_park(
                study,
                planning_wiring.study_year(study),
                asked=planning_wiring.study_thresholds(study),
                solve=planning_wiring.solver(),
                effort=Effort(time_limit_s=100.0, gap=1e-6),
                tools=tools,
            )
            for tools in (Why.ASKED, planning_wiring.sizing_tools())
        ]
        whole, parts = by_both

        assert (whole.way.why_not, parts.way.why_not) == (Why.ASKED, None)
        assert parts.total_cny == pytest.approx(whole.total_cny, rel=1e-7)
        assert cast("float", parts.release.gap) <= 1e-7
        assert cast("ParkVerdict", parts.release.verdict).accepted
        for one, other in zip(parts.sizes, whole.sizes, strict=True):
            assert one.size == pytest.approx(other.size, rel=1e-2, abs=10.0)


# -- a transformer --------------------------------------------------------------------------------

FACTOR = 0.95
UNIT_KVA = 50_000.0


def changzhi(capex_cny: float, *, least: float = 0.0, most: float = 500_000.0) -> Study:
    study = coarse("changzhi")
    one = Investment(
        id=TRANSFORMER,
        least=least,
        most=most,
        capex_cny_per_unit=capex_cny,
        upkeep_ratio=0.01,
        life_years=25.0,
        fade_ratio=0.0,
        unit=UNIT_KVA,
        power_factor_ratio=FACTOR,
    )
    return replace(study, investments={**study.investments, TRANSFORMER: one})


@cache
def transformed(capex_cny: float) -> StudyAnswer:
    return solved(changzhi(capex_cny))


def transformer(found: StudyAnswer) -> SizeFound:
    return next(one for one in found.sizes if one.id == TRANSFORMER)


def test_size_park__sizes_a_transformer_until_a_kva_saves_what_it_costs() -> None:
    found = transformed(260.0)
    one, plan = transformer(found), found.release.plan

    assert one.reason == "balance"
    assert one.worth_cny_per_unit == pytest.approx(one.annuity_cny_per_unit, rel=1e-6)
    assert plan is not None
    carried_kw = max(plan.series[f"grid.{way}_kw"].max() for way in ("import", "export"))
    assert carried_kw == pytest.approx(one.size * FACTOR, rel=1e-9)
    assert found.cost_cny[TRANSFORMER] == pytest.approx(one.size * one.annuity_cny_per_unit)
    assert cast("ParkVerdict", found.release.verdict).accepted


def test_size_park__never_takes_a_smaller_transformer_that_is_cheaper() -> None:
    sizes = [transformer(transformed(capex)).size for capex in (0.0, 260.0, 1000.0)]
    totals = [transformed(capex).total_cny for capex in (0.0, 260.0, 1000.0)]

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[1] > sizes[2]
    assert totals == sorted(totals)


def test_size_park__costs_what_the_study_without_a_transformer_does_where_one_is_free() -> None:
    assert transformed(0.0).total_cny == pytest.approx(answer("changzhi").total_cny, rel=1e-8)


def test_whole_units__of_a_transformer_are_the_cheapest_of_all_that_were_tried() -> None:
    study = changzhi(260.0)

    whole = whole_units(study, transformed(260.0), size_up=solved, gap=1e-5, looks_most=50)

    assert whole is not None
    assert whole.answer is not None
    tried = {n: solved(changzhi(260.0, least=n * UNIT_KVA, most=n * UNIT_KVA)) for n in range(4, 7)}
    totals = {n: one.total_cny for n, one in tried.items() if one.energy is not None}
    assert whole.counts[TRANSFORMER] == min(totals, key=lambda n: totals[n])
    assert whole.answer.total_cny == pytest.approx(min(totals.values()), rel=1e-5)


def test_recheck__refuses_a_plan_that_a_smaller_transformer_does_not_carry() -> None:
    found = transformed(260.0)
    plan = found.release.plan
    assert plan is not None
    document = dict(plan.document())
    sizes = cast("dict[str, float]", document["sizes"])
    document["sizes"] = {**sizes, "grid.connection_kw": 0.9 * sizes["grid.connection_kw"]}

    assert recheck(found.release.problem.echo(), plan.document()).accepted
    verdict = recheck(found.release.problem.echo(), document)

    assert not verdict.accepted
    assert {"import", "export"} & {one.rule for one in verdict.broken}


def test_answer_document__says_whether_a_transformer_is_sized() -> None:
    assert answer_document(transformed(260.0))["assumptions"] == {"transformer": "sized"}
    assert answer_document(answer("changzhi"))["assumptions"] == {"transformer": "not-sized"}


def test_load_alone__pays_for_no_transformer_and_is_not_held_back_by_one() -> None:
    alone = load_alone(changzhi(260.0), transformed(260.0))

    assert TRANSFORMER not in alone.investments
    assert set(alone.investments) == set(coarse("changzhi").investments)


def test_size_park__finds_the_same_transformer_with_and_without_the_decomposition() -> None:
    pytest.importorskip("numba")
    study, whole = changzhi(260.0), transformed(260.0)

    parts = size_park(
        study,
        planning_wiring.study_year(study),
        asked=planning_wiring.study_thresholds(study),
        solve=planning_wiring.solver(),
        effort=Effort(time_limit_s=100.0, gap=1e-6),
        tools=planning_wiring.sizing_tools(),
    )

    assert parts.way.why_not is None
    assert parts.total_cny == pytest.approx(whole.total_cny, rel=1e-7)
    one = transformer(parts)
    assert one.size == pytest.approx(transformer(whole).size, rel=1e-2)
    assert one.worth_cny_per_unit == pytest.approx(one.annuity_cny_per_unit, rel=1e-4)
    assert cast("ParkVerdict", parts.release.verdict).accepted
