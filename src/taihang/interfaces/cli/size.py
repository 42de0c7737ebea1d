"""``taihang size``: size sources by load, and say what it costs, what holds and why not more."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import planning_wiring
from taihang.config.study_file import read_study
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.sizing.case import Why
from taihang.core.dispatch.sizing.sized import Tools
from taihang.core.dispatch.study import Study
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.dispatch import breach_words, gap_told
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.size_front import check_front_words, say_front
from taihang.interfaces.cli.size_report import (
    report_form,
    units_words,
    with_whole_units,
    write_report,
)
from taihang.interfaces.cli.tables import plain_table
from taihang.services.plan_park import Effort
from taihang.services.size_park import (
    SizeFound,
    StudyAnswer,
    StudyEnergy,
    answer_document,
    load_least_wh,
    size_park,
    transformer_taken,
)
from taihang.services.study_units import units_document

_GAP: Final = 1e-6
_WH_PER_GWH: Final = WH_PER_MWH * 1000
_CNY_PER_TEN_THOUSAND: Final = 1e4
_BINDINGS_MOST: Final = 6


def size(args: argparse.Namespace) -> int:
    """Answer a sizing study."""
    report_form(args)  # A wrong name is refused before a year is solved.
    check_front_words(args)
    study = read_study(str(args.study))
    is_front_alone = args.front is not None and args.report is None
    return say_front(args, study) if is_front_alone else _say_answer(args, study)


def _say_answer(args: argparse.Namespace, study: Study) -> int:
    source, lang = str(args.study), cast("Lang", args.lang)
    effort = Effort(time_limit_s=float(args.seconds), gap=_GAP)
    with waiting(source):
        tools = Why.ASKED if args.method == "full-lp" else planning_wiring.sizing_tools()
        answer = _answered(study, effort, tools)
        other = _answered(study, effort, Why.ASKED) if args.method == "both" else None
        method = _method_words(answer, other, lang)
        whole = with_whole_units(answer, effort=effort)
        units = () if whole is None else units_words(whole, lang)
        is_found = answer.energy is not None and (whole is None or whole.answer is not None)
        if whole is not None and whole.answer is not None:
            answer = whole.answer
        report = write_report(answer, args, effort=effort, units=units) if is_found else None
    document = {**answer_document(answer), **units_document(whole), **_other_document(other)}
    if args.out is not None:
        words = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
        Path(str(args.out)).write_text(words + "\n", encoding="utf-8")
    if args.json:
        say(args, document, "")
    else:
        _tell(answer, Path(source).stem, lang)
        _tell_more((*units, *method), (args.out, report), lang)
    return 0 if is_found else REFUSED


def _other_document(other: StudyAnswer | None) -> dict[str, Json]:
    """Return what the whole linear model finds, where both were asked for."""
    if other is None:
        return {}
    return {"full_lp_total_cny": other.total_cny if other.energy is not None else None}


def _tell_more(sentences: Sequence[str], paths: Sequence[object], lang: Lang) -> None:
    console = Console(highlight=False)
    for words in sentences:
        console.print(Text(words))
    for path in paths:
        if path is not None:
            print(text("cli.dispatch.written", lang, path=path))


def _answered(study: Study, effort: Effort, tools: Tools | Why) -> StudyAnswer:
    return size_park(
        study,
        planning_wiring.study_year(study),
        asked=planning_wiring.study_thresholds(study),
        solve=planning_wiring.solver(),
        effort=effort,
        tools=tools,
    )


# -- words for people ----------------------------------------------------------------------------


def _tell(answer: StudyAnswer, name: str, lang: Lang) -> None:
    console, terms = Console(highlight=False), answer.study.terms
    title = text(
        "cli.size.title",
        lang,
        name=name,
        year=terms.year,
        minutes=f"{terms.step_s / 60:g}",
        load=f"{terms.load_kwh / 1e6:,.0f}",
    )
    console.print(Text(title, style="bold"))
    console.print(Text(text("cli.size.made", lang), style="dim"))
    taken = transformer_taken(answer.study)
    console.print(Text(text(f"cli.size.transformer.{taken}", lang), style="dim"))
    if answer.energy is None:
        _tell_why_not(console, answer, lang)
    else:
        _sizes(console, answer, lang)
        _costs(console, answer, answer.energy, lang)
        _ratios(console, answer, answer.energy, lang)
        _reasons(console, answer, lang)
    console.print()
    console.print(Text(_fit(answer, lang)))
    if answer.energy is not None:
        _verdict(console, answer, lang)


def _method_words(answer: StudyAnswer, other: StudyAnswer | None, lang: Lang) -> list[str]:
    """Say how the sizes were found and, where it is asked, what the other way finds."""
    way, words = answer.way, list[str]()
    if answer.is_by_parts:
        key = "bundle" if way.why_not is None else "open"
        words.append(text(f"cli.size.method.{key}", lang, looks=way.looks))
    elif way.why_not in _WHY:
        why = text(f"cli.size.why.{way.why_not}", lang)
        words.append(text("cli.size.method.full", lang, why=why))
    elif way.why_not is not None:
        why = text("cli.size.why.other", lang, why=way.why_not.value)
        words.append(text("cli.size.method.full", lang, why=why))
    if other is not None and other.energy is not None and answer.energy is not None:
        apart = abs(answer.total_cny - other.total_cny) / max(abs(other.total_cny), 1.0)
        cost = _money(other.total_cny)
        words.append(text("cli.size.method.both", lang, cost=cost, ratio=f"{apart:.1e}"))
    return words


_WHY: Final = frozenset((Why.ASKED, Why.NO_COMPILER, Why.BROKEN))


def _table(console: Console, title: str, *columns: str) -> Table:
    console.print()
    console.print(Text(title, style="bold"))
    table = plain_table(None)
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _sizes(console: Console, answer: StudyAnswer, lang: Lang) -> None:
    headings = (text(f"cli.size.{key}", lang) for key in ("size", "range", "annuity"))
    table = _table(console, text("cli.size.sizes", lang), *headings)
    for one in answer.sizes:
        allowed = f"{one.least / 1e3:,.1f} … {one.most / 1e3:,.1f}"
        table.add_row(one.id, f"{one.size / 1e3:,.1f}", allowed, _money(one.cost_cny))
    plan = answer.release.plan
    if plan is not None:
        contract_kw = plan.sizes["contract.contract_kw"]
        most = f"0.0 … {answer.study.grid.contract_most_kw / 1e3:,.1f}"
        table.add_row(text("cli.size.contract", lang), f"{contract_kw / 1e3:,.1f}", most, "")
    console.print(table)


def _costs(console: Console, answer: StudyAnswer, energy: StudyEnergy, lang: Lang) -> None:
    table = _table(console, text("cli.size.costs", lang), "")
    for name, cny in answer.cost_cny.items():
        _, dot, line = name.partition(".")
        words = text(f"cli.dispatch.line.{line}", lang) if dot else name
        table.add_row(words, _money(cny))
    table.add_section()
    table.add_row(text("cli.size.total", lang), _money(answer.total_cny))
    console.print(table)
    lcoe, cost = _price(answer.lcoe_cny_per_kwh), _price(answer.cost_cny_per_kwh)
    console.print(Text(text("cli.size.lcoe", lang, lcoe=lcoe, cost=cost)))
    words = text(
        "cli.size.energy",
        lang,
        made=f"{energy.available_kwh / 1e6:,.1f}",
        lost=f"{(energy.available_kwh - energy.used_kwh) / 1e6:,.1f}",
        export=f"{energy.export_kwh / 1e6:,.1f}",
        bought=f"{energy.import_kwh / 1e6:,.1f}",
    )
    console.print(Text(words))


def _ratios(console: Console, answer: StudyAnswer, energy: StudyEnergy, lang: Lang) -> None:
    headings = (text(f"cli.size.{key}", lang) for key in ("reached", "asked"))
    table = _table(console, text("cli.size.ratios", lang), *headings)
    asked = answer.asked
    limits = {
        "self-use": ("least_ratio", asked.self_use_min_ratio),
        "green-share": ("least_ratio", asked.green_min_ratio),
        "feed-back": ("most_ratio", asked.export_max_ratio),
    }
    found = energy.ratios(losses_in_load=answer.study.terms.losses_in_load)
    for kind, (key, limit) in limits.items():
        value = found[kind]
        reached = "–" if value is None else f"{value:.1%}"
        words = text(f"cli.size.{key}", lang, ratio=f"{limit:.0%}")
        table.add_row(text(f"cli.dispatch.limit.{kind}", lang), reached, words)
    console.print(table)


def _reasons(console: Console, answer: StudyAnswer, lang: Lang) -> None:
    console.print()
    console.print(Text(text("cli.size.reasons", lang), style="bold"))
    for one in answer.sizes:
        if one.worth_cny_per_unit is not None:
            console.print(Text(f"  {_reason(one, one.worth_cny_per_unit, lang)}"))
    marginals = answer.release.marginals
    if marginals is None or not marginals.bindings:
        return
    console.print(Text(text("cli.size.binding", lang), style="bold"))
    for binding in marginals.bindings[:_BINDINGS_MOST]:
        console.print(Text(f"  {text(f'cli.dispatch.limit.{binding.kind}', lang)}"))


def _reason(one: SizeFound, worth_cny: float, lang: Lang) -> str:
    return text(
        f"cli.size.reason.{one.reason}",
        lang,
        asset=one.id,
        worth=f"{worth_cny * 1e3:,.0f}",
        cost=f"{one.annuity_cny_per_unit * 1e3:,.0f}",
    )


def _fit(answer: StudyAnswer, lang: Lang) -> str:
    fit = answer.fit
    return text(
        "cli.size.fits",
        lang,
        made=_gwh(fit.generation_wh),
        export=f"{answer.asked.export_max_ratio:.0%}",
        least=_gwh(load_least_wh(fit)),
        most=_gwh(fit.load_most_at_limit_wh),
        best=_gwh(fit.load_most_wh),
    )


def _tell_why_not(console: Console, answer: StudyAnswer, lang: Lang) -> None:
    release, fit = answer.release, answer.fit
    console.print()
    if release.verdict is not None:
        console.print(Text(text("cli.size.refused", lang), style="red"))
        return
    if not release.breaches:
        status = release.exact.solution.status.value
        console.print(Text(text("cli.size.no_answer", lang, status=status), style="red"))
        return
    console.print(Text(text("cli.size.infeasible", lang), style="red"))
    for breach in release.breaches:
        console.print(Text(f"  {breach_words(release, breach, lang)}"))
    best = fit.green_at_best_ratio
    if fit.short_wh:
        words = text(
            "cli.size.short",
            lang,
            load=_gwh(fit.load_wh),
            ratio=NOTHING if best is None else f"{float(best):.1%}",
            asked=f"{answer.asked.green_min_ratio:.0%}",
        )
        repair = text("cli.size.repair", lang, gwh=_gwh(fit.short_wh), most=_gwh(fit.load_most_wh))
        console.print(Text(f"  {words}"))
        console.print(Text(f"  {repair}"))


def _verdict(console: Console, answer: StudyAnswer, lang: Lang) -> None:
    verdict = answer.release.verdict
    if verdict is not None:
        words = text(
            "cli.size.accepted",
            lang,
            kwh=f"{verdict.agrees_kwh:.1e}",
            cny=f"{verdict.agrees_cny:.1e}",
            gap=gap_told(answer.release.gap),
        )
        console.print(Text(words, style="green"))


def _gwh(energy_wh: int) -> str:
    return f"{energy_wh / _WH_PER_GWH:,.0f}"


def _money(cny: float) -> str:
    return f"{cny / _CNY_PER_TEN_THOUSAND + 0.0:,.1f}"


def _price(price_cny_per_kwh: float | None) -> str:
    """Nothing generated, or nothing used, has no price."""
    return NOTHING if price_cny_per_kwh is None else f"{price_cny_per_kwh:.4f}"
