"""Platform job: seal readings that came in a form of JSON with the gateway's platform-held key.

The sender has no key of its own, so nothing is proven about what happened before the door: the
batch says so in its origin (``http-json``) and carries the hash of the body that was received.
"""

from collections.abc import Mapping
from typing import Final

from taihang.core.errors import InputError, StateError
from taihang.core.seal.batch_v2 import seal_batch
from taihang.core.seal.envelope import Envelope
from taihang.core.seal.readings_form import Readings
from taihang.services.collect import ordinal_of
from taihang.services.keys import ExternalGatewayError, gateway_signer
from taihang.services.ports import Ports

ORIGIN_KIND: Final = "http-json"
BODY_KEY: Final = "body_sha256"


class CounterUsedError(InputError):
    """A number of a gateway was used before, for another body."""

    code = "input.counter-used"


class ForeignKeyError(StateError):
    """The gateway signs with a key of its own; the platform cannot seal for it."""

    code = "state.gateway-own-key"


def seal_at_door(readings: Readings, *, ports: Ports) -> bytes:
    """Seal readings as a batch of their gateway; the same readings give the same bytes.

    Args:
        readings: What came in.
        ports: The outside world.

    Returns:
        The sealed batch.

    Raises:
        ForeignKeyError: If the gateway has a key that the platform does not hold.
        BatchFormatError: If the readings cannot be sealed as they are.
    """
    try:
        key = gateway_signer(readings.gateway, ports=ports)
    except ExternalGatewayError as error:
        raise ForeignKeyError(
            given=f"JSON readings of {readings.gateway}, which signs with a key of its own",
            expected="sealed batches of that gateway",
            remedy="let the gateway seal its batches, or enrol another gateway for the JSON form",
        ) from error
    envelope = Envelope(
        gateway=readings.gateway,
        key_ordinal=ordinal_of(readings.gateway, key=key.public, ports=ports),
        counter=readings.counter,
        sent_at_s=readings.sent_at_s,
        clock=readings.clock,
        origin={"kind": ORIGIN_KIND, BODY_KEY: readings.body_sha256},
        events=readings.events,
    )
    label = f"{readings.gateway}/{readings.counter}/{readings.body_sha256}"
    (seed,) = ports.keys.salts(label, 1)
    return seal_batch(envelope, blocks=readings.blocks, seed=seed, sign=key.sign)


def check_same_body(readings: Readings, *, origin: Mapping[str, str]) -> None:
    """Refuse a number that was used for another body.

    It is no fork: the key is the platform's own. So nobody is put in quarantine for a slip.

    Args:
        readings: What came in.
        origin: What the stored batch of this number says of its origin.

    Raises:
        CounterUsedError: If it was another body.
    """
    if origin.get(BODY_KEY) != readings.body_sha256:
        raise CounterUsedError(
            given=f"counter {readings.counter} of {readings.gateway} with another body",
            expected=f"the body {origin.get(BODY_KEY, 'of a sealed batch')} stored under it",
            remedy="send new readings under the next number, and a repetition byte for byte",
        )
