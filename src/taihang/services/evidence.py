"""What stands behind a statement: the batches with its readings, the keys that signed them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from taihang.core.errors import InputError, IntegrityError, StateError
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import SETTLEMENT_STEP, STEP_S, Period
from taihang.core.seal.batch import SealedBatch, open_batch
from taihang.core.seal.batch_v2 import ColumnBatch
from taihang.core.seal.bundle import ShownKey, batch_evidence, event_evidence
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.statement import EnergyStatement, Term, parse_statement
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.services.account import PARK_SUBJECT, counted
from taihang.services.ports import Ports
from taihang.services.settle import energy_of, known_at, term_of

LOG_KEY = "log"
"""Name of the key that signs checkpoints and proofs."""


class NotSettledError(StateError):
    """No settlement of the whole period of a statement gives what it says."""

    code = "state.not-settled"


class UnprovableStatementError(IntegrityError):
    """A stored statement is not an object of the form that statements have."""

    code = "integrity.unprovable-statement"


class UnknownMeterError(InputError):
    """An interval is asked for of a meter that the park file does not have."""

    code = "input.unknown-meter"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that covers everything that a proof shows, cosigned if any such is published."""

    note: str
    size: int
    """Its number of leaves."""

    @classmethod
    def of(cls, leaves: Iterable[int], *, ports: Ports) -> "Anchor":
        """Return the first published checkpoint above some leaves, else the present one.

        Args:
            leaves: Every leaf that a proof shows.
            ports: The outside world.
        """
        published = ports.published.first_above(max(leaves, default=0))
        if published is None:
            return cls(ports.journal.checkpoint_note or "", ports.journal.size)
        note, _ = published
        return cls(note, checkpoint_of(note).size)

    def path(self, leaf: int, *, ports: Ports) -> tuple[bytes, ...]:
        """Return the path of a leaf to the root of the checkpoint."""
        return tuple(ports.journal.tree.inclusion_proof(leaf, size=self.size))


@dataclass(frozen=True, slots=True)
class Found:
    """The batches behind some statements."""

    anchor: Anchor
    points: tuple[str, ...]
    batches: tuple[tuple[SealedBatch, int, tuple[bytes, ...]], ...]
    """Each with its leaf and its path to the root."""
    keys: tuple[ShownKey, ...]

    def evidence(self) -> list[dict[str, JsonValue]]:
        """Return the batches as a proof file carries them, with the blocks of the points."""
        return [
            batch_evidence(batch, points=self.points, leaf_index=leaf, inclusion=path)
            for batch, leaf, path in self.batches
        ]


def stored_statement(statement_id: str, *, ports: Ports) -> dict[str, JsonValue]:
    """Return a statement as it was issued, whatever its family.

    Args:
        statement_id: Id of a statement, or of a series for its latest version.
        ports: The outside world.

    Raises:
        UnprovableStatementError: If what is stored is no statement.
    """
    issued = ports.registry.statement(statement_id)
    document = load_canonical(issued.document.encode())
    if not isinstance(document, dict):
        raise UnprovableStatementError(
            given=f"statement {issued.id} that is no object",
            expected="the document as it was issued",
            remedy="run `taihang audit`, then restore registry.db",
        )
    return document


def energy_statement(statement_id: str, *, ports: Ports) -> EnergyStatement:
    """Return a stored statement of the family that a stranger can work out again."""
    return parse_statement(stored_statement(statement_id, ports=ports))


def interval_statement(point: str, start: datetime, *, ports: Ports) -> EnergyStatement:
    """Draw up the energy of one meter in one interval, as it is known now.

    Args:
        point: The meter.
        start: Start of the interval.
        ports: The outside world.

    Returns:
        A statement that is not issued; only its proof says it.

    Raises:
        UnknownMeterError: If the park has no such meter.
    """
    meter = ports.park.meters.get(point)
    if meter is None:
        raise UnknownMeterError(
            given=point,
            expected="a meter of park.toml",
            remedy="name the meter, as in M-E17@2026-06-09T02:15Z",
        )
    return meter_interval(meter, Period(start, start + SETTLEMENT_STEP), ports=ports)


def subject_statement(
    subject: str, direction: Direction, period: Period, *, as_of: int, ports: Ports
) -> EnergyStatement:
    """Draw up the energy of a plant or user over a period, as it was known at a journal size.

    Args:
        subject: The plant or user.
        direction: Which of its meters count.
        period: Whole settlement intervals.
        as_of: Look only at records below this index.
        ports: The outside world.

    Returns:
        A statement that is not issued; only its proof says it. A meter that was replaced within the
        period stands beside the one that followed it.

    Raises:
        UnknownMeterError: If the subject has no such meter.
    """
    terms, energy_wh, missing = list[Term](), 0, 0
    for meter in ports.park.meters.values():
        if meter.node != subject or meter.measures is not direction:
            continue
        term = term_of(meter)
        known = known_at(as_of, period=period, ports=ports, point=meter.id)
        series = energy_of(term, known=known, period=period).series
        chosen = counted(series)
        if not chosen.any():
            continue
        terms.append(term)
        energy_wh += int(series.wh[chosen].sum())
        missing += int((~chosen).sum())
    if not terms:
        raise UnknownMeterError(
            given=f"{subject}, of which nothing is measured",
            expected="a plant or user with a meter",
            remedy="run `taihang audit`, then ask again",
        )
    stamp = f"{period.start:%Y-%m-%d}"
    return EnergyStatement(
        id=f"energy.{subject}.{stamp}",
        kind="energy",
        subject=subject,
        park=ports.park.id,
        period=period,
        title_zh=f"{subject} 的电量",
        title_en=f"Energy of {subject}",
        terms=tuple(terms),
        energy_wh=energy_wh,
        missing=missing,
        factors=(),
        divisor=1_000,
        unit="kWh",
        code_version=ports.version,
        version=1,
        supersedes=None,
        reason="drawn up for this proof",
    )


def meter_interval(meter: Meter, period: Period, *, ports: Ports) -> EnergyStatement:
    """Draw up the energy of a meter over a period, as it is known now."""
    term = term_of(meter)
    known = known_at(ports.journal.size, period=period, ports=ports, point=meter.id)
    series = energy_of(term, known=known, period=period).series
    chosen = counted(series)
    stamp = period.start.strftime("%Y-%m-%dT%H:%M:%SZ")
    return EnergyStatement(
        id=f"interval.{meter.id}.{stamp}",
        kind="energy",
        subject=meter.node,
        park=ports.park.id,
        period=period,
        title_zh=f"计量点 {meter.id} 一个时段的电量",
        title_en=f"Energy of meter {meter.id} in one interval",
        terms=(term,),
        energy_wh=int(series.wh[chosen].sum()),
        missing=int((~chosen).sum()),
        factors=(),
        divisor=1_000,
        unit="kWh",
        code_version=ports.version,
        version=1,
        supersedes=None,
        reason="drawn up for this proof",
    )


def gather(
    statements: Sequence[EnergyStatement],
    *,
    ports: Ports,
    as_of: int | None = None,
    beside: Sequence[int] = (),
) -> Found:
    """Return every batch with a reading or an event of some statements' points.

    Args:
        statements: At least one.
        ports: The outside world.
        as_of: Look only at records below this index; None for what the settlement of each had
            looked at.
        beside: Other leaves that the same proof shows.

    Returns:
        The batches, each as far as its statement's settlement looked.

    Raises:
        UnprovableStatementError: If a statement speaks of other meters than its subject's.
        NotSettledError: If no settlement of the whole period gives a statement.
    """
    wanted: set[int] = set()
    for statement in statements:
        _demand_own_terms(statement, ports)
        wanted |= _batches_of(statement, ports, as_of)
    points = {term.point for statement in statements for term in statement.terms}
    return _found(wanted, beside, points, ports)


def _found(
    wanted: Iterable[int], beside: Sequence[int], points: Iterable[str], ports: Ports
) -> Found:
    anchor = Anchor.of([*wanted, *beside], ports=ports)
    batches = tuple(
        (open_batch(ports.journal.record(leaf).data), leaf, anchor.path(leaf, ports=ports))
        for leaf in sorted(wanted)
    )
    return Found(anchor, tuple(sorted(points)), batches, _keys_of(batches, ports))


def gather_between(points: Sequence[str], period: Period, *, ports: Ports) -> Found:
    """Return every batch with a reading or an event of some points, as known now.

    Args:
        points: Meters of any medium.
        period: The registers at both of its ends are in it.
        ports: The outside world.

    Returns:
        The batches.
    """
    return _found(_leaves_between(points, period, ports.journal.size, ports), (), points, ports)


def logged_event(leaf: int, *, anchor: Anchor, ports: Ports) -> dict[str, JsonValue]:
    """Return a log event with its path to the root of a checkpoint."""
    return event_evidence(
        ports.journal.record(leaf).data,
        leaf_index=leaf,
        inclusion=anchor.path(leaf, ports=ports),
    )


def only_v1(found: Found) -> list[tuple[SealedBatch, int, tuple[bytes, ...]]] | None:
    """Return the batches if all of them are of version 1, which every verifier reads."""
    if any(isinstance(batch, ColumnBatch) for batch, _, _ in found.batches):
        return None
    return [*found.batches]


def _keys_of(
    batches: Sequence[tuple[SealedBatch, int, tuple[bytes, ...]]], ports: Ports
) -> tuple[ShownKey, ...]:
    enrolled = ports.registry.gateway_keys()
    shown: dict[tuple[str, int], ShownKey] = {}
    for batch, _, _ in batches:
        name, key = batch.header.gateway, batch.header.gateway_key
        for each in enrolled.get(name, ()):
            if each.key == key if key else each.ordinal == batch.header.key_ordinal:
                shown[name, each.ordinal] = ShownKey(name=name, ordinal=each.ordinal, key=each.key)
    return tuple(shown.values())


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


def _batches_of(statement: EnergyStatement, ports: Ports, as_of: int | None) -> set[int]:
    """Return the leaf indexes of the batches that the settlement of a statement looked at."""
    limit = size_behind_statement(statement, ports) if as_of is None else as_of
    points = [term.point for term in statement.terms]
    return _leaves_between(points, statement.period, limit, ports)


def _leaves_between(points: Iterable[str], period: Period, limit: int, ports: Ports) -> set[int]:
    # The register at the end closes the last interval; what is later says nothing of it.
    span = Period(period.start, period.end + SETTLEMENT_STEP)
    found: set[int] = set()
    for table in ("readings", "events"):
        for point in points:
            for rows in ports.lake.read(table, span, point).values():
                known = rows["batch"][
                    (rows["time_s"] <= period.end_s + STEP_S) & (rows["batch"] < limit)
                ]
                found |= {int(batch) for batch in set(known.tolist())}
    return found - set(ports.lake.batches().withdrawn(as_of=limit).tolist())


def size_behind_statement(statement: EnergyStatement, ports: Ports) -> int:
    """Return the journal size behind a statement: of an old version that of an old settlement.

    Args:
        statement: One of metered energy.
        ports: The outside world.

    Raises:
        NotSettledError: If no settlement of its whole period gives it.
    """
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
