"""A year's settlement of a whole park: plants, users, operator, and the results of its assets."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from benchmarks.case import Room, Sample
from benchmarks.cases.bills import STAND_IN
from benchmarks.state import demo_ports, demo_year
from benchmarks.stopwatch import stopwatch

from taihang.core.periods import months_in
from taihang.services.account import Draft
from taihang.services.asset_account import drafts
from taihang.services.bill import bill_enterprises, money_month
from taihang.services.bill_closure import close_month
from taihang.services.ports import Ports
from taihang.services.revenue import revenue_drafts


def revenue_year(room: Room) -> Sample:
    """Draw up twelve months of every plant, user and the operator, and the results of the assets.

    The bills of the same months are worked out with them; that they are issued is not measured. The
    T&D prices of one day stand in for the months whose own are not known.
    """
    with demo_ports(room.park, writing=True) as ports:
        billing = ports.park.billing
        if billing is None:
            raise AssertionError("the demo park has no [billing]")
        park = replace(ports.park, billing=replace(billing, td_prices_of=STAND_IN))
        there = replace(ports, park=park)
        period = demo_year(ports)
        bill_enterprises(period, ports=there)
        names = [*months_in(period, park.zone)]
        with stopwatch() as watch:
            found = [draft for name in names for draft in _month(name, there)]
            results = [*drafts(names[-1][:4], ports=there)]
    n_parties = len(park.plants) + len(park.users) + 1
    if len(found) != n_parties * len(names) or len(results) != 1 + len(park.plants) + len(
        park.batteries
    ):
        raise AssertionError(f"{len(found)} statements and {len(results)} results")
    _demand_equal(found)
    return watch.sample(items=len(found) + len(results))


def _month(name: str, ports: Ports) -> Iterator[Draft]:
    found = money_month(name, ports=ports)
    if found.gateway is None or found.flows is None:
        raise AssertionError(f"{name} does not close")
    gateway = found.gateway
    bills = [each for each, _ in found.bills]
    closure = close_month(bills, gateway=gateway, flows=found.flows, ports=ports)
    yield from revenue_drafts(
        closure, bills=found.bills, gateway=gateway, matched=found.matched, ports=ports
    )


def _demand_equal(found: list[Draft]) -> None:
    """Demand that plants, grid and operator got what users and grid paid, in the whole year."""
    earned_cny = paid_cny = Decimal(0)
    for draft in found:
        value = Decimal(str(draft.body["value"]))
        if draft.kind.startswith("payments"):
            paid_cny += value
        else:
            earned_cny += value
        if "gateway_cny" in draft.body:
            earned_cny += Decimal(str(draft.body["gateway_cny"]))
    if earned_cny != paid_cny or paid_cny <= 0:
        raise AssertionError(f"{earned_cny} CNY earned and {paid_cny} CNY paid")
