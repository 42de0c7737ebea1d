from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import canary_park
from canary_park import METERS, TENANTS
from taihang.config.park_file import read_park
from taihang.core.facts import Fact, FactBook
from taihang.core.park.quota import Evidence, ProductQuota
from taihang.services.sight_park import own_facts, own_park

PARK: Final = read_park(canary_park.park_text(), source="test")
FIRST, SECOND, THIRD = TENANTS[:3]


def test_own_park__keeps_ones_own_with_its_meters_and_quotas() -> None:
    own = own_park(PARK, frozenset({FIRST}))

    assert [*own.enterprises] == [FIRST]
    assert [*own.meters] == [METERS[FIRST]]
    assert [*own.quotas] == [f"Q-{FIRST}"]


def test_own_park__a_shared_gateway_reads_ones_own_meter_alone() -> None:
    own = own_park(PARK, frozenset({FIRST}))

    assert {id_: one.meters for id_, one in own.gateways.items()} == {"GW1": (METERS[FIRST],)}


def test_own_park__contracts_name_no_other_buyer() -> None:
    own = own_park(PARK, frozenset({FIRST}))

    assert own.green_supplies["GS1"].buyers == (FIRST,)
    assert own.grid_tariffs["GT"].users == (FIRST,)
    assert own.dedicated_lines["DL1"].users == (FIRST,)
    assert [*own.plants] == ["PV01"]
    assert own_park(PARK, frozenset({THIRD})).dedicated_lines == {}


def test_own_park__a_heat_network_is_shown_to_who_sees_all_of_it() -> None:
    assert own_park(PARK, frozenset({FIRST})).heat_networks == {}
    assert own_park(PARK, frozenset({SECOND})).heat_networks == {}
    assert [*own_park(PARK, frozenset({FIRST, SECOND})).heat_networks] == ["H1"]


def test_own_park__a_product_made_of_a_neighbours_is_not_shown() -> None:
    assert own_park(PARK, frozenset({FIRST})).carbon.products == {}
    assert [*own_park(PARK, frozenset({SECOND})).carbon.products] == [f"AL-{SECOND}"]
    both = own_park(PARK, frozenset({FIRST, SECOND})).carbon
    assert [*both.products] == [f"AL-{FIRST}", f"AL-{SECOND}"]
    assert [*both.precursors] == [f"P-{SECOND}-in"]


def test_own_park__prices_are_those_of_ones_own_contracts() -> None:
    supply = replace(PARK.green_supplies["GS1"], price_series="PRICE", buyers=(FIRST,))
    park = replace(PARK, green_supplies={"GS1": supply})

    assert [*own_park(park, frozenset({FIRST})).series] == ["PRICE"]
    assert own_park(park, frozenset({SECOND})).series == {}
    assert own_park(park, frozenset({SECOND})).plants == own_park(park, frozenset({FIRST})).plants


def test_own_facts__leave_out_what_the_park_states_of_its_own_business() -> None:
    quota = ProductQuota(
        id="Q",
        product="profile",
        level_2=Decimal(1),
        unit="kgce/t",
        valid_from=date(2026, 1, 1),
        document="test",
        clause="1",
        evidence=Evidence.VERIFIED,
    )
    park = replace(PARK, product_quotas={"Q": quota})
    public = FactBook(
        [
            Fact(
                code="grid.average",
                value=Decimal(1),
                unit="kg",
                region="CN",
                valid_from=date(2026, 1, 1),
                valid_to=None,
                data_year=None,
                document="d",
                clause="c",
                source="s",
                status="verified",
                set="t",
            )
        ]
    )
    book = public.with_facts(park.facts)

    assert own_facts(book, whole=park, part=park) is book
    without = own_facts(book, whole=park, part=replace(park, product_quotas={}))
    assert without.all() == public.all()
