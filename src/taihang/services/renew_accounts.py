"""Accounts that were issued: stated again when their ground moved (§13).

An account is issued when somebody asks for it; from then on it may not contradict what is settled
or handed in after it.
"""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from taihang.services import (
    asset_account,
    carbon_account,
    cbam_account,
    dual_control_account,
    energy_account,
    indicator_account,
    park_carbon,
    pathway_account,
    product_account,
    quota_account,
    ratio_account,
    regret,
    score_account,
    sum_table,
    waste_heat_account,
)
from taihang.services.account import UNKNOWN, Because, Draft, issue_statements
from taihang.services.bill_document import WHAT_IF
from taihang.services.ports import Ports

_YEAR_SIGNS: Final = 4
Job: TypeAlias = Callable[..., list[Draft]]
JOBS: Final[tuple[tuple[tuple[str, ...], Job], ...]] = (
    ((energy_account.KIND,), energy_account.drafts),
    ((dual_control_account.KIND,), dual_control_account.drafts),
    ((carbon_account.KIND,), carbon_account.drafts),
    ((park_carbon.KIND,), park_carbon.drafts),
    ((quota_account.KIND,), quota_account.drafts),
    ((indicator_account.KIND,), indicator_account.drafts),
    ((pathway_account.KIND,), pathway_account.drafts),
    (sum_table.KINDS, sum_table.drafts),
    ((product_account.KIND,), product_account.drafts),
    ((cbam_account.KIND,), cbam_account.drafts),
    ((waste_heat_account.KIND,), waste_heat_account.drafts),
    ((score_account.KIND,), score_account.drafts),
    ((asset_account.KIND, asset_account.KIND + WHAT_IF), asset_account.drafts),
    ((ratio_account.KIND,), ratio_account.drafts),
    ((regret.KIND,), regret.drafts),
)
"""Who draws up which kinds; each after those that it builds on."""
_CHAINED: Final = frozenset((product_account.drafts, cbam_account.drafts))
"""What a product is made of may be a product of the park: then it builds on others of its kind."""


def renew_accounts(years: Iterable[str], *, ports: Ports, because: Because = UNKNOWN) -> int:
    """State every issued account again that rests on what changed in some years.

    Args:
        years: Years of which settled energy or activity data changed; later years rest on them
            too, by what is taken off year by year and by the way to the peak.
        ports: The outside world, opened for writing.
        because: What changed that no statement shows by itself.

    Returns:
        How many statements were restated; those that say the same stay as they are.
    """
    first = min(years, default=None)
    if first is None:
        return 0
    roll = ports.registry.roll()
    n_restated = 0
    for kinds, draw_up in JOBS:
        periods = {
            entry.period
            for entry in roll
            if entry.kind in kinds and entry.period[:_YEAR_SIGNS] >= first
        }
        # A chain is no longer than the products of the park: none goes into itself.
        n_rounds = len(ports.park.carbon.products) if draw_up in _CHAINED else 1
        for period in sorted(periods):
            for _ in range(n_rounds):
                n_again = _renew(kinds, period, draw_up, ports=ports, because=because)
                n_restated += n_again
                if not n_again:
                    break
    return n_restated


def _renew(
    kinds: tuple[str, ...], period: str, draw_up: Job, *, ports: Ports, because: Because
) -> int:
    series = {one.series for one in ports.registry.latest_statements(period, kinds)}
    again = [draft for draft in draw_up(period, ports=ports) if draft.series in series]
    _, n_restated, _ = issue_statements(again, period=period, ports=ports, because=because)
    return n_restated
