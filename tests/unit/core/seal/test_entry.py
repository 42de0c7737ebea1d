"""What the log hashes of each kind of record."""

from pathlib import Path

import pytest

import small_park
from taihang.core.seal.batch import open_batch
from taihang.core.seal.entry import UnknownRecordError, leaf_entry_of
from taihang.core.seal.event import LogEvent, seal_event


def test_leaf_entry_of__a_batch_is_header_and_signature(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        data = small_park.sealed(ports, "GW1", 1, small_park.registers("M-E01", small_park.DAY))

    assert leaf_entry_of(data) == open_batch(data).leaf_entry


def test_leaf_entry_of__an_event_is_the_whole_record() -> None:
    record = seal_event(LogEvent("day-seal", 1, bytes(16), {}))

    assert leaf_entry_of(record) == record


@pytest.mark.parametrize("record", [b"", b"x", b"taihang/event/v9\n{}", b"taihang/lot/v1\n"])
def test_leaf_entry_of__refuses_an_unknown_kind(record: bytes) -> None:
    with pytest.raises(UnknownRecordError, match="a record that starts"):
        leaf_entry_of(record)
