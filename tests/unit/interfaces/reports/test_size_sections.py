"""Sizes and ratios on paper: why not more, in words that follow the values."""

from dataclasses import replace

import pytest

from study_paper import dossier
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports.size_sections import limits_section, ratios_section, why
from taihang.services.size_park import SizeFound


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
    section = limits_section(dossier().answer, "en")

    assert section is not None
    hours = [row[1] for row in section.tables[0].rows]
    assert all(cell.words == "whole year" or 0 < float(cell.value or 0) <= 8760 for cell in hours)


def test_ratios_section__says_what_is_met() -> None:
    (table,) = ratios_section(dossier().answer, dossier().energy, "en").tables

    assert [row[3].words for row in table.rows] == ["✓ met"] * 3
