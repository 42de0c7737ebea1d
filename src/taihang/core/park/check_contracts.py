"""Whether green supplies and tariffs name who exists, and every user is billed exactly once."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from taihang.core.park.check_assets import check_in_service
from taihang.core.park.check_green_price import PRICE_UNITS, check_green_prices
from taihang.core.park.check_topology import check_names
from taihang.core.park.park import Park
from taihang.core.park.problem import KeyPath, ParkProblem, remedy_for_name

PARTS: Final = ("one-part", "two-part")
"""Whether energy and capacity are billed apart."""
FLOATING_ITEMS: Final = ("energy", "line_loss", "transmission")
"""Bill items whose price may float with time of use."""
LOSS_RULES: Final = ("gross-up", "on-sales")
"""How the price of line loss may follow from the loss rate."""
GREEN_FEES: Final = ("transmission", "line_loss", "system_operation", "funds")
"""Fees that green energy may be charged too."""
POWER_FACTORS: Final = ("0.90", "0.85", "0.80")
"""Standards of the power-factor table [1]."""


def check_contracts(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with green supplies and grid tariffs.

    Args:
        park: The park.

    Yields:
        Problems, green supplies first.
    """
    for supply in park.green_supplies.values():
        path = ("green_supplies", supply.id)
        yield from check_in_service(path, supply.in_service)
        yield from check_names(
            (*path, "plant"), (supply.plant,), known=tuple(park.plants), what="a plant"
        )
        yield from check_names(
            (*path, "buyers"), supply.buyers, known=park.users, what="an enterprise or station"
        )
    yield from _check_one_price(park)
    yield from check_green_prices(park)
    for tariff in park.grid_tariffs.values():
        path = ("grid_tariffs", tariff.id)
        yield from check_names(
            (*path, "users"),
            tariff.users,
            known=(*park.users, *park.grids),
            what="an enterprise, a station or a grid connection",
        )
        yield from _check_words((*path, "parts"), (tariff.parts,), PARTS)
        yield from _check_words((*path, "floating_items"), tariff.floating_items, FLOATING_ITEMS)
        yield from _check_words((*path, "line_loss_rule"), (tariff.line_loss_rule,), LOSS_RULES)
        yield from _check_words((*path, "green_pays"), tariff.green_pays, GREEN_FEES)
        yield from _check_words(
            (*path, "power_factor_standard"), (tariff.power_factor_standard,), POWER_FACTORS
        )
    yield from _check_market(park)
    yield from _check_billed_once(park)
    yield from _check_supply_of_stations(park)
    for battery in park.batteries.values():
        yield from check_names(
            ("batteries", battery.id, "grid_tariff"),
            (battery.grid_tariff,),
            known=tuple(park.grid_tariffs),
            what="a grid tariff",
        )


def _check_one_price(park: Park) -> Iterator[ParkProblem]:
    """Energy of one plant used by one buyer on one day has one price, or no bill is possible."""
    for earlier, later in combinations(park.green_supplies.values(), 2):
        if earlier.plant != later.plant or not earlier.in_service.overlaps(later.in_service):
            continue
        first_buyers = frozenset(earlier.buyers)
        shared = [buyer for buyer in later.buyers if buyer in first_buyers]
        if shared:
            yield ParkProblem(
                path=("green_supplies", later.id, "buyers"),
                given=f"{shared[0]}, to whom {earlier.id} sells {later.plant} on the same days",
                expected="one contract for one plant and one buyer on any day",
                remedy="remove the buyer, or end the first with in_service = { until = … }",
            )


def _check_words(
    path: KeyPath, words: tuple[str, ...], known: tuple[str, ...]
) -> Iterator[ParkProblem]:
    for word in words:
        if word not in known:
            yield ParkProblem(
                path=path,
                given=repr(word),
                expected=f"a word out of {', '.join(known)}",
                remedy=remedy_for_name(word, known=known, otherwise=f"write {known[0]}"),
            )


def _check_market(park: Park) -> Iterator[ParkProblem]:
    """Users of the market have prices by interval, a fee, and no administrative time of use."""
    prices = {name for name, each in park.series.items() if each.unit in PRICE_UNITS}
    for tariff in park.grid_tariffs.values():
        path = ("grid_tariffs", tariff.id)
        series, fee = tariff.market_price_series, tariff.market_fee_cny_per_kwh
        if (series is None) != (fee is None):
            yield ParkProblem(
                path=path,
                given=f"market_price_series {series}, market_fee_cny_per_kwh {fee}",
                expected="both or neither; a user without a retailer has a fee of 0",
                remedy="add the other key, or remove the one",
            )
        if series is not None and series not in prices:
            yield ParkProblem(
                path=(*path, "market_price_series"),
                given=repr(series),
                expected=f"the id of a declared series in {' or '.join(PRICE_UNITS)}",
                remedy="declare it in [series]",
            )
        if series is not None and (tariff.floating_items or tariff.sharp_applies):
            yield ParkProblem(
                path=(*path, "floating_items"),
                given="time of use for users of the market",
                expected="none: they have no administrative time of use in Shanxi since 2026",
                remedy="write floating_items = [] and sharp_applies = false",
            )
        if tariff.near_site_load_factor_ratio is not None and tariff.parts != PARTS[1]:
            yield ParkProblem(
                path=(*path, "parts"),
                given=f"{tariff.parts} with near_site_load_factor_ratio",
                expected="two-part: near-site projects are billed in two parts",
                remedy=f'write "{PARTS[1]}"',
            )


def _check_supply_of_stations(park: Park) -> Iterator[ParkProblem]:
    for station in park.stations.values():
        keys = {
            "voltage_kv": station.voltage_kv,
            "transformer_kva": station.transformer_kva,
            "centralised": station.centralised,
        }
        absent = [name for name, value in keys.items() if value is None]
        if absent and len(absent) < len(keys):
            yield ParkProblem(
                path=("stations", station.id),
                given=f"a supply without {', '.join(absent)}",
                expected=f"all of {', '.join(keys)}, or none where it is not billed",
                remedy=f"add {absent[0]}",
            )


def _check_billed_once(park: Park) -> Iterator[ParkProblem]:
    if not park.grid_tariffs:
        # A park that bills nobody needs no tariff; a park that bills one user bills them all.
        return
    tariff_of: dict[str, str] = {}
    for tariff in park.grid_tariffs.values():
        for user in tariff.users:
            if tariff_of.setdefault(user, tariff.id) != tariff.id:
                yield ParkProblem(
                    path=("grid_tariffs", tariff.id, "users"),
                    given=f"{user}, which {tariff_of[user]} bills already",
                    expected="one grid tariff for each user",
                    remedy=f"remove {user} from one of the two",
                )
    for user in park.users:
        if user not in tariff_of:
            yield ParkProblem(
                path=("enterprises" if user in park.enterprises else "stations", user),
                given="no grid tariff that names it",
                expected="exactly one grid tariff whose `users` names it",
                remedy=f"add {user} to the users of a grid tariff",
            )
