"""A small park whose users pay a market price that is read for every quarter of an hour."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

import small_park
from small_park import AUGUST
from taihang.core.periods import STEP_S
from taihang.core.series import Quantity
from taihang.services.collect import IMPORT_GATEWAY, Collected
from taihang.services.ports import Ports

ENDING: Final = 'source = "assumed for tests"\n'
"""Of the first table that has one: the tariff."""
FIELDS: Final = 'market_price_series = "PRICE"\nmarket_fee_cny_per_kwh = "0.0050"\n'
PARK: Final = small_park.PARK.replace(
    'floating_items = ["energy", "transmission"]', "floating_items = []"
).replace(ENDING, ENDING + FIELDS, 1)


def send_prices(ports: Ports, counts: Sequence[int], *, steps: Sequence[int]) -> None:
    """Send prices of intervals of August, in 0.01 CNY/MWh, with the number of each interval."""
    block = replace(
        small_park.block_of("PRICE", AUGUST.start_s, counts),
        times_s=AUGUST.start_s + STEP_S * np.array(steps, np.int64),
        quantity=Quantity.SAMPLE,
        unit="CNY/MWh",
        scale="0.01",
        modulus=0,
    )
    small_park.store(ports, [Collected(IMPORT_GATEWAY, AUGUST.end_s + 60, (block,))])
