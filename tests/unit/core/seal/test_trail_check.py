"""Whatever is changed, taken out, put in, moved or cut off in a trail is named."""

from pathlib import Path
from random import Random

import pytest

from taihang.adapters.stores.trail import TRAIL_FILE
from taihang.core.seal.trail import TrailRecord, seal_trail_record
from taihang.core.seal.trail_check import SealedHead, TrailCheck, check_trail
from taihang.core.tlog.frame import FrameFile, encode_frame, scan_frames
from taihang.core.tlog.merkle import EMPTY_ROOT
from trail_kit import entry, filled

N = 12
N_MUTATIONS = 2_000


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The frames of a whole trail."""
    folder = tmp_path_factory.mktemp("trail")
    filled(folder, N)
    content = (folder / "trail" / TRAIL_FILE).read_bytes()
    file = FrameFile(TRAIL_FILE, lambda at, n: content[at : at + n], len(content))
    return [content[start:stop] for start, stop, _ in file.stretches()]


@pytest.fixture(scope="module")
def head(tmp_path_factory: pytest.TempPathFactory) -> SealedHead:
    """What the log holds of the whole trail."""
    size, root = filled(tmp_path_factory.mktemp("head"), N).head()
    return SealedHead(40, size, root.hex())


def checked(content: bytes, *heads: SealedHead) -> TrailCheck:
    file = FrameFile(TRAIL_FILE, lambda at, n: content[at : at + n], len(content))
    return check_trail(scan_frames([file]), heads)


def test_check_trail__of_a_whole_one_finds_nothing(frames: list[bytes], head: SealedHead) -> None:
    found = checked(b"".join(frames), head)

    assert (found.findings, found.is_torn, found.tree.size) == ([], False, N)
    assert found.sealed_size == N
    assert checked(b"").is_whole


def test_check_trail__every_changed_byte_is_found(frames: list[bytes], head: SealedHead) -> None:
    whole = b"".join(frames)
    dice = Random(7)  # noqa: S311 - mutations, no secret

    for _ in range(N_MUTATIONS):
        at, bit = dice.randrange(len(whole)), 1 << dice.randrange(8)
        changed = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
        assert not checked(changed, head).is_whole, (at, bit)


@pytest.mark.parametrize("number", range(N))
def test_check_trail__an_entry_that_is_gone_doubled_or_moved_is_found(
    frames: list[bytes], head: SealedHead, number: int
) -> None:
    gone = frames[:number] + frames[number + 1 :]
    doubled = frames[: number + 1] + frames[number:]
    moved = [*gone, frames[number]]

    for content in (gone, doubled, *([moved] if number < N - 1 else [])):
        assert not checked(b"".join(content), head).is_whole


def test_check_trail__an_entry_that_was_written_anew_contradicts_the_next(
    frames: list[bytes],
) -> None:
    for number in range(N - 1):
        file = FrameFile("x", lambda at, n, f=frames[number]: f[at : at + n], len(frames[number]))
        frame = file.frame_at(0)
        assert frame is not None
        other = frame.data.replace(b'"actor":"user', b'"actor":"ruse')
        assert other != frame.data
        forged = encode_frame(other, index=number, received_at_s=frame.received_at_s)

        found = checked(b"".join([*frames[:number], forged, *frames[number + 1 :]]))

        assert "does not follow" in found.findings[0].what
        assert f"entry {number + 1}," in found.findings[0].where


def test_check_trail__a_cut_is_seen_against_the_head_in_the_log(
    frames: list[bytes], head: SealedHead
) -> None:
    for kept in range(N):
        short = b"".join(frames[:kept])

        assert checked(short).is_whole, "without a head nobody can tell"
        (finding,) = checked(short, head).findings
        assert finding.what == f"entries {kept} … {N - 1} are gone"


def test_check_trail__another_history_under_the_head_is_seen(
    tmp_path: Path, head: SealedHead
) -> None:
    other = filled(tmp_path, N - 1)
    other.append(entry(99))

    found = check_trail(other.scan(), [head])

    assert "history was changed" in found.findings[0].what


def test_check_trail__a_killed_writer_leaves_no_damage_and_is_told(
    frames: list[bytes], head: SealedHead
) -> None:
    whole, half = b"".join(frames), frames[0]

    for n in (1, 10, len(half) - 1):
        found = checked(whole + half[:n], head)
        assert (found.findings, found.is_torn) == ([], True)
    assert not checked(whole + half[:-1] + b"\x00", head).is_whole, "a whole frame, and altered"


def test_check_trail__an_id_stands_once() -> None:
    first = seal_trail_record(TrailRecord(0, EMPTY_ROOT, entry(1)))
    content = encode_frame(first, index=0, received_at_s=1)
    root = checked(content).tree.root()
    again = seal_trail_record(TrailRecord(1, root, entry(1)))
    content += encode_frame(again, index=1, received_at_s=1)

    (finding,) = checked(content).findings

    assert "has stood in an entry before" in finding.what


def test_check_trail__a_number_that_is_not_the_place_is_found() -> None:
    data = seal_trail_record(TrailRecord(5, EMPTY_ROOT, entry(1)))

    (finding,) = checked(encode_frame(data, index=0, received_at_s=1)).findings

    assert "entry 5" in finding.what


def test_check_trail__what_is_no_entry_is_found() -> None:
    (finding,) = checked(encode_frame(b"{}", index=0, received_at_s=1)).findings

    assert "input.trail-entry" in finding.what
