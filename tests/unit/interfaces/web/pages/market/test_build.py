"""The market adds up to the fen, and shows an enterprise nothing but its own."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

import small_park
from command_line import DemoPark
from taihang import wiring
from taihang.core.access.scope import Scope
from taihang.interfaces.reports.revenue_month import NoRevenueError
from taihang.interfaces.web.pages.market.build import build_market, build_settlement
from taihang.services.figure_standing import NOT_TOLD, Told
from taihang.services.ports import Ports
from taihang.services.sight import see

MONTH = "2026-09"


@pytest.fixture(scope="module")
def ports(demo_park: DemoPark) -> Iterator[Ports]:
    with wiring.open_park(demo_park.root, writing=False) as opened:
        yield opened


def cny(told: Told) -> Decimal:
    assert told.value is not None
    return told.value


def test_build_market__every_side_of_the_month_adds_up_to_the_same_sums(ports: Ports) -> None:
    view = build_market(ports, "")

    assert view.month == MONTH == view.months[-1]
    assert view.closing is not None
    assert view.closing.difference_cny == 0
    earned = [cny(one.told("value")) for one in view.plants]
    paid = [cny(one.told("value")) for one in view.payments]
    assert (len(earned), len(paid)) == (len(ports.park.plants), len(ports.park.users))
    assert sum(earned) == cny(view.closing.plants)
    assert sum(paid) == cny(view.closing.users)
    kept = [cny(row.kept) for row in view.items]
    assert sum(kept) == cny(view.closing.margin) == sum(cny(row.amount) for row in view.reasons)
    assert not view.is_assumed


def test_build_market__an_enterprise_sees_its_own_bill_and_no_sum_of_others(ports: Ports) -> None:
    view = build_market(see(ports, Scope(frozenset({"E02"}))), "")

    assert view.own is not None
    assert [one.subject for one in view.payments] == ["E02"]
    assert view.lines
    lines = sum(cny(row.energy) for row in view.lines)
    assert lines == cny(view.own.told("plants_cny"))
    assert (view.closing, view.plants, view.items, view.reasons) == (None, (), (), ())
    assert (view.offers, view.book) == ((), None)


def test_build_market__of_a_month_that_is_not_stated_shows_none(ports: Ports) -> None:
    view = build_market(ports, "2019-01")

    assert (view.month, view.closing, view.payments) == ("", None, ())
    assert view.offers


def test_build_market__a_park_without_bills_has_no_month(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = small_park.make(tmp_path_factory.mktemp("market") / "park")
    with small_park.opened(root) as opened:
        view = build_market(opened, "")

    assert (view.months, view.month, view.book) == ((), "", None)


def test_difference__is_what_is_left_over_and_unknown_where_a_sum_is(ports: Ports) -> None:
    closing = build_market(ports, "").closing
    assert closing is not None

    more = replace(closing, users=Told(value=cny(closing.users) + Decimal("0.01")))

    assert more.difference_cny == Decimal("0.01")
    assert replace(closing, gateway=NOT_TOLD).difference_cny is None


def test_build_settlement__is_of_the_park_or_of_the_one_that_looks(ports: Ports) -> None:
    whole = build_settlement(ports, MONTH, "park", "en")
    seen = see(ports, Scope(frozenset({"E02"})))
    own = build_settlement(seen, MONTH, "E02", "en")

    assert "settlement of the month" in whole.title
    assert "paid to whom" in own.title
    with pytest.raises(NoRevenueError):
        build_settlement(ports, "2019-01", "park", "zh")
    for other in ("E01", "park"):
        with pytest.raises(NoRevenueError):
            build_settlement(seen, MONTH, other, "zh")
