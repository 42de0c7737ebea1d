"""A park whose plant has a market position, costs, and an income by document."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

import money_park
import small_park
from small_park import AUGUST
from taihang.config.park_file import examine_park
from taihang.core.park.problem import Severity
from taihang.core.periods import STEP_S
from taihang.core.series import Quantity
from taihang.services.collect import IMPORT_GATEWAY, Collected
from taihang.services.ports import Ports

UNITS: Final = {"PRICE": "CNY/MWh", "DA-P": "CNY/MWh", "DA-Q": "kWh"}
SERIES: Final = """DA-P = { quantity = "sample", unit = "CNY/MWh", scale = "0.01" }
DA-Q = { quantity = "sample", unit = "kWh", scale = "0.1" }
"""
POSITION: Final = """[market_positions.MP1]
plant = "PV01"
curve_kwh = [{kwh}]
curve_cny_per_mwh = [{prices}]
day_ahead_series = "DA-Q"
day_ahead_price_series = "DA-P"
real_time_price_series = "PRICE"
source = "assumed for tests"
""".format(kwh=", ".join(['"40"'] * 24), prices=", ".join(['"340"'] * 24))
COMPANY: Final = """[asset_company]
name_zh = "新能源公司"
name_en = "Energy assets"
assets = ["PV01", "B1"]
investment_cny = "13860000000"
output_cny_per_year = "15500000000"
source = "plan, assumed for tests"
"""
COSTS: Final = "[asset_costs]\n" + "".join(
    f'{name} = {{ asset = "{asset}", kind = "{kind}", amount_cny_per_year = "{cny}",'
    ' source = "assumed" }\n'
    for name, asset, kind, cny in (
        ("C1", "PV01", "operation", "1000"),
        ("C2", "PV01", "depreciation", "20000"),
        ("C3", "B1", "operation", "500"),
    )
)
INCOME: Final = """[other_incomes.OI1]
asset = "B1"
kind = "ancillary"
month = "2026-08"
amount_cny = "1234.56"
evidence = []
source = "settlement sheet, assumed"
"""


def text(*more: str, premium: bool = True, position: bool = True) -> str:
    """The park file."""
    gateway = money_park.GATEWAY_TARIFF + 'export_price_series = "PRICE"\n'
    price = 'price_cny_per_kwh = "0.3100"'
    with_premium = f'{price}, green_premium_cny_per_kwh = "0.0230"'
    found = money_park.text(gateway=gateway).replace(price, with_premium if premium else price)
    found = found.replace("[green_supplies]", SERIES + "[green_supplies]", 1)
    return found + (POSITION if position else "") + "".join(more)


def send(
    ports: Ports, point: str, counts: Sequence[int], *, but: frozenset[int] = frozenset()
) -> None:
    """Send a value of a series for every interval of August but some."""
    at = [n for n in range(AUGUST.n_steps) if n not in but]
    block = replace(
        small_park.block_of(point, AUGUST.start_s, [counts[n] for n in at]),
        times_s=AUGUST.start_s + STEP_S * np.array(at, np.int64),
        quantity=Quantity.SAMPLE,
        unit=UNITS[point],
        scale="0.1" if point == "DA-Q" else "0.01",
        modulus=0,
    )
    small_park.store(ports, [Collected(IMPORT_GATEWAY, AUGUST.end_s + 60, (block,))])


def closed(ports: Ports, *, dear: int | None = None, but: frozenset[int] = frozenset()) -> None:
    """Read prices and positions, and close August; one real-time price may be above the cap."""
    n = AUGUST.n_steps
    real = [(i * 37) % 45_000 for i in range(n)]
    if dear is not None:
        real[dear] = 150_100
    send(ports, "PRICE", real, but=but)
    send(ports, "DA-P", [(i * 41) % 44_000 for i in range(n)])
    send(ports, "DA-Q", [(i * 13) % 900 for i in range(n)])
    money_park.closed(ports)


def problems_of(text_of_park: str) -> list[str]:
    """Where something is wrong in a park file."""
    return [
        ".".join(map(str, each.path))
        for each in examine_park(text_of_park).problems
        if each.severity is Severity.ERROR
    ]
