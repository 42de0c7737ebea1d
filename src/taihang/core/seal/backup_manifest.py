"""The manifest of a backup: every file with its length and hash, and the log that they must give.

A backup is what its newest manifest says, and nothing else: a file may be longer than stated, where
a later backup was interrupted. The layout is in docs/formats/backup.md.
"""

import re
from dataclasses import dataclass
from typing import Final

from taihang.core.seal.canonical import Fields, JsonValue, canonical_bytes, load_canonical

FORMAT: Final = "taihang/backup/v1"
MAX_FILES: Final = 100_000
_KEYS: Final = frozenset(
    (
        "checkpoint",
        "files",
        "format",
        "has_keys",
        "log",
        "made_at_s",
        "published",
        "root",
        "size",
    )
)
_FILE_KEYS: Final = frozenset(("bytes", "path", "sha256"))
# No way out of the folder, and no name that another system reads as one.
_PATH: Final = re.compile(r"(?!.*(?:^|/)\.)[A-Za-z0-9._-]{1,128}(?:/[A-Za-z0-9._-]{1,128}){0,4}")
_SIZE_LIMIT: Final = 1 << 62
_TIME_END_S: Final = 1 << 40


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file of a backup."""

    path: str
    """Below the folder of the backup, with forward slashes."""
    n_bytes: int
    """So many of its first bytes belong to the backup."""
    sha256: str
    """Of those bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What one backup holds."""

    log: str
    """Name of the park's log."""
    made_at_s: int
    size: int
    """Records of the journal."""
    root: bytes
    """Root of the tree over them."""
    checkpoint: str | None
    """The log's signed checkpoint over them; None of an empty journal."""
    published: str | None
    """The newest checkpoint that witnesses have cosigned; None if there is none."""
    has_keys: bool
    """Whether the private keys are inside, encrypted."""
    files: tuple[BackupFile, ...]

    def file(self, path: str) -> BackupFile | None:
        """Return the entry of a file, None if it is not in the backup."""
        return next((file for file in self.files if file.path == path), None)


def encode_manifest(manifest: Manifest) -> bytes:
    """Return the manifest as canonical JSON.

    Example:
        >>> one = Manifest(log="taihang/p", made_at_s=0, size=0, root=bytes(32), checkpoint=None,
        ...                published=None, has_keys=False, files=())
        >>> decode_manifest(encode_manifest(one)) == one
        True
    """
    files: list[JsonValue] = [
        {"bytes": file.n_bytes, "path": file.path, "sha256": file.sha256}
        for file in sorted(manifest.files, key=lambda file: file.path)
    ]
    return canonical_bytes(
        {
            "checkpoint": manifest.checkpoint,
            "files": files,
            "format": FORMAT,
            "has_keys": manifest.has_keys,
            "log": manifest.log,
            "made_at_s": manifest.made_at_s,
            "published": manifest.published,
            "root": manifest.root.hex(),
            "size": manifest.size,
        }
    )


def decode_manifest(data: bytes) -> Manifest:
    """Read a manifest.

    Args:
        data: Its bytes.

    Returns:
        The manifest.

    Raises:
        CanonicalJsonError: If the bytes are no canonical JSON.
        DocumentError: If a field is absent, unknown or out of bounds.
    """
    fields = Fields(load_canonical(data), where="manifest", keys=_KEYS)
    fields.constant("format", expected=FORMAT)
    has_keys = fields.raw("has_keys")
    if not isinstance(has_keys, bool):
        raise fields.error("has_keys", expected="true or false")
    return Manifest(
        log=fields.text("log", limit=256),
        made_at_s=fields.integer("made_at_s", low=0, high=_TIME_END_S),
        size=fields.integer("size", low=0, high=_SIZE_LIMIT),
        root=fields.hex_bytes("root", n_bytes=32),
        checkpoint=_optional_note(fields, "checkpoint"),
        published=_optional_note(fields, "published"),
        has_keys=has_keys,
        files=tuple(
            _file(item, number)
            for number, item in enumerate(fields.items("files", limit=MAX_FILES))
        ),
    )


def _file(item: JsonValue, number: int) -> BackupFile:
    fields = Fields(item, where=f"manifest.files[{number}]", keys=_FILE_KEYS)
    return BackupFile(
        path=fields.text("path", pattern=_PATH),
        n_bytes=fields.integer("bytes", low=0, high=_SIZE_LIMIT),
        sha256=fields.hex_bytes("sha256", n_bytes=32).hex(),
    )


def _optional_note(fields: Fields, key: str) -> str | None:
    # A cosigned note with a hundred witnesses stays below this.
    return None if fields.raw(key) is None else fields.text(key, limit=65_536)
