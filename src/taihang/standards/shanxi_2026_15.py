"""Time of use in Shanxi from 2026-05-01: 晋发改商品发〔2026〕15号.

Four seasonal tables with a midday valley; the ratios lie in ``tables/shanxi_tou.toml``. Sharp is
peak × 1.2 and deep valley is valley × 0.8. The text is for users of agent purchase: who trades in
the market has no administrative time of use. Who gets the sharp price and which items float is
[uncertain] and therefore a parameter of the park's tariff.
"""

from datetime import date
from typing import Final

from taihang.core.market.tou import TouSchedule, TouSeason

HOLIDAYS: Final = ("春节 Spring Festival", "劳动节 Labour Day", "国庆节 National Day")
"""The holidays with a deep valley.

Whether the text means the statutory days or the whole leave is not recorded where it was seen:
the holiday calendar of the park decides, and names its source.
"""

SCHEDULE: Final = TouSchedule(
    family="shanxi-2026-15",
    region="Shanxi",
    document="晋发改商品发〔2026〕15号",
    clause="time-of-use table by season",
    source="K21, K22",
    status="verified",
    valid_from=date(2026, 5, 1),
    valid_to=None,
    seasons=(
        TouSeason(
            name="spring",
            months=(3, 4, 5),
            peak=((6, 8), (17, 24)),
            valley=((2, 5), (9, 15)),
            flat=((0, 2), (5, 6), (8, 9), (15, 17)),
        ),
        TouSeason(
            name="summer",
            months=(6, 7, 8),
            sharp=((18, 21),),
            peak=((6, 8), (21, 24)),
            valley=((2, 5), (10, 15)),
            flat=((0, 2), (5, 6), (8, 10), (15, 18)),
        ),
        TouSeason(
            name="autumn",
            months=(9, 10, 11),
            peak=((6, 8), (17, 24)),
            valley=((2, 5), (11, 15)),
            flat=((0, 2), (5, 6), (8, 11), (15, 17)),
        ),
        TouSeason(
            name="winter",
            months=(12, 1, 2),
            sharp=((17, 20),),
            peak=((6, 8), (16, 17), (20, 23)),
            valley=((2, 5), (10, 15)),
            flat=((0, 2), (5, 6), (8, 10), (15, 16), (23, 24)),
        ),
    ),
    holiday_deep_valley=((13, 15),),
    note="public repositories citing the official page were read, not the original",
)
