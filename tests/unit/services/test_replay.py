"""From the journal into the lake: everything, once, whatever happened between the two."""

from pathlib import Path

import pytest

import small_park
from small_park import DAY
from taihang.core.metering.readings import MeterEvent, MeterEventKind
from taihang.core.periods import Period
from taihang.core.seal.batch import open_batch
from taihang.services.audit import audit
from taihang.services.ingest import ingest
from taihang.services.ports import Ports
from taihang.services.replay import Staged, catch_up


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def four_batches(ports: Ports) -> list[bytes]:
    """Two halves of a day of each gateway; they share the reading at noon."""
    found: list[bytes] = []
    for number, start_s in enumerate((DAY.start_s, DAY.start_s + 43_200)):
        half = Period.of_s(start_s, start_s + 43_200)
        parts = {p: small_park.registers(p, half) for p in ("M-E01", "M-PV01", "M-E02")}
        swap = MeterEvent("M-E02", MeterEventKind.SWAP, half.start_s, 5, 6)
        found += [
            small_park.sealed(
                ports, "GW1", number + 1, parts["M-E01"], parts["M-PV01"], sent_at_s=half.end_s
            ),
            small_park.sealed(
                ports, "GW2", number + 1, parts["M-E02"], events=(swap,), sent_at_s=half.end_s
            ),
        ]
    return found


def test_catch_up__replays_what_the_lake_does_not_have(root: Path) -> None:
    with small_park.opened(root) as ports:
        batches = four_batches(ports)
        list(ingest(batches[:2], ports=ports))
        ports.journal.append(batches[2:], received_at_s=0)
        expected_size = ports.journal.size
        assert len(ports.lake.batches()) == 2

        n_replayed = catch_up(ports)

        assert (n_replayed, catch_up(ports)) == (expected_size - 2, 0)
        assert audit(ports=ports).is_clean


def test_staged__hands_over_readings_and_events_under_the_leaf_of_their_batch(root: Path) -> None:
    with small_park.opened(root) as ports:
        staged = Staged(0)
        for data in four_batches(ports):
            staged.add(open_batch(data), received_at_s=0)
        slabs, events, n_rows = staged.reading_slabs(), staged.event_slabs(), staged.n_rows
        staged.put_into(ports.lake)

        assert (staged.first, staged.next, staged.n_rows) == (4, 4, 0)
        assert ports.lake.n_hot == n_rows == sum(len(rows["batch"]) for rows in slabs.values())
        assert set(slabs["M-E02", "register"]["batch"].tolist()) == {1, 3}
        assert events["M-E02", "swap"]["batch"].tolist() == [1, 3]
        assert [batch.gateway for batch in ports.lake.batches()] == ["GW1", "GW2"] * 2
        for key, rows in ports.lake.read("readings").items():
            assert rows["count"].tolist() == slabs[key]["count"].tolist()
        assert ports.lake.read("events")["M-E02", "swap"]["initial_count"].tolist() == [6, 6]


def test_put_into__of_nothing_does_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        Staged(0).put_into(ports.lake)

        assert len(ports.lake.batches()) == 0
