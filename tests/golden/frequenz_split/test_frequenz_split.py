"""Published splits of one set-point among batteries: same powers, same rest."""

import json
from collections.abc import Mapping
from typing import Any, cast

import pytest

from shared_data import shared_path
from taihang.core.dispatch.split import Inverter, split_power

pytestmark = pytest.mark.shared


def the_cases() -> list[Mapping[str, Any]]:
    path = shared_path("cases/frequenz/battery_distribution_cases.json")
    return cast("list[Mapping[str, Any]]", json.loads(path.read_text(encoding="utf-8")))


def inverters(case: Mapping[str, Any]) -> list[Inverter]:
    """Even ids are batteries and the odd ones after them inverters; or one serves them all."""
    soc, bounds = case["available_soc"], case["incl_bounds"]
    # Stored by the case in Wh and percent; in kWh and W only the proportion matters.
    usable = [
        capacity * share / 100.0
        for capacity, share in zip(case["capacity"], soc.values(), strict=True)
    ]
    if case.get("share_inverter"):
        (only,) = case["expected_distribution"]
        return [Inverter(only, sum(usable), bounds[only])]
    return [
        Inverter(str(int(name) + 1), kwh, min(bounds[name], bounds[str(int(name) + 1)]))
        for name, kwh in zip(soc, usable, strict=True)
    ]


def test_cases__are_split_as_published() -> None:
    cases = the_cases()

    assert len(cases) >= 8
    for case in cases:
        assert not any(case["excl_bounds"].values()), "exclusion bounds are not covered"
        split = split_power(
            case["power_w"], inverters(case), exponent_ratio=float(case["exponent"])
        )

        expected = tuple(case["expected_distribution"].values())
        assert split.power_kw == pytest.approx(expected), case["name"]
        assert split.remaining_kw == pytest.approx(case["expected_remaining_power"]), case["name"]
