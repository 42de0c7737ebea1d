"""Sizes and ratios on paper: why not more, in words that follow the values."""

from dataclasses import replace

import pytest

from study_paper import EFFORT, dossier
from taihang import planning_wiring
from taihang.config.study_file import read_study
from taihang.core.dispatch.marginal import Binding
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports.size_sections import (
    limits_section,
    ratios_section,
    room_words,
    why,
)
from taihang.services.size_park import SizeFound, size_park

TERMS = replace(read_study("xingxian").terms, losses_in_load=True)


def found(size: float, *, least: float = 0.0, most: float = 9000.0) -> SizeFound:
    return SizeFound(
        id="wind",
        size=size,
        least=least,
        most=most,
        annuity_cny_per_unit=557.36,
        worth_cny_per_unit=600.0,
    )


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "one", [found(9000.0), found(0.0), found(5.0), found(5.0, least=5, most=5)]
)
def test_why__says_what_one_more_saves_and_costs(one: SizeFound, lang: Lang) -> None:
    words = why(one, dossier().answer.study, lang)

    assert "60.00" in words
    assert "55.74" in words
    assert ("9.0" in words) == (one.reason == "most")


def test_why__without_prices_says_that_there_is_none() -> None:
    one = replace(found(5.0), worth_cny_per_unit=None)

    assert "–" in why(one, dossier().answer.study, "en")


def test_limits_section__counts_hours_of_intervals_and_whole_years_of_ratios() -> None:
    section = limits_section(dossier().answer, dossier().energy, "en")

    assert section is not None
    hours = [row[1] for row in section.tables[0].rows]
    assert all(cell.words == "whole year" or 0 < float(cell.value or 0) <= 8760 for cell in hours)


def test_ratios_section__says_what_is_met() -> None:
    (table,) = ratios_section(dossier().answer, dossier().energy, "en").tables

    assert [row[3].words for row in table.rows] == ["✓ met"] * 3


def test_room_words__say_what_a_point_of_the_feed_back_saves() -> None:
    best = dossier("xingxian-1200").answer
    marginals = best.release.marginals
    assert marginals is not None
    (binding,) = (one for one in marginals.bindings if one.kind == "feed-back")
    terms = replace(best.study.terms, export_max_ratio=best.study.terms.export_max_ratio + 1e-3)
    study = replace(best.study, terms=terms)
    year, solve = planning_wiring.study_year(study), planning_wiring.solver()

    wider = size_park(study, year, asked=best.asked, solve=solve, effort=EFFORT)
    words = room_words(binding, dossier("xingxian-1200").energy, terms=TERMS, lang="en")

    saved = (best.total_cny - wider.total_cny) * 10.0 / 1e4
    said = float(words.split(": ")[1].split(" ")[0].replace(",", ""))
    assert said == pytest.approx(saved, rel=0.01)


@pytest.mark.parametrize(
    ("kind", "words"), [("import", "1 MW"), ("floor", "1 MWh"), ("end", "1 MWh")]
)
def test_room_words__say_power_or_energy(kind: str, words: str) -> None:
    one = Binding(
        kind=kind, asset="grid", intervals=3, worst_step=5, worst_cny=2.0, total_cny=123.4
    )

    told = room_words(one, dossier().energy, terms=TERMS, lang="en")

    assert told.startswith(f"{words}: 12.34 ")


def test_room_words__are_empty_where_a_limit_has_no_plain_unit() -> None:
    one = Binding(
        kind="warranty", asset="battery", intervals=1, worst_step=-1, worst_cny=2.0, total_cny=2.0
    )

    assert room_words(one, dossier().energy, terms=TERMS, lang="zh") == ""


def test_room_words__tell_of_one_year_where_several_are_behind_them() -> None:
    one = Binding(
        kind="import", asset="grid", intervals=1, worst_step=0, worst_cny=4.0, total_cny=40.0
    )
    terms = replace(TERMS, weather_years=4)

    told = [room_words(one, dossier().energy, terms=each, lang="en") for each in (TERMS, terms)]

    assert "4.00" in told[0]
    assert "1.00" in told[1]
