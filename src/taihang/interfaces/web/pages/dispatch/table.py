"""The page of storage as files: the two days of its chart, and the ledger of regret."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.dispatch.plan_decision import Order
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S, STEPS_PER_DAY, instant_of_s
from taihang.services.dispatch_day import DispatchDay
from taihang.services.planned import Planned, ordered_w

Cell = str | int | float | None
FLOWS: Final = ("charge", "discharge", "import", "export", "load")
DAY_COLUMNS: Final = (
    "start",
    "price_cny_per_kwh",
    *(f"{flow}_w" for flow in FLOWS),
    "stored_wh",
    "planned_battery_w",
    "ordered_battery_w",
    "planned_import_w",
    "planned_export_w",
    "planned_load_w",
    "planned_stored_wh",
)
"""Heads of the days: charging is positive; what nobody measured or planned stays empty."""
PARTS: Final = ("control", "model", "forecast", "look_ahead")
LEDGER_COLUMNS: Final = (
    "day",
    "statement",
    "promised_cny",
    "earned_cny",
    "regret_cny",
    *(f"{part}_cny" for part in PARTS),
)
"""Heads of the ledger."""
_N_PLANNED: Final = sum(name.startswith(("planned", "ordered")) for name in DAY_COLUMNS)


def day_rows(shown: DispatchDay, park: Park) -> Iterator[tuple[Cell, ...]]:
    """Yield the quarters of the local day before and of the day.

    Args:
        shown: The day.
        park: The park, for its local time.
    """
    columns = [*_recorded(shown), *_planned(shown)]
    for step, cells in enumerate(zip(*columns, strict=True)):
        start = instant_of_s(shown.axis.start_s + step * STEP_S).astimezone(park.zone)
        yield (start.isoformat(timespec="minutes"), *cells)


def ledger_rows(shown: DispatchDay) -> Iterator[tuple[Cell, ...]]:
    """Yield the days of the ledger; money is in CNY.

    Args:
        shown: The day.
    """
    for line in shown.ledger:
        told = (line.promised_cny, line.earned_cny, line.regret_cny)
        parts = (line.parts_cny.get(part, "") for part in PARTS)
        # As numbers: a spreadsheet takes words that begin with a minus for a formula.
        amounts = (float(each) if each else None for each in (*told, *parts))
        yield (line.day.isoformat(), line.statement, *amounts)


def price_line(shown: DispatchDay) -> list[float | None]:
    """Return what imported energy costs in each quarter of both days; None where no plan says.

    Args:
        shown: The day.
    """
    before = shown.day - timedelta(days=1)
    unknown = [None] * STEPS_PER_DAY
    return [price for day in (before, shown.day) for price in shown.prices.get(day, unknown)]


def stored_line(planned: Planned) -> NDArray[np.int64]:
    """Return what all stores hold at the end of each interval by a plan, shape (96,) [Wh].

    Args:
        planned: The plan.
    """
    nothing = np.zeros(STEPS_PER_DAY, np.int64)
    return sum((store.stored_wh for store in planned.stores.values()), nothing)


def battery_line(planned: Planned, orders: Iterable[Order]) -> NDArray[np.int64]:
    """Return what all stores draw, discharging negative, shape (96,) [W].

    Args:
        planned: The plan.
        orders: In the place of it.
    """
    return sum(ordered_w(planned, orders).values(), np.zeros(STEPS_PER_DAY, np.int64))


def _recorded(shown: DispatchDay) -> Iterator[Sequence[Cell]]:
    yield price_line(shown)
    for flow in FLOWS:
        yield shown.actual_w[flow]
    yield shown.stored_wh


def _planned(shown: DispatchDay) -> Iterator[Sequence[Cell]]:
    """Yield what was planned of the day; of the day before stands the record alone."""
    planned, standing = shown.planned, shown.standing
    before: list[int | None] = [None] * STEPS_PER_DAY
    if planned is None:
        yield from [before * 2] * _N_PLANNED
        return
    orders = () if standing is None else standing.orders
    flows = (planned.series_w(f"{flow}_w") for flow in ("import", "export", "load"))
    lines = (battery_line(planned, ()), battery_line(planned, orders), *flows, stored_line(planned))
    for line in lines:
        yield [*before, *line.tolist()]
