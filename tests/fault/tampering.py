"""Ways to tamper with a journal by somebody who holds the disk, and what must be named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias

from fault.week_journal import Place, Week
from taihang.core.tlog.frame import decode_frame, encode_frame

Files: TypeAlias = dict[str, bytes]


@dataclass(frozen=True)
class Tampered:
    """A journal after somebody tampered with it."""

    what: str
    files: Files
    named: frozenset[tuple[bool, int]]
    """Of these (is a checkpoint, number) at least one must be named; none for a harmless change."""
    place: tuple[str, int, int] | None = None
    """Where the altered byte lies, if one was altered: path, and from where to where its frame."""


def flipped(week: Week, random: Random) -> Tampered:
    """One byte of a segment or of the checkpoints is another."""
    paths = [*week.segments, week.checkpoints[0].path]
    path = random.choices(paths, [len(week.files[path]) for path in paths])[0]
    at = random.randrange(len(week.files[path]))
    content = bytearray(week.files[path])
    content[at] ^= random.randrange(1, 256)
    place = next(
        place
        for place in (*week.records, *week.checkpoints)
        if place.path == path and place.start <= at < place.stop
    )
    return Tampered(
        f"byte {at} of {path}",
        {**week.files, path: bytes(content)},
        _named(place),
        (path, place.start, place.stop),
    )


# -- records -------------------------------------------------------------------------------------


def swapped(week: Week, random: Random) -> Tampered:
    one, other = sorted(random.sample(week.records, 2), key=lambda place: place.index)
    files = _put(week.files, other, one.cut_from(week.files))
    files = _put(files, one, other.cut_from(week.files))
    return Tampered(f"swap {one.index}, {other.index}", files, _named(one, other))


def deleted(week: Week, random: Random) -> Tampered:
    place = random.choice(week.records)
    return Tampered(f"delete {place.index}", _put(week.files, place, b""), _named(place))


def doubled(week: Week, random: Random) -> Tampered:
    place, before = random.choice(week.records), random.choice(week.records)
    frame = place.cut_from(week.files)
    files = _put(week.files, before, frame + before.cut_from(week.files))
    return Tampered(f"{place.index} again before {before.index}", files, _named(place))


def noise_inserted(week: Week, random: Random) -> Tampered:
    place = random.choice(week.records)
    noise = random.randbytes(random.randrange(1, 60))
    files = _put(week.files, place, noise + place.cut_from(week.files))
    return Tampered(f"noise before {place.index}", files, _named(place))


def forged_inserted(week: Week, random: Random) -> Tampered:
    """A frame with a right checksum and the number of the record that it stands before."""
    place, model = random.choice(week.records), random.choice(week.records)
    frame = decode_frame(model.cut_from(week.files))
    assert frame is not None
    forged = encode_frame(frame.data, index=place.index, received_at_s=frame.received_at_s)
    files = _put(week.files, place, forged + place.cut_from(week.files))
    return Tampered(f"forged before {place.index}", files, _named(place))


def reframed(week: Week, random: Random) -> Tampered:
    """A byte of a record is another, and the checksum fits it."""
    place = random.choice(week.records)
    frame = decode_frame(place.cut_from(week.files))
    assert frame is not None
    data = bytearray(frame.data)
    at = random.randrange(len(data))
    data[at] ^= random.randrange(1, 256)
    forged = encode_frame(bytes(data), index=place.index, received_at_s=frame.received_at_s)
    named = frozenset((False, index) for index in week.group_of(place.index))
    what = f"byte {at} of record {place.index} with its checksum"
    return Tampered(what, _put(week.files, place, forged), named)


def retimed(week: Week, random: Random) -> Tampered:
    """The time of receipt is another, and the checksum fits it."""
    place = random.choice(week.records)
    frame = decode_frame(place.cut_from(week.files))
    assert frame is not None
    by_s = random.choice([-9_000, -1, 1, 9_000])
    forged = encode_frame(frame.data, index=place.index, received_at_s=frame.received_at_s + by_s)
    group = week.group_of(place.index)
    named = frozenset((False, index) for index in (*group, group.stop))
    return Tampered(f"time of {place.index} by {by_s}", _put(week.files, place, forged), named)


# -- files ---------------------------------------------------------------------------------------


def truncated(week: Week, random: Random) -> Tampered:
    path = random.choice(week.segments)
    at = random.randrange(len(week.files[path]))
    lost = next(place for place in week.records if place.path == path and place.stop > at)
    files = {**week.files, path: week.files[path][:at]}
    return Tampered(f"{path} cut at {at}", files, _named(lost))


def segments_swapped(week: Week, random: Random) -> Tampered:
    one, other = random.sample(week.segments, 2)
    files = {**week.files, one: week.files[other], other: week.files[one]}
    return Tampered(f"{one} for {other}", files, _first_of(week, one, other))


def segment_deleted(week: Week, random: Random) -> Tampered:
    path = random.choice(week.segments)
    files = {name: content for name, content in week.files.items() if name != path}
    return Tampered(f"{path} deleted", files, _first_of(week, path))


def yesterday(week: Week, random: Random) -> Tampered:
    size = random.choice(week.groups[:-1])
    return Tampered(f"copy of {size} records", week.earlier[size], frozenset({(False, size)}))


def yesterdays_segment(week: Week, random: Random) -> Tampered:
    """One file is that of an older copy; the others are of today."""
    size = random.choice(week.groups[:-1])
    older = week.earlier[size]
    path = max(path for path in older if path.endswith(".log"))
    if older[path] == week.files[path]:
        return yesterday(week, random)
    files = {**week.files, path: older[path]}
    return Tampered(f"{path} as of {size} records", files, frozenset({(False, size)}))


# -- checkpoints ---------------------------------------------------------------------------------


def checkpoints_swapped(week: Week, random: Random) -> Tampered:
    one, other = sorted(random.sample(week.checkpoints, 2), key=lambda place: place.index)
    files = _put(week.files, other, one.cut_from(week.files))
    files = _put(files, one, other.cut_from(week.files))
    return Tampered(f"checkpoints {one.index}, {other.index}", files, _named(one, other))


def checkpoint_deleted(week: Week, random: Random) -> Tampered:
    place = random.choice(week.checkpoints)
    files = _put(week.files, place, b"")
    return Tampered(f"checkpoint {place.index} deleted", files, _named(place))


def checkpoint_doubled(week: Week, random: Random) -> Tampered:
    place, before = random.choice(week.checkpoints), random.choice(week.checkpoints)
    frame = place.cut_from(week.files)
    files = _put(week.files, before, frame + before.cut_from(week.files))
    what = f"checkpoint {place.index} again before {before.index}"
    return Tampered(what, files, _named(place))


def older_checkpoint_appended(week: Week, random: Random) -> Tampered:
    place = random.choice(week.checkpoints)
    content = week.files[place.path] + place.cut_from(week.files)
    files = {**week.files, place.path: content}
    return Tampered(f"checkpoint {place.index} at the end", files, _named(place))


def checkpoint_forged(week: Week, random: Random) -> Tampered:
    """A signature that does not verify, under a checksum that does."""
    place = random.choice(week.checkpoints)
    frame = decode_frame(place.cut_from(week.files))
    assert frame is not None
    note = frame.data.decode()
    at = len(note) - random.randrange(10, 60)
    note = note[:at] + ("A" if note[at] != "A" else "B") + note[at + 1 :]
    forged = encode_frame(note.encode(), index=place.index, received_at_s=frame.received_at_s)
    files = _put(week.files, place, forged)
    return Tampered(f"signature of checkpoint {place.index}", files, _named(place))


def checkpoints_truncated(week: Week, random: Random) -> Tampered:
    path = week.checkpoints[0].path
    at = random.randrange(len(week.files[path]))
    lost = next(place for place in week.checkpoints if place.stop > at)
    files = {**week.files, path: week.files[path][:at]}
    return Tampered(f"checkpoints cut at {at}", files, _named(lost))


CHANGES: Final[tuple[Callable[[Week, Random], Tampered], ...]] = (
    swapped,
    deleted,
    doubled,
    noise_inserted,
    forged_inserted,
    reframed,
    retimed,
    truncated,
    segments_swapped,
    segment_deleted,
    yesterday,
    yesterdays_segment,
    checkpoints_swapped,
    checkpoint_deleted,
    checkpoint_doubled,
    older_checkpoint_appended,
    checkpoint_forged,
    checkpoints_truncated,
)
"""Every harmful change but the altered byte."""


# -- harmless ------------------------------------------------------------------------------------


def harmless(week: Week, random: Random) -> Tampered:
    """What a crash leaves behind the last checkpoint, or what happens to an index."""
    last = week.segments[-1]
    notes = week.checkpoints[0].path
    n = len(week.records)
    whole = encode_frame(random.randbytes(90), index=n, received_at_s=1 << 40)
    part = whole[: random.randrange(1, len(whole))]
    index = random.choice(week.indexes)
    changes: list[Files] = [
        {},
        {last: week.files[last] + part},
        {last: week.files[last] + whole},
        {last: week.files[last] + whole + part},
        {last: week.files[last] + bytes(len(part))},
        {notes: week.files[notes] + encode_frame(b"note", index=10**6, received_at_s=1)[:-1]},
        {notes: week.files[notes] + part},
        {index: week.files[index][: random.randrange(len(week.files[index]))]},
        {index: random.randbytes(200)},
        {index: b""},
    ]
    changed = random.choice(changes)
    return Tampered(f"harmless: {[*changed]}", {**week.files, **changed}, frozenset())


def _put(files: Files, place: Place, data: bytes) -> Files:
    content = files[place.path]
    return {**files, place.path: content[: place.start] + data + content[place.stop :]}


def _named(*places: Place) -> frozenset[tuple[bool, int]]:
    return frozenset((place.is_checkpoint, place.index) for place in places)


def _first_of(week: Week, *paths: str) -> frozenset[tuple[bool, int]]:
    found: Sequence[Place] = [
        next(place for place in week.records if place.path == path) for path in paths
    ]
    return _named(*found)
