"""Platform job: cover what plants owe with their later production, and claim what a rule claims.

What was sold and is no longer produced after a restatement is owed by its plant. Issues with lots
of that plant wait. Their own lots of it, the earliest first, are withdrawn against what it owes, of
the recipient who was given too much before those of others; then the rest is given out.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from taihang.core.balance.matching import RouteKind
from taihang.core.certificates.act import OPERATOR, Act, Claim, Correct, Cover, Release
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.issue import Issue, Kind, lots_of_issue
from taihang.core.certificates.plan_cover import cover_pieces
from taihang.core.certificates.sheet import open_sheet
from taihang.core.park.certificate_rules import SelfUse
from taihang.services.certificate_parties import parties_of, services_of
from taihang.services.ports import Ports

SELF_USE: Final = "self-use"
STORAGE: Final = "storage"
"""Purposes of claims that a rule makes."""


def tend_certificates(*, ports: Ports) -> int:
    """Cover, release and claim whatever is due.

    Args:
        ports: The outside world, opened for writing.

    Returns:
        How many acts there were.
    """
    n_acts = 0
    for due in (_covers, _releases, _claims):
        acts = list(due(ports))
        if acts:
            ports.registry.certificates.apply(
                acts, parties=parties_of(ports.park), services=services_of(ports.park), sheets=()
            )
        n_acts += len(acts)
    return n_acts


def _covers(ports: Ports) -> Iterator[Act]:
    owed_wh = ports.registry.certificates.owed_wh()
    if not owed_wh:
        return
    waiting = _in_state(State.ISSUED, ports)
    debtors = _debtors(ports)
    for plant, wh in owed_wh.items():
        left_wh = wh
        own = [made for made in waiting if plant in {part.id for part in made.plants}]
        for made in sorted(own, key=lambda one: _order(one, debtors.get(plant, frozenset()))):
            sheet = open_sheet(ports.registry.certificates.sheet(made.sheet_sha256))
            pieces = cover_pieces(
                lots_of_issue(made, sheet),
                ports.registry.certificates.certificates(made.id),
                plant=plant,
                owed_wh=left_wh,
            )
            if pieces:
                left_wh -= sum(piece.wh for piece in pieces)
                yield Cover(
                    id=f"cover:{plant}:{made.id}:{pieces[0].first_wh}",
                    actor=OPERATOR,
                    at_s=_now_s(ports),
                    plant=plant,
                    pieces=pieces,
                )


def _releases(ports: Ports) -> Iterator[Act]:
    owed_wh = ports.registry.certificates.owed_wh()
    for made in _in_state(State.ISSUED, ports):
        if owed_wh.keys().isdisjoint(part.id for part in made.plants):
            first = _of_state(made, State.ISSUED, ports)[0]
            yield Release(
                id=f"release:{made.id}:{first.first_wh}",
                actor=OPERATOR,
                at_s=_now_s(ports),
                issue=made.id,
            )


def _claims(ports: Ports) -> Iterator[Act]:
    """Claim what was charged for the storage, and what was used where park.toml says so."""
    rules = ports.park.certificates
    for made in _in_state(State.HELD, ports):
        is_charge = made.route.kind is RouteKind.CHARGE
        by_rule = rules is not None and rules.self_use is SelfUse.CLAIM
        if not is_charge and (made.kind is Kind.TRADABLE or not by_rule):
            continue
        at_s = _now_s(ports)
        held = [one for one in _of_state(made, State.HELD, ports) if at_s < one.expires_s]
        if held:
            yield Claim(
                id=f"rule:{made.id}:{held[0].first_wh}",
                actor=made.holder,
                at_s=at_s,
                purpose=STORAGE if is_charge else SELF_USE,
                beneficiary=made.holder,
                period=made.month,
                wh=None,
                pieces=tuple(one.piece for one in held),
            )


def _debtors(ports: Ports) -> Mapping[str, frozenset[str]]:
    """Return by plant who was given too much of it."""
    found: dict[str, set[str]] = {}
    recipients = {made.id: made.recipient for made in ports.registry.certificates.issues()}
    for record in ports.registry.certificates.acts_named("correct:"):
        act = open_act(record.document.encode())
        if isinstance(act, Correct):
            for lot in act.lots:
                found.setdefault(lot.plant, set()).add(recipients[act.issue])
    return {plant: frozenset(names) for plant, names in found.items()}


def _order(made: Issue, debtors: frozenset[str]) -> tuple[bool, str, str]:
    return made.recipient not in debtors, made.month, made.id


def _in_state(state: State, ports: Ports) -> Sequence[Issue]:
    named = {issue for issue, found, _ in ports.registry.certificates.totals() if found == state}
    return [made for made in ports.registry.certificates.issues() if made.id in named]


def _of_state(made: Issue, state: State, ports: Ports) -> list[Certificate]:
    return [
        one
        for one in ports.registry.certificates.certificates(made.id)
        if one.state is state and one.holder == made.holder
    ]


def _now_s(ports: Ports) -> int:
    return int(ports.clock.now().timestamp())
