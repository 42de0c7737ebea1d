"""Energies behind lines of bills."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

import money_park
from figure_kit import Walk, closed_park
from small_park import AUGUST
from taihang.core.figure.key import NoSuchFigureError
from taihang.core.market.demand import max_demand_kw
from taihang.core.market.tou import KINDS
from taihang.core.series import EnergySeries
from taihang.services.billed_use import billed_users, matched_month, month_use
from taihang.services.figure_billed import (
    billed_stretch,
    demand_kw,
    demand_stretch,
    open_billed,
    open_demand,
    open_supplied,
    supplied_stretch,
)
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def test_billed_stretch__kinds_of_hour_sum_to_all_of_the_bills_energy(ports: Ports) -> None:
    matched = matched_month("2026-08", ports)
    for user in billed_users(ports.park):
        use = month_use(user, "2026-08", matched, ports)
        every = billed_stretch(user.id, "grid", "all", AUGUST, ports=ports).total_wh
        kinds = [
            billed_stretch(user.id, "grid", kind.value, AUGUST, ports=ports).total_wh
            for kind in KINDS
        ]

        assert every == use.grid.total_wh
        assert sum(wh for wh in kinds if wh is not None) == every
        green = billed_stretch(user.id, "green", "all", AUGUST, ports=ports).total_wh
        assert green == sum(each.matched.total_wh for each in use.green)


def test_supplied_stretch__is_what_the_bill_traces(ports: Ports) -> None:
    matched = matched_month("2026-08", ports)
    for row, user in enumerate(ports.park.users):
        found = supplied_stretch("PV01", user, AUGUST, ports=ports)

        assert (found.wh == matched.pairs_wh[0, row]).all()


def test_demand_stretch__leaves_out_what_a_dedicated_line_brought(ports: Ports) -> None:
    matched = matched_month("2026-08", ports)
    row = ports.park.users.index("E01")
    through_wh = matched.load_wh[row] - matched.line_wh[row]
    series = EnergySeries(AUGUST.start_s, through_wh, matched.quality[row])

    assert demand_kw(demand_stretch("E01", AUGUST, ports=ports)) == max_demand_kw(series)


@pytest.mark.parametrize(
    "key",
    [
        "billed/E01/grid/peak/2026-08",
        "billed/E01/green/all/2026-08",
        "billed/G1/grid/valley/2026-08",
        "supplied/PV01/E01/2026-08",
        "demand/E01/2026-08",
        "demand/G1/2026-08",
    ],
)
def test_open_billed__adds_up_at_every_level(ports: Ports, key: str) -> None:
    walk = Walk(ports)

    walk.down(key)

    assert not walk.faults, walk.faults


def test_open_demand__names_the_quarter_of_an_hour(ports: Ports) -> None:
    story = open_demand(("E01", "2026-08"), ports)
    day = max(story.inputs, key=lambda each: each.value or Decimal(0))
    of_day = open_demand(tuple(day.key.split("/")[1:]), ports)
    quarter = max(of_day.inputs, key=lambda each: each.value or Decimal(0))

    found = open_demand(tuple(quarter.key.split("/")[1:]), ports)

    assert story.value == day.value == quarter.value == found.value
    assert found.adds_up


@pytest.mark.parametrize(
    "parts", [("E99", "grid", "all", "2026-08"), ("E01", "coal", "all", "2026-08"),
              ("E01", "grid", "night", "2026-08")],
)  # fmt: skip
def test_open_billed__refuses_what_no_tariff_bills(ports: Ports, parts: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchFigureError):
        open_billed(parts, ports)


def test_open_supplied__refuses_a_plant_that_is_not_there(ports: Ports) -> None:
    with pytest.raises(NoSuchFigureError):
        open_supplied(("PV99", "E01", "2026-08"), ports)
    with pytest.raises(NoSuchFigureError):
        open_demand(("PV01", "2026-08"), ports)
