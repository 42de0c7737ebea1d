"""A view of some enterprises of a park: the one place in which tenants are kept apart.

Whoever does not see the whole park gets ports from here and no others. What a view shows follows
from one rule for each field of the park and each method of each port (``sight_rules.py``): one's
own, what is the same for everybody, or nothing. A figure of the whole park is refused, never worked
out of the part that is seen. What can only be made by one who sees everything (a proof) is handed
out over the ``counter`` after it was checked that it is of one's own.
"""

import re
from dataclasses import replace
from typing import Final

from typing_extensions import override

from taihang.core.access.aggregate import GroupSum
from taihang.core.access.scope import Scope
from taihang.core.certificates.certificate import Piece
from taihang.core.certificates.record import ActRecord
from taihang.core.seal.canonical import JsonValue
from taihang.core.tlog.witnessing import WitnessAnswer
from taihang.services.park_sums import sums_for
from taihang.services.ports import Counter, Lake, Ports
from taihang.services.prove import prove_whole
from taihang.services.prove_certificate import PUBLIC, WITHOUT_LOAD, piece_of
from taihang.services.replay import catch_up
from taihang.services.report_issue import report_codes
from taihang.services.sector_standing import sector_standing
from taihang.services.sight_journal import (
    NoKeys,
    NoQuarantine,
    OwnEvidence,
    OwnJournal,
    OwnReports,
    ShownLog,
)
from taihang.services.sight_lake import OwnLake
from taihang.services.sight_park import own_facts, own_park
from taihang.services.sight_register import OwnRegistry
from taihang.services.sight_rules import PartOfParkError
from taihang.services.sight_trail import OwnTrail

_POINT_AT: Final = re.compile(r"(?P<point>.+)@\d{4}-\d{2}-\d{2}T\d{2}(:\d{2}Z)?")
_METERED: Final = re.compile(r"metered-.+")
_SHARE: Final = re.compile(r"share\..+")
_INVENTORY: Final = re.compile(r"inventory\.(?P<subject>.+)\.\d{4}(-\d{2})?")


def see(ports: Ports, scope: Scope) -> Ports:
    """Return what somebody sees of a park.

    Args:
        ports: The whole park.
        scope: Which enterprises; of the whole park the ports come back as they are.

    Returns:
        Ports that show the scope's own and can change nothing.

    Raises:
        PartOfParkError: If the ports show only a part themselves: a view is made of the whole.
    """
    if not ports.scope.is_whole:
        raise PartOfParkError("a view of a view")
    if scope.enterprises is None:
        return ports
    # A view cannot read records, so what came in last is taken in before.
    catch_up(ports, hot_only=True)
    own = scope.enterprises & frozenset(ports.park.enterprises)
    others = frozenset(ports.park.enterprises) - own
    park = own_park(ports.park, own)
    registry = OwnRegistry(ports.registry, park=park, own=own, others=others)
    seen = replace(
        ports,
        park=park,
        facts=own_facts(ports.facts, whole=ports.park, part=park),
        keys=NoKeys(),
        journal=OwnJournal(ports.journal, leaves=registry.shown_leaves),
        lake=OwnLake(ports.lake, park=park, own=own),
        scratch_lake=_no_scratch_lake,
        published=ShownLog(ports.published),
        ask_witness=_no_witness,
        registry=registry,
        quarantine=NoQuarantine(),
        evidence=OwnEvidence(ports.evidence, hashes=registry.evidence_hashes),
        reports=OwnReports(ports.reports, codes=lambda: report_codes(registry)),
        trail=OwnTrail(ports.trail, own=own),
        scope=Scope(own),
    )
    return replace(seen, counter=OwnCounter(whole=ports, seen=seen))


class OwnCounter(Counter):
    """Hands out proofs of one's own, and sums over enterprises that give no other one away.

    A proof shows the readings of one's own meters, and hashes of all the rest.
    """

    def __init__(self, *, whole: Ports, seen: Ports) -> None:
        self._whole: Ports = whole
        self._seen: Ports = seen

    @override
    def prove(self, claim_id: str) -> bytes:
        self._demand_own(claim_id)
        return prove_whole(claim_id, ports=self._whole)

    @override
    def standing(self, subject: str, year: str) -> dict[str, JsonValue] | None:
        if subject not in self._seen.park.enterprises:
            return None
        return sector_standing(subject, year, ports=self._whole)

    @override
    def sums(self, month: str) -> tuple[GroupSum, ...]:
        return sums_for(frozenset(self._seen.park.enterprises), month, ports=self._whole)

    def _demand_own(self, claim_id: str) -> None:
        """Refuse what is not provably one's own.

        Raises:
            PartOfParkError: If it is not.
            UnknownStatementError: If it reads like a statement, and none of one's own is called so.
        """
        park, registry = self._seen.park, self._seen.registry
        if found := _POINT_AT.fullmatch(claim_id):
            is_own = park.register_meter(found["point"]) is not None
        elif _SHARE.fullmatch(claim_id):
            # The list that a share is proven by names every other member.
            is_own = False
        elif found := _INVENTORY.fullmatch(claim_id):
            is_own = found["subject"] in park.enterprises
        elif _METERED.fullmatch(claim_id):
            is_own = any(claim_id == record.id for record in registry.activity_records())
        elif piece_of(claim_id.partition("#")[0]) is not None:
            is_own = self._is_own_certificate(claim_id)
        else:
            is_own = registry.statement(claim_id.partition("#")[0]).subject != ""
        if not is_own:
            raise PartOfParkError(f"a proof of {claim_id!r}")

    def _is_own_certificate(self, claim_id: str) -> bool:
        """Say whether a proof of a certificate shows nobody else.

        The whole file holds a list with the names of all members of the park, or the load of who
        used the energy first; a history holds whoever held it before.
        """
        id_, _, less = claim_id.partition("#")
        piece = piece_of(id_)
        own, every = (each.registry.certificates for each in (self._seen, self._whole))
        if piece is None or all(one.id != id_ for one in own.certificates(piece.issue)):
            return False
        if less == PUBLIC:
            return True
        known = {record.id for record in own.acts()}
        moved = (record.id for record in every.acts() if _touches(record, piece))
        return less == WITHOUT_LOAD and known.issuperset(moved)


def _touches(record: ActRecord, piece: Piece) -> bool:
    return any(
        moved.issue == piece.issue
        and moved.first_wh < piece.stop_wh
        and piece.first_wh < moved.stop_wh
        for moved in record.moved
    )


def _no_scratch_lake() -> Lake:
    raise PartOfParkError("an empty lake beside the park's own")


def _no_witness(address: str, body: bytes) -> WitnessAnswer:
    del address, body
    raise PartOfParkError("the witnesses of the park's log")
