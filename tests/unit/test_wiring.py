"""How a park folder is made, opened, shared and brought together again after a crash."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Final

import pytest

import small_park
from small_park import DAY, PARK
from taihang import wiring
from taihang.adapters.stores.journal import (
    DamagedJournalError,
    RolledBackJournalError,
    SuspectJournalError,
)
from taihang.adapters.system import BusyParkError, SystemClock
from taihang.core.errors import TaihangError
from taihang.core.periods import Period
from taihang.services.audit import audit
from taihang.services.keys import LostKeyError
from taihang.services.settle import settle
from taihang.wiring import (
    FolderInUseError,
    NoParkError,
    ParkFolder,
    RescaledMeterError,
    UnreadableRegisterError,
)

OPEN_AND_SAY: Final = """
import sys
from pathlib import Path
from taihang import wiring
try:
    with wiring.open_park(Path(sys.argv[1]), writing=True):
        print("open", flush=True)
        sys.stdin.read()
except Exception as error:
    print(error, flush=True)
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def other_process(root: Path) -> subprocess.Popen[str]:
    """Open the park for writing in another process, and keep it open."""
    return subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_SAY, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


# -- making --------------------------------------------------------------------------------------


def test_make_park__lays_out_a_folder_for_its_owner(tmp_path: Path) -> None:
    park = wiring.make_park(tmp_path / "park", text=PARK)

    folder = ParkFolder(tmp_path / "park")
    assert park.id == "small"
    assert folder.park_file.read_text(encoding="utf-8") == PARK
    for path in (folder.journal, folder.lake, folder.reports, folder.keys):
        assert path.is_dir()
    assert folder.keys.stat().st_mode & 0o777 == 0o700


def test_make_park__never_touches_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")

    with pytest.raises(FolderInUseError, match="another folder"):
        wiring.make_park(tmp_path, text=PARK)
    with pytest.raises(FolderInUseError):
        wiring.make_park(tmp_path / "mine", text=PARK)

    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_make_park__of_a_wrong_text_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(TaihangError):
        wiring.make_park(tmp_path / "park", text=PARK.replace("E02", "E01"))

    assert not (tmp_path / "park").exists()


# -- opening -------------------------------------------------------------------------------------


def test_open_park__of_what_is_no_park_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoParkError, match="taihang new"), small_park.opened(tmp_path):
        pass

    assert list(tmp_path.iterdir()) == []


def test_open_park__for_writing_enrols_every_gateway_and_records_the_park(root: Path) -> None:
    with small_park.opened(root) as ports:
        keys = ports.registry.gateway_keys()
        for name, (key,) in keys.items():
            assert ports.keys.signing_key(f"gateway-{name}").public == key.key
        assert ports.registry.park_version(ports.park_sha256) == PARK
        assert (ports.log_origin, ports.journal.size) == ("taihang/small", 0)
    assert sorted(keys) == ["GW1", "GW2", "import"]


def test_open_park__for_reading_writes_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        settle(DAY, ports=ports)
    (root / "park.toml").write_text(PARK.replace("甲厂", "丙厂"), encoding="utf-8")
    # The side files of the register come and go with every opening.
    before = {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and "-" not in p.suffix}

    with small_park.opened(root, writing=False) as ports:
        assert ports.lake.count("readings") == 291
        with pytest.raises(SuspectJournalError):
            ports.journal.append([b"x"], received_at_s=0)

    after = {p: p.read_bytes() for p in root.rglob("*") if p.is_file() and "-" not in p.suffix}
    assert after == before


def test_open_park__many_may_read_while_one_writes(root: Path) -> None:
    with small_park.opened(root) as writer:
        small_park.fill(writer, DAY)
        with (
            small_park.opened(root, writing=False) as one,
            small_park.opened(root, writing=False) as other,
        ):
            assert one.journal.size == other.journal.size == 2
        assert writer.registry.settlements() == []
        settle(DAY, ports=writer)
        with small_park.opened(root, writing=False) as later:
            assert len(later.registry.settlements()) == 1


def test_open_park__takes_the_wall_clock_unless_told_otherwise(root: Path) -> None:
    with wiring.open_park(root, writing=False) as ports:
        assert isinstance(ports.clock, SystemClock)
    with small_park.opened(root, writing=False) as ports:
        assert ports.clock.now() == small_park.NOW


# -- one writer ----------------------------------------------------------------------------------


def test_open_park__refuses_a_second_writing_process_and_lets_it_in_after(root: Path) -> None:
    with small_park.opened(root) as ports:
        with other_process(root) as process:
            assert first_line(process).startswith("state.busy-park: ")
            process.communicate("")
        small_park.fill(ports, DAY)

    with other_process(root) as process:
        assert first_line(process) == "open\n"
        with pytest.raises(BusyParkError), small_park.opened(root):
            pass
        with small_park.opened(root, writing=False) as reader:
            assert reader.journal.size == 2
        process.kill()

    assert (root / ".lock").exists()
    with small_park.opened(root) as ports:
        assert ports.journal.size == 2, "the lock of a dead process does not count"


def test_open_park__frees_the_lock_when_opening_fails(root: Path) -> None:
    (root / "park.toml").write_text("format = 2", encoding="utf-8")
    with pytest.raises(TaihangError), small_park.opened(root):
        pass
    (root / "park.toml").write_text(PARK, encoding="utf-8")

    with small_park.opened(root) as ports:
        assert ports.park.id == "small"


# -- after a crash -------------------------------------------------------------------------------


def test_open_park__brings_the_lake_up_to_the_journal(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        whole = ports.lake.state_hash()
        batches = [record.data for record in ports.journal.records()]
        more = [small_park.sealed(ports, "GW2", 2, small_park.registers("M-E02", DAY))]
        ports.journal.append(more, received_at_s=0)
    (root / "lake" / "manifest.json").unlink()

    with small_park.opened(root) as ports:
        assert len(ports.lake.batches()) == ports.journal.size == 3
        assert ports.lake.state_hash() != whole
        assert [r.data for r in ports.journal.records()] == [*batches, *more]
        assert audit(ports=ports).is_clean


@pytest.mark.parametrize("what", ["journal", "journal and lake"])
def test_open_park__refuses_an_older_copy_of_the_journal(root: Path, what: str) -> None:
    next_day = Period.of_s(DAY.end_s, DAY.end_s + 86_400)
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
    folders = [root / name for name in what.split(" and ")]
    old = {p: p.read_bytes() for folder in folders for p in folder.rglob("*") if p.is_file()}
    with small_park.opened(root) as ports:
        small_park.fill(ports, next_day)
        settle(DAY, ports=ports)
    for path, content in old.items():
        path.write_bytes(content)

    for writing in (True, False):
        with (
            pytest.raises(RolledBackJournalError, match="newest copy"),
            small_park.opened(root, writing=writing),
        ):
            pass

    assert {path: path.read_bytes() for path in old} == old, "nothing is mended by guessing"


def test_open_park__refuses_a_damaged_record_and_an_audit_still_opens_it(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
    (path,) = (root / "journal").glob("segment-*.log")
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)

    for writing in (True, False):
        with (
            pytest.raises(DamagedJournalError, match="taihang audit"),
            small_park.opened(root, writing=writing),
        ):
            pass

    with small_park.opened(root, writing=False, load_journal=False) as ports:
        assert not audit(ports=ports).is_clean


def test_open_park__refuses_a_journal_whose_key_is_gone(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
    (root / "keys" / "log.key").unlink()

    with pytest.raises(LostKeyError, match="backup"), small_park.opened(root):
        pass

    assert not (root / "keys" / "log.key").exists()


def test_open_park__refuses_a_register_that_is_no_database(root: Path) -> None:
    (root / "registry.db").write_bytes(b"not a database, by any means" * 100)

    with pytest.raises(UnreadableRegisterError, match="backup"), small_park.opened(root):
        pass


# -- the park file changes -----------------------------------------------------------------------


def test_open_park__refuses_another_scale_for_a_meter_that_has_readings(root: Path) -> None:
    rescaled = PARK.replace(
        small_park.E02, small_park.meter("M-E02", "E02", "consumption", multiplier=60)
    )
    assert rescaled != PARK
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
    (root / "park.toml").write_text(rescaled, encoding="utf-8")

    with pytest.raises(RescaledMeterError, match="M-E02"), small_park.opened(root):
        pass


# -- doors to the simulator and the imports ------------------------------------------------------


def test_simulated__is_the_same_for_a_seed_and_another_for_another(root: Path) -> None:
    text = PARK.replace(
        "transformer_kva = 2000",
        'transformer_kva = 2000\nshift_pattern = "two-shift"\nplanned_mwh_per_year = 4000',
    )
    text = text.replace(
        "transformer_kva = 1000",
        'transformer_kva = 1000\nshift_pattern = "day-shift"\nplanned_mwh_per_year = 2000',
    )
    text = text.replace("capacity_kw = 1500 }", "capacity_kw = 1500, planned_mwh_per_year = 2000 }")
    (root / "park.toml").write_text(text, encoding="utf-8")
    with small_park.opened(root) as ports:
        runs = [
            list(wiring.simulated(ports, first_day=date(2026, 6, 1), n_days=1, seed=seed)[1])
            for seed in (7, 7, 8)
        ]

    counts = [[b.counts.tolist() for upload in run for b in upload.blocks] for run in runs]
    assert counts[0] == counts[1] != counts[2]
    assert {upload.gateway for upload in runs[0]} == {"GW1", "GW2"}


def test_can_write__needs_room_on_the_disk(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert wiring.can_write(root)

    def nearly_full(_root: Path) -> int:
        return 99

    monkeypatch.setattr(wiring, "free_mb", nearly_full)

    assert not wiring.can_write(root)


def test_change_mark__changes_with_the_journal_and_stays_otherwise(root: Path) -> None:
    with small_park.opened(root) as ports:
        before = wiring.change_mark(root)
        assert wiring.change_mark(root) == before
        small_park.fill(ports, DAY)
        assert wiring.change_mark(root) != before
