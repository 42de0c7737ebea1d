"""What anybody may see of a certificate, with its machine file: no energy of an interval."""

from collections.abc import Sequence
from hashlib import sha256

from taihang.core.certificates.act import Claim
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.certificate import Certificate, Piece, State
from taihang.core.certificates.claim_document import moves
from taihang.core.certificates.issue import Issue
from taihang.core.seal.canonical import load_canonical
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.cosignature import cosignatures_of
from taihang.core.tlog.log_key import key_at
from taihang.core.tlog.note import parse_note
from taihang.services.ask_witnesses import keys_of
from taihang.services.certificate_parties import party_names
from taihang.services.certificate_view import (
    CertificateView,
    LogShown,
    PartShown,
    PlantShown,
    StepShown,
)
from taihang.services.keys import log_keys
from taihang.services.ports import Ports
from taihang.services.prove import prove
from taihang.services.prove_certificate import PUBLIC, NoCertificateError, piece_of


def show_certificate(certificate_id: str, *, ports: Ports) -> tuple[CertificateView, bytes]:
    """Return a certificate as anybody may see it, and its machine file.

    Args:
        certificate_id: Its id; also of one that was cut since, then there is no machine file.
        ports: The outside world.

    Returns:
        The view, and the bytes of the file.

    Raises:
        NoCertificateError: If it names none, or the log does not say yet where it stands.
    """
    piece = piece_of(certificate_id)
    made = next(
        (each for each in ports.registry.certificates.issues() if piece and each.id == piece.issue),
        None,
    )
    if piece is None or made is None:
        raise NoCertificateError(certificate_id)
    ones = [one for one in ports.registry.certificates.certificates(made.id) if moves(piece, one)]
    # Only where certificates begin and end is there anything to see: nobody tries ranges out.
    if not ones or (ones[0].first_wh, ones[-1].stop_wh) != (piece.first_wh, piece.stop_wh):
        raise NoCertificateError(certificate_id)
    file = prove(f"{ones[0].id}#{PUBLIC}", ports=ports) if len(ones) == 1 else b""
    return _view(piece, made, ones, file=file, ports=ports), file


def _view(
    piece: Piece, made: Issue, ones: Sequence[Certificate], *, file: bytes, ports: Ports
) -> CertificateView:
    park = ports.park
    claim = _claim(ones, ports)
    states = dict.fromkeys(one.state for one in ones)
    holder = ones[0].holder if len(ones) == 1 else ""
    return CertificateView(
        id=f"{piece.issue}:{piece.first_wh}-{piece.stop_wh}",
        park_id=park.id,
        park_name_zh=park.name_zh,
        park_name_en=park.name_en,
        province=park.province,
        zone=park.time_zone,
        month=made.month,
        first_s=min(part.first_s for part in made.plants),
        stop_s=max(part.stop_s for part in made.plants),
        route=made.route.kind.value,
        kind=made.kind.value,
        rule=made.rule,
        wh=piece.wh,
        plants=tuple(_plant(part.id, part.wh, ports) for part in made.plants),
        parts=tuple(
            PartShown(state=state.value, wh=sum(one.wh for one in ones if one.state is state))
            for state in states
        ),
        holder=holder,
        holder_names=party_names(holder, park=park),
        purpose=claim.purpose if claim else "",
        beneficiary=claim.beneficiary if claim else "",
        beneficiary_names=party_names(claim.beneficiary if claim else "", park=park),
        claim_period=claim.period if claim else "",
        expires_s=made.expires_s,
        steps=tuple(_steps(piece, ports)),
        log=_log(file, ports),
        file_sha256=sha256(file).hexdigest() if file else "",
    )


def _claim(ones: Sequence[Certificate], ports: Ports) -> Claim | None:
    record = ports.registry.certificates.act(ones[0].act)
    if len(ones) > 1 or ones[0].state is not State.CLAIMED or record is None:
        return None
    act = open_act(record.document.encode())
    return act if isinstance(act, Claim) else None


def _plant(plant: str, wh: int, ports: Ports) -> PlantShown:
    known = ports.park.plants.get(plant)
    return PlantShown(
        id=plant,
        name_zh=known.name_zh if known else "",
        name_en=known.name_en if known else "",
        kind=known.kind.value if known else "",
        wh=wh,
    )


def _steps(piece: Piece, ports: Ports) -> list[StepShown]:
    found: list[StepShown] = []
    for record in ports.registry.certificates.acts():
        if any(_meet(piece, moved) for moved in record.moved):
            act = open_act(record.document.encode())
            found.append(StepShown(number=record.number, kind=act.KIND, at_s=act.at_s))
    return found


def _meet(one: Piece, other: Piece) -> bool:
    same = one.issue == other.issue
    return same and one.first_wh < other.stop_wh and other.first_wh < one.stop_wh


def _log(file: bytes, ports: Ports) -> LogShown:
    """Return the checkpoint that a file leads to, else the present one."""
    document = load_canonical(file) if file else None
    given = document["checkpoint"] if isinstance(document, dict) else None
    note = given if isinstance(given, str) else ports.journal.checkpoint_note or ""
    checkpoint = checkpoint_of(note)
    cosigned = cosignatures_of(
        parse_note(note), witnesses=keys_of(ports.park.witnesses), verify=ports.verify
    )
    return LogShown(
        origin=ports.log_origin,
        key=key_at(log_keys(ports=ports), size=ports.journal.size).key.hex(),
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        witnesses=tuple(each.name for each in cosigned),
    )
