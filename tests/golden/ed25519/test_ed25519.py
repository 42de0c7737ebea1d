"""Signatures that hold and that do not: see README.md beside this file."""

import json
from pathlib import Path
from typing import TypedDict

from evidence_kit import verify_signature as verify_by_openssl
from taihang.adapters.system import verify_signature
from taihang.interfaces.verify_taihang import ed25519_verify

SIGNATURE_BYTES = 64
KEY_BYTES = 32


class Vector(TypedDict):
    name: str
    key: str
    signature: str
    message: str
    good: bool
    openssl: bool


def vectors() -> list[Vector]:
    found: list[Vector] = json.loads((Path(__file__).parent / "vectors.json").read_text())
    assert len(found) == 20
    assert sum(vector["good"] for vector in found) == 3
    return found


def parts(vector: Vector) -> tuple[bytes, bytes, bytes]:
    return (
        bytes.fromhex(vector["key"]),
        bytes.fromhex(vector["signature"]),
        bytes.fromhex(vector["message"]),
    )


def test_vectors__have_one_verdict_on_the_platform() -> None:
    wrong = [v["name"] for v in vectors() if verify_signature(*parts(v)) is not v["good"]]

    assert wrong == []


def test_vectors__have_the_same_verdict_in_the_stand_alone_verifier() -> None:
    # The verifier measures lengths where it reads a file, before it looks at a signature.
    whole = [
        v for v in vectors() if (len(parts(v)[0]), len(parts(v)[1])) == (KEY_BYTES, SIGNATURE_BYTES)
    ]
    wrong = [v["name"] for v in whole if ed25519_verify(*parts(v)) is not v["good"]]

    assert wrong == []
    assert len(whole) == 18


def test_vectors__differ_in_openssl_only_where_a_point_is_of_small_order() -> None:
    found = vectors()

    differing = [v["name"] for v in found if v["openssl"] is not v["good"]]

    assert [v["name"] for v in found if verify_by_openssl(*parts(v)) is not v["openssl"]] == []
    assert differing == [
        "R of small order",
        "key of order 8",
        "key that is the neutral element",
        "neutral element as key, in a second spelling",
    ]
