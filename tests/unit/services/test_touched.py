"""What rests on readings that changed, named to the interval and to the batch."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small_park
from restated_park import AT, corrected, settled
from small_park import AUGUST, DAY, N_DAY, make
from taihang.core.periods import STEP_S, Period
from taihang.core.seal.cause import CauseKind
from taihang.services.settle import settle
from taihang.services.touched import changes_since, touched

DAY_S = 86_400


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def test_touched__of_a_settlement_that_nothing_came_after_is_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)

        assert touched(ports=ports) == ()


def test_touched__does_not_name_a_reading_that_says_the_same_again(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        same = small_park.registers("M-E02", AUGUST)
        counter = ports.lake.batches().last_counters()["GW2"] + 1
        small_park.ingested(
            ports, [small_park.sealed(ports, "GW2", counter, same, sent_at_s=AUGUST.end_s + 9_999)]
        )

        assert touched(ports=ports) == ()


def test_touched__names_meter_intervals_and_statements_of_a_correction(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        corrected(ports, 3)

        (found,) = touched(ports=ports)

        first_s = AUGUST.start_s + AT * STEP_S
        # The reading after it is said to be missing: its two intervals are touched as well.
        expected = (first_s - STEP_S, first_s, first_s + STEP_S)
        assert found.intervals == {"M-E02": expected}
        assert (found.n_intervals, found.months) == (3, ("2026-08",))
        assert "energy.E02.2026-08.v1" in found.statements
        assert "bill.E02.2026-08.v1" in found.statements


def test_touched__names_the_batch_that_brought_it(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        corrected(ports, 3)

        (found,) = touched(ports=ports)

        counter = ports.lake.batches().last_counters()["GW2"]
        assert found.batches == {"M-E02": (f"GW2/{counter}",)}


def test_touched__leaves_out_what_a_later_settlement_has_looked_at(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        corrected(ports, 3)
        day = Period.of_s(AUGUST.start_s + 10 * DAY_S, AUGUST.start_s + 11 * DAY_S)
        other = Period.of_s(AUGUST.start_s, AUGUST.start_s + DAY_S)
        settle(other, ports=ports)
        assert len(touched(ports=ports)) == 1

        settle(day, ports=ports)

        assert day.start_s <= AUGUST.start_s + AT * STEP_S < day.end_s
        assert touched(ports=ports) == ()


def test_touched__within_a_period_looks_at_its_settlements_only(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        corrected(ports, 3)
        september = Period.of_s(AUGUST.end_s, AUGUST.end_s + DAY_S)

        assert touched(ports=ports, within=september) == ()
        assert len(touched(ports=ports, within=AUGUST)) == 1


def test_changes_since__says_point_time_and_batch_by_month(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        assert changes_since(AUGUST, ports=ports) == {}
        corrected(ports, 3)

        ((name, (cause,)),) = changes_since(AUGUST, ports=ports).items()

        counter = ports.lake.batches().last_counters()["GW2"]
        assert (name, cause.kind) == ("2026-08", CauseKind.READINGS)
        assert cause.what == (
            f"M-E02 2026-08-11T0945 … 2026-08-11T1015, 3 intervals, by GW2/{counter}"
        )


def test_changes_since__names_another_park_file(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
    file = root / "park.toml"
    file.write_text(file.read_text(encoding="utf-8") + "\n# read again\n", encoding="utf-8")
    with small_park.opened(root) as ports:
        ((name, (cause,)),) = changes_since(AUGUST, ports=ports).items()

        assert (name, cause.kind, cause.now) == ("2026-08", CauseKind.PARK, ports.park_sha256[:12])


@settings(max_examples=8)
@given(st.sets(st.integers(1, N_DAY - 1), max_size=4), st.sets(st.integers(1, N_DAY - 1)))
def test_touched__names_every_interval_beside_a_register_that_reads_differently(
    moved: set[int], missing: set[int]
) -> None:
    differing = moved | missing
    with TemporaryDirectory() as folder, small_park.opened(make(Path(folder) / "park")) as ports:
        small_park.fill(ports, DAY)
        settle(DAY, ports=ports)
        block = small_park.registers("M-E02", DAY)
        block.counts[[*moved]] += 1
        small_park.revise(ports, small_park.but(block, missing), sent_at_s=DAY.end_s + 9_999)

        found = touched(ports=ports)

        steps = sorted({step for at in differing for step in (at - 1, at)})
        expected = tuple(DAY.start_s + STEP_S * step for step in steps)
        assert [each.intervals for each in found] == ([{"M-E02": expected}] if steps else [])
