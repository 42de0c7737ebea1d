"""A park whose money closes: users, a charging station, a plant, a battery, a metered gateway."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

import small_park
from small_park import AUGUST, MODULUS
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period
from taihang.services.close_period import Closed, close_period
from taihang.services.collect import Collected
from taihang.services.ports import Ports

BILLING: Final = """[billing]
losses_borne_by = "operator"
storage_borne_by = "operator"
surplus_paid_to = "plants"
"""
GATEWAY_TARIFF: Final = """[grid_tariffs.GT-GATE]
users = ["G1"]
parts = "two-part"
demand_basis = "demand"
agent_price_cny_per_kwh = "0.3320"
system_operation_cny_per_kwh = "0.0400"
export_price_cny_per_kwh = "0.2500"
floating_items = ["energy", "transmission"]
sharp_applies = true
line_loss_rule = "gross-up"
green_pays = []
power_factor_standard = "0.90"
source = "assumed for tests"
"""
STATION: Final = """[stations.CS1]
name_zh = "充电站"
name_en = "Charging"
capacity_kw = 300
piles = 5
voltage_kv = 10
transformer_kva = 400
centralised = true
"""


def text(*, billing: str = BILLING, station: str = STATION, gateway: str = GATEWAY_TARIFF) -> str:
    """The park file, with other rules."""
    return small_park.park_text(
        gateway_1=small_park.E01
        + small_park.PV01
        + small_park.IMPORT
        + small_park.EXPORT
        + small_park.CHARGE
        + small_park.DISCHARGE,
        gateway_2=small_park.E02 + small_park.meter("M-CS1", "CS1", "consumption"),
        more=small_park.GRID + small_park.BATTERY + station + gateway + billing,
    )


PARK: Final = text()
Steps: TypeAlias = NDArray[np.int64]


def losses(period: Period) -> Steps:
    """Losses between gateway and meters by formula, never below zero. [counts]"""
    return 11 + small_park.step_counts("M-E01", period) // 97


def _net(period: Period) -> Steps:
    of = {point: counts(point, period) for point in ("M-E01", "M-E02", "M-CS1", "M-CH")}
    out = {point: counts(point, period) for point in ("M-DIS", "M-PV01")}
    return sum(of.values(), losses(period)) - sum(out.values(), np.int64(0))


_OWN: Final[Mapping[str, Callable[[Period], Steps]]] = {
    "M-CS1": lambda period: 60 + (np.arange(period.n_steps, dtype=np.int64) * 7) % 53,
    "M-IMP": lambda period: np.maximum(_net(period), 0),
    "M-EXP": lambda period: np.maximum(-_net(period), 0),
}


def counts(point: str, period: Period) -> Steps:
    """Counts of every interval of a period by formula, shape (n,)."""
    if point in _OWN:
        return _OWN[point](period)
    return small_park.step_counts(point, period)


def registers(point: str, period: Period) -> ReadingBlock:
    """Registers at every edge of a period."""
    edges = np.concatenate([[0], np.cumsum(counts(point, period))])
    return small_park.block_of(point, period.start_s, edges % MODULUS)


def fill(ports: Ports, period: Period = AUGUST) -> None:
    """Store the formula's readings of a whole period."""
    small_park.store(
        ports,
        [
            Collected(
                gateway.id,
                period.end_s + 60,
                tuple(registers(point, period) for point in gateway.meters),
            )
            for gateway in ports.park.gateways.values()
        ],
    )


def opened(root: Path, *, writing: bool = True) -> AbstractContextManager[Ports]:
    """Open a park folder."""
    return small_park.opened(root, writing=writing)


def closed(ports: Ports, period: Period = AUGUST) -> Closed:
    """Fill a period and close it."""
    fill(ports, period)
    return close_period(period, ports=ports)
