"""The lake dies at every operation of the disk: old or new is found, and a replay ends it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typing_extensions import override

import lake_model
from fault.simulated_disk import KilledError
from lake_model import PLACES, START_S, LooseDisk, Sent
from taihang.adapters.stores.lake import Lake
from taihang.adapters.stores.lake import store as store_module
from taihang.adapters.stores.lake.sealed import Sizes

SIZES = Sizes(small_month_rows=20, day_points=4, month_points=4)
HOUR = {(place, START_S + 300 * n): (n, 0) for place in PLACES for n in range(12)}
BATCHES = [
    Sent("GW1", 1, 10, {cell: HOUR[cell] for cell in list(HOUR)[:15]}),
    Sent("GW2", 1, 11, HOUR),
    Sent("", 0, 12),
    Sent("GW1", 2, 30, {(PLACES[0], START_S): (7, 0), (PLACES[2], START_S + 90_000): (8, 0)}),
    Sent("GW1", 3, 20, {(PLACES[0], START_S): (5, 0)}),
]
CLOSED_S = START_S + 86_400


@dataclass
class DyingDisk(LooseDisk):
    """Ends the process before one of its operations."""

    die_at: int
    n_operations: int = 0

    def _run(self, act: Callable[[], None]) -> None:
        self.n_operations += 1
        if self.n_operations == self.die_at:
            raise KilledError
        act()

    @override
    def append(self, path: Path, data: bytes) -> None:
        self._run(lambda: super(DyingDisk, self).append(path, data))

    @override
    def fsync(self, path: Path) -> None:
        self._run(lambda: None)

    @override
    def rename(self, source: Path, target: Path) -> None:
        self._run(lambda: super(DyingDisk, self).rename(source, target))

    @override
    def truncate(self, path: Path, size: int) -> None:
        self._run(lambda: super(DyingDisk, self).truncate(path, size))


def lake_on(directory: Path, disk: LooseDisk) -> Lake:
    return Lake(directory, disk=disk, sizes=SIZES)


def replayed(lake: Lake) -> Lake:
    """Take in what the journal has and the lake has not, as the next start does."""
    first = len(lake.batches())
    lake_model.put(lake, BATCHES[first:], first)
    return lake


def life(directory: Path, disk: LooseDisk) -> None:
    """Flush, outgrow a month, correct, compact, and correct a month that is closed."""
    lake = lake_on(directory, disk)
    for last in (1, 4):
        first = len(lake.batches())
        lake_model.put(lake, BATCHES[first:last], first)
        lake.flush()
    lake.compact(before_s=CLOSED_S)
    replayed(lake).flush()


def deaths(directory: Path, act: Callable[[Path, LooseDisk], None]) -> Iterator[Path]:
    """Yield the folder that each death leaves, until the act is lived through."""
    for die_at in range(1, 200):
        folder = directory / str(die_at)
        folder.mkdir()
        try:
            act(folder, DyingDisk(die_at))
        except KilledError:
            yield folder
        else:
            return
    raise AssertionError


def wrong(folder: Path, expected: str) -> list[str]:
    """Say what the next start finds wrong in a folder."""
    lake = replayed(lake_on(folder, LooseDisk()))
    found = [] if lake.state_hash() == expected else [f"{folder.name}: another state"]
    if lake_model.as_cells(lake_model.rows_in(lake, 5)) != lake_model.current(BATCHES, 5):
        found.append(f"{folder.name}: another reading counts")
    lake.flush()
    again = lake_on(folder, LooseDisk())
    if again.state_hash() != expected or again.damaged_files():
        found.append(f"{folder.name}: not mended")
    readings = (folder / "readings").glob("*")
    if len(list(readings)) != len({*(folder / "readings").glob("*.parquet")}):
        found.append(f"{folder.name}: something is left lying about")
    return found


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    lake = replayed(lake_model.lake_in(tmp_path_factory.mktemp("whole")))
    return lake.state_hash()


def test_life__dies_at_every_operation_and_loses_nothing(tmp_path: Path, expected: str) -> None:
    found: list[str] = []
    n_deaths = 0
    for folder in deaths(tmp_path, life):
        n_deaths += 1
        found += wrong(folder, expected)

    assert not found
    assert n_deaths >= 40


def test_wrong__tells_of_a_manifest_that_is_written_before_its_files(
    tmp_path: Path, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: hot rows are sealed after the manifest says that they are."""
    write = store_module.write_contents

    def early(lake: Lake, rows: object) -> None:
        files = lake._contents.files  # pyright: ignore[reportPrivateUsage]
        lake._finish(files)  # pyright: ignore[reportPrivateUsage]
        whole(lake, rows)  # type: ignore[arg-type]

    whole = Lake._flush  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(Lake, "_flush", early)
    left = list(deaths(tmp_path, life))
    monkeypatch.setattr(Lake, "_flush", whole)
    assert store_module.write_contents is write

    assert [each for folder in left for each in wrong(folder, expected)]


def test_take_over__dies_at_every_operation_and_leaves_one_whole_lake(
    tmp_path: Path, expected: str
) -> None:
    def act(folder: Path, disk: LooseDisk) -> None:
        old, fresh = folder / "lake", folder / "lake.1"
        lake_model.put(lake_on(old, LooseDisk()), BATCHES[:1], 0, at_once=True)
        replayed(lake_on(fresh, LooseDisk())).flush()
        lake_on(old, disk).take_over(lake_on(fresh, LooseDisk()))

    n_deaths = 0
    for folder in deaths(tmp_path, act):
        n_deaths += 1
        assert replayed(lake_on(folder / "lake", LooseDisk())).state_hash() == expected
    assert n_deaths == 3


@pytest.mark.parametrize("name", ["readings", "rollups/hour"])
def test_read__of_a_damaged_file_names_it(tmp_path: Path, name: str) -> None:
    life(tmp_path, LooseDisk())
    path = min((tmp_path / name).iterdir())
    path.write_bytes(path.read_bytes()[:-9])

    lake = lake_on(tmp_path, LooseDisk())

    assert lake.damaged_files() == [path.stem]
    asked: dict[str, Callable[[], object]] = {
        "readings": lambda: lake.read("readings"),
        "rollups/hour": lambda: lake.rollups(3_600, lake_model.WHOLE),
    }
    with pytest.raises(store_module.DamagedLakeError, match=path.stem):
        asked[name]()


def test_hot_rows__are_the_journals_after_the_process_is_gone(tmp_path: Path) -> None:
    lake = lake_on(tmp_path, LooseDisk())
    lake_model.put(lake, BATCHES[:2], 0)
    lake.flush()
    lake_model.put(lake, BATCHES[2:], 2)
    whole = lake.state_hash()
    assert lake.n_hot

    again = lake_on(tmp_path, LooseDisk())

    assert (len(again.batches()), again.n_hot) == (2, 0)
    assert replayed(again).state_hash() == whole
