"""Brings the demo park to the state that a case starts from; none of this is measured."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.stopwatch import stopwatch

from taihang import wiring
from taihang.adapters.system import FixedClock
from taihang.config.templates import template_text
from taihang.core.periods import Period, days
from taihang.interfaces.cli.commands import run_simulation
from taihang.interfaces.cli.demo import DAYS_MAX, LAST_DAY, TEMPLATE
from taihang.interfaces.cli.parser import DEFAULT_SEED
from taihang.services.account import account
from taihang.services.bill import bill_enterprises
from taihang.services.certify import certify
from taihang.services.ports import Ports
from taihang.services.settle import settle

FIRST_DAY: Final = LAST_DAY - timedelta(days=DAYS_MAX - 1)
PLAN_DAY: Final = LAST_DAY + timedelta(days=1)
MONTH: Final = f"{LAST_DAY:%Y-%m}"
"""The last whole month of the year."""
_NOW: Final = datetime(PLAN_DAY.year, PLAN_DAY.month, PLAN_DAY.day, 1, tzinfo=UTC)


@contextmanager
def demo_ports(park: Path, *, writing: bool, load_journal: bool = True) -> Generator[Ports]:
    """Open a park under a clock that stands still."""
    clock = FixedClock(_NOW)
    with wiring.open_park(park, writing=writing, clock=clock, load_journal=load_journal) as ports:
        yield ports


def demo_year(ports: Ports) -> Period:
    """Return the year that was simulated."""
    return days(FIRST_DAY, DAYS_MAX, ports.park.zone)


def make_empty(park: Path) -> None:
    """Make the demo park without a reading."""
    wiring.make_park(park, text=template_text(TEMPLATE))


def readings(room: Room) -> Sample:
    """Simulate a year and take it in."""
    make_empty(room.park)
    with demo_ports(room.park, writing=True) as ports, stopwatch() as watch:
        count = run_simulation(
            ports, first_day=FIRST_DAY, n_days=DAYS_MAX, seed=DEFAULT_SEED, lang="en"
        )
    return watch.sample(items=count.sealed)


def settled(room: Room) -> Sample:
    """Settle the year and issue its lots."""
    with demo_ports(room.park, writing=True) as ports, stopwatch() as watch:
        settle(demo_year(ports), ports=ports)
        certify(demo_year(ports), ports=ports)
    return watch.sample(items=1)


def accounted(room: Room) -> Sample:
    """Issue the statements and bills of the year."""
    with demo_ports(room.park, writing=True) as ports, stopwatch() as watch:
        account(demo_year(ports), ports=ports)
        bill_enterprises(demo_year(ports), ports=ports)
    return watch.sample(items=1)
