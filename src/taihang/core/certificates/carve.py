"""Cutting out what an act is about: which certificates go, which come, and what stays of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from taihang.core.certificates.certificate import PLACE, Certificate, Piece, State
from taihang.core.certificates.holdings import Holdings
from taihang.core.certificates.issue import Issue, Kind
from taihang.core.certificates.refusal import (
    ActRefusedError,
    ExpiredCertificateError,
    MoreThanHeldError,
    NotTradableError,
)


@dataclass(frozen=True, slots=True)
class Cut:
    """What goes and what comes; both cover the same positions."""

    removed: tuple[Certificate, ...]
    added: tuple[Certificate, ...]


def carve(
    holdings: Holdings,
    pieces: Iterable[Piece],
    *,
    demand: Callable[[Certificate], None],
    move: Callable[[Certificate], Certificate],
) -> Cut:
    """Cut pieces out of the certificates that they lie in, and move what was cut out.

    Args:
        holdings: What there is.
        pieces: Positions, none twice.
        demand: Refuses a certificate that the act may not be about.
        move: Gives the new state and holder of a part.

    Raises:
        MoreThanHeldError: If a piece reaches beyond its issue.
        ActRefusedError: What ``demand`` raises.
    """
    removed: list[Certificate] = []
    added: list[Certificate] = []
    for name, group in groupby(sorted(pieces, key=PLACE), key=attrgetter("issue")):
        wanted = list(group)
        issue = known_issue(holdings, name)
        if wanted[-1].stop_wh > issue.total_wh:
            raise MoreThanHeldError(
                given=f"positions up to {wanted[-1].stop_wh} of {name}",
                expected=f"positions up to {issue.total_wh}",
                remedy=f"look at `taihang certificates show {name}`",
            )
        for one in holdings.between(name, wanted[0].first_wh, wanted[-1].stop_wh):
            parts = list(_inside(one, wanted))
            if parts:
                demand(one)
                removed.append(one)
                added.extend(_cut(one, parts, move))
    return Cut(tuple(removed), tuple(added))


def known_issue(holdings: Holdings, name: str) -> Issue:
    """Return an issue.

    Raises:
        ActRefusedError: If there is none of this name.
    """
    issue = holdings.issue(name)
    if issue is None:
        raise ActRefusedError(
            given=f"the issue {name}",
            expected="an issue of this ledger",
            remedy="look at `taihang certificates list`",
        )
    return issue


def chosen(
    holdings: Holdings,
    holder: str,
    *,
    wh: int | None,
    pieces: Sequence[Piece],
    at_s: int,
    kinds: frozenset[Kind] = frozenset(Kind),
) -> tuple[Piece, ...]:
    """Return the pieces that an act names, or the first so many watt-hours that a party holds.

    Args:
        holdings: What there is.
        holder: The party.
        wh: How much, the earliest to expire first; None where pieces are named. [Wh]
        pieces: The pieces named.
        at_s: When; what is no longer valid then is passed over. [s]
        kinds: What may be chosen.

    Raises:
        MoreThanHeldError: If the party holds less.
    """
    if wh is None:
        return tuple(pieces)
    found: list[Piece] = []
    left_wh = wh
    for one in holdings.held_by(holder):
        if one.kind in kinds and at_s < one.expires_s:
            part = one.piece
            found.append(Piece(part.issue, part.first_wh, part.first_wh + min(part.wh, left_wh)))
            left_wh -= found[-1].wh
            if not left_wh:
                return tuple(found)
    raise MoreThanHeldError(
        given=f"{wh} Wh of {holder}",
        expected=f"at most the {wh - left_wh} Wh that it holds",
        remedy="ask for less, or wait for the next issue",
    )


def demand_held(one: Certificate, *, holder: str, at_s: int) -> None:
    """Refuse a certificate that a party does not hold, or that is no longer valid.

    Raises:
        MoreThanHeldError: If another holds it, or it is in another state.
        ExpiredCertificateError: If it is no longer valid.
    """
    if one.holder != holder or one.state is not State.HELD:
        raise MoreThanHeldError(
            given=f"{holder} for {one.id} of {one.wh} Wh, {one.state.value} by {one.holder}",
            expected=f"certificates held by {holder}",
            remedy=f"look at `taihang certificates show {one.issue}`",
        )
    demand_valid(one, at_s=at_s)


def demand_valid(one: Certificate, *, at_s: int) -> None:
    """Refuse a certificate that is no longer valid.

    Raises:
        ExpiredCertificateError: If it is not.
    """
    if at_s >= one.expires_s:
        raise ExpiredCertificateError(
            given=f"{one.id} at {at_s}",
            expected=f"a time before {one.expires_s}",
            remedy="choose certificates of a later month; end these with `certificates expire`",
        )


def demand_tradable(one: Certificate) -> None:
    """Refuse a certificate that moves with its energy.

    Raises:
        NotTradableError: If it is not tradable.
    """
    if one.kind is not Kind.TRADABLE:
        raise NotTradableError(
            given=f"{one.id}, {one.kind.value}",
            expected="certificates of energy fed into the grid",
            remedy="certificates of energy used in the park are claimed by who used it",
        )


def _inside(one: Certificate, wanted: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    for piece in wanted:
        first_wh = max(one.first_wh, piece.first_wh)
        stop_wh = min(one.stop_wh, piece.stop_wh)
        if first_wh < stop_wh:
            yield first_wh, stop_wh


def _cut(
    one: Certificate,
    parts: Sequence[tuple[int, int]],
    move: Callable[[Certificate], Certificate],
) -> Iterator[Certificate]:
    at_wh = one.first_wh
    for first_wh, stop_wh in parts:
        if at_wh < first_wh:
            yield one.cut(at_wh, first_wh)
        yield move(one.cut(first_wh, stop_wh))
        at_wh = stop_wh
    if at_wh < one.stop_wh:
        yield one.cut(at_wh, one.stop_wh)
