"""Backups and restores that prove themselves: killed anywhere, older than witnessed, forged."""

import shutil
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

import small_park
from activity_kit import record
from report_desk import centre, order, settled
from small_park import CLOCK, ZONE
from taihang import safekeeping, wiring
from taihang.adapters.backup_folder import (
    BackupFolder,
    DamagedBackupError,
    ForeignBackupError,
    NoBackupError,
)
from taihang.adapters.system import PosixDisk
from taihang.core.errors import TaihangError
from taihang.core.periods import days
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.trail import CARRIED
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.frame import encode_frame
from taihang.safekeeping import (
    BackedUp,
    ContradictedBackupError,
    Held,
    NoKeysInBackupError,
    NotContinuedError,
    NotRolledBackError,
    Restored,
)
from taihang.services.act_log import log_acts, logged_events
from taihang.services.audit import audit
from taihang.services.keys import LostKeyError, log_signer
from taihang.services.report_centre import issue_report
from taihang.wiring import FolderInUseError, RolledBackParkError
from trail_kit import entry

WEEK = days(date(2026, 6, 1), 7, ZONE)
PRIVATE = bytes(range(32))
PUBLIC = X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A settled week, one batch a gateway and day."""
    root = small_park.make(tmp_path_factory.mktemp("week") / "park")
    with small_park.opened(root) as ports:
        for gateway in ports.park.gateways.values():
            blocks = [small_park.registers(point, WEEK) for point in gateway.meters]
            small_park.store(ports, small_park.daily(blocks, gateway.id))
        small_park.settle_month(ports, WEEK)
    return root


@pytest.fixture
def park(week: Path, tmp_path: Path) -> Path:
    """A copy of the week that a test may change."""
    return shutil.copytree(week, tmp_path / "park")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where backups go."""
    return tmp_path / "backup"


def more(park: Path, day: int = 8) -> None:
    """One more day of readings, and what follows from them."""
    period = days(date(2026, 6, day), 1, ZONE)
    with small_park.opened(park) as ports:
        small_park.fill(ports, period)
        small_park.settle_month(ports, period)


def back_up(park: Path, out: Path, *, keys_to: bytes | None = None) -> BackedUp:
    return safekeeping.back_up(park, out, keys_to=keys_to, clock=CLOCK)


def restore(out: Path, root: Path, *held: Held, private: bytes | None = None) -> Restored:
    return safekeeping.restore(out, root, held=held, private=private, clock=CLOCK)


def state_hash(park: Path) -> str:
    with small_park.opened(park, writing=False) as ports:
        return ports.lake.state_hash()


def held_of(park: Path, name: str = "grid") -> Held:
    with small_park.opened(park, writing=False) as ports:
        return Held(name, ports.journal.checkpoint_note or "")


def put_keys(park: Path, restored: Path) -> None:
    shutil.copytree(park / "keys", restored / "keys", dirs_exist_ok=True)


def documents(park: Path) -> dict[str, str]:
    with small_park.opened(park, writing=False) as ports:
        return {e.id: ports.registry.statement(e.id).document for e in ports.registry.roll()}


# -- drill ---------------------------------------------------------------------------------------


def test_drill__of_a_week_comes_back_the_same_and_says_how_long_it_took(
    park: Path, out: Path, tmp_path: Path
) -> None:
    """P19: root as witnessed, state hash as before, every statement to the byte."""
    held = held_of(park)
    started = time.perf_counter()
    done = back_up(park, out, keys_to=PUBLIC)
    backed_up = time.perf_counter()
    restored = restore(out, tmp_path / "again", held, private=PRIVATE)
    finished = time.perf_counter()
    print(f"backup {backed_up - started:.2f} s, restore {finished - backed_up:.2f} s")

    again = tmp_path / "again"
    assert (restored.size, restored.root) == (done.size, done.root)
    assert restored.state_hash == state_hash(park) == state_hash(again)
    assert (restored.missing, restored.has_keys, restored.held) == (0, True, ("grid",))
    assert documents(again) == documents(park)
    with small_park.opened(again, writing=False) as ports:
        found = audit(ports=ports)
        assert (found.findings, found.gaps) == ([], [])


def test_drill__brings_evidence_back_and_keeps_what_the_park_lost(
    park: Path, out: Path, tmp_path: Path
) -> None:
    with small_park.opened(park) as ports:
        names = [ports.evidence.keep(data) for data in (b"form", b"invoice")]
        lines = [record("a", evidence=(names[1],))]
        ports.registry.add_activity([ActivityLine(each, form=names[0]) for each in lines])
        log_acts(ports=ports)
    first = back_up(park, out, keys_to=PUBLIC)
    (park / "evidence" / names[1]).unlink()
    with small_park.opened(park) as ports:
        names.append(ports.evidence.keep(b"later"))
    again = back_up(park, out, keys_to=PUBLIC)
    restore(out, tmp_path / "again", private=PRIVATE)

    assert again.n_files == first.n_files + 1
    with small_park.opened(tmp_path / "again", writing=False) as ports:
        assert ports.evidence.hashes() == sorted(names)
        assert ports.registry.activity_records() == lines
        assert audit(ports=ports).findings == []
    with small_park.opened(park, writing=False) as ports:
        assert [each.where for each in audit(ports=ports).findings] == [
            f"evidence {names[1][:16]}… (a file of no name)"
        ]


def test_drill__brings_issued_reports_back_with_the_copies_that_the_park_lost(
    out: Path, tmp_path: Path
) -> None:
    park = small_park.make(tmp_path / "park")
    issued_files = park / "reports" / "issued"
    with small_park.opened(park) as ports:
        settled(ports)
        issued = issue_report(order(), centre=centre(ports))
    names = sorted(path.name for path in issued_files.iterdir())
    back_up(park, out, keys_to=PUBLIC)
    (issued_files / issued.setting.copies[0].name).unlink()
    back_up(park, out, keys_to=PUBLIC)
    restore(out, tmp_path / "again", private=PRIVATE)

    assert len(names) == 2 + len(issued.setting.copies)
    with small_park.opened(tmp_path / "again") as ports:
        assert ports.reports.names() == names
        assert audit(ports=ports).findings == []
        assert not issue_report(order(), centre=centre(ports)).is_new
    with small_park.opened(park, writing=False) as ports:
        assert [each.where for each in audit(ports=ports).findings] == [
            f"report {issued.report.id}"
        ]


def test_drill__a_restored_park_goes_on_and_its_log_says_that_it_was_restored(
    park: Path, out: Path, tmp_path: Path
) -> None:
    back_up(park, out, keys_to=PUBLIC)
    restored = restore(out, tmp_path / "again", private=PRIVATE)
    more(tmp_path / "again")

    with small_park.opened(tmp_path / "again") as ports:
        events = dict(logged_events(ports=ports))
        assert events[restored.size].kind == "park-restored"
        assert events[restored.size].body["size"] == restored.size
        assert [event.kind for event in events.values()].count("park-restored") == 1
        assert audit(ports=ports).findings == []


def test_drill__of_an_empty_park(tmp_path: Path, out: Path) -> None:
    park = small_park.make(tmp_path / "park")
    with wiring.open_park(park, writing=True, clock=CLOCK):
        pass
    back_up(park, out)

    assert restore(out, tmp_path / "again").size == 0


# -- backup --------------------------------------------------------------------------------------


def test_back_up__again_copies_only_what_is_new(park: Path, out: Path) -> None:
    first = back_up(park, out)
    journal = (out / "journal" / "segment-000001.log").read_bytes()
    more(park)
    second = back_up(park, out)

    assert second.size > first.size
    assert (out / "journal" / "segment-000001.log").read_bytes().startswith(journal)
    register = next(iter(out.glob("registry-*.db"))).stat().st_size
    grown = sum(
        (park / "journal" / name).stat().st_size for name in ("segment-000001.log", "checkpoints")
    )
    assert second.n_copied_bytes < grown - len(journal) + register + 20_000
    assert [path.name for path in out.glob("registry-*.db")] == ["registry-000002.db"]


def test_back_up__holds_no_byte_of_a_key_in_the_clear(park: Path, out: Path) -> None:
    for keys_to in (None, PUBLIC):
        back_up(park, out, keys_to=keys_to)
        everything = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
        keys = [path.read_text() for path in (park / "keys").glob("*.key")]

        assert len(keys) >= 4
        for key in keys:
            assert key.encode() not in everything
            assert bytes.fromhex(key) not in everything
        assert any(path.suffix == ".box" for path in out.iterdir()) is (keys_to is not None)


def test_back_up__is_cut_at_a_checkpoint_while_another_process_writes(
    park: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer goes on between the reading of the journal and the copying of its files."""
    size = back_up(park, tmp_path / "still").size
    written: list[int] = []
    grow = BackupFolder.grow

    def write_before(self: BackupFolder, name: str, source: Path, **words: object) -> object:
        if not written:
            written.append(1)
            more(park)
        return grow(self, name, source, **words)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(BackupFolder, "grow", write_before)
    done = back_up(park, out)
    monkeypatch.undo()

    assert written == [1]
    assert done.size == size
    assert restore(out, tmp_path / "again").root == done.root


def test_back_up__never_follows_a_rewritten_journal(park: Path, out: Path, tmp_path: Path) -> None:
    """T3: the operator makes another history; yesterday's backup is not overwritten by it."""
    before = shutil.copytree(park, tmp_path / "before")
    more(park, 8)
    done = back_up(park, out)
    more(before, 9)

    with pytest.raises(ForeignBackupError):
        back_up(before, out)
    with pytest.raises(ForeignBackupError):
        back_up(small_park.make(tmp_path / "other"), out)
    assert restore(out, tmp_path / "again").root == done.root


class Killed(BaseException):
    """Stands for the end of the process."""


def killing(monkeypatch: pytest.MonkeyPatch, n_left: int) -> Callable[[], bool]:
    """Let the process die before the n-th change on the disk; say whether it did."""
    left = [n_left]

    def dying(name: str) -> None:
        real = getattr(PosixDisk, name)

        def act(self: PosixDisk, *words: object, **more: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
            return real(self, *words, **more)

        monkeypatch.setattr(PosixDisk, name, act)

    for name in ("append", "fsync", "truncate", "rename"):
        dying(name)
    return lambda: left[0] < 0


def test_back_up__killed_at_every_step_leaves_the_last_whole_backup(
    park: Path, out: Path, tmp_path: Path
) -> None:
    """F5: a part is never taken for a backup; the next run finishes."""
    first = back_up(park, out, keys_to=PUBLIC)
    more(park)
    n_killed = 0
    for step in range(200):
        trial = shutil.copytree(out, tmp_path / "trial")
        with pytest.MonkeyPatch.context() as patch:
            died = killing(patch, step)
            try:
                back_up(park, trial, keys_to=PUBLIC)
            except Killed:
                n_killed += 1
            finished = not died()
        manifest = BackupFolder(trial, disk=PosixDisk()).require_manifest()
        BackupFolder(trial, disk=PosixDisk()).check(manifest)
        assert manifest.size > first.size if finished else manifest.size >= first.size
        if step % 5 == 0:
            assert restore(trial, tmp_path / "again").root == manifest.root
            shutil.rmtree(tmp_path / "again")
            assert back_up(park, trial).size > first.size
        shutil.rmtree(trial)
        if finished:
            break

    assert n_killed >= 10


def test_back_up__killed_the_first_time_is_no_backup(park: Path, out: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        killing(patch, 6)
        with pytest.raises(Killed):
            back_up(park, out)

    assert any(out.rglob("*.log"))
    with pytest.raises(NoBackupError):
        restore(out, out.with_name("again"))


# -- restore -------------------------------------------------------------------------------------


def test_restore__killed_at_every_step_leaves_no_park(
    park: Path, out: Path, tmp_path: Path
) -> None:
    """F5: nor a half for a restored park."""
    back_up(park, out, keys_to=PUBLIC)
    n_killed = 0
    for step in range(0, 400, 7):
        with pytest.MonkeyPatch.context() as patch:
            died = killing(patch, step)
            try:
                restore(out, tmp_path / "again", private=PRIVATE)
            except Killed:
                n_killed += 1
            finished = not died()
        if finished:
            break
        if (tmp_path / "again").exists():
            # Killed after the last rename: it is whole.
            assert state_hash(tmp_path / "again") == state_hash(park)
            shutil.rmtree(tmp_path / "again")

    assert n_killed >= 2
    assert restore(out, tmp_path / "third", private=PRIVATE).missing == 0


def test_restore__into_a_folder_in_use_is_refused(park: Path, out: Path) -> None:
    back_up(park, out)

    with pytest.raises(FolderInUseError):
        restore(out, park)


def test_restore__without_keys_can_be_read_and_not_written(
    park: Path, out: Path, tmp_path: Path
) -> None:
    back_up(park, out)
    again = tmp_path / "again"
    assert not restore(out, again).has_keys

    assert list((again / "keys").iterdir()) == []
    with pytest.raises(LostKeyError), small_park.opened(again):
        pass
    with small_park.opened(again, writing=False) as ports:
        assert audit(ports=ports).findings == []
    assert list((again / "keys").iterdir()) == [], "looking makes no key"
    put_keys(park, again)
    more(again)
    with pytest.raises(NoKeysInBackupError):
        restore(out, tmp_path / "third", private=PRIVATE)


@pytest.mark.parametrize(
    "name", ["journal/segment-000001.log", "journal/checkpoints", "registry", "park"]
)
def test_restore__names_the_file_in_which_a_bit_flipped(
    park: Path, out: Path, tmp_path: Path, name: str
) -> None:
    back_up(park, out)
    (path,) = [path for path in out.rglob("*") if path.relative_to(out).as_posix().startswith(name)]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(DamagedBackupError, match=path.name):
        restore(out, tmp_path / "again")
    assert not (tmp_path / "again").exists()


# -- older than witnessed ------------------------------------------------------------------------


@pytest.fixture
def behind(park: Path, out: Path, tmp_path: Path) -> Path:
    """A park that was restored from yesterday's backup while a witness holds today's checkpoint."""
    back_up(park, out)
    more(park)
    again = tmp_path / "again"
    restored = restore(out, again, held_of(park, "grid"))
    put_keys(park, again)
    with small_park.opened(park, writing=False) as ports:
        assert restored.missing == ports.journal.size - restored.size > 0
    return again


def test_restore__older_than_witnessed_is_for_reading_only_and_says_what_is_missing(
    behind: Path,
) -> None:
    """T23, F14."""
    with pytest.raises(RolledBackParkError) as refused, small_park.opened(behind):
        pass

    assert "grid holds a checkpoint" in refused.value.given
    assert "GW1 from 9, GW2 from 9" in refused.value.remedy
    assert "--catch-up" in refused.value.remedy
    with small_park.opened(behind, writing=False) as ports:
        assert ports.journal.size > 0


def test_catch_up__with_the_newest_backup_lifts_it(
    park: Path, behind: Path, tmp_path: Path
) -> None:
    back_up(park, tmp_path / "newest")

    done = safekeeping.catch_up(tmp_path / "newest", behind, clock=CLOCK)

    assert (done.missing, done.state_hash) == (0, state_hash(park))
    with small_park.opened(behind) as ports:
        assert ports.journal.size == done.size + 1
        assert audit(ports=ports).findings == []
    assert not behind.with_name("again.rolled-back").exists()


def test_catch_up__with_a_backup_that_is_not_new_enough_is_refused(
    park: Path, behind: Path, out: Path
) -> None:
    with pytest.raises(NotContinuedError, match="witnessed"):
        safekeeping.catch_up(out, behind, clock=CLOCK)
    with pytest.raises(RolledBackParkError), small_park.opened(behind):
        pass
    with pytest.raises(NotRolledBackError):
        safekeeping.catch_up(out, park, clock=CLOCK)


def test_catch_up__with_another_history_is_refused(
    week: Path, behind: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(week, tmp_path / "other")
    for day in (9, 10):
        more(other, day)
    back_up(other, tmp_path / "newest")

    with pytest.raises(ContradictedBackupError, match="grid"):
        safekeeping.catch_up(tmp_path / "newest", behind, clock=CLOCK)


def test_restore__contradicted_by_a_held_checkpoint_is_refused(
    park: Path, out: Path, tmp_path: Path
) -> None:
    """The operator re-signs another history of the same length; who holds the first one refuses."""
    back_up(park, out)
    with small_park.opened(park, writing=False) as ports:
        key, size = log_signer(ports=ports), ports.journal.size
        other = Checkpoint(ports.log_origin, size, b"\x07" * 32)
        note = sign_checkpoint(other, public_key=key.public, sign=key.sign)

    with pytest.raises(ContradictedBackupError, match="E17") as refused:
        restore(out, tmp_path / "again", Held("E17", note))
    assert ("07" * 32) in refused.value.expected


def test_restore__a_held_checkpoint_of_nobody_is_refused(
    park: Path, out: Path, tmp_path: Path
) -> None:
    back_up(park, out)

    for note in ("", "text", held_of(park).note.replace("— taihang/small ", "— taihang/small A")):
        with pytest.raises(TaihangError):
            restore(out, tmp_path / "again", Held("E17", note))


def test_published__newest_cosigned_checkpoint_counts_as_held(
    park: Path, out: Path, tmp_path: Path
) -> None:
    note = held_of(park).note
    path = park / "journal" / "published"
    path.write_bytes(encode_frame(note.encode(), index=0, received_at_s=0) + b"THJ2torn")
    back_up(park, out)

    restored = restore(out, tmp_path / "again")

    assert restored.held == ("published",)
    assert (tmp_path / "again" / "journal" / "published").read_bytes() == path.read_bytes()[:-8]


# -- the audit trail -----------------------------------------------------------------------------


def acted(park: Path, *numbers: int) -> None:
    for number in numbers:
        wiring.trail_of(park).append(entry(number))


def test_back_up__carries_the_audit_trail_and_a_restore_has_it(
    park: Path, out: Path, tmp_path: Path
) -> None:
    acted(park, 0, 1, 2)
    back_up(park, out)
    acted(park, 3)
    more(park)
    back_up(park, out)

    restore(out, tmp_path / "new")

    assert wiring.trail_of(tmp_path / "new").head() == wiring.trail_of(park).head()
    with small_park.opened(tmp_path / "new", writing=False) as ports:
        assert audit(ports=ports, quick=True).is_clean


def test_back_up__leaves_half_an_entry_out(park: Path, out: Path) -> None:
    acted(park, 0, 1)
    path = park / "trail" / "entries.log"
    whole = path.read_bytes()
    path.write_bytes(whole + b"THJ2\x00")

    back_up(park, out)

    assert (out / "trail" / "entries.log").read_bytes() == whole


@pytest.mark.parametrize("damage", ["gone", "cut", "another"])
def test_back_up__refuses_a_trail_that_does_not_continue_what_is_there(
    park: Path, out: Path, damage: str
) -> None:
    acted(park, 0, 1, 2)
    back_up(park, out)
    path = park / "trail" / "entries.log"
    kept = (out / "trail" / "entries.log").read_bytes()
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:600])
    else:
        path.unlink()
    if damage == "another":
        acted(park, 7, 8, 9, 10)

    with pytest.raises(ForeignBackupError):
        back_up(park, out)
    assert (out / "trail" / "entries.log").read_bytes() == kept


def test_catch_up__carries_what_was_done_in_the_rolled_back_park(
    park: Path, out: Path, tmp_path: Path
) -> None:
    acted(park, 0, 1)
    back_up(park, out)
    old = shutil.copytree(out, tmp_path / "old-backup")
    acted(park, 2)
    more(park)
    back_up(park, out)
    with small_park.opened(park, writing=False) as ports:
        note = ports.journal.checkpoint_note
    assert note is not None
    back = tmp_path / "back"
    restore(old, back, Held("w", note))
    shutil.copytree(park / "keys", back / "keys", dirs_exist_ok=True)
    acted(back, 50, 51)

    safekeeping.catch_up(out, back, clock=CLOCK)

    told = [record.entry for record in wiring.trail_of(back).entries()]
    assert [each.id for each in told if each.kind != CARRIED] == [
        entry(n).id for n in (0, 1, 2, 50, 51)
    ]
    assert told[3].body["n"] == 2
    with small_park.opened(back, writing=False) as ports:
        assert audit(ports=ports, quick=True).is_clean
