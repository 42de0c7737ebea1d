"""A small park whose battery was planned for a day that is still to come."""

from functools import cache
from pathlib import Path
from shutil import copytree
from tempfile import mkdtemp
from typing import Final

import regret_park
import small_park
from regret_park import GATEWAYS, PLANNED, TEXT
from taihang.core.periods import days
from taihang.services.act_log import log_acts
from taihang.services.plan_day import plan_day
from taihang.services.settle import settle

PLAN: Final = f"day-plan.park.{PLANNED.isoformat()}.v1"
DAY: Final = days(PLANNED, 1, small_park.ZONE)
N_BEFORE: Final = 28


@cache
def _made() -> Path:
    root = small_park.make(Path(mkdtemp(prefix="planned-park-")) / "park", TEXT)
    steps = regret_park.steps_of_month()
    with small_park.opened(root) as ports:
        for gateway, points in GATEWAYS.items():
            blocks = [regret_park.block_of(steps[each], each, 0, N_BEFORE) for each in points]
            small_park.store(ports, small_park.daily(blocks, gateway))
        settle(days(PLANNED.replace(day=1), N_BEFORE, small_park.ZONE), ports=ports)
        plan_day(PLANNED, ports=ports)
        log_acts(ports=ports)
    return root


def made(folder: Path) -> Path:
    """A copy of the park, to write into."""
    return Path(copytree(_made(), folder / "park"))
