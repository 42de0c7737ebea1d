"""What a register counted over a whole period: known only from edge to edge, with nothing refused.

Bills by the month, such as the power-factor adjustment, ask for one difference and not for its
intervals: a register that was read at both ends and obeyed the law between them is enough.
"""

from taihang.core.metering.energy import RegisterEnergy
from taihang.core.periods import Period


def total_between(found: RegisterEnergy, *, period: Period) -> int | None:
    """Return the register difference of a whole period.

    Args:
        found: What the law ``register-energy/v1`` made of the registers of the period.
        period: The period, whole settlement intervals.

    Returns:
        The difference in the unit of the register; None if an edge was not read, or if a rule
        refused a difference between them: what is not known is not a part of it (§7).
    """
    spans = found.spans
    if not len(spans.starts_s) or spans.refused.any():
        return None
    is_whole = spans.starts_s[0] == period.start_s and spans.ends_s[-1] == period.end_s
    return int(spans.wh.sum()) if is_whole else None
