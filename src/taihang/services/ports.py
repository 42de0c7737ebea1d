"""What the jobs need from outside. Each protocol states its obligations, not only its methods."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.access.aggregate import GroupSum
from taihang.core.access.scope import WHOLE_PARK, Scope
from taihang.core.activity.record import ActivityRecord
from taihang.core.balance.settlement import Settlement
from taihang.core.certificates.act import Act
from taihang.core.certificates.certificate import Certificate
from taihang.core.certificates.holdings import Service
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.record import ActRecord, Recorded
from taihang.core.dispatch.model import Solve
from taihang.core.facts import FactBook
from taihang.core.metering.batch_index import BatchIndex
from taihang.core.metering.readings import MeterEvent, Place, ReadingBlock, ReadingRows
from taihang.core.park.park import Park
from taihang.core.periods import Period
from taihang.core.seal.act import LoggedAct, RollEntry
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.door_token import DoorToken
from taihang.core.seal.evidence_file import EvidenceFile
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.trail import Outcome, TrailEntry, TrailRecord
from taihang.core.tlog.log_key import LogKey
from taihang.core.tlog.merkle import Tree
from taihang.core.tlog.record import Damage, Record
from taihang.core.tlog.witnessing import WitnessAnswer

Columns: TypeAlias = Mapping[str, NDArray[np.int64]]
Slabs: TypeAlias = Mapping[tuple[str, ...], Columns]


class Clock(Protocol):
    """Says what time it is; the only source of now."""

    def now(self) -> datetime:
        """Return the present instant, with its zone."""
        ...


class Signer(Protocol):
    """Holds one Ed25519 key."""

    @property
    def public(self) -> bytes:
        """The public half, 32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature."""
        ...


class Keys(Protocol):
    """The park's keys; a key is made on first use and never changes silently."""

    def signing_key(self, name: str) -> Signer:
        """Return the key of a name."""
        ...

    def holds(self, name: str) -> bool:
        """Say whether the key of a name was made here; looking makes none."""
        ...

    def salts(self, label: str, n_salts: int) -> list[bytes]:
        """Return salts of 16 bytes: the same for the same label, unguessable without the key."""
        ...

    def commit(self, number: int, blinding: int) -> bytes:
        """Commit to a number under a secret one: a point that shows neither."""
        ...


class Journal(Protocol):
    """The one source of truth. ``append`` returns only when everything is on the disk."""

    @property
    def size(self) -> int:
        """Acknowledged records."""
        ...

    @property
    def tree(self) -> Tree:
        """The tree over them."""
        ...

    @property
    def checkpoint_note(self) -> str | None:
        """The last signed checkpoint; None while empty."""
        ...

    def load(self) -> None:
        """Read it anew and check it against its last checkpoint."""
        ...

    def refresh(self) -> None:
        """Take in what another process appended since."""
        ...

    def append(self, records: Sequence[bytes], *, received_at_s: int) -> list[int]:
        """Store records for ever, all or none, with the time at which they came."""
        ...

    def record(self, index: int) -> Record:
        """Return one acknowledged record, checked against its leaf."""
        ...

    def received_at_s(self, index: int) -> int:
        """Return when a record came, never earlier than the record before."""
        ...

    def size_at(self, instant_s: int) -> int:
        """Return how many records were known at an instant."""
        ...

    def records(self, first: int = 0) -> Iterator[Record]:
        """Yield acknowledged records in order."""
        ...

    def scan(self) -> Iterator[Record | Damage]:
        """Yield what is on the disk, damage included; needs no checkpoint."""
        ...

    def checkpoint_notes(self) -> list[str]:
        """Return every intact signed checkpoint in order."""
        ...

    def scan_checkpoints(self) -> Iterator[Record | Damage]:
        """Yield every signed checkpoint, and the places where none can be read."""
        ...


class PublishedLog(Protocol):
    """What was published; every write is on the disk when it returns, or raises."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep every other thread and process from publishing."""
        ...

    def latest(self) -> str | None:
        """Return the last published note, or None."""
        ...

    def first_above(self, size: int) -> tuple[str, int] | None:
        """Return the first published note of more leaves, and when it was published [s]."""
        ...

    def notes(self) -> list[str]:
        """Return every published note in order."""
        ...

    def damage(self) -> list[int]:
        """Return where the file of published notes is damaged [byte]."""
        ...

    def public_file(self, path: str) -> bytes | None:
        """Return a file that strangers read, or None."""
        ...

    def write_tiles(self, tiles: Iterable[tuple[str, bytes]]) -> None:
        """Write tiles by path."""
        ...

    def append(self, note: str, *, at_s: int) -> None:
        """Write a cosigned note down for ever."""
        ...

    def show(self, note: str) -> None:
        """Let strangers see a published note."""
        ...


class Lake(Protocol):
    """Derived rows by table, key and time; may be lost at any moment without loss of truth."""

    def batches(self) -> BatchIndex:
        """Return which batches are inside, by leaf index; not to be changed by the caller."""
        ...

    @property
    def n_hot(self) -> int:
        """Readings that are inside and not yet in a file."""
        ...

    def insert(
        self,
        rows: ReadingRows,
        batches: Sequence[tuple[str, int, int]],
        *,
        events: Slabs | None = None,
    ) -> None:
        """Take in the next batches of the journal; seen by ``read`` at once, on no disk yet."""
        ...

    def seal(
        self,
        rows: ReadingRows,
        batches: Sequence[tuple[str, int, int]],
        *,
        events: Slabs | None = None,
    ) -> None:
        """Take in many of the next batches and write them to files at once."""
        ...

    def flush(self) -> None:
        """Write to files what was inserted; after a failure it is still inside."""
        ...

    def compact(self, *, before_s: int) -> int:
        """Make files of whole months that ended before an instant; return files replaced."""
        ...

    def clear(self) -> None:
        """Take everything out."""
        ...

    def take_over(self, other: Self) -> None:
        """Put another lake in the place of this one, whole."""
        ...

    def discard(self) -> None:
        """Throw it away."""
        ...

    def add(self, table: str, slabs: Slabs) -> None:
        """Add rows; equal rows stay once."""
        ...

    def replace(self, table: str, period: Period, slabs: Slabs) -> None:
        """Put rows in the place of all rows of a period."""
        ...

    def keys(self, table: str, period: Period) -> set[tuple[str, ...]]:
        """Return the keys of the rows of a derived table in a period."""
        ...

    def keep(self, name: str, data: bytes) -> None:
        """Keep a small file that follows from the rows; it may be lost like them."""
        ...

    def kept(self, name: str) -> bytes | None:
        """Return a file that was kept, None where there is none."""
        ...

    def amend(self, table: str, slabs: Slabs) -> None:
        """Put rows in the place of those of equal key and time; nothing else is touched."""
        ...

    def read(
        self,
        table: str,
        period: Period | None = None,
        key_part: str | None = None,
        *,
        as_of: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> dict[tuple[str, ...], dict[str, NDArray[np.int64]]]:
        """Return the rows of a period, each slab in order of time (and batch).

        Of readings ``as_of`` leaves the row of each time that counted at a size of the journal. Of
        settled tables ``columns`` leaves only these beside ``time_s``.
        """
        ...

    def rollups(
        self,
        step_s: int,
        period: Period,
        places: Sequence[Place] | None = None,
        *,
        as_of: int | None = None,
        names: Sequence[str] = ...,
    ) -> tuple[tuple[Place, ...], Columns]:
        """Return points by code, and roll-ups (core/metering/rollup.py) by 900, 3 600, 86 400 s."""
        ...

    def arrived(self, since: int, period: Period, *, also: Sequence[int] = ()) -> tuple[Place, ...]:
        """Return the points of which readings of a period came in batches from a leaf on."""
        ...

    def last(self) -> tuple[tuple[Place, ...], Columns]:
        """Return the last usable reading of every point, as columns of a roll-up."""
        ...

    def totals(
        self, step_s: int, period: Period, places: Sequence[Place]
    ) -> dict[str, NDArray[np.int64]]:
        """Return the sum over points in each stretch: ``time_s``, ``sum_count``, ``n``."""
        ...

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        ...

    def damaged_files(self) -> list[str]:
        """Return the names of files whose bytes are not those that were written."""
        ...

    def state_hash(self) -> str:
        """Return one hash over everything inside."""
        ...


class CertificateLedger(Protocol):
    """The ledger of lots: acts are only ever added, certificates follow from them."""

    def apply(
        self,
        acts: Sequence[Act],
        *,
        parties: frozenset[str],
        services: Mapping[str, Service],
        sheets: Sequence[tuple[str, bytes]] | None = None,
    ) -> list[Recorded]:
        """Apply acts in one transaction; when it returns they are on the disk.

        Without sheets each act is applied or refused by itself; with sheets (by month), even with
        none, all acts are applied and the sheets kept, or the first refusal is raised.
        """
        ...

    def sheets(self, month: str) -> list[str]:
        """Return the hashes of the sheets of a month [hex], in the order in which they came."""
        ...

    def sheet(self, name: str) -> bytes:
        """Return the bytes of a sheet, compared with their hash."""
        ...

    def issues(self, month: str | None = None) -> list[Issue]:
        """Return every issue, or those of a month, in the order of making."""
        ...

    def certificates(self, issue: str) -> list[Certificate]:
        """Return the certificates of an issue, in order."""
        ...

    def certificates_of(self, holder: str) -> list[Certificate]:
        """Return the certificates of a party in every state, by issue and position."""
        ...

    def totals(self) -> dict[tuple[str, str, str], int]:
        """Return the energy by issue, state and holder [Wh]."""
        ...

    def owed_wh(self) -> dict[str, int]:
        """Return what each plant owes that owes something [Wh]."""
        ...

    def acts(self, first: int = 1) -> Iterator[ActRecord]:
        """Yield the acts from a number on, each compared with its hash."""
        ...

    def act(self, id_: str) -> ActRecord | None:
        """Return one act by its id."""
        ...

    def acts_named(self, prefix: str) -> list[ActRecord]:
        """Return the acts whose ids begin so, in their order."""
        ...

    def act_roll(self) -> list[RollEntry]:
        """Return every act without its text, in order."""
        ...

    def steady(self) -> AbstractContextManager[None]:
        """Read several things as of one moment, while others write."""
        ...


class Registry(Protocol):
    """The register of record; every write is one transaction."""

    @property
    def certificates(self) -> CertificateLedger:
        """The ledger of lots."""
        ...

    def gateway_keys(self) -> Mapping[str, tuple[GatewayKey, ...]]:
        """Return every key that each gateway has had, the first one first."""
        ...

    def enrol_gateway(self, gateway: str, *, public_key: str, at_s: int) -> None:
        """Let a gateway send with its first key [hex]; one that has a key keeps it."""
        ...

    def put_gateway_keys(self, gateway: str, keys: Sequence[GatewayKey]) -> None:
        """Write what a key act changed: a key that is new, or the end of one that was there."""
        ...

    def log_keys(self) -> Sequence[LogKey]:
        """Return every key of the park's log, the first one first; none in an older register."""
        ...

    def add_log_key(self, key: LogKey) -> None:
        """Remember a key of the log; one that is known stays as it is."""
        ...

    def logged(self) -> list[LoggedAct]:
        """Return every event of the log that the register knows, in order of leaf."""
        ...

    def add_logged(self, act: LoggedAct) -> None:
        """Remember an event of the log; one that is known stays as it is."""
        ...

    def fact_editions(self) -> dict[str, str]:
        """Return the text of every edition of facts that was used, by its hash."""
        ...

    def add_fact_edition(self, text: str, *, at_s: int) -> None:
        """Keep an edition of facts under its hash; one that is known stays as it is."""
        ...

    def roll(self) -> list[RollEntry]:
        """Return every issued statement without its text, in the order of issue."""
        ...

    def activity_records(self) -> list[ActivityRecord]:
        """Return every version of every line of activity data, in the order of handing in."""
        ...

    def activity_lines(self) -> list[ActivityLine]:
        """Return the same, each with the form that it stood in."""
        ...

    def activity_roll(self) -> list[RollEntry]:
        """Return every line of activity data without its text, in the order of handing in."""
        ...

    def add_activity(
        self, lines: Sequence[ActivityLine], *, files: Sequence[EvidenceFile] = ()
    ) -> None:
        """Add versions of lines and what is known of their files, all or none.

        A version that is there already refuses all of them; a file that is known stays as it is.
        """
        ...

    def evidence_files(self) -> dict[str, EvidenceFile]:
        """Return what is known of every file of evidence, by its hash."""
        ...

    def damaged_activity(self) -> list[str]:
        """Return ids of lines whose text is not what was handed in."""
        ...

    def door_tokens(self) -> list[DoorToken]:
        """Return every token of the door."""
        ...

    def add_door_token(self, token: DoorToken) -> None:
        """Add a token."""
        ...

    def drop_door_tokens(self, gateway: str) -> int:
        """Take every token of a gateway away; return how many there were."""
        ...

    def park_version(self, sha256: str) -> str:
        """Return an earlier text of park.toml."""
        ...

    def park_hashes(self) -> list[str]:
        """Return the hash of every text of park.toml, the earliest first."""
        ...

    def park_versions(self) -> list[str]:
        """Return every text of park.toml, the latest first."""
        ...

    def settlements(self) -> list[Settlement]:
        """Return every settlement in the order of settling."""
        ...

    def record_settlement(self, settlement: Settlement, *, at_s: int) -> None:
        """Remember a settlement once."""
        ...

    def statement(self, statement_id: str) -> IssuedStatement:
        """Return a statement, or the latest of a series; raises if there is none."""
        ...

    def statements(self, ids: Iterable[str]) -> list[IssuedStatement]:
        """Return statements by their ids, in the order of these."""
        ...

    def periods_of(self, kinds: Collection[str]) -> frozenset[str]:
        """Return the periods for which a statement of some kinds was issued."""
        ...

    def latest_statements(
        self, period: str, kinds: Collection[str] | None = None
    ) -> list[IssuedStatement]:
        """Return the latest version of every statement of a period."""
        ...

    def add_statements(self, statements: Iterable[IssuedStatement], *, at_s: int) -> None:
        """Add statements, all or none."""
        ...

    def add_if_none_came(self, statement: IssuedStatement, *, n_known: int, at_s: int) -> bool:
        """Add a statement if there are still so many of its kind; else add nothing, return False.

        Looking and adding are one act, also for other processes.
        """
        ...

    def damaged_statements(self) -> list[str]:
        """Return ids of statements whose text is not what was issued."""
        ...


class Quarantine(Protocol):
    """Keeps what may not count and must not be lost; a file that is there is never changed."""

    def keep(self, name: str, data: bytes) -> None:
        """Write one file for ever; when this returns, it is on the disk."""
        ...

    def names(self) -> list[str]:
        """Return the names of all files, in order."""
        ...

    def read(self, name: str) -> bytes:
        """Return the bytes of one file."""
        ...


class EvidenceStore(Protocol):
    """Files that prove activity data, each under its hash; a file that is there never changes."""

    def keep(self, data: bytes) -> str:
        """Write one file for ever and return its SHA-256 [hex]; when it returns, it is on disk."""
        ...

    def hashes(self) -> list[str]:
        """Return the name of every file, in order."""
        ...

    def read(self, sha256: str) -> bytes:
        """Return the bytes of one file, compared with their hash."""
        ...


class Trail(Protocol):
    """Who did what through the platform. ``append`` returns when the entry is on the disk."""

    def append(self, entry: TrailEntry) -> TrailRecord:
        """Write one act down; the same act again gives the entry that is there."""
        ...

    def find(self, id_: str, outcome: Outcome = ...) -> TrailRecord | None:
        """Return the entry of an act, None if it has none."""
        ...

    def entries(
        self,
        first: int = 0,
        *,
        kind: str | None = None,
        subject: str | None = None,
        enterprise: str | None = None,
    ) -> Iterator[TrailRecord]:
        """Yield entries in order, from a number on."""
        ...

    def latest(
        self,
        n_most: int,
        *,
        kind: str | None = None,
        subject: str | None = None,
        enterprise: str | None = None,
    ) -> list[TrailRecord]:
        """Return the latest entries, the newest first."""
        ...

    def head(self) -> tuple[int, bytes]:
        """Return the number of entries and the root over them."""
        ...

    def root(self, size: int) -> bytes:
        """Return the root over the first so many entries."""
        ...

    def scan(self) -> Iterator[Record | Damage]:
        """Yield what is on the disk, damage included."""
        ...


class ReportStore(Protocol):
    """Files of issued reports by name; a file that is there never changes."""

    def keep(self, name: str, data: bytes) -> None:
        """Write one file for ever; when this returns, it is on the disk."""
        ...

    def names(self) -> list[str]:
        """Return the name of every file, in order."""
        ...

    def read(self, name: str) -> bytes:
        """Return the bytes of one file; raises where it is gone."""
        ...


class Upload(Protocol):
    """What one gateway has collected: the readings of one stretch, and what happened to meters."""

    @property
    def gateway(self) -> str:
        """Who collected it."""
        ...

    @property
    def sent_at_s(self) -> int:
        """When the gateway sent it [s]."""
        ...

    @property
    def blocks(self) -> Sequence[ReadingBlock]:
        """One block a point and quantity."""
        ...

    @property
    def events(self) -> Sequence[MeterEvent]:
        """Swaps and resets."""
        ...


class Counter(Protocol):
    """What a part of a park is handed from the rest of it, each thing checked before."""

    def prove(self, claim_id: str) -> bytes:
        """Return the proof of something of one's own, which shows nothing of anybody else."""
        ...

    def standing(self, subject: str, year: str) -> dict[str, JsonValue] | None:
        """Return how an enterprise of one's own stands in its sector, nobody else being told."""
        ...

    def sums(self, month: str) -> tuple[GroupSum, ...]:
        """Return the sums over enterprises of a month that give no other enterprise away."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a job may reach, handed to it by the wiring."""

    park: Park
    park_sha256: str
    facts: FactBook
    clock: Clock
    keys: Keys
    verify: Callable[[bytes, bytes, bytes], bool]
    """Check an Ed25519 signature: public key, signature, message."""
    journal: Journal
    lake: Lake
    scratch_lake: Callable[[], Lake]
    """Make an empty lake beside the park's own, to build in or to compare with."""
    published: PublishedLog
    ask_witness: Callable[[str, bytes], WitnessAnswer]
    """Send a body to the address of a witness; raises ``LinkError`` where none answers."""
    registry: Registry
    quarantine: Quarantine
    evidence: EvidenceStore
    trail: Trail
    """Who did what; written also where the park is opened for reading only."""
    reports: ReportStore
    solve: Solve
    uniform_numbers: Callable[[int, int], NDArray[np.float64]]
    """Draw so many numbers of [0, 1) from a seed: seed, how many; the same on every machine."""
    read_park: Callable[[str], Park]
    """Read the text of a park file."""
    log_origin: str
    """Name of the park's log."""
    version: str
    """Version of the code, stored in every statement."""
    scope: Scope = WHOLE_PARK
    """How much of the park these ports show; a part is made by ``services/sight.py`` alone."""
    counter: Counter | None = None
    """Where they show a part: who hands out what takes the whole park to make."""
