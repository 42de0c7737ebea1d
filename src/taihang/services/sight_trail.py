"""The audit trail as one sees it who sees some enterprises: what accounts of one's own did."""

from collections.abc import Iterable, Iterator

from typing_extensions import override

from taihang.core.seal.trail import Outcome, TrailEntry, TrailRecord
from taihang.core.tlog.record import Damage, Record
from taihang.services.ports import Trail
from taihang.services.sight_rules import PartOfParkError


class OwnTrail(Trail):
    """Nothing can be written through it; size and hash of the whole trail are in the public log."""

    def __init__(self, whole: Trail, *, own: frozenset[str]) -> None:
        """Look at a trail.

        Args:
            whole: The trail of the park.
            own: Ids of enterprises.
        """
        self._whole: Trail = whole
        self._own: frozenset[str] = own

    @override
    def find(self, id_: str, outcome: Outcome = Outcome.DONE) -> TrailRecord | None:
        found = self._whole.find(id_, outcome)
        return found if found is not None and found.entry.enterprise in self._own else None

    @override
    def entries(
        self,
        first: int = 0,
        *,
        kind: str | None = None,
        subject: str | None = None,
        enterprise: str | None = None,
    ) -> Iterator[TrailRecord]:
        if enterprise is not None and enterprise not in self._own:
            return iter(())
        every = self._whole.entries(first, kind=kind, subject=subject, enterprise=enterprise)
        return (record for record in every if record.entry.enterprise in self._own)

    @override
    def latest(
        self,
        n_most: int,
        *,
        kind: str | None = None,
        subject: str | None = None,
        enterprise: str | None = None,
    ) -> list[TrailRecord]:
        asked: Iterable[str] = self._own if enterprise is None else self._own & {enterprise}
        found = [
            record
            for own in asked
            for record in self._whole.latest(n_most, kind=kind, subject=subject, enterprise=own)
        ]
        return sorted(found, key=lambda record: record.number, reverse=True)[:n_most]

    @override
    def head(self) -> tuple[int, bytes]:
        return self._whole.head()

    @override
    def root(self, size: int) -> bytes:
        return self._whole.root(size)

    @override
    def append(self, entry: TrailEntry) -> TrailRecord:
        raise PartOfParkError("an entry of the audit trail")

    @override
    def scan(self) -> Iterator[Record | Damage]:
        raise PartOfParkError("an audit of the trail")
