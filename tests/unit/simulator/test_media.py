"""Hourly registers of gas, heat and water: what they count, and that no window moves them."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pytest

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.park import Park
from taihang.core.periods import Period, days, month
from taihang.simulator.devices import WORLD_FIRST_YEAR
from taihang.simulator.forms import forms_of, medium_amount
from taihang.simulator.media import HOUR_S, MediaRegisters, media_registers, medium_block
from taihang.simulator.plan import PlanMissingError

SEED = 7
MONTHS = ("2026-07", "2026-08", "2026-09")


@cache
def park() -> Park:
    return read_park(template_text("changzhi"), source="changzhi.toml")


def registers(period: Period, of: Park | None = None) -> MediaRegisters:
    return media_registers(
        of or park(), period=period, seed=SEED, world_first_year=WORLD_FIRST_YEAR
    )


def quarter() -> Period:
    return days(date(2026, 7, 1), 92, park().zone)


@pytest.mark.parametrize("point", ["N-E09", "H-E05", "W-E09"])
def test_media_registers__a_month_counts_what_its_form_would_have_said(point: str) -> None:
    meter, period = park().media_meters[point], quarter()
    register = registers(period)[point]

    for name in MONTHS:
        of = month(name, park().zone)
        first, last = (
            int(register[(edge_s - period.start_s) // HOUR_S]) for edge_s in (of.start_s, of.end_s)
        )
        counted = meter.stated_amount((last - first) % meter.modulus * meter.scale)
        said = medium_amount(meter, park(), name, seed=SEED)

        assert said is not None
        assert float(counted) == pytest.approx(said, abs=float(meter.stated_amount(meter.scale)))
        assert said > 100


def test_media_registers__do_not_depend_on_the_window() -> None:
    period, inner = quarter(), days(date(2026, 7, 20), 30, park().zone)
    whole, part = registers(period), registers(inner)
    first = (inner.start_s - period.start_s) // HOUR_S

    assert len(part) == 3
    for point, register in part.items():
        assert np.array_equal(register, whole[point][first : first + 30 * 24 + 1])


def test_media_registers__rise_as_an_honest_meter_can() -> None:
    found = registers(quarter())

    assert len(found) == 3
    for point, register in found.items():
        meter = park().media_meters[point]
        rises = np.diff(register) % meter.modulus * meter.scale

        assert rises.min() > 0
        assert rises.max() <= meter.max_steps_per_s * HOUR_S


def test_media_registers__refuses_a_use_that_nobody_knows() -> None:
    meter = replace(park().media_meters["N-E09"], medium="coke-oven-gas")
    other = replace(park(), media_meters={"N-E09": meter})

    with pytest.raises(PlanMissingError, match="coke-oven-gas at E09"):
        registers(quarter(), other)


def test_medium_block__is_a_day_of_hours_and_one_that_closes_the_run() -> None:
    period = days(date(2026, 8, 1), 2, park().zone)
    meter = park().media_meters["W-E09"]
    register = registers(period)["W-E09"]

    blocks = [
        medium_block(
            meter, register, day=date(2026, 8, 1) + timedelta(days=n), period=period, park=park()
        )
        for n in range(4)
    ]

    assert [None if block is None else len(block.counts) for block in blocks] == [24, 24, 1, None]
    whole = np.concatenate([block.counts for block in blocks if block is not None])
    assert np.array_equal(whole, register)
    assert [block.unit for block in blocks if block is not None] == ["L"] * 3


def test_forms_of__leaves_out_what_meters_count_but_for_one_month() -> None:
    (form, _) = forms_of(park(), months=MONTHS, seed=SEED)
    _, *rows = csv.reader(io.StringIO(form.decode(), newline=""))
    metered = {
        (meter.node, meter.medium, flow.value)
        for meter in park().media_meters.values()
        for flow in meter.flows
    }
    beside = [row for row in rows if (row[1], row[3], row[4]) in metered]

    assert [(row[2], row[3]) for row in beside] == [("2026-08", "medium.fresh-water")]
    said = medium_amount(park().media_meters["W-E09"], park(), "2026-08", seed=SEED)
    assert said is not None
    assert float(beside[0][5]) == pytest.approx(1.04 * said, abs=1)
    assert any((row[1], row[3], row[4]) == ("E09", "heat", "purchased") for row in rows)
