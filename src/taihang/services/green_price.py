"""What a kWh of a green supply contract costs in each interval of a month."""

from taihang.core.market.green_price import prices_by_curve, prices_by_kind, prices_by_market
from taihang.core.market.month_use import IntervalPrices
from taihang.core.market.tou import kind_index
from taihang.core.park.contract import GreenSupply, PriceBy
from taihang.core.periods import Period
from taihang.services.ports import Ports
from taihang.services.price_series import spot_prices
from taihang.services.tariff import schedule_on
from taihang.standards import state_council_holidays

_SHARP = "sharp"


def green_prices(supply: GreenSupply, period: Period, ports: Ports) -> IntervalPrices | None:
    """Return the price of each interval under a contract.

    Args:
        supply: The contract.
        period: The month.
        ports: The outside world.

    Returns:
        The prices; None where the contract has one fixed price.

    Raises:
        TariffNotInForceError: If the price follows kinds of hour and no schedule is in force.
    """
    zone = ports.park.zone
    if supply.price_by is PriceBy.TIME_OF_USE:
        kinds = kind_index(
            schedule_on(period.start.astimezone(zone).date()),
            period=period,
            zone=zone,
            holidays=state_council_holidays.deep_valley_calendar(),
            sharp_applies=_SHARP in supply.prices_cny_per_kwh,
        )
        return prices_by_kind(supply.prices_cny_per_kwh, kinds=kinds)
    if supply.price_by is PriceBy.CURVE:
        return prices_by_curve(supply.curve_cny_per_kwh, period=period, zone=zone)
    if supply.price_series is None or supply.discount_cny_per_kwh is None:
        return None
    return prices_by_market(
        spot_prices(supply.price_series, period, ports).prices,
        discount_cny_per_kwh=supply.discount_cny_per_kwh,
        floor_cny_per_kwh=supply.floor_cny_per_kwh,
    )
