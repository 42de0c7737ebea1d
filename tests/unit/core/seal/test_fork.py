"""The bundle that shows two batches under one number: any change of it is refused."""

import json
from base64 import b64decode, b64encode
from typing import Any

import pytest

from column_kit import sealed_columns
from evidence_kit import GATEWAY_KEY, LOG, LOG_KEY, MiniLog, block, sealed, verify_signature
from taihang.core.errors import TaihangError
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.fork import (
    FORK_FORMAT,
    ForkEvidenceError,
    build_fork,
    fork_event_body,
    open_fork,
    read_fork_event,
    side_of,
)
from taihang.core.tlog.tlog_proof import TlogProof, encode_tlog_proof

FIRST = sealed(block("M-E01", [1, 2]), counter=5)
SECOND = sealed_columns(block("M-E01", [1, 3]), counter=5)
OTHER = sealed_columns(block("M-E01", [1, 3]), counter=6)


def bundle(first: bytes = FIRST, second: bytes = SECOND) -> bytes:
    log = MiniLog.of(FIRST, OTHER)
    path = log.tree.inclusion_proof(0, size=2)
    return build_fork(
        first=side_of(first, key=GATEWAY_KEY),
        second=side_of(second, key=GATEWAY_KEY),
        proof=encode_tlog_proof(TlogProof(0, tuple(path), log.note)),
        log_name=LOG.name,
        log_key=LOG_KEY,
    )


def test_open_fork__of_two_versions_of_the_format_under_one_number() -> None:
    found = open_fork(bundle(), verify=verify_signature)

    assert (found.gateway, found.counter, found.leaf_index) == ("gw-1", 5, 0)
    assert found.first.header.block_root != found.second.header.block_root


def test_open_fork__can_be_checked_with_any_ed25519_tool() -> None:
    """Message and signature stand in the file as they were signed."""
    said = json.loads(bundle())

    for side in (said["first"], said["second"]):
        key = bytes.fromhex(side["key"])
        assert verify_signature(key, b64decode(side["signature"]), b64decode(side["message"]))


@pytest.mark.parametrize(
    "data",
    [bundle(second=FIRST), bundle(second=OTHER), bundle(first=SECOND)],
    ids=["one batch twice", "another number", "a first that the log does not hold"],
)
def test_open_fork__refuses_what_shows_no_fork(data: bytes) -> None:
    with pytest.raises(TaihangError):
        open_fork(data, verify=verify_signature)


def test_open_fork__refuses_any_altered_field() -> None:
    document: dict[str, Any] = json.loads(bundle())
    changes: list[tuple[str, ...]] = [
        ("gateway",), ("proof",), ("log", "key"), ("log", "name"),
        *((side, part) for side in ("first", "second") for part in ("key", "message", "signature")),
    ]  # fmt: skip
    for path in changes:
        altered: dict[str, Any] = json.loads(bundle())
        at = altered
        for name in path[:-1]:
            at = at[name]
        text: str = at[path[-1]]
        at[path[-1]] = text[:40] + ("0" if text[40:41] != "0" else "1") + text[41:]
        with pytest.raises(TaihangError):
            open_fork(canonical_bytes(altered), verify=verify_signature)
    assert document["format"] == FORK_FORMAT
    for key in document:
        with pytest.raises(TaihangError):
            open_fork(
                canonical_bytes({k: v for k, v in document.items() if k != key}),
                verify=verify_signature,
            )


def test_open_fork__refuses_a_message_that_is_no_header() -> None:
    document: dict[str, Any] = json.loads(bundle())
    document["first"]["message"] = b64encode(b"hello").decode()

    with pytest.raises(ForkEvidenceError, match="signed batch header"):
        open_fork(canonical_bytes(document), verify=verify_signature)


def test_fork_event__says_both_sides() -> None:
    sides = side_of(FIRST, key=GATEWAY_KEY), side_of(SECOND, key=GATEWAY_KEY)

    body = fork_event_body(first=sides[0], second=sides[1], leaf_index=7)

    assert read_fork_event(body) == ("gw-1", *sides)
    assert (body["leaf"], body["counter"]) == (7, 5)
