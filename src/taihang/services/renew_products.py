"""Product accounts that were issued: drawn up again when electricity under them is settled anew.

A footprint or a CBAM sheet is issued when somebody asks for it; from then on it may not contradict
the months that are settled after it.
"""

from collections.abc import Callable
from typing import Final

from taihang.core.periods import Period, months_in
from taihang.services import cbam_account, product_account
from taihang.services.account import UNKNOWN, Because, Draft, issue_statements
from taihang.services.ports import Ports

DRAFTS: Final[dict[str, Callable[..., list[Draft]]]] = {
    product_account.KIND: product_account.drafts,
    cbam_account.KIND: cbam_account.drafts,
}
"""Who draws up which kind."""


def renew_products(period: Period, *, ports: Ports, because: Because = UNKNOWN) -> int:
    """Restate the product accounts of a settled period, and of its years, that were issued before.

    Args:
        period: A settled and accounted period.
        ports: The outside world, opened for writing.
        because: What changed since it was last settled.

    Returns:
        How many were restated; those that say the same stay as they are.
    """
    months = [*months_in(period, ports.park.zone)]
    n_restated = 0
    for name in (*months, *sorted({month[:4] for month in months})):
        issued = {one.series for one in ports.registry.latest_statements(name)}
        for kind, draw_up in DRAFTS.items():
            if not any(series.startswith(f"{kind}.") for series in issued):
                continue
            again = [each for each in draw_up(name, ports=ports) if each.series in issued]
            _, restated, _ = issue_statements(again, period=name, ports=ports, because=because)
            n_restated += restated
    return n_restated
