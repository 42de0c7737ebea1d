"""Check a journal against itself: frames, numbers, times, leaves, and every checkpoint ever signed.

Whatever is wrong is named with its file and byte. What a crash may leave, a torn or uncovered tail
behind the last checkpoint, is no finding: nobody was told that it was stored.
"""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Final

from taihang.core.errors import TaihangError
from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.merkle import HASH_BYTES, Tree, leaf_hash
from taihang.core.tlog.record import Damage, Record

_SHOWN_BYTES: Final = 1 << 14


@dataclass(frozen=True, slots=True)
class JournalFinding:
    """One thing that is not as it was written."""

    index: int
    """Number of the record or of the checkpoint."""
    file: str
    offset: int
    """Where it is in the file [bytes]."""
    what: str
    is_checkpoint: bool = False
    shown: bytes = b""
    """The first bytes of what stands there."""

    @property
    def where(self) -> str:
        """The place, in words."""
        kind = "checkpoint" if self.is_checkpoint else "record"
        return f"{kind} {self.index}, {self.file} at byte {self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalLaw:
    """What a record and a checkpoint of this journal must be."""

    leaf_entry: Callable[[bytes], bytes]
    """Returns the bytes of a record that are hashed as its leaf, or raises."""
    open_checkpoint: Callable[[str], Checkpoint]
    """Returns the checkpoint of a signed note, or raises."""
    see: Callable[[Record], None]
    """Looks at one record; raises if its content is not as it should be."""


@dataclass(slots=True)
class JournalCheck:
    """What a check looked at and found."""

    tree: Tree = field(default_factory=Tree)
    """Over the records up to the first that is damaged or missing."""
    n_checkpoints: int = 0
    acknowledged: int = 0
    """Records under the last checkpoint, or as many as others remember."""
    is_whole: bool = True
    """Whether every record could be read."""
    findings: list[JournalFinding] = field(default_factory=list[JournalFinding])


class _Signed:
    """The checkpoints that verify, as columns: a log may have signed a million of them."""

    def __init__(self) -> None:
        self.numbers = array("q")
        self.sizes = array("q")
        self.received_s = array("q")
        self.torn: Damage | None = None
        """What is unreadable at the end."""
        self.end = 0
        """Where the last one begins [bytes]."""
        self._roots = bytearray()

    def append(self, frame: Record, checkpoint: Checkpoint) -> None:
        self.numbers.append(frame.index)
        self.sizes.append(checkpoint.size)
        self.received_s.append(frame.received_at_s)
        self.end = frame.offset
        self._roots += checkpoint.root

    def __len__(self) -> int:
        return len(self.sizes)

    def root(self, place: int) -> bytes:
        return bytes(self._roots[place * HASH_BYTES : (place + 1) * HASH_BYTES])


def check_journal(
    records: Iterable[Record | Damage],
    checkpoints: Iterable[Record | Damage],
    *,
    law: JournalLaw,
    at_least: int = 0,
) -> JournalCheck:
    """Read a whole journal and name everything that is wrong with it.

    Args:
        records: What stands in the segments, in order.
        checkpoints: What stands in the file of checkpoints, in order.
        law: What must hold of each.
        at_least: Records that were acknowledged by what others remember of this journal.

    Returns:
        What was found; memory is that of the tree.
    """
    result = JournalCheck()
    signed = _signed(result, checkpoints, law)
    result.acknowledged = max([at_least, *signed.sizes[-1:]])
    walk = _Walk(result, signed, law)
    walk.over(records)
    walk.end(at_least)
    return result


def _signed(result: JournalCheck, items: Iterable[Record | Damage], law: JournalLaw) -> _Signed:
    """Return the checkpoints that verify, and find the others."""
    signed = _Signed()
    for item in items:
        if signed.torn is not None:
            result.findings.append(_of_checkpoint(signed.torn, signed.torn.what))
        signed.torn = None
        if isinstance(item, Record):
            result.n_checkpoints += 1
            _verify(result, item, law, signed)
        elif item.is_unreadable:
            # The last one may be torn: then nobody was told of it.
            signed.torn = item
        else:
            result.findings.append(_of_checkpoint(item, item.what))
    return signed


def _verify(result: JournalCheck, item: Record, law: JournalLaw, signed: _Signed) -> None:
    try:
        checkpoint = law.open_checkpoint(item.data.decode(errors="replace"))
    except TaihangError as error:
        result.findings.append(_of_checkpoint(item, str(error)))
        return
    size = signed.sizes[-1] if signed else 0
    if checkpoint.size < size:
        what = f"its size {checkpoint.size} is smaller than the one before, {size}"
        result.findings.append(_of_checkpoint(item, what))
        return
    signed.append(item, checkpoint)


class _Walk:
    """One pass over the records beside the checkpoints that cover them."""

    def __init__(self, result: JournalCheck, signed: _Signed, law: JournalLaw) -> None:
        self._result = result
        self._signed = signed
        self._law = law
        self._place = 0
        self._last: Record | None = None
        self._since: Record | None = None
        self._tail: Damage | None = None

    def over(self, items: Iterable[Record | Damage]) -> None:
        """Look at every record."""
        for item in items:
            if self._tail is not None and item.file != self._tail.file:
                # Behind a torn tail nothing was ever begun.
                self._find(self._tail, self._tail.what)
                self._tail = None
            if isinstance(item, Record):
                self._record(item)
            elif item.index >= self._result.acknowledged:
                self._tail = self._tail or item
            else:
                self._find(item, item.what)
                self._result.is_whole = False

    def end(self, at_least: int) -> None:
        """Look whether something is gone from the end, which no frame can tell."""
        size, acknowledged = self._result.tree.size, self._result.acknowledged
        if self._result.is_whole and size < acknowledged:
            what = f"records {size} … {acknowledged - 1} were acknowledged and are gone"
            place = self._last or Record(0, b"", 0, "the first segment", 0)
            finding = JournalFinding(size, place.file, place.offset, what)
            self._result.findings.append(finding)
            self._result.is_whole = False
        covered = self._signed.sizes[-1] if self._signed else 0
        if covered < at_least:
            what = f"the checkpoint over records {covered} … {at_least - 1}, once signed, is gone"
            place = self._signed.torn or Damage(
                self._signed.numbers[-1] + 1 if self._signed else 0,
                "checkpoints",
                self._signed.end,
                self._signed.end,
                b"",
            )
            self._result.findings.append(_of_checkpoint(place, what))

    def _record(self, item: Record) -> None:
        if item.index >= self._result.acknowledged:
            return
        try:
            leaf = leaf_hash(self._law.leaf_entry(item.data))
            self._law.see(item)
        except TaihangError as error:
            self._find(item, str(error))
            self._result.is_whole = False
            return
        if self._last is not None and item.received_at_s < self._last.received_at_s:
            self._find(item, "its time of receipt is before that of the record before")
        self._last = item
        self._since = self._since or item
        if self._result.is_whole:
            self._result.tree.append(leaf)
            self._compare(item)

    def _compare(self, item: Record) -> None:
        """Hold every checkpoint of this size against the tree."""
        tree, signed = self._result.tree, self._signed
        while self._place < len(signed) and signed.sizes[self._place] <= tree.size:
            place, self._place = self._place, self._place + 1
            if tree.root(signed.sizes[place]) != signed.root(place):
                first = self._since or item
                what = f"records {first.index} … {item.index} are not those of checkpoint "
                self._find(first, what + str(signed.numbers[place]))
                self._result.is_whole = False
                return
            # One append, one time: of its records and of its checkpoint. If the checkpoint before
            # is not there, the records since may be of several appends.
            before = signed.numbers[place - 1] if place else -1
            is_one = signed.numbers[place] == before + 1
            for record in (self._since if is_one else None, item):
                if record and signed.received_s[place] not in {0, record.received_at_s}:
                    what = "its time of receipt is not that of the checkpoint over it, "
                    self._find(record, what + str(signed.numbers[place]))
                    break
            self._since = None

    def _find(self, item: Record | Damage, what: str) -> None:
        shown = item.data[:_SHOWN_BYTES]
        finding = JournalFinding(item.index, item.file, item.offset, what, shown=shown)
        self._result.findings.append(finding)


def _of_checkpoint(item: Record | Damage, what: str) -> JournalFinding:
    return JournalFinding(item.index, item.file, item.offset, what, is_checkpoint=True)
