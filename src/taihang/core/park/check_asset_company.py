"""Whether costs, incomes and market positions name assets and series that exist."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from taihang.core.park.asset_company import MarketPosition
from taihang.core.park.check_assets import check_in_service
from taihang.core.park.check_green_price import CURVE_POINTS, PRICE_UNITS
from taihang.core.park.check_topology import check_names
from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem

ENERGY_UNITS: Final = ("kWh", "MWh")
"""Units of a series of energies by interval."""
_HOURS: Final = 24
_QUARTERS_PER_HOUR: Final = 4
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def check_asset_company(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with what a park says of its assets as a business.

    Args:
        park: The park; nothing about it is taken for granted.
    """
    known = (*park.plants, *park.batteries)
    if park.asset_company is not None:
        path = ("asset_company", "assets")
        yield from check_names(path, park.asset_company.assets, known=known, what=_AN_ASSET)
    for cost in park.asset_costs.values():
        place = ("asset_costs", cost.id)
        yield from check_names((*place, "asset"), (cost.asset,), known=known, what=_AN_ASSET)
        yield from check_in_service(place, cost.in_service)
    for income in park.other_incomes.values():
        place = ("other_incomes", income.id)
        yield from check_names((*place, "asset"), (income.asset,), known=known, what=_AN_ASSET)
        if not _MONTH.fullmatch(income.month):
            yield ParkProblem(
                path=(*place, "month"),
                given=repr(income.month),
                expected="a month as YYYY-MM",
                remedy='write for example "2026-08"',
            )
    for position in park.market_positions.values():
        yield from _check_position(position, park)


_AN_ASSET: Final = "a plant or a battery"


def _check_position(position: MarketPosition, park: Park) -> Iterator[ParkProblem]:
    path = ("market_positions", position.id)
    names = (position.plant,)
    yield from check_names((*path, "plant"), names, known=tuple(park.plants), what="a plant")
    yield from check_in_service(path, position.in_service)
    yield from _check_curve(position)
    wanted = {
        "day_ahead_series": ENERGY_UNITS,
        "day_ahead_price_series": PRICE_UNITS,
        "real_time_price_series": PRICE_UNITS,
    }
    for key, units in wanted.items():
        name = str(getattr(position, key))
        series = park.series.get(name)
        if series is None or series.unit not in units:
            yield ParkProblem(
                path=(*path, key),
                given=repr(name),
                expected=f"the id of a declared series in {' or '.join(units)}",
                remedy="declare it in [series]",
            )
    # What was fed in is paid once: the position settles the rest against the same price.
    paid = {tariff.export_price_series for tariff in park.grid_tariffs.values()} - {None}
    if paid != {position.real_time_price_series}:
        yield ParkProblem(
            path=(*path, "real_time_price_series"),
            given=f"{position.real_time_price_series}, and export paid by "
            f"{', '.join(sorted(filter(None, paid))) or 'a fixed price'}",
            expected="the series that export is paid by",
            remedy="write it as export_price_series of the tariff of the connection",
        )


def _check_curve(position: MarketPosition) -> Iterator[ParkProblem]:
    lengths = len(position.curve_kwh), len(position.curve_cny_per_mwh)
    if lengths[0] != lengths[1] or lengths[0] not in CURVE_POINTS:
        yield ParkProblem(
            path=("market_positions", position.id, "curve_kwh"),
            given=f"{lengths[0]} energies and {lengths[1]} prices",
            expected="24 of each, one an hour, or 96, one a quarter of an hour",
            remedy="complete or cut the curves; nothing is guessed",
        )
    per_point = _QUARTERS_PER_HOUR if lengths[0] == _HOURS else 1
    for kwh in position.curve_kwh:
        wh = kwh * 1_000 / per_point
        if wh != wh.to_integral_value():
            yield ParkProblem(
                path=("market_positions", position.id, "curve_kwh"),
                given=f"{kwh} kWh",
                expected="whole watt-hours in every quarter of an hour",
                remedy=f"write a multiple of {Decimal(per_point) / 1_000} kWh",
            )
