"""The proof of a certificate: its plants' meters, its lots, the matching, its history, its state.

``2026-06.pool.E17:0-5000``  the whole file, with the load of who used it in the park
``…#without-load``           without the first holder's own readings
``…#public``                 for anybody: state, issue and last act; no energy of an interval
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from taihang.core.certificates.certificate import Certificate, Piece
from taihang.core.certificates.claim_document import (
    IssueShown,
    LedgerShown,
    acts_part,
    days_part,
    moves,
    standing_part,
)
from taihang.core.certificates.issue import Issue, IssueLots, day_leaves, lots_of_issue
from taihang.core.certificates.record import ActRecord
from taihang.core.certificates.sheet import open_sheet
from taihang.core.certificates.state_tree import ACTS, STATE, issue_state
from taihang.core.errors import StateError
from taihang.core.park.topology import Direction
from taihang.core.periods import Period, days, instant_of_s
from taihang.core.seal.bundle import Bundle
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.event import LogEvent
from taihang.core.seal.statement import EnergyStatement
from taihang.services.act_log import logged_events, state_salts
from taihang.services.certificate_step import step_of
from taihang.services.evidence import Anchor, gather, logged_event, subject_statement
from taihang.services.ports import Ports

PUBLIC: Final = "public"
WITHOUT_LOAD: Final = "without-load"
"""Behind an id and ``#``: for anybody; for who may see the plants and not the first holder."""
CERTIFICATE_ID: Final = r".+:\d+-\d+(#without-load|#public)?"
_PARTS: Final = re.compile(r"(.+):(0|[1-9][0-9]{0,17})-([1-9][0-9]{0,17})")


class NoCertificateError(StateError):
    """There is no such certificate, or the log does not say yet where it stands."""

    code = "state.no-certificate"

    def __init__(
        self,
        given: str,
        *,
        expected: str = "a certificate that stands so now",
        remedy: str = "look at `taihang certificates list`; it may have been cut since",
    ) -> None:
        super().__init__(given=given, expected=expected, remedy=remedy)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The ledger as the log commits to it, with the leaves of both events."""

    records: Sequence[ActRecord]
    shown: LedgerShown
    leaves: tuple[int, ...]


def certificate_bundle(claim_id: str, ports: Ports) -> Bundle:
    """Return the proof of a certificate as it stands now.

    Args:
        claim_id: Its id, with ``#without-load`` or ``#public`` behind for less.
        ports: The outside world.

    Returns:
        What goes into the file.

    Raises:
        NoCertificateError: If it is none, or acts were done that the log does not know yet.
    """
    # 1. Where it stands, and what the log says of it.
    one, how = find_certificate(claim_id, ports=ports)
    ledger = _ledger(ports)
    made = next(each for each in ports.registry.certificates.issues() if each.id == one.issue)
    places = [
        record.number - 1
        for record in ledger.records
        if any(moves(piece, one) for piece in record.moved)
    ]
    if how == PUBLIC:
        return _public(one, made, ledger, places=places, ports=ports)
    # 2. What it is made of: the lots of its days, from the sheet of its month.
    sheet = open_sheet(ports.registry.certificates.sheet(made.sheet_sha256))
    issue = _issue_shown(made, lots_of_issue(made, sheet), ports)
    claim: dict[str, JsonValue] = {
        "kind": "certificate",
        **standing_part(one, issue=issue, ledger=ledger.shown),
        "acts": acts_part(places, ledger=ledger.shown),
        "history": "whole",
        **days_part(one, issue=issue),
    }
    lots = _of_days(issue, claim)
    # 3. Why its first holder got so much, and who measured what.
    step = step_of(made, lots, sheet=sheet, ports=ports) if how is None else None
    claim["step"] = None if step is None else step.document
    subjects = {plant for row, plant in enumerate(lots.plants) if (lots.rows == row).any()}
    leaves = ledger.leaves
    if step is not None:
        subjects |= {made.recipient, *step.plants}
        leaves = leaves if step.leaf is None else (*leaves, step.leaf)
    statements = list(_statements(sorted(subjects), made, lots, ports))
    return _measured(claim, statements, leaves, as_of=made.journal_size, ports=ports)


def _public(
    one: Certificate, made: Issue, ledger: _Ledger, *, places: Sequence[int], ports: Ports
) -> Bundle:
    """Return what anybody may see: where it stands, its issue, its last act."""
    issue = _issue_shown(made, None, ports)
    anchor = Anchor.of(ledger.leaves, ports=ports)
    return Bundle(
        claim={
            "kind": "certificate",
            **standing_part(one, issue=issue, ledger=ledger.shown),
            "acts": acts_part(sorted({places[0], places[-1]}), ledger=ledger.shown),
            "history": "ends",
            "days": [],
            "n_days": 1,
            "step": None,
        },
        checkpoint_note=anchor.note,
        events=[logged_event(leaf, anchor=anchor, ports=ports) for leaf in ledger.leaves],
    )


def _measured(
    claim: dict[str, JsonValue],
    statements: Sequence[EnergyStatement],
    leaves: Sequence[int],
    *,
    as_of: int,
    ports: Ports,
) -> Bundle:
    """Return a claim with the readings behind it, as they were known when it was issued."""
    found = gather(statements, ports=ports, as_of=as_of, beside=leaves)
    return Bundle(
        claim=claim,
        checkpoint_note=found.anchor.note,
        statements=[statement.document() for statement in statements],
        keys=found.keys,
        evidence=found.evidence(),
        events=[logged_event(leaf, anchor=found.anchor, ports=ports) for leaf in leaves],
    )


def find_certificate(claim_id: str, *, ports: Ports) -> tuple[Certificate, str | None]:
    """Return the certificate that an id names, and what of it is asked for.

    Raises:
        NoCertificateError: If it names none that there is now.
    """
    name, _, how = claim_id.partition("#")
    piece = piece_of(name)
    for one in ports.registry.certificates.certificates(piece.issue if piece else ""):
        if one.piece == piece:
            return one, how or None
    raise NoCertificateError(name)


def named_certificate(name: str, *, ports: Ports) -> str:
    """Return the certificate that a holder means: an id as it is, or an issue that was never cut.

    Args:
        name: Id of a certificate, or of an issue with exactly one.
        ports: The outside world.
    """
    ones = [] if piece_of(name) else ports.registry.certificates.certificates(name)
    return ones[0].id if len(ones) == 1 else name


def piece_of(certificate_id: str) -> Piece | None:
    """Return the positions that an id names; None where it is no id of a certificate.

    Example:
        >>> piece_of("2026-06.pool.E17:0-50")
        Piece(issue='2026-06.pool.E17', first_wh=0, stop_wh=50)
    """
    found = _PARTS.fullmatch(certificate_id)
    return Piece(found[1], int(found[2]), int(found[3])) if found else None


def _ledger(ports: Ports) -> _Ledger:
    """Return the ledger, if the log says of it what the register says."""
    tables = ports.registry.certificates
    records = list(tables.acts())
    states = [
        issue_state(held, salts=state_salts(made.id, len(held), ports=ports))
        for made in tables.issues()
        for held in (tables.certificates(made.id),)
    ]
    shown = LedgerShown(
        acts=[record.document for record in records],
        act_salts=ports.keys.salts(ACTS, len(records)),
        states=states,
        state_salts=ports.keys.salts(STATE, len(states)),
    )
    last: dict[str, tuple[int, LogEvent]] = {}
    for leaf, event in logged_events(ports=ports):
        if event.kind in {ACTS, STATE}:
            last[event.kind] = leaf, event
    if {*last} != {ACTS, STATE} or last[STATE][1].body["acts"] != len(records):
        raise NoCertificateError(
            f"{len(records)} acts on certificates, not all of them in the log",
            expected="the log to say where certificates stand",
            remedy="run `taihang settle` or any other command that acts, which logs it",
        )
    return _Ledger(records, shown, (last[ACTS][0], last[STATE][0]))


def _issue_shown(made: Issue, lots: IssueLots | None, ports: Ports) -> IssueShown:
    ones = ports.registry.certificates.certificates(made.id)
    zone = ports.park.zone
    chosen = lots if lots is not None else IssueLots((), _NONE, _NONE, _NONE)
    n_days = len(day_leaves(made.id, chosen, zone=zone))
    return IssueShown(
        certificates=ones,
        salts=state_salts(made.id, len(ones), ports=ports),
        lots=chosen,
        day_salts=ports.keys.salts(f"issue/{made.id}", n_days),
        zone=zone,
    )


_NONE: Final = np.zeros(0, np.int64)


def _of_days(issue: IssueShown, claim: dict[str, JsonValue]) -> IssueLots:
    """Return the lots of the days that are shown."""
    shown = claim["days"]
    starts_s = {
        start_s
        for day in (shown if isinstance(shown, list) else [])
        if isinstance(day, dict) and isinstance(day["start_s"], list)
        for start_s in day["start_s"]
        if isinstance(start_s, int)
    }
    inside = np.isin(issue.lots.starts_s, sorted(starts_s))
    lots = issue.lots
    return IssueLots(
        lots.plants, lots.starts_s[inside], lots.rows[inside], lots.wh[inside], lots.first_wh
    )


def _statements(
    subjects: Sequence[str], made: Issue, lots: IssueLots, ports: Ports
) -> Iterator[EnergyStatement]:
    """Yield what each subject measured over the days that are shown, as the issue knew it."""
    zone = ports.park.zone
    first, last = int(lots.starts_s[0]), int(lots.starts_s[-1])
    start = days(instant_of_s(first).astimezone(zone).date(), 1, zone).start
    end = days(instant_of_s(last).astimezone(zone).date(), 1, zone).end
    period = Period(start, end)
    for subject in subjects:
        is_plant = subject in ports.park.plants
        direction = Direction.GENERATION if is_plant else Direction.CONSUMPTION
        yield subject_statement(subject, direction, period, as_of=made.journal_size, ports=ports)
