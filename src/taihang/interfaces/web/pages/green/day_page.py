"""Turns one day of matching into what its template prints: sums, curves, the file."""

from dataclasses import replace
from decimal import Decimal

from taihang.core.figure.key import key_of
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH, WH_PER_MWH
from taihang.interfaces.catalogue import Lang, raw_texts, text
from taihang.interfaces.web.csv_answer import Value
from taihang.interfaces.web.figure_table import FigureTable, Head, told_cell, words_cell
from taihang.interfaces.web.page_query import PageQuery
from taihang.interfaces.web.pages.green.matching import DayView
from taihang.interfaces.web.pages.green.matching_page import COLUMNS, DIGITS
from taihang.interfaces.web.pages.green.place import KINDS, Place, tabs
from taihang.interfaces.web.stretch_choice import Choice, span_words, stretch_choices
from taihang.interfaces.web.wording import local_instant, percent
from taihang.services.figure_matching import MATCHED
from taihang.services.figure_standing import Told
from taihang.services.green_flows import LOAD, GreenDay


def day_context(view: DayView, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of one day needs.

    Args:
        view: The day.
        look: The reader's language and the address of the page.
    """
    place, found, lang = view.place, view.found, look.lang
    word = "" if view.stretch is None else view.stretch.word
    choices = stretch_choices(view.stretch, kinds=KINDS, last_settled=place.last_settled, look=look)
    context: dict[str, object] = {
        "view": view,
        "tabs": tabs("matching", look=look, is_whole=view.place.is_whole),
        "choices": {**choices, "kinds": _modes(word, look)} if choices else {},
        "span": span_words(place.first_settled, place.last_settled, lang),
        "what": word,
        "of_name": text("green.park", lang)
        if view.of == PARK_SUBJECT
        else place.name(view.of, lang),
        "subjects": _subjects(view, lang),
        "month": f"/green/?period={word[:7]}" if word else "/green/",
    }
    if found is None:
        return context
    return {
        **context,
        "rule": found.rule,
        "table": _day_table(found, word, lang),
        "csv": replace(look, path="/green/day.csv").with_words(),
        "legend": tuple(
            {"code": name, "label": text(f"green.state.{name}", lang)}
            for name, values in found.series_wh.items()
            if name == found.whole or any(values)
        ),
        "script": {
            "day": curves_of(found, place, lang),
            "texts": raw_texts(prefixes=("chart.missing", "chart.time"), lang=lang),
        },
    }


def _modes(word: str, look: PageQuery) -> tuple[Choice, ...]:
    return (
        Choice(label=text("stretch.kind.day", look.lang), href=look.with_words(), is_here=True),
        Choice(
            label=text("stretch.kind.month", look.lang),
            href=replace(look, path="/green/", words={"period": word[:7]}).with_words(),
        ),
    )


def _subjects(view: DayView, lang: Lang) -> tuple[dict[str, object], ...]:
    """Return what one can look at: the park, its users, its plants."""
    place = view.place
    users = [(id_, place.name(id_, lang)) for id_ in place.users]
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    if place.is_whole:
        groups = [
            ("park", [(PARK_SUBJECT, text("green.park", lang))]),
            ("plants", [(id_, place.name(id_, lang)) for id_ in place.kinds]),
        ]
    groups.append(("users", users))
    return tuple(
        {
            "label": text(f"green.group.{code}", lang),
            "each": [{"id": i, "name": name, "is_here": i == view.of} for i, name in each],
        }
        for code, each in groups
    )


def _day_table(found: GreenDay, word: str, lang: Lang) -> FigureTable:
    """Return the sums of the day; of a series with a gap the sum of what is known."""
    heads = (
        Head(text("green.part", lang)),
        Head("MWh", is_number=True),
        Head(f"{text('green.of_whole', lang)} %", is_number=True),
        Head(text("green.n_missing", lang), is_number=True, priority=2),
    )
    sums = {
        name: sum(v for v in values if v is not None) for name, values in found.series_wh.items()
    }
    whole_wh = sums[found.whole]
    rows = tuple(
        (
            words_cell(text(f"green.state.{name}", lang)),
            told_cell(
                Told(value=Decimal(sum_wh), key=_key_of_day(found, name, word)),
                digits=DIGITS,
                over=WH_PER_MWH,
            ),
            words_cell(
                percent(sum_wh / whole_wh if whole_wh else None, digits=1), sort=str(sum_wh)
            ),
            words_cell(str(sum(v is None for v in found.series_wh[name]))),
        )
        for name, sum_wh in sums.items()
    )
    return FigureTable(id="parts", heads=heads, rows=rows)


def _key_of_day(found: GreenDay, name: str, word: str) -> str:
    """Return the key that opens a sum of the day; empty where no record has just this sum."""
    column = COLUMNS.get(name, "total_wh" if name == LOAD else "")
    if found.subject == PARK_SUBJECT or not column:
        return ""
    return key_of(MATCHED, "user" if found.whole == LOAD else "plant", found.subject, column, word)


def curves_of(found: GreenDay, place: Place, lang: Lang) -> dict[str, object]:
    """Return the curves of a day for its chart, as mean power of each quarter [kW].

    Args:
        found: The day.
        place: Its time zone.
        lang: The reader's language.
    """
    n = len(found.series_wh[found.whole])
    per_h = SECONDS_PER_HOUR // STEP_S
    return {
        "times": [
            local_instant(found.start_s + at * STEP_S, zone=place.zone)[-5:] for at in range(n)
        ],
        "whole": found.whole,
        "series": [
            {
                "code": name,
                "label": text(f"green.state.{name}", lang),
                "kw": [None if wh is None else wh * per_h / WH_PER_KWH for wh in values],
            }
            for name, values in found.series_wh.items()
            if name == found.whole or any(values)
        ],
    }


def day_rows(view: DayView, lang: Lang) -> tuple[list[str], list[list[Value]]]:
    """Return the quarters of a day for a file, in watt-hours.

    Args:
        view: The day.
        lang: The reader's language.
    """
    found = view.found
    if found is None:
        return [text("green.csv.start", lang)], []
    names = [*found.series_wh]
    heads = [
        text("green.csv.start", lang),
        *(f"{text(f'green.state.{n}', lang)} Wh" for n in names),
    ]
    rows: list[list[Value]] = [
        [local_instant(found.start_s + at * STEP_S, zone=view.place.zone), *values]
        for at, values in enumerate(zip(*found.series_wh.values(), strict=True))
    ]
    return heads, rows
