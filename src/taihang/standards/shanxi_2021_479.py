"""Time of use in Shanxi from 2022-01-01 to 2026-04-30: 晋发改商品发〔2021〕479号.

One table for the year, with a sharp hour pair in January, July, August and December for large
industry. The ratios lie in ``tables/shanxi_tou.toml``. Under this text the residential and
agricultural loss or gain, the agent-purchase line-loss gain, ancillary fees, funds, the capacity
and demand price and the agent deviation did not float.
"""

from datetime import date
from typing import Final

from taihang.core.market.tou import TouSchedule, TouSeason

SCHEDULE: Final = TouSchedule(
    family="shanxi-2021-479",
    region="Shanxi",
    document="晋发改商品发〔2021〕479号",
    clause="time-of-use table",
    source="K23",
    status="verified",
    valid_from=date(2022, 1, 1),
    valid_to=date(2026, 5, 1),
    seasons=(
        TouSeason(
            name="with sharp hours",
            months=(1, 7, 8, 12),
            sharp=((18, 20),),
            peak=((8, 11), (17, 18), (20, 23)),
            valley=((0, 7), (11, 13)),
            flat=((7, 8), (13, 17), (23, 24)),
        ),
        TouSeason(
            name="without sharp hours",
            months=(2, 3, 4, 5, 6, 9, 10, 11),
            peak=((8, 11), (17, 23)),
            valley=((0, 7), (11, 13)),
            flat=((7, 8), (13, 17), (23, 24)),
        ),
    ),
    holiday_deep_valley=(),
    note="sharp for large industry only: whether a user gets it is a parameter of its tariff",
)
