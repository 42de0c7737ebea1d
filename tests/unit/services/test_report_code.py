"""Codes of reports: what a slip of the finger does to them."""

from hashlib import sha256
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.services.report_code import (
    ALPHABET,
    N_SYMBOLS,
    N_TURNS,
    MistypedCodeError,
    codes_of,
    read_code,
)

SHA256 = sha256(b"figures").hexdigest()
CODE = codes_of(SHA256)[0]
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(hashes)
def test_read_code__reads_what_a_hash_gives(of: str) -> None:
    codes = codes_of(of)

    assert [read_code(code) for code in codes] == [*codes]
    assert len(codes) == N_TURNS


def test_codes_of__are_the_bits_of_the_hash() -> None:
    bits = "".join(f"{ALPHABET.index(symbol):05b}" for symbol in CODE.replace("-", "")[:-1])

    assert bits == f"{int(SHA256, 16):0256b}"[:55]


def test_read_code__notices_every_wrong_symbol() -> None:
    plain = CODE.replace("-", "")
    wrong = [
        plain[:at] + symbol + plain[at + 1 :]
        for at in range(N_SYMBOLS)
        for symbol in ALPHABET
        if symbol != plain[at]
    ]

    assert len(wrong) == N_SYMBOLS * 31
    for each in wrong:
        with pytest.raises(MistypedCodeError, match="check symbol"):
            read_code(each)


@given(hashes)
def test_read_code__notices_every_two_that_changed_places(of: str) -> None:
    plain = codes_of(of)[0].replace("-", "")

    for left, right in combinations(range(N_SYMBOLS), 2):
        if plain[left] != plain[right]:
            swapped = [*plain]
            swapped[left], swapped[right] = swapped[right], swapped[left]
            with pytest.raises(MistypedCodeError, match="changed places"):
                read_code("".join(swapped))


@pytest.mark.parametrize(
    "typed",
    [
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.replace("-", " – "),
        "".join(chr(ord(sign) + 0xFEE0) for sign in CODE),
        f"  {CODE}\n",
    ],
)
def test_read_code__forgives_how_it_was_typed(typed: str) -> None:
    assert read_code(typed) == CODE


def test_read_code__reads_letters_that_look_like_digits() -> None:
    zeros = codes_of("00" * 32)[0]

    assert read_code("ooo0-OOO0-ooOO") == zeros == "0000-0000-0000"


@pytest.mark.parametrize("typed", ["", "ABC", "U" * 12, CODE + "0", "é" * 12, "0" * 10_000])
def test_read_code__refuses_what_is_no_code(typed: str) -> None:
    with pytest.raises(MistypedCodeError, match="12 digits and letters"):
        read_code(typed)
