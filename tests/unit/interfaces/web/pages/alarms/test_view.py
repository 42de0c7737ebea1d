"""What the page of the alarms prints: groups, timeline, limits, filters, a table to take away."""

from collections.abc import Mapping
from dataclasses import replace
from typing import cast

import pytest

from alarm_values import values_of
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.alarm.condition import Cause, CauseKind, found
from taihang.core.alarm.decision import AlarmAct, AlarmDecision
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Alarm, AlarmState, Unwatched
from taihang.core.park.alarm_limits import LIMIT_NAMES
from taihang.core.seal.said import Said
from taihang.interfaces.alarm_words import AlarmWords
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.pages.alarms.build import BoardView
from taihang.interfaces.web.pages.alarms.view import (
    COLUMNS,
    Filter,
    Line,
    card_of,
    mark_of,
    page_context,
    table_rows,
)
from taihang.services.alarms import AlarmBoard

PARK = read_park(template_text("changzhi"), source="changzhi")
HOUR = 3600
SINCE_S = 1_788_192_000
"""The local midnight that begins September 2026."""
NOW_S = SINCE_S + 20 * 24 * HOUR


def silent(
    state: AlarmState, *, start_h: int = 0, end_h: int | None = None, gateway: str = "GW1"
) -> Alarm:
    cause = Cause(CauseKind.GATEWAY, gateway)
    condition = replace(
        found(AlarmRule.GATEWAY_SILENT, gateway, SINCE_S + start_h * HOUR, cause=cause),
        end_s=None if end_h is None else SINCE_S + end_h * HOUR,
        values=(*values_of(AlarmRule.GATEWAY_SILENT), ("gateway", gateway)),
    )
    return Alarm(condition, state)


def disk(state: AlarmState = AlarmState.UNACKNOWLEDGED) -> Alarm:
    cause = Cause(CauseKind.DISK, "")
    values = values_of(AlarmRule.DISK_FULL)
    high = replace(found(AlarmRule.DISK_FULL, "disk", NOW_S - HOUR, cause=cause), values=values)
    return Alarm(replace(high, priority=Priority.HIGH), state)


def view_of(*alarms: Alarm, unwatched: tuple[Unwatched, ...] = ()) -> BoardView:
    return BoardView(AlarmBoard(NOW_S, SINCE_S, alarms, unwatched), PARK, 0)


def context(view: BoardView, chosen: Filter | None = None, lang: Lang = "en") -> dict[str, object]:
    return page_context(view, lang=lang, chosen=chosen or Filter(), address="/alarms/")


def listed(seen: Mapping[str, object], name: str) -> list[Mapping[str, str]]:
    return cast("list[Mapping[str, str]]", seen[name])


def test_page__puts_each_alarm_where_it_stands() -> None:
    seen = context(
        view_of(
            disk(),
            silent(AlarmState.RETURNED, end_h=3),
            silent(AlarmState.ACKNOWLEDGED, gateway="GW2"),
            silent(AlarmState.SHELVED, gateway="GW3"),
            silent(AlarmState.NORMAL, end_h=2, gateway="GW4"),
        )
    )

    n_of = {name: len(listed(seen, name)) for name in ("needs", "acknowledged", "shelved", "cards")}
    assert n_of == {"needs": 2, "acknowledged": 1, "shelved": 1, "cards": 5}


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (AlarmState.UNACKNOWLEDGED, ("acknowledge", "shelve")),
        (AlarmState.RETURNED, ("acknowledge",)),
        (AlarmState.ACKNOWLEDGED, ("shelve",)),
        (AlarmState.SHELVED, ("unshelve",)),
        (AlarmState.NORMAL, ()),
    ],
)
def test_card__offers_only_what_may_be_decided(state: AlarmState, acts: tuple[str, ...]) -> None:
    assert card_of(disk(state), AlarmWords(PARK, "zh"), view_of()).acts == acts


@pytest.mark.parametrize(
    ("chosen", "n"),
    [
        (Filter(), 2),
        (Filter(priority="high"), 1),
        (Filter(state="returned"), 1),
        (Filter(family="intake"), 1),
        (Filter(priority="high", state="returned"), 0),
    ],
)
def test_filter__lets_through_what_fits_all_of_its_words(chosen: Filter, n: int) -> None:
    seen = context(view_of(disk(), silent(AlarmState.RETURNED, end_h=3)), chosen)

    assert len(listed(seen, "cards")) == n
    assert seen["is_filtered"] == (chosen != Filter())


def test_timeline__is_in_percent_of_its_span_and_has_one_line_a_subject() -> None:
    seen = context(
        view_of(
            silent(AlarmState.UNACKNOWLEDGED, start_h=240),
            silent(AlarmState.NORMAL, start_h=0, end_h=120),
            silent(AlarmState.NORMAL, start_h=12, end_h=13, gateway="GW2"),
        )
    )

    first, second = cast("list[Line]", seen["lines"])
    assert [(bar.x, bar.width) for bar in first.bars] == [
        ("50.000%", "50.000%"),
        ("0.000%", "25.000%"),
    ]
    assert [bar.width for bar in second.bars] == ["0.500%"]
    ticks = listed(seen, "ticks")
    assert ticks[0] == {"x": "0.000%", "words": "09-01", "anchor": "start"}
    assert ticks[-1] == {"x": "100.000%", "words": "09-21", "anchor": "end"}
    assert len(ticks) <= 11


@pytest.mark.parametrize("lang", LANGS)
def test_page__says_every_limit_with_its_source_and_every_rule_with_what_to_do(lang: Lang) -> None:
    unwatched = Unwatched(AlarmRule.PLAN_MISSING, "no-battery")
    seen = context(view_of(unwatched=(unwatched,)), lang=lang)

    limits, rules = listed(seen, "limits"), listed(seen, "rules")
    assert [each["name"] for each in limits] == list(LIMIT_NAMES)
    assert all(each["value"] and each["source"] for each in limits)
    assert [each["name"] for each in rules] == [each.value for each in AlarmRule]
    assert all(each["respond"] for each in rules)
    assert all(each["rule"] and each["why"] for each in listed(seen, "unwatched"))


def test_counts__stand_beside_the_target_and_are_no_number_where_there_is_no_alarm() -> None:
    def shares(view: BoardView) -> list[tuple[str, str]]:
        return [(each["share"], each["target"]) for each in listed(context(view), "counts")]

    assert shares(view_of(disk())) == [("100%", "5%"), ("0%", "15%"), ("0%", "80%")]
    assert [share for share, _ in shares(view_of())] == ["–"] * 3


def test_mark__is_another_when_an_alarm_comes_or_stands_otherwise() -> None:
    boards = (
        view_of(),
        view_of(disk()),
        view_of(disk(AlarmState.ACKNOWLEDGED)),
        view_of(disk(), silent(AlarmState.NORMAL, end_h=1)),
    )

    assert len({mark_of(each.board) for each in boards}) == len(boards)
    assert mark_of(view_of(disk()).board) == mark_of(view_of(disk()).board)


def test_table__has_a_row_for_each_alarm_that_is_shown() -> None:
    view = view_of(disk(), silent(AlarmState.RETURNED, end_h=3))

    rows = list(table_rows(view, lang="en", chosen=Filter(state="returned")))

    assert len(rows) == 1
    assert len(rows[0]) == len(COLUMNS)
    assert dict(zip(COLUMNS, rows[0], strict=True))["until"] == "2026-09-01 03:00"


def test_card__shows_a_reason_that_turns_writing_as_it_is() -> None:
    decision = AlarmDecision(
        said=Said(id="d1", who="li", role="dispatcher", reason="a\u202eb"),
        act=AlarmAct.ACKNOWLEDGE,
        alarm="x",
        priority=Priority.HIGH,
        last_s=NOW_S,
        until_s=None,
        at_s=NOW_S,
    )
    alarm = replace(disk(AlarmState.ACKNOWLEDGED), decisions=(decision,))

    (told,) = card_of(alarm, AlarmWords(PARK, "en"), view_of()).decisions

    assert told["reason"] == "a⟨U+202E⟩b"
