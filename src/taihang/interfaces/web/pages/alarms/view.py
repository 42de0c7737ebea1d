"""What the page of the alarms prints: alarms in words, a timeline, limits with their sources."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.http import urlencode

from taihang.core.alarm.decision import AlarmAct
from taihang.core.alarm.rule import FACTS, AlarmRule, Priority
from taihang.core.alarm.state import Alarm, AlarmState
from taihang.core.park.alarm_limits import LIMIT_NAMES
from taihang.core.periods import instant_of_s
from taihang.interfaces.alarm_words import PERIODIC, AlarmWords
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.inert import inert
from taihang.interfaces.role_words import roles_in
from taihang.interfaces.web.pages.alarms.build import BoardView
from taihang.interfaces.web.pages.alarms.place import cause_address
from taihang.services.alarms import AlarmBoard

SHELF_HOURS: Final = (1, 4, 8, 24, 72, 168)
"""Ends of a shelf that a person can choose, up to the longest. [h]"""
FILTERS: Final = ("priority", "family", "state")
TIMELINE_MOST: Final = 60
"""So many lines are drawn; the table has all alarms."""
_PERCENT: Final = 100
_BAR_LEAST: Final = 0.5
"""A shorter alarm is drawn so wide, for it would not be seen [%]."""
_MARK_DIGITS: Final = 12
_DAY_S: Final = 86_400
_TICKS_MOST: Final = 10
_LAST_TICK: Final = 6
"""A day so near to the end is written before its line [%]."""
_TONES: Final = {Priority.HIGH: "bad", Priority.MEDIUM: "warn", Priority.LOW: "plain"}
_SHOWN: Final = ("priority", "state", "rule", "what", "since", "until")
_OPEN: Final = (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which alarms are shown; an empty word leaves its part open."""

    priority: str = ""
    family: str = ""
    state: str = ""

    def lets(self, alarm: Alarm) -> bool:
        """Say whether an alarm is shown."""
        condition = alarm.condition
        return (
            self.priority in {"", condition.priority.value}
            and self.family in {"", FACTS[condition.rule].family.value}
            and self.state in {"", alarm.state.value}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One alarm in words."""

    id: str
    priority: str
    priority_word: str
    rank: int
    tone: str
    state: str
    state_word: str
    rule: str
    family: str
    sentence: str
    respond: str
    since: str
    until: str
    lasted: str
    n: int
    worth_cny: str
    shelved_until: str
    cause_address: str
    decisions: tuple[Mapping[str, str], ...]
    acts: tuple[str, ...]
    """What may be decided of it now."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One alarm on the timeline, in percent of its width."""

    id: str
    priority: str
    state: str
    x: str
    width: str
    told: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one rule said of one subject, one after the other."""

    id: str
    label: str
    bars: tuple[Bar, ...]


def page_context(view: BoardView, *, lang: Lang, chosen: Filter, address: str) -> dict[str, object]:
    """Return what the page prints.

    Args:
        view: The alarms.
        lang: Language of the reader.
        chosen: Which alarms are shown.
        address: Of the page without its words.
    """
    words, board = AlarmWords(view.park, lang), view.board
    cards = _cards(view, words, chosen)
    groups = {state.value: [card for card in cards if card.state == state] for state in AlarmState}
    return {
        "board": board,
        "mark": mark_of(board),
        "as_of": words.instant(board.at_s),
        "since": words.instant(board.since_s),
        "counts": _counts(board, lang),
        "needs": [card for card in cards if card.state in _OPEN],
        "acknowledged": groups[AlarmState.ACKNOWLEDGED],
        "shelved": groups[AlarmState.SHELVED],
        "cards": cards,
        "columns": [
            {"code": name, "words": text(f"alarms.page.column_{name}", lang)} for name in _SHOWN
        ],
        "lines": _lines(board, words, chosen),
        "ticks": list(_ticks(board, view.park.zone)),
        "unwatched": [
            {"rule": words.rule(each), "why": words.unwatched(each)} for each in board.unwatched
        ],
        "limits": list(_limits(view, lang)),
        "rules": list(_rules(lang)),
        "filters": _filters(chosen, lang, address),
        "page_data": {"texts": {}},
        "is_filtered": chosen != Filter(),
        "shelf_hours": [{"hours": hours, "words": _hours(hours, lang)} for hours in SHELF_HOURS],
    }


def mark_of(board: AlarmBoard) -> str:
    """Return a word that is another one whenever an alarm comes, goes or is decided.

    Args:
        board: The alarms.
    """
    told = "\n".join(f"{each.id} {each.state}" for each in board.alarms)
    return sha256(told.encode()).hexdigest()[:_MARK_DIGITS]


# -- alarms in words ------------------------------------------------------------------------------


def _cards(view: BoardView, words: AlarmWords, chosen: Filter) -> list[Card]:
    return [card_of(each, words, view) for each in view.board.alarms if chosen.lets(each)]


def card_of(alarm: Alarm, words: AlarmWords, view: BoardView) -> Card:
    """Return one alarm in words.

    Args:
        alarm: The alarm.
        words: Says it.
        view: The alarms that it is one of.
    """
    condition, lang = alarm.condition, words.lang
    end_s = condition.end_s
    until_s = alarm.shelved_until_s
    return Card(
        id=alarm.id,
        priority=condition.priority.value,
        priority_word=text(f"alarms.priority.{condition.priority}", lang),
        rank=condition.priority.rank,
        tone=_TONES[condition.priority],
        state=alarm.state.value,
        state_word=text(f"alarms.state.{alarm.state}", lang),
        rule=words.rule(condition),
        family=text(f"alarms.family.{FACTS[condition.rule].family}", lang),
        sentence=words.sentence(condition),
        respond=words.respond(condition),
        since=words.instant(condition.start_s),
        until="" if end_s is None else words.instant(end_s),
        lasted=""
        if condition.rule in PERIODIC
        else words.duration((view.board.at_s if end_s is None else end_s) - condition.start_s),
        n=condition.n,
        worth_cny=condition.worth_cny,
        shelved_until="" if until_s is None else words.instant(until_s),
        cause_address=cause_address(condition, park=view.park, journal_size=view.journal_size),
        decisions=tuple(
            {
                "at": words.instant(each.at_s),
                "act": text(f"alarms.act.{each.act}", lang),
                "who": inert(each.said.who),
                "role": roles_in(each.said.role.split(", "), lang),
                "reason": inert(each.said.reason),
            }
            for each in alarm.decisions
        ),
        acts=_acts(alarm),
    )


def _acts(alarm: Alarm) -> tuple[str, ...]:
    """Return what may be decided of an alarm as it stands."""
    by_state = {
        AlarmState.UNACKNOWLEDGED: (AlarmAct.ACKNOWLEDGE, AlarmAct.SHELVE),
        AlarmState.RETURNED: (AlarmAct.ACKNOWLEDGE,),
        AlarmState.ACKNOWLEDGED: (AlarmAct.SHELVE,),
        AlarmState.SHELVED: (AlarmAct.UNSHELVE,),
        AlarmState.NORMAL: (),
    }
    return tuple(act.value for act in by_state[alarm.state])


def _counts(board: AlarmBoard, lang: Lang) -> list[dict[str, object]]:
    """Return how many alarms of each priority need a person, are seen to, and are on the shelf."""
    rows: list[dict[str, object]] = []
    for share in board.shares:
        own = [each for each in board.alarms if each.condition.priority is share.priority]
        rows.append(
            {
                "priority": share.priority.value,
                "words": text(f"alarms.priority.{share.priority}", lang),
                "open": sum(each.needs_person for each in own),
                "acknowledged": sum(each.state is AlarmState.ACKNOWLEDGED for each in own),
                "shelved": sum(each.state is AlarmState.SHELVED for each in own),
                "n": share.n,
                "share": "–" if share.share_ratio is None else f"{share.share_ratio:.0%}",
                "target": f"{share.target_ratio:.0%}",
                "fill": "0%" if share.share_ratio is None else f"{share.share_ratio:.1%}",
                "mark": f"{share.target_ratio:.1%}",
            }
        )
    return rows


# -- timeline -------------------------------------------------------------------------------------


def _lines(board: AlarmBoard, words: AlarmWords, chosen: Filter) -> list[Line]:
    """Return what each rule said of each subject; what is of a period comes last."""
    by_subject: dict[tuple[AlarmRule, str], list[Alarm]] = {}
    for alarm in board.alarms:
        if chosen.lets(alarm):
            key = alarm.condition.rule, alarm.condition.subject
            by_subject.setdefault(key, []).append(alarm)
    ordered = sorted(
        by_subject.items(),
        key=lambda pair: (
            pair[0][0] in PERIODIC,
            min(each.condition.start_s for each in pair[1]),
        ),
    )
    return [
        Line(
            id=alarms[0].id,
            label=f"{words.rule(alarms[0].condition)} · {words.name_of(subject)}",
            bars=tuple(_bar(each, board, words) for each in alarms),
        )
        for (_, subject), alarms in ordered[:TIMELINE_MOST]
    ]


def _bar(alarm: Alarm, board: AlarmBoard, words: AlarmWords) -> Bar:
    condition, span_s = alarm.condition, max(board.at_s - board.since_s, 1)
    start_s = max(condition.start_s, board.since_s)
    end_s = board.at_s if condition.end_s is None else min(condition.end_s, board.at_s)
    width = max(_PERCENT * (end_s - start_s) / span_s, _BAR_LEAST)
    x = min(_PERCENT * (start_s - board.since_s) / span_s, _PERCENT - width)
    return Bar(
        id=alarm.id,
        priority=condition.priority.value,
        state=alarm.state.value,
        x=f"{x:.3f}%",
        width=f"{width:.3f}%",
        told=words.sentence(condition),
    )


def _ticks(board: AlarmBoard, zone: ZoneInfo) -> Iterator[dict[str, str]]:
    """Yield local midnights of the timeline, few enough to be read."""
    span_s = max(board.at_s - board.since_s, 1)
    n_days = max(round(span_s / _DAY_S), 1)
    step = max(-(-n_days // _TICKS_MOST), 1)
    first = instant_of_s(board.since_s).astimezone(zone).date()
    for number in range(0, n_days + 1, step):
        day = first + timedelta(days=number)
        at_s = int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
        if at_s <= board.at_s:
            x = _PERCENT * (at_s - board.since_s) / span_s
            anchor = "end" if x > _PERCENT - _LAST_TICK else "start"
            yield {"x": f"{x:.3f}%", "words": day.strftime("%m-%d"), "anchor": anchor}


# -- limits and filters ---------------------------------------------------------------------------


def _limits(view: BoardView, lang: Lang) -> Iterator[dict[str, str]]:
    limits = view.park.alarms
    for name in LIMIT_NAMES:
        unit = name.rpartition("_")[2].replace("ratio", "")
        yield {
            "name": name,
            "words": text(f"alarms.limit.{name}", lang),
            "value": f"{getattr(limits, name):g} {unit}".strip(),
            "source": limits.source_of(name) or text("alarms.limit_own", lang),
        }


def _rules(lang: Lang) -> Iterator[dict[str, str]]:
    for rule in AlarmRule:
        yield {
            "name": rule.value,
            "words": text(f"alarms.rule.{rule}", lang),
            "family": text(f"alarms.family.{FACTS[rule].family}", lang),
            "priority": FACTS[rule].priority.value,
            "priority_word": text(f"alarms.priority.{FACTS[rule].priority}", lang),
            "respond": text(f"alarms.respond.{rule}", lang),
        }


def _filters(chosen: Filter, lang: Lang, address: str) -> list[dict[str, object]]:
    """Return the links that narrow the list, each with whether it is chosen."""
    now = {name: getattr(chosen, name) for name in FILTERS}
    open_ = {"": "alarms.filter.all"}
    sets: Mapping[str, Mapping[str, str]] = {
        "priority": {**open_, **{each.value: f"alarms.priority.{each}" for each in Priority}},
        "state": {**open_, **{each.value: f"alarms.state.{each}" for each in AlarmState}},
    }
    return [
        {
            "name": text(f"alarms.filter.{name}", lang),
            "choices": [
                {
                    "words": text(key, lang),
                    "address": _narrowed(address, {**now, name: value}),
                    "is_chosen": now[name] == value,
                }
                for value, key in values.items()
            ],
        }
        for name, values in sets.items()
    ]


def _narrowed(address: str, words: Mapping[str, str]) -> str:
    said = {name: value for name, value in words.items() if value}
    return f"{address}?{urlencode(said)}" if said else address


def _hours(hours: int, lang: Lang) -> str:
    if hours < 24:  # noqa: PLR2004  # a day
        return text("alarms.page.hours", lang, n=hours)
    return text("alarms.page.days", lang, n=hours // 24)


# -- table ----------------------------------------------------------------------------------------

COLUMNS: Final = (
    "id",
    "priority",
    "state",
    "rule",
    "sentence",
    "since",
    "until",
    "n",
    "worth_cny",
    "shelved_until",
)
"""Heads of the table to take away; the instants are local, money is CNY."""


def table_rows(view: BoardView, *, lang: Lang, chosen: Filter) -> Iterator[tuple[str | int, ...]]:
    """Yield the alarms as rows of a file.

    Args:
        view: The alarms.
        lang: Language of the reader.
        chosen: Which alarms are shown.
    """
    for card in _cards(view, AlarmWords(view.park, lang), chosen):
        yield tuple(getattr(card, name) for name in COLUMNS)
