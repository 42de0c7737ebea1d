"""A manifest opens to what was written, and nothing in it leads out of the folder."""

import pytest

from taihang.core.errors import InputError
from taihang.core.seal.backup_manifest import (
    BackupFile,
    Manifest,
    decode_manifest,
    encode_manifest,
)
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical

MANIFEST = Manifest(
    log="taihang/small",
    made_at_s=1_800_000_000,
    size=3,
    root=bytes(32),
    checkpoint="note\n",
    published=None,
    has_keys=True,
    files=(
        BackupFile("journal/segment-000001.log", 10, "ab" * 32),
        BackupFile("registry-000001.db", 20, "cd" * 32),
    ),
)


def test_manifest__opens_to_itself() -> None:
    assert decode_manifest(encode_manifest(MANIFEST)) == MANIFEST
    assert MANIFEST.file("registry-000001.db") == MANIFEST.files[1]
    assert MANIFEST.file("other") is None


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../x", "journal/../../x", ".hidden", "a//b", "", "a\\b", "a/.b", "x\n", "a b"],
)
def test_manifest__with_a_path_that_leads_elsewhere_is_refused(path: str) -> None:
    document = load_canonical(encode_manifest(MANIFEST))
    assert isinstance(document, dict)
    document["files"] = [{"bytes": 1, "path": path, "sha256": "ab" * 32}]

    with pytest.raises(InputError, match="path"):
        decode_manifest(canonical_bytes(document))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", "taihang/backup/v2"),
        ("has_keys", 1),
        ("root", "ab"),
        ("size", -1),
        ("made_at_s", "1"),
        ("files", {}),
        ("unknown", 1),
    ],
)
def test_manifest__with_an_impossible_field_is_refused(field: str, value: JsonValue) -> None:
    document = load_canonical(encode_manifest(MANIFEST))
    assert isinstance(document, dict)

    with pytest.raises(InputError, match=field):
        decode_manifest(canonical_bytes({**document, field: value}))
