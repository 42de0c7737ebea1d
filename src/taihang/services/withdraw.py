"""Platform job: take a form of activity data back, with who and why; nothing of it is erased.

Every line of the form gets a next version that says nothing any more. Earlier versions, the form
and its evidence stay; an amount that a form before had said does not come back by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from taihang.core.activity.record import ActivityRecord
from taihang.core.errors import InputError, StateError
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.review import MAX_REMARK, MAX_WHO
from taihang.services.act_log import log_acts
from taihang.services.hand_in import HandedFile
from taihang.services.ports import Ports
from taihang.services.renew_accounts import renew_accounts


class UnknownFormError(StateError):
    """A file is to be withdrawn that was never handed in."""

    code = "state.unknown-form"


class UnsignedWithdrawalError(InputError):
    """A withdrawal does not say who, or why."""

    code = "input.unsigned-withdrawal"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What became of the lines of a form."""

    new: tuple[ActivityRecord, ...]
    """Versions that take their lines back."""
    known: tuple[ActivityRecord, ...]
    """Lines that had been taken back before."""
    kept: tuple[ActivityRecord, ...]
    """Lines that another form has said again since: they count on."""
    n_restated: int
    """Statements that were restated."""


def withdraw_form(form: HandedFile, *, who: str, reason: str, ports: Ports) -> Withdrawn:
    """Take a form back.

    Args:
        form: The file as it was handed in, byte for byte: who has it is its sender.
        who: Who takes it back.
        reason: Why.
        ports: The outside world, opened for writing.

    Returns:
        What became of its lines; once more is the same act and adds nothing.

    Raises:
        UnsignedWithdrawalError: If who or why is empty or too long.
        UnknownFormError: If no line ever stood in this file.
    """
    # 1. Who and why; and what of the form counts now.
    _demand_signed(who, reason)
    every = ports.registry.activity_lines()
    last = _latest(every)
    ids = {line.record.id for line in every if line.form == form.sha256}
    if not ids:
        raise UnknownFormError(
            given=f"{form.name} with the hash {form.sha256[:16]}…",
            expected="a file that was handed in, byte for byte",
            remedy="take the file from the folder `evidence`, where it lies under its hash",
        )
    of_form = [last[id_] for id_ in sorted(ids)]
    known = [line for line in of_form if line.record.withdrawn_by is not None]
    counting = [line for line in of_form if line.record.withdrawn_by is None]
    kept = [line for line in counting if line.form != form.sha256]
    standing = [line for line in counting if line.form == form.sha256]
    # 2. The next version of each says nothing, and stands in the log.
    now_s = int(ports.clock.now().timestamp())
    new = [
        replace(
            line.record,
            version=line.record.version + 1,
            known_at_s=now_s,
            reason=reason,
            withdrawn_by=who,
        )
        for line in standing
    ]
    ports.registry.add_activity([ActivityLine(record, form=form.sha256) for record in new])
    log_acts(ports=ports)
    # 3. What rested on it is restated; also what a killed run left behind.
    years = {line.record.period[:4] for line in of_form}
    n_restated = renew_accounts(years, ports=ports)
    log_acts(ports=ports)
    return Withdrawn(tuple(new), _records(known), _records(kept), n_restated)


def _demand_signed(who: str, reason: str) -> None:
    for name, words, limit in (("who", who, MAX_WHO), ("reason", reason, MAX_REMARK)):
        if not words.strip() or len(words) > limit or not words.isprintable():
            raise UnsignedWithdrawalError(
                given=f"{name} = {words[:80]!r}",
                expected=f"1 to {limit} characters without control codes",
                remedy="say who takes the form back and why; nothing was changed",
            )


def _latest(every: Iterable[ActivityLine]) -> dict[str, ActivityLine]:
    return {line.record.id: line for line in sorted(every, key=lambda each: each.record.version)}


def _records(lines: Iterable[ActivityLine]) -> tuple[ActivityRecord, ...]:
    return tuple(line.record for line in lines)
