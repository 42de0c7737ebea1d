"""Turns what holds on a day into tables: hours, days off, published values with their document."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from django.urls import reverse

from taihang.core.facts import Fact
from taihang.core.market.tou import Hours, PeriodKind, TouSchedule, TouSeason
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.web.figure_table import Cell, FigureTable, Head, words_cell
from taihang.interfaces.web.pages.settings.prices import FactSet, PricesView, in_force
from taihang.interfaces.web.wording import DASH
from taihang.standards.state_council_holidays import HolidayNotice

DEFAULT_SET: Final = "ndrc-2026-1077"
"""Grid prices of the provinces: what bills rest on."""
_TO: Final = "\u2060–\u2060"
"""Between two hours, which stay on one line."""
_STATUS_TONES: Final = {"verified": "ok", "uncertain": "warn", "from-memory": "warn"}


def prices_context(view: PricesView, *, lang: Lang) -> dict[str, object]:
    """Return what the page prints.

    Args:
        view: What holds on the day.
        lang: The reader's language.
    """
    return {
        "day": view.day.isoformat(),
        "schedule": view.schedule,
        "hours": None if view.schedule is None else _hours_table(view, view.schedule, lang),
        "schedules": [_edition(each, view.day, lang) for each in view.schedules],
        "notices": [_notice(year, notice, lang) for year, notice in sorted(view.notices.items())],
        "is_known_year": view.day.year in view.notices,
        "year": str(view.day.year),
        "sets": _sets_table(view, lang),
        "facts": _facts_table(view, lang) if view.facts else None,
        "chosen": view.chosen,
    }


def _hours_table(view: PricesView, schedule: TouSchedule, lang: Lang) -> FigureTable:
    kinds = schedule.kinds
    heads = (
        Head(_say("season", lang)),
        Head(_say("months", lang), priority=2),
        *(Head(text(f"settings_page.kind_of_hour.{kind}", lang)) for kind in kinds),
    )
    rows = [
        (
            words_cell(_say(f"season_of.{season.name.replace(' ', '-')}", lang)),
            words_cell(", ".join(str(month) for month in season.months)),
            *(_hours_cell(_hours_of(season, kind, schedule)) for kind in kinds),
        )
        for season in schedule.seasons
    ]
    multiples = (_multiple(view, kind) for kind in kinds)
    rows.append((words_cell(_say("multiple", lang)), Cell(words=DASH, is_void=True), *multiples))
    return FigureTable(id="hours", heads=heads, rows=tuple(rows))


def _hours_of(season: TouSeason, kind: PeriodKind, schedule: TouSchedule) -> Hours:
    if kind is PeriodKind.DEEP_VALLEY:
        return schedule.holiday_deep_valley
    found: Hours = getattr(season, kind.value)
    return found


def _hours_cell(hours: Hours) -> Cell:
    told = ", ".join(f"{_clock(first)}{_TO}{_clock(last)}" for first, last in hours)
    return Cell(words=told or DASH, sort=told, is_void=not told, wraps=True)


def _clock(hour: float) -> str:
    """Write an hour of the day as a clock shows it.

    Example:
        >>> _clock(17), _clock(8.5)
        ('17:00', '08:30')
    """
    return f"{int(hour):02}:{round(hour % 1 * 60):02}"


def _multiple(view: PricesView, kind: PeriodKind) -> Cell:
    fact = view.ratios.get(kind)
    if fact is None:
        return Cell(words=DASH, is_void=True)
    return Cell(words=f"× {fact.value}", sort=str(fact.value), title=fact.key)


def _edition(schedule: TouSchedule, on: date, lang: Lang) -> dict[str, str]:
    is_now = schedule.in_force(on)
    return {
        "document": schedule.document,
        "days": _days(schedule.valid_from, schedule.valid_to),
        "state": _say("in_force" if is_now else "not_in_force", lang),
        "tone": "ok" if is_now else "",
        "status": _say(f"status.{schedule.status}", lang),
    }


def _notice(year: int, notice: HolidayNotice, lang: Lang) -> dict[str, object]:
    return {
        "year": str(year),
        "document": notice.document,
        "leaves": [
            (
                _say(f"holiday.{leave.holiday.name.lower()}", lang),
                _days_off(leave.first, leave.last),
            )
            for leave in notice.leaves
        ],
        "worked": ", ".join(f"{day:%m-%d}" for day in notice.make_up_workdays),
    }


def _days_off(first: date, last: date) -> str:
    return f"{first:%m-%d}" if first == last else f"{first:%m-%d} – {last:%m-%d}"


def _sets_table(view: PricesView, lang: Lang) -> FigureTable:
    heads = (
        Head(_say("set", lang)),
        Head(_say("document", lang)),
        Head(_say("n", lang), is_number=True, priority=2),
        Head(_say("n_in_force", lang), is_number=True),
    )
    rows = tuple(_set_row(each, view.day) for each in view.sets)
    return FigureTable(id="sets", heads=heads, rows=rows)


def _set_row(each: FactSet, on: date) -> tuple[Cell, ...]:
    address = f"{reverse('settings-prices')}?on={on.isoformat()}&set={each.name}#facts"
    return (
        Cell(words=each.name, sort=each.name, address=address),
        Cell(words="; ".join(each.documents), sort=each.documents[0], wraps=True),
        words_cell(str(each.n)),
        words_cell(str(each.n_in_force)),
    )


def _facts_table(view: PricesView, lang: Lang) -> FigureTable:
    heads = (
        Head(_say("fact", lang)),
        Head(_say("fact_value", lang), is_number=True),
        Head(_say("fact_unit", lang)),
        Head(_say("region", lang), priority=2),
        Head(_say("valid", lang), priority=2),
        Head(_say("state", lang)),
        Head(_say("clause", lang), priority=2),
        Head(_say("how_sure", lang), priority=2),
    )
    return FigureTable(id="facts", heads=heads, rows=tuple(_fact_rows(view, lang)))


def _fact_rows(view: PricesView, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    for fact in view.facts:
        is_now = in_force(fact, view.day)
        state = _say("in_force" if is_now else "not_in_force", lang)
        yield (
            Cell(words=_fact_name(fact, lang), sort=fact.code, title=fact.key, wraps=True),
            Cell(words=f"{fact.value}", sort=str(fact.value)),
            words_cell(fact.unit),
            words_cell(fact.region),
            words_cell(_days(fact.valid_from, fact.valid_to)),
            words_cell(state, tone="ok" if is_now else "none"),
            Cell(words=f"{fact.document} · {fact.clause}", sort=fact.document, wraps=True),
            words_cell(
                _say(f"status.{fact.status}", lang), tone=_STATUS_TONES.get(fact.status, "none")
            ),
        )


def _fact_name(fact: Fact, lang: Lang) -> str:
    note = fact.note.partition("；")[0] if lang == "zh" else ""
    return f"{note} ({fact.code})" if note and len(note) <= 40 else fact.code  # noqa: PLR2004 - a name


def _days(first: date, until: date | None) -> str:
    return f"{first.isoformat()} … {'' if until is None else until.isoformat()}".strip()


def _say(key: str, lang: Lang, **values: object) -> str:
    return text(f"settings_page.prices.{key}", lang, **values)
