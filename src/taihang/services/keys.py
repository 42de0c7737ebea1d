"""Platform job: enrol, follow up and revoke keys; every act is an event of the log.

The platform holds the private keys of its log and of gateways that it simulates or imports for. A
real gateway keeps its own: of it only the public key is known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError, IntegrityError, StateError
from taihang.core.seal.gateway_key import MAX_KEYS, GatewayKey, present_key
from taihang.core.seal.key_act import (
    ENROLLED,
    LOG_OWNER,
    REVOKED,
    ROTATED,
    Enrolment,
    Revocation,
    Succession,
    gateway_owner,
    key_file_name,
)
from taihang.core.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from taihang.core.tlog.log_key import LogKey, key_at
from taihang.core.tlog.note import parse_note
from taihang.services.act_log import log_act
from taihang.services.ports import Ports, Signer

_DAY_S: Final = 86_400
_KEY_BYTES: Final = 32


class LostKeyError(IntegrityError):
    """The private half of the key that signs for the log is gone, or another is in its place."""

    code = "integrity.lost-key"


class UnknownKeyOwnerError(InputError):
    """Nobody of this name has a key here."""

    code = "input.unknown-key-owner"


class EnrolledBeforeError(StateError):
    """A gateway that has a key is to be given one that its key has not signed."""

    code = "state.enrolled-before"


class ExternalGatewayError(StateError):
    """The platform is asked to sign for a gateway that keeps its own key."""

    code = "state.external-gateway"


class SuccessionUnsignedError(InputError):
    """The next key of an external gateway came without the signature of the present one."""

    code = "input.succession-unsigned"


class TooManyKeysError(StateError):
    """A gateway has had as many keys as a batch can name."""

    code = "state.too-many-keys"


@dataclass(frozen=True, slots=True)
class KeyAct:
    """What one act did."""

    owner: str
    ordinal: int
    key: bytes
    leaf: int
    """Index of its event in the log."""


# -- who signs ------------------------------------------------------------------------------------


def log_keys(*, ports: Ports) -> Sequence[LogKey]:
    """Return every key of the park's log; of a park that no command has written since, its one."""
    name = key_file_name(LOG_OWNER, 1)
    return ports.registry.log_keys() or [LogKey(1, ports.keys.signing_key(name).public, 0)]


def open_own_checkpoint(note: str, *, ports: Ports) -> Checkpoint:
    """Open a signed checkpoint of the park's own log under the key of its size.

    Raises:
        CheckpointFormatError: If it speaks of another log.
        NoLogKeyError: If no key of the log is known for its size.
        NoteSignatureError: If that key has not signed it.
    """
    size = parse_checkpoint(parse_note(note).text).size
    key = key_at(log_keys(ports=ports), size=size)
    return open_checkpoint(note, origin=ports.log_origin, public_key=key.key, verify=ports.verify)


def log_signer(*, ports: Ports) -> Signer:
    """Return the key of the log that signs the present tree, and proofs of it.

    Raises:
        LostKeyError: If the register knows the key and its private half is not here.
    """
    key = key_at(log_keys(ports=ports), size=ports.journal.size)
    name = key_file_name(LOG_OWNER, key.ordinal)
    # A key is made where none is: of a log that has one that would be another's signature.
    lost = bool(ports.registry.log_keys()) and not ports.keys.holds(name)
    if lost or ports.keys.signing_key(name).public != key.key:
        raise LostKeyError(
            given=f"no private half of the log's key {key.key.hex()[:16]}… under keys/{name}.key",
            expected="the key that signs the log's checkpoints and proofs",
            remedy="put the key back from its backup",
        )
    return ports.keys.signing_key(name)


def gateway_signer(gateway: str, *, ports: Ports) -> Signer:
    """Return the key of a gateway that the platform signs for; its first one is made here.

    Args:
        gateway: A simulated gateway, or the one for imports.
        ports: The outside world, opened for writing.

    Returns:
        Its present key.

    Raises:
        ExternalGatewayError: If the gateway keeps its own key.
    """
    history = ports.registry.gateway_keys().get(gateway, ())
    present = present_key(history)
    ordinal = 1 if present is None else present.ordinal
    name = key_file_name(gateway_owner(gateway), ordinal)
    if history and not (present and ports.keys.holds(name)):
        raise ExternalGatewayError(
            given=f"readings to be signed for {gateway}, whose key is not kept here",
            expected="a gateway that the platform simulates or imports for",
            remedy="let the gateway send its own batches, or simulate a copy of the park",
        )
    signer = ports.keys.signing_key(name)
    if present is None:
        at_s = int(ports.clock.now().timestamp())
        ports.registry.enrol_gateway(gateway, public_key=signer.public.hex(), at_s=at_s)
    return signer


# -- acts -----------------------------------------------------------------------------------------


def enrol(gateway: str, *, key: bytes, again: str | None, ports: Ports) -> KeyAct:
    """Let an external gateway send, or let it begin anew after its key was lost or cloned.

    Args:
        gateway: A gateway of park.toml.
        key: Its public key, 32 bytes; the private half stays with it.
        again: Why it is enrolled again; its earlier keys are revoked. None for the first time.
        ports: The outside world, opened for writing.

    Returns:
        The enrolment.

    Raises:
        UnknownKeyOwnerError: If park.toml has no such gateway.
        EnrolledBeforeError: If it has a key and no reason is given.
    """
    # 1. Who it is, and what it has.
    history = _history(gateway, ports)
    if history and again is None:
        raise EnrolledBeforeError(
            given=f"{gateway}, which has key {history[-1].ordinal}",
            expected="a gateway without a key",
            remedy="rotate-key keeps the old one going for a while; if it was lost or cloned,"
            " enrol again with --again REASON, which revokes it",
        )
    _demand_new(key, history, gateway)
    # 2. What it had counts no more.
    for entry in history:
        if not entry.revoked:
            _log_revocation(gateway, entry, again or "", ports)
    # 3. The new key stands for itself.
    enrolment = Enrolment(
        owner=gateway_owner(gateway),
        ordinal=len(history) + 1,
        key=key,
        from_s=_now_s(ports),
        reason=again or "",
    )
    leaf = log_act(ENROLLED, enrolment.body(), ports=ports)
    return KeyAct(enrolment.owner, enrolment.ordinal, key, leaf)


def rotate_log(*, overlap_days: int, ports: Ports) -> KeyAct:
    """Give the log its next key, signed by the present one.

    Args:
        overlap_days: How long the present key signs checkpoints too, so that readers can learn.
        ports: The outside world, opened for writing.

    Returns:
        The succession; the next leaf is under the new key.
    """
    # 1. The next key, made before anybody is told of it.
    keys = log_keys(ports=ports)
    present, ordinal = keys[-1], keys[-1].ordinal + 1
    signer = ports.keys.signing_key(key_file_name(LOG_OWNER, ordinal))
    succession = _succession(
        LOG_OWNER,
        ordinal=ordinal,
        key=signer.public,
        predecessor=present.key,
        overlap_days=overlap_days,
        ports=ports,
    )
    # 2. The present one signs it; the event is under a checkpoint of the present one.
    old = ports.keys.signing_key(key_file_name(LOG_OWNER, present.ordinal))
    return _logged(succession, old.sign(succession.message), ports)


def rotate_gateway(
    gateway: str,
    *,
    overlap_days: int,
    key: bytes | None = None,
    signature: bytes | None = None,
    ports: Ports,
) -> KeyAct:
    """Give a gateway its next key, signed by the present one.

    Args:
        gateway: A gateway with a key.
        overlap_days: How long batches of the present key are taken beside those of the next.
        key: The next public key of an external gateway; None where the platform holds its keys.
        signature: Of the present key, over the message that a first try without it names.
        ports: The outside world, opened for writing.

    Returns:
        The succession.

    Raises:
        UnknownKeyOwnerError: If it has no key that counts.
        SuccessionUnsignedError: If the signature of an external gateway is not given.
        BrokenSuccessionError: If it does not fit.
    """
    # 1. What it has.
    owner = gateway_owner(gateway)
    history = _history(gateway, ports)
    present = present_key(history)
    if present is None:
        raise UnknownKeyOwnerError(
            given=f"{gateway}, which has no key that counts",
            expected="a gateway with a key to be followed",
            remedy=f"enrol it: taihang enrol DIR {gateway} --key HEX",
        )
    ordinal = len(history) + 1
    # 2. The next key: its own, or one that the platform makes for it.
    own = None if key is not None else gateway_signer(gateway, ports=ports)
    next_key = key or ports.keys.signing_key(key_file_name(owner, ordinal)).public
    _demand_new(next_key, history, gateway)
    succession = _succession(
        owner,
        ordinal=ordinal,
        key=next_key,
        predecessor=present.key,
        overlap_days=overlap_days,
        ports=ports,
    )
    signature = own.sign(succession.message) if own is not None else signature
    if signature is None:
        raise SuccessionUnsignedError(
            given=f"the next key of {gateway} without the signature of its present one",
            expected=f"an Ed25519 signature over these bytes (hex): {succession.message.hex()}",
            remedy="let the gateway sign them today, and give --signature HEX",
        )
    # 3. Signed by the present one, or it is no successor.
    return _logged(succession, signature, ports)


def revoke(gateway: str, *, ordinal: int | None, reason: str, ports: Ports) -> KeyAct:
    """Revoke a key of a gateway: what it signs from now on is refused (F61).

    Args:
        gateway: The gateway.
        ordinal: Which of its keys; None for the present one.
        reason: Why, for the log.
        ports: The outside world, opened for writing.

    Returns:
        The revocation.

    Raises:
        UnknownKeyOwnerError: If there is no such key, or it is revoked already.
    """
    history = _history(gateway, ports)
    present = present_key(history)
    wanted = ordinal if ordinal is not None else getattr(present, "ordinal", 0)
    found = [entry for entry in history if entry.ordinal == wanted and not entry.revoked]
    if not found:
        raise UnknownKeyOwnerError(
            given=f"key {wanted} of {gateway}",
            expected=f"one of {[e.ordinal for e in history if not e.revoked]}",
            remedy="look at the keys: taihang audit DIR --json",
        )
    leaf = _log_revocation(gateway, found[0], reason, ports)
    return KeyAct(gateway_owner(gateway), wanted, found[0].key, leaf)


def _history(gateway: str, ports: Ports) -> tuple[GatewayKey, ...]:
    history = ports.registry.gateway_keys().get(gateway, ())
    if not history and gateway not in ports.park.gateways:
        raise UnknownKeyOwnerError(
            given=f"the gateway {gateway!r}",
            expected=f"one of park.toml: {', '.join(sorted(ports.park.gateways)[:8])}",
            remedy="add it to [gateways] of park.toml first",
        )
    return history


def _demand_new(key: bytes, history: Sequence[GatewayKey], gateway: str) -> None:
    if len(history) >= MAX_KEYS:
        raise TooManyKeysError(
            given=f"a key after {len(history)} keys of {gateway}",
            expected=f"at most {MAX_KEYS}",
            remedy="give the device a new gateway id in park.toml",
        )
    if len(key) != _KEY_BYTES or any(entry.key == key for entry in history):
        raise EnrolledBeforeError(
            given=f"key {key.hex()[:16]}… for {gateway}, which it has or had, or is none",
            expected=f"a public Ed25519 key of {_KEY_BYTES} bytes that it never had",
            remedy="let the gateway make a new pair of keys",
        )


def _succession(
    owner: str,
    *,
    ordinal: int,
    key: bytes,
    predecessor: bytes,
    overlap_days: int,
    ports: Ports,
) -> Succession:
    # Days, not seconds, so that a gateway signs the same bytes all through its day.
    today_s = _now_s(ports) // _DAY_S * _DAY_S
    return Succession(
        log=ports.log_origin,
        owner=owner,
        ordinal=ordinal,
        key=key,
        predecessor=predecessor,
        from_s=today_s,
        until_s=today_s + (overlap_days + 1) * _DAY_S,
    )


def _logged(succession: Succession, signature: bytes, ports: Ports) -> KeyAct:
    succession.check(signature, verify=ports.verify)
    leaf = log_act(ROTATED, succession.body(signature), ports=ports)
    return KeyAct(succession.owner, succession.ordinal, succession.key, leaf)


def _log_revocation(gateway: str, entry: GatewayKey, reason: str, ports: Ports) -> int:
    revocation = Revocation(
        owner=gateway_owner(gateway),
        ordinal=entry.ordinal,
        revoked_at_s=_now_s(ports),
        reason=reason,
    )
    return log_act(REVOKED, revocation.body(), ports=ports)


def _now_s(ports: Ports) -> int:
    return int(ports.clock.now().timestamp())
