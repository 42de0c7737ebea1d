"""Builds what the page of data and trust shows, from the jobs that look at each part."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from taihang.core.seal.entry import leaf_entry_of
from taihang.core.tlog.merkle import TreeRangeError
from taihang.core.tlog.tiles import TILE_HASHES, TileName, tile_bytes
from taihang.services.coverage import Coverage, coverage
from taihang.services.edit_log import Edit, edit_log
from taihang.services.gaps import Gaps, gaps
from taihang.services.gateway_states import GatewayState, gateway_states
from taihang.services.log_standing import LogStanding, log_standing
from taihang.services.ports import Ports

ENTRIES: Final = 60
"""So many of the newest edits come with their entry of the log, to be looked for in its tree."""
_ENTRY_BYTES: Final = 4_096
_TILE: Final = re.compile(
    r"tile/(?P<level>[0-7])/(?P<high>(?:x[0-9]{3}/){0,5})(?P<low>[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustView:
    """What the page shows, but for the audit trail, which grows by itself."""

    zone: str
    coverage: Coverage
    gaps: Gaps
    gateways: tuple[GatewayState, ...]
    clock_limit_s: int | None
    """What the park file allows a clock to be ahead [s]; None where it says nothing."""
    log: LogStanding
    edits: tuple[Edit, ...]
    entries: tuple[tuple[int, str], ...]
    """Leaf and entry in base64 of the newest edits."""


def build_trust(ports: Ports) -> TrustView:
    """Look at data, gateways, log and edits."""
    known = coverage(ports=ports)
    edits = edit_log(ports=ports)
    rules = ports.park.validation
    return TrustView(
        zone=ports.park.time_zone,
        coverage=known,
        gaps=gaps(known, ports=ports),
        gateways=tuple(gateway_states(ports=ports)),
        clock_limit_s=None if rules is None else int(rules.skew_most_s),
        log=log_standing(ports=ports),
        edits=edits,
        entries=tuple(_entries(edits, ports)),
    )


def build_tile(ports: Ports, path: str) -> bytes | None:
    """Return a tile of the park's own log, published or not; None of what is none.

    A park without witnesses publishes nothing, and its log has a chain all the same.

    Args:
        ports: The park.
        path: As the format spells it, for example ``tile/0/000.p/12``.
    """
    name = tile_of(path)
    if name is None:
        return None
    try:
        return tile_bytes(ports.journal.tree, name)
    except TreeRangeError:
        return None


def tile_of(path: str) -> TileName | None:
    """Return the tile that a path names; None where it names none.

    Example:
        >>> tile_of("tile/0/x001/234.p/17"), tile_of("tile/9/000")
        (TileName(level=0, number=1234, width=17), None)
    """
    found = _TILE.fullmatch(path)
    if found is None:
        return None
    digits = found["high"].replace("x", "").replace("/", "") + found["low"]
    width = TILE_HASHES if found["width"] is None else int(found["width"])
    name = TileName(int(found["level"]), int(digits), width)
    return name if name.path == path and width <= TILE_HASHES else None


def _entries(edits: tuple[Edit, ...], ports: Ports) -> Iterator[tuple[int, str]]:
    leaves = [edit.leaf for edit in edits[:ENTRIES] if edit.leaf is not None]
    for leaf in sorted(set(leaves)):
        entry = leaf_entry_of(ports.journal.record(leaf).data)
        if len(entry) <= _ENTRY_BYTES:
            yield leaf, b64encode(entry).decode()
