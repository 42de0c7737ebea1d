"""The park file as one sees it who sees some of its enterprises."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from taihang.core.facts import FactBook
from taihang.core.park.carbon import CarbonDeclaration, Precursor, Product
from taihang.core.park.contract import GreenSupply, GridTariff
from taihang.core.park.direct_connection import NOTHING_STATED
from taihang.core.park.identity import UNKNOWN_ELSEWHERE
from taihang.core.park.medium_meter import MediumMeter
from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.park.topology import DedicatedLine, Gateway, Meter

_Meter = TypeVar("_Meter", Meter, MediumMeter, ReactiveMeter)


def own_park(park: Park, own: frozenset[str]) -> Park:
    """Return the part of a park that belongs to some of its enterprises.

    Args:
        park: The whole park.
        own: Ids of enterprises; one that the park does not have adds nothing.

    Returns:
        A park by the rules of ``PARK_RULES``.
    """
    supplies = _supplies(park, own)
    tariffs = _tariffs(park, own)
    lines = _lines(park, own)
    plants = {supply.plant for supply in supplies.values()}
    plants |= {plant for line in lines.values() for plant in line.plants}
    meters = _metered(park.meters, own)
    media, reactive = _metered(park.media_meters, own), _metered(park.reactive_meters, own)
    prices = _price_series(supplies.values(), tariffs.values())
    return replace(
        park,
        grids={},
        enterprises={id_: one for id_, one in park.enterprises.items() if id_ in own},
        # What it may yield is nobody's business but its owner's; name and rating are on every
        # certificate that anybody may look at.
        plants={
            id_: replace(one, planned_mwh_per_year=None, identity=UNKNOWN_ELSEWHERE)
            for id_, one in park.plants.items()
            if id_ in plants
        },
        stations={},
        batteries={},
        feeders={},
        dedicated_lines=lines,
        meters=meters,
        gateways=_gateways(park.gateways, frozenset((*meters, *media, *reactive))),
        series={id_: one for id_, one in park.series.items() if id_ in prices},
        green_supplies=supplies,
        grid_tariffs=tariffs,
        media_meters=media,
        reactive_meters=reactive,
        zero_carbon=None,
        peak=None,
        parties={},
        admission=None,
        limits={},
        closed_units={},
        quotas={id_: one for id_, one in park.quotas.items() if one.subject in own},
        score_measures={},
        direct_connection=NOTHING_STATED,
        plant_sensors={},
        heat_networks={
            id_: one
            for id_, one in park.heat_networks.items()
            if one.supplier in own and own.issuperset(one.users)
        },
        heat_reference=None,
        asset_company=None,
        asset_costs={},
        other_incomes={},
        market_positions={},
        carbon=_carbon(park.carbon, own),
    )


def own_facts(facts: FactBook, *, whole: Park, part: Park) -> FactBook:
    """Return the published facts, and of those that the park states itself the ones of a part."""
    closed = {*whole.facts} - {*part.facts}
    return FactBook(fact for fact in facts.all() if fact not in closed) if closed else facts


def _metered(meters: Mapping[str, _Meter], own: frozenset[str]) -> dict[str, _Meter]:
    return {id_: one for id_, one in meters.items() if one.node in own}


def _gateways(gateways: Mapping[str, Gateway], points: frozenset[str]) -> dict[str, Gateway]:
    """Return the gateways that read something of one's own, with nothing else that they read."""
    return {
        id_: replace(one, meters=tuple(m for m in one.meters if m in points))
        for id_, one in gateways.items()
        if not points.isdisjoint(one.meters)
    }


def _supplies(park: Park, own: frozenset[str]) -> dict[str, GreenSupply]:
    return {
        id_: replace(one, buyers=_only(one.buyers, own))
        for id_, one in park.green_supplies.items()
        if not own.isdisjoint(one.buyers)
    }


def _tariffs(park: Park, own: frozenset[str]) -> dict[str, GridTariff]:
    return {
        id_: replace(one, users=_only(one.users, own))
        for id_, one in park.grid_tariffs.items()
        if not own.isdisjoint(one.users)
    }


def _lines(park: Park, own: frozenset[str]) -> dict[str, DedicatedLine]:
    return {
        id_: replace(one, users=_only(one.users, own))
        for id_, one in park.dedicated_lines.items()
        if not own.isdisjoint(one.users)
    }


def _only(ids: Iterable[str], own: frozenset[str]) -> tuple[str, ...]:
    return tuple(id_ for id_ in ids if id_ in own)


def _price_series(supplies: Iterable[GreenSupply], tariffs: Iterable[GridTariff]) -> set[str]:
    """Return the declared prices that contracts and tariffs of one's own are billed by."""
    named = {supply.price_series for supply in supplies}
    named |= {tariff.market_price_series for tariff in tariffs}
    return {name for name in named if name is not None}


def _carbon(carbon: CarbonDeclaration, own: frozenset[str]) -> CarbonDeclaration:
    processes = {id_: one for id_, one in carbon.processes.items() if one.enterprise in own}
    made = {id_: one for id_, one in carbon.products.items() if one.process in processes}
    products = {id_: one for id_, one in made.items() if _stands_alone(one, made, carbon)}
    used = {name for one in products.values() for name in one.precursors}
    return replace(
        carbon,
        sources={id_: one for id_, one in carbon.sources.items() if id_ in own},
        processes=processes,
        products=products,
        precursors={id_: one for id_, one in carbon.precursors.items() if id_ in used},
        installations={id_: one for id_, one in carbon.installations.items() if id_ in own},
    )


def _stands_alone(product: Product, made: Mapping[str, Product], carbon: CarbonDeclaration) -> bool:
    """Say whether nothing that a product is made of is a product of another enterprise."""
    used = [carbon.precursors.get(name) for name in product.precursors]
    return all(_is_known(one, made) for one in used if one is not None)


def _is_known(precursor: Precursor, made: Mapping[str, Product]) -> bool:
    return precursor.made_as is None or precursor.made_as in made
