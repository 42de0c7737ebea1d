"""The command `taihang score`: how green the electricity was in the very hour of its use."""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import groupby
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.errors import InputError
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.interfaces.account_words import amount_told, gap_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError, month_or_year_of
from taihang.interfaces.reports.heat_svg import colour_of
from taihang.interfaces.score_words import (
    measure_name,
    mwh_of,
    percent_told,
    raise_title,
    result_told,
    size_told,
    subject_name,
)
from taihang.services.account import Draft, issue_statements
from taihang.services.act_log import log_acts
from taihang.services.ports import Ports
from taihang.services.raise_score import STORAGE_RULE, RaiseAnswer, raise_score
from taihang.services.score_account import Scored, Scores, drafts_of, scores, subjects_of

Body = Mapping[str, Any]
_CNY_PER_10K: Final = 10_000
_DARK_FROM: Final = 40
"""Share from which the ground of a cell is so dark that its words are white [%]."""
_NAME_MOST: Final = 13
"""Room for a name beside the numbers on a terminal of 80 columns."""
_WIDE: Final = 110
"""Columns of a terminal on which names need not be cut."""
_NUMBERS: Final = ("load", "matched", "hourly", "with_grid", "volume", "market")


class NoScoreSubjectError(InputError):
    """A score is asked for of something that the park does not have."""

    code = "input.score-subject"


def score(args: argparse.Namespace) -> int:
    """Show hourly scores, and issue them if asked."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=bool(args.issue)) as ports:
        label, _ = month_or_year_of(args, ports.park.zone)
        subjects = None if args.of is None else [subject_of(str(args.of), ports.park)]
        # 1. The scores, and what would raise one of them.
        found = scores(label, ports=ports, subjects=subjects)
        drafts = drafts_of(found, ports=ports)
        answer = None if args.raise_by is None else _answer(args, found)
        # 2. Issued, where it is asked for.
        done = _issued(drafts, label, ports, lang) if args.issue else text("cli.done.draft", lang)
        park = ports.park
    bodies = {draft.subject: cast("Body", draft.body) for draft in drafts}
    if args.json:
        facts = {"period": label, "scores": [{"series": d.series, **d.body} for d in drafts]}
        raised = {} if answer is None else {"raise": raise_facts(answer)}
        say(args, {**facts, **raised}, "")
        return 0
    console = Console(highlight=False)
    for part in _parts(found, bodies, answer, park=park, lang=lang):
        console.print(part)
    console.print(Text(done, style="dim"))
    return 0


def _issued(drafts: Sequence[Draft], label: str, ports: Ports, lang: Lang) -> str:
    new, restated, same = issue_statements(drafts, period=label, ports=ports)
    log_acts(ports=ports)
    counts = {"new": new, "restated": restated, "same": same}
    return text("cli.score.issued", lang, n=len(drafts), **counts)


def subject_of(given: str, park: Park) -> str:
    """Return the subject of a score that a word names.

    Raises:
        NoScoreSubjectError: If the park has no such user or product.
    """
    if given not in subjects_of(park):
        raise NoScoreSubjectError(
            given=given,
            expected="park, an enterprise, a station or a product of park.toml",
            remedy="run it without --of to see all",
        )
    return given


def points_of(given: str) -> Decimal:
    """Return the percentage points that a word names.

    Raises:
        WordsError: If it is no number.

    Example:
        >>> points_of("5")
        Decimal('5')
    """
    try:
        points = Decimal(given)
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite():
        raise WordsError(
            given=f"--raise-by {given}",
            expected="a number of percentage points",
            remedy="write for example --raise-by 5",
        )
    return points


def _answer(args: argparse.Namespace, found: Scores) -> RaiseAnswer:
    points = points_of(str(args.raise_by))
    if args.of is None:
        raise WordsError(
            given=f"--raise-by {points} without --of",
            expected="the subject whose score shall rise",
            remedy="write for example --of park --raise-by 5",
        )
    return raise_score(found, str(args.of), points=points)


def _parts(
    found: Scores,
    bodies: Mapping[str, Body],
    answer: RaiseAnswer | None,
    *,
    park: Park,
    lang: Lang,
) -> Iterator[Table | Text]:
    name = park.name_zh if lang == "zh" else park.name_en
    if len(found.each) == 1 and found.each[0].subject != PARK_SUBJECT:
        name = f"{found.each[0].subject} {subject_name(found.each[0].subject, park, lang)}"
    title = text("cli.score.title", lang, name=name, period=found.label)
    if len(found.each) == 1 and bodies:
        body = bodies[found.each[0].subject]
        yield _one_table(found.each[0], body, title=title, lang=lang)
        yield Text(text("cli.score.map_title", lang))
        yield from _map(body)
    else:
        yield _table(found, bodies, park=park, title=title, lang=lang)
    yield Text(text("cli.score.note", lang), style="dim")
    gaps = {(str(gap["what"]), str(gap["reason"]), str(gap["detail"])): None
            for body in bodies.values() for gap in body["not_assessed"]}  # fmt: skip
    for what, reason, detail in gaps if len(bodies) == 1 else _shared(gaps):
        why = text(f"cli.reason.{reason}", lang, detail=detail)
        yield Text(f"  ! {gap_name(what, lang)}  {why}", style="yellow")
    if answer is not None:
        yield from _raise_parts(answer, lang)


def _shared(gaps: Mapping[tuple[str, str, str], None]) -> list[tuple[str, str, str]]:
    """Of many subjects tell what all share; hours that lack stand in their own column."""
    return [gap for gap in gaps if not gap[1].startswith("hours-")]


def _table(
    found: Scores, bodies: Mapping[str, Body], *, park: Park, title: str, lang: Lang
) -> Table:
    """Return a line for each subject; what all lack stands below."""
    heads = [text(f"cli.score.{key}", lang) for key in (*_NUMBERS, "missing")]
    rows = [_row(one, bodies.get(one.subject), park=park, lang=lang) for one in found.each]
    table = plain_table(title)
    # On a narrow terminal a name is cut, a number never.
    most = None if Console().width >= _WIDE else _NAME_MOST
    head = text("cli.score.subject", lang)
    table.add_column(head, overflow="ellipsis", no_wrap=True, max_width=most)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _row(one: Scored, body: Body | None, *, park: Park, lang: Lang) -> tuple[str, ...]:
    name = f"{one.subject} {subject_name(one.subject, park, lang)}"
    n_missing = f"{int(np.count_nonzero(~one.use.known))}"
    if body is None or one.score is None:
        return (name, *(["–"] * len(_NUMBERS)), n_missing)
    return (
        name,
        f"{mwh_of(body['load_wh']):,.0f}",
        f"{mwh_of(body['matched_wh']):,.0f}",
        percent_told(one.score.contracted_ratio),
        percent_told(one.score.with_grid_ratio),
        percent_told(one.score.volumetric_ratio),
        amount_told(body["market_hourly_t"], 0),
        n_missing,
    )


def _one_table(one: Scored, body: Body, *, title: str, lang: Lang) -> Table:
    """Return the figures of one subject, each with what it says."""
    score = one.score
    absent = text("cli.score.not_computed", lang)
    grid = None if score is None else score.with_grid_ratio
    rows = {
        "hourly": percent_told(None if score is None else score.contracted_ratio),
        "with_grid": absent if grid is None else percent_told(grid),
        "volume": percent_told(None if score is None else score.volumetric_ratio),
        "load": f"{mwh_of(body['load_wh']):,.1f} MWh",
        "matched": f"{mwh_of(body['matched_wh']):,.1f} MWh",
        "market": f"{amount_told(body['market_hourly_t'], 1)} tCO2",
        "location": f"{amount_told(body['location_t'], 1)} tCO2",
    }
    table = plain_table(title)
    table.show_header = False
    table.add_column("")
    table.add_column("", justify="right", no_wrap=True)
    for key, value in rows.items():
        table.add_row(text(f"report.score.{key}", lang), value)
    return table


def _map(body: Body) -> Iterator[Text]:
    """Draw the 24 hours of the day month by month; the number is the score in percent."""
    yield Text("        " + "".join(f"{hour:>3d}" for hour in range(24)), style="dim")
    rows = cast("Sequence[Body]", body["profile"])
    for month, of_month in groupby(rows, key=lambda row: str(row["local_month"])):
        line = Text(f"{month} ")
        for row in of_month:
            line.append_text(_block(row["load_wh"], row["matched_wh"], row["hours_missing"]))
        yield line


def _block(load_wh: int, matched_wh: int, n_missing: int) -> Text:
    if load_wh == 0:
        return Text(" ··" if n_missing else "   ")
    percent = 100 * matched_wh / load_wh
    ink = "#ffffff" if percent > _DARK_FROM else "#17212e"
    # 100 takes all three places of a cell; what is below it is cut, so that 99.9 is not 100.
    return Text(f"{int(percent):>3d}", style=f"{ink} on {colour_of(percent)}")


# -- measures ------------------------------------------------------------------------------------


def _raise_parts(answer: RaiseAnswer, lang: Lang) -> Iterator[Table | Text]:
    if not answer.each:
        yield Text("\n" + text("cli.score.raise.none", lang), style="yellow")
        return
    table = plain_table("\n" + raise_title(answer, lang))
    table.add_column(text("cli.score.raise.measure", lang), no_wrap=True)
    for key in ("size", "cost"):
        table.add_column(text(f"cli.score.raise.{key}", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.score.raise.result", lang))
    for one in answer.each:
        style = "red" if one.size is None else "bold green" if one is answer.cheapest else ""
        table.add_row(
            measure_name(one, lang),
            size_told(one, lang),
            "–" if one.cost_cny is None else f"{one.cost_cny / _CNY_PER_10K:,.1f}",
            Text(result_told(one, answer, lang), style=style),
        )
    yield table
    yield Text(text("cli.score.raise.note", lang, rule=STORAGE_RULE), style="dim")


def raise_facts(answer: RaiseAnswer) -> dict[str, object]:
    """Return an answer for machines; amounts are exact and written as text."""
    cheapest = answer.cheapest
    measures: Sequence[object] = [
        {
            "id": one.measure.id,
            "kind": one.measure.kind.value,
            "size": one.size,
            "cost_cny_per_year": None if one.cost_cny is None else f"{one.cost_cny.normalize():f}",
            "reached_ratio": f"{float(one.reached_ratio):.6f}",
            "served_wh": one.served_wh,
        }
        for one in answer.each
    ]
    return {
        "points": str(answer.points),
        "needed_wh": answer.needed_wh,
        "now_ratio": f"{float(answer.now_ratio):.6f}",
        "target_ratio": f"{float(answer.target_ratio):.6f}",
        "measures": measures,
        "cheapest": None if cheapest is None else cheapest.measure.id,
        "storage_rule": STORAGE_RULE,
    }
