"""Write one file that lets a stranger work out one number again, offline.

What is asked for follows from the id:

``energy.E17.2026-06``          a statement, or one version of it with ``.v2`` behind
``bill.E17.2026-06``            a bill; with ``#energy.grid.peak`` behind, one line of it
``inventory.E17.2026``          the location-based scope 2 of a month or a year
``M-E17@2026-06-09T02``         the readings of one meter in one UTC hour
``M-E17@2026-06-09T02:15Z``     the energy of one interval, with its two readings
``PV01@2026-06-09T02:15:00Z``   a lot
``share.E17.2026-06``           its share of the park; ``#load_wh`` or ``#green_wh`` for one of both
``2026-06.pool.E17:0-5000``     a certificate; ``#without-load`` and ``#public`` show less
``metered-E09-2026-06-heat-consumed``   the metered amount of another medium in a month
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from taihang.core.errors import InputError
from taihang.core.seal.bundle import Bundle, build_bundle, check_bundle
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.meter_hour import parse_hour
from taihang.core.seal.proof import LogIdentity, build_proof, evidence_of, open_proof
from taihang.core.seal.statement import parse_statement
from taihang.services.evidence import (
    LOG_KEY,
    Anchor,
    NotSettledError,
    UnprovableStatementError,
    gather,
    interval_statement,
    logged_event,
    only_v1,
    stored_statement,
)
from taihang.services.keys import log_signer
from taihang.services.ports import Ports
from taihang.services.prove_bill import bill_bundle
from taihang.services.prove_certificate import CERTIFICATE_ID, certificate_bundle
from taihang.services.prove_medium import medium_bundle
from taihang.services.prove_sum import inventory_bundle, lot_bundle
from taihang.services.seal_day import show_hour
from taihang.services.share_month import share_bundle

__all__ = ["LOG_KEY", "NotSettledError", "UnprovableStatementError", "prove", "prove_whole"]

_AT: Final = r"\d{4}-\d{2}-\d{2}T\d{2}"


class UnknownClaimError(InputError):
    """An id names nothing that can be proven."""

    code = "input.unknown-claim"


def prove(claim_id: str, *, ports: Ports) -> bytes:
    """Return the proof file of whatever an id names.

    Args:
        claim_id: Id of a statement, a bill or a line of one, an inventory, an hour, an interval or
            a lot.
        ports: The outside world.

    Returns:
        The bytes of the file, already checked as a stranger would check its form and paths.

    Raises:
        UnprovableStatementError: If what is stored is no statement.
        NotSettledError: If no settlement of the whole period gives the statement.
        UnknownClaimError: If the id names a time that does not exist.
        PartOfParkError: If the ports show a part of a park, and the id is of another part.
    """
    if ports.counter is not None:
        return ports.counter.prove(claim_id)
    return prove_whole(claim_id, ports=ports)


def prove_whole(claim_id: str, *, ports: Ports) -> bytes:
    """Return the proof file of whatever an id names, for one who sees the whole park."""
    for pattern, bundle_of in _CLAIMS:
        if re.fullmatch(pattern, claim_id):
            return _sealed(bundle_of(claim_id, ports), ports)
    return _prove_statement(claim_id, ports)


def _prove_statement(statement_id: str, ports: Ports) -> bytes:
    """Return the proof of a statement, in the older format as long as its batches are older."""
    document = stored_statement(statement_id, ports=ports)
    statement = parse_statement(document)
    found = gather([statement], ports=ports)
    batches = only_v1(found)
    if batches is None:
        claim = {"kind": "statement"}
        bundle = Bundle(
            claim={**claim},
            checkpoint_note=found.anchor.note,
            statements=[document],
            keys=found.keys,
            evidence=found.evidence(),
        )
        return _sealed(bundle, ports)
    key = log_signer(ports=ports)
    proof = build_proof(
        statement=document,
        evidence=[
            evidence_of(batch, points=found.points, leaf_index=leaf, inclusion=path)
            for batch, leaf, path in batches
        ],
        checkpoint_note=found.anchor.note,
        log=LogIdentity(name=ports.log_origin, key=key.public),
        sign=key.sign,
    )
    open_proof(proof, verify=ports.verify)
    return proof


def _sealed(bundle: Bundle, ports: Ports) -> bytes:
    key = log_signer(ports=ports)
    log = LogIdentity(name=ports.log_origin, key=key.public)
    data = build_bundle(bundle, log=log, sign=key.sign)
    check_bundle(data, log=log, verify=ports.verify)
    return data


def _hour(claim_id: str, ports: Ports) -> Bundle:
    point, _, hour = claim_id.rpartition("@")
    _, leaf, shown = show_hour(point, parse_hour(hour), ports=ports)
    claim = {"kind": "hour", "hour": load_canonical(shown.text), **shown.place()}
    anchor = Anchor.of([leaf], ports=ports)
    return Bundle(
        claim=claim,
        checkpoint_note=anchor.note,
        events=[logged_event(leaf, anchor=anchor, ports=ports)],
    )


def _interval(claim_id: str, ports: Ports) -> Bundle:
    point, _, text = claim_id.rpartition("@")
    try:
        start = datetime.fromisoformat(text)
    except ValueError as error:
        raise UnknownClaimError(
            given=claim_id,
            expected="a time that exists",
            remedy="name the start of a quarter of an hour",
        ) from error
    statement = interval_statement(point, start, ports=ports)
    found = gather([statement], ports=ports, as_of=ports.journal.size)
    return Bundle(
        claim={"kind": "statement"},
        checkpoint_note=found.anchor.note,
        statements=[statement.document()],
        keys=found.keys,
        evidence=found.evidence(),
    )


_CLAIMS: Final[tuple[tuple[str, Callable[[str, Ports], Bundle]], ...]] = (
    (rf".+@{_AT}", _hour),
    (rf".+@{_AT}:\d{{2}}Z", _interval),
    (rf".+@{_AT}:\d{{2}}:00Z", lot_bundle),
    (r"metered-.+", medium_bundle),
    (r"share\..+", share_bundle),
    (CERTIFICATE_ID, certificate_bundle),
    (r"bill(-what-if)?\..+", bill_bundle),
    (r"inventory\..+", inventory_bundle),
)
"""By the form of the id; every other id is that of a statement."""
