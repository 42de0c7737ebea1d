"""What a sizing study chose, why not more, what it costs and whether the ratios hold."""

from collections.abc import Mapping
from typing import Final

from taihang.core.dispatch.marginal import Binding
from taihang.core.dispatch.study import Study, StudyTerms
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.chart_frame import ChartWords, Series
from taihang.interfaces.reports.chart_svg import stacked_bars
from taihang.interfaces.reports.document import Cell, Column, Section, Table, Tone, prose
from taihang.interfaces.reports.ratio_svg import RatioBar, ratio_svg
from taihang.interfaces.reports.size_words import (
    BOUGHT,
    CNY_PER_TEN_THOUSAND,
    DEMAND,
    FED_BACK,
    amount,
    fills_of,
    money,
    name_of,
    percent,
    told,
    unit_of,
)
from taihang.services.size_park import SizeFound, StudyAnswer, StudyEnergy
from taihang.services.study_money import StudyMoney

_KW_PER_MW: Final = 1e3
_NEAR: Final = 1e-6
_LINES: Final = {"grid.import_cny": BOUGHT, "contract.contract_cny": DEMAND}
_OF_GENERATION: Final = frozenset({"self-use", "feed-back"})
_GREEN: Final = "green-share"
_UNITS: Final = {"import": "MW", "export": "MW", "floor": "MWh", "end": "MWh"}
_EXPORT: Final = "grid.export_cny"


def sizes_section(answer: StudyAnswer, units: tuple[str, ...], lang: Lang) -> Section:
    """Say what is chosen, and what one more unit would save beside what it costs."""
    study = answer.study
    columns = (
        _head("asset", lang, is_number=False),
        _head("size", lang, "MW / MWh"),
        _head("allowed", lang, "MW / MWh", is_number=False),
        _head("capex", lang, text("size_report.unit.money", lang)),
        _head("annuity", lang, text("size_report.unit.money_year", lang)),
        _head("one_saves", lang, text("size_report.unit.per_mw", lang)),
        _head("one_costs", lang, text("size_report.unit.per_mw", lang)),
    )
    rows = [_size_row(one, study, lang) for one in answer.sizes]
    plan = answer.release.plan
    if plan is not None:
        most = f"0 … {study.grid.contract_most_kw / _KW_PER_MW:,.1f}"
        rows.append(
            (
                prose(text("cli.size.contract", lang)),
                amount(plan.sizes["contract.contract_kw"] / _KW_PER_MW, 1),
                prose(most),
                *(prose("") for _ in range(4)),
            )
        )
    return Section(
        title=text("size_report.section.sizes", lang),
        sentences=(*(why(one, study, lang) for one in answer.sizes), *units),
        tables=(Table(title="", columns=columns, rows=tuple(rows)),),
    )


def why(one: SizeFound, study: Study, lang: Lang) -> str:
    """Say in words why there is not more of something."""
    is_whole = study.investments[one.id].unit is not None and one.reason == "balance"
    return text(
        f"size_report.why.{'whole' if is_whole else one.reason}",
        lang,
        asset=name_of(one.id, study, lang),
        unit=unit_of(one.id),
        saves=told(_each_mw(one.worth_cny_per_unit), 2),
        costs=told(_each_mw(one.annuity_cny_per_unit), 2),
        **({"most": f"{one.most / _KW_PER_MW:,.1f}"} if one.reason == "most" else {}),
    )


def limits_section(answer: StudyAnswer, energy: StudyEnergy, lang: Lang) -> Section | None:
    """Say which limits hold the plan back, in how many hours; None where nothing does."""
    marginals = answer.release.marginals
    if marginals is None or not marginals.bindings:
        return None
    years = answer.study.terms.weather_years
    step_h = answer.study.terms.step_s / 3600.0 / years
    columns = (
        _head("limit", lang, is_number=False),
        _head("hours", lang, "h"),
        _head("worst", lang, is_number=False),
        _head("room", lang, is_number=False),
    )
    horizon = answer.release.problem.horizon
    rows = tuple(
        (
            prose(text(f"cli.dispatch.limit.{one.kind}", lang)),
            # A limit over the whole year, such as a ratio, is one row of the model.
            prose(text("size_report.whole_year", lang))
            if one.worst_step < 0
            else amount(one.intervals * step_h, 0),
            prose("" if one.worst_step < 0 else horizon.clock(one.worst_step)),
            prose(room_words(one, energy, terms=answer.study.terms, lang=lang)),
        )
        for one in marginals.bindings
    )
    table = Table(title="", columns=columns, rows=rows, note=text("size_report.limits_note", lang))
    return Section(title=text("size_report.section.limits", lang), tables=(table,))


def room_words(one: Binding, energy: StudyEnergy, *, terms: StudyTerms, lang: Lang) -> str:
    """Say what a little more room would save in a year; nothing where that has no plain unit.

    A ratio is a row of the model in kWh: one percentage point of it is one of all that is generated
    or, for the green share, of all that is used.
    """
    if one.kind in _OF_GENERATION or one.kind == _GREEN:
        used_kwh = energy.load_kwh + (energy.loss_kwh if terms.losses_in_load else 0.0)
        base_kwh = used_kwh if one.kind == _GREEN else energy.available_kwh
        return text(
            "size_report.room.point",
            lang,
            saves=told(one.total_cny * base_kwh / 100.0 / CNY_PER_TEN_THOUSAND, 2),
        )
    unit = _UNITS.get(one.kind)
    if unit is None:
        return ""
    saves = told(_each_mw(one.total_cny / terms.weather_years), 2)
    return text("size_report.room.unit", lang, unit=unit, saves=saves)


def costs_section(
    answer: StudyAnswer, energy: StudyEnergy, paid: StudyMoney | None, lang: Lang
) -> Section:
    """Say what the year costs, beside the load alone."""
    rows = [
        (prose(_line(name, answer.study, lang)), money(cny), _share(cny, answer.total_cny))
        for name, cny in answer.cost_cny.items()
    ]
    rows.append((prose(text("report.total", lang)), money(answer.total_cny), percent(1.0)))
    columns = (
        _head("line", lang, is_number=False),
        _head("cost", lang, text("size_report.unit.money_year", lang)),
        _head("share", lang, "%"),
    )
    per_kwh = text(
        "size_report.per_kwh",
        lang,
        lcoe=told(answer.lcoe_cny_per_kwh, 4),
        cost=told(answer.cost_cny_per_kwh, 4),
    )
    made = text(
        "size_report.made",
        lang,
        made=f"{energy.available_kwh / 1e6:,.1f}",
        lost=f"{(energy.available_kwh - energy.used_kwh) / 1e6:,.1f}",
        export=f"{energy.export_kwh / 1e6:,.1f}",
        bought=f"{energy.import_kwh / 1e6:,.1f}",
    )
    return Section(
        title=text("size_report.section.costs", lang),
        sentences=(per_kwh, made),
        tables=(Table(title="", columns=columns, rows=tuple(rows), n_sums=1),),
        drawing=_cost_drawing(answer, paid, lang),
    )


def _cost_drawing(answer: StudyAnswer, paid: StudyMoney | None, lang: Lang) -> str:
    flow = None if paid is None else paid.flow
    alone_cny = 0.0 if flow is None else -flow.years[1].without_cny
    fills = fills_of(answer.study)
    series = list[Series]()
    for name, cny in answer.cost_cny.items():
        fill = fills.get(name) or (FED_BACK if name == _EXPORT else _LINES.get(name, DEMAND))
        values = (cny / CNY_PER_TEN_THOUSAND, 0.0)
        series.append(Series(name=_line(name, answer.study, lang), fill=fill, values=values))
    names = [text("size_report.this_design", lang)]
    if alone_cny:
        names.append(text("size_report.load_alone", lang))
        bill = Series(
            name=text("size_report.bill_alone", lang),
            fill="#c9ccd1",
            values=(0.0, alone_cny / CNY_PER_TEN_THOUSAND),
        )
        series.append(bill)
    else:
        series = [Series(name=s.name, fill=s.fill, values=s.values[:1]) for s in series]
    words = ChartWords(
        label=text("size_report.section.costs", lang),
        unit=text("size_report.unit.money_year", lang),
    )
    return stacked_bars(names, series, words=words)


def ratios_section(answer: StudyAnswer, energy: StudyEnergy, lang: Lang) -> Section:
    """Say what the three ratios are beside what is asked."""
    asked = answer.asked
    limits: Mapping[str, tuple[float, bool]] = {
        "self-use": (float(asked.self_use_min_ratio), True),
        "green-share": (float(asked.green_min_ratio), True),
        "feed-back": (float(asked.export_max_ratio), False),
    }
    found = energy.ratios(losses_in_load=answer.study.terms.losses_in_load)
    bars, rows = list[RatioBar](), list[tuple[Cell, ...]]()
    for kind, (limit, is_least) in limits.items():
        value = found[kind]
        is_met = None if value is None else _is_met(value, limit, is_least=is_least)
        name = text(f"cli.dispatch.limit.{kind}", lang)
        key = "least_ratio" if is_least else "most_ratio"
        asked_words = text(f"cli.size.{key}", lang, ratio=f"{limit:.0%}")
        state = "open" if is_met is None else "met" if is_met else "missed"
        tone = {"met": Tone.GOOD, "missed": Tone.BAD, "open": Tone.OPEN}[state]
        bars.append(
            RatioBar(
                name=name,
                percent=None if value is None else value * 100.0,
                threshold_percent=limit * 100.0,
                is_met=is_met,
                told=f"{told(None if value is None else value * 100.0, 1)} %",
            )
        )
        verdict = prose(text(f"size_report.ratio.{state}", lang), tone=tone)
        rows.append((prose(name), percent(value), prose(asked_words), verdict))
    columns = (
        _head("ratio", lang, is_number=False),
        _head("reached", lang, "%"),
        _head("asked", lang, is_number=False),
        _head("verdict", lang, is_number=False),
    )
    return Section(
        title=text("size_report.section.ratios", lang),
        tables=(Table(title="", columns=columns, rows=tuple(rows)),),
        drawing=ratio_svg(bars, label=text("size_report.section.ratios", lang)),
    )


def _is_met(value: float, limit: float, *, is_least: bool) -> bool:
    return value >= limit - _NEAR if is_least else value <= limit + _NEAR


def _size_row(one: SizeFound, study: Study, lang: Lang) -> tuple[Cell, ...]:
    capex_cny = one.size * study.investments[one.id].capex_cny_per_unit
    return (
        prose(name_of(one.id, study, lang)),
        amount(one.size / _KW_PER_MW, 1),
        prose(f"{one.least / _KW_PER_MW:,.1f} … {one.most / _KW_PER_MW:,.1f}"),
        money(capex_cny),
        money(one.cost_cny),
        amount(_each_mw(one.worth_cny_per_unit), 2),
        amount(_each_mw(one.annuity_cny_per_unit), 2),
    )


def _each_mw(cny_per_unit: float | None) -> float | None:
    """Turn CNY by kW or kWh into 10⁴ CNY by MW or MWh."""
    if cny_per_unit is None:
        return None
    return cny_per_unit * _KW_PER_MW / CNY_PER_TEN_THOUSAND


def _line(name: str, study: Study, lang: Lang) -> str:
    _, dot, line = name.partition(".")
    return text(f"cli.dispatch.line.{line}", lang) if dot else name_of(name, study, lang)


def _share(part: float, whole: float) -> Cell:
    return percent(part / whole if whole else None)


def _head(name: str, lang: Lang, unit: str = "", *, is_number: bool = True) -> Column:
    return Column(title=text(f"size_report.head.{name}", lang), unit=unit, is_number=is_number)
