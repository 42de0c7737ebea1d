"""Signed notes: what an independent tool expects, byte for byte."""

from base64 import b64encode
from hashlib import sha256

import pytest

from evidence_kit import GATEWAY_KEY, GATEWAY_SECRET, LOG_KEY, LOG_SECRET, verify_signature
from taihang.core.tlog.note import (
    NoteFormatError,
    NoteSignatureError,
    decode_base64,
    key_id,
    parse_note,
    sign_note,
    verify_note,
)

NAME = "park.example/log"
TEXT = "first line\n\nlast line\n"


def _signed(text: str = TEXT) -> str:
    return sign_note(text, name=NAME, public_key=LOG_KEY, sign=LOG_SECRET.sign)


def test_key_id__hashes_name_newline_type_and_key() -> None:
    expected = sha256(b"park.example/log\n\x01" + LOG_KEY).digest()[:4]

    assert expected == key_id(NAME, LOG_KEY)


def test_sign_note__writes_the_line_of_the_standard() -> None:
    note = _signed()

    signature = key_id(NAME, LOG_KEY) + LOG_SECRET.sign(TEXT.encode())
    assert f"{TEXT}\n— {NAME} {b64encode(signature).decode()}\n" == note


def test_verify_note__accepts_its_own_among_unknown_signatures() -> None:
    unknown = sign_note(TEXT, name="w.example", public_key=GATEWAY_KEY, sign=GATEWAY_SECRET.sign)
    note = parse_note(_signed() + unknown.removeprefix(TEXT + "\n"))

    verify_note(note, name=NAME, public_key=LOG_KEY, verify=verify_signature)

    assert note.text == TEXT
    assert [signature.name for signature in note.signatures] == [NAME, "w.example"]


def test_verify_note__refuses_another_key_a_doubled_and_an_altered_signature() -> None:
    line = _signed().removeprefix(TEXT + "\n")
    altered = parse_note(_signed().replace("first", "First"))
    doubled = parse_note(_signed() + line)

    with pytest.raises(NoteSignatureError, match="does not fit"):
        verify_note(altered, name=NAME, public_key=LOG_KEY, verify=verify_signature)
    with pytest.raises(NoteSignatureError, match="2 signatures"):
        verify_note(doubled, name=NAME, public_key=LOG_KEY, verify=verify_signature)
    with pytest.raises(NoteSignatureError, match="0 signatures"):
        verify_note(
            parse_note(_signed()), name=NAME, public_key=GATEWAY_KEY, verify=verify_signature
        )


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— a AAAAAAA=",
        "text\n\n- a AAAAAAA=\n",
        "text\n\n— a  AAAAAAA=\n",
        "text\n\n— a+b AAAAAAA=\n",
        "text\n\n— a AAAA\n",
        "text\n\n— a AAAAAAB=\n",
        "text\n\n— a AAAAAAA\n",
        "te\rxt\n\n— a AAAAAAA=\n",
        "te\txt\n\n— a AAAAAAA=\n",
        "\n\n— a AAAAAAA=\n",
        "text\n\n" + "— a AAAAAAA=\n" * 101,
        "half \ud800\n\n— a AAAAAAA=\n",
    ],
)
def test_parse_note__refuses_anything_out_of_place(note: str) -> None:
    with pytest.raises(NoteFormatError):
        parse_note(note)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb"])
def test_sign_note__refuses_a_name_that_would_not_parse(name: str) -> None:
    with pytest.raises(NoteFormatError):
        sign_note(TEXT, name=name, public_key=LOG_KEY, sign=LOG_SECRET.sign)


@pytest.mark.parametrize("text", ["AAB=", "AAA", "A A=", "AA-_", "é===", "AAA=\n"])
def test_decode_base64__accepts_one_spelling_only(text: str) -> None:
    with pytest.raises(NoteFormatError):
        decode_base64(text)
