"""A park file is saved whole or not at all; its old and its new text are both recorded."""

from collections.abc import Callable
from pathlib import Path

import pytest

import small_park
from import_kit import PLACE, table, wall
from small_park import PARK
from taihang import settings_wiring, wiring
from taihang.adapters.system import BusyParkError
from taihang.config.park_edit import text_sha256
from taihang.config.park_file import ParkFileError
from taihang.core.errors import TaihangError
from taihang.services.import_points import known_points
from taihang.settings_wiring import (
    StaleParkError,
    demand_room,
    found_park,
    has_park,
    import_desk,
    park_text,
    save_park,
)
from taihang.wiring import FolderInUseError, NoParkError, RescaledMeterError

RENAMED = PARK.replace("甲厂", "甲新厂")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A park with a day of readings."""
    path = small_park.make(tmp_path / "park")
    with small_park.opened(path) as ports:
        small_park.fill(ports, small_park.DAY)
    return path


def versions(root: Path) -> list[str]:
    with small_park.opened(root, writing=False) as ports:
        return ports.registry.park_versions()


def test_save_park__the_new_text_is_there_and_both_are_recorded(root: Path) -> None:
    save_park(root, RENAMED, base_sha256=text_sha256(PARK))

    assert park_text(root) == RENAMED
    assert versions(root) == [RENAMED, PARK]


def test_save_park__a_change_of_an_older_text_is_refused(root: Path) -> None:
    save_park(root, RENAMED, base_sha256=text_sha256(PARK))

    with pytest.raises(StaleParkError):
        save_park(root, PARK, base_sha256=text_sha256(PARK))

    assert park_text(root) == RENAMED


def rescaled(text: str) -> str:
    return text.replace("multiplier = 100", "multiplier = 200", 1)


def broken(text: str) -> str:
    return text.replace("voltage_kv = 10", 'voltage_kv = "10 kV"', 1)


def no_toml(text: str) -> str:
    return text + "\n["


@pytest.mark.parametrize(
    ("change", "error"),
    [(rescaled, RescaledMeterError), (broken, ParkFileError), (no_toml, ParkFileError)],
)
def test_save_park__what_is_refused_changes_nothing(
    root: Path, change: Callable[[str], str], error: type[TaihangError]
) -> None:
    with pytest.raises(error):
        save_park(root, change(PARK), base_sha256=text_sha256(PARK))

    assert park_text(root) == PARK
    assert versions(root) == [PARK]
    with small_park.opened(root) as ports:
        assert ports.park.meters["M-E01"].multiplier == 100


def test_save_park__waits_for_whoever_writes_and_then_gives_up(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings_wiring, "LOCK_WAIT_S", 0.0)
    lock = wiring.writer_lock(root)
    lock.take()
    try:
        with pytest.raises(BusyParkError):
            save_park(root, RENAMED, base_sha256=text_sha256(PARK))
    finally:
        lock.release()

    save_park(root, RENAMED, base_sha256=text_sha256(PARK))


def test_park_text__of_no_park_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoParkError):
        park_text(tmp_path)


def test_found_park__makes_it_beside_its_accounts_and_records_its_text(tmp_path: Path) -> None:
    (tmp_path / "accounts.db").touch()
    (tmp_path / "trail").mkdir()
    (tmp_path / "journal").mkdir()

    park = found_park(tmp_path, PARK)

    assert has_park(tmp_path)
    assert sorted(park.enterprises) == ["E01", "E02"]
    assert (park_text(tmp_path), versions(tmp_path)) == (PARK, [PARK])


@pytest.mark.parametrize("name", ["notes.txt", "registry.db", "park.toml"])
def test_found_park__where_something_else_is_nothing_is_made(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()

    with pytest.raises(FolderInUseError):
        found_park(tmp_path, PARK)

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([".lock", name])


def test_found_park__of_a_wrong_text_leaves_room_for_a_right_one(tmp_path: Path) -> None:
    with pytest.raises(ParkFileError):
        found_park(tmp_path, broken(PARK))

    assert not has_park(tmp_path)
    demand_room(tmp_path)
    found_park(tmp_path, PARK)


def test_demand_room__names_what_is_in_the_way(tmp_path: Path) -> None:
    demand_room(tmp_path)
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "segment-0.log").touch()

    with pytest.raises(FolderInUseError, match=r"holds journal; expected"):
        demand_room(tmp_path)


def test_import_desk__keeps_uploads_in_the_park(root: Path) -> None:
    desk = import_desk(root)
    data = table("time,甲厂 kW", [f"{wall(n)},5" for n in range(9)]).encode()
    with small_park.opened(root) as ports:
        points = known_points(ports.park)

    staged = desk.begin("0" * 32, [data], name="a.csv", by="li", points=points, place=PLACE)

    assert staged.tables[0].columns[0].point == "M-E01"
    assert (root / "uploads" / ("0" * 32)).is_dir()
