"""Proof files of log entries: strict text, and what they show to whom."""

from base64 import b64encode
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_kit import LOG_KEY, LOG_SECRET, OTHER_SECRET, verify_signature
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.cosignature import QuorumError, cosign
from taihang.core.tlog.merkle import InclusionError, Tree, leaf_hash
from taihang.core.tlog.note import NoteFormatError, NoteSignatureError, VerifierKey, parse_note
from taihang.core.tlog.tlog_proof import (
    TlogProof,
    TlogProofFormatError,
    encode_tlog_proof,
    parse_tlog_proof,
    verify_tlog_proof,
)
from witness_kit import WITNESS_SECRETS, WITNESSES

LOG = VerifierKey("park.example/log", LOG_KEY)
TREE = Tree(leaf_hash(bytes([i])) for i in range(9))
NOTE = sign_checkpoint(
    Checkpoint(LOG.name, 9, TREE.root()), public_key=LOG_KEY, sign=LOG_SECRET.sign
)
AT_S = 1_780_300_000


def proof(index: int = 3, *, note: str = NOTE) -> TlogProof:
    return TlogProof(index, tuple(TREE.inclusion_proof(index, size=9)), note)


def cosigned(*numbers: int) -> str:
    text = parse_note(NOTE).text
    return NOTE + "".join(
        cosign(text, witness=WITNESSES[i], at_s=AT_S, sign=WITNESS_SECRETS[i].sign) for i in numbers
    )


def test_encode_tlog_proof__writes_the_lines_of_the_format() -> None:
    path = "".join(b64encode(item).decode() + "\n" for item in TREE.inclusion_proof(3, size=9))

    text = encode_tlog_proof(replace(proof(), extra=b"\x00\x01"))

    assert text == f"c2sp.org/tlog-proof@v1\nextra AAE=\nindex 3\n{path}\n{NOTE}"


def test_encode_tlog_proof__of_a_single_leaf_has_no_hashes() -> None:
    text = encode_tlog_proof(TlogProof(0, (), NOTE))

    assert text == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{NOTE}"


@given(
    index=st.integers(0, (1 << 63) - 1),
    path=st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    extra=st.none() | st.binary(min_size=1, max_size=99),
)
def test_parse_tlog_proof__is_the_inverse_of_encode(
    index: int, path: list[bytes], extra: bytes | None
) -> None:
    one = TlogProof(index, tuple(path), NOTE, extra)

    assert parse_tlog_proof(encode_tlog_proof(one)) == one


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1\n", "@v2\n"),
        ("c2sp", " c2sp"),
        ("index 3", "index 03"),
        ("index 3", "index -3"),
        ("index 3", "index ３"),
        ("index 3", "Index 3"),
        ("index 3\n", ""),
        ("index 3", "extra \nindex 3"),
        ("index 3", "index 3\nAAAA"),
        ("index 3", "index 3\nAAE"),
        ("index 3", "index 3\nextra AAE="),
        ("index 3", "index 3" + 64 * f"\n{b64encode(bytes(32)).decode()}"),
        ("\n\n", "\n"),
        ("@v1\n", "@v1\r\n"),
        ("— ", "- "),
    ],
)
def test_parse_tlog_proof__refuses_any_other_spelling(old: str, new: str) -> None:
    text = encode_tlog_proof(proof()).replace(old, new)

    with pytest.raises((TlogProofFormatError, NoteFormatError)):
        parse_tlog_proof(text)


def test_parse_tlog_proof__refuses_a_text_without_end() -> None:
    with pytest.raises(TlogProofFormatError):
        parse_tlog_proof("c2sp.org/tlog-proof@v1\n" + 70_000 * "A")


@pytest.mark.parametrize("index", range(9))
def test_verify_tlog_proof__finds_every_leaf_where_it_stands(index: int) -> None:
    found = verify_tlog_proof(
        parse_tlog_proof(encode_tlog_proof(proof(index))),
        leaf=leaf_hash(bytes([index])),
        log=LOG,
        verify=verify_signature,
    )

    assert (found.index, found.checkpoint.size, found.cosignatures) == (index, 9, ())


def test_verify_tlog_proof__refuses_another_leaf_place_key_and_log() -> None:
    leaf = leaf_hash(b"\x03")
    other = VerifierKey(LOG.name, OTHER_SECRET.public_key().public_bytes_raw())

    with pytest.raises(InclusionError):
        verify_tlog_proof(proof(), leaf=leaf_hash(b"x"), log=LOG, verify=verify_signature)
    with pytest.raises(InclusionError):
        verify_tlog_proof(replace(proof(), index=2), leaf=leaf, log=LOG, verify=verify_signature)
    with pytest.raises(NoteSignatureError):
        verify_tlog_proof(proof(), leaf=leaf, log=other, verify=verify_signature)


def test_verify_tlog_proof__asks_for_the_quorum_it_is_given() -> None:
    leaf = leaf_hash(b"\x03")

    found = verify_tlog_proof(
        proof(note=cosigned(0, 2)),
        leaf=leaf,
        log=LOG,
        witnesses=WITNESSES,
        quorum=2,
        verify=verify_signature,
    )

    assert [item.name for item in found.cosignatures] == [WITNESSES[0].name, WITNESSES[2].name]
    with pytest.raises(QuorumError):
        verify_tlog_proof(
            proof(note=cosigned(1)),
            leaf=leaf,
            log=LOG,
            witnesses=WITNESSES,
            quorum=2,
            verify=verify_signature,
        )


@pytest.mark.parametrize(
    "bad",
    [
        TlogProof(-1, (), NOTE),
        TlogProof(0, (bytes(31),), NOTE),
        TlogProof(0, (bytes(33), bytes(32)), NOTE),
        TlogProof(0, (), NOTE, b""),
    ],
)
def test_encode_tlog_proof__refuses_what_could_not_be_read_back(bad: TlogProof) -> None:
    with pytest.raises(TlogProofFormatError):
        encode_tlog_proof(bad)
