"""Write one file that lets a stranger work out one statement again, offline."""

from taihang.core.errors import IntegrityError, StateError
from taihang.core.periods import SETTLEMENT_STEP, Period
from taihang.core.seal.batch import open_batch
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.proof import LogIdentity, build_proof, evidence_of, open_proof
from taihang.core.seal.statement import EnergyStatement, parse_statement
from taihang.services.account import PARK_SUBJECT, counted
from taihang.services.ports import Ports
from taihang.services.settle import energy_of, known_at

LOG_KEY = "log"
"""Name of the key that signs checkpoints and proofs."""


class NotSettledError(StateError):
    """No settlement of the whole period of a statement gives what it says."""

    code = "state.not-settled"


class UnprovableStatementError(IntegrityError):
    """A stored statement is not an object of the form that statements have."""

    code = "integrity.unprovable-statement"


def prove(statement_id: str, *, ports: Ports) -> bytes:
    """Return the proof file of a statement.

    Args:
        statement_id: Id of a statement, or of a series for its latest version.
        ports: The outside world.

    Returns:
        The bytes of the file, already checked as a stranger would check its form and paths.

    Raises:
        UnprovableStatementError: If what is stored is no statement.
        NotSettledError: If no settlement of the whole period gives the statement.
    """
    # 1. The statement as it was issued.
    issued = ports.registry.statement(statement_id)
    document = load_canonical(issued.document.encode())
    if not isinstance(document, dict):
        raise UnprovableStatementError(
            given=f"statement {issued.id} that is no object",
            expected="the document as it was issued",
            remedy="run `taihang audit`, then restore registry.db",
        )
    statement = parse_statement(document)
    _demand_own_terms(statement, ports)
    points = [term.point for term in statement.terms]
    # 2. Every batch with a reading or an event of its points, as far as it looked.
    wanted = _batches_of(statement, ports)
    # 3. Show of each only the blocks of those points, with the way to the root.
    size = ports.journal.size
    evidence = [
        evidence_of(
            open_batch(ports.journal.record(index).data),
            points=points,
            leaf_index=index,
            inclusion=ports.journal.tree.inclusion_proof(index, size=size),
        )
        for index in sorted(wanted)
    ]
    # 4. Seal it, and look at it as a stranger would.
    key = ports.keys.signing_key(LOG_KEY)
    proof = build_proof(
        statement=document,
        evidence=evidence,
        checkpoint_note=ports.journal.checkpoint_note or "",
        log=LogIdentity(name=ports.log_origin, key=key.public),
        sign=key.sign,
    )
    open_proof(proof, verify=ports.verify)
    return proof


def _demand_own_terms(statement: EnergyStatement, ports: Ports) -> None:
    """Refuse a stored statement whose terms are not the meters of its own subject.

    Raises:
        UnprovableStatementError: If it speaks of other meters.
    """
    foreign = [
        term.point
        for term in statement.terms
        if statement.subject != PARK_SUBJECT
        and getattr(ports.park.meters.get(term.point), "node", None) != statement.subject
    ]
    if foreign:
        raise UnprovableStatementError(
            given=f"{statement.id} over the meters {', '.join(foreign)}",
            expected=f"meters of {statement.subject}",
            remedy="run `taihang audit`, then restore registry.db",
        )


def _batches_of(statement: EnergyStatement, ports: Ports) -> set[int]:
    """Return the leaf indexes of the batches that the settlement of the statement looked at."""
    as_of = _known_size(statement, ports)
    span = Period(statement.period.start, statement.period.end + SETTLEMENT_STEP)
    found: set[int] = set()
    for table in ("readings", "events"):
        for term in statement.terms:
            for rows in ports.lake.read(table, span, term.point).values():
                found |= {int(batch) for batch in set(rows["batch"].tolist()) if batch < as_of}
    return found - set(ports.lake.batches().withdrawn(as_of=as_of).tolist())


def _known_size(statement: EnergyStatement, ports: Ports) -> int:
    """Return the journal size behind a statement: of an old version that of an old settlement."""
    period = statement.period
    sizes = [
        settlement.journal_size
        for settlement in ports.registry.settlements()
        if settlement.start_s <= period.start_s and period.end_s <= settlement.end_s
    ]
    for size in sorted(set(sizes), reverse=True):
        if size <= ports.journal.size and _gives(statement, size, ports):
            return size
    raise NotSettledError(
        given=f"{statement.id}, which none of {len(sizes)} settlements of its whole period gives",
        expected="a settlement of the whole period that gives its energy",
        remedy="run `taihang settle` for the whole period, then prove the latest version",
    )


def _gives(statement: EnergyStatement, size: int, ports: Ports) -> bool:
    """Say whether the readings known at a size give the energy of a statement."""
    energy_wh = missing = 0
    for term in statement.terms:
        known = known_at(size, period=statement.period, ports=ports, point=term.point)
        series = energy_of(term, known=known, period=statement.period).series
        chosen = counted(series)
        energy_wh += term.sign * int(series.wh[chosen].sum())
        missing += int((~chosen).sum())
    return (energy_wh, missing) == (statement.energy_wh, statement.missing)
