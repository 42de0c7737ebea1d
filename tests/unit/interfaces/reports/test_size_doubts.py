"""Sensitivity and regret on paper: the longest bar first, nothing where nothing can be said."""

from dataclasses import replace
from xml.etree import ElementTree as ET

from study_paper import dossier
from taihang.core.dispatch.cash_flow import CashFlow, CashYear
from taihang.core.dispatch.study import Sensitivity
from taihang.interfaces.reports.document import Tone
from taihang.interfaces.reports.size_doubts import case_words, doubts_section, regret_section
from taihang.services.study_doubts import Candidate, Case, Judged, Outcome, StudyDoubts

STUDY = dossier().answer.study


def judged(npv_cny: float) -> Judged:
    years = (CashYear(year=0, capex_cny=-1e6), CashYear(year=1, export_cny=npv_cny + 1e6))
    return Judged(cost_cny=5e6, flow=CashFlow(years=years, discount_ratio=0.0))


def outcome(what: str | None, factor: float, of: Judged | None, *, best: float | None) -> Outcome:
    doubt = None
    if what is not None:
        doubt = Sensitivity(what=what, of="all", low_ratio=0.8, high_ratio=1.2)
    case = Case(doubt=doubt, factor_ratio=factor, study=STUDY)
    return Outcome(case=case, judged=of, best=dossier().answer, best_cny=best)


def doubts() -> StudyDoubts:
    outcomes = (
        outcome(None, 1.0, judged(4e6), best=5e6),
        outcome("load", 0.8, judged(3e6), best=4.5e6),
        outcome("load", 1.2, None, best=6e6),
        outcome("capex", 0.8, judged(9e6), best=4e6),
        outcome("capex", 1.2, judged(1e6), best=None),
    )
    sizes = dict.fromkeys(STUDY.investments, 1000.0)
    this = Candidate(best_of=0, sizes=sizes, regrets_cny=(0.0, 5e5, None, 1e6, None), n_failed=1)
    other = replace(this, best_of=3, regrets_cny=(1e5, 6e5, 0.0, 0.0, None), n_failed=0)
    return StudyDoubts(outcomes=outcomes, candidates=(this, other))


def test_doubts_section__draws_the_longest_bar_first() -> None:
    drawing = doubts_section(doubts(), "en").drawing

    ET.fromstring(drawing)  # noqa: S314 - our own output
    assert drawing.index(">capex<") < drawing.index(">load<")


def test_doubts_section__says_where_limits_cannot_be_held() -> None:
    (table,) = doubts_section(doubts(), "en").tables

    failed = table.rows[2]
    assert failed[3].words == "limits cannot be held"
    assert failed[3].tone is Tone.BAD
    assert [cell.value for cell in (failed[4], failed[5], failed[6], failed[8])] == [None] * 4
    assert table.rows[4][8].value is None


def test_regret_section__names_the_safest_design() -> None:
    section = regret_section(doubts(), STUDY, "en")

    assert "best with capex ×0.8: 60.0" in section.sentences[-1]
    greatest = [row[-1].value for row in section.tables[0].rows]
    assert greatest[0] is None
    assert len(section.tables[1].columns) == 6


def test_regret_section__says_that_no_design_holds_everywhere() -> None:
    found = doubts()
    worse = replace(found, candidates=found.candidates[:1])

    assert "No design" in regret_section(worse, STUDY, "en").sentences[-1]


def test_case_words__name_the_one_that_is_doubted() -> None:
    one = Sensitivity(what="capex", of="wind", low_ratio=0.8, high_ratio=1.2)

    assert case_words(Case(doubt=one, factor_ratio=0.8, study=STUDY), "zh") == "造价 · 风电"
