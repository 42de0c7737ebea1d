"""Keys change hands with proof: enrolled, followed, revoked, and every act is in the log."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

import small_park
from small_park import DAY, NOW
from taihang import wiring
from taihang.adapters.system import FixedClock, SigningKey
from taihang.core.errors import TaihangError
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.batch import ClockState, Envelope, seal_batch
from taihang.core.seal.gateway_key import REVOCATION_GRACE_S, GatewayKey
from taihang.core.seal.key_act import BrokenSuccessionError, Succession, key_file_name
from taihang.core.tlog.log_key import key_at
from taihang.interfaces import verify_taihang
from taihang.services.act_log import log_acts, logged_events
from taihang.services.admission import ExpiredGatewayKeyError, UnknownGatewayError
from taihang.services.audit import audit
from taihang.services.ingest import Ingester, Receipt
from taihang.services.keys import (
    EnrolledBeforeError,
    ExternalGatewayError,
    SuccessionUnsignedError,
    UnknownKeyOwnerError,
    enrol,
    gateway_signer,
    log_keys,
    log_signer,
    revoke,
    rotate_gateway,
    rotate_log,
)
from taihang.services.ports import Ports
from taihang.services.prove import prove
from taihang.services.replay import catch_up

NOW_S = int(NOW.timestamp())
TODAY_S = NOW_S // 86_400 * 86_400
OWN = SigningKey.from_seed(b"1" * 32)
NEXT = SigningKey.from_seed(b"2" * 32)
THIRD = SigningKey.from_seed(b"3" * 32)


def opened(root: Path, *, days_later: float = 0.0, writing: bool = True) -> small_park.Opened:
    """Open a park without making a key of any gateway."""
    clock = FixedClock(NOW + timedelta(days=days_later))
    return wiring.open_park(root, writing=writing, clock=clock)


def batch(
    key: SigningKey,
    counter: int,
    *blocks: ReadingBlock,
    sent_at_s: int = NOW_S,
    gateway: str = "GW1",
) -> bytes:
    """A batch as a device seals it that the platform knows nothing of."""
    envelope = Envelope(
        gateway=gateway,
        gateway_key=key.public,
        counter=counter,
        sent_at_s=sent_at_s,
        clock=ClockState.SYNCHRONISED,
        origin={"kind": "test"},
        events=(),
    )
    return seal_batch(envelope, blocks=blocks, salts=[b"s" * 16] * len(blocks), sign=key.sign)


def answers(ports: Ports, batches: Sequence[bytes]) -> list[type]:
    return [type(answer) for answer in Ingester(ports).commit(batches)]


def kinds(ports: Ports) -> list[str]:
    catch_up(ports)
    return [event.kind for _, event in logged_events(ports=ports)]


# -- enrol ---------------------------------------------------------------------------------------


def test_enrol__lets_a_gateway_send_whose_private_key_is_not_here(root: Path) -> None:
    with opened(root) as ports:
        act = enrol("GW1", key=OWN.public, again=None, ports=ports)

        assert (act.ordinal, act.leaf) == (1, 0)
        assert ports.registry.gateway_keys() == {"GW1": (GatewayKey(1, OWN.public, NOW_S),)}
        assert answers(ports, [batch(OWN, 1, small_park.registers("M-E01", DAY))]) == [Receipt]
        assert answers(ports, [batch(NEXT, 2)]) == [UnknownGatewayError]
    assert sorted(path.name for path in (root / "keys").iterdir()) == ["log.key", "salt.key"]


def test_open_park__makes_no_private_key_of_any_gateway(root: Path) -> None:
    with opened(root) as ports:
        assert not ports.registry.gateway_keys()
    assert [path.name for path in (root / "keys").iterdir()] == ["log.key"]


def test_enrol__never_replaces_a_key_silently(root: Path) -> None:
    with opened(root) as ports:
        enrol("GW1", key=OWN.public, again=None, ports=ports)
        with pytest.raises(EnrolledBeforeError, match="--again"):
            enrol("GW1", key=NEXT.public, again=None, ports=ports)
        with pytest.raises(EnrolledBeforeError):
            enrol("GW1", key=OWN.public, again="the same", ports=ports)
        with pytest.raises(UnknownKeyOwnerError, match=r"park\.toml"):
            enrol("GW9", key=NEXT.public, again=None, ports=ports)


def test_enrol__again_revokes_what_was_and_begins_anew(root: Path) -> None:
    """F60: a gateway whose key was cloned, or that lost its counter, begins with another key."""
    with opened(root) as ports:
        enrol("GW1", key=OWN.public, again=None, ports=ports)
        act = enrol("GW1", key=NEXT.public, again="card was copied", ports=ports)

        first, second = ports.registry.gateway_keys()["GW1"]
        assert (first.revoked, second.revoked, act.ordinal) == (True, False, 2)
        assert answers(ports, [batch(OWN, 1), batch(NEXT, 1)]) == [ExpiredGatewayKeyError, Receipt]
        assert kinds(ports) == ["key-enrolled", "key-revoked", "key-enrolled"]


def test_gateway_signer__refuses_to_sign_for_a_gateway_that_keeps_its_key(root: Path) -> None:
    with opened(root) as ports:
        enrol("GW1", key=OWN.public, again=None, ports=ports)
        with pytest.raises(ExternalGatewayError, match="GW1"):
            gateway_signer("GW1", ports=ports)
        assert gateway_signer("GW2", ports=ports).public == (
            ports.registry.gateway_keys()["GW2"][0].key
        )


# -- rotate a gateway ----------------------------------------------------------------------------


def succession(*, overlap_days: int = 14, ordinal: int = 2) -> Succession:
    return Succession(
        log="taihang/small",
        owner="gateway:GW1",
        ordinal=ordinal,
        key=NEXT.public,
        predecessor=OWN.public,
        from_s=TODAY_S,
        until_s=TODAY_S + (overlap_days + 1) * 86_400,
    )


def test_rotate_gateway__takes_both_keys_in_the_overlap_and_then_the_next_alone(root: Path) -> None:
    """F57: the old one counts until its end, the next one at once; what was under way comes."""
    signature = OWN.sign(succession(overlap_days=2).message)
    with opened(root) as ports:
        enrol("GW1", key=OWN.public, again=None, ports=ports)
        rotate_gateway("GW1", overlap_days=2, key=NEXT.public, signature=signature, ports=ports)
        assert answers(ports, [batch(OWN, 1), batch(NEXT, 2)]) == [Receipt, Receipt]

    end_s = TODAY_S + 3 * 86_400
    with opened(root, days_later=30) as ports:
        late = [batch(OWN, 3, sent_at_s=end_s), batch(OWN, 3, sent_at_s=end_s - 1), batch(NEXT, 4)]
        assert answers(ports, late) == [ExpiredGatewayKeyError, Receipt, Receipt]


def test_rotate_gateway__without_the_signature_says_what_to_sign(root: Path) -> None:
    with opened(root) as ports:
        enrol("GW1", key=OWN.public, again=None, ports=ports)
        with pytest.raises(SuccessionUnsignedError) as refused:
            rotate_gateway("GW1", overlap_days=14, key=NEXT.public, ports=ports)

        message = bytes.fromhex(refused.value.expected.rpartition(" ")[2])
        assert message == succession().message
        act = rotate_gateway(
            "GW1", overlap_days=14, key=NEXT.public, signature=OWN.sign(message), ports=ports
        )
        assert act.ordinal == 2


@pytest.mark.parametrize("signer", [NEXT, THIRD])
def test_rotate_gateway__signed_by_anybody_else_is_refused(root: Path, signer: SigningKey) -> None:
    with opened(root) as ports:
        enrol("GW1", key=OWN.public, again=None, ports=ports)
        with pytest.raises(BrokenSuccessionError):
            rotate_gateway(
                "GW1",
                overlap_days=14,
                key=NEXT.public,
                signature=signer.sign(succession().message),
                ports=ports,
            )
        assert len(ports.registry.gateway_keys()["GW1"]) == 1
        assert kinds(ports) == ["key-enrolled"]


def test_rotate_gateway__of_a_simulated_one_signs_with_its_own_key(root: Path) -> None:
    with small_park.opened(root) as ports:
        rotate_gateway("GW1", overlap_days=14, ports=ports)
        stored = small_park.fill(ports, DAY)

        present = ports.registry.gateway_keys()["GW1"][1].key
        assert ports.keys.signing_key(key_file_name("gateway:GW1", 2)).public == present
        assert gateway_signer("GW1", ports=ports).public == present
        assert len(stored.receipts) == 2


# -- revoke --------------------------------------------------------------------------------------


def test_revoke__refuses_what_is_sent_later_and_takes_what_was_under_way(root: Path) -> None:
    """F61."""
    with opened(root) as ports:
        enrol("GW1", key=OWN.public, again=None, ports=ports)
        revoke("GW1", ordinal=None, reason="stolen", ports=ports)
        assert answers(ports, [batch(OWN, 1), batch(OWN, 1, sent_at_s=NOW_S - 1)]) == [
            ExpiredGatewayKeyError,
            Receipt,
        ]
        with pytest.raises(UnknownKeyOwnerError):
            revoke("GW1", ordinal=1, reason="again", ports=ports)

    with opened(root, days_later=REVOCATION_GRACE_S / 86_400) as ports:
        assert answers(ports, [batch(OWN, 2, sent_at_s=NOW_S - 1)]) == [ExpiredGatewayKeyError]


# -- the log's own key ---------------------------------------------------------------------------


def test_rotate_log__checkpoints_before_and_after_verify(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        log_acts(ports=ports)
        old = log_signer(ports=ports).public
        act = rotate_log(overlap_days=14, ports=ports)
        # The leaf that tells of the next key is under a checkpoint of the present one.
        assert log_signer(ports=ports).public == old
        small_park.revise(ports, small_park.registers("M-E01", DAY, first=5), sent_at_s=NOW_S)
        note = ports.journal.checkpoint_note or ""

        assert log_signer(ports=ports).public == act.key
        assert note.count("— taihang/small ") == 2, "both keys sign while readers change over"

    with small_park.opened(root, writing=False) as ports:
        assert ports.journal.size == act.leaf + 2
        assert audit(ports=ports).findings == []


def test_rotate_log__after_the_overlap_the_next_key_signs_alone(root: Path) -> None:
    with opened(root) as ports:
        rotate_log(overlap_days=1, ports=ports)
    with opened(root, days_later=3) as ports:
        enrol("GW1", key=OWN.public, again=None, ports=ports)

        assert (ports.journal.checkpoint_note or "").count("— taihang/small ") == 1
        assert [key.ordinal for key in log_keys(ports=ports)] == [1, 2]


def test_rotate_log__killed_after_the_event_goes_on_at_the_next_start(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with small_park.opened(root) as ports, monkeypatch.context() as patch:
        patch.setattr("taihang.services.act_log._follow", die)
        with pytest.raises(KeyboardInterrupt):
            rotate_log(overlap_days=14, ports=ports)
        assert len(log_keys(ports=ports)) == 1

    with small_park.opened(root) as ports:
        assert [key.ordinal for key in log_keys(ports=ports)] == [1, 2]
        small_park.fill(ports, DAY)
        assert key_at(log_keys(ports=ports), size=ports.journal.size).ordinal == 2


def test_drill__all_keys_rotated_and_documents_of_before_and_after_verify(root: Path) -> None:
    """Every key of the park changes; what was proven before is proven after, and so is the new."""
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)
        old_key = log_signer(ports=ports).public
        before = prove("energy.E01.2026-06", ports=ports)

        rotate_log(overlap_days=14, ports=ports)
        for gateway in ports.park.gateways:
            rotate_gateway(gateway, overlap_days=14, ports=ports)
        revised = small_park.registers("M-E01", small_park.JUNE)
        small_park.revise(
            ports,
            small_park.but(revised, [-1], count=int(revised.counts[-1]) + 1),
            sent_at_s=NOW_S,
        )
        small_park.settle_june(ports)
        new_key = log_signer(ports=ports).public
        after = prove("energy.E01.2026-06", ports=ports)
        first = prove("energy.E01.2026-06.v1", ports=ports)

    assert old_key != new_key
    assert verify_taihang.verify(before, old_key)
    assert verify_taihang.verify(after, new_key)
    # The old statement is proven anew under the new key.
    assert verify_taihang.verify(first, new_key)
    with pytest.raises(verify_taihang.Refused):
        verify_taihang.verify(after, old_key)


def test_log_signer__of_a_lost_private_key_is_refused_and_never_made_anew(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        rotate_log(overlap_days=14, ports=ports)
        log_acts(ports=ports)
    (root / "keys" / "log.2.key").unlink()

    with pytest.raises(TaihangError, match="lost-key"), small_park.opened(root):
        pass
    with small_park.opened(root, writing=False) as ports:
        assert audit(ports=ports).findings == []
