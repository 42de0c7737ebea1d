"""Platform job: let people sign for a statement, and say where every statement stands (§14)."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from taihang.core.errors import InputError, StateError
from taihang.core.seal.event import open_event
from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.review import (
    REVIEWED,
    Signature,
    State,
    Step,
    demand_may_sign,
    holding,
    open_review,
    standing_of,
)
from taihang.services.act_log import log_act, log_acts
from taihang.services.ports import Ports
from taihang.services.replay import catch_up
from taihang.services.restatements import Restatement, restatement

_VERSIONED: Final = re.compile(r".+\.v[1-9][0-9]*")


class UnversionedReviewError(InputError):
    """A person signs for one version of a statement, and none was named."""

    code = "input.unversioned-review"


class ReviewRestatedError(StateError):
    """A version that was restated is to be signed; the latest one is what there is to review."""

    code = "state.review-restated"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one version of a statement stands."""

    issued: IssuedStatement
    state: State
    signatures: tuple[Signature, ...]
    """Those that count, in the order of the steps."""
    history: tuple[Signature, ...]
    """Every signature ever given, sent back or not."""
    later: tuple[Restatement, ...]
    """What came after it: was, is, why of every later version; empty of the latest."""
    locked_before: tuple[str, ...]
    """Ids of earlier versions that are locked: this one says something else than they do."""
    refused: tuple[Signature, ...] = ()
    """Signatures in the log that do not hold: against the rules, or for another text."""

    @property
    def sha256(self) -> str:
        """Hash of the text as issued [hex]."""
        return text_hash(self.issued)

    @property
    def reason(self) -> str:
        """Why this version was issued, in the words of its text."""
        return str(json.loads(self.issued.document).get("reason", ""))


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of a signature."""

    standing: Standing
    is_new: bool
    """False where the same person had said the same before: nothing was added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What a person says."""

    step: Step
    who: str
    role: str
    remark: str


class Reviews:
    """Every signature in the log, by statement, read once.

    Args:
        ports: The outside world.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._leaves: dict[str, list[int]] = {}
        for act in ports.registry.logged():
            if act.kind == REVIEWED:
                self._leaves.setdefault(act.subject, []).append(act.leaf)

    def signatures(self, statement_id: str) -> tuple[Signature, ...]:
        """Return every signature of one version, in the order of the log."""
        events = (
            open_event(self._ports.journal.record(leaf).data)
            for leaf in self._leaves.get(statement_id, ())
        )
        return tuple(open_review(event.body, at_s=event.at_s) for event in events)

    def standing(self, issued: IssuedStatement, *, is_latest: bool = False) -> Standing:
        """Return where a version stands.

        Args:
            issued: Any version of a statement.
            is_latest: The caller knows that none came after it, so none is looked for.

        Returns:
            Its state, who signed, and every version that came after it.
        """
        history = self.signatures(issued.id)
        state, signatures, refused = holding(history, sha256=text_hash(issued))
        locked = tuple(
            name
            for name in (f"{issued.series}.v{number}" for number in range(1, issued.version))
            if self.is_locked(name)
        )
        later = () if is_latest else self._later(issued)
        return Standing(issued, state, signatures, history, later, locked, refused)

    def is_locked(self, statement_id: str) -> bool:
        """Say whether a version is locked; of one that nobody signed nothing is read."""
        if statement_id not in self._leaves:
            return False
        issued = self._ports.registry.statement(statement_id)
        history = self.signatures(statement_id)
        return holding(history, sha256=text_hash(issued))[0] is State.LOCKED

    def _later(self, issued: IssuedStatement) -> tuple[Restatement, ...]:
        registry = self._ports.registry
        latest = registry.statement(issued.series)
        steps: list[Restatement] = []
        was = issued
        for number in range(issued.version + 1, latest.version + 1):
            now = registry.statement(f"{issued.series}.v{number}")
            steps.append(restatement(was, now))
            was = now
        return tuple(steps)


def review(statement_id: str, signing: Signing, *, ports: Ports) -> Reviewed:
    """Let a person sign one step of one version of a statement.

    Args:
        statement_id: Id with its version.
        signing: What the person says.
        ports: The outside world, opened for writing.

    Returns:
        Where the statement stands now; the same words of the same person again are the same act.

    Raises:
        UnversionedReviewError: If no version is named.
        UnknownStatementError: If there is no such statement.
        ReviewRestatedError: If a later version exists.
        ReviewOrderError: If the step does not follow from the state.
        SamePersonError: If the person may not take this step.
        UnsignedReviewError: If who, role or remark is empty or too long.
    """
    # 1. What is signed: one version, as it was issued.
    issued = _versioned(statement_id, ports)
    before = Reviews(ports).standing(issued)
    signature = Signature(
        statement=issued.id,
        sha256=text_hash(issued),
        step=signing.step,
        who=signing.who,
        role=signing.role,
        remark=signing.remark,
        at_s=int(ports.clock.now().timestamp()),
    )
    if before.history and before.history[-1].body() == signature.body():
        return Reviewed(before, is_new=False)
    # 2. May it be signed now, and by this person?
    _demand_latest(before)
    demand_may_sign(signature, after=before.signatures)
    # 3. What was issued stands in the log before anybody signs for it; then the signature.
    log_acts(ports=ports)
    log_act(REVIEWED, signature.body(), ports=ports)
    catch_up(ports)
    return Reviewed(Reviews(ports).standing(issued), is_new=True)


def standings(
    periods: Iterable[str], *, ports: Ports, subject: str | None = None
) -> tuple[Standing, ...]:
    """Return where the latest version of every statement of some periods stands.

    Args:
        periods: Local months or years.
        ports: The outside world.
        subject: Statements of this subject only; None for all.

    Returns:
        In order of period and series; a locked version that was restated stands in
        ``locked_before`` of the latest.
    """
    reviews = Reviews(ports)
    return tuple(
        reviews.standing(issued, is_latest=True)
        for name in periods
        for issued in ports.registry.latest_statements(name)
        if subject in {None, issued.subject}
    )


def standing_named(name: str, *, ports: Ports) -> Standing | None:
    """Return where the statement stands that a name means, where it means one.

    Args:
        name: Id of a statement, or of a series for its latest version; or of anything else.
        ports: The outside world.

    Returns:
        None where no statement is called so: an hour of a meter, a lot, a line of a bill.
    """
    known = {entry.id for entry in ports.registry.roll()}
    if name not in known and f"{name}.v1" not in known:
        return None
    return Reviews(ports).standing(ports.registry.statement(name))


def text_hash(issued: IssuedStatement) -> str:
    """Return the hash of the text of a statement as issued [hex]."""
    return sha256(issued.document.encode()).hexdigest()


def review_faults(
    signatures: Iterable[Signature], *, texts: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Say what is wrong with signatures: order, persons, and what they were given for.

    Args:
        signatures: Every signature in the log, in order.
        texts: Hash of the text by id of every issued statement [hex].

    Returns:
        Id of the statement, and what is wrong.
    """
    by_statement: dict[str, list[Signature]] = {}
    for signature in signatures:
        by_statement.setdefault(signature.statement, []).append(signature)
    found: list[tuple[str, str]] = []
    for name, given in sorted(by_statement.items()):
        held = texts.get(name)
        steps = ", ".join(f"{each.step} by {each.who}" for each in given if each.sha256 != held)
        if held is None:
            found.append((name, f"is not in the register, but in the log: {steps}"))
        elif steps:
            found.append((name, f"is another text than the one that was signed: {steps}"))
        try:
            standing_of(given)
        except (InputError, StateError) as error:
            found.append((name, f"was signed against the rules: {error}"))
    return found


def _versioned(statement_id: str, ports: Ports) -> IssuedStatement:
    issued = ports.registry.statement(statement_id)
    if not _VERSIONED.fullmatch(statement_id) or issued.id != statement_id:
        raise UnversionedReviewError(
            given=f"statement {statement_id!r}",
            expected=f"one version of it, such as {issued.id}",
            remedy="look at the version that is to be signed, then name it",
        )
    return issued


def _demand_latest(standing: Standing) -> None:
    if not standing.later:
        return
    last = standing.later[-1]
    raise ReviewRestatedError(
        given=f"{standing.issued.id}, which was restated: {last.reason[:200]}",
        expected=f"the latest version, {last.now}",
        remedy="review the latest version; this one keeps its text and its signatures",
    )
