"""What a check of a journal names, and what it leaves in peace."""

from collections.abc import Sequence

import pytest

from taihang.core.errors import InputError
from taihang.core.tlog.check import JournalCheck, JournalLaw, check_journal
from taihang.core.tlog.checkpoint import Checkpoint
from taihang.core.tlog.frame import FrameFile, encode_frame, scan_frames
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.record import Record

RECORDS = [b"record %d" % number for number in range(8)]
GROUPS = [1, 3, 4, 8]
"""Sizes at which a checkpoint was signed."""


class WrongContentError(InputError):
    code = "input.wrong-content"

    def __init__(self) -> None:
        super().__init__(given="wrong content", expected="another", remedy="none")


def opened(note: str) -> Checkpoint:
    size, root, sign = note.split("/")
    if sign != "signed":
        raise WrongContentError
    return Checkpoint("log", int(size), bytes.fromhex(root))


def seen(record: Record) -> None:
    if b"wrong" in record.data:
        raise WrongContentError


LAW = JournalLaw(leaf_entry=bytes, open_checkpoint=opened, see=seen)


def segment(records: Sequence[bytes] = RECORDS) -> list[bytes]:
    sizes = [0, *GROUPS, 99]
    group = [sum(size <= n for size in sizes) for n in range(len(records))]
    return [
        encode_frame(data, index=n, received_at_s=100 * group[n]) for n, data in enumerate(records)
    ]


def checkpoints(records: Sequence[bytes] = RECORDS, *, sign: str = "signed") -> list[bytes]:
    found: list[bytes] = []
    for n, size in enumerate(GROUPS):
        root = Tree(map(leaf_hash, records[:size])).root()
        note = f"{size}/{root.hex()}/{sign}".encode()
        found.append(encode_frame(note, index=n, received_at_s=100 * (n + 1)))
    return found


def file_of(frames: Sequence[bytes], name: str) -> FrameFile:
    content = b"".join(frames)
    return FrameFile(name, lambda at, n: content[at : at + n], len(content))


def checked(
    *files: Sequence[bytes], signed: Sequence[bytes] | None = None, at_least: int = 0
) -> JournalCheck:
    segments = [file_of(frames, f"segment-{n}") for n, frames in enumerate(files, start=1)]
    notes = file_of(checkpoints() if signed is None else signed, "checkpoints")
    return check_journal(scan_frames(segments), scan_frames([notes]), law=LAW, at_least=at_least)


def places(found: JournalCheck) -> list[tuple[int, bool]]:
    return [(finding.index, finding.is_checkpoint) for finding in found.findings]


def test_check_journal__of_a_whole_one_finds_nothing() -> None:
    for at_least in (0, 8):
        found = checked(segment(), at_least=at_least)
        assert (found.findings, found.is_whole) == ([], True)
        assert (found.n_checkpoints, found.acknowledged) == (4, 8)
        assert found.tree.root() == Tree(map(leaf_hash, RECORDS)).root()
    assert checked(signed=[]).findings == []


def test_check_journal__names_a_damaged_record_with_file_and_byte() -> None:
    frames = segment()
    start = len(b"".join(frames[:5]))
    frames[5] = frames[5][:-1] + b"?"

    found = checked(frames)

    (finding,) = found.findings
    assert finding.where == f"record 5, segment-1 at byte {start}"
    assert not found.is_whole


@pytest.mark.parametrize("index", range(8))
def test_check_journal__names_a_record_that_is_gone_doubled_or_moved(index: int) -> None:
    frames = segment()
    gone = [*frames[:index], *frames[index + 1 :]]
    doubled = [*frames, frames[index]]
    other = (index + 1) % 8
    moved = [*frames]
    moved[index], moved[other] = moved[other], moved[index]

    assert (index, False) in places(checked(gone))
    assert (index, False) in places(checked(doubled))
    assert {(index, False), (other, False)} & {*places(checked(moved))}


def test_check_journal__names_the_group_that_was_written_anew() -> None:
    others = [*RECORDS[:5], b"another", *RECORDS[6:]]

    (finding,) = checked(segment(others)).findings

    assert (finding.index, finding.what) == (4, "records 4 … 7 are not those of checkpoint 3")


def test_check_journal__names_a_record_whose_content_is_refused() -> None:
    wrong = [*RECORDS[:2], b"wrong", *RECORDS[3:]]

    found = checked(segment(wrong), signed=checkpoints(wrong))

    assert places(found) == [(2, False)]
    assert "wrong content" in found.findings[0].what


def test_check_journal__names_a_time_that_was_changed() -> None:
    for index, at_s, named in ((2, 50, 2), (2, 250, 2), (3, 320, 3), (0, 99, 0)):
        frames = segment()
        frames[index] = encode_frame(RECORDS[index], index=index, received_at_s=at_s)
        assert (named, False) in places(checked(frames)), (index, at_s)


def test_check_journal__names_a_checkpoint_that_is_forged_gone_doubled_or_moved() -> None:
    notes = checkpoints()
    unsigned = checkpoints(sign="forged")
    shrunk = [*notes[:3], encode_frame(b"2/00/signed", index=3, received_at_s=1)]

    assert places(checked(segment(), signed=[*notes[:1], unsigned[1], *notes[2:]])) == [(1, True)]
    assert places(checked(segment(), signed=[*notes[:1], *notes[2:]])) == [(1, True)]
    assert (0, True) in places(checked(segment(), signed=[*notes, notes[0]]))
    assert (0, True) in places(checked(segment(), signed=[notes[1], notes[0], *notes[2:]]))
    assert places(checked(segment(), signed=[notes[0], b"noise", *notes[1:]])) == [(1, True)]
    assert (3, True) in places(checked(segment(), signed=shrunk))


def test_check_journal__names_an_older_copy_to_whom_remembers() -> None:
    frames, notes = segment(), checkpoints()

    found = checked(frames[:4], signed=notes[:3], at_least=8)

    assert [finding.what for finding in found.findings] == [
        "records 4 … 7 were acknowledged and are gone",
        "the checkpoint over records 4 … 7, once signed, is gone",
    ]
    assert checked(frames[:4], signed=notes[:3]).findings == []


def test_check_journal__names_acknowledged_records_that_are_gone_from_the_end() -> None:
    found = checked(segment()[:6])

    assert [finding.index for finding in found.findings] == [6]
    assert not found.is_whole


@pytest.mark.parametrize("n_bytes", [1, 10, 28, 36])
def test_check_journal__leaves_in_peace_what_a_crash_may_leave(n_bytes: int) -> None:
    frames, notes = segment([*RECORDS, b"not acknowledged", b"nor this"]), checkpoints()

    torn = checked([*frames[:8], frames[8][:n_bytes]])
    holed = checked([*frames[:8], frames[8][:n_bytes], frames[9]])
    uncovered = checked(frames)
    unsigned = checked(frames[:8], signed=[*notes[:3], notes[3][:n_bytes]])

    for found in (torn, holed, uncovered, unsigned):
        assert (found.findings, found.is_whole) == ([], True)
    assert unsigned.acknowledged == 4


def test_check_journal__names_a_tail_that_has_something_behind_it() -> None:
    frames = segment()

    found = checked([*frames[:4], b"noise"], frames[4:], signed=checkpoints()[:3])

    assert places(found) == [(4, False)]


def test_check_journal__of_records_that_cannot_be_hashed_names_them() -> None:
    def refusing(data: bytes) -> bytes:
        if data == RECORDS[3]:
            raise WrongContentError
        return data

    law = JournalLaw(leaf_entry=refusing, open_checkpoint=opened, see=seen)
    found = check_journal(
        scan_frames([file_of(segment(), "s")]),
        scan_frames([file_of(checkpoints(), "c")]),
        law=law,
    )

    assert places(found) == [(3, False)]
