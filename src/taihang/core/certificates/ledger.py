"""The law of the ledger: what an act does to what is held, or why it does nothing.

Pure: holdings and an act in, a change out. A change covers with what it adds exactly the positions
of what it removes, so the certificates of an issue partition it after every act as they did before
(decision 0014). That is looked at after each act, whatever the act was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from taihang.core.certificates.act import (
    Accept,
    Act,
    Buy,
    Claim,
    Correct,
    Cover,
    Decline,
    Delist,
    Expire,
    Issuance,
    List,
    Offer,
    Pay,
    Release,
    Revoke,
    Withdraw,
    demand_sound,
)
from taihang.core.certificates.act_document import act_digest
from taihang.core.certificates.carve import Cut
from taihang.core.certificates.certificate import ENDS, Piece, spans
from taihang.core.certificates.deals import (
    accept,
    buy,
    decline,
    delist,
    list_,
    offer,
    pay,
    revoke,
)
from taihang.core.certificates.holdings import Books, Change, Holdings
from taihang.core.certificates.lifecycle import (
    claim,
    correct,
    cover,
    expire,
    issue,
    release,
    withdraw,
)
from taihang.core.certificates.refusal import ActIdReusedError, LedgerLawError
from taihang.core.errors import TaihangError

# Each kind of act has a rule of its own type; the act itself chooses it.
_RULES: Final[dict[type[Act], Callable[[Holdings, Any], Cut | Change]]] = {
    Issuance: issue,
    Cover: cover,
    Release: release,
    List: list_,
    Delist: delist,
    Offer: offer,
    Accept: accept,
    Decline: decline,
    Revoke: revoke,
    Buy: buy,
    Pay: pay,
    Claim: claim,
    Expire: expire,
    Withdraw: withdraw,
    Correct: correct,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one act of several."""

    act: str
    change: Change | None
    """What it did; None where it was refused, or was applied before."""
    refusal: TaihangError | None = None

    @property
    def is_repeated(self) -> bool:
        """Say whether the act was applied before, with the same content."""
        return self.change is None and self.refusal is None


def apply_act(holdings: Holdings, act: Act) -> Change | None:
    """Return what an act does to holdings; nothing is changed by asking.

    Args:
        holdings: What is held before it.
        act: The act.

    Returns:
        The change; None if the same act was applied before.

    Raises:
        ActIdReusedError: If its id was used by an act with another content.
        ActError: If it contradicts itself.
        ActRefusedError: If it does not fit what is held; subclasses say why, with the numbers.
        SelfTransferError: If a holder would give to itself.
        LedgerLawError: If energy would appear or vanish: a fault of this program.
    """
    before = holdings.act(act.id)
    if before is not None:
        demand_same(act, digest=act_digest(before))
        return None
    demand_sound(act)
    done = _RULES[type(act)](holdings, act)
    change = done if isinstance(done, Change) else _changed(act, done)
    demand_conserved(change)
    return change


def apply_acts(books: Books, acts: Iterable[Act]) -> list[Outcome]:
    """Apply acts one after the other; one that is refused leaves the books as they are.

    Args:
        books: What is held; changed by every act that fits.
        acts: The acts in their order.

    Returns:
        What became of each.
    """
    found: list[Outcome] = []
    for act in acts:
        try:
            change = apply_act(books, act)
        except TaihangError as refusal:
            found.append(Outcome(act.id, None, refusal))
            continue
        if change is not None:
            books.take(change, act)
        found.append(Outcome(act.id, change))
    return found


def demand_same(act: Act, *, digest: str) -> None:
    """Refuse an act whose id stands for another content.

    Raises:
        ActIdReusedError: If the digests differ.
    """
    if act_digest(act) != digest:
        raise ActIdReusedError(
            given=f"{act.KIND} {act.id} with the content {act_digest(act)[:16]}…",
            expected=f"the content {digest[:16]}… that this id stands for",
            remedy="give a new act an id of its own",
        )


def demand_conserved(change: Change) -> None:
    """Refuse a change that does not keep every position, or brings back what has ended.

    Raises:
        LedgerLawError: If it does not.
    """
    removed = spans(change.removed)
    if change.issue is not None:
        removed.append(Piece(change.issue.id, 0, change.issue.total_wh))
    if spans(change.added) != removed:
        raise LedgerLawError(
            given=f"{change.act}: {removed[:3]} becomes {spans(change.added)[:3]}",
            expected="the same positions after as before",
            remedy="report it: this is a fault of the program",
        )
    ended = next((one for one in change.removed if one.state in ENDS), None)
    if ended is not None:
        raise LedgerLawError(
            given=f"{change.act}: {ended.id}, {ended.state.value}, becomes something else",
            expected="what has ended to stay as it is",
            remedy="report it: this is a fault of the program",
        )


def _changed(act: Act, cut: Cut) -> Change:
    return Change(act=act.id, removed=cut.removed, added=cut.added)
