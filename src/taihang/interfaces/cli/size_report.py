"""``taihang size --report``: the answer of a study as a file to hand on."""

import argparse
from pathlib import Path
from typing import Final, cast

from taihang import planning_wiring
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.study import Study, StudyYear
from taihang.core.ratio.outlook import Thresholds
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.dispatch import gap_told
from taihang.interfaces.cli.report import set_document
from taihang.interfaces.cli.words import WordsError
from taihang.interfaces.reports.size_study import SizeDossier, size_study
from taihang.interfaces.reports.size_words import name_of, ten_thousands, unit_of
from taihang.services.plan_park import Effort
from taihang.services.size_front import Front, size_front
from taihang.services.size_park import StudyAnswer, size_park
from taihang.services.study_doubts import SizeUp, study_doubts
from taihang.services.study_money import Operate, operate_study, study_money
from taihang.services.study_units import WholeUnits, units_of, whole_units

FORMS: Final = ("html", "xlsx", "pdf", "json")
"""By the end of the file's name."""
_UNITS_GAP: Final = 1e-5
_LOOKS_MOST: Final = 200


def report_form(args: argparse.Namespace) -> str | None:
    """Return the form of the report that is asked for; None for none.

    Raises:
        WordsError: If the name of the file ends otherwise, or there is sensitivity and no report.
    """
    if args.report is None and args.sensitivity:
        raise WordsError(
            given="--sensitivity without --report",
            expected="a report to write it into",
            remedy="add for example --report study.html",
        )
    if args.report is None:
        return None
    form = Path(str(args.report)).suffix.removeprefix(".").lower()
    if form not in FORMS:
        raise WordsError(
            given=f"--report {args.report}",
            expected=f"a name that ends in {', '.join(f'.{each}' for each in FORMS)}",
            remedy="write for example --report study.html",
        )
    return form


def with_whole_units(answer: StudyAnswer, *, effort: Effort) -> WholeUnits | None:
    """Choose whole numbers of units where a study has units; None where it has none."""
    size_up = _size_up(effort, _Years())
    return whole_units(
        answer.study,
        answer,
        size_up=lambda study: size_up(study, answer.asked),
        gap=_UNITS_GAP,
        looks_most=_LOOKS_MOST,
    )


def units_words(whole: WholeUnits, lang: Lang) -> tuple[str, ...]:
    """Say how many units are built, and what it costs that they are whole."""
    if whole.answer is None:
        return (text("size_report.units.none", lang),)
    study, units = whole.answer.study, units_of(whole.answer.study)
    counts = tuple(
        text(
            "size_report.units.count",
            lang,
            asset=name_of(name, study, lang),
            n=n,
            size=f"{units[name] / 1e3:,.2f}",
            unit=unit_of(name),
        )
        for name, n in whole.counts.items()
    )
    extra = text(
        "size_report.units.extra",
        lang,
        cny=ten_thousands(whole.extra_cny),
        gap=gap_told(whole.gap_ratio),
        looks=whole.looks,
    )
    return (*counts, extra)


def write_report(
    answer: StudyAnswer, args: argparse.Namespace, *, effort: Effort, units: tuple[str, ...]
) -> Path | None:
    """Write the report of an answer; nothing where there is none to report."""
    form = report_form(args)
    if form is None or answer.energy is None:
        return None
    study, years = answer.study, _Years()
    operate = _operate(effort, years)
    doubts = None
    if args.sensitivity:
        doubts = study_doubts(study, answer, size_up=_size_up(effort, years), operate=operate)
    dossier = SizeDossier(
        name=Path(str(args.study)).stem,
        answer=answer,
        energy=answer.energy,
        money=study_money(study, answer, operate=operate),
        doubts=doubts,
        front=_front(study, args, years),
        units=units,
    )
    out = Path(str(args.report))
    document = size_study(dossier, lang=cast("Lang", args.lang))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(set_document(document, form, args))
    return out


def _front(study: Study, args: argparse.Namespace, years: "_Years") -> Front | None:
    if args.front is None:
        return None
    return size_front(
        study,
        years(study),
        asked=planning_wiring.study_thresholds(study),
        kind=str(args.front),
        n_points=int(args.points),
        tools=planning_wiring.sizing_tools(),
    )


class _Years:
    """Weather and load by what they depend on: cases that differ in money share them."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], StudyYear] = {}

    def __call__(self, study: Study) -> StudyYear:
        terms = study.terms
        weather = (terms.year, terms.seed, terms.weather_years)
        place = (terms.site, *weather, terms.step_s, terms.load_shape)
        key = (*place, *((one.id, one.kind, one.full_load_h) for one in study.plants))
        if key not in self._made:
            self._made[key] = planning_wiring.study_year(study)
        return self._made[key]


def _operate(effort: Effort, years: _Years) -> Operate:
    tools = planning_wiring.sizing_tools()

    def operate(study: Study, asked: Thresholds) -> ParkPlan | None:
        return operate_study(
            study,
            years(study),
            asked=asked,
            solve=planning_wiring.solver(),
            effort=effort,
            tools=tools,
        )

    return operate


def _size_up(effort: Effort, years: _Years) -> SizeUp:
    tools = planning_wiring.sizing_tools()

    def size_up(study: Study, asked: Thresholds) -> StudyAnswer:
        return size_park(
            study,
            years(study),
            asked=asked,
            solve=planning_wiring.solver(),
            effort=effort,
            tools=tools,
        )

    return size_up
