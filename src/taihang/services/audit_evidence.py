"""Audit of what was handed in: is every line as it was, and every file behind it there?"""

from collections.abc import Iterator
from typing import Final

from taihang.core.errors import TaihangError
from taihang.core.seal.activity_line import ActivityLine
from taihang.services.ports import Ports
from taihang.services.registry_exchange import imported_batches

_SHOWN: Final = 3


def evidence_findings(*, ports: Ports) -> Iterator[tuple[str, str]]:
    """Read every line and every file of evidence again.

    Args:
        ports: The outside world.

    Yields:
        Place, and what is wrong.
    """
    # 1. The lines; what a damaged one leads to cannot be known.
    damaged = ports.registry.damaged_activity()
    for line_id in damaged:
        yield f"activity {line_id}", "is not as it was handed in"
    # 2. The files that intact lines and imports lead to, and those that nobody names any more.
    lines = [] if damaged else ports.registry.activity_lines()
    users = _users(lines)
    try:
        for batch in imported_batches(ports=ports):
            users.setdefault(batch.evidence, []).append(f"import {batch.id}")
    except TaihangError as error:
        yield "imported certificates", f"{error.given}: {error.remedy}"
    known = ports.registry.evidence_files()
    for sha256 in sorted({*users, *known, *ports.evidence.hashes()}):
        try:
            ports.evidence.read(sha256)
        except TaihangError as error:
            name = known[sha256].name if sha256 in known else "a file of no name"
            yield f"evidence {sha256[:16]}… ({name})", _told(error, users.get(sha256, []))


def _users(lines: list[ActivityLine]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for line in lines:
        for sha256 in line.files:
            users.setdefault(sha256, []).append(line.id)
    return users


def _told(error: TaihangError, users: list[str]) -> str:
    used = f"; behind {', '.join(users[:_SHOWN])} ({len(users)} in all)" if users else ""
    return f"{error.given}{used}: {error.remedy}"
