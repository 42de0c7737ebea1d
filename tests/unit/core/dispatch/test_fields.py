"""Strict reading: nothing unknown, nothing left out, nothing out of range."""

from dataclasses import dataclass
from typing import Annotated, Any, cast

import numpy as np
import pytest

from taihang.core.dispatch.fields import (
    Capacity,
    Json,
    ParkProblemError,
    Range,
    Words,
    echo_record,
    read_record,
    read_records,
)
from taihang.core.dispatch.model import Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Thing:
    id: str
    kind: Annotated[str, Words("a", "b")]
    power_kw: Reals
    charge_efficiency_ratio: float
    cop_ratio: Annotated[Reals, Range(1.0, 9.0)]
    price_cny_per_kwh: float | None
    size_kw: Capacity
    count: int
    share_count: Annotated[int, Range(1, 7)]
    is_on: bool


GOOD: dict[str, Json] = {
    "id": "x",
    "kind": "a",
    "power_kw": [1.0, 2.0],
    "charge_efficiency_ratio": 0.9,
    "cop_ratio": 3,
    "price_cny_per_kwh": "none",
    "size_kw": {"existing": 1.0, "add_max": 2.0, "cost_cny_per_unit": 3.0},
    "count": 4,
    "share_count": 2,
    "is_on": True,
}


def read(**more: Json) -> Thing:
    return read_record(Thing, {**GOOD, **more}, where="thing x", n_steps=2)


def test_read_record__echoes_to_the_same_values() -> None:
    assert echo_record(read()) == {**GOOD, "cop_ratio": 3.0}
    assert echo_record(read(size_kw=5.0))["size_kw"] == 5.0


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"power_kw": "50 %"}, "a percentage has no unit"),
        ({"power_kw": -1.0}, "-1 as thing x.power_kw in interval 0; expected 0 or more"),
        (
            {"power_kw": [1.0, float("nan")]},
            "1 of 2 values of thing x.power_kw missing, the first in interval 1",
        ),
        ({"power_kw": [1.0]}, "1 values of thing x.power_kw; expected 2"),
        ({"charge_efficiency_ratio": 90}, "write 90 % as 0.9"),
        ({"charge_efficiency_ratio": 1.01}, "expected above 0, 1 at most"),
        ({"cop_ratio": 0.5}, "expected 1 … 9"),
        ({"price_cny_per_kwh": float("inf")}, "1 of 1 values"),
        ({"size_kw": -5.0}, "-5 as thing x.size_kw"),
        ({"kind": "c"}, "one of \\['a', 'b'\\]"),
        ({"count": 1.5}, "a whole number"),
        ({"share_count": 8}, "8 as thing x.share_count; expected 1 … 7"),
        ({"power_kw": 10**400}, "more than 300 digits as thing x.power_kw"),
        ({"is_on": 1}, "true or false"),
        ({"id": ""}, "a text"),
        ({"power_kw": True}, "a number in the unit of power_kw"),
        ({"wear": 1.0}, "unknown keys \\['wear'\\]"),
    ],
)
def test_read_record__names_field_value_and_range(more: dict[str, Json], says: str) -> None:
    with pytest.raises(ParkProblemError, match=says):
        read(**more)


def test_read_record__what_is_no_table_is_refused() -> None:
    with pytest.raises(ParkProblemError, match="3 as thing x; expected keys and values"):
        read_record(Thing, cast("Any", 3), where="thing x", n_steps=2)


def test_read_records__reads_a_list_and_names_the_place_of_each() -> None:
    both = read_records(Thing, [GOOD, GOOD], where="thing", n_steps=2)

    assert [one.id for one in both] == [GOOD["id"]] * 2
    with pytest.raises(ParkProblemError, match=r"as thing\[1\].power_kw"):
        read_records(Thing, [GOOD, {**GOOD, "power_kw": -1.0}], where="thing", n_steps=2)
    for given, says in (
        (3, "3 as thing; expected a list"),
        ([3], r"3 as thing\[0\]; expected keys"),
    ):
        with pytest.raises(ParkProblemError, match=says):
            read_records(Thing, cast("Any", given), where="thing", n_steps=2)


def test_read_record__what_is_left_out_is_refused() -> None:
    given = {key: value for key, value in GOOD.items() if key != "price_cny_per_kwh"}

    with pytest.raises(ParkProblemError, match=r'"none", never left out'):
        read_record(Thing, given, where="thing x", n_steps=2)


def test_read_record__owns_its_series() -> None:
    thing = read()

    assert not thing.power_kw.flags.writeable
    assert np.array_equal(thing.cop_ratio, [3.0, 3.0])
