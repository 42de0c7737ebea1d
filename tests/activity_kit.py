"""Lines of activity data for tests: fields that nobody asks for are filled in."""

from decimal import Decimal

from taihang.core.activity.record import ActivityRecord, Flow, Origin
from taihang.core.seal.activity_line import ActivityLine
from taihang.services.ports import Ports


def record(
    id_: str = "E01-gas-06",
    *,
    subject: str = "E01",
    period: str = "2026-06",
    item: str = "natural-gas",
    flow: Flow = Flow.CONSUMED,
    amount: str = "12.8",
    unit: str = "10⁴Nm³",
    evidence: tuple[str, ...] = (),
    uncertainty_ratio: str | None = None,
    known_at_s: int = 0,
    version: int = 1,
    reason: str = "first issue",
) -> ActivityRecord:
    """One version of one line."""
    return ActivityRecord(
        id=id_,
        subject=subject,
        period=period,
        item=item,
        flow=flow,
        amount=Decimal(amount),
        unit=unit,
        origin=Origin.FORM,
        evidence=evidence,
        uncertainty_ratio=None if uncertainty_ratio is None else Decimal(uncertainty_ratio),
        known_at_s=known_at_s,
        version=version,
        reason=reason,
    )


def put(ports: Ports, *records: ActivityRecord) -> None:
    """Put lines into the register past the door: their files are not looked at."""
    ports.registry.add_activity([ActivityLine(each, form=None) for each in records])
