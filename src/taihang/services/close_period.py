"""Close a period: settle it, certify it, state and bill it, in this order; again, if need be.

The one place that knows which jobs a settled period needs, so that settling, restating and the demo
cannot differ.
"""

from dataclasses import dataclass
from typing import Final

from taihang.core.periods import Period, months_in
from taihang.services.account import Accounted, account
from taihang.services.bill import Billed, bill_enterprises
from taihang.services.certify import Certified, certify
from taihang.services.issue_certificates import Issued, issue_certificates
from taihang.services.medium_account import account_media
from taihang.services.ports import Ports
from taihang.services.renew_accounts import renew_accounts
from taihang.services.settle import Settled, settle
from taihang.services.touched import changes_since

_YEAR_SIGNS: Final = 4


@dataclass(frozen=True, slots=True)
class Closed:
    """What each job found."""

    settled: Settled
    certified: Certified
    accounted: Accounted
    billed: Billed
    n_media: int
    """Lines of activity data of other media that were added."""
    issued: Issued
    """Certificates of the months that are whole."""


def close_period(period: Period, *, ports: Ports) -> Closed:
    """Close a period with all that is known today; what says the same stays as it was issued.

    Args:
        period: Whole local days.
        ports: The outside world, opened for writing.

    Returns:
        What each job found.

    Raises:
        NothingToSettleError: If the park has no reading in the period.
    """
    # 1. What changed since it was last settled: a restatement says why.
    because = changes_since(period, ports=ports)
    # 2. Registers to energy, balance, matching; then who may claim what.
    settled = settle(period, ports=ports)
    certified = certify(period, ports=ports)
    issued = issue_certificates(period, ports=ports)
    # 3. Other media, by their registers; nothing of electricity looks at them.
    n_media = account_media(period, ports=ports)
    # 4. What every party is told of it.
    accounted = account(period, ports=ports, because=because)
    billed = bill_enterprises(period, ports=ports, because=because)
    # 5. Accounts rest on these statements: those that were issued follow.
    years = {name[:_YEAR_SIGNS] for name in months_in(period, ports.park.zone)}
    renew_accounts(years, ports=ports, because=because)
    return Closed(settled, certified, accounted, billed, n_media, issued)
