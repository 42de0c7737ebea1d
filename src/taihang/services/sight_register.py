"""The register as one sees it who sees some enterprises: what was stated and handed in of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, NoReturn

from typing_extensions import override

from taihang.core.activity.record import ActivityRecord
from taihang.core.balance.settlement import Settlement
from taihang.core.park.park import Park
from taihang.core.seal.act import COPIED, LoggedAct, RollEntry
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.door_token import DoorToken
from taihang.core.seal.evidence_file import EvidenceFile
from taihang.core.seal.gateway_key import GatewayKey
from taihang.core.seal.issued import IssuedStatement, UnknownStatementError
from taihang.core.seal.review import REVIEWED
from taihang.core.tlog.log_key import LogKey
from taihang.services.ports import CertificateLedger, Registry
from taihang.services.sight_ledger import OwnLedger
from taihang.services.sight_rules import PRODUCT_KINDS, STATEMENT_KINDS, PartOfParkError

_OF_STATEMENTS: Final = frozenset((COPIED, REVIEWED))
"""Events that speak of one statement: who signed for it, and which copies of it were set."""


class OwnRegistry(Registry):
    """Nothing can be written through it."""

    def __init__(
        self, whole: Registry, *, park: Park, own: frozenset[str], others: frozenset[str]
    ) -> None:
        """Look at a register.

        Args:
            whole: The register of the whole park.
            park: The part that is one's own.
            own: Ids of enterprises.
            others: Ids of the enterprises that are not one's own.
        """
        self._whole: Registry = whole
        self._own: frozenset[str] = own
        self._products: frozenset[str] = frozenset(park.carbon.products) - others
        self._ledger: OwnLedger = OwnLedger(whole.certificates, own=own, others=others)

    @property
    @override
    def certificates(self) -> CertificateLedger:
        return self._ledger

    # -- statements ------------------------------------------------------------------------------

    @override
    def roll(self) -> list[RollEntry]:
        return [entry for entry in self._whole.roll() if self._is_own(entry.kind, _subject(entry))]

    @override
    def statement(self, statement_id: str) -> IssuedStatement:
        try:
            found = self._whole.statement(statement_id)
        except UnknownStatementError as error:
            # The park's own answer names what it has instead.
            raise self._unknown(statement_id) from error
        if not self._is_own(found.kind, found.subject):
            raise self._unknown(statement_id)
        return found

    @override
    def statements(self, ids: Iterable[str]) -> list[IssuedStatement]:
        wanted = [*ids]
        for id_ in wanted:
            # Each by itself first: one foreign id among own ones is answered like an unknown one.
            self.statement(id_)
        return self._whole.statements(wanted)

    @override
    def periods_of(self, kinds: Collection[str]) -> frozenset[str]:
        return frozenset(entry.period for entry in self.roll() if entry.kind in kinds)

    @override
    def latest_statements(
        self, period: str, kinds: Collection[str] | None = None
    ) -> list[IssuedStatement]:
        return [
            each
            for each in self._whole.latest_statements(period, kinds)
            if self._is_own(each.kind, each.subject)
        ]

    def _is_own(self, kind: str, subject: str | None) -> bool:
        if subject in self._own:
            return kind in STATEMENT_KINDS
        return subject in self._products and kind in PRODUCT_KINDS

    @staticmethod
    def _unknown(statement_id: str) -> UnknownStatementError:
        return UnknownStatementError(
            given=f"statement {statement_id!r}",
            expected="the id of a statement about one's own enterprise",
            remedy="list the statements of a month, and take an id from there",
        )

    @override
    def logged(self) -> list[LoggedAct]:
        own = {entry.id for entry in self.roll()}
        return [
            act for act in self._whole.logged() if act.kind in _OF_STATEMENTS and act.subject in own
        ]

    def shown_leaves(self) -> frozenset[int]:
        """Return the records of the log that say something of one's own statements alone."""
        return frozenset(act.leaf for act in self.logged())

    # -- activity data ---------------------------------------------------------------------------

    @override
    def activity_lines(self) -> list[ActivityLine]:
        return [line for line in self._whole.activity_lines() if line.record.subject in self._own]

    @override
    def activity_records(self) -> list[ActivityRecord]:
        return [record for record in self._whole.activity_records() if record.subject in self._own]

    @override
    def activity_roll(self) -> list[RollEntry]:
        ids = {line.id for line in self.activity_lines()}
        return [entry for entry in self._whole.activity_roll() if entry.id in ids]

    @override
    def evidence_files(self) -> dict[str, EvidenceFile]:
        own = self.evidence_hashes()
        return {name: file for name, file in self._whole.evidence_files().items() if name in own}

    def evidence_hashes(self) -> frozenset[str]:
        """Return the files behind lines of one's own, and behind no line of anybody else [hex]."""
        mine, theirs = set[str](), set[str]()
        for line in self._whole.activity_lines():
            (mine if line.record.subject in self._own else theirs).update(line.files)
        return frozenset(mine - theirs)

    # -- of everybody, and of nobody -------------------------------------------------------------

    @override
    def log_keys(self) -> Sequence[LogKey]:
        return self._whole.log_keys()

    @override
    def settlements(self) -> list[Settlement]:
        return self._whole.settlements()

    @override
    def gateway_keys(self) -> Mapping[str, tuple[GatewayKey, ...]]:
        return {}

    @override
    def fact_editions(self) -> dict[str, str]:
        return {}

    @override
    def door_tokens(self) -> list[DoorToken]:
        return []

    @override
    def park_hashes(self) -> list[str]:
        return []

    @override
    def park_versions(self) -> list[str]:
        return []

    # -- closed ----------------------------------------------------------------------------------

    @override
    def park_version(self, sha256: str) -> str:
        raise PartOfParkError("a text of park.toml")

    @override
    def damaged_statements(self) -> list[str]:
        raise PartOfParkError("an audit of the park's statements")

    @override
    def damaged_activity(self) -> list[str]:
        raise PartOfParkError("an audit of the park's activity data")

    @override
    def enrol_gateway(self, gateway: str, *, public_key: str, at_s: int) -> None:
        _refuse_write()

    @override
    def put_gateway_keys(self, gateway: str, keys: Sequence[GatewayKey]) -> None:
        _refuse_write()

    @override
    def add_log_key(self, key: LogKey) -> None:
        _refuse_write()

    @override
    def add_logged(self, act: LoggedAct) -> None:
        _refuse_write()

    @override
    def add_fact_edition(self, text: str, *, at_s: int) -> None:
        _refuse_write()

    @override
    def add_activity(
        self, lines: Sequence[ActivityLine], *, files: Sequence[EvidenceFile] = ()
    ) -> None:
        _refuse_write()

    @override
    def add_door_token(self, token: DoorToken) -> None:
        _refuse_write()

    @override
    def drop_door_tokens(self, gateway: str) -> int:
        _refuse_write()

    @override
    def record_settlement(self, settlement: Settlement, *, at_s: int) -> None:
        _refuse_write()

    @override
    def add_statements(self, statements: Iterable[IssuedStatement], *, at_s: int) -> None:
        _refuse_write()

    @override
    def add_if_none_came(self, statement: IssuedStatement, *, n_known: int, at_s: int) -> bool:
        _refuse_write()


def _subject(entry: RollEntry) -> str | None:
    """Return whom an entry of the roll is of; its id is ``kind.subject.period.vN``."""
    head, _, _ = entry.id.rpartition(".v")
    kind, period = f"{entry.kind}.", f".{entry.period}"
    if not head.startswith(kind) or not head.endswith(period):
        return None
    return head[len(kind) : -len(period)]


def _refuse_write() -> NoReturn:
    raise PartOfParkError("a change of the park's register")
