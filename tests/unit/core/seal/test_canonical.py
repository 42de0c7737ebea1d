"""Canonical JSON: one value, one spelling."""

import json
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.seal.canonical import (
    CanonicalJsonError,
    DocumentError,
    Fields,
    JsonValue,
    canonical_bytes,
    is_ascending,
    load_canonical,
)

_SCALARS: st.SearchStrategy[JsonValue] = (
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.text()
)


def _containers(inner: st.SearchStrategy[JsonValue]) -> st.SearchStrategy[JsonValue]:
    return st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5)


VALUES: st.SearchStrategy[JsonValue] = st.recursive(_SCALARS, _containers, max_leaves=20)


@given(VALUES)
def test_load_canonical__is_the_inverse_of_canonical_bytes(value: JsonValue) -> None:
    assert value == load_canonical(canonical_bytes(value))


@given(VALUES)
def test_canonical_bytes__is_json_that_any_reader_understands(value: JsonValue) -> None:
    assert value == json.loads(canonical_bytes(value))


@given(st.dictionaries(st.text(), st.integers(0, 9), min_size=2))
def test_canonical_bytes__does_not_depend_on_the_order_of_keys(value: dict[str, int]) -> None:
    forwards: JsonValue = {**value}
    backwards: JsonValue = {key: value[key] for key in reversed(value)}

    assert canonical_bytes(forwards) == canonical_bytes(backwards)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (1.0, "of type float"),
        ([{"a": 1.5}], "of type float"),
        ((1, 2), "of type tuple"),
        (b"", "of type bytes"),
        ({1: "a"}, "key 1"),
        (1 << 63, "64 bits"),
        (-(1 << 63) - 1, "64 bits"),
        ("\ud800", "surrogate"),
    ],
)
def test_canonical_bytes__refuses_what_json_cannot_hold_exactly(value: object, reason: str) -> None:
    with pytest.raises(CanonicalJsonError, match=reason):
        canonical_bytes(cast("JsonValue", value))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "byte 0"),
        (b"{", "byte 1"),
        (b'{"a":1,"a":2}', "key 'a' twice"),
        (b"1.0", "number 1.0"),
        (b"1e3", "number 1e3"),
        (b"NaN", "number NaN"),
        (b"-Infinity", "number -Infinity"),
        (b"9223372036854775808", "64 bits"),
        (b"9" * 5_000, "64 bits"),
        (b'{"b":1,"a":2}', "byte 2 differs"),
        (b'{"a": 1}', "byte 5 differs"),
        (b'{"a":1}\n', "byte 7 differs"),
        (b' {"a":1}', "byte 0 differs"),
        (b"-0", "byte 0 differs"),
        (b"007", "byte 1"),
        (b'"\\u0041"', "byte 1 differs"),
        (b'"\\u001F"', "byte 6 differs"),
        (b'"\\/"', "byte 1 differs"),
        ('"太\\u592a"'.encode(), "byte 4 differs"),
        (b'"\xff"', "byte 1"),
        ('"太", x'.encode(), "byte 5"),
        (b"\xef\xbb\xbf1", "byte 0"),
        (b"[" * 33 + b"]" * 33, "32 levels"),
        (b"[" * 100_000, "deep nesting|byte"),
    ],
)
def test_load_canonical__refuses_with_the_place(text: bytes, reason: str) -> None:
    with pytest.raises(CanonicalJsonError, match=reason):
        load_canonical(text)


def test_load_canonical__takes_exactly_32_levels_and_64_bits() -> None:
    text = b"[" * 31 + b"[9223372036854775807,-9223372036854775808]" + b"]" * 31

    assert text == canonical_bytes(load_canonical(text))


def test_load_canonical__finds_a_doubled_key_among_many_quickly() -> None:
    keys = ",".join(f'"{i:06}":0' for i in range(50_000))

    with pytest.raises(CanonicalJsonError, match="key '000007' twice"):
        load_canonical(f'{{{keys},"000007":0}}'.encode())


def test_fields__names_unknown_and_absent_keys() -> None:
    with pytest.raises(DocumentError, match=r"unknown keys \['b'\], absent keys \['c'\]"):
        Fields({"a": 1, "b": 2}, where="thing", keys=frozenset("ac"))
    with pytest.raises(DocumentError, match="thing: list; expected an object"):
        Fields([], where="thing", keys=frozenset())


def test_fields__reads_each_kind_with_bounds() -> None:
    fields = Fields(
        {"i": 5, "t": "ab", "n": None, "l": [1], "h": "00ff", "b": "AAE="},
        where="x",
        keys=frozenset("itnlhb"),
    )

    assert fields.integer("i", low=5, high=5) == 5
    assert fields.text("t") == "ab"
    assert fields.optional_text("n") is None
    assert fields.optional_text("t") == "ab"
    assert fields.items("l", limit=1) == [1]
    assert fields.hex_bytes("h", n_bytes=2) == b"\x00\xff"
    assert fields.base64_bytes("b", n_bytes=2) == b"\x00\x01"


@pytest.mark.parametrize("value", [True, 4, 7, "5", None])
def test_fields_integer__refuses_what_is_out_of_bounds_or_no_number(value: JsonValue) -> None:
    fields = Fields({"i": value}, where="x", keys=frozenset("i"))

    with pytest.raises(DocumentError, match=r"x\.i"):
        fields.integer("i", low=5, high=6)


@pytest.mark.parametrize("value", ["0", "00FF", "00f", "0g", None, "00ff00"])
def test_fields_hex_bytes__refuses_any_other_spelling(value: JsonValue) -> None:
    fields = Fields({"h": value}, where="x", keys=frozenset("h"))

    with pytest.raises(DocumentError, match="2 bytes"):
        fields.hex_bytes("h", n_bytes=2)


@pytest.mark.parametrize("value", ["AAE", "AAF=", "AAA=", None])
def test_fields_base64_bytes__refuses_any_other_spelling(value: JsonValue) -> None:
    fields = Fields({"b": value}, where="x", keys=frozenset("b"))

    with pytest.raises(DocumentError, match=r"x\.b"):
        fields.base64_bytes("b", n_bytes=3)


@pytest.mark.parametrize("value", [1, True, "1"])
def test_fields_constant__is_strict_about_the_type(value: JsonValue) -> None:
    fields = Fields({"v": value}, where="x", keys=frozenset("v"))

    with pytest.raises(DocumentError, match="expected 2"):
        fields.constant("v", expected=2)
    if value is True:
        with pytest.raises(DocumentError, match="expected 1"):
            fields.constant("v", expected=1)


def test_is_ascending__refuses_equal_neighbours() -> None:
    assert is_ascending([])
    assert not is_ascending([(2, "b"), (2, "a")])
