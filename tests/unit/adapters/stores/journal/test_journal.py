"""The laws of the journal: what was acknowledged stays, what is altered is found."""

import errno
from array import array
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest
from typing_extensions import override

from fault.simulated_disk import SEAL, DeafDisk, FullDisk, journal_on
from taihang.adapters.stores.journal import (
    DamagedJournalError,
    Journal,
    RecordTooLargeError,
    RolledBackJournalError,
    StorageFullError,
    SuspectJournalError,
)
from taihang.adapters.stores.journal import journal as journal_module
from taihang.adapters.stores.journal.start_index import StartIndex
from taihang.adapters.system import PosixDisk
from taihang.core.errors import LinkError, TaihangError
from taihang.core.tlog import frame as frame_module
from taihang.core.tlog import merkle
from taihang.core.tlog.frame import encode_frame
from taihang.core.tlog.merkle import TreeRangeError
from taihang.core.tlog.record import Damage, Record

RECORDS = [b"first record", b"", b"third: THJ2 inside", bytes(range(256))]
NOW_S = 1_780_000_000
HEAD_BYTES = 28


def ready(directory: Path) -> Journal:
    journal = journal_on(directory)
    journal.recover()
    return journal


def filled(directory: Path, records: list[bytes] = RECORDS) -> Journal:
    """A journal with one checkpoint for each record."""
    journal = ready(directory)
    for record in records:
        journal.append([record], received_at_s=NOW_S)
    return journal


def read_again(directory: Path) -> list[bytes]:
    journal = journal_on(directory)
    journal.load()
    return [record.data for record in journal.records()]


def segment(directory: Path) -> Path:
    (path,) = directory.glob("segment-*.log")
    return path


def checkpoints(directory: Path) -> Path:
    return directory / "checkpoints"


def damaged(journal: Journal) -> list[Damage]:
    return [item for item in journal.scan_checkpoints() if isinstance(item, Damage)]


def frames(directory: Path) -> list[bytes]:
    """The frames of the segment, byte for byte."""
    content, found = segment(directory).read_bytes(), list[bytes]()
    for item in journal_on(directory).scan():
        assert isinstance(item, Record)
        length = HEAD_BYTES + len(item.data)
        found.append(content[:length])
        content = content[length:]
    assert not content
    return found


def is_found(directory: Path) -> bool:
    """Say whether any look at the journal sees that something is wrong."""
    journal = journal_on(directory)
    if damaged(journal) or any(isinstance(item, Damage) for item in journal.scan()):
        return True
    try:
        journal.load()
    except TaihangError:
        return True
    n_records = sum(1 for _ in journal.scan())
    return n_records != journal.size


# -- append and read -----------------------------------------------------------------------------


def test_append__returns_indexes_and_is_read_back_in_order(tmp_path: Path) -> None:
    journal = ready(tmp_path)

    first = journal.append(RECORDS[:1], received_at_s=NOW_S)
    rest = journal.append(RECORDS[1:], received_at_s=NOW_S)

    assert (first, rest) == ([0], [1, 2, 3])
    assert read_again(tmp_path) == RECORDS
    assert [r.index for r in journal.records(2)] == [2, 3]


def test_append__covers_every_record_by_a_signed_checkpoint(tmp_path: Path) -> None:
    journal = filled(tmp_path)

    expected = merkle.Tree(merkle.leaf_hash(record) for record in RECORDS)

    notes = [SEAL.verify(note) for note in journal.checkpoint_notes()]
    assert [checkpoint.size for checkpoint in notes] == [1, 2, 3, 4]
    assert [expected.root(n) for n in (1, 2, 3, 4)] == [c.root for c in notes]
    assert journal.checkpoint_note == journal.checkpoint_notes()[-1]


def test_append__of_nothing_writes_nothing(tmp_path: Path) -> None:
    journal = ready(tmp_path)

    assert journal.append([], received_at_s=NOW_S) == []
    assert list(tmp_path.iterdir()) == []


def test_append__refuses_a_journal_that_was_only_loaded(tmp_path: Path) -> None:
    filled(tmp_path)
    journal = journal_on(tmp_path)
    journal.load()

    with pytest.raises(SuspectJournalError, match="restart"):
        journal.append([b"x"], received_at_s=NOW_S)

    assert read_again(tmp_path) == RECORDS


def test_append__goes_on_in_a_new_segment_when_one_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "_SEGMENT_BYTES", 100)

    filled(tmp_path, [bytes([i]) * 40 for i in range(9)])

    assert len(list(tmp_path.glob("segment-*.log"))) == 5
    assert read_again(tmp_path) == [bytes([i]) * 40 for i in range(9)]


def test_recover__in_a_folder_that_is_not_there_starts_empty(tmp_path: Path) -> None:
    journal = ready(tmp_path / "new" / "journal")

    assert (journal.size, journal.checkpoint_note) == (0, None)


# -- torn tails ----------------------------------------------------------------------------------


def test_recover__repairs_a_tail_torn_at_any_byte(tmp_path: Path) -> None:
    filled(tmp_path)
    whole = segment(tmp_path).read_bytes()
    last = b"the last record, never acknowledged"
    frame = frames_of([last], tmp_path / "other")[0]
    n_torn = 0

    for length in range(len(frame)):
        segment(tmp_path).write_bytes(whole + frame[:length])
        journal = ready(tmp_path)
        n_torn += 1
        assert [r.data for r in journal.records()] == RECORDS, length
        assert segment(tmp_path).read_bytes() == whole
        assert len(journal.checkpoint_notes()) == len(RECORDS)

    assert n_torn == len(frame) == HEAD_BYTES + len(last)


def frames_of(records: list[bytes], directory: Path) -> list[bytes]:
    filled(directory, records)
    return frames(directory)


def test_recover__keeps_and_covers_a_whole_record_that_nobody_was_told_of(tmp_path: Path) -> None:
    filled(tmp_path)
    extra = encode_frame(b"whole", index=len(RECORDS), received_at_s=NOW_S)
    with segment(tmp_path).open("ab") as file:
        file.write(extra)

    reader = journal_on(tmp_path)
    reader.load()
    writer = ready(tmp_path)

    assert reader.size == len(RECORDS), "a reader sees what was acknowledged"
    assert [r.data for r in writer.records()] == [*RECORDS, b"whole"]
    assert SEAL.verify(writer.checkpoint_notes()[-1]).size == len(RECORDS) + 1


def test_recover__cuts_off_a_record_that_stands_twice_above_the_last_checkpoint(
    tmp_path: Path,
) -> None:
    filled(tmp_path)
    whole = segment(tmp_path).read_bytes()
    segment(tmp_path).write_bytes(whole + frames(tmp_path)[1])

    ready(tmp_path).append([b"next"], received_at_s=NOW_S)

    assert read_again(tmp_path) == [*RECORDS, b"next"]


def test_recover__repairs_a_checkpoint_torn_at_any_byte(tmp_path: Path) -> None:
    filled(tmp_path)
    whole = checkpoints(tmp_path).read_bytes()
    (*_, last_start) = starts_of(whole)

    for size in range(last_start, len(whole)):
        checkpoints(tmp_path).write_bytes(whole[:size])
        journal = ready(tmp_path)
        assert [r.data for r in journal.records()] == RECORDS, size
        assert checkpoints(tmp_path).read_bytes() == whole, "the same records, the same checkpoint"

    assert len(whole) - last_start > HEAD_BYTES


def starts_of(content: bytes) -> list[int]:
    """Where each frame of a file starts; no checkpoint holds the mark of a frame."""
    return [at for at in range(len(content)) if content[at : at + 4] == b"THJ2"]


def test_recover__leaves_an_altered_old_checkpoint_for_the_audit(tmp_path: Path) -> None:
    filled(tmp_path)
    content = bytearray(checkpoints(tmp_path).read_bytes())
    content[HEAD_BYTES + 3] ^= 1
    checkpoints(tmp_path).write_bytes(content)

    journal = ready(tmp_path)
    journal.append([b"later"], received_at_s=NOW_S)

    assert checkpoints(tmp_path).read_bytes().startswith(bytes(content))
    assert [d.offset for d in damaged(journal)] == [0]
    assert read_again(tmp_path) == [*RECORDS, b"later"]


# -- damage --------------------------------------------------------------------------------------


def unseen_flips(directory: Path) -> tuple[list[str], int]:
    """Flip every bit of the journal, one at a time; return the flips that nothing sees."""
    unseen: list[str] = []
    n_flips = 0
    for path in (segment(directory), checkpoints(directory)):
        content = path.read_bytes()
        for bit in range(8 * len(content)):
            altered = bytearray(content)
            altered[bit // 8] ^= 1 << bit % 8
            path.write_bytes(altered)
            n_flips += 1
            if not is_found(directory):
                unseen.append(f"{path.name}, bit {bit}")
        path.write_bytes(content)
    return unseen, n_flips


def test_load__finds_any_flipped_bit(tmp_path: Path) -> None:
    filled(tmp_path)

    unseen, n_flips = unseen_flips(tmp_path)

    assert unseen == []
    assert n_flips > 8_000
    assert not is_found(tmp_path), "the journal itself is whole again"


def test_unseen_flips__tells_of_a_journal_that_does_not_look_at_the_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoChecksum:
        @staticmethod
        def crc32(_data: bytes, _before: int = 0) -> int:
            return 0

    monkeypatch.setattr(frame_module, "zlib", NoChecksum)
    filled(tmp_path, RECORDS[:2])

    unseen, n_flips = unseen_flips(tmp_path)

    assert 0 < len(unseen) < n_flips


def test_recover__refuses_a_flipped_bit_in_any_acknowledged_record(tmp_path: Path) -> None:
    filled(tmp_path)
    path = segment(tmp_path)
    content = path.read_bytes()

    for at in range(len(content)):
        altered = bytearray(content)
        altered[at] ^= 1 << at % 8
        path.write_bytes(altered)
        with pytest.raises(DamagedJournalError, match=r"record \d at byte"):
            ready(tmp_path)
        assert path.read_bytes() == altered, "a damaged record is kept as evidence"


def swapped(parts: list[bytes]) -> list[bytes]:
    return [parts[1], parts[0], *parts[2:]]


def deleted(parts: list[bytes]) -> list[bytes]:
    return [*parts[:1], *parts[2:]]


def doubled(parts: list[bytes]) -> list[bytes]:
    return [*parts[:2], *parts[1:]]


def truncated(parts: list[bytes]) -> list[bytes]:
    return parts[:-1]


def cut_inside(parts: list[bytes]) -> list[bytes]:
    return [*parts[:-1], parts[-1][:-1]]


def emptied(parts: list[bytes]) -> list[bytes]:
    return parts[:0]


@pytest.mark.parametrize(
    "change", [swapped, deleted, doubled, truncated, cut_inside, emptied], ids=lambda f: f.__name__
)
def test_recover__refuses_records_that_are_moved_or_gone(
    tmp_path: Path, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    filled(tmp_path)
    parts = frames(tmp_path)
    segment(tmp_path).write_bytes(b"".join(change(parts)))

    with pytest.raises((DamagedJournalError, RolledBackJournalError)):
        ready(tmp_path)


def test_load__refuses_an_older_copy_when_others_remember_more(tmp_path: Path) -> None:
    filled(tmp_path)
    old = {path: path.read_bytes() for path in tmp_path.iterdir()}
    journal = ready(tmp_path)
    journal.append([b"acknowledged later"], received_at_s=NOW_S)
    for path, content in old.items():
        path.write_bytes(content)

    with pytest.raises(RolledBackJournalError, match="5 records"):
        journal_on(tmp_path).recover(at_least=5)

    assert read_again(tmp_path) == RECORDS


def test_recover__does_not_cut_what_others_remember_when_all_checkpoints_are_gone(
    tmp_path: Path,
) -> None:
    filled(tmp_path)
    checkpoints(tmp_path).unlink()
    content = bytearray(segment(tmp_path).read_bytes())
    content[HEAD_BYTES] ^= 1
    segment(tmp_path).write_bytes(content)

    with pytest.raises(DamagedJournalError, match="record 0"):
        journal_on(tmp_path).recover(at_least=len(RECORDS))

    assert segment(tmp_path).read_bytes() == content


# -- disks that fail -----------------------------------------------------------------------------


def stores(journal: Journal, record: bytes) -> bool:
    """Append a record; say whether there was room."""
    try:
        journal.append([record], received_at_s=NOW_S)
    except StorageFullError:
        return False
    return True


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EROFS])
def test_append__on_a_full_disk_stores_nothing_and_goes_on_when_there_is_room(
    tmp_path: Path, error: int
) -> None:
    whole = tmp_path / "whole"
    expected = filled(whole, [*RECORDS, b"next"])
    bytes_of_all = sum(path.stat().st_size for path in whole.iterdir())
    n_refused = 0

    for room_bytes in range(0, bytes_of_all, 11):
        directory = tmp_path / f"room-{room_bytes}"
        disk = FullDisk(room_bytes=room_bytes, error=error)
        journal = journal_on(directory, disk)
        journal.recover()
        acknowledged: list[bytes] = []
        for record in [*RECORDS, b"next"]:
            if not stores(journal, record):
                n_refused += 1
                assert read_again(directory) == acknowledged
                assert [r.data for r in journal.records()] == acknowledged
                disk.room_bytes = bytes_of_all
                journal.append([record], received_at_s=NOW_S)
            acknowledged.append(record)
        assert journal.tree.root() == expected.tree.root()
        assert {p.name: p.read_bytes() for p in directory.iterdir()} == {
            p.name: p.read_bytes() for p in whole.iterdir()
        }

    assert n_refused == len(range(0, bytes_of_all, 11))


@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_append__after_a_failed_force_acknowledges_nothing_until_a_restart(
    tmp_path: Path, error: int
) -> None:
    n_forced_each = 2

    for fail_at in range(1, n_forced_each + 1):
        directory = tmp_path / str(fail_at)
        filled(directory)
        journal = journal_on(directory, disk := DeafDisk(fail_at=10**9, error=error))
        journal.recover()
        disk.fail_at = disk.n_forced + fail_at

        with pytest.raises(LinkError, match="restart") as refusal:
            journal.append([b"lost?"], received_at_s=NOW_S)
        with pytest.raises(SuspectJournalError):
            journal.append([b"another"], received_at_s=NOW_S)

        assert refusal.value.code == "link"
        assert journal.size == len(RECORDS)
        assert [r.data for r in journal.records()] == RECORDS
        after = ready(directory)
        assert [r.data for r in after.records()][: len(RECORDS)] == RECORDS
        assert after.append([b"after"], received_at_s=NOW_S) == [after.size - 1]


def test_append__after_a_write_error_is_suspect_until_a_restart(tmp_path: Path) -> None:
    filled(tmp_path)
    disk = FullDisk(room_bytes=5, error=errno.EIO)
    journal = journal_on(tmp_path, disk)
    journal.recover()

    with pytest.raises(LinkError, match="look at the disk"):
        journal.append([b"half"], received_at_s=NOW_S)
    disk.room_bytes = 10_000
    with pytest.raises(SuspectJournalError):
        journal.append([b"whole"], received_at_s=NOW_S)

    assert [r.data for r in ready(tmp_path).records()] == RECORDS


def test_append__refuses_a_record_that_could_not_be_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = filled(tmp_path)
    monkeypatch.setattr(journal_module, "MAX_RECORD_BYTES", 300)

    with pytest.raises(RecordTooLargeError, match="301 bytes"):
        journal.append([b"small", b"x" * 301], received_at_s=NOW_S)
    journal.append([b"x" * 300], received_at_s=NOW_S)

    assert read_again(tmp_path) == [*RECORDS, b"x" * 300]


# -- times of receipt ----------------------------------------------------------------------------


def test_append__keeps_the_time_of_receipt_and_never_goes_back(tmp_path: Path) -> None:
    journal = ready(tmp_path)

    journal.append([b"a"], received_at_s=100)
    journal.append([b"b", b"c"], received_at_s=90)
    journal.append([b"d"], received_at_s=200)

    for reader in (journal, ready(tmp_path)):
        assert [record.received_at_s for record in reader.records()] == [100, 100, 100, 200]
        assert [reader.size_at(t) for t in (99, 100, 199, 200, 10**10)] == [0, 3, 3, 4, 4]


# -- random access -------------------------------------------------------------------------------


def test_record__is_the_one_of_its_number(tmp_path: Path) -> None:
    journal = filled(tmp_path)

    found = [journal.record(index) for index in range(len(RECORDS))]

    assert found == list(journal.records())
    with pytest.raises(TreeRangeError):
        journal.record(len(RECORDS))


def test_record__refuses_what_was_altered_since_the_start(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    path = segment(tmp_path)
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    with pytest.raises(DamagedJournalError, match="record 3"):
        journal.record(3)
    assert journal.record(2).data == RECORDS[2]


def test_record__refuses_another_record_under_a_right_checksum(tmp_path: Path) -> None:
    journal = filled(tmp_path)
    path = segment(tmp_path)
    (start, *_) = (item.offset for item in journal.records(3))
    forged = encode_frame(bytes(256), index=3, received_at_s=NOW_S)
    path.write_bytes(path.read_bytes()[:start] + forged)

    with pytest.raises(DamagedJournalError, match="record 3"):
        journal.record(3)


# -- two processes -------------------------------------------------------------------------------


def test_refresh__takes_in_what_another_process_appended(tmp_path: Path) -> None:
    filled(tmp_path)
    reader = journal_on(tmp_path)
    reader.load()
    ready(tmp_path).append([b"by another"], received_at_s=NOW_S + 5)

    reader.refresh()

    assert reader.record(len(RECORDS)).data == b"by another"
    assert reader.size_at(NOW_S + 5) == len(RECORDS) + 1


def test_refresh__refuses_a_journal_that_was_rewritten(tmp_path: Path) -> None:
    reader = filled(tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    filled(tmp_path, [b"another history", *RECORDS[1:], b"and longer"])

    with pytest.raises(DamagedJournalError, match="another root"):
        reader.refresh()


def test_refresh__refuses_a_journal_that_became_shorter(tmp_path: Path) -> None:
    reader = filled(tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()
    filled(tmp_path, RECORDS[:2])

    with pytest.raises(RolledBackJournalError):
        reader.refresh()


# -- frames of the first form --------------------------------------------------------------------


def first_form(data: bytes) -> bytes:
    return b"THJ1" + len(data).to_bytes(4, "little") + crc32(data).to_bytes(4, "little") + data


def test_load__reads_a_journal_of_the_first_form_and_continues_it(tmp_path: Path) -> None:
    new = filled(tmp_path / "new")
    old = tmp_path / "old"
    old.mkdir()
    (old / "segment-000001.log").write_bytes(b"".join(map(first_form, RECORDS)))
    notes = [first_form(note.encode()) for note in new.checkpoint_notes()]
    (old / "checkpoints").write_bytes(b"".join(notes))

    journal = ready(old)
    journal.append([b"of today"], received_at_s=NOW_S)

    assert read_again(old) == [*RECORDS, b"of today"]
    assert [record.index for record in ready(old).records()] == [0, 1, 2, 3, 4]
    assert journal.size_at(NOW_S - 1) == len(RECORDS), "known since ever"
    assert [n.index for n in journal.scan_checkpoints()] == [0, 1, 2, 3, 4]


def test_recover__refuses_damage_of_the_first_form(tmp_path: Path) -> None:
    frames_old = [first_form(record) for record in RECORDS]
    new = filled(tmp_path / "new")
    (tmp_path / "segment-000001.log").write_bytes(b"".join([frames_old[0], *frames_old[2:]]))
    note = first_form((new.checkpoint_note or "").encode())
    (tmp_path / "checkpoints").write_bytes(note)

    with pytest.raises(RolledBackJournalError):
        ready(tmp_path)


# -- the start-up index --------------------------------------------------------------------------


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "_SEGMENT_BYTES", 100)


MANY = [b"record %02d " % number * 4 for number in range(9)]


def indexes(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.index"))


class CountingDisk(PosixDisk):
    """Says of which files something was read."""

    def __init__(self) -> None:
        self.files_read: set[str] = set()

    @override
    def read(self, path: Path, offset: int, n_bytes: int) -> bytes:
        self.files_read.add(path.name)
        return super().read(path, offset, n_bytes)


@pytest.mark.usefixtures("small_segments")
def test_load__reads_of_closed_segments_only_the_index(tmp_path: Path) -> None:
    written = filled(tmp_path, MANY)
    n_segments = len(list(tmp_path.glob("segment-*.log")))
    journal = journal_on(tmp_path, disk := CountingDisk())

    journal.load()

    assert journal.tree.root() == written.tree.root()
    assert (n_segments, len(indexes(tmp_path))) == (5, 4)
    assert {name for name in disk.files_read if name.endswith(".log")} == {"segment-000005.log"}
    assert [journal.record(n).data for n in range(9)] == MANY


@pytest.mark.usefixtures("small_segments")
def test_load__does_without_an_index_and_recover_writes_it_again(tmp_path: Path) -> None:
    filled(tmp_path, MANY)
    whole = {path: path.read_bytes() for path in indexes(tmp_path)}
    one, other, third, _ = whole
    one.unlink()
    other.write_bytes(whole[other][:-1])
    third.write_bytes(whole[one])

    assert read_again(tmp_path) == MANY
    assert len(indexes(tmp_path)) == 3, "a reader writes nothing"
    ready(tmp_path)
    assert {path: path.read_bytes() for path in indexes(tmp_path)} == whole


def forged_index(path: Path, *, leaf: int | None = None, offset: int = 0) -> bytes:
    """An index with a right checksum that says something else."""
    index = StartIndex.decode(path.read_bytes())
    assert index is not None
    leaves = bytearray(index.leaves)
    if leaf is not None:
        leaves[leaf] ^= 1
    offsets = array("Q", [place + offset for place in index.offsets])
    return replace(index, leaves=bytes(leaves), offsets=offsets).encode()


@pytest.mark.usefixtures("small_segments")
def test_load__believes_no_index_that_does_not_lead_to_the_signed_root(tmp_path: Path) -> None:
    written = filled(tmp_path, MANY)
    path = indexes(tmp_path)[1]
    path.write_bytes(forged_index(path, leaf=3))

    journal = ready(tmp_path)

    assert journal.tree.root() == written.tree.root()
    assert [record.data for record in journal.records()] == MANY
    assert path.read_bytes() != forged_index(path, leaf=3), "it was written again"


@pytest.mark.usefixtures("small_segments")
def test_record__believes_no_place_that_an_index_gives(tmp_path: Path) -> None:
    filled(tmp_path, MANY)
    path = indexes(tmp_path)[0]
    path.write_bytes(forged_index(path, offset=1))
    journal = journal_on(tmp_path)
    journal.load()

    with pytest.raises(DamagedJournalError, match="record 0"):
        journal.record(0)


@pytest.mark.usefixtures("small_segments")
def test_load__refuses_a_closed_segment_that_became_shorter_or_is_gone(tmp_path: Path) -> None:
    filled(tmp_path, MANY)
    path = sorted(tmp_path.glob("segment-*.log"))[1]
    content = path.read_bytes()

    path.write_bytes(content[:-1])
    with pytest.raises(DamagedJournalError, match=r"record \d at byte \d+ of segment-000002.log"):
        journal_on(tmp_path).load()
    path.unlink()
    with pytest.raises(DamagedJournalError, match=r"segment-000003\.log"):
        ready(tmp_path)
    path.write_bytes(content)
    assert read_again(tmp_path) == MANY


@pytest.mark.usefixtures("small_segments")
def test_record__refuses_a_flipped_bit_of_a_closed_segment_that_a_start_does_not_read(
    tmp_path: Path,
) -> None:
    filled(tmp_path, MANY)
    path = sorted(tmp_path.glob("segment-*.log"))[1]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    journal = ready(tmp_path)

    with pytest.raises(DamagedJournalError, match=r"segment-000002\.log"):
        list(journal.records())
    assert [item for item in journal.scan() if isinstance(item, Damage)]


@pytest.mark.usefixtures("small_segments")
def test_append__goes_on_when_the_index_cannot_be_written(tmp_path: Path) -> None:
    class NoIndexDisk(PosixDisk):
        @override
        def append(self, path: Path, data: bytes) -> None:
            if path.suffix == ".index":
                raise OSError(errno.ENOSPC, "no room")
            super().append(path, data)

    journal = journal_on(tmp_path, NoIndexDisk())
    journal.recover()
    for record in MANY:
        journal.append([record], received_at_s=NOW_S)

    assert indexes(tmp_path) == []
    assert read_again(tmp_path) == MANY


@pytest.mark.usefixtures("small_segments")
def test_refresh__follows_another_process_into_new_segments(tmp_path: Path) -> None:
    reader = filled(tmp_path, MANY[:2])
    writer = ready(tmp_path)
    for record in MANY[2:]:
        writer.append([record], received_at_s=NOW_S)
        reader.refresh()
        assert reader.tree.root() == writer.tree.root()
        assert reader.checkpoint_note == writer.checkpoint_note

    assert [reader.record(n).data for n in range(9)] == MANY
    assert reader.append([b"by the first"], received_at_s=NOW_S) == [9]


def test_refresh__of_a_writer_repairs_what_a_dead_process_left(tmp_path: Path) -> None:
    writer = filled(tmp_path)
    whole = encode_frame(b"whole", index=len(RECORDS), received_at_s=NOW_S)
    segment(tmp_path).write_bytes(segment(tmp_path).read_bytes() + whole + whole[:-1])

    writer.refresh()

    assert [record.data for record in writer.records()] == [*RECORDS, b"whole"]
    assert read_again(tmp_path) == [*RECORDS, b"whole"]


def test_refresh__reads_nothing_while_nothing_changes(tmp_path: Path) -> None:
    filled(tmp_path)
    journal = journal_on(tmp_path, disk := CountingDisk())
    journal.load()
    disk.files_read.clear()

    journal.refresh()

    assert disk.files_read == set()
