"""Turns matching into what its template prints: cards, tables, the picture, the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from taihang.core.figure.key import key_of
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, raw_texts, text
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
from taihang.interfaces.web.pages.green.matching import MatchingView
from taihang.interfaces.web.pages.green.place import KINDS, Place, tabs
from taihang.interfaces.web.stretch_choice import span_words, stretch_choices
from taihang.interfaces.web.wording import number, percent
from taihang.services.figure_matching import MATCHED
from taihang.services.figure_standing import Told
from taihang.services.green_flows import (
    LINE,
    PLANT_STATES,
    REST,
    SHARED,
    STORED,
    WAYS,
    GreenPeriod,
    GreenPlant,
    GreenUser,
)

ENDS_DRAWN: Final = 12
"""So many plants, and so many users, are drawn one by one; the tables have all."""
DIGITS: Final = 2
"""Of megawatt-hours."""
COLUMNS: Final[Mapping[str, str]] = {LINE: "line_wh", SHARED: "pool_wh"}
"""Columns of the settled rows that a figure opens to."""
_TONES: Final[Mapping[str, str]] = {
    "pv": "pv",
    "wind": "wind",
    "charged": "storage",
    "fed-in": "grid",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One key figure, ready to print."""

    code: str
    label: str
    cell: Cell
    unit: str
    note: str
    tone: str = ""


def matching_context(view: MatchingView, *, look: PageQuery) -> dict[str, object]:
    """Return what the page of a day or month needs.

    Args:
        view: The matching.
        look: The reader's language and the address of the page.
    """
    place, found, lang = view.place, view.found, look.lang
    context: dict[str, object] = {
        "view": view,
        "tabs": tabs("matching", look=look, is_whole=view.place.is_whole),
        "choices": stretch_choices(
            view.stretch, kinds=KINDS, last_settled=place.last_settled, look=look
        ),
        "span": span_words(place.first_settled, place.last_settled, lang),
        "what": "" if view.stretch is None else view.stretch.word,
        "day": _day_address(view, look),
        "others": tuple(_others(view, lang)),
    }
    if found is None or view.stretch is None:
        return context
    word = view.stretch.word
    return {
        **context,
        "rule": found.rule,
        "cards": tuple(_cards(found, view, lang)),
        "plants": plant_table(found, place, word, lang) if found.plants else None,
        "users": user_table(found, place, word, lang),
        "pairs": pair_table(found, place, lang) if found.plants else None,
        "closing": _closing(found, lang) if found.plants else "",
        "csv": f"/green/matching.csv?period={word}",
        "script": {
            "flows": picture_of(found, place, look),
            "texts": raw_texts(prefixes=("chart.missing", "green.sentence"), lang=lang),
        }
        if found.plants
        else None,
    }


def _day_address(view: MatchingView, look: PageQuery) -> str:
    day = ""
    if view.stretch is not None:
        last = view.place.last_settled
        day = (min(view.stretch.last, last) if last else view.stretch.last).isoformat()
    words = {"period": day} if day else {}
    return replace(look, path="/green/day/", words=words).with_words()


# -- key figures ---------------------------------------------------------------------------------


def _mwh(wh: int, key: str = "") -> Cell:
    return told_cell(Told(value=Decimal(wh), key=key), digits=DIGITS, over=WH_PER_MWH)


def _cards(found: GreenPeriod, view: MatchingView, lang: Lang) -> Iterator[Card]:
    load_wh = sum(each.load_wh for each in found.users)
    green_wh = sum(each.green_wh for each in found.users)
    if found.plants:
        generated_wh = sum(each.generated_wh for each in found.plants)
        yield _card("generated", _mwh(generated_wh, view.flow_keys.get("generation", "")), lang)
    yield _card("load", _mwh(load_wh, view.flow_keys.get("load", "")), lang)
    share = percent(green_wh / load_wh if load_wh else None, digits=1)
    yield _card("green", _mwh(green_wh), lang, share=share)
    line_wh = sum(each.by_way_wh[LINE] for each in found.users)
    yield _card(
        "line",
        _mwh(line_wh),
        lang,
        share=percent(line_wh / green_wh if green_wh else None, digits=1),
    )
    if found.plants:
        curtailed_wh = sum(each.curtailed_wh for each in found.plants)
        yield _card("curtailed", _mwh(curtailed_wh), lang)
        apart_wh = sum(abs(each.difference_wh) for each in found.plants)
        apart = Cell(words=number(apart_wh, digits=0), sort=str(apart_wh))
        yield replace(_card("difference", apart, lang), unit="Wh", tone="bad" if apart_wh else "ok")


def _card(code: str, cell: Cell, lang: Lang, **words: str) -> Card:
    return Card(
        code=code,
        label=text(f"green.card.{code}", lang),
        cell=cell,
        unit="MWh",
        note=text(f"green.card_note.{code}", lang, **words),
    )


def _closing(found: GreenPeriod, lang: Lang) -> str:
    """Write the sum of all plants out to the watt-hour."""
    parts = [
        f"{text(f'green.state.{name}', lang)} {sum(p.by_state_wh[name] for p in found.plants):,}"
        for name in PLANT_STATES
    ]
    return text(
        "green.closing",
        lang,
        generated=f"{sum(each.generated_wh for each in found.plants):,}",
        parts=" + ".join(parts),
        difference=str(sum(each.difference_wh for each in found.plants)),
    )


def _others(view: MatchingView, lang: Lang) -> Iterator[str]:
    for each in view.others:
        value = each.found.value
        if value is None:
            yield text("green.others_withheld", lang, group=_group(each.group, lang))
        else:
            yield text(
                "green.others",
                lang,
                group=_group(each.group, lang),
                n=each.found.n_members,
                kwh=number(Decimal(value.numerator) / value.denominator, digits=1),
            )


def _group(group: str, lang: Lang) -> str:
    return text("green.park", lang) if group == PARK_SUBJECT else group


# -- tables --------------------------------------------------------------------------------------


def plant_table(found: GreenPeriod, place: Place, word: str, lang: Lang) -> FigureTable:
    """Return what became of the energy of each plant.

    Args:
        found: The matching.
        place: What things are called.
        word: The stretch, as figures name it.
        lang: The reader's language.
    """
    heads = [Head(text("green.plant", lang)), _head("generated", lang)]
    heads += [_head(name, lang, 1 if name in COLUMNS else 2) for name in PLANT_STATES]
    heads += [
        _head("curtailed", lang, 2),
        Head(f"{text('green.apart', lang)} Wh", is_number=True, priority=3),
    ]
    rows = tuple(_plant_row(each, place, word, lang) for each in found.plants)
    return FigureTable(id="plants", heads=tuple(heads), rows=rows)


def _head(name: str, lang: Lang, priority: int = 1) -> Head:
    return Head(f"{text(f'green.state.{name}', lang)} MWh", is_number=True, priority=priority)


def _plant_row(each: GreenPlant, place: Place, word: str, lang: Lang) -> tuple[Cell, ...]:
    def key(name: str) -> str:
        column = COLUMNS.get(name)
        return "" if column is None else key_of(MATCHED, "plant", each.id, column, word)

    return (
        _subject(each.id, place, word, lang),
        _mwh(each.generated_wh),
        *(_mwh(each.by_state_wh[name], key(name)) for name in PLANT_STATES),
        _mwh(each.curtailed_wh),
        Cell(words=number(each.difference_wh, digits=0), sort=str(each.difference_wh)),
    )


def _subject(id_: str, place: Place, word: str, lang: Lang) -> Cell:
    """Return a plant or user that leads to its quarters: of the day, or the last of the month."""
    is_day = len(word) > len("2026-09")
    name = place.name(id_, lang)
    day = f"&period={word}" if is_day else ""
    return Cell(words=name, sort=name, address=f"/green/day/?of={id_}{day}", title=id_)


def user_table(found: GreenPeriod, place: Place, word: str, lang: Lang) -> FigureTable:
    """Return what the load of each user was made of.

    Args:
        found: The matching.
        place: What things are called.
        word: The stretch, as figures name it.
        lang: The reader's language.
    """
    heads = [Head(text("green.user", lang)), _head("load", lang)]
    heads += [_head(name, lang, 2) for name in WAYS]
    heads += [_head("rest", lang, 2), Head(f"{text('green.share', lang)} %", is_number=True)]
    heads.append(Head(text("green.n_missing", lang), is_number=True, priority=3))
    rows = tuple(_user_row(each, place, word, lang) for each in found.users)
    return FigureTable(id="users", heads=tuple(heads), rows=rows)


def _user_row(each: GreenUser, place: Place, word: str, lang: Lang) -> tuple[Cell, ...]:
    def key(column: str) -> str:
        return key_of(MATCHED, "user", each.id, column, word)

    stored_wh = each.by_way_wh.get(STORED)
    share = each.green_wh / each.load_wh if each.load_wh else None
    return (
        _subject(each.id, place, word, lang),
        _mwh(each.load_wh, key("total_wh")),
        *(_mwh(each.by_way_wh[name], key(column)) for name, column in COLUMNS.items()),
        void_cell() if stored_wh is None else _mwh(stored_wh),
        _mwh(each.rest_wh),
        Cell(words=percent(share, digits=1), sort="" if share is None else str(share)),
        Cell(
            words=str(each.n_missing),
            sort=str(each.n_missing),
            tone="warn" if each.n_missing else "",
        ),
    )


def pair_table(found: GreenPeriod, place: Place, lang: Lang) -> FigureTable:
    """Return what each plant gave each user over all ways: users down, plants across.

    Args:
        found: The matching.
        place: What things are called.
        lang: The reader's language.
    """
    plants = [each.id for each in found.plants]
    heads = (
        Head(text("green.user", lang)),
        Head(f"{text('green.sum', lang)} MWh", is_number=True),
        *(Head(place.name(id_, lang), is_number=True) for id_ in plants),
    )
    rows = tuple(
        (
            words_cell(place.name(user.id, lang), title=user.id),
            _mwh(user.green_wh),
            *(_mwh(_pair(found, plant, user.id)) for plant in plants),
        )
        for user in found.users
        if user.green_wh
    )
    return FigureTable(id="pairs", heads=heads, rows=rows)


def _pair(found: GreenPeriod, plant: str, user: str) -> int:
    return sum(found.pairs_wh.get((plant, user, way), 0) for way in WAYS)


def matching_rows(view: MatchingView, lang: Lang) -> tuple[list[str], list[list[Value]]]:
    """Return the matching for a file, in watt-hours: every pair, then what went to nobody.

    Args:
        view: The matching.
        lang: The reader's language.
    """
    heads = [text(f"green.csv.{code}", lang) for code in ("plant", "user", "way", "wh")]
    found = view.found
    if found is None:
        return heads, []
    return heads, [*_file_rows(found, lang)]


def _file_rows(found: GreenPeriod, lang: Lang) -> Iterator[list[Value]]:
    said = {name: text(f"green.state.{name}", lang) for name in (*PLANT_STATES, STORED, REST)}
    for (plant, user, way), wh in sorted(found.pairs_wh.items()):
        yield [plant, user, said[way], wh]
    for plant in found.plants:
        for name in PLANT_STATES:
            if name not in COLUMNS:
                yield [plant.id, "", said[name], plant.by_state_wh[name]]
    for user in found.users:
        if not found.plants:
            # Which plants it was cannot be told without the loads of the others.
            for way, wh in user.by_way_wh.items():
                yield ["", user.id, said[way], wh]
        yield ["", user.id, said[REST], user.rest_wh]


# -- the picture ---------------------------------------------------------------------------------

_End = dict[str, object]


def picture_of(found: GreenPeriod, place: Place, look: PageQuery) -> _End:
    """Return what the picture draws: plants on one side, users and states on the other.

    Args:
        found: The matching.
        place: What things are called.
        look: The reader's language.
    """
    lang = look.lang
    sources = [
        (p.id, p.generated_wh, _TONES.get(place.kinds.get(p.id, ""), "green")) for p in found.plants
    ]
    users = [(u.id, u.by_way_wh[LINE] + u.by_way_wh[SHARED], "use") for u in found.users]
    rest = [
        (text(f"green.state.{name}", lang), wh, _TONES.get(name, "grid"))
        for name in PLANT_STATES
        if name not in COLUMNS and (wh := sum(p.by_state_wh[name] for p in found.plants))
    ]
    return {
        "unit": "MWh",
        "digits": DIGITS,
        "bus": text("green.bus", lang),
        "sentence": "green.sentence",
        "total": _mwh(sum(wh for _, wh, _ in sources)).words,
        "sources": _largest(sources, "plants", place, lang),
        "sinks": [*_largest(users, "users", place, lang), *(_end(*each) for each in rest)],
    }


def _largest(
    ends: Sequence[tuple[str, int, str]], what: str, place: Place, lang: Lang
) -> list[_End]:
    """Return the largest ends one by one and the others as one; order stays that of the file."""
    there = [each for each in ends if each[1]]
    ranked = sorted(there, key=lambda each: each[1], reverse=True)
    kept = {id_ for id_, _, _ in ranked[:ENDS_DRAWN]}
    drawn = [
        _end(place.name(id_, lang), wh, tone, f"/green/day/?of={id_}")
        for id_, wh, tone in there
        if id_ in kept
    ]
    rest = ranked[ENDS_DRAWN:]
    if rest:
        label = text(f"green.other_{what}", lang, n=len(rest))
        drawn.append(_end(label, sum(wh for _, wh, _ in rest), rest[0][2]))
    return drawn


def _end(label: str, wh: int, tone: str, href: str = "") -> _End:
    value = round(wh / WH_PER_MWH, 6)
    return {"label": label, "value": value, "figure": _mwh(wh).words, "tone": tone, "href": href}
