"""Turns hourly scores into what their template prints: values, the map, what would raise them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

import numpy as np

from taihang.core.errors import TaihangError
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.product.process import printed
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, raw_texts, text
from taihang.interfaces.score_words import (
    measure_name,
    raise_title,
    result_told,
    size_told,
)
from taihang.interfaces.web.csv_answer import Value
from taihang.interfaces.web.figure_table import (
    Cell,
    FigureTable,
    Head,
    told_cell,
    void_cell,
    words_cell,
)
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.green.hours import HoursView
from taihang.interfaces.web.pages.green.place import tabs
from taihang.interfaces.web.stretch import StretchKind
from taihang.interfaces.web.stretch_choice import span_words, stretch_choices
from taihang.interfaces.web.wording import number, percent
from taihang.services.figure_standing import Told
from taihang.services.green_hours import GreenHours
from taihang.services.raise_score import STORAGE_RULE, RaiseAnswer, raise_score
from taihang.services.score_account import DIGITS, Scored

HOUR_KINDS: Final = (StretchKind.MONTH, StretchKind.YEAR)
POINTS: Final = Decimal(5)
_HOURS_A_DAY: Final = 24
_CNY_PER_10K: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCard:
    """One answer to how green it was."""

    code: str
    label: str
    cell: Cell
    unit: str
    note: str


def hours_context(view: HoursView, of: str, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of hours needs.

    Args:
        view: The hours of every subject.
        of: The subject that is shown.
        look: The reader's language and the address of the page.
    """
    lang, place, found = look.lang, view.place, view.found
    word = "" if view.stretch is None else view.stretch.word
    context: dict[str, object] = {
        "view": view,
        "of": of,
        "of_name": subject_words(view, of, lang),
        "tabs": tabs("hours", look=look, is_whole=place.is_whole),
        "choices": stretch_choices(
            view.stretch, kinds=HOUR_KINDS, last_settled=place.last_settled, look=look
        ),
        "span": span_words(place.first_settled, place.last_settled, lang),
        "what": word,
    }
    if found is None:
        return context
    one = found.each[of]
    return {
        **context,
        "subjects": [(each, subject_words(view, each, lang)) for each in found.each],
        "cards": tuple(_cards(one, found, lang)),
        "gaps": tuple(
            text(f"cli.reason.{gap.unknown.reason}", lang, detail=gap.unknown.detail)
            for gap in one.gaps
        ),
        "profile": profile_table(one, found, lang),
        "csv": replace(look, path="/green/hours.csv").with_words(),
        "is_year": "-" not in found.label,
        "year": replace(look, words={**look.words, "period": word[:4]}).with_words(),
        **_raised(found, of, lang),
        "script": {
            "hours": map_of(one, found),
            "texts": raw_texts(prefixes=("chart.missing", "green.map"), lang=lang),
        },
    }


def subject_words(view: HoursView, of: str, lang: Lang) -> str:
    """Return how a subject of scores is called.

    Args:
        view: The hours.
        of: The park, a user or a product.
        lang: The reader's language.
    """
    return text("green.park", lang) if of == PARK_SUBJECT else view.place.name(of, lang)


def subject_of(view: HoursView, of: str) -> str:
    """Return the subject that is asked for; empty where the viewer sees no such one.

    Args:
        view: The hours.
        of: What an address names; empty for the first that the viewer sees.
    """
    known = (PARK_SUBJECT, *view.place.users) if view.found is None else tuple(view.found.each)
    if not of:
        return known[0]
    return of if of in known else ""


# -- the three values ----------------------------------------------------------------------------


def _cards(one: Scored, found: GreenHours, lang: Lang) -> Iterator[ScoreCard]:
    score, issued = one.score, found.issued.get(one.subject)
    ratios: dict[str, Fraction | None] = {
        "value": None if score is None else score.contracted_ratio,
        "with_grid_ratio": None if score is None else score.with_grid_ratio,
        "volumetric_ratio": None
        if score is None or found.scored is None
        else score.volumetric_ratio,
    }
    for code, ratio in ratios.items():
        told = None if issued is None else issued.told(code)
        is_same = told is not None and ratio is not None and told.value == printed(ratio, DIGITS)
        value = None if ratio is None else printed(ratio * 100, 4)
        key = told.key if told is not None and is_same else ""
        yield _card(code, told_cell(Told(value=value, key=key), digits=2), "%", lang)
    load_wh, matched_wh = (int(wh.sum()) for wh in (one.use.load_wh, one.use.matched_wh))
    yield _card("load", _mwh(load_wh, one), "MWh", lang)
    yield _card("matched", _mwh(matched_wh, one), "MWh", lang)
    n_missing = int((~one.use.known).sum())
    missing = Cell(words=number(n_missing, digits=0), sort=str(n_missing))
    yield _card("missing", missing, f"/ {number(len(one.use.known), digits=0)} h", lang)


def _card(code: str, cell: Cell, unit: str, lang: Lang) -> ScoreCard:
    return ScoreCard(
        code=code,
        label=text(f"green.score.{code}", lang),
        cell=cell,
        unit=unit,
        note=text(f"green.score_note.{code}", lang),
    )


def _mwh(wh: int, one: Scored) -> Cell:
    share_wh = Decimal(round(wh * one.share_ratio))
    return told_cell(Told(value=share_wh), digits=2, over=WH_PER_MWH)


# -- the hours -----------------------------------------------------------------------------------


def map_of(one: Scored, found: GreenHours) -> dict[str, object]:
    """Return the score of each hour for the map: days across, hours of the day down [%].

    An hour that is not known, or without a load, is a gap; two hours of one name (the night on
    which clocks go back) are one cell.

    Args:
        one: The subject.
        found: The hours.
    """
    days = tuple(dict.fromkeys(day for day, _ in found.local_hours))
    place = {day: at for at, day in enumerate(days)}
    at = np.array([[place[day], hour] for day, hour in found.local_hours]).T
    sums = np.zeros((2, len(days), _HOURS_A_DAY), np.int64)
    np.add.at(sums[0], (at[0], at[1]), one.use.load_wh)
    np.add.at(sums[1], (at[0], at[1]), one.use.matched_wh)
    load_wh, matched_wh = sums
    shares = np.where(load_wh > 0, matched_wh * 1000 // np.maximum(load_wh, 1), -1)
    return {"days": days, "per_mille": shares.tolist()}


def profile_table(one: Scored, found: GreenHours, lang: Lang) -> FigureTable:
    """Return load, green energy and score of each hour of the day over the whole period.

    Args:
        one: The subject.
        found: The hours.
        lang: The reader's language.
    """
    heads = (
        Head(text("report.field.local_hour", lang)),
        Head(text("cli.score.load", lang), is_number=True),
        Head(text("cli.score.matched", lang), is_number=True),
        Head(f"{text('cli.score.hourly', lang)} %", is_number=True),
        Head(text("cli.score.missing", lang), is_number=True, priority=2),
    )
    hours = np.array([hour for _, hour in found.local_hours])
    rows: list[tuple[Cell, ...]] = []
    for hour in range(_HOURS_A_DAY):
        at = hours == hour
        load_wh, matched_wh = int(one.use.load_wh[at].sum()), int(one.use.matched_wh[at].sum())
        share = matched_wh / load_wh if load_wh else None
        rows.append(
            (
                words_cell(f"{hour:02d}:00"),
                _mwh(load_wh, one),
                _mwh(matched_wh, one),
                Cell(words=percent(share, digits=1), sort="" if share is None else str(share)),
                words_cell(str(int((~one.use.known[at]).sum()))),
            )
        )
    return FigureTable(id="profile", heads=heads, rows=tuple(rows))


def hour_rows(view: HoursView, of: str, lang: Lang) -> tuple[list[str], list[list[Value]]]:
    """Return the hours for a file; one that is not known has empty cells.

    Args:
        view: The hours.
        of: The subject.
        lang: The reader's language.
    """
    codes = ("local_day", "local_hour", "load_wh", "matched_wh")
    heads = [text(f"green.csv.{code}", lang) for code in codes]
    if view.found is None:
        return heads, []
    one = view.found.each[of]
    energies = zip(one.use.load_wh.tolist(), one.use.matched_wh.tolist(), strict=True)
    rows: list[list[Value]] = []
    known = one.use.known.tolist()
    hours = zip(view.found.local_hours, energies, known, strict=True)
    for (day, hour), (load_wh, matched_wh), is_known in hours:
        told = (load_wh, matched_wh) if is_known else (None, None)
        share = [None if wh is None else round(wh * one.share_ratio) for wh in told]
        rows.append([day, hour, *share])
    return heads, rows


# -- what would raise it -------------------------------------------------------------------------


def _raised(found: GreenHours, of: str, lang: Lang) -> dict[str, object]:
    """Return what would raise the score of a year by some points, or why nothing is said."""
    is_year = "-" not in found.label
    if found.scored is None or not is_year or of not in {PARK_SUBJECT, *found.scored.hours.users}:
        return {}
    try:
        answer = raise_score(found.scored, of, points=POINTS)
    except TaihangError as error:
        return {"raise_none": str(error)}
    if not answer.each:
        return {"raise_none": text("cli.score.raise.none", lang)}
    return {
        "raise_title": raise_title(answer, lang),
        "raise_table": raise_table(answer, lang),
        "raise_note": text("cli.score.raise.note", lang, rule=STORAGE_RULE),
    }


def raise_table(answer: RaiseAnswer, lang: Lang) -> FigureTable:
    """Return every measure with its size, its cost, and whether it reaches the target.

    Args:
        answer: The measures, judged.
        lang: The reader's language.
    """
    codes = ("measure", "size", "cost", "result")
    heads = tuple(
        Head(text(f"cli.score.raise.{code}", lang), is_number=code in {"size", "cost"})
        for code in codes
    )
    rows = tuple(
        (
            words_cell(measure_name(each, lang), title=each.measure.source),
            words_cell(size_told(each, lang)),
            void_cell()
            if each.cost_cny is None
            else told_cell(Told(value=each.cost_cny), digits=1, over=_CNY_PER_10K),
            words_cell(
                result_told(each, answer, lang),
                tone="ok"
                if each is answer.cheapest
                else "none"
                if each.size is not None
                else "warn",
            ),
        )
        for each in answer.each
    )
    return FigureTable(id="raise", heads=heads, rows=rows)
