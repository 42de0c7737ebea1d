"""``taihang size --front``: what the year costs as one ratio is asked more and more."""

import argparse
import json
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.text import Text

from taihang import planning_wiring
from taihang.core.dispatch.sizing.front import FrontStatus
from taihang.core.dispatch.study import Study
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.planning_words import POINTS
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError
from taihang.services.size_front import Front, front_document, size_front

_CNY_PER_TEN_THOUSAND: Final = 1e4
_KW_PER_MW: Final = 1e3
_MARKS: Final = {FrontStatus.PROVEN: "", FrontStatus.WORN: "*", FrontStatus.NONE: NOTHING}


def check_front_words(args: argparse.Namespace) -> None:
    """Refuse words of a front that would change nothing.

    Raises:
        WordsError: If points are asked for without a front, or a front by the whole linear model.
    """
    if args.front is None and int(args.points) != POINTS:
        raise WordsError(
            given=f"--points {args.points} without --front",
            expected="a ratio whose front is drawn",
            remedy="add for example --front feed-back",
        )
    if args.front is not None and args.report is None and args.method != "bundle":
        raise WordsError(
            given=f"--front with --method {args.method}",
            expected="--method bundle: a front is drawn by decomposition only",
            remedy="leave --method out; size the park at one limit to compare both",
        )


def say_front(args: argparse.Namespace, study: Study) -> int:
    """Draw a front, and print or write it."""
    source, lang = str(args.study), cast("Lang", args.lang)
    with waiting(source):
        front = size_front(
            study,
            planning_wiring.study_year(study),
            asked=planning_wiring.study_thresholds(study),
            kind=str(args.front),
            n_points=int(args.points),
            tools=planning_wiring.sizing_tools(),
        )
    document = front_document(front)
    if args.out is not None:
        words = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
        Path(str(args.out)).write_text(words + "\n", encoding="utf-8")
    is_found = any(row.total_cny is not None for row in front.rows)
    if args.json:
        say(args, document, "")
        return 0 if is_found else REFUSED
    _tell(front, Path(source).stem, lang)
    if args.out is not None:
        print(text("cli.dispatch.written", lang, path=args.out))
    return 0 if is_found else REFUSED


def _tell(front: Front, name: str, lang: Lang) -> None:
    console = Console(highlight=False)
    ratio = text(f"cli.dispatch.limit.{front.kind}", lang)
    console.print(Text(text("cli.size_front.title", lang, name=name, ratio=ratio), style="bold"))
    console.print(Text(text("cli.size.made", lang), style="dim"))
    table = plain_table(None)
    for heading in (text("cli.size_front.limit", lang), text("cli.size_front.cost", lang)):
        table.add_column(heading, justify="right", no_wrap=True)
    for investment in front.study.investments:
        table.add_column(investment, justify="right")
    table.add_column("", no_wrap=True)
    for row in front.rows:
        cost = NOTHING if row.total_cny is None else _money(row.total_cny)
        sizes = [
            f"{row.sizes[one] / _KW_PER_MW:,.1f}" if row.sizes else NOTHING
            for one in front.study.investments
        ]
        table.add_row(f"{row.point.limit_ratio:.1%}", cost, *sizes, _MARKS[row.point.status])
    console.print(table)
    for status in FrontStatus:
        if any(row.point.status is status for row in front.rows):
            console.print(Text(text(f"cli.size_front.status.{status.value}", lang)))
    console.print(Text(text("cli.size_front.unchecked", lang)))


def _money(cny: float) -> str:
    return f"{cny / _CNY_PER_TEN_THOUSAND:,.1f}"
