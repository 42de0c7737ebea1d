"""The published log over HTTP: a few static files, for anybody, and nothing else of the park.

Any web server can serve the folder as well; this is for parks that have no other.
"""

import asyncio
import re
from pathlib import Path
from typing import Final

from taihang.core.tlog.tiles import TILE_BYTES
from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send

PREFIX: Final = "/log/"
_CHECKPOINT: Final = "checkpoint"
_TILE: Final = re.compile(r"tile/[0-7]/(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?")
_CHECKPOINT_BYTES: Final = 65_536
_FOR_EVER: Final = b"public, max-age=31536000, immutable"
_NEVER: Final = b"no-cache"
"""The checkpoint is asked for anew each time; a tile never changes."""


def with_log_files(application: AsgiApplication, folder: Path) -> AsgiApplication:
    """Return an application that serves the published log under ``/log/`` and passes on the rest.

    Args:
        application: Answers everything else.
        folder: The published log.

    Returns:
        An ASGI application for HTTP.
    """

    async def both(scope: Message, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == "http" and path.startswith(PREFIX):
            content = await asyncio.to_thread(published_file, folder, path.removeprefix(PREFIX))
            await _answer(scope["method"], path, content, send)
        else:
            await application(scope, receive, send)

    return both


def published_file(folder: Path, path: str) -> bytes | None:
    """Return a file of a published log.

    Args:
        folder: The published log.
        path: What stands behind ``/log/``; only the spelling of the format is a file.

    Returns:
        The bytes, or None if there is no such file.
    """
    if path != _CHECKPOINT and not _TILE.fullmatch(path):
        return None
    place = folder / path
    limit = _CHECKPOINT_BYTES if path == _CHECKPOINT else TILE_BYTES
    try:
        with place.open("rb") as file:
            content = file.read(limit + 1)
    except OSError:
        return None
    return content if len(content) <= limit else None


async def _answer(method: str, path: str, content: bytes | None, send: Send) -> None:
    is_asked = method in {"GET", "HEAD"}
    body = content if content is not None and is_asked else b""
    status = 405 if not is_asked else 404 if content is None else 200
    is_note = path == f"{PREFIX}{_CHECKPOINT}"
    headers = [
        (b"content-type", b"text/plain; charset=utf-8" if is_note else b"application/octet-stream"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", _NEVER if is_note or content is None else _FOR_EVER),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
