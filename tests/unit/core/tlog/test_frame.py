"""The laws of a frame: what was written is read back, what is not a frame is named at its place."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.tlog import frame as frame_module
from taihang.core.tlog.frame import (
    HEAD_BYTES,
    FrameFile,
    decode_frame,
    encode_frame,
    frame_bytes,
    scan_frames,
)
from taihang.core.tlog.record import Damage, Record

TEXTS = [b"first", b"", b"a THJ2 inside", b"THJ1THJ2" * 3, bytes(range(256))]


def framed(texts: list[bytes], *, first: int = 0, at_s: int = 7) -> list[bytes]:
    return [encode_frame(text, index=first + n, received_at_s=at_s) for n, text in enumerate(texts)]


def file_of(content: bytes, name: str = "file") -> FrameFile:
    return FrameFile(name, lambda at, n: content[at : at + n], len(content))


def scanned(content: bytes) -> list[Record | Damage]:
    return list(scan_frames([file_of(content)]))


def texts_of(found: list[Record | Damage]) -> list[bytes]:
    return [item.data for item in found if isinstance(item, Record)]


def damages(content: bytes) -> list[tuple[int, int, int]]:
    return [(d.index, d.offset, d.stop) for d in scanned(content) if isinstance(d, Damage)]


@given(st.binary(max_size=300), st.integers(0, 2**40), st.integers(0, 2**40))
def test_decode_frame__inverts_encode_frame(data: bytes, index: int, at_s: int) -> None:
    content = encode_frame(data, index=index, received_at_s=at_s)

    found = decode_frame(b"??" + content + b"?", 2)

    assert found is not None
    assert (found.data, found.index, found.received_at_s) == (data, index, at_s)
    assert found.n_bytes == len(content) == HEAD_BYTES + len(data) == frame_bytes(content[:8] * 2)


def test_decode_frame__refuses_any_flipped_bit() -> None:
    content = encode_frame(b"some record", index=3, received_at_s=9)

    for bit in range(8 * len(content)):
        altered = bytearray(content)
        altered[bit // 8] ^= 1 << bit % 8
        assert decode_frame(bytes(altered)) is None, bit


def test_frame_bytes__of_a_length_beyond_the_limit_is_none() -> None:
    content = encode_frame(b"x" * 50, index=0, received_at_s=0)

    assert frame_bytes(content, limit=49) is None
    assert decode_frame(content, limit=49) is None
    assert decode_frame(content, limit=50) is not None


def test_scan_frames__yields_every_record_with_its_place() -> None:
    frames = framed(TEXTS)

    found = scanned(b"".join(frames))

    assert [len(frame) for frame in frames[:2]] == [HEAD_BYTES + 5, HEAD_BYTES]
    assert found[:2] == [
        Record(0, TEXTS[0], 7, "file", 0),
        Record(1, b"", 7, "file", len(frames[0])),
    ]
    assert texts_of(found) == TEXTS


@pytest.mark.parametrize("window_bytes", [28, 29, 64, 1000])
def test_scan_frames__does_not_depend_on_the_window(
    monkeypatch: pytest.MonkeyPatch, window_bytes: int
) -> None:
    frames = framed(TEXTS)
    broken = b"".join([frames[0], b"noise THJ", *frames[1:3], frames[3][:-1], frames[4]])
    expected = scanned(broken)

    monkeypatch.setattr(frame_module, "_WINDOW_BYTES", window_bytes)

    assert scanned(broken) == expected
    assert texts_of(expected) == [*TEXTS[:3], TEXTS[4]]


def test_scan_frames__reads_a_large_file_in_windows() -> None:
    content = b"".join(framed([bytes(1000)] * 5000))
    longest = 0

    def read(at: int, n_bytes: int) -> bytes:
        nonlocal longest
        longest = max(longest, n_bytes)
        return content[at : at + n_bytes]

    n_records = sum(1 for _ in scan_frames([FrameFile("file", read, len(content))]))

    assert n_records == 5000
    assert longest <= 1 << 20 < len(content)


def test_scan_frames__names_an_altered_record_and_goes_on_behind_it() -> None:
    frames = framed(TEXTS)
    ends = [sum(map(len, frames[:n])) for n in range(6)]
    frames[1] = b"?" + frames[1][1:]

    content = b"".join(frames)

    assert damages(content) == [(1, ends[1], ends[2])]
    assert texts_of(scanned(content)) == [TEXTS[0], *TEXTS[2:]]


def test_scan_frames__names_noise_between_records_without_losing_one() -> None:
    frames = framed(TEXTS)

    content = b"".join([frames[0], b"noise", *frames[1:]])

    assert damages(content) == [(1, len(frames[0]), len(frames[0]) + 5)]
    assert [r.index for r in scanned(content) if isinstance(r, Record)] == [0, 1, 2, 3, 4]


def test_scan_frames__names_records_that_are_gone() -> None:
    frames = framed(TEXTS)

    found = scanned(b"".join([frames[0], *frames[3:]]))

    assert found[1] == Damage(
        1, "file", len(frames[0]), len(frames[0]), b"", "records 1 … 2 are missing before it"
    )
    assert [r.index for r in found if isinstance(r, Record)] == [0, 3, 4]


def test_scan_frames__names_several_records_that_are_gone_in_one_stretch() -> None:
    frames = framed(TEXTS)

    found = damages(b"".join([frames[0], b"??", frames[4]]))

    start = len(frames[0])
    assert found == [(1, start, start + 2), (2, start + 2, start + 2)]


def test_scan_frames__names_a_record_that_stands_twice_or_elsewhere() -> None:
    frames = framed(TEXTS)

    doubled = scanned(b"".join([*frames[:2], frames[1], *frames[2:]]))
    swapped = scanned(b"".join([frames[1], frames[0], *frames[2:]]))

    assert [d.what for d in doubled if isinstance(d, Damage)] == [
        "record 1 stands here again, or was moved here"
    ]
    assert texts_of(doubled) == TEXTS
    assert [d.index for d in swapped if isinstance(d, Damage)] == [0, 0]


def test_scan_frames__goes_on_from_one_file_to_the_next() -> None:
    one, other = framed(TEXTS[:2]), framed(TEXTS[2:], first=2)
    files = [file_of(b"".join(one), "1"), file_of(b"".join(other), "2")]

    whole = list(scan_frames(files))
    swapped = list(scan_frames(reversed(files)))
    torn = list(scan_frames([file_of(b"".join(one) + b"noise", "1"), files[1]]))

    assert texts_of(whole) == TEXTS
    assert [(item.file, item.offset) for item in whole[1:3]] == [("1", len(one[0])), ("2", 0)]
    assert swapped[0] == Damage(0, "2", 0, 0, b"", "records 0 … 1 are missing before it")
    assert texts_of(torn) == TEXTS
    assert [d.file for d in torn if isinstance(d, Damage)] == ["1"]


def test_scan_frames__begins_where_it_is_told() -> None:
    frames = framed(TEXTS)
    start = len(frames[0])

    found = list(scan_frames([file_of(b"".join(frames))], index=1, start=start))

    assert texts_of(found) == TEXTS[1:]
    assert found[0].offset == start


def test_scan_frames__of_noise_ends() -> None:
    random = Random(3)  # noqa: S311  # the seed names the case
    content = bytes(random.choice(b"THJ12\x00\x01") for _ in range(3000))

    assert damages(content) == [(0, 0, 3000)]
