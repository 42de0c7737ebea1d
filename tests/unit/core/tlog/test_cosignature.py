"""Cosignatures: what a witness says, and how many of those one knows are enough."""

from base64 import b64decode, b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit import LOG_KEY, LOG_SECRET, verify_signature
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.cosignature import (
    Cosignature,
    QuorumError,
    WitnessKeyError,
    cosign,
    cosignature_lines,
    cosignature_message,
    cosignatures_of,
    require_quorum,
)
from taihang.core.tlog.note import (
    COSIGNATURE_TYPE,
    NoteFormatError,
    NoteSignatureError,
    VerifierKey,
    key_id,
    parse_note,
)
from witness_kit import WITNESS_SECRETS, WITNESSES

AT_S = 1_780_300_000
NOTE = sign_checkpoint(
    Checkpoint("park.example/log", 7, bytes(range(32))), public_key=LOG_KEY, sign=LOG_SECRET.sign
)
TEXT = parse_note(NOTE).text


def line(number: int, *, at_s: int = AT_S, text: str = TEXT) -> str:
    return cosign(text, witness=WITNESSES[number], at_s=at_s, sign=WITNESS_SECRETS[number].sign)


def test_cosign__writes_the_bytes_that_the_format_says() -> None:
    words = line(0).split(" ")

    signed = b64decode(words[2])
    assert words[:2] == ["—", WITNESSES[0].name]
    assert (
        signed[:4]
        == sha256(WITNESSES[0].name.encode() + b"\n\x04" + WITNESSES[0].public_key).digest()[:4]
    )
    assert signed[4:12] == AT_S.to_bytes(8, "big")
    assert verify_signature(
        WITNESSES[0].public_key,
        signed[12:],
        b"cosignature/v1\ntime 1780300000\n" + TEXT.encode(),
    )


def test_cosignatures_of__names_those_that_signed_in_the_order_of_those_known() -> None:
    note = parse_note(NOTE + line(2) + line(0, at_s=AT_S + 5))

    found = cosignatures_of(note, witnesses=WITNESSES, verify=verify_signature)

    assert found == [
        Cosignature(WITNESSES[0].name, AT_S + 5),
        Cosignature(WITNESSES[2].name, AT_S),
    ]


def test_cosignatures_of__counts_a_witness_once_and_takes_its_latest_time() -> None:
    note = parse_note(NOTE + line(1) + line(1, at_s=AT_S + 60))

    found = cosignatures_of(note, witnesses=WITNESSES, verify=verify_signature)

    assert found == [Cosignature(WITNESSES[1].name, AT_S + 60)]


@pytest.mark.parametrize("at", range(4, 4 + 8 + 64))
def test_cosignatures_of__refuses_every_changed_byte_of_time_and_signature(at: int) -> None:
    signed = bytearray(b64decode(line(0).split(" ")[2]))
    signed[at] ^= 1
    note = parse_note(f"{NOTE}— {WITNESSES[0].name} {b64encode(signed).decode()}\n")

    with pytest.raises(NoteSignatureError):
        cosignatures_of(note, witnesses=WITNESSES, verify=verify_signature)


@pytest.mark.parametrize("cut", [1, 8, 64, 71])
def test_cosignatures_of__refuses_a_signature_of_another_length(cut: int) -> None:
    signed = b64decode(line(0).split(" ")[2])[:-cut]
    note = parse_note(f"{NOTE}— {WITNESSES[0].name} {b64encode(signed).decode()}\n")

    with pytest.raises(NoteSignatureError):
        cosignatures_of(note, witnesses=WITNESSES, verify=verify_signature)


def test_cosignatures_of__does_not_look_at_a_key_nobody_pinned() -> None:
    note = parse_note(NOTE + line(0))

    assert cosignatures_of(note, witnesses=WITNESSES[1:], verify=verify_signature) == []


def test_cosignatures_of__does_not_take_one_text_for_another() -> None:
    note = parse_note(NOTE + line(0, text=TEXT.replace("\n7\n", "\n8\n")))

    with pytest.raises(NoteSignatureError):
        cosignatures_of(note, witnesses=WITNESSES, verify=verify_signature)


@given(st.integers(0, (1 << 63) - 1))
def test_cosign__reads_back_any_time(at_s: int) -> None:
    note = parse_note(NOTE + line(0, at_s=at_s))

    assert cosignatures_of(note, witnesses=WITNESSES, verify=verify_signature) == [
        Cosignature(WITNESSES[0].name, at_s)
    ]


@pytest.mark.parametrize("at_s", [-1, 1 << 63])
def test_cosign__refuses_a_time_that_the_format_cannot_hold(at_s: int) -> None:
    with pytest.raises(NoteFormatError):
        line(0, at_s=at_s)


def test_require_quorum__takes_two_of_three_and_refuses_one() -> None:
    two, one = parse_note(NOTE + line(0) + line(1)), parse_note(NOTE + line(0) + line(0))

    found = require_quorum(two, witnesses=WITNESSES, quorum=2, verify=verify_signature)

    assert [item.name for item in found] == [WITNESSES[0].name, WITNESSES[1].name]
    with pytest.raises(QuorumError, match=WITNESSES[0].name):
        require_quorum(one, witnesses=WITNESSES, quorum=2, verify=verify_signature)


@pytest.mark.parametrize(
    "witnesses",
    [
        (VerifierKey("two words", bytes(32)),),
        (VerifierKey("", bytes(32)),),
        (VerifierKey("a", bytes(31)),),
        (VerifierKey("a", bytes(32)), VerifierKey("a", bytes([1] * 32))),
        # One key under two names would make one witness a quorum of two.
        (VerifierKey("a", bytes(32)), VerifierKey("b", bytes(32))),
    ],
)
def test_require_quorum__refuses_witnesses_that_are_none_or_not_distinct(
    witnesses: tuple[VerifierKey, ...],
) -> None:
    with pytest.raises(WitnessKeyError):
        require_quorum(parse_note(NOTE), witnesses=witnesses, quorum=0, verify=verify_signature)


def test_cosignature_message__is_two_lines_and_the_body() -> None:
    assert cosignature_message(TEXT, at_s=0).decode() == f"cosignature/v1\ntime 0\n{TEXT}"


def test_cosignature_lines__takes_an_answer_apart() -> None:
    assert cosignature_lines(line(0) + line(1)) == [line(0)[:-1], line(1)[:-1]]


@pytest.mark.parametrize("body", ["", "\n", "hello\n", line(0)[:-1], f"x\n\n{line(0)}"])
def test_cosignature_lines__refuses_anything_else(body: str) -> None:
    with pytest.raises(NoteFormatError):
        cosignature_lines(body)


def test_key_id__is_that_of_a_witness_in_use_elsewhere() -> None:
    """A verifier key of a public witness, as printed in the tests of transparency-dev/formats."""
    printed = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
    name, id_hex, encoded = printed.split("+", 2)
    kind, public_key = b64decode(encoded)[:1], b64decode(encoded)[1:]

    assert key_id(name, public_key, type_byte=kind).hex() == id_hex
    assert kind == COSIGNATURE_TYPE
