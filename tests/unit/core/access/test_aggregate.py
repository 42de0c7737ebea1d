from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from taihang.core.access.aggregate import (
    MEMBERS_MIN,
    SHARE_MAX,
    Withheld,
    aggregate,
    aggregates,
)

TEN = {f"E{i}": 10 + i for i in range(10)}
PARTS = st.dictionaries(
    st.sampled_from([f"E{i}" for i in range(14)]), st.integers(0, 50), min_size=5
)
GROUPS = st.lists(st.frozensets(st.sampled_from([f"E{i}" for i in range(14)])), max_size=6)


def test_aggregate__is_the_sum_of_five_members() -> None:
    found = aggregate({f"E{i}": 2 * i for i in range(1, 6)})

    assert (found.value, found.n_members, found.withheld) == (30, 5, None)


def test_aggregate__of_four_members_is_withheld() -> None:
    found = aggregate({f"E{i}": 1 for i in range(4)})

    assert (found.value, found.withheld) == (None, Withheld.TOO_FEW)


def test_aggregate__a_member_without_an_amount_hides_nobody() -> None:
    found = aggregate({**{f"E{i}": 1 for i in range(4)}, "E9": 0})

    assert (found.value, found.n_members) == (None, 4)


def test_aggregate__shows_a_member_of_six_tenths_and_none_above() -> None:
    others = {f"E{i}": 10 for i in range(4)}

    assert aggregate({**others, "E9": 60}).value == 100
    assert aggregate({**others, "E9": 61}).withheld is Withheld.DOMINATED


def test_aggregate__what_a_viewer_does_not_know_is_not_one_members_either() -> None:
    # E1 is half of all, so whoever is the other half could tell E1's part but for a little.
    parts = {"E0": 46, "E1": 50, "E2": 1, "E3": 1, "E4": 2}

    assert aggregate(parts).value == 100
    assert aggregate(parts, viewers=["E2"]).value == 100
    assert aggregate(parts, viewers=["E0"]).withheld is Withheld.DOMINATED


def test_aggregate__amounts_below_zero_count_by_their_size() -> None:
    parts = {"E0": -90, "E1": 10, "E2": 10, "E3": 10, "E4": 10}

    assert aggregate(parts).withheld is Withheld.DOMINATED


def test_aggregates__the_rest_of_a_sum_is_a_sum_that_may_be_shown() -> None:
    parts = {f"E{i}": 10 for i in range(12)}
    names = list(parts)

    found = aggregates({"all": names, "seven": names[:7], "eight": names[:8]}, parts)

    assert [each.withheld for each in found.values()] == [None, None, Withheld.OVERLAPS]


def test_aggregates__several_sums_together_leave_no_few_members() -> None:
    parts = {f"E{i}": 10 for i in range(14)}
    names = list(parts)

    # Without the first six and the next six two are left, though each sum alone leaves eight.
    found = aggregates({"all": names, "a": names[:6], "b": names[6:12]}, parts)

    assert [each.withheld for each in found.values()] == [None, None, Withheld.OVERLAPS]


def test_aggregates__no_combination_gives_one_member() -> None:
    # a + b - c is twice one member, and no group lies inside of another.
    parts = {f"E{i}": 10 for i in range(11)}
    names = list(parts)
    a, b = [*names[:5], names[10]], [*names[5:10], names[10]]

    found = aggregates({"a": a, "b": b, "c": names[:10]}, parts)

    assert found["c"].withheld is Withheld.OVERLAPS


def test_aggregates__the_same_members_again_say_nothing_new() -> None:
    found = aggregates({"one": TEN, "again": list(TEN)[::-1]}, TEN)

    assert found["one"] == found["again"]


def test_aggregates__a_member_without_a_part_is_in_no_sum() -> None:
    found = aggregates({"all": [*TEN, "E99"]}, TEN)

    assert found["all"].n_members == 10


@given(PARTS, GROUPS)
def test_aggregates__keep_the_rule_whatever_is_asked(
    parts: dict[str, int], groups: list[frozenset[str]]
) -> None:
    named = {str(at): group for at, group in enumerate(groups)}

    found = aggregates(named, parts)

    for name, each in found.items():
        inside = {member: parts[member] for member in named[name] if parts.get(member)}
        assert (each.value is None) == (each.withheld is not None)
        if each.value is not None:
            assert each.value == sum(inside.values())
            assert len(inside) >= MEMBERS_MIN
            assert max(inside.values()) <= SHARE_MAX * each.value


@given(PARTS, GROUPS, st.data())
def test_aggregates__two_members_can_trade_their_parts_unseen(
    parts: dict[str, int], groups: list[frozenset[str]], data: st.DataObject
) -> None:
    """For every member other parts give the same sums, so the sums do not say what its part is."""
    named = {str(at): group for at, group in enumerate(groups)}
    found = aggregates(named, parts)
    shown = [named[name] for name, each in found.items() if each.value is not None]
    members = sorted({m for group in shown for m in group if parts.get(m)})
    if not members:
        return
    chosen = data.draw(st.sampled_from(members))

    others = {member: [member in group for group in shown] for member in members}
    mine = others.pop(chosen)

    assert _spans(list(others.values()), mine), chosen


def _spans(columns: list[list[bool]], wanted: list[bool]) -> bool:
    """Whether a change of one member can be made up for by changes of others."""
    return _rank(columns) == _rank([*columns, wanted])


def _rank(columns: list[list[bool]]) -> int:
    rows = [[Fraction(value) for value in column] for column in columns]
    rank = 0
    for at in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows if row[at]), None)
        if pivot is None:
            continue
        rank += 1
        rows = [
            [value - row[at] / pivot[at] * other for value, other in zip(row, pivot, strict=True)]
            for row in rows
            if row is not pivot
        ]
    return rank
