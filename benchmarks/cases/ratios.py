"""Annual ratios of a settled park-year, and the end of a year drawn from it."""

from datetime import timedelta
from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.state import MONTH, demo_ports, demo_year
from benchmarks.stopwatch import stopwatch

from taihang.core.ratio.flow import State
from taihang.interfaces.cli.demo import LAST_DAY
from taihang.services.project_flow import project_flow
from taihang.services.ratio_account import windows_of
from taihang.services.ratio_outlook import demand_settings, ratio_outlook

_SCENARIOS: Final = 1_000


def ratio_windows(room: Room) -> Sample:
    """Read a park-year by interval, and judge its month, year to date and twelve months."""
    with demo_ports(room.park, writing=False) as ports, stopwatch() as watch:
        flow = project_flow(demo_year(ports), ports=ports)
        windows = windows_of(MONTH, flow=flow, ports=ports)
    closed = int((flow.series.state == State.CLOSED).sum())
    if windows[-1].totals.n_closed != closed:
        raise AssertionError("the twelve months are not the year that was simulated")
    return watch.sample(items=flow.series.period.n_steps)


def ratio_forecast(room: Room) -> Sample:
    """Draw 1 000 ends of the year from a year of the past, with the cheapest cure."""
    with demo_ports(room.park, writing=False) as ports, stopwatch() as watch:
        outlook = ratio_outlook(LAST_DAY + timedelta(days=1), ports=ports)
        settings = demand_settings(ports.park)
    if settings.scenarios != _SCENARIOS or outlook.cure is None:
        raise AssertionError("the demo park draws another number of scenarios, or misses nothing")
    return watch.sample(items=settings.scenarios)
