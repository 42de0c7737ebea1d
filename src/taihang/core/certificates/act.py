"""Acts of the ledger: who did what to which watt-hours, each with an id given by whoever acts.

An act is said once: the same id with the same content is the same act (§8). Its content is
canonical JSON (``act_document.py``), so its hash is what the log commits to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar, Final, NoReturn, TypeAlias

from taihang.core.certificates.certificate import PLACE, Piece
from taihang.core.certificates.issue import Issue
from taihang.core.errors import InputError

OPERATOR: Final = "park"
"""Who issues, corrects and expires: the park itself."""
MAX_PIECES: Final = 10_000
"""Ranges, or corrected lots, that one act may name."""


class ActError(InputError):
    """An act contradicts itself."""

    code = "input.certificate-act"

    def __init__(self, *, act: str, given: str, expected: str) -> None:
        super().__init__(given=f"{act}: {given}", expected=expected, remedy="correct the act")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Signed:
    """What every act says of itself."""

    KIND: ClassVar[str]
    id: str
    """Given by whoever acts, and given again when it tries again."""
    actor: str
    """Party that acts; ``park`` for the operator."""
    at_s: int
    """When. [s since 1970-01-01T00:00Z]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance(_Signed):
    """Make the certificates of an issue."""

    KIND = "issue"
    issue: Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover(_Signed):
    """Take waiting positions of a plant's later production away, for what the plant owes."""

    KIND = "cover"
    plant: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(_Signed):
    """Give the waiting certificates of an issue to its first holder."""

    KIND = "release"
    issue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(_Signed):
    """What a seller asks."""

    price_cny_per_mwh: Decimal
    """0 or more; an offer at 0 is a gift and needs no payment."""
    open_until_s: int
    """First instant at which nobody can take it any more. [s since 1970-01-01T00:00Z]"""
    pay_within_s: int
    """How long whoever took it has to pay, before the seller may take it back [s]."""
    wh: int | None
    """How much, the earliest to expire first; None where pieces are named. [Wh]"""
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class List(Terms):
    """Offer to anybody (挂牌)."""

    KIND = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Terms):
    """Offer to one party (双边)."""

    KIND = "offer"
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delist(_Signed):
    """Take back what is left of a listing."""

    KIND = "delist"
    listing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Buy(_Signed):
    """Take a part of a listing; it is in transfer until it is paid."""

    KIND = "buy"
    listing: str
    wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(_Signed):
    """Consent to an offer."""

    KIND = "accept"
    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(_Signed):
    """Refuse an offer."""

    KIND = "decline"
    offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke(_Signed):
    """Take back an offer nobody consented to, or a deal whose payment is overdue."""

    KIND = "revoke"
    deal: str
    """Id of the offer, of the consent to it, or of the purchase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pay(_Signed):
    """Record that a deal is paid, which delivers it; said by the seller or the operator."""

    KIND = "pay"
    deal: str
    """Id of the consent, or of the purchase."""
    amount_cny: Decimal
    reference: str
    """Of the payment, as the bank names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(_Signed):
    """Use certificates up, for a purpose and a beneficiary."""

    KIND = "claim"
    purpose: str
    beneficiary: str
    period: str
    """Month or year of the use that it covers."""
    wh: int | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(_Signed):
    """End certificates that are no longer valid."""

    KIND = "expire"
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(_Signed):
    """Take unsold certificates back."""

    KIND = "withdraw"
    reason: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class LessOfLot:
    """By how much a lot shrank."""

    plant: str
    start_s: int
    first_wh: int
    """Position at which the lot begins. [Wh]"""
    stop_wh: int
    less_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct(_Signed):
    """Take back what a restated month no longer has; what was sold becomes a deficit."""

    KIND = "correct"
    issue: str
    sheet_sha256: str
    """Of the sheet after the restatement [hex]."""
    reason: str
    lots: tuple[LessOfLot, ...]


Act: TypeAlias = (
    Issuance
    | Cover
    | Release
    | List
    | Delist
    | Offer
    | Accept
    | Decline
    | Revoke
    | Buy
    | Pay
    | Claim
    | Expire
    | Withdraw
    | Correct
)
KINDS: Final[dict[str, type[Act]]] = {
    kind.KIND: kind
    for kind in (
        Issuance,
        Cover,
        Release,
        List,
        Delist,
        Offer,
        Accept,
        Decline,
        Revoke,
        Buy,
        Pay,
        Claim,
        Expire,
        Withdraw,
        Correct,
    )
}
"""Every kind of act by its word."""


def demand_sound(act: Act) -> None:
    """Refuse an act that contradicts itself, whatever the ledger says.

    Raises:
        ActError: If an id is empty, an amount is not above 0, a price is negative, pieces overlap,
            or both an amount and pieces are given, or neither.
    """
    if not act.id or not act.actor:
        _refuse(act, "an empty id or actor", "both")
    if isinstance(act, List | Offer):
        _demand_terms(act)
    if isinstance(act, List | Offer | Claim):
        _demand_chosen(act)
    if isinstance(act, Claim) and not (act.purpose.strip() and act.beneficiary.strip()):
        _refuse(act, "no purpose or beneficiary", "both")
    if isinstance(act, Cover | Expire | Withdraw):
        _demand_pieces(act, act.pieces)
    if isinstance(act, Buy) and act.wh <= 0:
        _refuse(act, f"{act.wh} Wh", "1 Wh or more")
    if isinstance(act, Correct):
        _demand_lots(act)


def _demand_chosen(act: List | Offer | Claim) -> None:
    if act.wh is None:
        _demand_pieces(act, act.pieces)
    elif act.pieces or act.wh <= 0:
        _refuse(act, f"{act.wh} Wh and {len(act.pieces)} pieces", "1 Wh or more, or pieces")


def _demand_terms(act: List | Offer) -> None:
    if not act.price_cny_per_mwh.is_finite() or act.price_cny_per_mwh < 0:
        _refuse(act, f"{act.price_cny_per_mwh} CNY/MWh", "0 CNY/MWh or more")
    if act.open_until_s <= act.at_s or act.pay_within_s <= 0:
        _refuse(act, "an offer that is over before it begins", "times after the act")


def _demand_pieces(act: Act, pieces: Sequence[Piece]) -> None:
    if not 0 < len(pieces) <= MAX_PIECES:
        _refuse(act, f"{len(pieces)} ranges", f"1 … {MAX_PIECES}")
    ordered = sorted(pieces, key=PLACE)
    for before, after in pairwise(ordered):
        if before.issue == after.issue and after.first_wh < before.stop_wh:
            told = f"{after.issue}:{after.first_wh}-{after.stop_wh}"
            over = f"{before.first_wh}-{before.stop_wh}"
            _refuse(act, f"{told} over {over}", "each position once")
    if any(not 0 <= piece.first_wh < piece.stop_wh for piece in pieces):
        _refuse(act, "an empty range", "ranges of 1 Wh or more")


def _demand_lots(act: Correct) -> None:
    _demand_pieces(act, [Piece(act.issue, lot.first_wh, lot.stop_wh) for lot in act.lots])
    if any(lot.less_wh <= 0 for lot in act.lots):
        _refuse(act, "a lot that did not shrink", "lots that are smaller by 1 Wh or more")


def _refuse(act: Act, given: str, expected: str) -> NoReturn:
    raise ActError(act=f"{act.KIND} {act.id}", given=given, expected=expected)
