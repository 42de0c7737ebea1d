"""Who may say what: keys, signatures, meters and values of a batch, judged at the door."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError
from taihang.core.metering.energy import OffGridEnergyError, RegisterOffDialError
from taihang.core.metering.readings import MeterEvent, ReadingBlock
from taihang.core.park.park import Park
from taihang.core.periods import STEP_S
from taihang.core.seal import batch_v2
from taihang.core.seal.batch import BatchHeader, SealedBatch, open_batch
from taihang.core.seal.columns import Columns
from taihang.core.seal.descriptor import Descriptor, Descriptors, DescriptorStore
from taihang.core.seal.gateway_key import GatewayKey, find_key
from taihang.core.series import Quality, Quantity
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.ports import Ports

GatewayKeys: TypeAlias = Mapping[str, tuple[GatewayKey, ...]]
"""Every key of every enrolled gateway."""
_KEPT_RIGHTS: Final = 4_096
_INT64: Final = np.iinfo(np.int64)


class UnknownGatewayError(InputError):
    """A batch comes from a gateway that is not enrolled, or is signed with another key."""

    code = "input.unknown-gateway"


class ExpiredGatewayKeyError(InputError):
    """A batch is signed with a key of its gateway that did not count any more."""

    code = "input.expired-gateway-key"


class ForeignMeterError(InputError):
    """A gateway speaks for a meter that is not its own, or misstates its scale."""

    code = "input.foreign-meter"


@dataclass(frozen=True, slots=True)
class Signed:
    """An opened batch whose signature holds."""

    batch: SealedBatch
    key: GatewayKey
    """The key of its gateway that signed it."""


@dataclass(frozen=True, slots=True)
class _Rights:
    """What the values of a gateway's blocks may be, where it may say anything of these points."""

    descriptors: Descriptors
    low: NDArray[np.int64]
    """Least count of each block, shape (blocks,)."""
    high: NDArray[np.int64]
    step_s: NDArray[np.int64]
    """Times of each block are multiples of it."""
    has_energy: bool


class Admission:
    """Judges many batches under one park file; what it has judged before costs nothing again."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._store = DescriptorStore()
        self._rights: dict[tuple[str, int], _Rights] = {}

    def open(self, data: bytes, *, enrolled: GatewayKeys, received_at_s: int) -> Signed:
        """Open a batch whose gateway has signed it with a key that counts.

        Of a batch of the second version the signature is checked before its body is unpacked.

        Args:
            data: The bytes of the file.
            enrolled: Every key of every enrolled gateway.
            received_at_s: When the platform received it. [s]

        Returns:
            The batch and the key.
        """
        if data.startswith(batch_v2.MAGIC):
            front = batch_v2.open_front(data)
            key = key_of(front.header, enrolled=enrolled, received_at_s=received_at_s)
            front.check_signature(self._ports.verify, key=key.key)
            return Signed(batch_v2.open_batch(data, front=front, store=self._store), key)
        batch = open_batch(data)
        key = key_of(batch.header, enrolled=enrolled, received_at_s=received_at_s)
        batch.check_signature(self._ports.verify, key=key.key)
        return Signed(batch, key)

    def check(self, batch: SealedBatch) -> None:
        """Refuse a batch that says what its gateway may not, or what no settlement could place.

        Args:
            batch: An opened batch.
        """
        if isinstance(batch, batch_v2.ColumnBatch):
            gateway, columns = batch.header.gateway, batch.columns
            if _is_right(columns, self._rights_of(gateway, columns.descriptors)):
                for event in batch.header.events:
                    _check_event(gateway, event, self._ports.park)
                return
        check_content(batch, park=self._ports.park)

    def _rights_of(self, gateway: str, descriptors: Descriptors) -> _Rights:
        key = gateway, id(descriptors)
        found = self._rights.get(key)
        if found is None or found.descriptors is not descriptors:
            found = _rights(gateway, descriptors, self._ports.park)
            if len(self._rights) >= _KEPT_RIGHTS:
                self._rights.clear()
            self._rights[key] = found
        return found


def key_of(header: BatchHeader, *, enrolled: GatewayKeys, received_at_s: int) -> GatewayKey:
    """Return the key that must have signed a batch.

    Args:
        header: The header; its key is named by its bytes (v1) or by ordinal (v2).
        enrolled: Every key of every enrolled gateway.
        received_at_s: When the platform received the batch. [s]

    Returns:
        The key.

    Raises:
        UnknownGatewayError: If the gateway was never enrolled with such a key.
        ExpiredGatewayKeyError: If the key did not count any more.
    """
    key = named_key(header, enrolled=enrolled)
    if key is None:
        keys = enrolled.get(header.gateway, ())
        held = ", ".join(f"{entry.ordinal}: {entry.key.hex()[:16]}…" for entry in keys)
        named = f"{header.gateway_key.hex()[:16]}…" if header.gateway_key else header.key_ordinal
        raise UnknownGatewayError(
            given=f"a batch of {header.gateway!r} signed by key {named}",
            expected=f"an enrolled gateway with its key ({held or 'none enrolled'})",
            remedy="enrol the gateway, or look into who holds its name",
        )
    if not key.may_sign(sent_at_s=header.sent_at_s, received_at_s=received_at_s):
        raise ExpiredGatewayKeyError(
            given=f"a batch of {header.gateway!r} signed by its key {key.ordinal}, which has ended",
            expected=f"one sent before {key.revoked_at_s or key.until_s} s, or the next key",
            remedy="let the gateway sign with its present key; if it has none, enrol it anew",
        )
    return key


def check_content(batch: SealedBatch, *, park: Park) -> None:
    """Check every block and event of a batch, and name the first that is wrong.

    Args:
        batch: An opened batch.
        park: The park file under which it is judged.
    """
    gateway = batch.header.gateway
    for sealed in batch.blocks:
        check_block(gateway, sealed.block, park=park)
    for event in batch.header.events:
        _check_event(gateway, event, park)


def named_key(header: BatchHeader, *, enrolled: GatewayKeys) -> GatewayKey | None:
    """Return the enrolled key that a header names, whether it counts or not.

    Args:
        header: The header; its key is named by its bytes (v1) or by ordinal (v2).
        enrolled: Every key of every enrolled gateway.
    """
    keys = enrolled.get(header.gateway, ())
    if header.gateway_key:
        return find_key(keys, key=header.gateway_key)
    return next((key for key in keys if key.ordinal == header.key_ordinal), None)


def _rights(gateway: str, descriptors: Descriptors, park: Park) -> _Rights:
    for descriptor in descriptors.each:
        _check_descriptor(gateway, descriptor, park)
    of_meter = [
        park.register_meter(descriptor.point) is not None for descriptor in descriptors.each
    ]
    is_register = [
        own and descriptor.quantity is Quantity.REGISTER
        for own, descriptor in zip(of_meter, descriptors.each, strict=True)
    ]
    is_energy = [
        own and descriptor.quantity is Quantity.ENERGY
        for own, descriptor in zip(of_meter, descriptors.each, strict=True)
    ]
    modulus = np.array([descriptor.modulus for descriptor in descriptors.each], np.int64)
    return _Rights(
        descriptors,
        low=np.where(is_register, 0, _INT64.min),
        high=np.where(is_register, modulus - 1, _INT64.max),
        step_s=np.where(is_energy, STEP_S, 1),
        has_energy=any(is_energy),
    )


def _is_right(columns: Columns, rights: _Rights) -> bool:
    """Say whether all values can be settled; which of them cannot is for the slow way to say."""
    code, count = columns.code, columns.count
    off = (count < rights.low[code]) | (count > rights.high[code])
    if off.any() and bool((off & _is_read(columns.quality)).any()):
        return False
    return not rights.has_energy or not (columns.time_s % rights.step_s[code]).any()


def _is_read(quality: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return (quality == Quality.MEASURED) | (quality == Quality.MANUAL)


def _check_event(gateway: str, event: MeterEvent, park: Park) -> None:
    """Check that an event is of a meter of this gateway and lies on its dial.

    An event replaces the difference of two registers, so a foreign one could erase consumption.

    Raises:
        ForeignMeterError: If it is not.
    """
    meter = park.register_meter(event.point)
    own = _speaks_for(gateway, event.point, park)
    if meter is None or not own or max(event.final_count, event.initial_count) >= meter.modulus:
        raise ForeignMeterError(
            given=f"a {event.kind.value} of {event.point} from {gateway}",
            expected="an event of one of this gateway's meters, with counts on its dial",
            remedy="correct park.toml or the gateway's settings, whichever is wrong",
        )


def check_block(gateway: str, block: ReadingBlock, *, park: Park) -> None:
    """Check that a block is of a meter of a gateway, in its scale, and can be settled.

    Args:
        gateway: Who speaks; the import speaks for every point.
        block: Its readings of one point.
        park: The park file under which they are judged.
    """
    _check_descriptor(gateway, block, park)
    if park.register_meter(block.point) is not None:
        _check_values(block)


def _check_descriptor(gateway: str, said: ReadingBlock | Descriptor, park: Park) -> None:
    """Check that a gateway may speak of a point in this quantity, unit and scale."""
    meter = park.register_meter(said.point)
    series = park.series.get(said.point)
    own = _speaks_for(gateway, said.point, park)
    if meter is not None and said.quantity is Quantity.REGISTER:
        stated = meter.unit, str(meter.scale), meter.modulus
        fits = (said.unit, said.scale, said.modulus) == stated
    elif meter is not None:
        # Interval energy is electricity: another medium is known by its register alone.
        is_energy = said.quantity is Quantity.ENERGY and said.scale == "1"
        fits = is_energy and said.point in park.meters
    else:
        fits = series is not None and (said.unit, said.scale) == (series.unit, series.scale)
    if not (own and fits):
        raise ForeignMeterError(
            given=f"{said.quantity} of {said.point} × {said.scale} {said.unit} from {gateway}",
            expected="a point of this gateway with the scale and dial that park.toml states",
            remedy="correct park.toml or the gateway's settings, whichever is wrong",
        )


def _speaks_for(gateway: str, point: str, park: Park) -> bool:
    """Say whether a point is a gateway's own; one that park.toml has no more has none."""
    speaker = park.gateways.get(gateway)
    return gateway == IMPORT_GATEWAY or (speaker is not None and point in speaker.meters)


def _check_values(block: ReadingBlock) -> None:
    """Refuse at the door what no settlement could place: one such value would stop them all."""
    if block.quantity is Quantity.REGISTER:
        outside = (block.counts < 0) | (block.counts >= block.modulus)
        off = block.counts[_is_read(block.quality) & outside]
        if len(off):
            raise RegisterOffDialError(
                given=f"{block.point}: a register of {off[0]}",
                expected=f"0 … {block.modulus - 1}",
                remedy="let the gateway mark such a reading as rejected; no dial shows it",
            )
    if block.quantity is Quantity.ENERGY and np.any(block.times_s % STEP_S):
        raise OffGridEnergyError(
            given=f"energy of {block.point} at {block.times_s[block.times_s % STEP_S > 0][0]} s",
            expected=f"starts of intervals, multiples of {STEP_S} s",
            remedy="let the gateway sum energy over whole quarter hours",
        )
