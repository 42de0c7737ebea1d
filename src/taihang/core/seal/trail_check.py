"""Check an audit trail against itself and against the heads that the log holds of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from taihang.core.errors import TaihangError
from taihang.core.seal.trail import open_trail_record
from taihang.core.tlog.frame import HEAD_BYTES, frame_bytes
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.record import Damage, Record


@dataclass(frozen=True, slots=True)
class SealedHead:
    """Size and root of the trail, as an event of the log holds them."""

    leaf: int
    """Leaf of the event."""
    size: int
    root: str
    """Of the tree over the first so many entries [hex]."""


@dataclass(frozen=True, slots=True)
class TrailFinding:
    """One thing that is not as it was written."""

    where: str
    what: str


@dataclass(slots=True)
class TrailCheck:
    """What a check looked at and found."""

    tree: Tree = field(default_factory=Tree)
    """Over the entries up to the first that cannot be read."""
    sealed_size: int = 0
    """So many entries are under a head that the log holds: from there on a cut is not seen."""
    is_torn: bool = False
    """Whether the beginning of an entry stands at the end, as a killed writer leaves it."""
    findings: list[TrailFinding] = field(default_factory=list[TrailFinding])

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def check_trail(items: Iterable[Record | Damage], heads: Sequence[SealedHead]) -> TrailCheck:
    """Read a whole trail and name everything that is wrong with it.

    Args:
        items: What stands in its file, in order.
        heads: What the log holds of it.

    Returns:
        What was found.
    """
    result = TrailCheck(sealed_size=max((head.size for head in heads), default=0))
    keys: set[bytes] = set()
    is_readable = True
    for item, is_last in _with_last(items):
        if isinstance(item, Damage):
            if is_last and is_beginning(item):
                result.is_torn = True
            else:
                result.findings.append(TrailFinding(_where(item), item.what))
                is_readable = False
            continue
        problem = _problem(item, result.tree if is_readable else None, keys)
        if problem:
            result.findings.append(TrailFinding(_where(item), problem))
        if is_readable:
            result.tree.append(leaf_hash(item.data))
    result.findings += _against(heads, result.tree, is_readable=is_readable)
    return result


def is_beginning(damage: Damage) -> bool:
    """Say whether unreadable bytes can be the beginning of an entry whose writer was killed.

    A whole frame whose bytes do not fit its checksum is none: no killed writer leaves it.
    """
    n_bytes = damage.stop - damage.offset
    whole = frame_bytes(damage.data)
    return n_bytes < HEAD_BYTES or (whole is not None and n_bytes < whole)


def _problem(item: Record, tree: Tree | None, keys: set[bytes]) -> str:
    """Return what is wrong with one entry, empty if nothing is."""
    try:
        record = open_trail_record(item.data)
    except TaihangError as error:
        return str(error)
    if record.number != item.index:
        return f"says that it is entry {record.number}"
    if record.entry.key in keys:
        return f"its id {record.entry.id!r} has stood in an entry before"
    keys.add(record.entry.key)
    if tree is not None and record.before != tree.root():
        return "does not follow the entries before it: one of them was changed, or this one"
    return ""


def _against(
    heads: Sequence[SealedHead], tree: Tree, *, is_readable: bool
) -> Iterator[TrailFinding]:
    """Hold the heads of the log against the tree."""
    for head in sorted(heads, key=lambda head: head.size):
        where = f"head of {head.size} entries (leaf {head.leaf} of the log)"
        if head.size > tree.size:
            if is_readable:
                yield TrailFinding(where, f"entries {tree.size} … {head.size - 1} are gone")
            return
        if tree.root(head.size).hex() != head.root:
            yield TrailFinding(where, "is not that of the entries under it: history was changed")


def _where(item: Record | Damage) -> str:
    return f"entry {item.index}, {item.file} at byte {item.offset}"


def _with_last(items: Iterable[Record | Damage]) -> Iterator[tuple[Record | Damage, bool]]:
    """Yield each item and whether it is the last one."""
    held: Record | Damage | None = None
    for item in items:
        if held is not None:
            yield held, False
        held = item
    if held is not None:
        yield held, True
