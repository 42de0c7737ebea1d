"""Simulated reactive registers: one angle, no window moves them, no gap is jumped."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.simulator.devices import GatewayDay, device_days
from taihang.simulator.park_box import simulate
from taihang.simulator.plan import PlanMissingError
from taihang.simulator.reactive import reactive_registers
from taihang.standards.sgcc_1983_215 import power_factor_ratio

SEED = 7


@cache
def park() -> Park:
    return read_park(template_text("xingxian"), source="xingxian.toml")


def _days(first: date, n_days: int) -> list[GatewayDay]:
    run = simulate(park(), first_day=first, n_days=n_days, seed=SEED)
    return list(device_days(run, park()))


def _counts(found: list[GatewayDay]) -> dict[tuple[str, int], int]:
    return {
        (block.point, time_s): count
        for day in found
        for block in day.blocks
        for time_s, count in zip(block.times_s.tolist(), block.counts.tolist(), strict=True)
        if block.point.startswith("Q-")
    }


def test_reactive_registers__follow_the_energy_beside_them_by_one_angle() -> None:
    hours = np.arange(0, 9, dtype=np.int64)
    steps = np.repeat(hours * 4_000_000, 4)[: 8 * 4 + 1].cumsum()
    found = reactive_registers(park(), dict.fromkeys(park().meters, steps), seed=SEED)

    assert len(found) == 9
    for name, register in found.items():
        meter = park().reactive_meters[name]
        assert len(register) == 9
        varh = np.diff(register) % meter.modulus * meter.scale
        active_wh = np.diff(steps[::4])
        ratio = varh.sum() / active_wh.sum()
        assert 0.25 <= ratio <= 0.60
        off = np.abs(varh - ratio * active_wh)
        assert (off <= 2 * meter.scale + 1).all()


def test_device_days__reactive_registers_do_not_depend_on_the_window() -> None:
    whole, part = _counts(_days(date(2026, 8, 1), 5)), _counts(_days(date(2026, 8, 3), 3))

    assert len(part) == 9 * (3 * 24 + 1)
    assert {place: whole[place] for place in part} == part


def test_device_days__power_factors_are_those_of_industry() -> None:
    run = simulate(park(), first_day=date(2026, 8, 1), n_days=2, seed=SEED)
    counts = _counts(list(device_days(run, park())))

    assert len(park().reactive_meters) == 9
    for meter in park().reactive_meters.values():
        first, last = (counts[meter.id, edge] for edge in (run.period.start_s, run.period.end_s))
        kvarh = Decimal((last - first) % meter.modulus * meter.scale) / 1_000
        kwh = Decimal(int(run.true_wh[f"M-{meter.node}"].sum())) / 1_000
        found = power_factor_ratio(kwh, reactive_kvarh=kvarh)
        assert Decimal("0.85") <= found <= Decimal("0.97")


def test_reactive_registers__beside_nothing_are_refused_in_words() -> None:
    lonely = ReactiveMeter(
        id="Q", node="PV01", resolution_varh=1, multiplier=1, digits=9, max_kvar=1.0
    )
    alone = replace(park(), reactive_meters={"Q": lonely})

    with pytest.raises(PlanMissingError, match="Q at PV01"):
        reactive_registers(alone, {}, seed=SEED)
