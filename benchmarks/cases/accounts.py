"""Jobs over a settled year: settle, account, score, bill."""

from decimal import Decimal
from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.state import MONTH, demo_ports, demo_year
from benchmarks.stopwatch import stopwatch

from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import month, months_in
from taihang.services.account import account
from taihang.services.bill import bill_enterprises
from taihang.services.raise_score import raise_score
from taihang.services.score_account import drafts_of, scores
from taihang.services.settle import settle

_POINTS: Final = Decimal(5)


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


def score_year(room: Room) -> Sample:
    """Score every user, every product and the park hour by hour, and raise the park's score."""
    with demo_ports(room.park, writing=False) as ports, stopwatch() as watch:
        period = demo_year(ports)
        labels = sorted({name[:4] for name in months_in(period, ports.park.zone)})
        # The simulated year begins in October: its twelve months lie in two calendar years.
        found = [scores(label, ports=ports) for label in labels]
        n_scores = sum(len(drafts_of(each, ports=ports)) for each in found)
        raise_score(found[-1], PARK_SUBJECT, points=_POINTS)
    return watch.sample(items=n_scores)


def bill_month(room: Room) -> Sample:
    """Bill every enterprise for one month for the first time."""
    with demo_ports(room.park, writing=True) as ports, stopwatch() as watch:
        found = bill_enterprises(month(MONTH, ports.park.zone), ports=ports)
    if not found.n_bills:
        raise AssertionError(f"no bill of {MONTH}: {found.reason}")
    return watch.sample(items=found.n_bills)
