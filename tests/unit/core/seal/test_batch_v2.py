"""The sealed batch of version 2: all or nothing, one spelling, bounded, signed."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from column_kit import GOLDEN_BLOCKS, golden_columns, sealed_columns, seed_of
from evidence_kit import GATEWAY_KEY, GATEWAY_SECRET, LOG_KEY, START_S, block, verify_signature
from taihang.core.errors import TaihangError
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.seal.batch_v2 import (
    MAGIC,
    MAX_BODY_BYTES,
    Front,
    leaf_entry_of,
    open_batch,
    open_front,
    open_header,
    open_shown,
    salts_of,
    seal_batch,
)
from taihang.core.seal.block import BatchFormatError
from taihang.core.seal.canonical import CanonicalJsonError, DocumentError
from taihang.core.seal.descriptor import DescriptorStore
from taihang.core.seal.envelope import (
    BatchSignatureError,
    BlockNotFoundError,
    BlockRootError,
    ClockState,
    Envelope,
)
from taihang.core.seal.wide_tree import verify_wide_path
from taihang.core.series import Quantity
from unit.core.seal.test_columns import any_blocks, same

SMALL = sealed_columns(block("M-E01", [1, 2, None]), block("M-E02", [5]))
BODY_AT = open_front(SMALL).body_at


def with_body(body: bytes, *, data: bytes = SMALL, level: int = 1) -> bytes:
    """The batch with another body under the same signature."""
    return data[: open_front(data).body_at] + zlib.compress(body, level)


@given(blocks=any_blocks())
def test_open_batch__gives_what_was_sealed(blocks: list[ReadingBlock]) -> None:
    event = MeterEvent("P00", MeterEventKind.SWAP, START_S, 5, 6)
    data = sealed_columns(*blocks, counter=9, events=(event,))

    batch = open_batch(data)

    assert all(same(s.block, b) for s, b in zip(batch.blocks, blocks, strict=True))
    assert (batch.header.gateway, batch.header.counter) == ("gw-1", 9)
    assert batch.header.events == (event,)
    assert batch.header.origin == {"kind": "simulator", "seed": "7"}
    assert batch.leaf_entry == leaf_entry_of(data)
    batch.check_signature(verify_signature, key=GATEWAY_KEY)


@given(blocks=any_blocks(most=5), data=st.data())
def test_open_batch__any_flipped_byte_is_refused_or_changes_nothing(
    blocks: list[ReadingBlock], data: st.DataObject
) -> None:
    whole = sealed_columns(*blocks)
    changed = bytearray(whole)
    changed[data.draw(st.integers(0, len(whole) - 1))] ^= data.draw(st.integers(1, 255))

    try:
        batch = open_batch(bytes(changed))
        batch.check_signature(verify_signature, key=GATEWAY_KEY)
    except TaihangError:
        return

    # The signature and the content are those that were sealed: only the packing differs.
    assert batch.leaf_entry == leaf_entry_of(whole)
    assert batch.body == open_batch(whole).body


def test_open_batch__refuses_every_flipped_bit_of_what_is_signed() -> None:
    for at in range(BODY_AT):
        for bit in range(8):
            changed = bytearray(SMALL)
            changed[at] ^= 1 << bit
            with pytest.raises(TaihangError):
                open_batch(bytes(changed)).check_signature(verify_signature, key=GATEWAY_KEY)


def test_open_batch__refuses_every_changed_byte_of_the_body() -> None:
    body = open_batch(SMALL).body
    refusals: set[type[TaihangError]] = set()
    for at in range(len(body)):
        changed = bytearray(body)
        changed[at] ^= 0x55
        with pytest.raises(TaihangError) as refusal:
            open_batch(with_body(bytes(changed)))
        refusals.add(type(refusal.value))

    assert {BatchFormatError, BlockRootError} <= refusals


def test_open_batch__does_not_ask_how_the_body_was_packed() -> None:
    body = open_batch(SMALL).body

    for level in (0, 1, 9):
        assert open_batch(with_body(body, level=level)).leaf_entry == leaf_entry_of(SMALL)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        MAGIC,
        SMALL[:BODY_AT],
        SMALL[:-1],
        SMALL + b"x",
        SMALL + zlib.compress(b""),
        SMALL[:BODY_AT] + b"no zlib",
        with_body(open_batch(SMALL).body[:-1]),
        with_body(open_batch(SMALL).body + b"x"),
        b"taihang/batch/v3\n" + SMALL[17:],
    ],
)
def test_open_batch__refuses_what_is_cut_or_longer(wrong: bytes) -> None:
    with pytest.raises(BatchFormatError):
        open_batch(wrong)


def test_open_batch__takes_no_more_out_of_a_stream_than_the_header_says() -> None:
    bomb = with_body(bytes(MAX_BODY_BYTES))

    assert len(bomb) < 1_000_000
    with pytest.raises(BatchFormatError, match=f"of {len(open_batch(SMALL).body) + 1} bytes"):
        open_batch(bomb)


def header_with(**fields: int | bytes) -> bytes:
    """A header with fields that need not be right."""
    said: dict[str, int | bytes] = {
        "algorithm": 1,
        "key": 1,
        "clock": 0,
        "blocks": 0,
        "body_bytes": 20,
        "counter": 1,
        "sent_at_s": START_S,
        "root": bytes(32),
        "gateway": b"gw-1",
        "notes": b'{"events":[],"origin":{}}',
        **fields,
    }
    name, notes = said.pop("gateway"), said.pop("notes")
    assert isinstance(name, bytes)
    assert isinstance(notes, bytes)
    return struct.pack("<BBBHIQQ32sH", *said.values(), len(name)) + name + notes


def test_open_header__reads_the_least_header() -> None:
    header, body_bytes = open_header(header_with(key=255, clock=2, body_bytes=MAX_BODY_BYTES))

    assert (header.key_ordinal, header.clock, body_bytes) == (255, ClockState.IMPORT, 64_000_000)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"algorithm": 0}, BatchFormatError),
        ({"algorithm": 2}, BatchFormatError),
        ({"key": 0}, BatchFormatError),
        ({"clock": 3}, BatchFormatError),
        ({"blocks": 10_001}, BatchFormatError),
        ({"body_bytes": 15}, BatchFormatError),
        ({"body_bytes": MAX_BODY_BYTES + 1}, BatchFormatError),
        ({"counter": 0}, BatchFormatError),
        ({"counter": 1 << 63}, BatchFormatError),
        ({"sent_at_s": 253_402_300_800}, BatchFormatError),
        ({"gateway": b""}, BatchFormatError),
        ({"gateway": b"g" * 129}, BatchFormatError),
        ({"gateway": b"g" * 513}, BatchFormatError),
        ({"gateway": b"\xff"}, BatchFormatError),
        ({"gateway": b"a\nb"}, BatchFormatError),
        ({"notes": b""}, CanonicalJsonError),
        ({"notes": b'{"events": [],"origin":{}}'}, CanonicalJsonError),
        ({"notes": b'{"events":[],"origin":{"a":1}}'}, DocumentError),
        ({"notes": b'{"events":[]}'}, DocumentError),
        ({"notes": b'{"events":[],"origin":{},"x":1}'}, DocumentError),
    ],
)
def test_open_header__refuses_a_field_out_of_its_bounds(
    fields: dict[str, int | bytes], refusal: type[TaihangError]
) -> None:
    with pytest.raises(refusal):
        open_header(header_with(**fields))


def test_open_header__refuses_one_that_is_cut() -> None:
    whole = header_with()
    for size in range(len(whole)):
        with pytest.raises(TaihangError):
            open_header(whole[:size])


# -- signature -----------------------------------------------------------------------------------


def test_check_signature__holds_for_the_key_that_is_named_and_no_other() -> None:
    for opened in (open_batch(SMALL), open_front(SMALL)):
        assert isinstance(opened, Front) or opened.signature == opened.front.signature
        opened.check_signature(verify_signature, key=GATEWAY_KEY)
        for key in (LOG_KEY, None, b""):
            with pytest.raises(BatchSignatureError):
                opened.check_signature(verify_signature, key=key)


def test_check_signature__of_one_version_is_none_of_the_other() -> None:
    """The magic is signed, so no header can be moved to another version."""
    front = open_front(SMALL)

    assert not verify_signature(
        GATEWAY_KEY, front.signature, b"taihang/batch/v1\n" + front.header_bytes
    )


# -- salts, disclosure ---------------------------------------------------------------------------


def test_salts_of__are_all_different_and_those_of_the_document() -> None:
    salts = salts_of(seed_of(42), n_blocks=10_000)

    assert len({salts[at : at + 16] for at in range(0, len(salts), 16)}) == 10_000
    assert salts[:160] == salts_of(seed_of(42), n_blocks=10)


def test_disclose__shows_one_block_and_nothing_of_the_others() -> None:
    batch = open_batch(golden_columns())

    for number, sealed in enumerate(batch.blocks):
        shown = batch.disclose(sealed.block.point, quantity=sealed.block.quantity)
        found, leaf = open_shown(shown.salt, shown.body)

        assert shown.index == number
        assert same(found, GOLDEN_BLOCKS[number])
        verify_wide_path(
            leaf,
            index=shown.index,
            size=batch.header.blocks,
            path=shown.path,
            root=batch.header.block_root,
        )
        hidden = shown.salt + shown.body + b"".join(shown.path)
        assert batch.body[:16] not in hidden
        for other in batch.blocks:
            assert other is sealed or (other.salt not in hidden and other.body not in hidden)


def test_disclose__a_block_that_is_not_there() -> None:
    batch = open_batch(SMALL)

    for point, quantity in (("M-E09", Quantity.REGISTER), ("M-E01", Quantity.ENERGY)):
        with pytest.raises(BlockNotFoundError):
            batch.disclose(point, quantity=quantity)


@given(blocks=any_blocks(most=1), data=st.data())
def test_open_shown__refuses_what_is_not_exactly_one_block(
    blocks: list[ReadingBlock], data: st.DataObject
) -> None:
    for shown in open_batch(sealed_columns(*blocks)).blocks:
        cut = data.draw(st.integers(1, len(shown.body)))
        for body in (shown.body + b"\x00", shown.body[:-cut]):
            with pytest.raises(BatchFormatError):
                open_shown(shown.salt, body)


# -- sealing -------------------------------------------------------------------------------------

ENVELOPE = Envelope(
    gateway="gw-1", counter=1, sent_at_s=START_S, clock=ClockState.IMPORT, origin={}
)


@pytest.mark.parametrize(
    "envelope",
    [
        replace(ENVELOPE, counter=0),
        replace(ENVELOPE, counter=1 << 64),
        replace(ENVELOPE, sent_at_s=-1),
        replace(ENVELOPE, key_ordinal=0),
        replace(ENVELOPE, key_ordinal=256),
        replace(ENVELOPE, gateway=""),
        replace(ENVELOPE, gateway="\ud800"),
        replace(ENVELOPE, origin={"k": "v" * 1_100_000}),
    ],
)
def test_seal_batch__seals_nothing_that_cannot_be_opened(envelope: Envelope) -> None:
    with pytest.raises(TaihangError):
        seal_batch(envelope, blocks=[], seed=bytes(16), sign=GATEWAY_SECRET.sign)


@pytest.mark.parametrize(
    "blocks",
    [
        [block("M", [1]), block("M", [2])],
        [replace(block("M", [1]), unit="kWh")],
        [replace(block("M", [1]), times_s=np.array([-1], np.int64))],
        [replace(block("M", [1, 2]), times_s=np.array([5, 5], np.int64))],
        [replace(block("M", [1]), quality=np.array([9], np.uint8))],
    ],
    ids=["doubled", "unit", "time", "same time", "quality"],
)
def test_seal_batch__refuses_readings_that_have_no_spelling(blocks: list[ReadingBlock]) -> None:
    with pytest.raises(BatchFormatError):
        seal_batch(ENVELOPE, blocks=blocks, seed=bytes(16), sign=GATEWAY_SECRET.sign)


def test_seal_batch__wants_a_seed_of_sixteen_bytes() -> None:
    with pytest.raises(BatchFormatError, match="seed"):
        seal_batch(ENVELOPE, blocks=[], seed=bytes(15), sign=GATEWAY_SECRET.sign)


def test_open_batch__with_descriptors_known_before_reads_the_same() -> None:
    store = DescriptorStore()

    batches = [open_batch(golden_columns(), store=store) for _ in range(2)]

    assert batches[0].columns.descriptors is batches[1].columns.descriptors
    assert batches[0].leaves == batches[1].leaves == open_batch(golden_columns()).leaves
