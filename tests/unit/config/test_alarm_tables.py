"""A park sets those limits of alarms that it wants to, and says who set them."""

import pytest

from taihang.config.alarm_tables import ALARM_TABLES
from taihang.config.park_file import examine_park, read_park
from taihang.config.templates import template_text
from taihang.core.park.alarm_limits import LIMIT_NAMES, STATED
from taihang.core.park.problem import path_text

BLANK = template_text("blank")
OWN = f'{BLANK}\n[alarms]\nplan_due_h = 20\ndisk_free_ratio = 0.2\nsource = "shift rota 3"\n'


def test_alarms__are_the_platforms_where_the_park_says_nothing() -> None:
    assert read_park(BLANK, source="park.toml").alarms == STATED
    assert [*ALARM_TABLES] == ["alarms"]


def test_alarms__of_the_park_stand_in_their_place_with_their_source() -> None:
    limits = read_park(OWN, source="park.toml").alarms

    assert (limits.plan_due_h, limits.disk_free_ratio) == (20.0, 0.2)
    assert limits.silent_ratio == STATED.silent_ratio
    told = {name: limits.source_of(name) for name in LIMIT_NAMES if limits.source_of(name)}
    assert told == {"plan_due_h": "shift rota 3", "disk_free_ratio": "shift rota 3"}


@pytest.mark.parametrize("name", LIMIT_NAMES)
def test_alarms__read_every_limit_and_refuse_what_it_cannot_be(name: str) -> None:
    value = 2 if name == "silent_ratio" else 1
    good = f'{BLANK}\n[alarms]\n{name} = {value}\nsource = "x"\n'

    assert getattr(read_park(good, source="park.toml").alarms, name) == value
    for wrong in ("-1", '"soon"', "1e99"):
        problems = examine_park(f'{BLANK}\n[alarms]\n{name} = {wrong}\nsource = "x"\n').problems
        assert f"alarms.{name}" in [path_text(each.path) for each in problems]


def test_alarms__say_who_set_them() -> None:
    problems = examine_park(f"{BLANK}\n[alarms]\nplan_due_h = 20\n").problems

    assert [path_text(each.path) for each in problems] == ["alarms.source"]
