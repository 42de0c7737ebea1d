"""Checkpoints: strict text, signed by the log that they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit import GATEWAY_KEY, LOG_KEY, LOG_SECRET, verify_signature
from taihang.core.tlog.checkpoint import (
    Checkpoint,
    CheckpointFormatError,
    checkpoint_of,
    encode_checkpoint,
    open_by_any,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from taihang.core.tlog.note import NoteSignatureError, VerifierKey

ORIGIN = "park.example/log"
ROOT = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def test_encode_checkpoint__writes_three_lines() -> None:
    assert f"{ORIGIN}\n20852163\n{ROOT}\n" == encode_checkpoint(
        Checkpoint(ORIGIN, 20_852_163, bytes(32))
    )


@given(
    size=st.integers(0, (1 << 63) - 1),
    root=st.binary(min_size=32, max_size=32),
    extensions=st.lists(
        st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1), max_size=3
    ),
)
def test_parse_checkpoint__is_the_inverse_of_encode(
    size: int, root: bytes, extensions: list[str]
) -> None:
    checkpoint = Checkpoint(ORIGIN, size, root, tuple(extensions))

    assert checkpoint == parse_checkpoint(encode_checkpoint(checkpoint))


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{ORIGIN}\n1\n",
        f"{ORIGIN}\n1\n{ROOT}",
        f"\n1\n{ROOT}\n",
        f"{ORIGIN}\n01\n{ROOT}\n",
        f"{ORIGIN}\n+1\n{ROOT}\n",
        f"{ORIGIN}\n１\n{ROOT}\n",
        f"{ORIGIN}\n9223372036854775808\n{ROOT}\n",
        f"{ORIGIN}\n1\n{ROOT[:-1]}\n",
        f"{ORIGIN}\n1\nAAAA\n",
        f"{ORIGIN}\n1\n{ROOT[:-2]}B=\n",
        f"{ORIGIN}\n1\n{ROOT}\n\n",
    ],
)
def test_parse_checkpoint__refuses_any_other_spelling(text: str) -> None:
    with pytest.raises(CheckpointFormatError):
        parse_checkpoint(text)


def test_encode_checkpoint__refuses_a_newline_inside_the_origin() -> None:
    with pytest.raises(CheckpointFormatError):
        encode_checkpoint(Checkpoint("a\nb", 1, bytes(32)))


def test_open_checkpoint__gives_back_what_the_log_signed() -> None:
    checkpoint = Checkpoint(ORIGIN, 7, bytes(range(32)))

    note = sign_checkpoint(checkpoint, public_key=LOG_KEY, sign=LOG_SECRET.sign)

    assert checkpoint == open_checkpoint(
        note, origin=ORIGIN, public_key=LOG_KEY, verify=verify_signature
    )


def test_open_checkpoint__refuses_another_log_another_key_and_another_size() -> None:
    note = sign_checkpoint(
        Checkpoint(ORIGIN, 7, bytes(32)), public_key=LOG_KEY, sign=LOG_SECRET.sign
    )

    with pytest.raises(CheckpointFormatError, match="expected one of"):
        open_checkpoint(note, origin="other.example", public_key=LOG_KEY, verify=verify_signature)
    with pytest.raises(NoteSignatureError):
        open_checkpoint(note, origin=ORIGIN, public_key=GATEWAY_KEY, verify=verify_signature)
    with pytest.raises(NoteSignatureError):
        open_checkpoint(
            note.replace("\n7\n", "\n8\n"),
            origin=ORIGIN,
            public_key=LOG_KEY,
            verify=verify_signature,
        )


def test_open_by_any__takes_the_key_before_and_the_key_after_a_change() -> None:
    checkpoint = Checkpoint(ORIGIN, 7, bytes(range(32)))
    note = sign_checkpoint(checkpoint, public_key=LOG_KEY, sign=LOG_SECRET.sign)
    keys = (VerifierKey(ORIGIN, GATEWAY_KEY), VerifierKey(ORIGIN, LOG_KEY))

    assert open_by_any(note, keys=keys, verify=verify_signature) == checkpoint
    assert checkpoint_of(note) == checkpoint
    with pytest.raises(NoteSignatureError, match="none of 1 known keys"):
        open_by_any(note, keys=keys[:1], verify=verify_signature)


def test_open_by_any__refuses_the_checkpoint_of_another_log() -> None:
    note = sign_checkpoint(
        Checkpoint(ORIGIN, 7, bytes(32)), public_key=LOG_KEY, sign=LOG_SECRET.sign
    )

    with pytest.raises(CheckpointFormatError, match="one of 'other/log'"):
        open_by_any(note, keys=[VerifierKey("other/log", LOG_KEY)], verify=verify_signature)
