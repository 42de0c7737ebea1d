"""Ends of flows in words: units by size, small ones together, what is missing last."""

from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.flows.build import Place
from taihang.interfaces.web.pages.flows.ends import (
    MOST_ENDS,
    collapsed,
    picture_of,
    rows_of,
    scale_of,
)
from taihang.services.flow_table import EndKind, FlowEnd, FlowTable

PLACE = Place(
    of="park",
    above=(),
    names={f"E{n:02d}": (f"甲{n}", f"Plant {n}") for n in range(30)} | {"PV01": ("屋顶", "Roof")},
    plants=frozenset({"PV01"}),
    is_feeder=False,
    zone="Asia/Shanghai",
    first_settled=date(2026, 7, 1),
    last_settled=None,
)
LOOK = replace(PLAIN, path="/flows/", words={"period": "2026-07"})


def table(*amounts: float | None, unit: str = "kWh") -> FlowTable:
    ends = tuple(FlowEnd(EndKind.ENTERPRISE, f"E{n:02d}", each) for n, each in enumerate(amounts))
    return FlowTable(
        subject="park", unit=unit, sources=(FlowEnd(EndKind.IMPORT, "", 1.0),), sinks=ends
    )


@pytest.mark.parametrize(
    ("largest", "unit", "digits"),
    [
        (9_999.0, "kWh", 0),
        (10_000.0, "MWh", 2),
        (123_456.0, "MWh", 1),
        (5e6, "MWh", 0),
        (0.5, "kWh", 2),
    ],
)
def test_scale_of__large_amounts_are_said_in_thousands(
    largest: float, unit: str, digits: int
) -> None:
    scale = scale_of(table(largest))

    assert (scale.unit, scale.digits) == (unit, digits)
    assert scale_of(table(largest, unit="tce")).unit == "tce"


def test_collapsed__the_smallest_stand_together_and_the_order_stays() -> None:
    ends = (
        *(FlowEnd(EndKind.ENTERPRISE, f"E{n:02d}", float(n + 1)) for n in range(20)),
        FlowEnd(EndKind.EXPORT, "", 0.0),
    )

    found = collapsed(ends)

    assert len(found) == MOST_ENDS
    assert [each.id for each in found[:-2]] == [f"E{n:02d}" for n in range(8, 20)]
    assert found[-2] == FlowEnd(EndKind.OTHERS, "", sum(range(1, 9)))
    assert found[-1].kind is EndKind.EXPORT
    assert collapsed(ends[:MOST_ENDS]) == ends[:MOST_ENDS]


def test_collapsed__what_is_not_known_is_never_put_with_others() -> None:
    ends = tuple(FlowEnd(EndKind.METER, f"M{n}", None if n < 5 else 1.0) for n in range(20))

    found = collapsed(ends)

    assert [each.id for each in found if each.amount is None] == [f"M{n}" for n in range(5)]


def test_rows_of__tell_share_and_sort_the_missing_last() -> None:
    rows = rows_of(table(30.0, 70.0), PLACE, LOOK)
    gap = rows_of(table(30.0, None), PLACE, LOOK)

    assert [(row.name, row.share) for row in rows[1:]] == [("甲0", "30.0"), ("甲1", "70.0")]
    assert rows[1].href == "/flows/?period=2026-07&of=E00"
    assert [(row.share, row.sort) for row in gap[1:]] == [("—", "30.0"), ("—", "")]


def test_picture_of__leads_plants_to_their_page_and_gaps_have_no_figure() -> None:
    ends = (
        FlowEnd(EndKind.PV, "PV01", None),
        FlowEnd(EndKind.MEDIUM, "natural-gas", 1.0),
        FlowEnd(EndKind.MEDIUM, "electricity.green", 1.0),
    )
    drawn = cast("dict[str, Any]", picture_of(replace(table(1.0), sources=ends), PLACE, LOOK))

    assert drawn["sources"][0] == {
        "label": "屋顶",
        "value": None,
        "figure": None,
        "tone": "pv",
        "href": "/assets/PV01/?period=2026-07",
    }
    assert [each["tone"] for each in drawn["sources"][1:]] == ["fuel", "green"]
    assert drawn["total"] is None
