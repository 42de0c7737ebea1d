"""All assets over some days: what is settled, what a loss was worth, who may ask."""

from collections.abc import Generator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import roof_park
import small_park
from taihang.core.access.scope import Scope
from taihang.core.periods import days, month
from taihang.services.account import Draft, issue_statements
from taihang.services.asset_performance import (
    AssetsNotSettledError,
    asset_performance,
    names_of,
)
from taihang.services.ports import Ports
from taihang.services.sight import see
from taihang.services.sight_rules import PartOfParkError

JULY = month("2026-07", small_park.ZONE)
AUGUST = month("2026-08", small_park.ZONE)


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = roof_park.make(tmp_path_factory.mktemp("roofs") / "p")
    with small_park.opened(root) as opened:
        yield opened


def _state_revenue(ports: Ports, plant: str, kind: str, cny: str, kwh: int) -> None:
    draft = Draft(
        kind,
        plant,
        "2026-08",
        {"format": "taihang-account/v1", "energy": {"generated_wh": kwh * 1_000}, "value": cny},
    )
    issue_statements([draft], period="2026-08", ports=ports)


def test_asset_performance__looks_at_the_settled_part_and_says_so(ports: Ports) -> None:
    found = asset_performance(AUGUST, label="2026-08", ports=ports)

    assert not found.is_whole
    assert (found.first_day, found.n_days) == (date(2026, 8, 1), 14)
    assert found.learnt_from == roof_park.FIRST
    assert asset_performance(JULY, label="2026-07", ports=ports).is_whole


def test_asset_performance__refuses_days_that_are_not_settled(ports: Ports) -> None:
    with pytest.raises(AssetsNotSettledError):
        asset_performance(days(date(2026, 9, 1), 5, small_park.ZONE), label="x", ports=ports)


def test_asset_performance__has_every_asset_with_its_name(ports: Ports) -> None:
    found = asset_performance(AUGUST, label="2026-08", ports=ports)

    assert [*names_of(found)] == [*roof_park.ROOFS, "W01", "B1", "CS1"]
    assert names_of(found)["B1"] == ("储能", "Battery")
    (battery,), (station,) = found.batteries, found.stations
    assert battery.use.efficiency_ratio == pytest.approx(0.9025)
    assert battery.daily_kwh == ((800.0, 722.0),) * 14
    assert station.use.used_kwh == pytest.approx(14 * 435.0)
    assert station.daily_kwh == (435.0,) * 14
    assert station.use.n_compared_days == 14, "four weeks before are in the record"


def test_asset_performance__a_loss_is_priced_by_the_statement_and_by_nothing_else(
    ports: Ports,
) -> None:
    before = asset_performance(AUGUST, label="2026-08", ports=ports)
    _state_revenue(ports, "PV02", "revenue-what-if", "100.00", 200)
    what_if = asset_performance(AUGUST, label="2026-08", ports=ports)
    _state_revenue(ports, "PV02", "revenue", "30000.00", 100_000)
    priced = asset_performance(AUGUST, label="2026-08", ports=ports)

    assert [each.lost_cny for each in before.plants] == [None] * 6
    assert before.lost_cny is None, "what nobody priced is not zero"
    assert what_if.plants[1].price is not None
    assert what_if.plants[1].price.is_what_if
    of, price = priced.plants[1], priced.plants[1].price
    assert price is not None
    assert (price.cny_per_kwh, price.is_what_if) == (Decimal("0.3000"), False)
    assert price.statements == ("revenue.PV02.2026-08.v1",)
    assert of.performance.lost_kwh is not None
    assert of.lost_cny is not None
    assert float(of.lost_cny[0]) == pytest.approx(0.3 * of.performance.lost_kwh[0], abs=0.01)
    assert priced.lost_cny is None, "PV03 lost too, and has no statement"
    _state_revenue(ports, "PV03", "revenue", "300.00", 1_000)
    both = asset_performance(AUGUST, label="2026-08", ports=ports)
    assert both.lost_cny is not None
    assert both.lost_kwh > of.performance.lost_kwh[0]


def test_asset_performance__a_year_without_every_statement_is_not_priced(ports: Ports) -> None:
    two_months = small_park.Period(JULY.start, AUGUST.end)

    found = asset_performance(two_months, label="x", ports=ports)

    assert all(each.price is None for each in found.plants)


def test_asset_performance__is_a_figure_of_the_whole_park(ports: Ports) -> None:
    part = see(ports, Scope(frozenset({"E01"})))

    with pytest.raises(PartOfParkError):
        asset_performance(AUGUST, label="2026-08", ports=part)


def test_asset_performance__an_asset_without_a_meter_is_left_out(ports: Ports) -> None:
    meters = {id_: m for id_, m in ports.park.meters.items() if id_ not in {"M-DIS", "M-CS1"}}
    less = replace(ports, park=replace(ports.park, meters=meters))

    found = asset_performance(AUGUST, label="2026-08", ports=less)

    assert (found.batteries, found.stations) == ((), ())
