from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.adapters.facts import load_facts
from taihang.core.facts import FactOutOfForceError
from taihang.core.ratio.flow import FLOWS, FlowTotals
from taihang.standards.ndrc_650 import (
    EnergyIdentityError,
    ExportLimitError,
    ProjectEnergy,
    Ratios650,
    Verdict,
    energy_of,
    ratios,
)

BOOK = load_facts()
MWH = 1_000_000
LIMIT = Decimal("0.20")


def energy(
    available: int, *, exported: int, curtailed: int, load: int, other: int = 0
) -> ProjectEnergy:
    """A project that imports what it lacks. [MWh]"""
    return ProjectEnergy(
        available_wh=available * MWH,
        exported_wh=exported * MWH,
        curtailed_wh=curtailed * MWH,
        imported_wh=(load + other - (available - exported - curtailed)) * MWH,
        load_wh=load * MWH,
        other_wh=other * MWH,
    )


def judge(given: ProjectEnergy, on: date = date(2026, 12, 31)) -> Ratios650:
    return ratios(given, export_limit_ratio=LIMIT, book=BOOK, on=on)


# Origin: numeric vector 5 of the domain handbook.
VECTOR_5 = energy(100, curtailed=5, exported=15, load=200)


def test_ratios__gives_vector_5() -> None:
    result = judge(VECTOR_5)

    assert [Fraction(80, 100), Fraction(40, 100), Fraction(15, 100)] == [
        requirement.ratio for requirement in result.requirements
    ]
    assert Verdict.MET is result.verdict
    assert [requirement.shortfall_wh for requirement in result.requirements] == [0, 0, 0]


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_percent__is_on_the_side_of_the_ratio(used: int, generated: int) -> None:
    used = min(used, generated)
    given_energy = ProjectEnergy(
        available_wh=generated,
        exported_wh=generated - used,
        curtailed_wh=0,
        imported_wh=0,
        load_wh=used,
        other_wh=0,
    )

    self_use, _, export = judge(given_energy).requirements

    assert self_use.percent is not None
    assert export.percent is not None
    assert (self_use.percent >= 60) == (self_use.verdict is Verdict.MET)
    assert (export.percent <= 20) == (export.verdict is Verdict.MET)


@given(st.lists(st.integers(0, 10**9), min_size=6, max_size=6), st.booleans())
def test_energy_of__keeps_every_watt_hour(
    flows: list[int],
    in_load: bool,  # noqa: FBT001 - hypothesis gives it by name
) -> None:
    net, own_use, load, charge, discharge, losses = flows
    net_import = load + charge + losses - net - discharge
    wh = {
        **dict.fromkeys(FLOWS, 0),
        "generated": net + own_use,
        "generation": net,
        "load": load,
        "charge": charge,
        "discharge": discharge,
        "losses": losses,
        "import": max(net_import, 0) + discharge,
        "export": 0,
    }
    wh["losses"] = wh["import"] + net + discharge - load - charge
    totals = FlowTotals(wh=wh, n_closed=1, n_open=0, n_unsettled=0)

    found = energy_of(totals, storage_losses_in_load=in_load)

    stored = charge - discharge
    counted = stored if in_load and stored >= 0 else 0
    assert found.load_wh == load + own_use + counted
    assert found.self_used_wh + found.imported_wh == found.load_wh + found.other_wh


def test_ratios__names_the_facts_behind_the_thresholds() -> None:
    result = judge(VECTOR_5)

    assert [requirement.basis for requirement in result.requirements] == [
        "ndrc-2025-650/direct-connection.self-use-min/CN/2025-05-21=0.60",
        "ndrc-2025-650/direct-connection.green-min/CN/2025-05-21=0.30",
        "given: export_limit_ratio=0.20",
    ]


def test_requirement__sentences_of_vector_5() -> None:
    result = judge(VECTOR_5)

    assert [requirement.sentence_zh for requirement in result.requirements] == [
        "自发自用比例 R_self 80.0 %，达到 ≥ 60 % 的要求",
        "绿电占比 R_green 40.0 %，达到 ≥ 30 % 的要求",
        "上网比例 R_exp 15.0 %，符合 ≤ 20 % 的要求",
    ]
    assert [requirement.sentence_en for requirement in result.requirements] == [
        "Self-use ratio R_self is 80.0 % and meets the ≥ 60 % required",
        "Green-power share R_green is 40.0 % and meets the ≥ 30 % required",
        "Export ratio R_exp is 15.0 % and meets the ≤ 20 % required",
    ]


def test_requirement__sentences_of_a_project_that_misses_all() -> None:
    result = judge(energy(100, exported=25, curtailed=25, load=980))

    assert [requirement.sentence_zh for requirement in result.requirements] == [
        "自发自用比例 R_self 50.0 %，低于 60 % 的要求，差 10.000 MWh",
        "绿电占比 R_green 5.1 %，低于 30 % 的要求，差 244.000 MWh",
        "上网比例 R_exp 25.0 %，高于 20 % 的上限，超出 5.000 MWh",
    ]
    assert [requirement.sentence_en for requirement in result.requirements] == [
        "Self-use ratio R_self is 50.0 %, below the 60 % required, short of 10.000 MWh",
        "Green-power share R_green is 5.1 %, below the 30 % required, short of 244.000 MWh",
        "Export ratio R_exp is 25.0 %, above the limit of 20 %, over by 5.000 MWh",
    ]


# Origin: acceptance facts S08 and S15 of the domain handbook.
@pytest.mark.parametrize(
    ("generation", "load", "self_used", "verdict", "printed"),
    [
        (73_000, 850_000, 73_000, Verdict.MISSED, "8.6"),  # one wind farm for 850 GWh
        (975_000, 2_600_000, 780_000, Verdict.MET, "30.0"),  # the largest load at 80 % self-use
        (975_000, 6_750_000, 975_000, Verdict.MISSED, "14.4"),  # a whole smelter
    ],
)
def test_ratios__green_share_of_the_founding_projects(
    generation: int, load: int, self_used: int, verdict: Verdict, printed: str
) -> None:
    project = energy(generation, exported=generation - self_used, curtailed=0, load=load)

    green = judge(project).green

    assert verdict is green.verdict
    assert f"R_green {printed} %" in green.sentence_zh


@pytest.mark.parametrize(
    ("on", "verdict"), [(date(2029, 12, 31), Verdict.MET), (date(2030, 1, 1), Verdict.MISSED)]
)
def test_ratios__ask_for_more_green_power_from_2030(on: date, verdict: Verdict) -> None:
    project = energy(100, exported=10, curtailed=0, load=290)

    assert verdict is judge(project, on).green.verdict


def test_ratios__do_not_exist_before_the_text() -> None:
    with pytest.raises(FactOutOfForceError):
        judge(VECTOR_5, date(2025, 5, 20))


def test_ratios__are_undefined_where_nothing_was_generated_or_used() -> None:
    result = judge(energy(0, exported=0, curtailed=0, load=0))

    assert [requirement.verdict for requirement in result.requirements] == [Verdict.UNDEFINED] * 3
    assert [requirement.shortfall_wh for requirement in result.requirements] == [None] * 3
    assert result.self_use.sentence_zh == "自发自用比例 R_self 无法计算：分母为 0"
    assert result.self_use.sentence_en == "Self-use ratio R_self is undefined: the denominator is 0"
    assert Verdict.UNDEFINED is result.verdict


def test_ratios__a_missed_requirement_outweighs_an_undefined_one() -> None:
    result = judge(energy(0, exported=0, curtailed=0, load=10))

    assert Verdict.UNDEFINED is result.self_use.verdict
    assert Verdict.MISSED is result.verdict


def test_requirement__one_watt_hour_short_is_missed_and_never_printed_as_met() -> None:
    project = ProjectEnergy(
        available_wh=100 * MWH,
        exported_wh=0,
        curtailed_wh=40 * MWH + 1,
        imported_wh=0,
        load_wh=60 * MWH - 1,
        other_wh=0,
    )

    self_use = judge(project).self_use

    assert (self_use.verdict, self_use.shortfall_wh) == (Verdict.MISSED, 1)
    assert self_use.sentence_zh == "自发自用比例 R_self 59.9 %，低于 60 % 的要求，差 0.001 MWh"


def test_requirement__one_watt_hour_over_the_limit_is_printed_above_it() -> None:
    project = ProjectEnergy(
        available_wh=100 * MWH,
        exported_wh=20 * MWH + 1,
        curtailed_wh=0,
        imported_wh=0,
        load_wh=80 * MWH - 1,
        other_wh=0,
    )

    export = judge(project).export

    assert (export.verdict, export.shortfall_wh) == (Verdict.MISSED, 1)
    assert export.sentence_zh == "上网比例 R_exp 20.1 %，高于 20 % 的上限，超出 0.001 MWh"


@pytest.mark.parametrize("limit", ["-0.01", "1.01", "20", "NaN"])
def test_ratios__refuse_a_limit_that_is_no_share(limit: str) -> None:
    with pytest.raises(ExportLimitError):
        ratios(VECTOR_5, export_limit_ratio=Decimal(limit), book=BOOK, on=date(2026, 1, 1))


energies_wh = st.integers(0, 10**15)


@given(energies_wh, energies_wh, energies_wh, energies_wh, energies_wh)
def test_ratios__the_four_identities_hold_to_the_watt_hour(
    self_used_wh: int, exported_wh: int, curtailed_wh: int, imported_wh: int, other_wh: int
) -> None:
    available_wh = self_used_wh + exported_wh + curtailed_wh
    other_wh = min(other_wh, self_used_wh + imported_wh)
    project = ProjectEnergy(
        available_wh=available_wh,
        exported_wh=exported_wh,
        curtailed_wh=curtailed_wh,
        imported_wh=imported_wh,
        load_wh=self_used_wh + imported_wh - other_wh,
        other_wh=other_wh,
    )

    result = judge(project)

    assert available_wh == project.self_used_wh + exported_wh + curtailed_wh
    assert project.self_used_wh + imported_wh == project.load_wh + other_wh
    if result.self_use.ratio is not None and result.export.ratio is not None:
        curtailed = Fraction(curtailed_wh, available_wh)
        assert result.self_use.ratio + result.export.ratio + curtailed == 1
    if result.green.ratio is not None:
        assert result.green.ratio == 1 - Fraction(imported_wh - other_wh, project.load_wh)


@given(energies_wh, energies_wh, energies_wh)
def test_requirement__the_shortfall_is_the_least_that_is_missing(
    self_used_wh: int, exported_wh: int, imported_wh: int
) -> None:
    project = ProjectEnergy(
        available_wh=self_used_wh + exported_wh,
        exported_wh=exported_wh,
        curtailed_wh=0,
        imported_wh=imported_wh,
        load_wh=self_used_wh + imported_wh,
        other_wh=0,
    )

    for requirement in judge(project).requirements:
        if not requirement.shortfall_wh:
            continue
        step = 1 if requirement.is_minimum else -1
        met_wh = requirement.numerator_wh + step * requirement.shortfall_wh
        bound_wh = Fraction(requirement.threshold_ratio) * requirement.denominator_wh
        assert step * met_wh >= step * bound_wh
        assert step * (met_wh - step) < step * bound_wh


@given(energies_wh, energies_wh, energies_wh, st.integers(-(10**6), 10**6).filter(bool))
def test_project_energy__refuses_energies_that_do_not_close(
    self_used_wh: int, exported_wh: int, imported_wh: int, error_wh: int
) -> None:
    with pytest.raises(EnergyIdentityError):
        ProjectEnergy(
            available_wh=self_used_wh + exported_wh,
            exported_wh=exported_wh,
            curtailed_wh=0,
            imported_wh=imported_wh,
            load_wh=self_used_wh + imported_wh + error_wh,
            other_wh=0,
        )


def test_project_energy__refuses_to_export_more_than_was_available() -> None:
    with pytest.raises(EnergyIdentityError, match="at most E_av"):
        ProjectEnergy(
            available_wh=10, exported_wh=8, curtailed_wh=3, imported_wh=1, load_wh=0, other_wh=0
        )


@pytest.mark.parametrize(
    "name", ["available_wh", "exported_wh", "curtailed_wh", "imported_wh", "load_wh"]
)
def test_project_energy__refuses_negative_energies_by_name(name: str) -> None:
    flows = dict.fromkeys(
        ("available_wh", "exported_wh", "curtailed_wh", "imported_wh", "load_wh", "other_wh"), 0
    )

    with pytest.raises(EnergyIdentityError, match=f"{name} = -1"):
        ProjectEnergy(**{**flows, name: -1})
