"""Every limit says whose it is."""

from taihang.core.park.alarm_limits import LIMIT_NAMES, STATED, AlarmLimits


def test_stated__are_the_platforms_own() -> None:
    assert len(LIMIT_NAMES) >= 10
    assert all(STATED.source_of(name) == "" for name in LIMIT_NAMES)


def test_source_of__is_the_parks_where_it_set_one() -> None:
    limits = AlarmLimits(plan_due_h=20.0, given=frozenset(("plan_due_h",)), source="shift rota")

    assert limits.source_of("plan_due_h") == "shift rota"
    assert limits.source_of("disk_free_ratio") == ""
