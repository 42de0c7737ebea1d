"""Clock, disk, lock and keys."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taihang.adapters.system import (
    BusyParkError,
    DamagedKeyError,
    FixedClock,
    KeyRing,
    OpenKeyError,
    PosixDisk,
    SigningKey,
    SystemClock,
    WriterLock,
    uniform_numbers,
    verify_signature,
)

# RFC 8032, section 7.1, test 2.
RFC_SEED = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
RFC_PUBLIC = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
RFC_SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)

HOLD_THE_LOCK = """
import sys
from pathlib import Path
from taihang.adapters.system import WriterLock
lock = WriterLock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.read()
"""


def test_clock__has_a_zone() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_fixed_clock__stands_still() -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)

    assert FixedClock(at).now() == FixedClock(at).now() == at


# -- disk ----------------------------------------------------------------------------------------


def test_disk__appends_cuts_and_renames(tmp_path: Path) -> None:
    disk, path = PosixDisk(), tmp_path / "file"

    disk.append(path, b"one ")
    disk.append(path, b"two")
    disk.truncate(path, 5)
    disk.fsync(path)
    disk.rename(path, tmp_path / "other")
    disk.fsync(tmp_path)

    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"other": b"one t"}


def test_write_whole__replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    disk, path = PosixDisk(), tmp_path / "file"

    disk.write_whole(path, b"old")
    disk.write_whole(path, b"new")

    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"file": b"new"}


def test_fsync__of_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PosixDisk().fsync(tmp_path / "absent")


# -- lock ----------------------------------------------------------------------------------------


def holder(path: Path) -> subprocess.Popen[str]:
    """Start another process that holds the lock until it is ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD_THE_LOCK, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_lock__is_refused_while_another_process_holds_it(tmp_path: Path) -> None:
    path = tmp_path / ".lock"

    with holder(path) as process:
        with pytest.raises(BusyParkError, match=r"state\.busy-park"):
            WriterLock(path).take()
        process.communicate("")

    lock = WriterLock(path)
    lock.take()
    lock.release()


def test_lock__of_a_killed_process_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    with holder(path) as process:
        process.kill()
    assert path.exists()

    lock = WriterLock(path)
    lock.take()
    lock.release()


def test_lock__is_refused_twice_in_one_process_and_free_after_release(tmp_path: Path) -> None:
    first, second = WriterLock(tmp_path / ".lock"), WriterLock(tmp_path / ".lock")
    first.take()

    with pytest.raises(BusyParkError):
        second.take()

    first.release()
    first.release()
    second.take()
    second.release()


# -- keys ----------------------------------------------------------------------------------------


def test_signing_key__signs_as_rfc_8032_says() -> None:
    key = SigningKey.from_seed(bytes.fromhex(RFC_SEED))

    assert key.public.hex() == RFC_PUBLIC
    assert key.sign(b"\x72").hex() == RFC_SIGNATURE


def test_verify_signature__refuses_whatever_is_altered() -> None:
    public, signature = bytes.fromhex(RFC_PUBLIC), bytes.fromhex(RFC_SIGNATURE)

    assert verify_signature(public, signature, b"\x72")
    assert not verify_signature(public, signature, b"\x73")
    assert not verify_signature(public, bytes([signature[0] ^ 1]) + signature[1:], b"\x72")
    assert not verify_signature(bytes([public[0] ^ 1]) + public[1:], signature, b"\x72")
    assert not verify_signature(public[:-1], signature, b"\x72")
    assert not verify_signature(public, b"", b"\x72")


def test_key_ring__makes_a_key_once_for_its_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "keys"

    first = KeyRing(directory).signing_key("log")
    again = KeyRing(directory).signing_key("log")
    other = KeyRing(directory).signing_key("gateway-GW1")

    assert first.public == again.public != other.public
    assert sorted(path.name for path in directory.iterdir()) == ["gateway-GW1.key", "log.key"]
    assert {path.stat().st_mode & 0o777 for path in directory.iterdir()} == {0o600}
    assert directory.stat().st_mode & 0o777 == 0o700


def test_key_ring__refuses_a_key_that_others_can_read(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path)
    ring.signing_key("log")
    (tmp_path / "log.key").chmod(0o640)

    with pytest.raises(OpenKeyError, match="chmod 600"):
        ring.signing_key("log")


@pytest.mark.parametrize("text", ["", "ab" * 31, "zz" * 32, "ab" * 33, "中"])
def test_key_ring__refuses_a_damaged_key_and_makes_no_other(tmp_path: Path, text: str) -> None:
    ring = KeyRing(tmp_path)
    ring.signing_key("log")
    (tmp_path / "log.key").write_text(text, encoding="utf-8")

    with pytest.raises(DamagedKeyError, match="backup"):
        ring.signing_key("log")

    assert (tmp_path / "log.key").read_text(encoding="utf-8") == text


def test_key_ring__a_stop_while_a_key_is_made_leaves_no_half_key(tmp_path: Path) -> None:
    class StopError(BaseException):
        pass

    def stop(_n_bytes: int) -> bytes:
        raise StopError

    with pytest.raises(StopError):
        KeyRing(tmp_path, random_bytes=stop).signing_key("log")

    assert not (tmp_path / "log.key").exists()
    assert len(KeyRing(tmp_path).signing_key("log").public) == 32
    assert [path.name for path in tmp_path.iterdir()] == ["log.key"]


def test_key_ring__never_replaces_a_key_that_came_meanwhile(tmp_path: Path) -> None:
    theirs = bytes.fromhex(RFC_SEED)

    def meanwhile(n_bytes: int) -> bytes:
        handle = os.open(tmp_path / "log.key", os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(handle, theirs.hex().encode())
        os.close(handle)
        return bytes(n_bytes)

    key = KeyRing(tmp_path, random_bytes=meanwhile).signing_key("log")

    assert key.public.hex() == RFC_PUBLIC


def test_salts__are_the_same_for_a_label_and_unguessable_without_the_key(tmp_path: Path) -> None:
    here, there = KeyRing(tmp_path / "a"), KeyRing(tmp_path / "b")

    salts = here.salts("GW1/7", 50)

    assert salts == KeyRing(tmp_path / "a").salts("GW1/7", 50)
    assert len(set(salts)) == 50
    assert {len(salt) for salt in salts} == {16}
    assert not set(salts) & set(here.salts("GW1/8", 50))
    assert not set(salts) & set(there.salts("GW1/7", 50))


def test_posix_disk__reads_what_it_wrote(tmp_path: Path) -> None:
    disk, path = PosixDisk(), tmp_path / "folder" / "file"

    before = (disk.names(path.parent), disk.size(path))
    disk.make_folder(path.parent)
    disk.append(path, b"0123")
    disk.append(path, b"456789")

    assert before == ([], None)
    assert (disk.names(path.parent), disk.size(path)) == (["file"], 10)
    assert [disk.read(path, 2, 3), disk.read(path, 8, 99), disk.read(path, 99, 1)] == [
        b"234",
        b"89",
        b"",
    ]
    disk.truncate(path, 4)
    assert disk.read(path, 0, 99) == b"0123"


def test_uniform_numbers__are_the_same_for_ever() -> None:
    # The first words of PCG64 of seed 7, as numpy has given them since 1.17.
    found = uniform_numbers(7, 3)

    assert found.tolist() == [0.625095466604667, 0.8972138009695755, 0.7756856902451935]


def test_uniform_numbers__fill_their_range_evenly() -> None:
    found = uniform_numbers(1, 10_000)

    assert ((found >= 0) & (found < 1)).all()
    tenths = [
        int(((found >= tenth / 10) & (found < (tenth + 1) / 10)).sum()) for tenth in range(10)
    ]
    assert all(850 <= n <= 1_150 for n in tenths)
