"""Audit of the ledger of lots: certificates follow from acts, issues from sheets, sheets from rows.

Whoever can write to the register could give certificates to somebody. So every act is applied once
more in memory, and what comes out is compared with what is stored, and with what the log says.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from typing_extensions import override

from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.holdings import Books, Service
from taihang.core.certificates.issue import Issue, lots_of_issue
from taihang.core.certificates.ledger import apply_act
from taihang.core.certificates.record import pieces_of
from taihang.core.certificates.restatement import differences
from taihang.core.certificates.sheet import Sheet, open_sheet
from taihang.core.certificates.state_tree import ACTS, STATE
from taihang.core.errors import TaihangError
from taihang.core.seal.event import LogEvent
from taihang.services.account import UnsettledMonthError
from taihang.services.act_log import acts_commitment, state_commitment
from taihang.services.audit_acts import SALTS
from taihang.services.month_sheet import lots_root, sheet_of_month, whole_sheet
from taihang.services.ports import Ports

_ALWAYS: Final = Service(None, None)
_Found = tuple[str, str]


class _Replayed(Books):
    """Books that know every party and plant: who was known then is not asked again."""

    @override
    def is_party(self, party: str) -> bool:
        """Say that a party is known."""
        return bool(party)

    @override
    def service(self, plant: str) -> Service | None:
        """Say that a plant was in service."""
        return _ALWAYS if plant else None


def ledger_findings(
    events: Sequence[tuple[int, LogEvent]], *, ports: Ports
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with acts, certificates and issues.

    Args:
        events: Every event of the log with its leaf.
        ports: The outside world.

    Yields:
        Place, and what is wrong there.
    """
    books = _Replayed(parties=(), services={})
    try:
        yield from _replay(books, ports)
        yield from _of_certificates(books, ports)
        yield from _of_issues(ports)
        yield from _of_log(events, ports)
    except TaihangError as error:
        yield "ledger of certificates", str(error)


def sheet_findings(*, ports: Ports) -> Iterator[tuple[str, str]]:
    """Yield months whose certificates are not made of what is settled.

    Args:
        ports: The outside world, with a lake that is as it should be.

    Yields:
        Place, and what is wrong there.
    """
    for name in sorted({made.month for made in ports.registry.certificates.issues()}):
        sheet = whole_sheet(name, ports=ports)
        try:
            now = sheet_of_month(name, ports=ports)
        except UnsettledMonthError:
            continue
        except TaihangError as error:
            yield f"certificates of {name}", str(error)
            continue
        if sheet is None or differences(sheet, now):
            what = "are not made of what is settled: run `taihang certificates issue`"
            yield f"certificates of {name}", what


def _replay(books: Books, ports: Ports) -> Iterator[_Found]:
    for number, record in enumerate(ports.registry.certificates.acts(), 1):
        where = f"act {record.id}"
        if record.number != number:
            yield where, f"has number {record.number} where {number} follows"
        act = open_act(record.document.encode())
        try:
            change = apply_act(books, act)
        except TaihangError as error:
            yield where, f"does not follow from the acts before: {error}"
            continue
        if change is None or act.id != record.id:
            yield where, "stands twice, or under another id"
            continue
        books.take(change, act)
        if pieces_of(change.moved) != record.moved:
            yield where, "moved something else than is written beside it"


def _of_certificates(books: Books, ports: Ports) -> Iterator[_Found]:
    tables = ports.registry.certificates
    expected = {made.id: made for made in books.issues()}
    stored = {made.id: made for made in tables.issues()}
    for name in sorted(expected.keys() | stored.keys()):
        if expected.get(name) != stored.get(name):
            yield f"issue {name}", "is not what the acts make"
        elif tuple(tables.certificates(name)) != books.certificates(name):
            yield f"certificates of {name}", "are not what the acts make"
    for month in sorted({made.month for made in expected.values()}):
        # A job finds the issues of a month by a column beside the document, in order of making.
        made_then = [made.id for made in expected.values() if made.month == month]
        if [made.id for made in tables.issues(month)] != made_then:
            yield f"issues of {month}", "are found under another month, or in another order"
    strays = {issue for issue, _, _ in tables.totals()} - stored.keys()
    for name in sorted(strays):
        yield f"certificates of {name}", "are of no issue"
    if tables.owed_wh() != books.owing:
        yield "what plants owe", f"is {tables.owed_wh()}; the acts give {books.owing}"


def _of_issues(ports: Ports) -> Iterator[_Found]:
    tables = ports.registry.certificates
    name, sheet = "", None
    for made in sorted(tables.issues(), key=lambda one: (one.sheet_sha256, one.id)):
        if sheet is None or made.sheet_sha256 != name:
            name, sheet = made.sheet_sha256, open_sheet(tables.sheet(made.sheet_sha256))
        yield from _of_issue(made, sheet, ports)


def _of_issue(made: Issue, sheet: Sheet, ports: Ports) -> Iterator[_Found]:
    try:
        lots = lots_of_issue(made, sheet)
    except TaihangError as error:
        yield f"issue {made.id}", f"does not follow from its sheet: {error}"
        return
    if ports.keys.holds(SALTS) and lots_root(made.id, lots, ports=ports) != made.lots_root:
        yield f"issue {made.id}", "names another root than its lots have"


def _of_log(events: Sequence[tuple[int, LogEvent]], ports: Ports) -> Iterator[_Found]:
    if not ports.keys.holds(SALTS):
        return
    n_acts = len(ports.registry.certificates.act_roll())
    logged = [event.body for _, event in events if event.kind == ACTS]
    for body in logged[-1:]:
        n = int(str(body["n"]))
        if n > n_acts or acts_commitment(ports=ports, n=n) != {**body}:
            yield "acts on certificates", f"are others than the {n} that the log speaks of"
    n_logged = int(str(logged[-1]["n"])) if logged else 0
    if n_logged < n_acts:
        what = "are not in the log: settle again, which logs them"
        yield "acts on certificates", f"{n_acts - n_logged} of them {what}"
        return
    states = [event.body for _, event in events if event.kind == STATE]
    for body in states[-1:]:
        if body["acts"] == n_acts and state_commitment(ports=ports) != {**body}:
            yield "certificates", "stand otherwise than the log says"
