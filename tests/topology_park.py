"""The small park with feeders, a battery, a metered connection, and the second matching rule."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

import small_park
from small_park import ZONE
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period, days
from taihang.services.ports import Ports

JULY: Final = small_park.month("2026-07", ZONE)
TWO_MONTHS: Final = Period(small_park.JUNE.start, JULY.end)
NOON: Final = 44
N_CHARGED: Final = 12
"""Intervals of a day in which the battery is charged."""
FEEDERS: Final = """[feeders.F1]
name_zh = "一号馈线"
name_en = "Feeder 1"
grid = "G1"
transformer_kva = 4000
members = ["E01", "PV01"]
[feeders.F2]
name_zh = "二号馈线"
name_en = "Feeder 2"
grid = "G1"
transformer_kva = 1000
members = ["E02", "B1"]
"""


def rule(
    *,
    name: str = "R2",
    since: str = "2026-01-01",
    steps: str = '"line", "contract", "feeder", "pool"',
    limits: str = "true",
    losses: str = "pro-rata",
    charge: str = "after-load",
    origin: str = "fifo",
) -> str:
    """One line of [matching_rules], with its table."""
    return (
        f'[matching_rules.{name}]\nsince = {since}\nrule = "topology-contract/v2"\n'
        f"steps = [{steps}]\nfeeder_limits = {limits}\n"
        f'losses = "{losses}"\nstorage_charge = "{charge}"\nstorage_origin = "{origin}"\n'
        'source = "decision of the park, for tests"\n'
    )


def text(rules: str | None = None, *, cut: bool = True) -> str:
    """The park file; without rules it is the same park under the first rule."""
    first = small_park.E01 + small_park.PV01 + small_park.CHARGE + small_park.DISCHARGE
    return small_park.park_text(
        gateway_1=first + (small_park.CURTAILMENT if cut else ""),
        gateway_2=small_park.E02,
        more=small_park.GRID + small_park.BATTERY + FEEDERS + (rule() if rules is None else rules),
    )


@contextmanager
def made(root: Path, rules: str | None = None) -> Generator[Ports]:
    """Make the park and open it for writing."""
    small_park.make(root, text(rules))
    with small_park.opened(root) as ports:
        yield ports


def day(number: int, *, month: int = 6, n: int = 1) -> Period:
    """Some local days of 2026."""
    return days(date(2026, month, number), n, ZONE)


def fill(ports: Ports, period: Period) -> None:
    """Store the formula's readings, but a battery that is charged at noon, when the sun is left."""
    others = [point for point in small_park.COUNTS if point != "M-CH"]
    small_park.store(ports, small_park.uploads(ports, period, points=others))
    small_park.revise(ports, charged_at_noon(period), sent_at_s=period.end_s + 60)


def charged_at_noon(period: Period, *, share: float = 1.0) -> ReadingBlock:
    """Registers of the battery's charge; a share of it on the last day."""
    step = np.arange(period.n_steps) % small_park.N_DAY
    counts = np.where((step >= NOON) & (step < NOON + N_CHARGED), 300, 0)
    counts[-small_park.N_DAY :] = counts[-small_park.N_DAY :] * share
    edges = np.concatenate([[0], np.cumsum(counts)]) + 9_990_000
    return small_park.block_of("M-CH", period.start_s, edges % small_park.MODULUS)
