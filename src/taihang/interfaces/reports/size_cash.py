"""The cash flow of a sizing study on paper."""

from typing import Final

from taihang.core.dispatch.cash_flow import CashFlow, CashYear, ReturnState, accumulated
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.chart_frame import ChartWords, Series
from taihang.interfaces.reports.chart_svg import stacked_bars
from taihang.interfaces.reports.document import Cell, Column, Figure, Section, Table, prose
from taihang.interfaces.reports.size_words import (
    CNY_PER_TEN_THOUSAND,
    LOAD,
    amount,
    money,
    percent,
    told,
)
from taihang.services.study_money import StudyMoney

_LINES: Final = (
    ("capex_cny", "#1d4f91"),
    ("replacement_cny", "#5b97e6"),
    ("upkeep_cny", "#c0762b"),
    ("import_cny", "#2c9a78"),
    ("demand_cny", "#9bd3bf"),
    ("export_cny", "#e3b21c"),
    ("residual_cny", "#a9adb3"),
)


def cash_section(paid: StudyMoney, lang: Lang) -> Section:
    """Say what every year of the project takes and leaves."""
    title = text("size_report.section.cash", lang)
    flow = paid.flow
    if flow is None:
        stuck = (
            text("size_report.stuck.year", lang, year=paid.stuck_year)
            if paid.stuck_year
            else text("size_report.stuck.alone", lang)
        )
        return Section(title=title, sentences=(stuck,))
    sentences = [text("size_report.cash_note", lang), return_words(flow, lang)]
    if paid.missed_years:
        years = ", ".join(map(str, paid.missed_years))
        sentences.append(text("size_report.missed", lang, years=years))
    return Section(
        title=title,
        sentences=tuple(sentences),
        tables=(_table(flow, lang),),
        drawing=_drawing(flow, lang),
    )


def cash_figures(flow: CashFlow, lang: Lang) -> tuple[Figure, ...]:
    """Return the figures of the money for the head of the report."""
    unit, years = text("size_report.unit.money", lang), text("size_report.unit.years", lang)
    rate = flow.internal_return.rate_ratio
    at = text("size_report.note.npv", lang, rate=f"{flow.discount_ratio * 100:g}")
    discounted = text(
        "size_report.note.payback", lang, years=told(flow.discounted_payback_years, 1)
    )
    returned = text(f"size_report.note.irr_{flow.internal_return.state.value}", lang)
    return (
        _figure("npv", money(flow.npv_cny), unit, lang=lang, note=at),
        _figure("irr", percent(rate), "%", lang=lang, note=returned),
        _figure("payback", amount(flow.payback_years, 1), years, lang=lang, note=discounted),
    )


def return_words(flow: CashFlow, lang: Lang) -> str:
    """Say what the internal return is, or that there is none, or several."""
    found = flow.internal_return
    sure = text(f"size_report.irr.{'sure' if found.is_sure else 'looked'}", lang)
    if found.state is ReturnState.ONE:
        rate = f"{found.rates_ratio[0] * 100:.2f}"
        return text("size_report.irr.one", lang, rate=rate, sure=sure)
    rates = ", ".join(f"{rate * 100:.2f} %" for rate in found.rates_ratio)
    return text(f"size_report.irr.{found.state.value}", lang, rates=rates)


def _table(flow: CashFlow, lang: Lang) -> Table:
    unit = text("size_report.unit.money", lang)
    heads = ("capex", "replacement", "upkeep", "purchases", "demand", "fed_back", "residual")
    columns = (
        Column(title=text("size_report.head.year", lang), is_number=False),
        *(Column(title=text(f"size_report.cash.{head}", lang), unit=unit) for head in heads),
        Column(title=text("size_report.cash.net", lang), unit=unit),
        Column(title=text("size_report.cash.added", lang), unit=unit),
        Column(title=text("size_report.cash.discounted", lang), unit=unit),
    )
    keeps = 1.0 / (1.0 + flow.discount_ratio)
    added = accumulated(flow.net_cny)
    discounted = accumulated([cny * keeps**t for t, cny in enumerate(flow.net_cny)])
    rows = [
        (prose(str(one.year)), *map(money, _sums(one)), money(one.net_cny), *ends)
        for one, ends in zip(
            flow.years, zip(map(money, added), map(money, discounted), strict=True), strict=True
        )
    ]
    whole = [sum(column) for column in zip(*map(_sums, flow.years), strict=True)]
    total: tuple[Cell, ...] = (
        prose(text("report.total", lang)),
        *map(money, whole),
        money(sum(flow.net_cny)),
        money(added[-1]),
        money(discounted[-1]),
    )
    note = text("size_report.cash_signs", lang)
    return Table(title="", columns=columns, rows=(*rows, total), n_sums=1, note=note)


def _sums(one: CashYear) -> list[float]:
    """Wear stands with the upkeep."""
    return [
        one.capex_cny,
        one.replacement_cny,
        one.upkeep_cny + one.wear_cny,
        one.import_cny,
        one.demand_cny,
        one.export_cny,
        one.residual_cny,
    ]


def _drawing(flow: CashFlow, lang: Lang) -> str:
    heads = ("capex", "replacement", "upkeep", "purchases", "demand", "fed_back", "residual")
    columns = list(zip(*map(_sums, flow.years), strict=True))
    series = [
        Series(
            name=text(f"size_report.cash.{head}", lang),
            fill=fill,
            values=tuple(cny / CNY_PER_TEN_THOUSAND for cny in column),
        )
        for head, (_, fill), column in zip(heads, _LINES, columns, strict=True)
    ]
    line = Series(
        name=text("size_report.cash.added", lang),
        fill=LOAD,
        values=tuple(cny / CNY_PER_TEN_THOUSAND for cny in accumulated(flow.net_cny)),
    )
    words = ChartWords(
        label=text("size_report.section.cash", lang), unit=text("size_report.unit.money", lang)
    )
    return stacked_bars([str(one.year) for one in flow.years], series, words=words, line=line)


def _figure(name: str, cell: Cell, unit: str, *, lang: Lang, note: str) -> Figure:
    return Figure(label=text(f"size_report.figure.{name}", lang), cell=cell, unit=unit, note=note)
