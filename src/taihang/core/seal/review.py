"""The review of a statement: prepared, checked, verified, locked, each signed by a person.

Every signature is one event of the log (docs/formats/log.md, section 9) and is for one version of
one statement, by its hash. A lock freezes that version; it never keeps the next one from being
issued, which begins as a draft (§13). Who has signed decides who may sign next (§14).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError, StateError
from taihang.core.seal.canonical import Fields, JsonValue

REVIEWED: Final = "statement-reviewed"
"""Kind of the event."""
MAX_WHO: Final = 64
MAX_REMARK: Final = 512
_PLAIN: Final = re.compile(r"[^\x00-\x1f\x7f]*")
_KEYS: Final = frozenset(("remark", "role", "sha256", "statement", "step", "who"))


class Step(StrEnum):
    """What a person says of a statement."""

    PREPARED = "prepared"
    """编制: I have put it together and answer for it."""
    CHECKED = "checked"
    """复核: I have looked at its inputs and arithmetic."""
    VERIFIED = "verified"
    """核证: I have verified it against its evidence."""
    LOCKED = "locked"
    """锁定: this version is the one that was handed out."""
    RETURNED = "returned"
    """退回: something is wrong; what was signed before counts no more."""


class State(StrEnum):
    """Where a statement stands."""

    DRAFT = "draft"
    PREPARED = "prepared"
    CHECKED = "checked"
    VERIFIED = "verified"
    LOCKED = "locked"


class UnsignedReviewError(InputError):
    """A review does not say who, in which role, or why; or says it at too great length."""

    code = "input.unsigned-review"


class SamePersonError(InputError):
    """One person would sign two steps that must be signed by different people (§14)."""

    code = "input.same-person"


class ReviewOrderError(StateError):
    """A step does not follow from the state of the statement."""

    code = "state.review-order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What one person said of one version of a statement.

    Raises:
        UnsignedReviewError: If a text is empty, too long or not plain.
    """

    statement: str
    """Id with its version."""
    sha256: str
    """Of the text as issued [hex]."""
    step: Step
    who: str
    role: str
    """What the person is in this: ``energy manager``, ``third-party verifier``."""
    remark: str
    at_s: int
    """When [s since 1970-01-01T00:00Z]; the time of its event."""

    def __post_init__(self) -> None:
        """Refuse texts that nobody could answer for."""
        limits = {"who": MAX_WHO, "role": MAX_WHO, "remark": MAX_REMARK}
        for name, limit in limits.items():
            words = str(getattr(self, name))
            if words.strip() and len(words) <= limit and _PLAIN.fullmatch(words):
                continue
            raise UnsignedReviewError(
                given=f"{name} = {words[:80]!r}",
                expected=f"1 to {limit} characters without control codes",
                remedy="say who signs, in which role, and what was looked at",
            )

    def body(self) -> dict[str, JsonValue]:
        """Return the body of its event."""
        return {
            "remark": self.remark,
            "role": self.role,
            "sha256": self.sha256,
            "statement": self.statement,
            "step": self.step.value,
            "who": self.who,
        }

    @property
    def person(self) -> str:
        """The name as it is compared: width, case and blanks make nobody another person."""
        return person_of(self.who)


def open_review(body: Mapping[str, JsonValue], *, at_s: int) -> Signature:
    """Read the body of an event ``statement-reviewed``.

    Args:
        body: The body.
        at_s: When the event was logged [s].

    Raises:
        DocumentError: If a field is absent, unknown or out of bounds.
        UnsignedReviewError: If a text is empty or too long.
    """
    fields = Fields({**body}, where=REVIEWED, keys=_KEYS)
    step = fields.text("step")
    if step not in set(Step):
        raise fields.error("step", expected=" or ".join(Step))
    return Signature(
        statement=fields.text("statement"),
        sha256=fields.hex_bytes("sha256", n_bytes=32).hex(),
        step=Step(step),
        who=fields.text("who"),
        role=fields.text("role"),
        remark=fields.text("remark"),
        at_s=at_s,
    )


def person_of(who: str) -> str:
    """Return a name as names are compared.

    Example:
        >>> person_of("Ｌi  wei") == person_of("LI WEI")
        True
    """
    return " ".join(unicodedata.normalize("NFKC", who).casefold().split())


def standing_of(signatures: Iterable[Signature]) -> tuple[State, tuple[Signature, ...]]:
    """Return where a version stands, and the signatures that count.

    Args:
        signatures: Every signature of the version, in the order of the log.

    Returns:
        The state, and what was signed since it was last sent back.

    Raises:
        ReviewOrderError: If a step does not follow from the ones before.
        SamePersonError: If one person signed what must be signed by two.
    """
    counting: tuple[Signature, ...] = ()
    for signature in signatures:
        demand_may_sign(signature, after=counting)
        counting = () if signature.step is Step.RETURNED else (*counting, signature)
    return _state(counting), counting


def holding(
    signatures: Iterable[Signature], *, sha256: str
) -> tuple[State, tuple[Signature, ...], tuple[Signature, ...]]:
    """Return where a version stands for a reader, whatever the log holds.

    A signature against the rules, or for another text, counts for nothing and hides nothing: an
    audit names it.

    Args:
        signatures: Every signature of the version, in the order of the log.
        sha256: Hash of its text as it is now [hex].

    Returns:
        The state, the signatures that count, and those that do not hold.
    """
    counting: tuple[Signature, ...] = ()
    refused: list[Signature] = []
    for signature in signatures:
        try:
            demand_may_sign(signature, after=counting)
        except (ReviewOrderError, SamePersonError):
            refused.append(signature)
            continue
        if signature.sha256 != sha256:
            refused.append(signature)
        else:
            counting = () if signature.step is Step.RETURNED else (*counting, signature)
    return _state(counting), counting, tuple(refused)


def demand_may_sign(signature: Signature, *, after: tuple[Signature, ...]) -> None:
    """Refuse a signature that may not be given now, or not by this person.

    Args:
        signature: What somebody would say.
        after: The signatures that count so far.

    Raises:
        ReviewOrderError: If the step does not follow.
        SamePersonError: If the person has signed a step that another one must have signed.
    """
    state = _state(after)
    if signature.step not in _NEXT[state]:
        raise ReviewOrderError(
            given=f"step {signature.step} of {signature.statement}, which is {state}",
            expected=f"one of: {', '.join(_NEXT[state])}" if _NEXT[state] else "no step any more",
            remedy=_REMEDIES.get(state, "take the steps in their order"),
        )
    others = [each for each in after if each.step in _OTHER_PERSON[signature.step]]
    for each in others:
        if each.person == signature.person:
            raise SamePersonError(
                given=f"{signature.step} by {signature.who}, who has {each.step} it",
                expected="another person (four-eyes rule, §14)",
                remedy="let a colleague sign this step: preparing, checking, verifying take three",
            )


def _state(counting: tuple[Signature, ...]) -> State:
    return State(counting[-1].step.value) if counting else State.DRAFT


_NEXT: Final[Mapping[State, tuple[Step, ...]]] = {
    State.DRAFT: (Step.PREPARED,),
    State.PREPARED: (Step.CHECKED, Step.RETURNED),
    State.CHECKED: (Step.VERIFIED, Step.RETURNED),
    State.VERIFIED: (Step.LOCKED, Step.RETURNED),
    State.LOCKED: (),
}
_REMEDIES: Final[Mapping[State, str]] = {
    State.LOCKED: "a lock is for ever; correct what is behind it and restate, which begins a draft",
}
_OTHER_PERSON: Final[Mapping[Step, tuple[Step, ...]]] = {
    Step.PREPARED: (),
    Step.CHECKED: (Step.PREPARED,),
    Step.VERIFIED: (Step.PREPARED, Step.CHECKED),
    Step.LOCKED: (Step.PREPARED,),
    Step.RETURNED: (),
}
"""Steps that must have been signed by somebody else (§14)."""
