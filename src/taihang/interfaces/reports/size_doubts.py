"""Sensitivity and regret of a sizing study on paper."""

from typing import Final

from taihang.core.dispatch.study import ALL, Study
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.chart_frame import ChartWords, plain
from taihang.interfaces.reports.chart_svg import SpanBar, spans
from taihang.interfaces.reports.document import Cell, Column, Section, Table, Tone, prose
from taihang.interfaces.reports.size_words import (
    CNY_PER_TEN_THOUSAND,
    amount,
    money,
    name_of,
    percent,
    ten_thousands,
    unit_of,
)
from taihang.services.study_doubts import Candidate, Case, Outcome, StudyDoubts

_KW_PER_MW: Final = 1e3


def doubts_section(doubts: StudyDoubts, lang: Lang) -> Section:
    """Say what the design is worth at both ends of every doubted assumption."""
    title = text("size_report.section.doubts", lang)
    unit, yearly = text("size_report.unit.money", lang), text("size_report.unit.money_year", lang)
    columns = (
        _head("case", lang, is_number=False),
        _head("assumption", lang, is_number=False),
        _head("factor", lang),
        _head("npv", lang, unit),
        _head("change", lang, unit),
        _head("irr", lang, "%"),
        _head("design_cost", lang, yearly),
        _head("best_cost", lang, yearly),
        _head("regret", lang, yearly),
    )
    base_cny = _npv_cny(doubts.outcomes[0])
    rows = tuple(
        _row(number, one, base_cny, lang=lang) for number, one in enumerate(doubts.outcomes)
    )
    bars = _bars(doubts, base_cny, lang)
    words = ChartWords(label=title, unit=text("size_report.doubt.drawing", lang))
    return Section(
        title=title,
        sentences=(text("size_report.doubt.note", lang),),
        tables=(Table(title="", columns=columns, rows=rows),),
        drawing=spans(bars, words=words) if bars else "",
    )


def regret_section(doubts: StudyDoubts, study: Study, lang: Lang) -> Section:
    """Say what each design that is the best of some case would regret in every other."""
    yearly = text("size_report.unit.money_year", lang)
    names = [*study.investments]
    sizes = (
        _head("design", lang, is_number=False),
        *(Column(title=name_of(name, study, lang), unit=unit_of(name)) for name in names),
        _head("greatest", lang, yearly),
    )
    safest = doubts.safest
    rows = tuple(
        (
            prose(_design(one, doubts, lang)),
            *(amount(one.sizes[name] / _KW_PER_MW, 1) for name in names),
            money(one.greatest_cny),
        )
        for one in doubts.candidates
    )
    cases = (
        _head("design", lang, is_number=False),
        *(Column(title=str(number)) for number in range(len(doubts.outcomes))),
    )
    matrix = tuple(
        (prose(_design(one, doubts, lang)), *(money(each) for each in one.regrets_cny))
        for one in doubts.candidates
    )
    said = text("size_report.regret.none", lang)
    if safest is not None:
        said = text(
            "size_report.regret.safest",
            lang,
            design=_design(safest, doubts, lang),
            regret=ten_thousands(safest.greatest_cny),
        )
    return Section(
        title=text("size_report.section.regret", lang),
        sentences=(text("size_report.regret.note", lang), said),
        tables=(
            Table(title="", columns=sizes, rows=rows),
            Table(title="", columns=cases, rows=matrix),
        ),
    )


def case_words(case: Case, lang: Lang) -> str:
    """Return which assumption a case changes."""
    if case.doubt is None:
        return text("size_report.doubt.none", lang)
    words = text(f"size_report.doubt.{case.doubt.what}", lang)
    if case.doubt.of == ALL:
        return words
    return f"{words} · {name_of(case.doubt.of, case.study, lang)}"


def _row(number: int, one: Outcome, base_cny: float | None, *, lang: Lang) -> tuple[Cell, ...]:
    head = (prose(str(number)), prose(case_words(one.case, lang)))
    factor = amount(one.case.factor_ratio, 2)
    if one.judged is None:
        key = "unheld" if one.best_cny is not None else "nobody"
        unheld = prose(text(f"size_report.doubt.{key}", lang), tone=Tone.BAD)
        nothing = money(None)
        return (*head, factor, unheld, nothing, nothing, nothing, money(one.best_cny), nothing)
    npv_cny = one.judged.flow.npv_cny
    return (
        *head,
        factor,
        money(npv_cny),
        money(None if base_cny is None else npv_cny - base_cny),
        percent(one.judged.flow.internal_return.rate_ratio),
        money(one.judged.cost_cny),
        money(one.best_cny),
        money(one.regret_cny),
    )


def _bars(doubts: StudyDoubts, base_cny: float | None, lang: Lang) -> list[SpanBar]:
    """One bar for each assumption that is known at an end, the longest first."""
    ends: dict[str, dict[bool, tuple[float, str]]] = {}
    for one in doubts.outcomes[1:]:
        npv_cny = _npv_cny(one)
        if npv_cny is None or base_cny is None:
            continue
        change = (npv_cny - base_cny) / CNY_PER_TEN_THOUSAND
        told_end = f"×{one.case.factor_ratio:g}  {plain(change, 0)}"
        ends.setdefault(case_words(one.case, lang), {})[one.case.factor_ratio < 1.0] = (
            change,
            told_end,
        )
    bars = [
        SpanBar(
            name=name,
            low=of.get(True, (0.0, ""))[0],
            low_told=of.get(True, (0.0, ""))[1],
            high=of.get(False, (0.0, ""))[0],
            high_told=of.get(False, (0.0, ""))[1],
        )
        for name, of in ends.items()
    ]
    return sorted(bars, key=lambda bar: -max(abs(bar.low), abs(bar.high)))


def _npv_cny(one: Outcome) -> float | None:
    return None if one.judged is None else one.judged.flow.npv_cny


def _design(one: Candidate, doubts: StudyDoubts, lang: Lang) -> str:
    if one.best_of == 0:
        return text("size_report.regret.this", lang)
    case = doubts.outcomes[one.best_of].case
    words = f"{case_words(case, lang)} ×{case.factor_ratio:g}"
    return text("size_report.regret.best_of", lang, case=words)


def _head(name: str, lang: Lang, unit: str = "", *, is_number: bool = True) -> Column:
    return Column(title=text(f"size_report.head.{name}", lang), unit=unit, is_number=is_number)
