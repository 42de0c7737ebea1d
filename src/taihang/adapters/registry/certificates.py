"""The ledger of lots in the register: a group of acts is one transaction, and one writer at a time.

What is held is kept in memory between two transactions, as long as nobody else has written; the
number of the last act tells. A row changes only if it is as it was read, so that a fault of the
memory, or a hand in the database, ends in an error and not in energy.
"""

import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Final

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Max
from typing_extensions import override

from taihang.adapters.registry import models
from taihang.core.certificates.act import Act, Issuance
from taihang.core.certificates.act_document import act_bytes, open_act
from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.holdings import Books, Change, Service
from taihang.core.certificates.issue import Issue, Kind, read_issue
from taihang.core.certificates.ledger import Outcome, apply_acts
from taihang.core.certificates.record import (
    ActRecord,
    Recorded,
    moved_text,
    read_moved,
    recorded,
)
from taihang.core.errors import IntegrityError
from taihang.core.seal.act import RollEntry
from taihang.core.seal.canonical import canonical_bytes, load_canonical

_Row = tuple[str, int, int, str, str, str, str, int, str]
_COLUMNS: Final = 'issue, first_wh, stop_wh, state, holder, "to", act, expires_s, kind'
_SELECT: Final = f"SELECT {_COLUMNS} FROM certificate WHERE issue = %s ORDER BY first_wh"
_INSERT: Final = f"INSERT INTO certificate ({_COLUMNS}) VALUES "
_INSERT_ACT: Final = "INSERT INTO certificate_act (number, id, sha256, document, moved) VALUES "
# Both databases name the columns of a list of values so.
_UPDATE: Final = (
    "UPDATE certificate SET stop_wh = v.column1, state = v.column2, holder = v.column3,"
    ' "to" = v.column4, act = v.column5 FROM (VALUES {rows}) AS v'
    " WHERE certificate.issue = v.column6 AND certificate.first_wh = v.column7"
    " AND certificate.stop_wh = v.column8 AND certificate.state = v.column9"
    " AND certificate.holder = v.column10 AND certificate.act = v.column11"
)
_ROWS_AT_ONCE: Final = 500
_MAX_KEPT: Final = 200_000
"""Certificates kept in memory between two transactions."""
_IDS_AT_ONCE: Final = 500
_LEVEL: Final = 6


class LedgerMovedError(IntegrityError):
    """A row of the ledger is not as it was read in the same transaction."""

    code = "integrity.ledger-moved"


class DamagedLedgerError(IntegrityError):
    """A stored sheet or act is not what was written."""

    code = "integrity.damaged-ledger"


class StoredBooks(Books):
    """Holdings that are read from the register when they are asked for."""

    def __init__(
        self, alias: str, *, parties: frozenset[str], services: Mapping[str, Service]
    ) -> None:
        super().__init__(parties=parties, services=services)
        self.basis = (parties, dict(services))
        """What they were opened with."""
        self.last = 0
        """Number of the last act that they hold."""
        self._alias = alias
        self._asked: set[tuple[str, str]] = set()
        self._was: dict[tuple[str, int], Certificate | None] = {}
        self._load_owed()

    @override
    def issue(self, issue: str) -> Issue | None:
        """Return an issue."""
        self._read_issue(issue)
        return super().issue(issue)

    @override
    def between(self, issue: str, first_wh: int, stop_wh: int) -> Sequence[Certificate]:
        """Return the certificates that share a position with a range, in order."""
        self._read_issue(issue)
        return super().between(issue, first_wh, stop_wh)

    @override
    def of_act(self, act: str) -> Sequence[Certificate]:
        """Return the certificates that are in their state by an act, in order."""
        if self._is_new("of act", act):
            self._read_issues("SELECT DISTINCT issue FROM certificate WHERE act = %s", act)
        return super().of_act(act)

    @override
    def held_by(self, holder: str) -> Iterator[Certificate]:
        """Yield what a party holds, the earliest to expire first."""
        if self._is_new("held by", holder):
            self._read_issues(
                "SELECT DISTINCT issue FROM certificate WHERE holder = %s AND state = 'held'",
                holder,
            )
        return super().held_by(holder)

    @override
    def act(self, act: str) -> Act | None:
        """Return an act that was applied."""
        if self._is_new("act", act):
            self.read_acts([act])
        return super().act(act)

    @override
    def take(self, change: Change, act: Act) -> None:
        """Change the books by what an act does, and remember which rows changed."""
        for one in change.removed:
            self._was.setdefault((one.issue, one.first_wh), one)
        for one in change.added:
            self._was.setdefault((one.issue, one.first_wh), None)
        super().take(change, act)
        if change.issue is not None:
            self._asked.add(("issue", change.issue.id))

    def changed(self) -> tuple[list[tuple[Certificate, Certificate]], list[Certificate]]:
        """Return rows as they were and are, and rows that are new, since the last call."""
        pairs: list[tuple[Certificate, Certificate]] = []
        fresh: list[Certificate] = []
        for (issue, first_wh), was in self._was.items():
            (now,) = super().between(issue, first_wh, first_wh + 1)
            if was is None:
                fresh.append(now)
            elif was != now:
                pairs.append((was, now))
        self._was.clear()
        return pairs, fresh

    def read_acts(self, ids: Sequence[str]) -> dict[str, ActRecord]:
        """Read acts by their ids; those that there are not are known to be none."""
        found = {record.id: record for record in _records(self._alias, ids)}
        self._asked.update(("act", id_) for id_ in ids)
        self.load(acts=[open_act(record.document.encode()) for record in found.values()])
        return found

    @property
    def n_kept(self) -> int:
        """How many certificates are in memory."""
        return sum(map(len, self._places.values()))

    def _is_new(self, what: str, name: str) -> bool:
        if (what, name) in self._asked:
            return False
        self._asked.add((what, name))
        return True

    def _read_issue(self, issue: str) -> None:
        if not self._is_new("issue", issue):
            return
        with connections[self._alias].cursor() as cursor:
            cursor.execute("SELECT document FROM certificate_issue WHERE id = %s", [issue])
            made = [_opened_issue(document) for (document,) in cursor.fetchall()]
            cursor.execute(_SELECT, [issue])
            self.load(issues=made, certificates=map(_certificate, cursor.fetchall()))

    def _read_issues(self, sql: str, name: str) -> None:
        with connections[self._alias].cursor() as cursor:
            cursor.execute(sql, [name])
            issues = [str(issue) for (issue,) in cursor.fetchall()]
        for issue in issues:
            self._read_issue(issue)

    def _load_owed(self) -> None:
        with connections[self._alias].cursor() as cursor:
            cursor.execute("SELECT plant, owed_wh FROM certificate_deficit")
            self.load(owed_wh={str(plant): int(wh) for plant, wh in cursor.fetchall()})


class CertificateTables:
    """The ledger of lots in one database."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._books: StoredBooks | None = None

    # -- acting ------------------------------------------------------------------------------------

    def apply(
        self,
        acts: Sequence[Act],
        *,
        parties: frozenset[str],
        services: Mapping[str, Service],
        sheets: Sequence[tuple[str, bytes]] | None = None,
    ) -> list[Recorded]:
        """Apply acts in one transaction; when it returns, all that fitted are on the disk.

        Args:
            acts: The acts in their order; one that is refused leaves the others as they are.
            parties: Who may hold certificates.
            services: When each plant belongs to the park.
            sheets: Month and bytes of sheets that the acts rest on. With them, even with none, all
                acts fit or nothing at all is written; None: each act stands for itself.

        Returns:
            What became of each.

        Raises:
            LedgerMovedError: If a row is not as it was read; nothing is written.
            TaihangError: With sheets, why the first act is refused; nothing is written.
        """
        books: StoredBooks | None = None
        try:
            with transaction.atomic(using=self._alias):
                last = self._lock()
                books = self._current(last, parties, services)
                before = books.read_acts([act.id for act in acts])
                outcomes = apply_acts(books, acts)
                if sheets is not None:
                    _demand_all(outcomes)
                    self._add_sheets(sheets)
                made = _fresh(acts, outcomes)
                self._write(books, made)
        except BaseException:
            # What is in memory may be ahead of the database.
            self._books = None
            raise
        books.last = last + len(made)
        self._books = books if books.n_kept <= _MAX_KEPT else None
        return _told(outcomes, before)

    def _lock(self) -> int:
        """Keep every other writer out, and return the number of the last act."""
        connection = connections[self._alias]
        with connection.cursor() as cursor:
            # SQLite has taken the right to write at the beginning of the transaction.
            if connection.vendor == "postgresql":
                cursor.execute("LOCK TABLE certificate_act IN SHARE ROW EXCLUSIVE MODE")
                # Every row is asked for by its key; a table without statistics would be read whole.
                cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SELECT COALESCE(MAX(number), 0) FROM certificate_act")
            ((last,),) = cursor.fetchall()
        return int(last)

    def _current(
        self, last: int, parties: frozenset[str], services: Mapping[str, Service]
    ) -> StoredBooks:
        kept = self._books
        if kept is not None and kept.last == last and kept.basis == (parties, dict(services)):
            return kept
        books = StoredBooks(self._alias, parties=parties, services=services)
        books.last = last
        return books

    def _write(self, books: StoredBooks, made: Sequence[tuple[Act, Outcome]]) -> None:
        pairs, fresh = books.changed()
        rows = [_act_row(*one, number=n) for n, one in enumerate(made, books.last + 1)]
        with connections[self._alias].cursor() as cursor:
            n_changed = _execute(cursor, _UPDATE, [_update(was, now) for was, now in pairs])
            if n_changed != len(pairs):
                raise LedgerMovedError(
                    given=f"{n_changed} of {len(pairs)} rows as they were read",
                    expected="all of them",
                    remedy="run `taihang audit`; somebody wrote to the register by hand",
                )
            _execute(cursor, _INSERT, [_row(one) for one in fresh])
            _execute(cursor, _INSERT_ACT, rows)
        self._write_issues(books.last, made)
        self._write_owed(books, made)

    def _write_issues(self, last: int, made: Sequence[tuple[Act, Outcome]]) -> None:
        models.CertificateIssue.objects.using(self._alias).bulk_create(
            [
                models.CertificateIssue(
                    id=act.issue.id,
                    act_number=number,
                    month=act.issue.month,
                    document=canonical_bytes(act.issue.document()).decode(),
                )
                for number, (act, _) in enumerate(made, last + 1)
                if isinstance(act, Issuance)
            ]
        )

    def _write_owed(self, books: StoredBooks, made: Sequence[tuple[Act, Outcome]]) -> None:
        changes = [outcome.change for _, outcome in made if outcome.change]
        for plant in sorted({plant for change in changes for plant, _ in change.owed_wh}):
            models.CertificateDeficit.objects.using(self._alias).update_or_create(
                plant=plant, defaults={"owed_wh": books.owed_wh(plant)}
            )

    # -- sheets ------------------------------------------------------------------------------------

    def _add_sheets(self, sheets: Sequence[tuple[str, bytes]]) -> None:
        rows = models.CertificateSheet.objects.using(self._alias)
        for month, data in sheets:
            last = rows.aggregate(last=Max("number"))["last"] or 0
            rows.get_or_create(
                sha256=sha256(data).hexdigest(),
                defaults={
                    "number": last + 1,
                    "month": month,
                    "packed": zlib.compress(data, _LEVEL),
                },
            )

    def sheets(self, month: str) -> list[str]:
        """Return the hashes of the sheets of a month [hex], in the order in which they came."""
        rows = models.CertificateSheet.objects.using(self._alias).filter(month=month)
        return list(rows.order_by("number").values_list("sha256", flat=True))

    def sheet(self, name: str) -> bytes:
        """Return the bytes of a sheet, compared with their hash.

        Raises:
            DamagedLedgerError: If there is none of this hash, or it is not what was kept.
        """
        row = models.CertificateSheet.objects.using(self._alias).filter(sha256=name).first()
        data = b"" if row is None else _unpacked(bytes(row.packed))
        if sha256(data).hexdigest() != name:
            raise DamagedLedgerError(
                given=f"the sheet {name[:16]}…, absent or altered",
                expected="the sheet that the issue was made of",
                remedy="put registry.db back from its backup",
            )
        return data

    # -- reading -----------------------------------------------------------------------------------

    def issues(self, month: str | None = None) -> list[Issue]:
        """Return every issue, or those of a month, in the order of making."""
        rows = models.CertificateIssue.objects.using(self._alias).order_by("act_number")
        if month is not None:
            rows = rows.filter(month=month)
        return [_opened_issue(document) for document in rows.values_list("document", flat=True)]

    def certificates(self, issue: str) -> list[Certificate]:
        """Return the certificates of an issue, in order."""
        with connections[self._alias].cursor() as cursor:
            cursor.execute(_SELECT, [issue])
            return [_certificate(row) for row in cursor.fetchall()]

    def certificates_of(self, holder: str) -> list[Certificate]:
        """Return what a party holds, lists, transfers, or has ended, by issue and position."""
        with connections[self._alias].cursor() as cursor:
            cursor.execute(
                f"SELECT {_COLUMNS} FROM certificate WHERE holder = %s ORDER BY issue, first_wh",
                [holder],
            )
            return [_certificate(row) for row in cursor.fetchall()]

    def totals(self) -> dict[tuple[str, str, str], int]:
        """Return the energy by issue, state and holder [Wh]."""
        with connections[self._alias].cursor() as cursor:
            cursor.execute(
                "SELECT issue, state, holder, SUM(stop_wh - first_wh) FROM certificate"
                " GROUP BY issue, state, holder ORDER BY issue, state, holder"
            )
            rows = cursor.fetchall()
        return {(i, _state(s, of=i).value, h): int(wh) for i, s, h, wh in rows}

    def owed_wh(self) -> dict[str, int]:
        """Return what each plant owes that owes something [Wh]."""
        rows = models.CertificateDeficit.objects.using(self._alias).filter(owed_wh__gt=0)
        return dict(rows.order_by("plant").values_list("plant", "owed_wh"))

    def acts(self, first: int = 1) -> Iterator[ActRecord]:
        """Yield the acts from a number on, in their order.

        Raises:
            DamagedLedgerError: If one is not what was said.
        """
        rows = models.CertificateAct.objects.using(self._alias).filter(number__gte=first)
        fields = ("number", "id", "sha256", "document", "moved")
        for row in rows.order_by("number").values_list(*fields).iterator():
            yield _record(row)

    def act(self, id_: str) -> ActRecord | None:
        """Return one act by its id."""
        return next(iter(_records(self._alias, [id_])), None)

    def acts_named(self, prefix: str) -> list[ActRecord]:
        """Return the acts whose ids begin so, in their order."""
        rows = models.CertificateAct.objects.using(self._alias).filter(id__startswith=prefix)
        fields = ("number", "id", "sha256", "document", "moved")
        return [_record(row) for row in rows.order_by("number").values_list(*fields)]

    def act_roll(self) -> list[RollEntry]:
        """Return every act without its text, in order."""
        rows = models.CertificateAct.objects.using(self._alias).order_by("number")
        return [
            ActRecord(number, id_, digest, "", ()).entry
            for number, id_, digest in rows.values_list("number", "id", "sha256")
        ]

    @contextmanager
    def steady(self) -> Generator[None]:
        """Read several things as of one moment, while others write."""
        with transaction.atomic(using=self._alias):
            yield


def _execute(cursor: CursorWrapper, sql: str, rows: Sequence[tuple[str | int, ...]]) -> int:
    """Write many rows with few statements, and return how many there were to write to."""
    n_written = 0
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        part = rows[first : first + _ROWS_AT_ONCE]
        one = "(" + ", ".join(["%s"] * len(part[0])) + ")"
        places = ", ".join([one] * len(part))
        said = sql.format(rows=places) if "{rows}" in sql else sql + places
        cursor.execute(said, [value for row in part for value in row])
        n_written += cursor.rowcount
    return n_written


def _demand_all(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.refusal is not None:
            raise outcome.refusal


def _fresh(acts: Sequence[Act], outcomes: Sequence[Outcome]) -> list[tuple[Act, Outcome]]:
    pairs = zip(acts, outcomes, strict=True)
    return [(act, outcome) for act, outcome in pairs if outcome.change is not None]


def _told(outcomes: Sequence[Outcome], before: Mapping[str, ActRecord]) -> list[Recorded]:
    """Return what became of acts; one that came twice in the group is told as it was done."""
    done: dict[str, Recorded] = {}
    told: list[Recorded] = []
    for outcome in outcomes:
        earlier = done.get(outcome.act)
        if outcome.is_repeated and earlier is not None:
            told.append(Recorded(outcome.act, earlier.moved, is_repeated=True))
        else:
            told.append(recorded(outcome, before=before.get(outcome.act)))
        if outcome.change is not None:
            done[outcome.act] = told[-1]
    return told


def _records(alias: str, ids: Iterable[str]) -> Iterator[ActRecord]:
    wanted = sorted(set(ids))
    rows = models.CertificateAct.objects.using(alias)
    fields = ("number", "id", "sha256", "document", "moved")
    for first in range(0, len(wanted), _IDS_AT_ONCE):
        part = wanted[first : first + _IDS_AT_ONCE]
        for row in rows.filter(id__in=part).values_list(*fields):
            yield _record(row)


def _record(row: tuple[int, str, str, str, str]) -> ActRecord:
    number, id_, digest, document, moved = row
    if sha256(document.encode()).hexdigest() != digest:
        raise DamagedLedgerError(
            given=f"the act {id_}, altered",
            expected="the text that was said",
            remedy="run `taihang audit`, and put registry.db back from its backup",
        )
    return ActRecord(number, id_, digest, document, read_moved(moved))


def _act_row(act: Act, outcome: Outcome, *, number: int) -> tuple[int, str, str, str, str]:
    data = act_bytes(act)
    moved = () if outcome.change is None else outcome.change.moved
    text = moved_text(one.piece for one in moved)
    return number, act.id, sha256(data).hexdigest(), data.decode(), text


def _row(one: Certificate) -> _Row:
    return (
        one.issue,
        one.first_wh,
        one.stop_wh,
        one.state.value,
        one.holder,
        one.to,
        one.act,
        one.expires_s,
        one.kind.value,
    )


def _update(was: Certificate, now: Certificate) -> tuple[str | int, ...]:
    changed = (now.stop_wh, now.state.value, now.holder, now.to, now.act)
    return (
        *changed,
        was.issue,
        was.first_wh,
        was.stop_wh,
        was.state.value,
        was.holder,
        was.act,
    )


def _certificate(row: _Row) -> Certificate:
    issue, first_wh, stop_wh, state, holder, to, act, expires_s, kind = row
    known = _state(state, of=issue)
    try:
        return Certificate(issue, first_wh, stop_wh, known, holder, to, act, expires_s, Kind(kind))
    except ValueError:
        raise _unknown(issue, kind) from None


def _state(state: str, *, of: str) -> State:
    try:
        return State(state)
    except ValueError:
        raise _unknown(of, state) from None


def _unknown(issue: str, word: str) -> DamagedLedgerError:
    return DamagedLedgerError(
        given=f"a certificate of {issue}, {word!r}",
        expected="a state and a kind of certificates",
        remedy="run `taihang audit`, and put registry.db back from its backup",
    )


def _opened_issue(document: str) -> Issue:
    return read_issue(load_canonical(document.encode()), where="issue")


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""
