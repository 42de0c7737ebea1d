"""Every rule has its facts, and few of them are urgent."""

from taihang.core.alarm.rule import FACTS, TARGET_SHARES, AlarmRule, Family, Priority


def test_facts__know_every_rule_and_every_family_has_one() -> None:
    assert set(FACTS) == set(AlarmRule)
    assert {each.family for each in FACTS.values()} == set(Family)


def test_target_shares__are_a_whole_and_fall_with_urgency() -> None:
    shares = [TARGET_SHARES[each] for each in sorted(Priority, key=lambda each: each.rank)]

    assert abs(sum(shares) - 1) < 1e-9
    assert shares == sorted(shares)


def test_priority__ranks_the_urgent_first() -> None:
    assert [each.rank for each in (Priority.HIGH, Priority.MEDIUM, Priority.LOW)] == [0, 1, 2]
