"""The ledger of lots as one sees it who sees some enterprises: what they hold, and what they did.

An act is one's own if one's enterprise acted, was offered to, or is who the energy went to, or if
it is about issues of one's own alone; and if no other enterprise stands in it. What others list for
sale is not seen here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, cast

from typing_extensions import override

from taihang.core.certificates.act import Act
from taihang.core.certificates.certificate import Certificate
from taihang.core.certificates.holdings import Service
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.record import ActRecord, Recorded
from taihang.core.seal.act import RollEntry
from taihang.services.ports import CertificateLedger
from taihang.services.sight_rules import PartOfParkError

_NAMED: Final = ("actor", "to", "beneficiary")
_NAMED_BY_ISSUE: Final = ("holder", "recipient")


class OwnLedger(CertificateLedger):
    """Nothing can be done through it."""

    def __init__(
        self, whole: CertificateLedger, *, own: frozenset[str], others: frozenset[str]
    ) -> None:
        """Look at a ledger.

        Args:
            whole: The ledger of the park.
            own: Ids of enterprises.
            others: Ids of the enterprises that are not one's own.
        """
        self._whole: CertificateLedger = whole
        self._own: frozenset[str] = own
        self._others: frozenset[str] = others

    @override
    def issues(self, month: str | None = None) -> list[Issue]:
        held = {issue for issue, _, holder in self._whole.totals() if holder in self._own}
        return [
            each
            for each in self._whole.issues(month)
            if self._others.isdisjoint((each.holder, each.recipient))
            and (each.id in held or {each.holder, each.recipient} & self._own)
        ]

    @override
    def certificates(self, issue: str) -> list[Certificate]:
        return [one for one in self._whole.certificates(issue) if self._is_own(one)]

    @override
    def certificates_of(self, holder: str) -> list[Certificate]:
        if holder not in self._own:
            return []
        return [one for one in self._whole.certificates_of(holder) if self._is_own(one)]

    @override
    def totals(self) -> dict[tuple[str, str, str], int]:
        return {key: wh for key, wh in self._whole.totals().items() if key[2] in self._own}

    @override
    def acts(self, first: int = 1) -> Iterator[ActRecord]:
        return self._only(self._whole.acts(first))

    @override
    def act(self, id_: str) -> ActRecord | None:
        found = self._whole.act(id_)
        return next(self._only([] if found is None else [found]), None)

    @override
    def acts_named(self, prefix: str) -> list[ActRecord]:
        return [*self._only(self._whole.acts_named(prefix))]

    @override
    def act_roll(self) -> list[RollEntry]:
        return [record.entry for record in self.acts()]

    @override
    def sheets(self, month: str) -> list[str]:
        return []

    @override
    def owed_wh(self) -> dict[str, int]:
        return {}

    @override
    def steady(self) -> AbstractContextManager[None]:
        return self._whole.steady()

    @override
    def apply(
        self,
        acts: Sequence[Act],
        *,
        parties: frozenset[str],
        services: Mapping[str, Service],
        sheets: Sequence[tuple[str, bytes]] | None = None,
    ) -> list[Recorded]:
        raise PartOfParkError("an act on certificates")

    @override
    def sheet(self, name: str) -> bytes:
        raise PartOfParkError("the sheet of a month, which says who got what from whom")

    def _is_own(self, one: Certificate) -> bool:
        return one.holder in self._own

    def _only(self, records: Iterable[ActRecord]) -> Iterator[ActRecord]:
        issues: frozenset[str] | None = None
        for record in records:
            said = json.loads(record.document)
            parties = _parties(said)
            if not parties.isdisjoint(self._others):
                continue
            if parties.isdisjoint(self._own):
                if issues is None:
                    issues = frozenset(each.id for each in self.issues())
                about = _issues_about(said)
                if not about or not about <= issues:
                    continue
            yield record


def _parties(said: Mapping[str, object]) -> set[object]:
    """Return whoever stands in an act."""
    issue = said.get("issue")
    parties = {said.get(key) for key in _NAMED}
    if isinstance(issue, dict):
        made = cast("Mapping[str, object]", issue)
        parties |= {made.get(key) for key in _NAMED_BY_ISSUE}
    return parties


def _issues_about(said: Mapping[str, object]) -> set[object]:
    """Return the issues that an act is about without saying whose they are."""
    issue, pieces = said.get("issue"), said.get("pieces")
    about: set[object] = {issue} if isinstance(issue, str) else set()
    if isinstance(pieces, list):
        about |= {piece[0] for piece in cast("list[list[object]]", pieces)}
    return about
