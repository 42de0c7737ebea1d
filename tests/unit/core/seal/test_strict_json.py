"""The strict reader: what two readers could read differently is refused with its field."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.strict_json import JsonTextError, load_strict

_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text(st.characters(codec="utf-8"), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)
_SEVEN = "9" * 5_000
REFUSED = (
    (b'{"a": [1, NaN]}', "body.a[1]", "number NaN"),
    (b'{"a": -Infinity}', "body.a", "number -Infinity"),
    (b'{"a": 1e400}', "body.a", "number 1e400"),
    (b'{"a": {"b": 1.0}}', "body.a.b", "number 1.0"),
    (b'{"a": -0.0}', "body.a", "number -0.0"),
    (b'{"a": 5e-324}', "body.a", "number 5e-324"),
    (b'{"a": 9223372036854775808}', "body.a", "number 9223372036854775808"),
    (b'{"a": -9223372036854775809}', "body.a", "number -9223372036854775809"),
    (b'{"a": ' + _SEVEN.encode() + b"}", "body.a", "of 5000 signs"),
    (b'[{"k": 1, "x": 2, "k": 1}]', "body[0].k", "twice"),
    (b'{"a": "\\ud800"}', "body.a", "surrogate"),
    (b'{"\\udfff": 1}', "body", "surrogate"),
    (b"\xef\xbb\xbf{}", "body", "byte order mark"),
    (b'{"a": "\xff"}', "body", "byte 7"),
    (b"\x1f\x8b\x08\x00", "body", "byte 1"),
    (b"{'a': 1}", "body", "byte 1"),
    (b'{"a": 1,}', "body", "byte 8"),
    (b'{"a": 01}', "body", "byte 7"),
    (b'{"a": 1} x', "body", "byte 9"),
    (b"", "body", "byte 0"),
    (b"[" * 33 + b"]" * 33, "body" + "[0]" * 32, "nesting"),
    (b"[" * 200_000, "body", "nesting"),
    (b'{"a":' * 100_000, "body", "nesting"),
)


@pytest.mark.parametrize(("body", "where", "given_words"), REFUSED)
def test_load_strict__refuses_and_names_the_field(
    body: bytes, where: str, given_words: str
) -> None:
    with pytest.raises(JsonTextError) as refusal:
        load_strict(body)

    assert refusal.value.where == where
    assert given_words in refusal.value.given


@given(_VALUES)
def test_load_strict__reads_every_plain_value_as_it_was_written(value: object) -> None:
    assert load_strict(json.dumps(value).encode()) == value
    assert load_strict(json.dumps(value, ensure_ascii=False, indent=1).encode()) == value


def test_load_strict__keeps_true_apart_from_one() -> None:
    found = load_strict(b"[true, 1, null, [], {}]")

    assert isinstance(found, list)
    assert [type(item) for item in found] == [bool, int, type(None), list, dict]


@given(st.binary(max_size=200))
def test_load_strict__has_no_other_failure(data: bytes) -> None:
    with suppress(JsonTextError):
        assert canonical_bytes(load_strict(data))


def test_load_strict__takes_32_levels() -> None:
    assert load_strict(b"[" * 32 + b"]" * 32)
