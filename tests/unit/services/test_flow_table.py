"""Tables of flows: two sides, no rest, and what is not known is not zero."""

from hypothesis import given
from hypothesis import strategies as st

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.services.flow_table import (
    EndKind,
    FlowEnd,
    FlowTable,
    closed,
    grouped,
    groups_of,
    summed,
    total_of,
)

PARK = read_park(template_text("changzhi"), source="changzhi")
_AMOUNTS = st.lists(st.integers(0, 10**9), min_size=0, max_size=6)


def table(came: list[int], went: list[int]) -> FlowTable:
    return FlowTable(
        subject="park",
        unit="kWh",
        sources=tuple(FlowEnd(EndKind.PV, "", float(each)) for each in came),
        sinks=tuple(FlowEnd(EndKind.CHARGE, "", float(each)) for each in went),
    )


@given(_AMOUNTS, _AMOUNTS)
def test_closed__both_sides_are_the_same_and_the_difference_has_a_sign(
    came: list[int], went: list[int]
) -> None:
    found = closed(table(came, went), lacking=EndKind.LOSSES, missing=EndKind.SURPLUS)

    assert found.total == total_of(found.sinks)
    kinds = {each.kind for each in (*found.sources, *found.sinks)}
    assert (EndKind.LOSSES in kinds) == (sum(came) > sum(went))
    assert (EndKind.SURPLUS in kinds) == (sum(came) < sum(went))


def test_closed__of_what_is_not_known_adds_nothing() -> None:
    half = FlowTable(subject="park", unit="kWh", sources=(FlowEnd(EndKind.PV, "", None),), sinks=())

    assert closed(half, lacking=EndKind.LOSSES, missing=EndKind.SURPLUS) == half
    assert half.total is None


def test_summed__is_not_known_where_one_of_them_is_not() -> None:
    assert summed(EndKind.FEEDER, "F1", [1.0, 2.0]).amount == 3.0
    assert summed(EndKind.FEEDER, "F1", [1.0, None]).amount is None


def test_groups_of__every_enterprise_stands_in_one_group() -> None:
    groups = groups_of(PARK)

    assert [*groups] == ["F1", "F2", "F3", "F4", "F5", "F6", "F7"]
    assert sorted(each for members in groups.values() for each in members) == [*PARK.enterprises]


def test_grouped__leaves_out_feeders_without_a_figure() -> None:
    found = grouped(PARK, {"E01": 1.0, "E02": 2.0, "E06": None})

    assert [(each.id, each.amount) for each in found] == [("F1", 3.0), ("F3", None)]
