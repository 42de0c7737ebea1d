"""Runs the browser's verifier under node: many files in one process, each with its verdict."""

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

NODE: Final = shutil.which("node")
SCRIPT: Final = Path(__file__).parents[1] / "web" / "test" / "verify-files.mjs"
DEADLINE_S: Final = 600
Found: TypeAlias = dict[str, Any]


def verify_all(
    files: Iterable[bytes], *options: str, known: Mapping[str, object] | None = None
) -> list[Found]:
    """Verify files with the browser's modules.

    Args:
        files: The bytes of each.
        options: Words for the script, such as ``--without-ed25519``.
        known: Keys known from elsewhere, as the modules take them.

    Returns:
        What was found of each, in order.
    """
    assert NODE is not None
    lines = [
        json.dumps({"name": n, "data": b64encode(data).decode(), "known": {**(known or {})}})
        for n, data in enumerate(files)
    ]
    ended = subprocess.run(
        [NODE, str(SCRIPT), *options],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert not ended.stderr, ended.stderr
    found: list[Found] = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [each["name"] for each in found] == [*range(len(lines))]
    return found


def verify_one(data: bytes, *options: str, known: Mapping[str, object] | None = None) -> Found:
    """Verify one file."""
    (found,) = verify_all([data], *options, known=known)
    return found


def names_of(checks: Sequence[Mapping[str, object]]) -> set[str]:
    """The checks that were made."""
    return {str(check["name"]) for check in checks}
