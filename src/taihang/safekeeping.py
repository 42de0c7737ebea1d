"""Back a park up and restore it: composition of the backup's folder with the park's own ports.

A backup is a cut through the journal at a checkpoint, with the register, the park file and a
manifest of hashes. A restored park proves itself against the checkpoint in it and against the ones
that others hold; if those know more, it opens for reading only (P19, T23).
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from taihang import wiring
from taihang.adapters import sealed_box
from taihang.adapters.backup_folder import (
    BackupFolder,
    DamagedBackupError,
    ForeignBackupError,
    sync_tree,
)
from taihang.adapters.park_marks import (
    HeldCheckpoint,
    RestoredMark,
    RolledBack,
    read_rolled_back,
    write_restored,
    write_rolled_back,
)
from taihang.adapters.system import PosixDisk, SystemClock, WriterLock
from taihang.core.errors import InputError, IntegrityError, StateError
from taihang.core.seal.backup_manifest import BackupFile, Manifest
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical
from taihang.core.seal.trail import CARRIED, TrailEntry
from taihang.core.tlog.frame import HEAD_BYTES, FrameFile, frame_bytes
from taihang.services.audit import rebuild
from taihang.services.keys import open_own_checkpoint
from taihang.services.ports import Clock, Ports

_CHECKPOINTS: Final = "journal/checkpoints"
_PUBLISHED: Final = "journal/published"
_KEPT: Final = "evidence", "reports/issued"
_TRAIL: Final = "trail/entries.log"
_TAIL_BYTES: Final = 1 << 16
_KEYS_MODE: Final = 0o600


class NoKeysInBackupError(InputError):
    """Keys are asked of a backup that holds none, or are inside and no private key was given."""

    code = "input.no-keys-in-backup"


class ContradictedBackupError(IntegrityError):
    """A checkpoint that somebody holds is of another history than the backup."""

    code = "integrity.contradicted-backup"


class NotContinuedError(IntegrityError):
    """What should catch a rolled-back park up does not continue it, or not far enough."""

    code = "integrity.not-continued"


class NotRolledBackError(StateError):
    """A park is to be caught up that is not behind."""

    code = "state.not-rolled-back"


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What one backup wrote."""

    size: int
    """Records of the journal in it."""
    root: bytes
    n_files: int
    n_bytes: int
    """Length of all files [bytes]."""
    n_copied_bytes: int
    """So many of them are new since the last backup in this folder [bytes]."""
    has_keys: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A checkpoint that somebody outside the park holds."""

    name: str
    """Whose it is, or the file that it comes from."""
    note: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored park is."""

    size: int
    root: bytes
    state_hash: str
    has_keys: bool
    missing: int
    """So many records were witnessed and are not here; above 0 the park is for reading only."""
    held: tuple[str, ...]
    """Whose checkpoints it was compared with."""


# -- backup ---------------------------------------------------------------------------------------


def back_up(
    root: Path, out: Path, *, keys_to: bytes | None = None, clock: Clock | None = None
) -> BackedUp:
    """Back a park up into a folder, on top of what is there; others may be writing the park.

    Args:
        root: The park folder.
        out: The folder of its backups.
        keys_to: Public X25519 key of whoever may read the private keys; None leaves them out.
        clock: Stands in for the wall clock.

    Returns:
        What was written.

    Raises:
        ForeignBackupError: If the folder holds the backup of another history.
    """
    disk = PosixDisk()
    folder = BackupFolder(out, disk=disk)
    before = folder.manifest()
    folder.begin()
    number = folder.next_number()
    with wiring.open_park(root, writing=False, clock=clock) as ports:
        # 1. The register first: whatever it remembers, a journal that is read later holds.
        register = folder.copy_register(wiring.ParkFolder(root).registry, number=number)
        # 2. The cut: what the last checkpoint covers, and nothing behind it.
        ports.journal.refresh()
        _demand_continued(before, ports, out)
        grown = [
            _grown(folder, name, root=root, n_bytes=n_bytes, before=before)
            for name, n_bytes in _extent(root, ports).items()
        ]
        published, n_published = _published(root)
        if n_published:
            grown.append(_grown(folder, _PUBLISHED, root=root, n_bytes=n_published, before=before))
        # The trail after the cut: every head of it that the log holds is covered.
        grown += _trail(folder, root, before)
        text = (root / wiring.PARK_FILE).read_bytes()
        files = [*grown, register, folder.put(f"park-{number:06d}.toml", text)]
        # 3. Evidence and reports, after the register: what it names was on the disk before.
        files += _kept(folder, root, before)
        # 4. Keys, if somebody is named who may read them.
        if keys_to is not None:
            files.append(folder.put(f"keys-{number:06d}.box", _sealed_keys(root, keys_to)))
        manifest = Manifest(
            log=ports.log_origin,
            made_at_s=int(ports.clock.now().timestamp()),
            size=ports.journal.size,
            root=ports.journal.tree.root(),
            checkpoint=ports.journal.checkpoint_note,
            published=published,
            has_keys=keys_to is not None,
            files=tuple(files),
        )
    # 5. Only now is it a backup.
    folder.finish(manifest)
    return _told(manifest, before)


def _grown(
    folder: BackupFolder, name: str, *, root: Path, n_bytes: int, before: Manifest | None
) -> BackupFile:
    held = before.file(name) if before else None
    return folder.grow(name, root / name, n_bytes=n_bytes, before=held)


def _extent(root: Path, ports: Ports) -> dict[str, int]:
    """Return how much of each file of the journal the last checkpoint covers [bytes]."""
    journal = ports.journal
    if not journal.size or journal.checkpoint_note is None:
        return {}
    last = journal.record(journal.size - 1)
    found: dict[str, int] = {}
    for path in sorted(wiring.ParkFolder(root).journal.glob("segment-*.log")):
        if path.name <= last.file:
            found[f"journal/{path.name}"] = path.stat().st_size
    end = _frame_end(root / "journal" / last.file, last.offset)
    return {
        **found,
        f"journal/{last.file}": end,
        _CHECKPOINTS: _note_end(root, journal.checkpoint_note),
    }


def _frame_end(path: Path, offset: int) -> int:
    with path.open("rb") as file:
        file.seek(offset)
        n_bytes = frame_bytes(file.read(HEAD_BYTES))
    return offset + (n_bytes or 0)


def _note_end(root: Path, note: str) -> int:
    """Return where a signed checkpoint ends in the file of checkpoints; it is one of the last."""
    wanted, path = note.encode(), root / _CHECKPOINTS
    size, n_tail = path.stat().st_size, _TAIL_BYTES
    with path.open("rb") as file:
        while True:
            start = max(0, size - n_tail)
            file.seek(start)
            at = file.read(size - start).rfind(wanted)
            if at >= 0 or not start:
                return start + at + len(wanted)
            n_tail *= 8


def _published(root: Path) -> tuple[str | None, int]:
    """Return the newest checkpoint that witnesses have cosigned, and where it ends in its file."""
    path = root / _PUBLISHED
    data, end = _last_frame(path) if path.exists() else (None, 0)
    return (None if data is None else data.decode(errors="replace")), end


def _last_frame(path: Path) -> tuple[bytes | None, int]:
    """Return the data of the last intact frame of a file, and where it ends."""
    data, end = None, 0
    for _, stop, frame in FrameFile(
        path.name, partial(_bytes_of, path), path.stat().st_size
    ).stretches():
        if frame is not None:
            data, end = frame.data, stop
    return data, end


def _bytes_of(path: Path, offset: int, n_bytes: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(n_bytes)


def _demand_continued(before: Manifest | None, ports: Ports, out: Path) -> None:
    """Refuse to put a park on top of a backup that it does not continue: it was rewritten."""
    if before is None:
        return
    is_shorter = before.size > ports.journal.size
    if before.log != ports.log_origin or (
        is_shorter or ports.journal.tree.root(before.size) != before.root
    ):
        raise ForeignBackupError(
            given=f"{ports.log_origin} with {ports.journal.size} records"
            f" over a backup of {before.log} with {before.size}",
            expected=f"a journal that continues root {before.root.hex()[:16]}…",
            remedy=f"keep {out}: it is what the journal was; back up to another folder,"
            " and run `taihang audit`",
        )


def _trail(folder: BackupFolder, root: Path, before: Manifest | None) -> list[BackupFile]:
    """Bring the audit trail into the backup, up to its last whole entry.

    Raises:
        ForeignBackupError: If the backup holds entries that the park has lost.
    """
    path = root / _TRAIL
    end = _last_frame(path)[1] if path.exists() else 0
    if end:
        return [_grown(folder, _TRAIL, root=root, n_bytes=end, before=before)]
    if before is not None and before.file(_TRAIL) is not None:
        raise ForeignBackupError(
            given=f"{path}, which is gone or empty",
            expected="the audit trail that was backed up here, and perhaps more",
            remedy=f"keep {folder.root}: it holds the trail; back up to another folder,"
            " and run `taihang audit`",
        )
    return []


def _kept(folder: BackupFolder, root: Path, before: Manifest | None) -> list[BackupFile]:
    """Bring evidence and issued reports into the backup; what is there stays, even if lost here.

    Such a file never changes. A damaged one is copied as it is: `taihang audit` names it, and no
    backup waits for it.
    """
    held = {
        file.path: file
        for file in (before.files if before else ())
        if file.path.rpartition("/")[0] in _KEPT
    }
    fresh = {
        f"{place}/{path.name}": path
        for place in _KEPT
        for path in sorted((root / place).glob("*"))
        if path.is_file() and not path.name.startswith(".")
    }
    put = [folder.put(name, fresh[name].read_bytes()) for name in sorted(fresh.keys() - held)]
    return [*held.values(), *put]


def _sealed_keys(root: Path, keys_to: bytes) -> bytes:
    folder = wiring.ParkFolder(root).keys
    found: dict[str, JsonValue] = {
        path.name: path.read_text(encoding="ascii") for path in sorted(folder.glob("*.key"))
    }
    return sealed_box.seal_box(canonical_bytes(found), to=keys_to)


def _told(manifest: Manifest, before: Manifest | None) -> BackedUp:
    n_bytes = sum(file.n_bytes for file in manifest.files)
    held = sum(
        file.n_bytes
        for new in manifest.files
        if before is not None and (file := before.file(new.path)) is not None
    )
    return BackedUp(
        size=manifest.size,
        root=manifest.root,
        n_files=len(manifest.files),
        n_bytes=n_bytes,
        n_copied_bytes=n_bytes - held,
        has_keys=manifest.has_keys,
    )


# -- restore --------------------------------------------------------------------------------------


def restore(
    backup: Path,
    root: Path,
    *,
    held: Sequence[Held] = (),
    private: bytes | None = None,
    clock: Clock | None = None,
) -> Restored:
    """Make a park from a backup, and prove that it is the one it says.

    Args:
        backup: The folder of the backup.
        root: The new park folder; absent or empty.
        held: Checkpoints that witnesses, enterprises or others hold.
        private: Private X25519 key that opens the keys in it; None restores without them.
        clock: Stands in for the wall clock.

    Returns:
        What was restored.

    Raises:
        DamagedBackupError: If a file is not as its manifest says.
        ContradictedBackupError: If a held checkpoint is of another history.
    """
    wiring.demand_free(root)
    aside = root.with_name(f"{root.name}.restoring")
    manifest = _unpack(BackupFolder(backup, disk=PosixDisk()), aside, private)
    restored = _proven(aside, manifest, held=held, clock=clock)
    # Whole and forced before it has its name: a part is never taken for a park (F5).
    sync_tree(aside, disk=PosixDisk())
    if root.exists():
        root.rmdir()
    aside.replace(root)
    PosixDisk().fsync(root.parent)
    return restored


def catch_up(
    backup: Path, root: Path, *, held: Sequence[Held] = (), clock: Clock | None = None
) -> Restored:
    """Bring a rolled-back park up with a newer backup that provably continues it.

    Args:
        backup: The folder of the newer backup, for example the one shipped last.
        root: The rolled-back park; its keys stay.
        held: Further checkpoints that others hold; those it was held back for count anyway.
        clock: Stands in for the wall clock.

    Returns:
        What the park is now.

    Raises:
        NotRolledBackError: If it is not behind.
        NotContinuedError: If the backup does not continue it, or not as far as was witnessed.
    """
    folder = wiring.ParkFolder(root)
    behind = read_rolled_back(root)
    if behind is None:
        raise NotRolledBackError(
            given=f"{root}, which is not behind",
            expected="a park that was restored older than witnessed",
            remedy="nothing to do; `taihang audit` says whether it is whole",
        )
    lock = WriterLock(folder.lock)
    lock.take()
    try:
        aside = root.with_name(f"{root.name}.restoring")
        manifest = _unpack(BackupFolder(backup, disk=PosixDisk()), aside, None)
        for path in folder.keys.glob("*.key"):
            _put_key(aside, path.name, path.read_text(encoding="ascii"))
        every = [*(Held(each.name, each.note) for each in behind.held), *held]
        restored = _proven(aside, manifest, held=every, clock=clock)
        _demand_caught_up(aside, behind, restored)
        _carry_trail(root, aside, clock=clock)
        sync_tree(aside, disk=PosixDisk())
        # The old folder goes aside first: between the two renames there is a park under no name,
        # and both of them are whole.
        away = root.with_name(f"{root.name}.rolled-back")
        shutil.rmtree(away, ignore_errors=True)
        root.replace(away)
        aside.replace(root)
        PosixDisk().fsync(root.parent)
        shutil.rmtree(away)
    finally:
        lock.release()
    return restored


def _unpack(folder: BackupFolder, aside: Path, private: bytes | None) -> Manifest:
    """Copy a backup into a park folder beside its place; every byte is compared with its hash."""
    manifest = folder.require_manifest()
    if (private is not None) and not manifest.has_keys:
        raise NoKeysInBackupError(
            given=f"a private key for {folder.root}, which holds no keys",
            expected="a backup made with --keys-to",
            remedy="restore without --key, then put the keys into DIR/keys, permissions 0600",
        )
    shutil.rmtree(aside, ignore_errors=True)
    for name in ("journal", "lake", "reports", "keys"):
        (aside / name).mkdir(mode=0o700, parents=True)
    for file in manifest.files:
        target = aside / _place(file)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        with target.open("wb") as out:
            for chunk in folder.chunks(file):
                out.write(chunk)
        if target.suffix == ".box":
            if private is not None:
                _put_keys(aside, sealed_box.open_box(target.read_bytes(), private=private))
            target.unlink()
    return manifest


def _place(file: BackupFile) -> str:
    """Return where a file of a backup lies in a park."""
    if file.path.startswith("registry-"):
        return wiring.ParkFolder(Path()).registry.name
    return wiring.PARK_FILE if file.path.startswith("park-") else file.path


def _put_keys(aside: Path, content: bytes) -> None:
    keys = load_canonical(content)
    for name, text in keys.items() if isinstance(keys, dict) else ():
        if Path(name).name == name and isinstance(text, str):
            _put_key(aside, name, text)


def _put_key(aside: Path, name: str, text: str) -> None:
    path = wiring.ParkFolder(aside).keys / name
    path.touch(mode=_KEYS_MODE)
    path.write_text(text, encoding="ascii")


def _proven(
    aside: Path, manifest: Manifest, *, held: Sequence[Held], clock: Clock | None
) -> Restored:
    """Open what was unpacked and compare it with its manifest and with what others hold."""
    # 1. Journal, register and checkpoint; the journal compares every record with its root.
    with wiring.open_park(aside, writing=False, clock=clock) as ports:
        _demand_as_stated(manifest, ports)
        # 2. What others hold.
        behind = _behind(held, manifest, ports)
        # 3. The lake from the journal.
        state_hash = rebuild(ports=ports)
        missing = max((each.size - ports.journal.size for each in behind), default=0)
        next_counters = {
            gateway: counter + 1
            for gateway, counter in sorted(ports.lake.batches().last_counters().items())
        }
        restored = Restored(
            size=ports.journal.size,
            root=ports.journal.tree.root(),
            state_hash=state_hash,
            has_keys=any((aside / "keys").iterdir()),
            missing=missing,
            held=tuple(each.name for each in _every(held, manifest)),
        )
    # 4. Behind what others know: for reading only, until it has caught up.
    if behind:
        mark = RolledBack(restored.size, restored.root.hex(), tuple(behind), next_counters)
        write_rolled_back(aside, mark, disk=PosixDisk())
    write_restored(aside, RestoredMark(restored.size, manifest.made_at_s), disk=PosixDisk())
    return restored


def _demand_as_stated(manifest: Manifest, ports: Ports) -> None:
    journal = ports.journal
    stated = (manifest.log, manifest.size, manifest.root, manifest.checkpoint)
    if stated != (ports.log_origin, journal.size, journal.tree.root(), journal.checkpoint_note):
        raise DamagedBackupError(
            given=f"{ports.log_origin}, {journal.size} records, root {journal.tree.root().hex()}",
            expected=f"{manifest.log}, {manifest.size} records, root {manifest.root.hex()}",
            remedy="take another copy of the backup",
        )
    if damaged := [*ports.registry.damaged_statements(), *ports.registry.damaged_activity()]:
        raise DamagedBackupError(
            given=f"a register in which {damaged[0]} is not as it was issued",
            expected="every statement and every line with the hash that it was stored with",
            remedy="take another copy of the backup",
        )


def _every(held: Sequence[Held], manifest: Manifest) -> list[Held]:
    published = [Held("published", manifest.published)] if manifest.published else []
    return [*published, *held]


def _behind(held: Sequence[Held], manifest: Manifest, ports: Ports) -> list[HeldCheckpoint]:
    """Return the held checkpoints of more records than the park has.

    Raises:
        ContradictedBackupError: If one of the others has another root.
    """
    found: list[HeldCheckpoint] = []
    for each in _every(held, manifest):
        checkpoint = open_own_checkpoint(each.note, ports=ports)
        if checkpoint.size > ports.journal.size:
            found.append(
                HeldCheckpoint(each.name, checkpoint.size, checkpoint.root.hex(), each.note)
            )
        elif ports.journal.tree.root(checkpoint.size) != checkpoint.root:
            raise ContradictedBackupError(
                given=f"a backup whose root at {checkpoint.size} records is"
                f" {ports.journal.tree.root(checkpoint.size).hex()}",
                expected=f"{checkpoint.root.hex()}, as the checkpoint of {each.name} says",
                remedy="one of the two histories was rewritten: keep both, and ask the witnesses",
            )
    return found


def _demand_caught_up(aside: Path, behind: RolledBack, restored: Restored) -> None:
    with wiring.open_park(aside, writing=False) as ports:
        continues = (
            behind.size <= ports.journal.size
            and ports.journal.tree.root(behind.size).hex() == behind.root
        )
    if restored.missing or not continues:
        raise NotContinuedError(
            given=f"a backup of {restored.size} records",
            expected=f"one that continues the park's {behind.size} records"
            f" up to the {max(each.size for each in behind.held)} that were witnessed",
            remedy="take the newest backup there is: taihang restore NEWEST DIR --catch-up",
        )


def _carry_trail(root: Path, aside: Path, *, clock: Clock | None) -> None:
    """Take over what was done in the rolled-back park: logins and exports that no backup knows."""
    target = wiring.trail_of(aside)
    own = list(wiring.trail_of(root).entries())
    fresh = [each.entry for each in own if target.find(each.entry.id, each.entry.outcome) is None]
    if not fresh:
        return
    size, tree_root = wiring.trail_of(root).head()
    body: dict[str, JsonValue] = {"n": len(fresh), "root": tree_root.hex(), "size": size}
    now_s = int((clock or SystemClock()).now().timestamp())
    id_ = f"{CARRIED}-{tree_root.hex()[:32]}"
    target.append(TrailEntry(id=id_, at_s=now_s, kind=CARRIED, subject="", body=body))
    for entry in fresh:
        target.append(entry)


def private_key(path: Path) -> bytes:
    """Return the private X25519 key in a file: PEM, or 64 hexadecimal digits."""
    return sealed_box.read_private_key(path)


def facts_of(told: BackedUp | Restored) -> Mapping[str, object]:
    """Return what was done as plain values."""
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name in told.__slots__
        for value in [getattr(told, name)]
    }
