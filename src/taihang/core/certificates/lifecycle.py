"""Acts from issue to end: issued, covered, released, claimed, expired, withdrawn, corrected."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from taihang.core.certificates.act import (
    OPERATOR,
    Act,
    Claim,
    Correct,
    Cover,
    Expire,
    Issuance,
    LessOfLot,
    Release,
    Withdraw,
)
from taihang.core.certificates.carve import (
    Cut,
    carve,
    chosen,
    demand_held,
    known_issue,
)
from taihang.core.certificates.certificate import ENDS, Certificate, Piece, State
from taihang.core.certificates.holdings import Change, Holdings
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.refusal import (
    ActRefusedError,
    ClaimPeriodError,
    DoubleIssueIdError,
    ExpiredCertificateError,
    MoreThanHeldError,
    NegativeLotError,
    RetiredPlantError,
    UncoveredDeficitError,
    UnknownHolderError,
)

_YEAR_OR_MONTH: Final = re.compile(r"\d{4}(-\d{2})?")


def issue(holdings: Holdings, act: Issuance) -> Change:
    """Make one certificate of a whole issue; it waits while one of its plants owes something.

    Raises:
        DoubleIssueIdError: If the issue is there.
        UnknownHolderError: If the park does not know its first holder.
        RetiredPlantError: If a plant was not in service during its lots.
        ActRefusedError: If what it was charged from is not claimed.
    """
    _demand_operator(act)
    made = act.issue
    if holdings.issue(made.id) is not None:
        raise DoubleIssueIdError(
            given=f"the issue {made.id}", expected="a new one", remedy="one lot is issued once"
        )
    if not holdings.is_party(made.holder):
        raise UnknownHolderError(
            given=f"the party {made.holder} for {made.id}",
            expected="an enterprise or party of park.toml",
            remedy="name it in [parties] or [certificates] of park.toml",
        )
    _demand_in_service(holdings, made)
    _demand_cancelled(holdings, made)
    waits = any(holdings.owed_wh(part.id) for part in made.plants)
    whole = Certificate(
        issue=made.id,
        first_wh=0,
        stop_wh=made.total_wh,
        state=State.ISSUED if waits else State.HELD,
        holder=made.holder,
        to="",
        act=act.id,
        expires_s=made.expires_s,
        kind=made.kind,
    )
    return Change(act=act.id, added=(whole,), issue=made)


def cover(holdings: Holdings, act: Cover) -> Change:
    """Withdraw waiting positions of a plant against what it owes.

    Raises:
        ActRefusedError: If the plant owes less, or a piece does not wait.
    """
    _demand_operator(act)
    wh = sum(piece.wh for piece in act.pieces)
    owed_wh = holdings.owed_wh(act.plant)
    if wh > owed_wh:
        raise ActRefusedError(
            given=f"{wh} Wh to cover what {act.plant} owes",
            expected=f"at most the {owed_wh} Wh that it owes",
            remedy="cover as much as is owed",
        )
    for piece in act.pieces:
        if act.plant not in {part.id for part in known_issue(holdings, piece.issue).plants}:
            raise ActRefusedError(
                given=f"{piece.issue}, to which {act.plant} gave nothing",
                expected=f"later production of {act.plant}",
                remedy="cover with lots of the same plant",
            )

    def demand(one: Certificate) -> None:
        if one.state is not State.ISSUED:
            raise MoreThanHeldError(
                given=f"{one.id}, {one.state.value}",
                expected="certificates that wait for cover",
                remedy="cover with what is not given out yet",
            )

    cut = carve(holdings, act.pieces, demand=demand, move=_to(State.WITHDRAWN, act))
    return _change(act, cut, owed_wh=((act.plant, -wh),))


def release(holdings: Holdings, act: Release) -> Change:
    """Give what waits of an issue to its first holder.

    Raises:
        UncoveredDeficitError: If one of its plants still owes something.
        ActRefusedError: If nothing waits.
    """
    _demand_operator(act)
    made = known_issue(holdings, act.issue)
    for part in made.plants:
        if owed_wh := holdings.owed_wh(part.id):
            raise UncoveredDeficitError(
                given=f"{made.id} while {part.id} owes {owed_wh} Wh",
                expected="plants that owe nothing",
                remedy="cover it with waiting lots of the same plant first",
            )
    waiting = [
        one for one in holdings.between(made.id, 0, made.total_wh) if one.state is State.ISSUED
    ]
    if not waiting:
        raise ActRefusedError(
            given=f"{made.id}, of which nothing waits",
            expected="an issue that waits",
            remedy="look at `taihang certificates show`",
        )
    pieces = [one.piece for one in waiting]
    return _change(act, carve(holdings, pieces, demand=lambda _: None, move=_to(State.HELD, act)))


def claim(holdings: Holdings, act: Claim) -> Change:
    """Use up what the actor holds.

    Raises:
        MoreThanHeldError: If it holds less.
        ExpiredCertificateError: If a certificate is no longer valid.
        ClaimPeriodError: If it is claimed for a time before its production.
    """
    pieces = chosen(holdings, act.actor, wh=act.wh, pieces=act.pieces, at_s=act.at_s)

    def demand(one: Certificate) -> None:
        demand_held(one, holder=act.actor, at_s=act.at_s)
        _demand_produced(one, act, holdings)

    return _change(act, carve(holdings, pieces, demand=demand, move=_to(State.CLAIMED, act)))


def _demand_produced(one: Certificate, act: Claim, holdings: Holdings) -> None:
    """Refuse a claim for a year or a month that ended before the energy was there."""
    made, stated = holdings.issue(one.issue), _YEAR_OR_MONTH.match(act.period)
    if made is None or stated is None:
        return
    if stated.group() < made.month[: len(stated.group())]:
        raise ClaimPeriodError(
            given=f"{one.id}, produced in {made.month}, for {act.period}",
            expected=f"a period that does not end before {made.month}",
            remedy="claim certificates of that period, or state the period in which it was used",
        )


def expire(holdings: Holdings, act: Expire) -> Change:
    """End what is no longer valid, wherever it stands.

    Raises:
        ExpiredCertificateError: If a certificate is still valid.
        MoreThanHeldError: If it ended before.
    """
    _demand_operator(act)

    def demand(one: Certificate) -> None:
        _demand_live(one)
        if act.at_s < one.expires_s:
            raise ExpiredCertificateError(
                given=f"{one.id} at {act.at_s}",
                expected=f"a time from {one.expires_s} on",
                remedy="it is still valid",
            )

    return _change(act, carve(holdings, act.pieces, demand=demand, move=_to(State.EXPIRED, act)))


def withdraw(holdings: Holdings, act: Withdraw) -> Change:
    """Take back what was never sold.

    Raises:
        MoreThanHeldError: If it was sold, or has ended.
    """
    _demand_operator(act)

    def demand(one: Certificate) -> None:
        _demand_live(one)
        if not is_unsold(one, known_issue(holdings, one.issue)):
            raise MoreThanHeldError(
                given=f"{one.id}, {one.state.value} by {one.holder}",
                expected="certificates that were never sold",
                remedy="what was sold can only be covered by later production",
            )

    return _change(act, carve(holdings, act.pieces, demand=demand, move=_to(State.WITHDRAWN, act)))


def correct(holdings: Holdings, act: Correct) -> Change:
    """Take back by how much lots shrank: what is unsold exactly, the rest the plant owes.

    Raises:
        NegativeLotError: If a lot shrank by more than is left of it.
    """
    _demand_operator(act)
    made = known_issue(holdings, act.issue)
    pieces: list[Piece] = []
    owed_wh: Counter[str] = Counter()
    for lot in act.lots:
        taken = list(_unsold_end(holdings, lot, made))
        pieces.extend(taken)
        owed_wh[lot.plant] += lot.less_wh - sum(piece.wh for piece in taken)
    cut = carve(holdings, pieces, demand=lambda _: None, move=_to(State.WITHDRAWN, act))
    return _change(act, cut, owed_wh=tuple((p, wh) for p, wh in sorted(owed_wh.items()) if wh))


def is_unsold(one: Certificate, made: Issue) -> bool:
    """Say whether a certificate can be taken back: it never left its first holder, and lives."""
    waits = one.state in {State.ISSUED, State.HELD, State.LISTED}
    return waits and one.holder == made.holder


def _unsold_end(holdings: Holdings, lot: LessOfLot, made: Issue) -> Iterator[Piece]:
    """Yield the last unsold positions of a lot, so many as it shrank by, or all there are."""
    inside = holdings.between(made.id, lot.first_wh, lot.stop_wh)
    parts = [
        (one, max(one.first_wh, lot.first_wh), min(one.stop_wh, lot.stop_wh)) for one in inside
    ]
    standing_wh = sum(stop - first for one, first, stop in parts if _counts(holdings, one))
    if lot.less_wh > standing_wh or lot.stop_wh > made.total_wh:
        raise NegativeLotError(
            given=f"{lot.less_wh} Wh less of {lot.plant} at {lot.start_s} in {made.id}",
            expected=f"at most the {standing_wh} Wh that are left of the lot",
            remedy="compare with the sheet of the issue: a lot has 0 Wh or more",
        )
    left_wh = lot.less_wh
    for one, first_wh, stop_wh in reversed(parts):
        if left_wh and is_unsold(one, made):
            take_wh = min(left_wh, stop_wh - first_wh)
            left_wh -= take_wh
            yield Piece(made.id, stop_wh - take_wh, stop_wh)


def _counts(holdings: Holdings, one: Certificate) -> bool:
    """Say whether positions still stand for produced energy; what covers a deficit does."""
    return one.state is not State.WITHDRAWN or isinstance(holdings.act(one.act), Cover)


def _demand_in_service(holdings: Holdings, made: Issue) -> None:
    for part in made.plants:
        service = holdings.service(part.id)
        known = service is not None
        begins = not known or service.since_s is None or service.since_s <= part.first_s
        ends = not known or service.until_s is None or part.stop_s <= service.until_s
        if not (known and begins and ends):
            raise RetiredPlantError(
                given=f"{made.id}: {part.id} from {part.first_s} to {part.stop_s}",
                expected="a plant in service from "
                + (f"{service.since_s} to {service.until_s}" if service else "park.toml"),
                remedy="settle again with the park file that says when the plant served",
            )


def _demand_cancelled(holdings: Holdings, made: Issue) -> None:
    """What was charged is claimed for the storage before what it gives is issued (EnergyTag)."""
    for name in made.cancels:
        charged = known_issue(holdings, name)
        for one in holdings.between(name, 0, charged.total_wh):
            if one.state not in ENDS:
                raise ActRefusedError(
                    given=f"{made.id} while {one.id} is {one.state.value}",
                    expected="everything charged claimed for the storage first",
                    remedy=f"claim {name} for the storage first",
                )


def _demand_live(one: Certificate) -> None:
    if one.state in ENDS:
        raise MoreThanHeldError(
            given=f"{one.id}, {one.state.value}",
            expected="certificates that have not ended",
            remedy=f"look at `taihang certificates show {one.issue}`",
        )


def _demand_operator(act: Act) -> None:
    if act.actor != OPERATOR:
        raise ActRefusedError(
            given=f"{act.KIND} by {act.actor}",
            expected=f"{OPERATOR}, the operator",
            remedy="ask the operator of the park",
        )


def _to(state: State, act: Act) -> Callable[[Certificate], Certificate]:
    return lambda one: replace(one, state=state, to="", act=act.id)


def _change(act: Act, cut: Cut, *, owed_wh: tuple[tuple[str, int], ...] = ()) -> Change:
    return Change(act=act.id, removed=cut.removed, added=cut.added, owed_wh=owed_wh)
