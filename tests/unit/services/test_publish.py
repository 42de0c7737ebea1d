"""Nothing is published that a quorum has not cosigned, and whatever is killed leaves one truth."""

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

import small_park
from evidence_kit import verify_signature
from taihang.adapters.web_link import DEADLINE_S
from taihang.core.errors import LinkError
from taihang.core.park.witness import LogPolicy
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.cosignature import QuorumError, cosignatures_of
from taihang.core.tlog.note import parse_note
from taihang.core.tlog.tiles import TiledTree
from taihang.interfaces.ingest.publisher import EVERY_S
from taihang.services import publish as publishing
from taihang.services.ask_witnesses import Answers
from taihang.services.ports import Journal, Ports, PublishedLog
from taihang.services.publish import REFRESH_S, NotPublished, Published, Reason, publish
from watched_park import NOW_S, Watched
from witness_kit import WITNESSES

NAMES = [witness.name for witness in WITNESSES]


@pytest.fixture
def park(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path)
    watched.grow(3)
    return watched


def refused(found: Published | NotPublished) -> NotPublished:
    assert isinstance(found, NotPublished), found
    return found


def test_publish__takes_three_cosignatures_and_writes_what_strangers_read(park: Watched) -> None:
    found = park.published()

    note = (park.root / "log/checkpoint").read_text()
    tiles = TiledTree(3, read=lambda path: (park.root / "log" / path).read_bytes())
    cosigned = cosignatures_of(parse_note(note), witnesses=WITNESSES, verify=verify_signature)
    assert (found.size, found.is_new, note) == (3, True, found.note)
    assert [item.name for item in cosigned] == NAMES
    assert tiles.root() == found.root == checkpoint_of(note).root


def test_publish__goes_on_from_what_was_published(park: Watched) -> None:
    for size in (3, 5, 9):
        park.grow(size)
        assert park.published().size == size

    with park.opened(writing=False) as ports:
        notes = ports.published.notes()
    assert [checkpoint_of(note).size for note in notes] == [3, 5, 9]
    # The second time the size of each witness is known, so that each is asked once.
    assert len(park.witnesses.asked) == 3 * len(notes)


def test_publish__needs_two_of_three_and_no_more(park: Watched) -> None:
    park.witnesses.down = {NAMES[1]}
    assert [item.name for item in park.published().cosignatures] == [NAMES[0], NAMES[2]]

    park.grow(4)
    park.witnesses.down = set(NAMES[:2])
    found = refused(park.publish())

    assert (found.reason, found.n_cosigned) == (Reason.NO_QUORUM, 1)
    assert sorted(found.absent) == sorted(NAMES[:2])
    assert checkpoint_of((park.root / "log/checkpoint").read_text()).size == 3


def test_publish__without_a_quorum_does_not_stop_the_data(park: Watched) -> None:
    park.witnesses.down = set(NAMES)

    park.grow(7)

    assert refused(park.publish()).reason is Reason.NO_QUORUM
    with park.opened(writing=False) as ports:
        assert ports.journal.size == 7
        assert ports.published.latest() is None


def test_publish__asks_again_from_the_size_a_witness_tells(park: Watched) -> None:
    # One witness has seen more than was published: it answered when the others were down.
    park.witnesses.down = set(NAMES[:2])
    park.publish()
    park.grow(6)
    park.witnesses.down = set()

    found = park.published()

    assert [item.name for item in found.cosignatures] == NAMES
    assert park.witnesses.asked[-1][1].startswith(b"old 3\n") or any(
        body.startswith(b"old 3\n") for _, body in park.witnesses.asked
    )


def test_publish__of_an_empty_log_and_of_a_park_without_witnesses(tmp_path: Path) -> None:
    empty = Watched(tmp_path)
    assert refused(empty.publish()).reason is Reason.EMPTY

    with empty.opened() as ports:
        alone = replace(ports, park=replace(ports.park, log=None, witnesses={}))
        assert refused(publish(ports=alone)).reason is Reason.NOT_WITNESSED
    assert not (empty.root / "log").exists()


def test_publish__does_not_ask_when_there_is_nothing_new_until_an_hour_has_passed(
    park: Watched,
) -> None:
    park.published()
    n_asked = len(park.witnesses.asked)

    assert not park.published().is_new
    assert len(park.witnesses.asked) == n_asked

    with park.opened(writing=False) as ports:
        later_s = NOW_S + REFRESH_S
        park.witnesses.clocks_s = dict.fromkeys(NAMES, later_s)
        found = publish(ports=replace(ports, clock=FixedAt(later_s)))
    assert isinstance(found, Published)
    assert found.is_new
    assert {item.at_s for item in found.cosignatures} == {later_s}


class FixedAt(small_park.FixedClock):
    """A clock that stands at a second."""

    def __init__(self, at_s: int) -> None:
        super().__init__(small_park.datetime.fromtimestamp(at_s, small_park.UTC))


@pytest.mark.parametrize("apart_s", [-86_400, -301, 301, 10 * 365 * 86_400])
def test_publish__does_not_count_a_witness_whose_clock_is_wrong(
    park: Watched, apart_s: int
) -> None:
    park.witnesses.clocks_s = {NAMES[0]: NOW_S + apart_s}

    found = park.published()

    assert [item.name for item in found.cosignatures] == NAMES[1:]
    assert found.absent == {NAMES[0]: f"its clock and the platform's are {abs(apart_s)} s apart"}


def test_publish__pauses_when_its_own_clock_jumps(park: Watched) -> None:
    """Ten years ahead (F21): nobody agrees on the time, data is kept, and it goes on after."""
    with park.opened(writing=False) as ports:
        found = publish(ports=replace(ports, clock=FixedAt(NOW_S + 10 * 365 * 86_400)))

    assert refused(found).reason is Reason.NO_QUORUM
    assert park.published().size == 3


def test_publish__stops_when_a_witness_holds_more_than_the_park(park: Watched) -> None:
    with park.opened(writing=False) as ports:
        older = ports.journal.checkpoint_note
    park.grow(8)
    newer = park.published()
    assert older is not None

    # An older copy of the park is put back, publications and all.
    with park.opened(writing=False) as ports:
        then = replace(
            ports,
            journal=cast("Journal", Older(ports.journal, older)),
            published=cast("PublishedLog", Nothing(ports.published)),
        )
        found = publish(ports=then)

    found = refused(found)
    assert found.reason is Reason.FORK
    assert {alarm.what for alarm in found.alarms} == {"has cosigned size 8; the park has 3"}
    assert found.newest == older
    assert newer.size == 8


class Older:
    """A journal as it was some time ago."""

    def __init__(self, journal: object, note: str) -> None:
        self._journal = journal
        self.checkpoint_note = note
        self.size = checkpoint_of(note).size

    def __getattr__(self, name: str) -> object:
        return getattr(self._journal, name)


class Nothing:
    """Publications that were thrown away."""

    def __init__(self, published: object) -> None:
        self._published = published

    def latest(self) -> None:
        return None

    def __getattr__(self, name: str) -> object:
        return getattr(self._published, name)


def test_publish__says_when_the_park_contradicts_its_own_publication(park: Watched) -> None:
    park.grow(5)
    found = park.published()
    with park.opened(writing=False) as ports:
        assert ports.journal.checkpoint_note is not None
        older = Older(ports.journal, park.published().note)
        older.checkpoint_note = small_note(ports, 3)
        refusal = refused(publish(ports=replace(ports, journal=cast("Journal", older))))

    assert [alarm.who for alarm in refusal.alarms] == ["published"]
    assert (refusal.newest, refusal.published) == (older.checkpoint_note, found.note)


def small_note(ports: Ports, size: int) -> str:
    for note in ports.journal.checkpoint_notes():
        if checkpoint_of(note).size == size:
            return note
    raise AssertionError(size)


def test_publish__killed_before_the_note_is_written_publishes_anew(
    park: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F3: the old state holds."""
    killed_at(park, monkeypatch, "append")

    assert not (park.root / "journal/published").exists()
    assert park.published().size == 3


def test_publish__killed_before_strangers_see_it_shows_the_same_note(
    park: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F3: the new state holds, and there are never two roots for one size."""
    killed_at(park, monkeypatch, "show")
    with park.opened(writing=False) as ports:
        written = ports.published.latest()
    assert not (park.root / "log/checkpoint").exists()

    found = park.published()

    assert not found.is_new
    assert (park.root / "log/checkpoint").read_text() == written == found.note


class KilledError(BaseException):
    """The process ends here."""


def killed_at(park: Watched, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def die(*_: object, **__: object) -> None:
        raise KilledError

    with park.opened(writing=False) as ports, monkeypatch.context() as patched:
        patched.setattr(type(ports.published), step, die)
        with pytest.raises(KilledError):
            publish(ports=ports)


def test_publish__full_disk_is_told_and_nothing_is_shown(
    park: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with park.opened(writing=False) as ports, monkeypatch.context() as patched:
        patched.setattr("taihang.adapters.system.PosixDisk.append", full)
        with pytest.raises(LinkError, match="No space left"):
            publish(ports=ports)

    assert not (park.root / "log/checkpoint").exists()
    assert park.published().size == 3


def test_publish__counts_once_more_on_what_it_writes(
    park: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: whoever forgets to check the quorum meets it again before the disk."""

    def all_agree(newest: str, **_: object) -> Answers:
        line = newest.strip().split("\n")[-1]
        return Answers(lines=dict.fromkeys(NAMES, line))

    monkeypatch.setattr(publishing, "ask_witnesses", all_agree)

    with pytest.raises(QuorumError):
        park.publish()
    assert not (park.root / "journal/published").exists()


def test_publish__that_does_not_check_the_quorum_is_found_by_the_reader(
    park: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault on both sides of the writing: a home check still refuses the checkpoint."""
    park.witnesses.down = set(NAMES[1:])

    def forgotten(*_: object, **__: object) -> list[object]:
        return []

    monkeypatch.setattr(publishing, "require_quorum", forgotten)
    with park.opened(writing=False) as ports:
        careless = replace(ports.park, log=LogPolicy(quorum=1))
        publish(ports=replace(ports, park=careless))
        held = ports.published.latest()

    assert held is not None
    assert park.checked(held).verdict == "not-witnessed"


def test_publish__fits_into_a_minute_with_every_witness_at_its_worst() -> None:
    """P5: the door publishes every so often; witnesses are asked side by side, twice at most."""
    worst_s = EVERY_S + 2 * DEADLINE_S

    assert worst_s <= 60
