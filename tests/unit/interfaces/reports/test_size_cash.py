"""The cash flow on paper: a return in words where there is no one number."""

from collections.abc import Sequence

import pytest

from taihang.core.dispatch.cash_flow import CashFlow, CashYear
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports.size_cash import cash_figures, cash_section, return_words
from taihang.services.study_money import StudyMoney


def flow(sums: Sequence[float]) -> CashFlow:
    years = tuple(CashYear(year=at, export_cny=cny) for at, cny in enumerate(sums))
    return CashFlow(years=years, discount_ratio=0.06)


def test_return_words__tell_one_rate() -> None:
    assert "10.00 %" in return_words(flow([-100.0, 110.0]), "en")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("sums", [[100.0, 10.0], [-100.0, 230.0, -132.0]])
def test_cash_figures__of_no_or_several_returns_are_words(lang: Lang, sums: list[float]) -> None:
    figures = cash_figures(flow(sums), lang)

    assert figures[1].cell.value is None
    assert figures[1].note
    assert "nan" not in return_words(flow(sums), lang).lower()


def test_return_words__name_every_rate_of_several() -> None:
    words = return_words(flow([-100.0, 230.0, -132.0]), "en")

    assert "10.00 %, 20.00 %" in words


@pytest.mark.parametrize("stuck", [0, 7])
def test_cash_section__says_why_there_is_no_flow(stuck: int) -> None:
    found = cash_section(StudyMoney(built=(), flow=None, stuck_year=stuck), "en")

    assert found.tables == ()
    assert ("7" in found.sentences[0]) == (stuck == 7)


def test_cash_section__names_the_years_whose_ratios_are_missed() -> None:
    years = (CashYear(year=0), CashYear(year=1), CashYear(year=2, holds_ratios=False))
    paid = StudyMoney(built=(), flow=CashFlow(years=years, discount_ratio=0.06), stuck_year=None)

    assert "In years 2 " in cash_section(paid, "en").sentences[-1]
