"""What a park states about its annual ratios, for tests: a forecast, shapes, remedies, limits."""

from pathlib import Path
from typing import Final

import small_park

FORECAST: Final = """[ratio_forecast]
scenarios = 200
seed = 650
block_days = 7
season_days = 45
year_spread = { pv = "0", load = "0" }
likely_chance_ratio = "0.10"
certainty_ratio = "0.90"
source = "test"
"""
_FLAT: Final = '["1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1", "1"]'
SHAPES: Final = f"""[seasonal_shapes]
pv = {{ months = {_FLAT}, source = "test" }}
load = {{ months = {_FLAT}, source = "test" }}
"""
REMEDIES: Final = """[remedies.CURTAIL]
kind = "curtail"
name_zh = "限发"
name_en = "Curtail"
price_cny_per_mwh = "332"
source = "test"
[remedies.CHARGE]
kind = "charge"
name_zh = "多充"
name_en = "Charge"
price_cny_per_mwh = "120"
most_mwh_per_day = "2"
loss_ratio = "0.10"
source = "test"
[remedies.ADD]
kind = "add-load"
name_zh = "增荷"
name_en = "Add load"
most_mwh_per_day = "5"
source = "test"
"""
LIMITS: Final = """[export_limits]
L1 = { ratio = "0.20", valid_from = 2025-05-21, document = "test 1", evidence = "uncertain" }
L2 = { ratio = "0.15", valid_from = 2026-07-01, document = "test 2", evidence = "verified" }
"""
STATED: Final = FORECAST + SHAPES + REMEDIES
"""All of it but dated limits."""
UNDATED: Final = 'export_limit_ratio = "0.20"\n'
"""The line that dated limits take the place of."""


def with_limits(text: str) -> str:
    """A park file whose limits of export are dated."""
    if UNDATED not in text:
        raise AssertionError("the park file has its limit written otherwise")
    return text.replace(UNDATED, "") + LIMITS


NARROW: Final = small_park.PARK.replace(UNDATED, 'export_limit_ratio = "0.02"\n') + STATED
"""A park that exports more than it may, which a battery could keep in."""


def june_park(root: Path, text: str = small_park.PARK + STATED) -> Path:
    """A park whose June is settled and accounted; at noon it exports, at night it imports."""
    made = small_park.make(root, text)
    with small_park.opened(made) as ports:
        small_park.settle_june(ports)
    return made
