"""Accounts that are not on record and can be drawn up at any moment, each by its kind.

A page shows what would be issued beside what is. Its numbers open too: the account is drawn up
again when somebody asks, and says of itself that nothing is on record yet.
"""

from typing import Final

from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.issued import IssuedStatement
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
    ratio_account,
    score_account,
    sum_table,
    waste_heat_account,
)
from taihang.services.ports import Ports

DRAFT_VERSION: Final = 0
"""Version of an account that is not on record."""
_JOBS: Final = {
    carbon_account.KIND: carbon_account.drafts,
    park_carbon.KIND: park_carbon.drafts,
    product_account.KIND: product_account.drafts,
    cbam_account.KIND: cbam_account.drafts,
    energy_account.KIND: energy_account.drafts,
    dual_control_account.KIND: dual_control_account.drafts,
    waste_heat_account.KIND: waste_heat_account.drafts,
    quota_account.KIND: quota_account.drafts,
    score_account.KIND: score_account.drafts,
    ratio_account.KIND: ratio_account.drafts,
    indicator_account.KIND: indicator_account.drafts,
    pathway_account.KIND: pathway_account.drafts,
    sum_table.ENERGY_SUMS: sum_table.drafts,
    sum_table.CARBON_SUMS: sum_table.drafts,
}


def can_be_drawn(kind: str) -> bool:
    """Say whether an account of a kind can be drawn up at any moment.

    Example:
        >>> can_be_drawn("inventory"), can_be_drawn("bill")
        (True, False)
    """
    return kind in _JOBS


def drawn(series: str, *, ports: Ports) -> IssuedStatement | None:
    """Draw an account up as it would be issued now; changes nothing.

    Args:
        series: ``kind.subject.period``.
        ports: The outside world, as far as the reader sees it.

    Returns:
        It, with the version 0; None where there is none of that series.
    """
    kind, _, rest = series.partition(".")
    subject, _, period = rest.rpartition(".")
    draw = _JOBS.get(kind)
    if draw is None or not subject:
        return None
    for draft in draw(period, ports=ports, subjects=[subject]):
        if draft.kind == kind and draft.subject == subject:
            return IssuedStatement(
                series=draft.series,
                version=DRAFT_VERSION,
                kind=kind,
                subject=subject,
                period=period,
                document=canonical_bytes({**draft.body}).decode(),
            )
    return None
