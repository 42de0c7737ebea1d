"""Whether every green price, and every price of export, has exactly the keys of its form."""

from collections.abc import Iterator
from typing import Final

from taihang.core.park.contract import GreenSupply, PriceBy
from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem, remedy_for_name

PRICE_UNITS: Final = ("CNY/MWh", "CNY/kWh")
"""Units of a series that prices energy by interval."""
CURVE_POINTS: Final = (24, 96)
"""How many prices a curve of a local day may have."""
_KINDS: Final = ("sharp", "peak", "flat", "valley", "deep-valley")
_NEEDED_KINDS: Final = ("peak", "flat", "valley")
_KEYS: Final = {
    PriceBy.FIXED: ("price_cny_per_kwh",),
    PriceBy.TIME_OF_USE: ("prices_cny_per_kwh",),
    PriceBy.CURVE: ("curve_cny_per_kwh",),
    PriceBy.MARKET: ("price_series", "discount_cny_per_kwh"),
}
_MAY: Final = {PriceBy.MARKET: ("floor_cny_per_kwh",)}
_ALL_KEYS: Final = tuple(key for keys in (*_KEYS.values(), *_MAY.values()) for key in keys)


def check_green_prices(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with the prices of green supplies and of export.

    Args:
        park: The park.

    Yields:
        Problems, green supplies first.
    """
    series = {name for name, each in park.series.items() if each.unit in PRICE_UNITS}
    for supply in park.green_supplies.values():
        yield from _check_keys(supply)
        yield from _check_kinds(supply)
        if supply.curve_cny_per_kwh and len(supply.curve_cny_per_kwh) not in CURVE_POINTS:
            yield ParkProblem(
                path=("green_supplies", supply.id, "curve_cny_per_kwh"),
                given=f"{len(supply.curve_cny_per_kwh)} prices",
                expected="24 prices, one an hour, or 96, one a quarter of an hour",
                remedy="complete or cut the curve; a missing price is not guessed",
            )
        if supply.price_series is not None and supply.price_series not in series:
            yield _no_series(("green_supplies", supply.id, "price_series"), supply.price_series)
    for tariff in park.grid_tariffs.values():
        path = ("grid_tariffs", tariff.id, "export_price_series")
        if tariff.export_price_series is None:
            continue
        if tariff.export_price_series not in series:
            yield _no_series(path, tariff.export_price_series)
        if not any(user in park.grids for user in tariff.users):
            yield ParkProblem(
                path=path,
                given="a tariff of no grid connection",
                expected="the tariff of the connection that feeds in",
                remedy="move the key to the tariff whose users name the connection",
            )


def _check_keys(supply: GreenSupply) -> Iterator[ParkProblem]:
    needed = _KEYS[supply.price_by]
    may = (*needed, *_MAY.get(supply.price_by, ()))
    for key in (
        *dict.fromkeys(key for keys in _KEYS.values() for key in keys),
        *_MAY[PriceBy.MARKET],
    ):
        value = getattr(supply, key)
        is_given = value is not None and value not in ((), {})
        if is_given and key not in may:
            yield ParkProblem(
                path=("green_supplies", supply.id, key),
                given=f"{key} with price_by {supply.price_by.value}",
                expected=f"the keys of that form: {', '.join(needed)}",
                remedy=f"remove {key}, or write another price_by",
            )
        if not is_given and key in needed:
            yield ParkProblem(
                path=("green_supplies", supply.id, key),
                given=f"nothing, with price_by {supply.price_by.value}",
                expected=f"the keys of that form: {', '.join(needed)}",
                remedy=f"add {key}; a price has no default",
            )


def _check_kinds(supply: GreenSupply) -> Iterator[ParkProblem]:
    given = tuple(supply.prices_cny_per_kwh)
    for kind in given:
        if kind not in _KINDS:
            yield ParkProblem(
                path=("green_supplies", supply.id, "prices_cny_per_kwh", kind),
                given=repr(kind),
                expected=f"a kind of hour out of {', '.join(_KINDS)}",
                remedy=remedy_for_name(kind, known=_KINDS, otherwise=f"write {_KINDS[1]}"),
            )
    if given and (absent := [kind for kind in _NEEDED_KINDS if kind not in given]):
        yield ParkProblem(
            path=("green_supplies", supply.id, "prices_cny_per_kwh"),
            given=f"no price for {', '.join(absent)}",
            expected=f"a price for each of {', '.join(_NEEDED_KINDS)} at least",
            remedy=f"add {absent[0]}",
        )


def _no_series(path: tuple[str, ...], name: str) -> ParkProblem:
    return ParkProblem(
        path=path,
        given=repr(name),
        expected=f"the id of a declared series in {' or '.join(PRICE_UNITS)}",
        remedy="declare it in [series]",
    )
