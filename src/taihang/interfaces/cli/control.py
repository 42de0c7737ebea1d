"""``taihang control``: run cycles of the rolling control and say what each answered."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.text import Text

from taihang import planning_wiring
from taihang.config.measured_file import read_measured
from taihang.config.problem_file import ProblemFile, read_problem_file
from taihang.core.dispatch.horizon import Horizon
from taihang.core.dispatch.outlook import Notice, Remembered
from taihang.core.errors import InputError
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, load_catalogue, text
from taihang.interfaces.cli.dispatch import gap_told
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.tables import plain_table
from taihang.services.control import Answer, Kind, Pace, answer_document
from taihang.services.control_run import first_measured, run_cycles
from taihang.services.control_state import ControlStateError

_RESERVE_RATIO: Final = 0.2
"""Share of a cycle that is kept for the referee and the fallback [1]."""
_RESERVE_MIN_S: Final = 0.05
"""What they need on a busy machine, with a solver to be killed and started [s]."""
_DEADLINE_MIN_S: Final = 0.1
_GAP: Final = 1e-6
_SMALL_KW: Final = 5e-7


class CyclesError(InputError):
    """A number of cycles, of intervals or of seconds is out of range."""

    code = "input.cycles"


def control(args: argparse.Namespace) -> int:
    """Run cycles through a problem file."""
    path, lang = Path(str(args.problem)), cast("Lang", args.lang)
    deadline_s = _deadline_s(str(args.deadline))
    n_cycles = _counted("--cycles", int(args.cycles))
    n_window = _counted("--window", int(args.window))
    found = read_problem_file(path, may_have_gaps=True)
    memory = None if args.memory is None else Path(str(args.memory))
    remembered, damaged = _remembered(memory)
    if args.measured is not None:
        measured = read_measured(Path(str(args.measured)))
    else:
        measured = first_measured(found.problem, remembered)
    reserve_s = max(_RESERVE_RATIO * deadline_s, _RESERVE_MIN_S)
    pace = Pace(deadline_s=deadline_s, reserve_s=reserve_s, gap=_GAP)

    def keep(left: Remembered) -> None:
        if memory is not None:
            planning_wiring.write_state(memory, left)

    with waiting(path.name), planning_wiring.controller(pace, remembered) as own:
        answers = list(
            run_cycles(
                own,
                found.problem,
                measured=measured,
                n_window=n_window,
                n_cycles=n_cycles,
                keep=keep,
            )
        )
    if args.json:
        say(args, _facts(answers, damaged), "")
    else:
        _tell(found, answers, args, damaged=damaged, lang=lang)
    return 0 if all(one.verdict.accepted for one in answers) else REFUSED


def _deadline_s(words: str) -> float:
    try:
        seconds_s = float(words)
    except ValueError:
        seconds_s = math.nan
    if not _DEADLINE_MIN_S <= seconds_s < math.inf:
        raise CyclesError(
            given=f"--deadline {words}",
            expected=f"a finite {_DEADLINE_MIN_S:g} s or more: referee and fallback take part",
            remedy="give for example 60",
        )
    return seconds_s


def _counted(name: str, number: int) -> int:
    if number < 1:
        raise CyclesError(
            given=f"{name} {number}", expected="1 or more", remedy="give another number"
        )
    return number


def _remembered(memory: Path | None) -> tuple[Remembered | None, Path | None]:
    """Return what an earlier run left, and where a damaged file is kept."""
    if memory is None:
        return None, None
    try:
        return planning_wiring.read_state(memory), None
    except ControlStateError:
        return None, memory.with_name(f"{memory.name}.damaged")


def _facts(answers: Sequence[Answer], damaged: Path | None) -> dict[str, object]:
    return {
        "answers": [answer_document(one) for one in answers],
        "damaged_memory": None if damaged is None else str(damaged),
    }


# -- words for people ----------------------------------------------------------------------------


def _tell(
    found: ProblemFile,
    answers: Sequence[Answer],
    args: argparse.Namespace,
    *,
    damaged: Path | None,
    lang: Lang,
) -> None:
    console, horizon = Console(highlight=False), found.problem.horizon
    title = text(
        "cli.control.title",
        lang,
        name=Path(str(args.problem)).stem,
        cycles=len(answers),
        n=int(args.window),
        minutes=f"{horizon.step_s / 60:g}",
        seconds=str(args.deadline),
    )
    console.print(Text(title, style="bold"))
    if damaged is not None:
        words = text("cli.control.memory_damaged", lang, path=damaged.name)
        console.print(Text(words, style="yellow"))
    _answers(console, horizon, answers, lang)
    _notices(console, horizon, answers, lang)
    _set_points(console, horizon, answers[-1], lang)
    _summary(console, answers, lang)


def _clock(horizon: Horizon, at_s: int) -> str:
    return horizon.clock((at_s - horizon.start_s) // horizon.step_s)


def _answers(console: Console, horizon: Horizon, answers: Sequence[Answer], lang: Lang) -> None:
    table = plain_table(None)
    for key, side in (
        ("time", "left"),
        ("answer", "left"),
        ("method", "left"),
        ("cost", "right"),
        ("gap", "right"),
        ("referee", "left"),
    ):
        justify = "right" if side == "right" else "left"
        table.add_column(text(f"cli.control.{key}", lang), justify=justify, no_wrap=True)
    for one in answers:
        verdict = text(
            "cli.control.accepted" if one.verdict.accepted else "cli.control.refused", lang
        )
        late = f" {text('cli.control.late', lang)}" if one.is_late else ""
        table.add_row(
            _clock(horizon, one.at_s),
            text(f"cli.control.kind.{one.kind.value}", lang),
            text(f"cli.control.way.{one.method.value}", lang),
            NOTHING if one.upper_cny is None else f"{one.upper_cny + 0.0:,.2f}",
            gap_told(one.gap),
            f"{verdict}{late}",
        )
    console.print()
    console.print(table)


def _notices(console: Console, horizon: Horizon, answers: Sequence[Answer], lang: Lang) -> None:
    if not any(one.notices for one in answers):
        return
    console.print()
    console.print(Text(text("cli.control.notices", lang), style="bold"))
    table = plain_table(None)
    table.show_header = False
    table.add_column("", no_wrap=True)
    table.add_column("")
    for one in answers:
        when = _clock(horizon, one.at_s)
        for at, notice in enumerate(one.notices):
            words = Text(notice_words(notice, lang), style="yellow")
            table.add_row("" if at else when, words)
    console.print(table)


def _set_points(console: Console, horizon: Horizon, answer: Answer, lang: Lang) -> None:
    when = _clock(horizon, answer.at_s)
    console.print()
    console.print(Text(text("cli.control.set_points", lang, time=when), style="bold"))
    table = plain_table(None)
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("kW", justify="right", no_wrap=True)
    for name, kw in answer.set_points.items():
        asset, flow = name.removesuffix("_kw").split(".", 1)
        value = kw if abs(kw) > _SMALL_KW else 0.0
        table.add_row(asset, text(f"cli.dispatch.flow.{flow}", lang), f"{value:,.1f}")
    console.print(table)


def _summary(console: Console, answers: Sequence[Answer], lang: Lang) -> None:
    kinds = {kind: sum(one.kind is kind for one in answers) for kind in Kind}
    refused = sum(not one.verdict.accepted for one in answers)
    words = text(
        "cli.control.summary",
        lang,
        n=len(answers),
        optimal=kinds[Kind.OPTIMAL],
        gap=kinds[Kind.GAP],
        fallback=kinds[Kind.FALLBACK],
        refused=refused,
        ms=f"{1e3 * max(one.took_s for one in answers):,.0f}",
    )
    console.print()
    console.print(Text(words, style="red" if refused else "green"))


def notice_words(notice: Notice, lang: Lang) -> str:
    """Return the sentence of a notice.

    Example:
        >>> notice_words(Notice("alarm", {"asset": "bat"}), "en")
        'bat reports an alarm'
    """
    values = dict(notice.words)
    if notice.key == "breach":
        values["time"] = values["time"] or text("cli.dispatch.whole", lang)
        return _filled(f"cli.dispatch.breach.{values['kind']}", values, lang)
    if "rules" in values:
        values["rules"] = _rules(values["rules"], lang)
    return _filled(f"cli.control.notice.{notice.key}", values, lang)


def _rules(rules: str, lang: Lang) -> str:
    """Return broken rules, each with its asset, in words."""
    told = list[str]()
    for one in rules.split(", "):
        rule, _, asset = one.partition(" ")
        words = text(f"cli.dispatch.rule.{rule}", lang)
        told.append(text("cli.control.rule_of", lang, asset=asset, rule=words) if asset else words)
    return ("、" if lang == "zh" else ", ").join(told)


def _filled(key: str, values: dict[str, str], lang: Lang) -> str:
    words = load_catalogue()[key][lang]
    return text(key, lang, **{n: value for n, value in values.items() if f"{{{n}}}" in words})
