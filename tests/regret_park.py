"""A small park whose battery does what a battery can: planned for one day of August."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, cast

import numpy as np

import small_park
from small_park import AUGUST, N_DAY, SCALE_WH, Steps
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import days
from taihang.core.seal.canonical import load_canonical
from taihang.services.close_period import close_period
from taihang.services.plan_day import plan_day
from taihang.services.ports import Ports
from taihang.services.settle import settle

TEXT: Final = small_park.park_text(
    gateway_1=small_park.E01 + small_park.PV01 + small_park.CHARGE + small_park.DISCHARGE,
    gateway_2=small_park.E02 + small_park.IMPORT + small_park.EXPORT,
    more=small_park.GRID + small_park.BATTERY,
)
GATEWAYS: Final[Mapping[str, tuple[str, ...]]] = {
    "GW1": ("M-E01", "M-PV01", "M-CH", "M-DIS"),
    "GW2": ("M-E02", "M-IMP", "M-EXP"),
}
PLANNED: Final = date(2026, 8, 29)
_AT: Final = 28
_SIGNS: Final = {"M-E01": 1, "M-E02": 1, "M-CH": 1, "M-PV01": -1, "M-DIS": -1}
_CHARGES: Final = {2 * 4 + at: 1_000 for at in range(8)}
_DISCHARGES: Final = {18 * 4 + at: 1_000 for at in range(7)} | {18 * 4 + 7: 219}
"""Counts of a quarter: what is charged by night comes out in the evening, less the losses."""


def rested() -> Path:
    """A park for August: planned on the 29th, and the battery did not move on that day."""
    return _made(obeys=False)


def obeyed() -> Path:
    """The same, and the battery did what it was told."""
    return _made(obeys=True)


@cache
def _made(*, obeys: bool) -> Path:
    root = small_park.make(Path(mkdtemp(prefix="regret-park-")) / "park", TEXT)
    steps = steps_of_month()
    with small_park.opened(root) as ports:
        # 1. What the plan looks back at.
        _send(ports, steps, 0, _AT)
        settle(days(date(2026, 8, 1), _AT, small_park.ZONE), ports=ports)
        # 2. The plan, and then its day.
        plan_day(PLANNED, ports=ports)
        told = _told(ports) if obeys else {"M-CH": np.zeros(N_DAY), "M-DIS": np.zeros(N_DAY)}
        for point, counts in told.items():
            steps[point][_AT * N_DAY : (_AT + 1) * N_DAY] = counts
        _send(ports, _with_connection(steps), _AT, 31)
        close_period(AUGUST, ports=ports)
    return root


def steps_of_month() -> dict[str, Steps]:
    """Return the counts of every interval of August."""
    steps = {name: small_park.step_counts(name, AUGUST) for name in ("M-E01", "M-E02", "M-PV01")}
    for point, pattern in (("M-CH", _CHARGES), ("M-DIS", _DISCHARGES)):
        day = np.zeros(N_DAY, np.int64)
        day[[*pattern]] = [*pattern.values()]
        steps[point] = np.tile(day, 31)
    return _with_connection(steps)


def rested_month() -> dict[str, Steps]:
    """Return them with a battery that rests on the planned day."""
    steps = steps_of_month()
    for point in ("M-CH", "M-DIS"):
        steps[point][_AT * N_DAY : (_AT + 1) * N_DAY] = 0
    return _with_connection(steps)


def _with_connection(steps: dict[str, Steps]) -> dict[str, Steps]:
    net = np.sum([sign * steps[point] for point, sign in _SIGNS.items()], axis=0)
    return {**steps, "M-IMP": np.maximum(net, 0), "M-EXP": np.maximum(-net, 0)}


def block_of(steps: Steps, point: str, first: int, last: int) -> ReadingBlock:
    """Return the registers of some days, those at both ends included."""
    counts = (np.concatenate([[0], np.cumsum(steps)]) + 9_990_000) % small_park.MODULUS
    block = small_park.block_of(point, AUGUST.start_s, counts)
    return small_park.cut(block, first * N_DAY, last * N_DAY + 1)


def _send(ports: Ports, steps: Mapping[str, Steps], first: int, last: int) -> None:
    for gateway, points in GATEWAYS.items():
        blocks = [block_of(steps[point], point, first, last) for point in points]
        small_park.store(ports, small_park.daily(blocks, gateway))


def _told(ports: Ports) -> dict[str, Steps]:
    plan = ports.registry.statement(f"day-plan.park.{PLANNED.isoformat()}")
    body = cast("Mapping[str, list[int]]", load_canonical(plan.document.encode()))
    per_count = 4 * SCALE_WH
    return {
        "M-CH": np.rint(np.array(body["charge_w"]) / per_count).astype(np.int64),
        "M-DIS": np.rint(np.array(body["discharge_w"]) / per_count).astype(np.int64),
    }
