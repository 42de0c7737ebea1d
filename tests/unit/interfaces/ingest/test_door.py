"""One park in short acts: beside other writers, under a lock, and never after a failed force."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typing_extensions import override

import small_park
from taihang import wiring
from taihang.adapters.system import PosixDisk
from taihang.core.errors import TaihangError
from taihang.interfaces.ingest.door import Door, Offer, SuspectDoorError
from taihang.services.batch_status import BatchStatus
from taihang.services.ingest import Receipt


class Failing(PosixDisk):
    """A disk whose forced writes fail while they are told to."""

    is_failing = False

    @override
    def fsync(self, path: Path) -> None:
        if self.is_failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        super().fsync(path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def _door(root: Path, disk: PosixDisk | None = None) -> Door:
    lock = wiring.writer_lock(root)
    return Door(
        root,
        lock=lock,
        open_ports=lambda: wiring.open_park(
            root, writing=True, clock=small_park.CLOCK, lock=lock, disk=disk
        ),
        lock_wait_s=0,
    )


def _batches(root: Path, n: int) -> list[bytes]:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", small_park.DAY)
        return [small_park.sealed(ports, "GW2", number, block) for number in range(1, n + 1)]


def _codes(answers: list[Receipt | TaihangError]) -> list[str]:
    return [answer.code if isinstance(answer, TaihangError) else "receipt" for answer in answers]


def test_commit__a_bad_one_fails_alone(root: Path) -> None:
    first, second = _batches(root, 2)
    door = _door(root)

    answers = door.commit([Offer(first), Offer(second[:-1]), Offer(first), Offer(second)])
    door.close()

    assert _codes(answers) == ["receipt", "input.batch-format", "receipt", "receipt"]
    known = [answer.known_before for answer in answers if isinstance(answer, Receipt)]
    assert known == [False, True, False]
    assert door.n_readings == 2 * len(small_park.registers("M-E02", small_park.DAY).counts)


def test_commit__takes_in_what_another_process_wrote_meanwhile(root: Path) -> None:
    batches = _batches(root, 3)
    door = _door(root)
    door.commit([Offer(batches[0])])
    with small_park.opened(root) as ports:
        small_park.ingested(ports, [batches[1]])

    answers = door.commit([Offer(batches[1]), Offer(batches[2])])
    door.close()

    assert [(a.leaf_index, a.known_before) for a in answers if isinstance(a, Receipt)] == [
        (1, True),
        (2, False),
    ]


def test_commit__waits_for_nobody_who_holds_the_lock_too_long(root: Path) -> None:
    (batch,) = _batches(root, 1)
    door = _door(root)
    door.open()
    with small_park.opened(root):
        refused = door.commit([Offer(batch), Offer(batch)])
        probe = door.probe()
    answers = door.commit([Offer(batch)])
    door.close()

    assert _codes(refused) == ["state.busy-park"] * 2
    assert probe is not None
    assert _codes(answers) == ["receipt"]


def test_commit__says_nothing_more_after_a_failed_force(root: Path) -> None:
    batches = _batches(root, 3)
    disk = Failing()
    door = _door(root, disk)
    door.commit([Offer(batches[0])])
    disk.is_failing = True
    failed = door.commit([Offer(batches[1])])
    disk.is_failing = False
    after = door.commit([Offer(batches[0])])
    # Another process that opened the park anew must not make the door trust it again.
    with small_park.opened(root) as ports:
        small_park.ingested(ports, [batches[2]])
    later = door.commit([Offer(batches[1])])
    with pytest.raises(SuspectDoorError):
        door.flush()
    door.close()

    assert _codes(failed + after + later) == ["link", "state.suspect-door", "state.suspect-door"]
    assert door.stock().is_suspect


def test_status__finds_what_was_stored_here_and_elsewhere(root: Path) -> None:
    batches = _batches(root, 2)
    door = _door(root)
    door.commit([Offer(batches[0])])
    with small_park.opened(root) as ports:
        small_park.ingested(ports, [batches[1]])

    found = [door.status("GW2", number) for number in (1, 2, 3)]
    door.close()

    leaves = [f.receipt.leaf_index for f in found if isinstance(f, BatchStatus)]
    assert leaves == [0, 1]
    assert isinstance(found[2], TaihangError)
    assert found[2].code == "state.unknown-batch"


@pytest.mark.parametrize("ends", [Door.flush, Door.close])
def test_door__moves_what_waits_to_the_lake(ends: Callable[[Door], None], root: Path) -> None:
    (batch,) = _batches(root, 1)
    door = _door(root)
    door.commit([Offer(batch)])
    n_hot = door.stock().n_hot

    ends(door)

    assert n_hot > 0
    assert door.stock().n_hot == 0
    with small_park.opened(root, writing=False) as ports:
        assert len(ports.lake.batches()) == 1
    door.close()


def test_tidy__moves_to_the_lake_only_what_is_many(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (batch,) = _batches(root, 1)
    door = _door(root)
    door.tidy()
    door.commit([Offer(batch)])
    n_hot = door.stock().n_hot

    monkeypatch.setattr("taihang.interfaces.ingest.door.FLUSH_READINGS", n_hot + 1)
    door.tidy()
    n_few = door.stock().n_hot
    monkeypatch.setattr("taihang.interfaces.ingest.door.FLUSH_READINGS", n_hot)
    door.commit([Offer(batch)])
    n_answered = door.stock().n_hot
    door.tidy()

    assert n_few == n_answered == n_hot > 0, "no receipt waits for the lake's files"
    assert door.stock().n_hot == 0
    door.close()


def test_tidy__a_lake_that_takes_no_files_leaves_the_door_open(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = _batches(root, 2)
    door = _door(root)
    door.commit([Offer(first)])
    n_hot = door.stock().n_hot
    monkeypatch.setattr("taihang.interfaces.ingest.door.FLUSH_READINGS", 1)

    def no_room(_self: PosixDisk, _source: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(PosixDisk, "rename", no_room)
        with pytest.raises(TaihangError, match="link"):
            door.tidy()
        answers = door.commit([Offer(second)])

    assert _codes(answers) == ["receipt"]
    assert not door.stock().is_suspect
    assert door.stock().n_hot == 2 * n_hot
    door.close()
