"""The report of a sizing study: what is chosen and why, what it costs and earns, and the proof."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from taihang import __version__
from taihang.core.dispatch.study import TRANSFORMER, Investment, Study
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.document import (
    Column,
    Document,
    Figure,
    Section,
    Table,
    prose,
)
from taihang.interfaces.reports.size_cash import cash_figures, cash_section
from taihang.interfaces.reports.size_doubts import doubts_section, regret_section
from taihang.interfaces.reports.size_energy import (
    duration_section,
    flows_of,
    months_section,
    week_sections,
)
from taihang.interfaces.reports.size_front import front_section
from taihang.interfaces.reports.size_sections import (
    costs_section,
    limits_section,
    ratios_section,
    sizes_section,
)
from taihang.interfaces.reports.size_words import amount, money, name_of, percent
from taihang.services.size_front import Front
from taihang.services.size_park import StudyAnswer, StudyEnergy, transformer_taken
from taihang.services.study_doubts import StudyDoubts
from taihang.services.study_money import StudyMoney

KIND = "size-study"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SizeDossier:
    """All that the report of a study says."""

    name: str
    """Of the study, as its file is called."""
    answer: StudyAnswer
    energy: StudyEnergy
    money: StudyMoney | None
    doubts: StudyDoubts | None
    """None where none were asked for."""
    front: Front | None
    """None where none was asked for."""
    units: tuple[str, ...]
    """How many units are built and what that costs; empty where any size can be built."""


def size_study(dossier: SizeDossier, *, lang: Lang) -> Document:
    """Draw up the report of a study that has an answer.

    Args:
        dossier: What there is to say.
        lang: Language of the reader.

    Returns:
        The report; it has no statements and no log behind it, but the digest of the problem.
    """
    terms = dossier.answer.study.terms
    subtitle = text(
        "size_report.subtitle",
        lang,
        site=terms.site,
        year=terms.year,
        minutes=f"{terms.step_s / 60:g}",
        load=f"{terms.load_kwh / 1e6:,.0f}",
    )
    return Document(
        kind=KIND,
        lang=lang,
        park=terms.site,
        subject=dossier.name,
        period=str(terms.year),
        title=text("size_report.title", lang, name=dossier.name),
        subtitle=subtitle,
        figures=tuple(_figures(dossier, lang)),
        sections=tuple(_sections(dossier, lang)),
        references=(),
        log_origin="",
        log_size=0,
        log_root="",
        code_version=__version__,
    )


def _figures(dossier: SizeDossier, lang: Lang) -> Iterator[Figure]:
    answer = dossier.answer
    capex_cny = sum(
        one.size * answer.study.investments[one.id].capex_cny_per_unit for one in answer.sizes
    )
    flow = None if dossier.money is None else dossier.money.flow
    alone = None if flow is None else flow.without_cny_per_kwh
    ratios = dossier.energy.ratios(losses_in_load=answer.study.terms.losses_in_load)
    against = "" if alone is None else text("size_report.note.alone", lang, cost=f"{alone:.4f}")
    yearly = text("size_report.unit.money_year", lang)
    per_kwh = text("size_report.unit.per_kwh", lang)
    invested = text("size_report.unit.money", lang)
    named = (
        ("total", money(answer.total_cny), yearly, text("size_report.note.total", lang)),
        ("cost", amount(answer.cost_cny_per_kwh, 4), per_kwh, against),
        ("lcoe", amount(answer.lcoe_cny_per_kwh, 4), per_kwh, text("size_report.note.lcoe", lang)),
        ("capex", money(capex_cny), invested, text("size_report.note.capex", lang)),
    )
    for name, cell, unit, note in named:
        label = text(f"size_report.figure.{name}", lang)
        yield Figure(label=label, cell=cell, unit=unit, note=note)
    if flow is not None:
        yield from cash_figures(flow, lang)
    green = text("size_report.note.green", lang, ratio=f"{answer.asked.green_min_ratio:.0%}")
    label = text("size_report.figure.green", lang)
    yield Figure(label=label, cell=percent(ratios["green-share"]), unit="%", note=green)


def _sections(dossier: SizeDossier, lang: Lang) -> Iterator[Section]:
    answer = dossier.answer
    yield Section(
        title=text("size_report.section.read_first", lang),
        sentences=tuple(_read_first(answer.study, lang)),
    )
    yield sizes_section(answer, dossier.units, lang)
    limits = limits_section(answer, dossier.energy, lang)
    if limits is not None:
        yield limits
    yield costs_section(answer, dossier.energy, dossier.money, lang)
    yield ratios_section(answer, dossier.energy, lang)
    plan = answer.release.plan
    if plan is not None:
        flows = flows_of(answer, plan)
        yield months_section(flows, lang)
        yield from week_sections(flows, lang)
        yield duration_section(flows, lang)
    if dossier.money is not None:
        yield cash_section(dossier.money, lang)
    if dossier.doubts is not None:
        yield doubts_section(dossier.doubts, lang)
        yield regret_section(dossier.doubts, answer.study, lang)
    if dossier.front is not None:
        yield front_section(dossier.front, lang)
    yield _assumptions(answer.study, lang)
    yield _proof(answer, lang)


def _read_first(study: Study, lang: Lang) -> Iterator[str]:
    years = study.terms.weather_years
    yield text("size_report.read_first.made", lang)
    if years > 1:
        yield text("size_report.read_first.years", lang, years=years)
    for key in ("assumed", "money", "not_advice"):
        yield text(f"size_report.read_first.{key}", lang)


def _proof(answer: StudyAnswer, lang: Lang) -> Section:
    verdict, gap = answer.release.verdict, answer.release.gap
    rows = [
        ("digest", answer.release.problem.digest()),
        ("status", answer.release.exact.solution.status.value),
        ("gap", NOTHING if gap is None else f"{gap:.1e}"),
        ("method", text(f"size_report.method.{_method(answer)}", lang)),
        ("horizon", f"{answer.release.problem.horizon.n_steps:,}"),
    ]
    if verdict is not None:
        accepted = "accepted" if verdict.accepted else "refused"
        rows += [
            ("referee", text(f"size_report.referee.{accepted}", lang)),
            ("agrees_kwh", f"{verdict.agrees_kwh:.1e} kWh"),
            ("agrees_cny", f"{verdict.agrees_cny:.1e} CNY"),
        ]
    columns = (
        Column(title=text("size_report.head.what", lang), is_number=False),
        Column(title=text("size_report.head.says", lang), is_number=False),
    )
    table = Table(
        title="",
        columns=columns,
        rows=tuple(
            (prose(text(f"size_report.proof.{name}", lang)), prose(said)) for name, said in rows
        ),
    )
    return Section(
        title=text("size_report.section.proof", lang),
        sentences=(text("size_report.proof_note", lang),),
        tables=(table,),
    )


def _method(answer: StudyAnswer) -> str:
    return "bundle" if answer.is_by_parts else "full"


def _assumptions(study: Study, lang: Lang) -> Section:
    columns = (
        Column(title=text("size_report.head.asset", lang), is_number=False),
        Column(
            title=text("size_report.head.price", lang),
            unit=text("size_report.unit.each_kw", lang),
        ),
        Column(title=text("size_report.head.upkeep", lang), unit="%/a"),
        Column(
            title=text("size_report.head.life", lang), unit=text("size_report.unit.years", lang)
        ),
        Column(title=text("size_report.head.fade", lang), unit="%/a"),
        Column(title=text("size_report.head.full_load", lang), unit="h/a"),
        Column(title=text("size_report.head.unit", lang), is_number=False),
    )
    hours = {one.id: one.full_load_h for one in study.plants}
    rows = tuple(
        (
            prose(name_of(name, study, lang)),
            amount(one.capex_cny_per_unit, 0),
            percent(one.upkeep_ratio, 2),
            amount(one.life_years, 1),
            percent(one.fade_ratio, 2),
            amount(hours.get(name), 0),
            prose(_unit(one, lang)),
        )
        for name, one in study.investments.items()
    )
    built = Table(title=text("size_report.assumed.built", lang), columns=columns, rows=rows)
    return Section(
        title=text("size_report.section.assumed", lang),
        sentences=(_transformer(study, lang),),
        tables=(built, _terms(study, lang), _tariff(study, lang)),
    )


def _transformer(study: Study, lang: Lang) -> str:
    """Say whether a transformer is sized: where it is not, the connection is free."""
    one = study.investments.get(TRANSFORMER)
    factor = {} if one is None else {"factor": f"{one.per_unit:g}"}
    return text(f"size_report.transformer.{transformer_taken(study)}", lang, **factor)


def _unit(one: Investment, lang: Lang) -> str:
    if one.unit is None:
        return text("size_report.any_size", lang)
    return text("size_report.whole_units", lang, size=f"{one.unit:,g}")


def _terms(study: Study, lang: Lang) -> Table:
    terms, store, grid, finance = study.terms, study.store, study.grid, study.finance
    rows = (
        ("discount", percent(terms.discount_ratio, 2), "%"),
        ("project_years", amount(terms.project_years, 0), text("size_report.unit.years", lang)),
        ("load", amount(terms.load_kwh / 1e6, 1), "GWh/a"),
        ("import_growth", percent(finance.import_growth_ratio, 2), "%/a"),
        ("export_growth", percent(finance.export_growth_ratio, 2), "%/a"),
        ("upkeep_growth", percent(finance.upkeep_growth_ratio, 2), "%/a"),
        ("charge", percent(store.charge_efficiency_ratio), "%"),
        ("discharge", percent(store.discharge_efficiency_ratio), "%"),
        ("soc_min", percent(store.soc_min_ratio), "%"),
        ("soc_max", percent(store.soc_max_ratio), "%"),
        ("health", percent(store.health_ratio), "%"),
        ("cycle", amount(store.cycle_cost_cny_per_kwh, 4), text("size_report.unit.per_kwh", lang)),
        ("import_limit", amount(grid.import_limit_kw / 1e3, 1), "MW"),
        ("export_limit", amount(grid.export_limit_kw / 1e3, 1), "MW"),
        (
            "export_price",
            amount(grid.export_price_cny_per_kwh, 4),
            text("size_report.unit.per_kwh", lang),
        ),
        (
            "contract_price",
            amount(grid.contract_price_cny_per_kw, 2),
            text("size_report.unit.per_kw_month", lang),
        ),
    )
    columns = (
        Column(title=text("size_report.head.what", lang), is_number=False),
        Column(title=text("size_report.head.value", lang)),
        Column(title=text("size_report.head.unit_of", lang), is_number=False),
    )
    return Table(
        title=text("size_report.assumed.terms", lang),
        columns=columns,
        rows=tuple(
            (prose(text(f"size_report.term.{name}", lang)), cell, prose(unit))
            for name, cell, unit in rows
        ),
    )


def _tariff(study: Study, lang: Lang) -> Table:
    """Hours of one price after another stand in one row."""
    prices = [float(each) for each in study.grid.import_price_cny_per_kwh]
    edges = [0, *(at for at in range(1, len(prices)) if prices[at] != prices[at - 1]), len(prices)]
    columns = (
        Column(title=text("size_report.head.clock", lang), is_number=False),
        Column(
            title=text("size_report.head.import_price", lang),
            unit=text("size_report.unit.per_kwh", lang),
        ),
    )
    rows = tuple(
        (prose(f"{first:02d}:00–{last:02d}:00"), amount(prices[first], 4))
        for first, last in pairwise(edges)
    )
    return Table(title=text("size_report.assumed.tariff", lang), columns=columns, rows=rows)
