"""Fingerprints of keys."""

import re

from hypothesis import given
from hypothesis import strategies as st

from taihang.interfaces.fingerprint import fingerprint


def test_fingerprint__is_four_groups_of_four_digits_of_the_sha256() -> None:
    # SHA-256 of 32 zero bytes begins 66687aad f862bd77 (computed with sha256sum).
    expected = "6668:7aad:f862:bd77"

    assert expected == fingerprint(bytes(32))


@given(st.binary(min_size=32, max_size=32), st.integers(0, 255))
def test_fingerprint__another_key_has_another_one(key: bytes, bit: int) -> None:
    other = bytearray(key)
    other[bit // 8] ^= 1 << bit % 8

    assert re.fullmatch("[0-9a-f]{4}(:[0-9a-f]{4}){3}", fingerprint(key))
    assert fingerprint(bytes(other)) != fingerprint(key)
