"""The sealed batch: any altered byte is refused, and one block can be shown alone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit import (
    GATEWAY_KEY,
    GATEWAY_SECRET,
    START_S,
    block,
    sealed,
    verify_signature,
)
from taihang.core.errors import InputError
from taihang.core.metering.readings import MeterEvent, MeterEventKind
from taihang.core.seal.batch_v1 import (
    BatchSignatureError,
    BlockNotFoundError,
    BlockRootError,
    ClockState,
    Envelope,
    open_batch,
    open_header,
    seal_batch,
)
from taihang.core.seal.block import BatchFormatError
from taihang.core.seal.canonical import DocumentError
from taihang.core.series import Quantity
from taihang.core.tlog.merkle import EMPTY_ROOT, leaf_hash, verify_inclusion

EVENT = MeterEvent("M1", MeterEventKind.SWAP, START_S + 1_000, 30, 0)
ENVELOPE = Envelope(
    gateway="gw-1",
    gateway_key=GATEWAY_KEY,
    counter=1,
    sent_at_s=START_S,
    clock=ClockState.SYNCHRONISED,
    origin={"kind": "simulator", "seed": "7"},
)


def _small() -> bytes:
    return sealed(
        block("M2", [5, None, 7]),
        block("M1", [10, 20, 30]),
        block("M1", [1, 2, 3], quantity=Quantity.ENERGY),
        events=(EVENT,),
    )


def test_open_batch__gives_back_header_events_and_blocks_in_order() -> None:
    batch = open_batch(_small())

    assert batch.header.gateway_key == GATEWAY_KEY
    assert batch.header.counter == 1
    assert batch.header.events == (EVENT,)
    assert batch.header.origin == {"kind": "simulator", "seed": "7"}
    assert [
        (sealed_block.block.point, sealed_block.block.quantity) for sealed_block in batch.blocks
    ] == [("M1", "energy"), ("M1", "register"), ("M2", "register")]
    assert batch.leaf_entry == batch.header_bytes + batch.signature
    batch.check_signature(verify_signature)


def test_open_batch__refuses_a_flipped_bit_in_every_byte() -> None:
    data = _small()

    accepted: list[int] = []
    for at in range(len(data)):
        altered = bytearray(data)
        altered[at] ^= 1 << (at * 7 + 3) % 8
        try:
            open_batch(bytes(altered)).check_signature(verify_signature)
        except InputError:
            continue
        accepted.append(at)

    assert len(data) > 900
    assert accepted == []


@given(cut=st.integers(0, 1_000), more=st.binary(min_size=1, max_size=20))
def test_open_batch__refuses_a_file_cut_short_or_long(cut: int, more: bytes) -> None:
    data = _small()

    with pytest.raises(InputError):
        open_batch(data[: min(cut, len(data) - 1)])
    with pytest.raises(BatchFormatError, match="after the last block"):
        open_batch(data + more)


def test_open_batch__tells_an_altered_block_from_an_altered_header() -> None:
    data = _small()
    altered_count = data[:-4] + bytes([data[-4] ^ 1]) + data[-3:]
    other_counter = data.replace(b'"counter":1', b'"counter":2')

    with pytest.raises(BlockRootError):
        open_batch(altered_count)
    with pytest.raises(BatchSignatureError):
        open_batch(other_counter).check_signature(verify_signature)


def test_open_batch__refuses_blocks_that_are_swapped() -> None:
    data = sealed(block("M1", [1]), block("M2", [1]))
    blocks = [sealed_block.salt + sealed_block.body for sealed_block in open_batch(data).blocks]
    head = data.removesuffix(b"".join(blocks))

    with pytest.raises(BatchFormatError, match="another order"):
        open_batch(head + blocks[1] + blocks[0])


def test_seal_batch__makes_a_heartbeat_without_blocks() -> None:
    batch = open_batch(sealed())

    assert batch.blocks == ()
    assert batch.header.block_root == EMPTY_ROOT


def test_seal_batch__gives_the_same_bytes_whatever_the_order_of_blocks() -> None:
    blocks = [block("M1", [1]), block("M2", [2])]
    salts = [bytes(16), bytes([1] * 16)]

    forwards = seal_batch(ENVELOPE, blocks=blocks, salts=salts, sign=GATEWAY_SECRET.sign)
    backwards = seal_batch(
        ENVELOPE, blocks=blocks[::-1], salts=salts[::-1], sign=GATEWAY_SECRET.sign
    )

    assert forwards == backwards


def test_seal_batch__hides_equal_readings_behind_different_salts() -> None:
    blocks = [block("M1", [1]), block("M2", [1])]

    one = open_batch(sealed(*blocks, counter=1))
    two = open_batch(sealed(*blocks, counter=2))

    assert one.blocks[0].body == two.blocks[0].body
    assert one.tree.leaf(0) != two.tree.leaf(0)


@pytest.mark.parametrize("salts", [[], [bytes(16)], [bytes(16), bytes(16)]])
def test_seal_batch__refuses_absent_or_doubled_salts(salts: list[bytes]) -> None:
    blocks = [block("M1", [1]), block("M2", [1])]

    with pytest.raises(BatchFormatError, match="for 2 blocks"):
        seal_batch(ENVELOPE, blocks=blocks, salts=salts, sign=GATEWAY_SECRET.sign)


def test_seal_batch__refuses_a_point_twice() -> None:
    with pytest.raises(BatchFormatError, match="2 blocks, doubled"):
        sealed(block("M1", [1]), block("M1", [2]))


@pytest.mark.parametrize(
    ("envelope", "reason"),
    [
        (replace(ENVELOPE, counter=0), "counter"),
        (replace(ENVELOPE, sent_at_s=-1), "sent_at_s"),
        (replace(ENVELOPE, gateway=""), "gateway"),
        (replace(ENVELOPE, gateway_key=b"short"), "gateway_key"),
        (replace(ENVELOPE, events=(EVENT, EVENT)), "events"),
        (replace(ENVELOPE, events=(replace(EVENT, final_count=-1),)), "final_count"),
        (replace(ENVELOPE, origin={str(i): "" for i in range(65)}), "origin"),
        (replace(ENVELOPE, origin={"note": "x" * (1 << 20)}), "at most 1048576"),
    ],
)
def test_seal_batch__refuses_what_could_not_be_opened(envelope: Envelope, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        seal_batch(envelope, blocks=[], salts=[], sign=GATEWAY_SECRET.sign)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":true'),
        (b"ed25519-sha256", b"ed25519-sha512"),
        (b'"clock":"synchronised"', b'"clock":"exact"'),
        (b'"kind":"swap"', b'"kind":"gone"'),
        (b'"seed":"7"', b'"seed":7'),
        (b'"counter":1', b'"counters":1'),
        (b'"blocks":3', b'"blocks":10001'),
    ],
)
def test_open_header__refuses_every_unknown_word(old: bytes, new: bytes) -> None:
    header = open_batch(_small()).header_bytes
    assert header.count(old) == 1

    with pytest.raises(DocumentError):
        open_header(header.replace(old, new))


def test_disclose__shows_one_block_that_verifies_against_the_header() -> None:
    batch = open_batch(_small())

    shown = batch.disclose("M2", quantity=Quantity.REGISTER)

    assert shown.index == 2
    assert b'"M2"' in shown.body
    verify_inclusion(
        leaf_hash(shown.salt + shown.body),
        index=shown.index,
        size=batch.header.blocks,
        path=shown.path,
        root=batch.header.block_root,
    )


def test_disclose__refuses_a_point_that_the_batch_does_not_have() -> None:
    batch = open_batch(_small())

    with pytest.raises(BlockNotFoundError, match="energy of point 'M2'"):
        batch.disclose("M2", quantity=Quantity.ENERGY)
