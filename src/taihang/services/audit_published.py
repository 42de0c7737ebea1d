"""Audit of what was published: notes, checkpoint and tiles say what the journal says (P3)."""

from collections.abc import Callable, Iterator

from taihang.core.errors import TaihangError
from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.merkle import Tree
from taihang.core.tlog.tiles import tile_bytes, tiles_between
from taihang.services.ports import PublishedLog

_CHECKPOINT = "checkpoint"


def published_findings(
    published: PublishedLog, *, tree: Tree, opened: Callable[[str], Checkpoint]
) -> Iterator[tuple[str, str]]:
    """Find where publications contradict the journal.

    Args:
        published: What was published.
        tree: The tree over the records that the journal holds.
        opened: Returns the checkpoint of a note that the log has signed, or raises.

    Yields:
        The place and what is wrong there.
    """
    for offset in published.damage():
        yield f"published notes at byte {offset}", "their stored bytes are altered or cut"
    size = 0
    notes = published.notes()
    for number, note in enumerate(notes):
        where = f"published note {number}"
        try:
            checkpoint = opened(note)
        except TaihangError as error:
            yield where, str(error)
            continue
        if checkpoint.size < size:
            yield where, f"is smaller than the one before, {size}"
        size = max(size, checkpoint.size)
        if checkpoint.size > tree.size:
            yield where, f"covers {checkpoint.size} records, the journal has {tree.size}"
        elif tree.root(checkpoint.size) != checkpoint.root:
            yield where, "has another root than the records under it: history was changed"
    if notes and size <= tree.size:
        yield from _public_findings(published, tree=tree, size=size, note=notes[-1])


def _public_findings(
    published: PublishedLog, *, tree: Tree, size: int, note: str
) -> Iterator[tuple[str, str]]:
    """Compare the files that strangers read with the tree, one by one."""
    if published.public_file(_CHECKPOINT) != note.encode():
        yield "log/checkpoint", "is not the last published note: run `taihang publish`"
    for tile in tiles_between(0, size):
        if published.public_file(tile.path) != tile_bytes(tree, tile):
            yield f"log/{tile.path}", "is not what the journal gives, or is gone"
