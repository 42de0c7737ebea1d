"""Check everything against everything: journal, tree, checkpoints, lake, statements.

The journal is the truth, the lake is only compared with it. Every finding names its place: the
batch, the checkpoint, the point or the statement.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from operator import itemgetter
from typing import Final, TypeAlias

import numpy as np

from taihang.core.errors import TaihangError
from taihang.core.facts import FactOutOfForceError
from taihang.core.metering.batch_index import BatchRow
from taihang.core.metering.row_sums import RowSums, month_start_s
from taihang.core.periods import Period, months_in
from taihang.core.seal.batch import SealedBatch, glimpsed_name, open_batch
from taihang.core.seal.descriptor import DescriptorStore
from taihang.core.seal.entry import leaf_entry_of
from taihang.core.seal.event import LogEvent, is_event, open_event
from taihang.core.tlog.check import JournalFinding, JournalLaw, check_journal
from taihang.core.tlog.record import Damage, Record
from taihang.services.account import Draft, UnsettledMonthError, month_drafts, says_the_same
from taihang.services.admission import Admission, ForeignMeterError, key_of
from taihang.services.audit_acts import SALTS, check_acts
from taihang.services.audit_certificates import ledger_findings, sheet_findings
from taihang.services.audit_evidence import evidence_findings
from taihang.services.audit_published import published_findings
from taihang.services.audit_years import wrong_years
from taihang.services.bill import bill_drafts
from taihang.services.certify import certify
from taihang.services.keys import open_own_checkpoint
from taihang.services.medium_account import medium_findings
from taihang.services.ports import Columns, Lake, Ports
from taihang.services.replay import Staged, catch_up, joined
from taihang.services.report import settled_span
from taihang.services.report_audit import report_findings
from taihang.services.seal_day import wrong_seals
from taihang.services.settle import period_of, ports_of, settle
from taihang.services.trail import verify_trail

DERIVED: Final = ("intervals", "balance", "matching", "storage", "lots", "quality", "findings")
"""Tables that follow from readings, settlements and park files."""
_AT_ONCE_ROWS: Final = 4_000_000
"""Readings of the lake that are held in memory at a time."""
Watch: TypeAlias = Callable[[Iterable[Record | Damage]], Iterable[Record | Damage]]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    where: str
    """The place: a batch, a checkpoint, a point of the lake, a statement."""
    what: str


@dataclass(slots=True)
class Audit:
    """What an audit looked at and found."""

    n_batches: int = 0
    n_readings: int = 0
    n_checkpoints: int = 0
    n_statements_damaged: int = 0
    root: bytes = b""
    findings: list[Finding] = field(default_factory=list[Finding])
    gaps: list[str] = field(default_factory=list[str])
    """Counters that a gateway skipped: batches that were never sent or never came."""
    unlogged: list[str] = field(default_factory=list[str])
    """Rows of the register that a log without any act does not speak of yet."""
    has_salts: bool = True
    """Whether roots over documents, lots and certificates could be worked out again."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def audit(*, ports: Ports, quick: bool = False, watch: Watch = iter) -> Audit:
    """Check the whole park.

    Args:
        ports: The outside world; the journal need not be loadable.
        quick: Leave out what is derived: frames, signatures, roots and acts only.
        watch: Sees the records go by, to show how far it is.

    Returns:
        What was looked at, and every finding.
    """
    # Without the secret behind the salts the log's word on documents cannot be compared.
    result = Audit(has_salts=ports.keys.holds(SALTS) or not ports.registry.logged())
    # 1. The journal: every frame, number, time, leaf and checkpoint ever signed.
    # 2. Its batches: every byte, block root, signature, sender, counter.
    truth = _check_journal(result, ports, watch)
    is_whole = not result.findings
    # 3. What was done: the register says what the log says.
    if len(result.findings) == truth.n_refused:
        _check_acts(result, truth.acts, ports)
    # Who did what: no entry of the audit trail is gone or changed.
    trail = verify_trail(ports=ports, events=truth.acts)
    result.findings += [Finding(f"trail, {found.where}", found.what) for found in trail.findings]
    # 4. Activity data is as it was handed in, with every file that proves it.
    found = evidence_findings(ports=ports)
    result.findings += [Finding(where, what) for where, what in found]
    # Certificates are what the acts make of them, and the log speaks of every act.
    found = ledger_findings(truth.acts, ports=ports)
    result.findings += [Finding(where, what) for where, what in found]
    if not quick and is_whole and result.findings:
        # The log says that a year's statements were altered, and not which: drawing up says it.
        _check_years(result, ports)
    elif not quick:
        _check_what_follows(result, truth, ports)
    damaged = ports.registry.damaged_statements()
    result.n_statements_damaged = len(damaged)
    for statement_id in damaged:
        result.findings.append(Finding(f"statement {statement_id}", "is not as it was issued"))
    return result


def _check_what_follows(result: Audit, truth: "_Truth", ports: Ports) -> None:
    """Check what follows from journal and register; each step only where the ones before hold."""
    if result.findings:
        return
    # What follows looks records up, which an audit of a damaged journal could not.
    ports.journal.load()
    # 5. The lake's files are as they were written, and say what the journal says.
    try:
        _check_files(result, ports)
        if not result.findings:
            _check_lake(result, truth, ports)
    except TaihangError as error:
        result.findings.append(Finding("lake", str(error)))
    # 6. What is derived is what the journal and the settlements give.
    if not result.findings:
        _check_derived(result, ports)
    # 7. Statements are as they were issued, and say what the settled rows give.
    if not result.findings:
        _check_statements(result, ports)
    # 8. Certificates are made of what is settled.
    if not result.findings:
        result.findings += [Finding(*found) for found in sheet_findings(ports=ports)]
    # 9. Every day seal is the root over the readings that it says it looked at.
    for leaf, seal in () if result.findings else wrong_seals(ports=ports):
        where = f"day seal {seal.day.isoformat()} version {seal.version} (leaf {leaf})"
        result.findings.append(Finding(where, "is not what the readings of its day give"))


def rebuild(*, ports: Ports) -> str:
    """Make the lake again from the journal and return its state hash.

    Args:
        ports: The outside world.

    Returns:
        The state hash, equal to the one before if nothing was wrong.
    """
    # 1. Build it beside the old one: a rebuild that dies half way leaves the old one whole.
    fresh = _rebuilt(ports)
    # 2. Put it in the old one's place.
    ports.lake.take_over(fresh)
    return ports.lake.state_hash()


def _rebuilt(ports: Ports) -> Lake:
    """Return a new lake with everything that the journal and the settlements give."""
    fresh = ports.scratch_lake()
    beside = replace(ports, lake=fresh)
    # 1. Replay every batch.
    catch_up(beside)
    # 2. Settle what was settled, in order, from what was known then.
    for settlement in ports.registry.settlements():
        then = ports_of(settlement, ports=beside)
        period = period_of(settlement)
        settle(period, ports=then, as_of=settlement.journal_size, record=False)
        certify(period, ports=then)
    return fresh


@dataclass(slots=True)
class _Truth:
    """What the journal says, in the memory of its batches and points."""

    sums: RowSums
    batches: list[BatchRow] = field(default_factory=list[BatchRow])
    events: dict[tuple[str, ...], list[Columns]] = field(
        default_factory=dict[tuple[str, ...], list[Columns]]
    )
    acts: list[tuple[int, LogEvent]] = field(default_factory=list[tuple[int, LogEvent]])
    n_refused: int = 0
    """Batches that are whole, of a sender that the register refuses."""
    store: DescriptorStore = field(default_factory=DescriptorStore)
    """Descriptors that were parsed before."""

    def take(self, record: Record) -> SealedBatch | None:
        """Take in one record; its readings stay as sums only."""
        staged = Staged(len(self.batches))
        batch = None
        if is_event(record.data):
            staged.add_record(record)
            self.acts.append((record.index, open_event(record.data)))
        else:
            batch = open_batch(record.data, store=self.store)
            staged.add(batch, received_at_s=record.received_at_s)
        self.batches += staged.batches
        for rows in staged.rows:
            self.sums.add_rows(rows)
        for key, slab in staged.event_slabs().items():
            self.events.setdefault(key, []).append(slab)
        return batch


def _check_journal(result: Audit, ports: Ports, watch: Watch) -> _Truth:
    """Check the journal against itself, and every batch in it."""
    truth = _Truth(RowSums(_seed(ports)))
    names = _names(ports)
    senders = _Senders(ports)

    def see(record: Record) -> None:
        batch = truth.take(record)
        if batch is None:
            return
        result.n_batches += 1
        result.n_readings += batch.n_readings
        # A frame of the first form does not say when it came.
        received_at_s = record.received_at_s or batch.header.sent_at_s
        try:
            senders.check(batch, received_at_s=received_at_s)
        except TaihangError:
            truth.n_refused += 1
            raise

    law = JournalLaw(
        leaf_entry=leaf_entry_of, open_checkpoint=partial(open_own_checkpoint, ports=ports), see=see
    )
    journal = ports.journal
    found = check_journal(
        watch(journal.scan()),
        journal.scan_checkpoints(),
        law=law,
        at_least=_remembered(names, ports),
    )
    result.findings += [_named(finding, names) for finding in found.findings]
    result.n_checkpoints = found.n_checkpoints
    result.root = found.tree.root()
    published = published_findings(ports.published, tree=found.tree, opened=law.open_checkpoint)
    result.findings += [Finding(where, what) for where, what in published]
    _check_counters(result, truth.batches)
    return truth


def _seed(ports: Ports) -> bytes:
    """Return 16 bytes for the sums: secret where the park's secret is here, else of no secret."""
    return ports.keys.salts("audit", 1)[0] if ports.keys.holds(SALTS) else bytes(16)


def _remembered(names: list[str], ports: Ports) -> int:
    """Return how many records the lake and the register know to have been acknowledged."""
    sizes = [settlement.journal_size for settlement in ports.registry.settlements()]
    return max([len(names), *sizes])


def _names(ports: Ports) -> list[str]:
    """Return what the lake remembers each record to be; a broken lake is a finding of its own."""
    with suppress(TaihangError):
        batches = ports.lake.batches()
        return [f"{row.gateway or 'event'}/{row.counter}" for row in batches]
    return []


class _Senders:
    """Judges who may say what, under the present park file and, if that refuses, earlier ones."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._enrolled = ports.registry.gateway_keys()
        self._now = Admission(ports)
        self._earlier: list[Admission] = []

    def check(self, batch: SealedBatch, *, received_at_s: int) -> None:
        """Refuse a batch that was right under no park file.

        Raises:
            ForeignMeterError: If neither the present park file nor an earlier one lets it say so.
        """
        key = key_of(batch.header, enrolled=self._enrolled, received_at_s=received_at_s)
        batch.check_signature(self._ports.verify, key=key.key)
        try:
            self._now.check(batch)
        except ForeignMeterError:
            if not self._earlier:
                parks = map(self._ports.read_park, self._ports.registry.park_versions())
                self._earlier = [Admission(replace(self._ports, park=park)) for park in parks]
            if not any(_was_right(batch, admission) for admission in self._earlier):
                raise


def _was_right(batch: SealedBatch, admission: Admission) -> bool:
    with suppress(ForeignMeterError):
        admission.check(batch)
        return True
    return False


def _named(finding: JournalFinding, names: list[str]) -> Finding:
    """Name a record by the lake's list of batches, else by what can still be read of it."""
    if finding.is_checkpoint:
        return Finding(finding.where, finding.what)
    known = finding.index < len(names)
    name = names[finding.index] if known else glimpsed_name(finding.shown)
    return Finding(f"batch {name} ({finding.where})", finding.what)


def _check_counters(result: Audit, batches: list[BatchRow]) -> None:
    seen: dict[str, set[int]] = {}
    for gateway, counter, _ in filter(itemgetter(0), batches):
        counters = seen.setdefault(gateway, set())
        if counter in counters:
            result.findings.append(Finding(f"batch {gateway}/{counter}", "is stored twice"))
        counters.add(counter)
    for gateway, counters in sorted(seen.items()):
        result.gaps += [f"{gateway}/{gap}" for gap in _gaps(sorted(counters))]


def _gaps(counters: list[int]) -> list[str]:
    """Return the numbers left out below the last counter: as many texts as gaps, however wide.

    A gateway may send any number it likes; to count one by one up to it would fill the memory.
    """
    edges = [(before + 1, after - 1) for before, after in pairwise([0, *counters])]
    return [
        f"{first} … {last}" if last > first else str(first)
        for first, last in edges
        if last >= first
    ]


def _check_acts(result: Audit, acts: list[tuple[int, LogEvent]], ports: Ports) -> None:
    try:
        found = check_acts(acts, ports=ports)
    except TaihangError as error:
        result.findings.append(Finding("register", str(error)))
        return
    result.findings += [Finding(where, what) for where, what in found.findings]
    result.unlogged = found.unlogged


def _check_files(result: Audit, ports: Ports) -> None:
    for name in ports.lake.damaged_files():
        what = "its bytes are not those that were written: run `taihang rebuild`"
        result.findings.append(Finding(f"lake file {name}", what))


def _check_lake(result: Audit, truth: _Truth, ports: Ports) -> None:
    batches = list(ports.lake.batches())
    # The place of an event at the end is given by the next opening.
    behind = truth.batches[len(batches) :]
    if batches != truth.batches[: len(batches)] or any(row.gateway for row in behind):
        given = f"{len(batches)} batches, journal {len(truth.batches)}"
        result.findings.append(Finding("lake", f"{given}: run `taihang rebuild`"))
        return
    # Sums, not rows: a year of a large park is compared in the memory of its points.
    stored = RowSums(_seed(ports))
    for period in _windows(truth.sums.months()):
        for key, rows in ports.lake.read("readings", period).items():
            stored.add(key, rows)
    differing = {key for key, _ in truth.sums.differences(stored)}
    if ports.lake.count("readings") != sum(truth.sums.months().values()) and not differing:
        result.findings.append(Finding("lake readings", "more rows than the journal gives"))
    events = ports.lake.read("events")
    for key in sorted(differing):
        result.findings.append(_differs("readings", key))
    for key in sorted({*truth.events, *events}):
        told: Columns = joined(truth.events[key]) if key in truth.events else {}
        if not _equal(told, events.get(key, {})):
            result.findings.append(_differs("events", key))


def _differs(table: str, key: tuple[str, ...]) -> Finding:
    return Finding(f"lake {table} of {'/'.join(key)}", "differs from the journal")


def _windows(months: Mapping[int, int]) -> Iterator[Period]:
    """Cut UTC months so that no window holds more readings than fit into memory."""
    for number, n_rows in months.items():
        start, end = (month_start_s(each) for each in (number, number + 1))
        n_cuts = -(-n_rows // _AT_ONCE_ROWS)
        edges = np.linspace(start, end, n_cuts + 1).astype(np.int64).tolist()
        yield from (Period.of_s(*edge) for edge in pairwise(edges))


def _check_derived(result: Audit, ports: Ports) -> None:
    """Settle everything again beside the lake and compare, table by table and key by key."""
    fresh = _rebuilt(ports)
    try:
        if fresh.state_hash() == ports.lake.state_hash():
            return
        for table in DERIVED:
            truth, stored = fresh.read(table), ports.lake.read(table)
            for key in sorted({*truth, *stored}):
                if not _equal(truth.get(key, {}), stored.get(key, {})):
                    where = f"lake {table} of {'/'.join(key)}"
                    what = "is not what the journal and the settlements give"
                    result.findings.append(Finding(where, f"{what}: run `taihang rebuild`"))
    finally:
        fresh.discard()


def _check_statements(result: Audit, ports: Ports) -> None:
    """Draw up every latest statement again and compare."""
    span = settled_span(ports)
    for name in () if span is None else months_in(span, ports.park.zone):
        stored = {issued.series: issued for issued in ports.registry.latest_statements(name)}
        for draft in _drafts(name, ports):
            issued = stored.get(draft.series)
            if issued is None:
                result.findings.append(Finding(f"statement {draft.series}", "is not there"))
            elif not says_the_same(issued, draft):
                what = "is not what the settled rows give today: altered, or settle again"
                result.findings.append(Finding(f"statement {issued.id}", what))
    _check_years(result, ports)
    result.findings += [Finding(where, what) for where, what in medium_findings(ports=ports)]
    result.findings += [Finding(where, what) for where, what in report_findings(ports=ports)]


def _check_years(result: Audit, ports: Ports) -> None:
    for statement_id, what in wrong_years(ports=ports):
        result.findings.append(Finding(f"statement {statement_id}", what))


def _drafts(name: str, ports: Ports) -> list[Draft]:
    """Draw up a month again; a month that cannot be accounted has no statements to compare."""
    try:
        return [*month_drafts(name, ports=ports), *bill_drafts(name, ports=ports)]
    except (FactOutOfForceError, UnsettledMonthError):
        return []


def _equal(truth: Columns, stored: Columns) -> bool:
    """Say whether two sets of columns hold the same rows, whatever the order of equal times."""
    if set(truth) != set(stored) or len(truth["time_s"]) != len(stored["time_s"]):
        return False
    names = sorted(truth)
    orders = [np.lexsort([rows[name] for name in names]) for rows in (truth, stored)]
    return all(np.array_equal(truth[name][orders[0]], stored[name][orders[1]]) for name in names)
