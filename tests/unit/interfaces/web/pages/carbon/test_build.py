"""Where the page Carbon gets its figures, and that each of them opens to itself."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from command_line import DemoPark
from taihang import wiring
from taihang.core.access.scope import Scope
from taihang.interfaces.web.names import names_of
from taihang.interfaces.web.pages.carbon.build import build_carbon, build_quotas
from taihang.interfaces.web.pages.carbon.view import WAYS, CarbonView
from taihang.services.figure_standing import Told
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.sight import see

MONTH = "2026-09"


@pytest.fixture(scope="module")
def ports(demo_park: DemoPark) -> Iterator[Ports]:
    with wiring.open_park(demo_park.root, writing=False) as found:
        yield found


@pytest.fixture(scope="module")
def view(ports: Ports) -> CarbonView:
    return build_carbon(ports, "")


def told(view: CarbonView) -> Iterator[Told]:
    yield from view.scope2_t.values()
    yield view.coal_tce
    for row in view.rows[:3]:
        yield from (row.energy_kwh, *row.scope2_t.values())


def test_build_carbon__shows_the_last_month_and_every_enterprise(
    view: CarbonView, ports: Ports
) -> None:
    assert view.month == MONTH
    assert [row.id for row in view.rows] == list(ports.park.enterprises)
    assert view.n_stated[WAYS[0]] == view.n_users == len(ports.park.users)
    with_line = {row.id for row in view.rows if row.has_line}
    assert 0 < len(with_line) == view.n_stated[WAYS[2]] < len(view.rows)


def test_build_carbon__every_number_of_record_opens_to_itself(
    view: CarbonView, ports: Ports
) -> None:
    opened = 0
    for each in told(view):
        if each.value is not None:
            assert open_figure(each.key, ports=ports).value == each.value, each.key
            opened += 1
    assert opened > 10
    for row in view.factors:
        assert open_figure(row.key, ports=ports).value is not None, row.name


def test_build_carbon__totals_are_the_sums_of_the_rows_and_stations(
    view: CarbonView, ports: Ports
) -> None:
    stations = [
        open_figure(f"statement/{WAYS[1]}.{station}.{MONTH}.v1/value", ports=ports).value
        for station in ports.park.stations
    ]
    rows = [row.scope2_t[WAYS[1]].value for row in view.rows]

    assert view.scope2_t[WAYS[1]].value == sum(
        (each for each in (*rows, *stations) if each is not None), Decimal(0)
    )


def test_build_carbon__drafts_open_as_drafts_and_list_what_they_lack(view: CarbonView) -> None:
    assert not view.inventories.is_issued
    assert view.year_rows
    keys = [row.account.told("scope1_t").key for row in view.year_rows]
    assert all(key.startswith("draft/inventory.") for key in keys)
    assert {gap.kind for gap in view.gaps} >= {"inventory"}
    assert all(row.n_gaps for row in view.year_rows)


def test_build_carbon__names_products_goods_rules_and_choices(view: CarbonView) -> None:
    assert {one.subject for one in view.products} == {"LFP", "AL-PROFILE"}
    assert {one.subject for one in view.goods} == {"AL-PROFILE"}
    assert {row.kind for row in view.rules} >= {*WAYS, "inventory", "product-footprint", "cbam"}
    assert all(row.rule.document for row in view.rules), view.rules
    assert view.choices["fuel_factor_set"]


def test_build_carbon__shows_an_enterprise_only_its_own(ports: Ports) -> None:
    view = build_carbon(see(ports, Scope(frozenset(("E02",)))), MONTH)

    assert [row.id for row in view.rows] == ["E02"]
    assert [row.id for row in view.year_rows] == ["E02"]
    assert view.park is None
    assert not view.is_whole
    assert {gap.subject for gap in view.gaps} <= {"E02"}
    assert view.scope2_t[WAYS[0]].value == view.rows[0].scope2_t[WAYS[0]].value


def test_build_carbon__of_a_month_without_statements_says_so(ports: Ports) -> None:
    view = build_carbon(ports, "2025-01")

    assert (view.month, view.rows, view.months) == ("", (), (MONTH,))


def test_build_quotas__are_drawn_up_where_none_is_issued(ports: Ports) -> None:
    quotas = build_quotas(ports, "2026")

    assert not quotas.is_issued
    assert {line.subject for line in quotas.lines} <= {"park", *ports.park.enterprises}
    limits = {quota.amount for quota in ports.park.quotas.values()}
    assert {line.limit.value for line in quotas.lines} <= limits
    assert not build_quotas(ports, "2019").lines


def test_names_of__has_products_and_enterprises(ports: Ports) -> None:
    names = names_of(ports.park)

    assert names["LFP"].zh
    assert names["E01"].en
