"""``taihang size --report``: the answer of a study as a file to hand on."""

import argparse
from pathlib import Path
from typing import Final, cast

from taihang import planning_wiring
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.study import Study
from taihang.core.ratio.outlook import Thresholds
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.cli.report import set_document
from taihang.interfaces.cli.words import WordsError
from taihang.interfaces.reports.size_study import SizeDossier, size_study
from taihang.services.plan_park import Effort
from taihang.services.size_park import StudyAnswer
from taihang.services.study_money import Operate, operate_study, study_money

FORMS: Final = ("html", "xlsx", "pdf", "json")
"""By the end of the file's name."""


def report_form(args: argparse.Namespace) -> str | None:
    """Return the form of the report that is asked for; None for none.

    Raises:
        WordsError: If the name of the file ends otherwise.
    """
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


def write_report(answer: StudyAnswer, args: argparse.Namespace, *, effort: Effort) -> Path | None:
    """Write the report of an answer; nothing where there is none to report."""
    form = report_form(args)
    if form is None or answer.energy is None:
        return None
    dossier = SizeDossier(
        name=Path(str(args.study)).stem,
        answer=answer,
        energy=answer.energy,
        money=study_money(answer.study, answer, operate=_operate(effort)),
    )
    out = Path(str(args.report))
    document = size_study(dossier, lang=cast("Lang", args.lang))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(set_document(document, form, args))
    return out


def _operate(effort: Effort) -> Operate:
    def operate(study: Study, asked: Thresholds) -> ParkPlan | None:
        year, solve = planning_wiring.study_year(study), planning_wiring.solver()
        return operate_study(study, year, asked=asked, solve=solve, effort=effort)

    return operate
