"""Accounts that were issued: stated again when the activity data under them changed (§13)."""

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from taihang.services import (
    carbon_account,
    cbam_account,
    dual_control_account,
    energy_account,
    indicator_account,
    park_carbon,
    pathway_account,
    product_account,
    quota_account,
    sum_table,
    waste_heat_account,
)
from taihang.services.account import Draft, issue_statements
from taihang.services.ports import Ports

_YEAR_SIGNS: Final = 4
_Job: TypeAlias = Callable[..., list[Draft]]
_JOBS: Final[tuple[tuple[tuple[str, ...], _Job], ...]] = (
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
)
"""Each after those that it builds on."""


def renew_accounts(years: Iterable[str], *, ports: Ports) -> int:
    """State every issued account again that rests on activity data of some years.

    Args:
        years: Years whose activity data changed; later years rest on them too, by what is taken
            off year by year and by the way to the peak.
        ports: The outside world, opened for writing.

    Returns:
        How many statements have a next version; those that say the same stay as they are.
    """
    first = min(years, default=None)
    if first is None:
        return 0
    roll = ports.registry.roll()
    n_restated = 0
    for kinds, draw_up in _JOBS:
        periods = {
            entry.period
            for entry in roll
            if entry.kind in kinds and entry.period[:_YEAR_SIGNS] >= first
        }
        for period in sorted(periods):
            n_restated += _renew(kinds, period, draw_up, ports)
    return n_restated


def _renew(kinds: tuple[str, ...], period: str, draw_up: _Job, ports: Ports) -> int:
    issued = ports.registry.latest_statements(period)
    series = {one.series for one in issued if one.kind in kinds}
    again = [draft for draft in draw_up(period, ports=ports) if draft.series in series]
    _, n_restated, _ = issue_statements(again, period=period, ports=ports)
    return n_restated
