"""Descriptors: read back as written, refused in any other form, parsed once."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit import block
from taihang.core.seal.block import BatchFormatError
from taihang.core.seal.descriptor import (
    QUANTITIES,
    DescriptorStore,
    encode_descriptor,
    parse_descriptors,
    read_descriptor,
)
from taihang.core.series import Quantity

ONE = replace(block("M-太行", [1]), scale="10", modulus=100_000)
RAW = encode_descriptor(ONE)
NAMES = st.text(
    st.characters(exclude_categories=["Cc", "Cs"]),
    min_size=1,
    max_size=128,
)


@given(point=NAMES, unit=NAMES, modulus=st.integers(0, (1 << 63) - 1))
def test_read_descriptor__gives_what_was_written(point: str, unit: str, modulus: int) -> None:
    raw = encode_descriptor(
        replace(
            ONE, point=point, quantity=Quantity.SAMPLE, unit=unit, scale="0.01", modulus=modulus
        )
    )

    found, end = read_descriptor(raw + b"more", 0, where="it")

    assert (found.point, found.unit, found.modulus) == (point, unit, modulus)
    assert (found.quantity, found.scale) == (Quantity.SAMPLE, "0.01")
    assert (end, found.raw) == (len(raw), raw)


def test_quantities__stand_in_the_order_of_their_names() -> None:
    """So blocks of both versions stand in the same order."""
    assert [q.value for q in QUANTITIES] == sorted(q.value for q in Quantity)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        RAW[:-1],
        RAW + b"x",
        RAW.replace("太".encode(), b"\xff\xff\xff"),
        RAW.replace(b"M-", b"M\n"),
        RAW.replace(b"Wh", b"kW"),
        RAW.replace(b"10", b"01"),
        b"\xff\xff" + RAW[2:],
        RAW[:-1] + b"\x80",
        RAW.replace(b"\x02\x02\x00Wh", b"\x04\x02\x00Wh"),
        b"\x00\x00" + RAW[10:],
    ],
    ids=[
        "nothing", "cut", "more", "no UTF-8", "a control code", "a unit", "a scale",
        "a length", "a modulus", "a quantity", "no name",
    ],
)  # fmt: skip
def test_parse_descriptors__refuses_every_other_form(wrong: bytes) -> None:
    with pytest.raises(BatchFormatError):
        parse_descriptors(wrong, n_blocks=1)


def test_parse_descriptors__refuses_doubled_and_unordered_points() -> None:
    other = encode_descriptor(replace(ONE, point="A"))

    assert parse_descriptors(other + RAW, n_blocks=2).places[1] == ("M-太行", "register")
    for section in (RAW + other, RAW + RAW):
        with pytest.raises(BatchFormatError, match="ascending order"):
            parse_descriptors(section, n_blocks=2)


def test_encode_descriptor__refuses_a_text_that_is_too_long() -> None:
    with pytest.raises(BatchFormatError, match="at most"):
        encode_descriptor(replace(ONE, point="太" * 200))
    with pytest.raises(BatchFormatError, match="UTF-8"):
        encode_descriptor(replace(ONE, point="\ud800"))


def test_descriptor_store__parses_the_same_bytes_once_and_never_keeps_a_refusal() -> None:
    store = DescriptorStore()

    assert store.parse(RAW, n_blocks=1) is store.parse(bytes(bytearray(RAW)), n_blocks=1)
    for _ in range(2):
        with pytest.raises(BatchFormatError):
            store.parse(RAW, n_blocks=2)


def test_descriptor_store__stays_within_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("taihang.core.seal.descriptor._KEPT_BYTES", 10 * len(RAW))
    store = DescriptorStore()

    for number in range(1_000):
        store.parse(encode_descriptor(replace(ONE, point=f"{number:06d}")), n_blocks=1)

    assert len(store) <= 10
