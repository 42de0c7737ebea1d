"""Mean power of a settled row of the lake, for whoever plans from what was measured."""

from datetime import date

import numpy as np

from taihang.core.dispatch.model import Reals
from taihang.core.periods import STEP_S, Period, days
from taihang.core.quantities import SECONDS_PER_HOUR, WH_PER_KWH
from taihang.core.series import Quality
from taihang.services.ports import Columns, Ports


def power_kw(columns: Columns, span: Period) -> Reals:
    """Return the mean power of each quarter of a span.

    Args:
        columns: What was settled of one node: ``time_s``, ``total_wh``, ``quality``.
        span: The quarters; rows beyond its end are left out.

    Returns:
        Mean power, NaN where nothing usable was measured, shape (n_steps,). [kW]
    """
    kw = np.full(span.n_steps, np.nan)
    usable = columns["quality"] < Quality.MISSING
    at = (columns["time_s"][usable] - span.start_s) // STEP_S
    fits = at < len(kw)
    per_wh = SECONDS_PER_HOUR / STEP_S / WH_PER_KWH
    kw[at[fits]] = np.maximum(columns["total_wh"][usable][fits], 0) * per_wh
    return kw


def month_so_far_kw(day: date, ports: Ports) -> float:
    """Return the highest import of the month before a day, 0 on its first [kW]."""
    first = day.replace(day=1)
    if first == day:
        return 0.0
    span = days(first, (day - first).days, ports.park.zone)
    rows = ports.lake.read("balance", span, "import")
    peak_wh = max((int(columns["wh"].max(initial=0)) for columns in rows.values()), default=0)
    return peak_wh * SECONDS_PER_HOUR / STEP_S / WH_PER_KWH
