"""The composition root: the only module that knows every adapter, and the lay-out of a park."""

import hashlib
import os
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

from taihang import __version__
from taihang.config.django_settings import configure_django

configure_django(None)

# Models may only be imported when Django is set up, hence below the call.
from django import db  # noqa: E402

from taihang.adapters import highs, system  # noqa: E402
from taihang.adapters.facts import load_facts  # noqa: E402
from taihang.adapters.forms.read_csv import read_csv  # noqa: E402
from taihang.adapters.forms.read_form import read_form_file  # noqa: E402
from taihang.adapters.forms.template import form_template  # noqa: E402
from taihang.adapters.imports.account import ImportResult  # noqa: E402
from taihang.adapters.imports.decode import decode_folder  # noqa: E402
from taihang.adapters.imports.read_map import load_map  # noqa: E402
from taihang.adapters.park_marks import RESTORED as RESTORED_FILE  # noqa: E402
from taihang.adapters.park_marks import read_restored, read_rolled_back  # noqa: E402
from taihang.adapters.registry.store import Registry  # noqa: E402
from taihang.adapters.stores.evidence import EvidenceFiles  # noqa: E402
from taihang.adapters.stores.journal import CheckpointSeal, Journal  # noqa: E402
from taihang.adapters.stores.lake import DamagedLakeError, Lake  # noqa: E402
from taihang.adapters.stores.published import PublishedFiles  # noqa: E402
from taihang.adapters.stores.quarantine import Quarantine  # noqa: E402
from taihang.adapters.stores.report_files import ReportFiles  # noqa: E402
from taihang.adapters.stores.trail import TrailFile  # noqa: E402
from taihang.adapters.web_link import WebLink  # noqa: E402
from taihang.config.park_file import examine_park, read_park  # noqa: E402
from taihang.config.park_folder import PARK_FILE, ParkFolder  # noqa: E402
from taihang.core.activity.form import TemplateWords  # noqa: E402
from taihang.core.activity.sheet import Sheet  # noqa: E402
from taihang.core.errors import InputError, IntegrityError, StateError  # noqa: E402
from taihang.core.park.assets import ShiftPattern  # noqa: E402
from taihang.core.park.medium_meter import MediumMeter  # noqa: E402
from taihang.core.park.park import Park  # noqa: E402
from taihang.core.park.reactive_meter import ReactiveMeter  # noqa: E402
from taihang.core.park.shift_shape import ShiftShape  # noqa: E402
from taihang.core.park.topology import Meter  # noqa: E402
from taihang.core.seal.act import RESTORED  # noqa: E402
from taihang.core.seal.canonical import JsonValue  # noqa: E402
from taihang.core.seal.entry import leaf_entry_of  # noqa: E402
from taihang.core.seal.key_act import LOG_OWNER, key_file_name  # noqa: E402
from taihang.core.tlog.checkpoint import (  # noqa: E402
    Checkpoint,
    checkpoint_of,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from taihang.core.tlog.log_key import LogKey, key_at, signers  # noqa: E402
from taihang.core.tlog.note import parse_note  # noqa: E402
from taihang.services.act_log import log_act, take_in_acts  # noqa: E402
from taihang.services.keys import LostKeyError, log_keys  # noqa: E402
from taihang.services.medium_account import demand_known_media  # noqa: E402
from taihang.services.ports import Clock, Ports, Upload  # noqa: E402
from taihang.services.prove import LOG_KEY  # noqa: E402
from taihang.services.replay import catch_up  # noqa: E402
from taihang.services.trail import seal_trail  # noqa: E402
from taihang.simulator.devices import device_days  # noqa: E402
from taihang.simulator.forms import forms_of, proven_parts, without  # noqa: E402
from taihang.simulator.load import plain_shape  # noqa: E402
from taihang.simulator.park_box import Simulation, simulate  # noqa: E402

_BYTES_PER_MB: Final = 1_000_000
_ROOM_MB: Final = 100
"""Below this a park is not ready for writes."""


class RescaledMeterError(InputError):
    """A meter that has readings is given another scale."""

    code = "input.rescaled-meter"


class RolledBackParkError(StateError):
    """A park was restored older than others have witnessed; it is for reading only."""

    code = "state.rolled-back-park"


class LostRegisterError(IntegrityError):
    """The register of a park with records is gone."""

    code = "integrity.lost-register"


class NoParkError(InputError):
    """The folder is not a park."""

    code = "input.no-park"


class FolderInUseError(StateError):
    """A new park was to be made in a folder that holds something."""

    code = "state.folder-in-use"


class UnreadableRegisterError(IntegrityError):
    """The register of record cannot be opened, read or written."""

    code = "integrity.unreadable-register"


def make_park(root: Path, *, text: str, beside: frozenset[str] = frozenset()) -> Park:
    """Make a new park folder from the text of a park file.

    Args:
        root: The folder; absent or empty.
        text: The park file.
        beside: Names of files that may be in the folder already.

    Returns:
        The park.

    """
    demand_free(root, beside=beside)
    park = read_park(text, source=PARK_FILE)
    folder = ParkFolder(root)
    # Readings and salts lie inside: the folder is for its owner only.
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (folder.journal, folder.lake, folder.reports):
        path.mkdir(exist_ok=True)
    folder.keys.mkdir(mode=0o700, exist_ok=True)
    system.PosixDisk().write_whole(folder.park_file, text.encode())
    return park


def demand_free(root: Path, *, beside: frozenset[str] = frozenset()) -> None:
    """Refuse a folder that holds something.

    Args:
        root: A folder; absent or empty.
        beside: Names of files that may be in it.

    Raises:
        FolderInUseError: If it holds anything else.
    """
    if root.exists() and (not root.is_dir() or {path.name for path in root.iterdir()} - beside):
        raise FolderInUseError(
            given=f"{root}, which is not empty",
            expected="a folder that is absent or empty",
            remedy="name another folder",
        )


def clear_park(root: Path, *, but: frozenset[str]) -> None:
    """Throw everything in a park folder away, unless another process is writing it.

    Args:
        root: The folder.
        but: Names of files that stay.
    """
    door = door_lock(root)
    door.take()
    lock = writer_lock(root)
    try:
        lock.take()
        for path in root.iterdir():
            if path.name in but:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    finally:
        lock.release()
        door.release()


@contextmanager
def open_park(
    root: Path,
    *,
    writing: bool,
    clock: Clock | None = None,
    load_journal: bool = True,
    lock: system.WriterLock | None = None,
    disk: system.PosixDisk | None = None,
) -> Generator[Ports]:
    """Open a park and hand out its ports.

    Args:
        root: The park folder.
        writing: Whether the journal, lake or register may be changed; one process at a time.
        clock: Stands in for the wall clock.
        load_journal: False lets an audit look at a journal that does not load.
        lock: The writer's lock, where the caller holds it already and lets it go itself.
        disk: Stands in for the disk.

    Yields:
        The ports of the park.
    """
    folder = ParkFolder(root)
    text = _park_text(folder)
    if writing:
        _demand_not_rolled_back(folder)
    own_lock = system.WriterLock(folder.lock)
    if writing and lock is None:
        own_lock.take()
    registry: Registry | None = None
    try:
        with _register_told(folder):
            registry = _register(folder)
            _demand_log_key(folder, registry, writing=writing)
            now = clock or system.SystemClock()
            ports = _ports(folder, text, registry, now, disk=disk or system.PosixDisk())
            if writing:
                demand_known_media(ports=ports)
                if any(folder.journal.glob("segment-*.log")):
                    _demand_same_scales(ports.park, registry)
                registry.record_park(ports.park, text=text, at_s=int(ports.clock.now().timestamp()))
                _make_ready(ports)
                _log_what_waited(folder, ports)
            elif load_journal:
                # What lake and register remember was acknowledged; without it no journal is whole.
                _journal(ports).load(at_least=_remembered(ports))
            yield ports
    finally:
        if registry is not None:
            registry.close()
        own_lock.release()


def demand_park(root: Path) -> None:
    """Refuse a folder that is not a park, before anything is written into it."""
    _park_text(ParkFolder(root))


def writer_lock(root: Path) -> system.WriterLock:
    """Return the lock of the one process that writes a park, not yet taken."""
    return system.WriterLock(ParkFolder(root).lock)


def door_lock(root: Path) -> system.WriterLock:
    """Return the lock of the one process that keeps a park's door open, not yet taken."""
    return system.WriterLock(ParkFolder(root).door_lock)


def trail_of(root: Path) -> TrailFile:
    """Return the audit trail of a folder, for who need not open the rest; it may be no park yet."""
    return _trail_in(ParkFolder(root).trail)


@lru_cache(maxsize=16)
def _trail_in(directory: Path) -> TrailFile:
    """Return the one trail of a folder in this process: it reads all once, then what is new."""
    return TrailFile(directory, disk=system.PosixDisk())


def timed_disk(observe: Callable[[float], None]) -> system.PosixDisk:
    """Return a disk that tells how long each forced write took, in seconds."""
    return system.TimedDisk(observe)


def random_secret() -> str:
    """Return 256 random bits [hex]."""
    return system.random_secret()


def park_warnings(root: Path) -> list[str]:
    """Return what is odd in the park file without being wrong, each with its line."""
    reading = examine_park(_park_text(ParkFolder(root)))
    return [problem.told(PARK_FILE) for problem in reading.problems]


def change_mark(root: Path) -> tuple[int, ...]:
    """Return numbers that change whenever journal (the first), lake or register of a park do."""
    folder = ParkFolder(root)
    paths = (folder.journal / "checkpoints", folder.lake / "manifest.json", folder.park_file)
    return (*map(_changed_at, paths), *register_mark(root))


def register_mark(root: Path) -> tuple[int, ...]:
    """Return numbers that change whenever the register of a park does."""
    registry = ParkFolder(root).registry
    return tuple(map(_changed_at, (registry, registry.with_name(registry.name + "-wal"))))


def _changed_at(path: Path) -> int:
    # Whoever opens a register to read leaves an empty file of its log beside it: no change.
    with suppress(FileNotFoundError):
        found = path.stat()
        return found.st_mtime_ns if found.st_size else 0
    return 0


def can_write(root: Path) -> bool:
    """Say whether a park's folder takes writes and its disk has room."""
    return os.access(root, os.W_OK) and free_mb(root) >= _ROOM_MB


def free_mb(root: Path) -> int:
    """Return the room left on the disk of a park [MB]."""
    return shutil.disk_usage(root).free // _BYTES_PER_MB


def issued_folder(root: Path) -> Path:
    """Return where the copies of issued reports lie."""
    return ParkFolder(root).issued_reports


def journal_bytes(root: Path) -> int:
    """Return what the journal takes on the disk [byte]."""
    return sum(path.stat().st_size for path in ParkFolder(root).journal.glob("*"))


def simulated(
    ports: Ports, *, first_day: date, n_days: int, seed: int
) -> tuple[Simulation, Iterator[Upload]]:
    """Simulate the devices of a park.

    Args:
        ports: The park.
        first_day: First local day.
        n_days: How many days.
        seed: Names the world.

    Returns:
        What really happened, and what the gateways saw of it, in order of day.
    """
    simulation = simulate(ports.park, first_day=first_day, n_days=n_days, seed=seed)
    return simulation, device_days(simulation, ports.park)


def simulated_forms(
    ports: Ports, *, months: Sequence[str], seed: int
) -> Iterator[tuple[bytes, Sheet, tuple[tuple[str, bytes], ...]]]:
    """Yield the forms that enterprises of a simulated park hand in, without what is there already.

    Each comes with name and bytes of the files that prove it.

    Args:
        ports: The park.
        months: Local months.
        seed: Names the world.
    """
    known = {(each.id, each.version) for each in ports.registry.activity_records()}
    for version, form in enumerate(forms_of(ports.park, months=months, seed=seed), 1):
        fresh = without(form, ids={id_ for id_, of in known if of >= version})
        for part, files in proven_parts(fresh, ports.park):
            sheet = read_csv(part, name="simulated.csv")
            if sheet.rows:
                yield part, sheet, files


def plain_shapes() -> dict[ShiftPattern, ShiftShape]:
    """Return the plain days of every shift pattern, for loads that nobody has measured."""
    return {pattern: plain_shape(pattern) for pattern in ShiftPattern}


def decoded(path: Path, *, map_name: str) -> ImportResult:
    """Read foreign files by an import map; no row may be refused.

    Args:
        path: A file or folder.
        map_name: Name of a bundled map, or path of a TOML file.

    Returns:
        The readings, with the account of every row.
    """
    result = decode_folder(path, load_map(map_name))
    result.require_clean()
    return result


def read_form(path: Path, *, beside: frozenset[str]) -> tuple[bytes, Sheet]:
    """Read a form of activity data from a file.

    Args:
        path: The file: ``.xlsx``, ``.csv`` or ``.json``.
        beside: Names of sheets of a workbook that are no form.

    Returns:
        Its bytes, and its cells.
    """
    return read_form_file(path, beside=beside)


def empty_form(kind: str, words: TemplateWords) -> bytes:
    """Return a form to fill in.

    Args:
        kind: ``.xlsx`` or ``.csv``.
        words: What it says.
    """
    return form_template(kind, words)


def _make_ready(ports: Ports) -> None:
    """Bring journal, lake and register together after whatever happened before."""
    _journal(ports).recover(at_least=_remembered(ports))
    if not ports.registry.log_keys():
        ports.registry.add_log_key(log_keys(ports=ports)[0])
    # `rebuild` must be able to open the park; every other job meets the damaged lake by itself.
    with suppress(DamagedLakeError):
        catch_up(ports)
        take_in_acts(ports=ports)


def _remembered(ports: Ports) -> int:
    """Return how many records lake, register and publications know to have been acknowledged."""
    sizes = [settlement.journal_size for settlement in ports.registry.settlements()]
    with suppress(DamagedLakeError):
        sizes.append(len(ports.lake.batches()))
    if (published := ports.published.latest()) is not None:
        sizes.append(checkpoint_of(published).size)
    return max(sizes, default=0)


def _journal(ports: Ports) -> Journal:
    if not isinstance(ports.journal, Journal):
        raise TypeError(type(ports.journal))
    return ports.journal


def _park_text(folder: ParkFolder) -> str:
    if not folder.park_file.is_file():
        raise NoParkError(
            given=f"{folder.root}, which has no {PARK_FILE}",
            expected="a park folder",
            remedy=f"make one with: taihang new {folder.root} --template blank"
            "; or serve an empty folder and make it on the pages",
        )
    try:
        return folder.park_file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NoParkError(
            given=f"{folder.park_file}, whose byte {error.start} is not UTF-8",
            expected="a text file in UTF-8",
            remedy="save it as UTF-8, or put it back from its backup",
        ) from error


def _register(folder: ParkFolder) -> Registry:
    """Open the register; a new one is made aside and put in its place whole.

    Django makes the tables in one transaction and remembers in the next that it did: a register
    that is stopped between the two could never be opened again.

    Raises:
        LostRegisterError: If a park with records has none: an empty one would forget what was done.
    """
    if not folder.registry.exists():
        if any(folder.journal.glob("segment-*.log")):
            raise LostRegisterError(
                given=f"{folder.journal} with records and no {folder.registry}",
                expected="the register: enrolled keys, settlements, statements",
                remedy="put registry.db back from the newest backup: taihang restore",
            )
        part = folder.registry.with_name(f"{folder.registry.name}.{os.getpid()}.part")
        part.unlink(missing_ok=True)
        Registry(part).close()
        # A link never replaces a register that another process made meanwhile; a rename would.
        with suppress(FileExistsError):
            folder.registry.hardlink_to(part)
        part.unlink()
        system.PosixDisk().fsync(folder.root)
    return Registry(folder.registry)


@contextmanager
def _register_told(folder: ParkFolder) -> Generator[None]:
    """Tell of a register that does not work in one line, as of everything else on the disk."""
    try:
        yield
    except (db.IntegrityError, db.ProgrammingError):
        # The register works; what was asked of it is wrong, and that is a fault of this program.
        raise
    except db.DatabaseError as error:
        raise UnreadableRegisterError(
            given=f"{folder.registry}: {error}",
            expected="the register of this park, readable and with room to write",
            remedy="look at the disk; if the file is damaged, put it back from its backup",
        ) from error


def _ports(
    folder: ParkFolder, text: str, registry: Registry, clock: Clock, *, disk: system.PosixDisk
) -> Ports:
    park = read_park(text, source=str(folder.park_file))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    keys = system.KeyRing(folder.keys)
    origin = f"taihang/{park.id}"
    return Ports(
        park=park,
        park_sha256=sha256,
        facts=load_facts().with_facts(park.facts),
        clock=clock,
        keys=keys,
        verify=system.verify_signature,
        journal=Journal(folder.journal, disk=disk, seal=_seal(origin, keys, registry, clock)),
        lake=Lake(folder.lake, disk=disk),
        published=PublishedFiles(journal=folder.journal, public=folder.public, disk=disk),
        ask_witness=WebLink().post,
        scratch_lake=partial(_scratch_lake, folder, disk),
        registry=registry,
        quarantine=Quarantine(folder.quarantine, disk=disk),
        evidence=EvidenceFiles(folder.evidence, disk=disk),
        trail=_trail_in(folder.trail),
        reports=ReportFiles(folder.issued_reports, disk=disk),
        solve=highs.solve,
        uniform_numbers=system.uniform_numbers,
        read_park=lambda text: read_park(text, source="park.toml of an earlier settlement"),
        log_origin=origin,
        version=__version__,
    )


def _scratch_lake(folder: ParkFolder, disk: system.PosixDisk) -> Lake:
    """Make an empty lake beside the park's own; its name is this process's own."""
    lake = Lake(folder.lake.with_name(f"lake.{os.getpid()}"), disk=disk)
    lake.discard()
    return lake


def _demand_log_key(folder: ParkFolder, registry: Registry, *, writing: bool) -> None:
    """Refuse a journal whose log key is gone: a new key would start a log of its own unseen.

    A park that was restored without its keys can be read: the register knows their public halves.

    Raises:
        LostKeyError: If the key that would sign is not there.
    """
    known = registry.log_keys()
    name = key_file_name(LOG_OWNER, known[-1].ordinal if known else 1)
    keys = system.KeyRing(folder.keys)
    if not any(folder.journal.glob("segment-*.log")) or not (writing or not known):
        return
    if not keys.holds(name) or (known and keys.signing_key(name).public != known[-1].key):
        raise LostKeyError(
            given=f"{folder.journal} with records, and {folder.keys / name}.key absent or another",
            expected="the key that signs its checkpoints",
            remedy="put the key back from its backup",
        )


def _demand_not_rolled_back(folder: ParkFolder) -> None:
    """Refuse to write a park that lacks records which others have witnessed (T23)."""
    behind = read_rolled_back(folder.root)
    if behind is None:
        return
    counters = ", ".join(f"{name} from {at}" for name, at in [*behind.next_counters.items()][:8])
    raise RolledBackParkError(
        given=f"a park of {behind.size} records where {behind.held[0].name} holds a checkpoint of"
        f" {behind.size + behind.missing}: records {behind.size} … "
        f"{behind.size + behind.missing - 1} are missing here",
        expected="all records that were witnessed; until then it is for reading only",
        remedy="find the newest backup or the old disk: taihang restore NEWEST DIR --catch-up;"
        f" let gateways keep their batches (sent again: {counters or 'all'})",
    )


def _log_what_waited(folder: ParkFolder, ports: Ports) -> None:
    """Put into the log what was done while nobody could write it: a restore, acts in pages."""
    _log_restore(folder, ports)
    # A damaged audit trail stops no meter: audits tell of it.
    with suppress(IntegrityError):
        seal_trail(ports=ports)


def _log_restore(folder: ParkFolder, ports: Ports) -> None:
    """Put a restore into the log; it was done when the log could not be written yet."""
    mark = read_restored(folder.root)
    if mark is not None:
        body: dict[str, JsonValue] = {"backup_made_at_s": mark.backup_made_at_s, "size": mark.size}
        log_act(RESTORED, body, ports=ports)
        catch_up(ports)
        (folder.root / RESTORED_FILE).unlink()


def _demand_same_scales(park: Park, registry: Registry) -> None:
    """Refuse a park file that gives a recorded meter another scale: it would re-value history."""
    recorded = registry.meter_scales()
    changed = sorted(
        meter.id
        for meter in park.register_meters
        if recorded.get(meter.id, _scale(meter)) != _scale(meter)
    )
    if changed:
        raise RescaledMeterError(
            given=f"another resolution, multiplier or dial for {', '.join(changed[:6])}",
            expected="the scale under which its readings were sealed",
            remedy="give the changed meter a new id and dates of service, and keep the old one",
        )


def _scale(meter: Meter | MediumMeter | ReactiveMeter) -> tuple[str, int, int, int]:
    if isinstance(meter, Meter):
        return meter.unit, meter.resolution_wh, meter.multiplier, meter.digits
    if isinstance(meter, ReactiveMeter):
        return meter.unit, meter.resolution_varh, meter.multiplier, meter.digits
    return meter.unit.value, meter.resolutions[meter.unit], meter.multiplier, meter.digits


def _seal(origin: str, keys: system.KeyRing, registry: Registry, clock: Clock) -> CheckpointSeal:
    """Sign with the log's key in force, and beside it with the one before while that is wanted."""

    def known() -> Sequence[LogKey]:
        return registry.log_keys() or [LogKey(1, keys.signing_key(LOG_KEY).public, 0)]

    def sign(checkpoint: Checkpoint) -> str:
        now_s = int(clock.now().timestamp())
        notes = [
            sign_checkpoint(checkpoint, public_key=signer.public, sign=signer.sign)
            for signer in (
                keys.signing_key(key_file_name(LOG_OWNER, key.ordinal))
                for key in signers(known(), size=checkpoint.size, now_s=now_s)
            )
        ]
        return notes[0] + "".join(note.rpartition("\n\n")[2] for note in notes[1:])

    def verify(note: str) -> Checkpoint:
        size = parse_checkpoint(parse_note(note).text).size
        return open_checkpoint(
            note,
            origin=origin,
            public_key=key_at(known(), size=size).key,
            verify=system.verify_signature,
        )

    return CheckpointSeal(origin=origin, sign=sign, verify=verify, leaf_entry=leaf_entry_of)
