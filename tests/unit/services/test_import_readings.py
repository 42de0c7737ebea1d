"""An import is foretold as it then happens, comes in whole or not at all, and only once."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import small_park
from small_park import DAY, JUNE, energy_block_of
from taihang.core.errors import InputError
from taihang.core.metering.import_draft import Oddity, ReadFile, RefusedValue, Severity
from taihang.core.metering.readings import ReadingBlock
from taihang.core.seal.batch import open_batch
from taihang.core.series import Quality, Quantity
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.import_readings import NothingReadError, TakenIn, dry_run, take_in
from taihang.services.ports import Ports

FILES = {"a.csv": b"time,kWh\n"}


def read(*blocks: ReadingBlock, **more: object) -> ReadFile:
    plain = ReadFile(
        map_text='name = "trial"\n',
        rows_read=10,
        rows_used=10,
        rows_missing=0,
        rows_repeated=0,
        rows_refused=0,
        refused=(),
        oddities=(),
        preview=(),
        notes=(),
        sha256={},
        blocks=blocks,
    )
    return replace(plain, **more)


def load(n: int = 96, *, first: int = 0) -> ReadingBlock:
    return energy_block_of("M-E01", DAY.start_s + 900 * first, 50_000 + np.arange(n) % 7)


def take(what: ReadFile, ports: Ports) -> TakenIn:
    return take_in(what, FILES, map_name="trial", ports=ports)


def stored(ports: Ports, point: str = "M-E01") -> list[int]:
    columns = ports.lake.read("readings")[point, Quantity.ENERGY.value]
    return columns["count"].tolist()


def origin_of(counter: int, ports: Ports) -> dict[str, str]:
    leaf = ports.lake.batches().find(IMPORT_GATEWAY, counter)
    assert leaf is not None
    return dict(open_batch(ports.journal.record(leaf).data).header.origin)


def test_dry_run__foretells_what_take_in_does(root: Path) -> None:
    with small_park.opened(root) as ports:
        foretold = dry_run(read(load(2 * 96)), ports=ports)
        done = take(read(load(2 * 96)), ports)

        assert (foretold.n_new, foretold.n_changed, foretold.n_same) == (192, 0, 0)
        assert foretold.can_go_on
        assert (done.n_readings, done.n_unchanged, done.n_batches) == (
            192,
            0,
            3,
        )  # one batch a UTC day
        assert stored(ports) == load(2 * 96).counts.tolist()


def test_dry_run__again_foretells_nothing_and_nothing_happens(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(read(load()), ports)
        size = ports.journal.size

        again = dry_run(read(load()), ports=ports)
        done = take(read(load()), ports)

        assert (again.n_new, again.n_changed, again.n_same) == (0, 0, 96)
        assert not again.can_go_on
        assert (done.n_readings, done.n_unchanged, done.n_batches) == (0, 96, 0)
        assert ports.journal.size == size


def test_dry_run__tells_new_from_changed_readings(root: Path) -> None:
    with small_park.opened(root) as ports:
        take(read(load(96)), ports)
        counts = load(100).counts.copy()
        counts[:5] += 1

        foretold = dry_run(read(replace(load(100), counts=counts)), ports=ports)

    assert (foretold.n_new, foretold.n_changed, foretold.n_same) == (4, 5, 91)


def test_dry_run__counts_by_local_month_and_sums_the_energy(root: Path) -> None:
    # The last hours of June and the first of July, in Asia/Shanghai.
    block = energy_block_of("M-E01", JUNE.end_s - 4 * 900, [1_000] * 10)
    quality = block.quality.copy()
    quality[9] = Quality.MISSING
    with small_park.opened(root) as ports:
        months = dry_run(read(replace(block, quality=quality)), ports=ports).months

    assert [(m.month, m.n_new, m.n_missing, m.energy_kwh) for m in months] == [
        ("2026-06", 4, 0, 4.0),
        ("2026-07", 6, 1, 5.0),
    ]


def test_dry_run__names_the_settled_periods_that_it_touches(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.settle_june(ports)

        inside = dry_run(read(load()), ports=ports)
        behind = dry_run(read(load(first=31 * 96)), ports=ports)

    assert inside.touched == ((JUNE.start_s, JUNE.end_s),)
    assert behind.touched == ()


@pytest.mark.parametrize(
    ("block", "kind", "point"),
    [
        (energy_block_of("M-NO", DAY.start_s, [1]), "unknown-point", "M-NO"),
        (energy_block_of("M-E01", DAY.start_s, [10**9] * 9), "above-rating", "M-E01"),
        (energy_block_of("M-E01", DAY.start_s, [-5]), "negative-energy", "M-E01"),
        (replace(energy_block_of("M-E01", DAY.start_s, [5]), scale="10"), "against-park", "M-E01"),
        (energy_block_of("M-E01", DAY.start_s + 60, [5]), "against-park", "M-E01"),
        (
            replace(small_park.block_of("M-E01", DAY.start_s, [5]), unit="L"),
            "against-park",
            "M-E01",
        ),
    ],
)
def test_take_in__what_no_meter_can_show_stops_all_of_it(
    root: Path, block: ReadingBlock, kind: str, point: str
) -> None:
    with small_park.opened(root) as ports:
        size = ports.journal.size
        foretold = dry_run(read(load(), block), ports=ports)
        with pytest.raises(InputError):
            take(read(load(), block), ports)

        assert ports.journal.size == size
        assert ports.evidence.hashes() == []
    assert (foretold.oddities[0].kind, foretold.oddities[0].point) == (kind, point)
    assert not foretold.can_go_on


def test_take_in__a_refused_row_stops_all_of_it(root: Path) -> None:
    refused = RefusedValue(
        file="a.csv", row=7, column="kWh", point="M-E01", reason="not-a-number", given="'x'"
    )
    with small_park.opened(root) as ports:
        size = ports.journal.size
        with pytest.raises(NothingReadError, match=r"a\.csv row 7, kWh = 'x'"):
            take(read(load(), rows_refused=1, refused=(refused,)), ports)
        with pytest.raises(NothingReadError):
            take(read(), ports)
        assert ports.journal.size == size


def test_take_in__keeps_files_and_map_and_names_them_in_each_batch(root: Path) -> None:
    with small_park.opened(root) as ports:
        done = take(read(load()), ports)
        origin = origin_of(1, ports)

        assert ports.evidence.read(done.map_sha256) == b'name = "trial"\n'
        assert ports.evidence.read(done.file_sha256["a.csv"]) == FILES["a.csv"]
    assert origin == {
        "kind": "import",
        "map": "trial",
        "map-sha256": done.map_sha256,
        "sha256:a.csv": done.file_sha256["a.csv"],
    }


def test_take_in__of_very_many_files_a_list_is_kept(root: Path) -> None:
    files = {f"{n}.csv": str(n).encode() for n in range(100)}
    with small_park.opened(root) as ports:
        take_in(read(load()), files, map_name="trial", ports=ports)
        origin = origin_of(1, ports)
        listed = ports.evidence.read(origin["files-sha256"]).decode()

    assert origin["files"] == "100"
    assert len(listed.splitlines()) == 100
    assert listed.splitlines()[0].endswith("  0.csv")


def test_dry_run__keeps_what_was_odd_in_the_file(root: Path) -> None:
    look = Oddity(kind="gap", severity=Severity.LOOK, point="M-E01", n=4)
    with small_park.opened(root) as ports:
        foretold = dry_run(read(load(), oddities=(look,)), ports=ports)

    assert foretold.oddities == (look,)
    assert foretold.can_go_on
