"""What the log takes in of a record, whatever its kind: the bytes that are hashed as its leaf."""

from typing import Final

from taihang.core.errors import InputError
from taihang.core.seal import batch, event

_BATCH: Final = b"taihang/batch/"
"""How the first line of a batch begins, whatever its version."""


class UnknownRecordError(InputError):
    """A record of the journal begins with the mark of no kind that this version knows."""

    code = "input.unknown-record"


def leaf_entry_of(record: bytes) -> bytes:
    r"""Return what the log takes in of a record.

    Args:
        record: A sealed batch or a log event.

    Returns:
        Header and signature of a batch, for its blocks follow from the header's root; the whole
        record of an event.

    Raises:
        UnknownRecordError: If it is neither.

    Example:
        >>> leaf_entry_of(b"taihang/event/v1\n{}") == b"taihang/event/v1\n{}"
        True
    """
    if record.startswith(_BATCH):
        return batch.leaf_entry_of(record)
    if event.is_event(record):
        return record
    raise UnknownRecordError(
        given=f"a record that starts {record[:20]!r}",
        expected="a sealed batch or a log event",
        remedy="read the journal with the version that wrote it, or a later one",
    )
