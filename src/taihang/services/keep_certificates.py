"""Jobs on certificates that are no trade: claim, take back, end what is no longer valid."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from taihang.core.certificates.act import MAX_PIECES, OPERATOR, Claim, Expire, Withdraw
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.certificate import ENDS, Piece, State
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.record import Recorded
from taihang.core.errors import StateError
from taihang.core.periods import month_names
from taihang.services.ledger import act_on, act_once
from taihang.services.ports import Ports

_NEAR: Final = 3


class UnknownIssueError(StateError):
    """No issue has this id."""

    code = "state.unknown-issue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming:
    """What a party wants to claim."""

    id: str
    """Of the act, given by the party, and given again when it tries again."""
    party: str
    purpose: str
    beneficiary: str
    period: str
    """Month or year of the use that it covers."""
    wh: int | None
    """How much, the earliest to expire first; None where pieces are named. [Wh]"""
    pieces: tuple[Piece, ...]


def issue_of(name: str, *, ports: Ports) -> Issue:
    """Return an issue by its id.

    Raises:
        UnknownIssueError: If there is none.
    """
    issues = ports.registry.certificates.issues()
    for made in issues:
        if made.id == name:
            return made
    near = [made.id for made in issues if made.id.startswith(name[:7])][:_NEAR]
    raise UnknownIssueError(
        given=f"the issue {name!r}",
        expected="the id of an issue such as " + (", ".join(near) or "2026-06.pool.E17"),
        remedy="list them: `taihang certificates list DIR`",
    )


def claim(wanted: Claiming, *, ports: Ports) -> Recorded:
    """Use certificates up.

    Raises:
        TaihangError: Why it is refused; nothing was written.
    """
    month_names(wanted.period)
    act = Claim(
        id=wanted.id,
        actor=wanted.party,
        at_s=_time_of(wanted.id, ports),
        purpose=wanted.purpose,
        beneficiary=wanted.beneficiary,
        period=wanted.period,
        wh=wanted.wh,
        pieces=wanted.pieces,
    )
    return act_once(act, ports=ports)


def withdraw(id_: str, pieces: tuple[Piece, ...], *, reason: str, ports: Ports) -> Recorded:
    """Take back what was never sold.

    Raises:
        TaihangError: Why it is refused; nothing was written.
    """
    act = Withdraw(id=id_, actor=OPERATOR, at_s=_time_of(id_, ports), reason=reason, pieces=pieces)
    return act_once(act, ports=ports)


def expire_due(*, ports: Ports) -> Sequence[Recorded]:
    """End everything that is no longer valid.

    Returns:
        One entry for each issue of which something ended.
    """
    at_s = int(ports.clock.now().timestamp())
    acts = [
        Expire(
            id=f"expire:{made.id}:{pieces[0].first_wh}", actor=OPERATOR, at_s=at_s, pieces=pieces
        )
        for made in _over(at_s, ports)
        for pieces in (_live(made, ports),)
        if pieces
    ]
    return act_on(acts, ports=ports)


def _over(at_s: int, ports: Ports) -> Iterator[Issue]:
    open_ = {
        issue
        for issue, state, _ in ports.registry.certificates.totals()
        if State(state) not in ENDS
    }
    for made in ports.registry.certificates.issues():
        if made.id in open_ and made.expires_s <= at_s:
            yield made


def _live(made: Issue, ports: Ports) -> tuple[Piece, ...]:
    held = ports.registry.certificates.certificates(made.id)
    return tuple(one.piece for one in held if one.state not in ENDS)[:MAX_PIECES]


def _time_of(act: str, ports: Ports) -> int:
    """Return the time of an act that was done before, else now: a retry is the same act."""
    record = ports.registry.certificates.act(act)
    if record is not None:
        return open_act(record.document.encode()).at_s
    return int(ports.clock.now().timestamp())
