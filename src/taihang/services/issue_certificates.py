"""Platform job: issue the certificates of settled months, and follow what is restated.

Measured energy only: what is estimated, held back by a rule or not matched certifies nothing. A
month is issued whole, in one transaction. Issued again, it adds nothing; restated, it takes back
what shrank and adds a supplement of what was gained.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from taihang.core.balance.matching import RouteKind
from taihang.core.balance.settlement import Settlement
from taihang.core.certificates.act import OPERATOR, Act, Issuance
from taihang.core.certificates.certificate import ENDS, State
from taihang.core.certificates.double_issue import DoubleIssueGuardError
from taihang.core.certificates.refusal import ActRefusedError
from taihang.core.certificates.restatement import differences, supplement
from taihang.core.certificates.sheet import Sheet, sheet_bytes
from taihang.core.errors import TaihangError
from taihang.core.facts import FactOutOfForceError
from taihang.core.periods import Period
from taihang.services.account import UnsettledMonthError
from taihang.services.act_log import months_touched
from taihang.services.certificate_corrections import corrections
from taihang.services.certificate_parties import parties_of, services_of
from taihang.services.month_sheet import (
    base_sheets,
    due_issues,
    sheet_of_month,
    whole_sheet,
)
from taihang.services.ports import Ports
from taihang.services.tend_certificates import tend_certificates


@dataclass(slots=True)
class Issued:
    """What one run issued."""

    issues: list[str] = field(default_factory=list[str])
    issued_wh: int = 0
    corrected: list[str] = field(default_factory=list[str])
    """Issues of which something was taken back, or is owed now."""
    refused: list[tuple[str, TaihangError]] = field(default_factory=list[tuple[str, TaihangError]])
    """Months that got none, and why."""


def issue_certificates(period: Period, *, ports: Ports) -> Issued:
    """Issue every whole settled month that a period touches.

    Args:
        period: The period; months before ``since`` of ``[certificates]`` are left out.
        ports: The outside world, opened for writing.

    Returns:
        What was issued; nothing in a park without ``[certificates]``.
    """
    done = Issued()
    rules = ports.park.certificates
    if rules is None:
        return done
    touched = Settlement(period.start_s, period.end_s, 0, "")
    for name in months_touched([touched], ports=ports):
        if name < rules.since:
            continue
        try:
            _issue_month(name, done, ports)
        except UnsettledMonthError:
            continue
        except (ActRefusedError, DoubleIssueGuardError, FactOutOfForceError) as error:
            done.refused.append((name, error))
    return done


def _issue_month(name: str, done: Issued, ports: Ports) -> None:
    # 1. What the month is made of now, and what it was issued by.
    after = sheet_of_month(name, ports=ports)
    before = whole_sheet(name, ports=ports)
    # 2. The first time, or again after a restatement.
    if before is None:
        acts = _issuances(after, done, is_storage=False, ports=ports)
        _apply(acts, [(name, sheet_bytes(after))], ports)
    else:
        _restate(before, after, done, ports)
    # 3. What waits is covered, what is claimed by rule is claimed.
    tend_certificates(ports=ports)
    # 4. What storage released comes after the claim of what it was charged with.
    if any(route.route.kind is RouteKind.STORAGE for route in after.routes):
        _release_storage(name, done, ports)


def _restate(before: Sheet, after: Sheet, done: Issued, ports: Ports) -> None:
    found = differences(before, after)
    if not found:
        return
    taken = list(corrections(found, before=before, after=after, ports=ports))
    done.corrected += sorted({act.issue for act in taken})
    sheets = [(after.month, sheet_bytes(after))]
    gained = supplement(found, after=after)
    added: list[Act] = []
    if gained is not None:
        sheets.append((after.month, sheet_bytes(gained)))
        added = _issuances(gained, done, is_storage=False, ports=ports)
    _apply([*taken, *added], sheets, ports)


def _release_storage(name: str, done: Issued, ports: Ports) -> None:
    open_ = {
        issue
        for issue, state, _ in ports.registry.certificates.totals()
        if State(state) not in ENDS
    }
    for sheet in base_sheets(name, ports=ports):
        acts = _issuances(sheet, done, is_storage=True, ports=ports, waits_for=frozenset(open_))
        if acts:
            _apply(acts, (), ports)
    tend_certificates(ports=ports)


def _issuances(
    sheet: Sheet,
    done: Issued,
    *,
    is_storage: bool,
    ports: Ports,
    waits_for: frozenset[str] = frozenset(),
) -> list[Act]:
    at_s = int(ports.clock.now().timestamp())
    acts: list[Act] = []
    for made in due_issues(sheet, is_storage=is_storage, ports=ports):
        if waits_for.isdisjoint(made.cancels):
            done.issues.append(made.id)
            done.issued_wh += made.total_wh
            acts.append(Issuance(id=f"issue:{made.id}", actor=OPERATOR, at_s=at_s, issue=made))
    return acts


def _apply(acts: Sequence[Act], sheets: Sequence[tuple[str, bytes]], ports: Ports) -> None:
    ports.registry.certificates.apply(
        acts,
        parties=parties_of(ports.park),
        services=services_of(ports.park),
        sheets=sheets,
    )
