"""Jobs over a settled year: settle, account, bill."""

from benchmarks.case import Room, Sample
from benchmarks.state import MONTH, demo_ports, demo_year
from benchmarks.stopwatch import stopwatch

from taihang.core.periods import month
from taihang.services.account import account
from taihang.services.bill import bill_enterprises
from taihang.services.settle import settle


def settle_year(room: Room) -> Sample:
    """Close the year of the whole park in one call."""
    with demo_ports(room.park, writing=True) as ports:
        with stopwatch() as watch:
            found = settle(demo_year(ports), ports=ports)
        figures = {
            "meter_count": found.n_meters,
            "interval_count": found.n_intervals,
            "closure_error_wh": found.max_closure_error_wh,
        }
    return watch.sample(items=found.n_meters * found.n_intervals, figures=figures)


def account_year(room: Room) -> Sample:
    """Issue every statement of the year for the first time."""
    with demo_ports(room.park, writing=True) as ports, stopwatch() as watch:
        found = account(demo_year(ports), ports=ports)
    return watch.sample(items=found.n_new)


def bill_month(room: Room) -> Sample:
    """Bill every enterprise for one month for the first time."""
    with demo_ports(room.park, writing=True) as ports, stopwatch() as watch:
        found = bill_enterprises(month(MONTH, ports.park.zone), ports=ports)
    if not found.n_bills:
        raise AssertionError(f"no bill of {MONTH}: {found.reason}")
    return watch.sample(items=found.n_bills)
