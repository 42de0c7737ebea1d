"""Proof of a metered amount of gas, water, steam or heat: every register between its two ends."""

from taihang.core.activity.record import METERED, ActivityRecord, Origin
from taihang.core.errors import StateError
from taihang.core.periods import Period, month
from taihang.core.seal.bundle import Bundle
from taihang.core.seal.canonical import load_canonical
from taihang.services.evidence import gather_between
from taihang.services.medium_account import MediumAmount, medium_amounts
from taihang.services.ports import Ports


class NoMeteredLineError(StateError):
    """No line of activity data that counts was summed from meters under this id."""

    code = "state.no-metered-line"


def medium_bundle(claim_id: str, ports: Ports) -> Bundle:
    """Return the proof of a line that was summed from registers.

    Args:
        claim_id: Id of the line, with or without ``.vN`` behind.
        ports: The outside world.

    Returns:
        What goes into the file: the file behind the line, and every batch of its meters.

    Raises:
        NoMeteredLineError: If there is no such line, it is not the version that counts, or the
            registers say something else by now.
    """
    # 1. The line that counts; what its registers say now, for only that has all its readings.
    record = _line(claim_id, ports)
    amount = None if record is None else _amount(record, ports)
    # 2. It must be the file behind the line, to the byte.
    if record is None or amount is None or _file(record, ports) != amount.document:
        raise NoMeteredLineError(
            given=claim_id,
            expected=f"the latest version of a line {METERED}…, as its registers give it today",
            remedy="look at `taihang forms`; settle its month again, then prove the latest version",
        )
    # 3. Every batch with a register between the ends.
    starts = [part.period.start for part in amount.meters]
    ends = [part.period.end for part in amount.meters]
    points = [part.meter.id for part in amount.meters]
    found = gather_between(points, Period(min(starts), max(ends)), ports=ports)
    return Bundle(
        claim={"kind": "metered", "amount": load_canonical(amount.document)},
        checkpoint_note=found.anchor.note,
        keys=found.keys,
        evidence=found.evidence(),
    )


def _line(claim_id: str, ports: Ports) -> ActivityRecord | None:
    """Return the line that counts under an id, if that is the version that is asked for."""
    records = [
        each
        for each in ports.registry.activity_records()
        if each.origin is Origin.METER and claim_id in {each.id, f"{each.id}.v{each.version}"}
    ]
    named = max(records, key=lambda each: each.version, default=None)
    every = ports.registry.activity_records()
    last = max((each.version for each in every if named and each.id == named.id), default=0)
    if named is None or named.version != last or named.withdrawn_by is not None:
        return None
    return named


def _file(record: ActivityRecord, ports: Ports) -> bytes:
    return ports.evidence.read(record.evidence[0])


def _amount(record: ActivityRecord, ports: Ports) -> MediumAmount | None:
    of_month = medium_amounts(month(record.period, ports.park.zone), ports=ports)
    return next((each for each in of_month if each.line_id == record.id), None)
