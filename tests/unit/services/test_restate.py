"""What rests on readings that changed: named to the interval, restated once, old ones kept."""

from pathlib import Path

import pytest

import small_park
from small_park import AUGUST
from taihang.core.periods import STEP_S, Period
from taihang.services.account import account
from taihang.services.bill import bill_enterprises
from taihang.services.certify import certify
from taihang.services.ports import Ports
from taihang.services.restate import restate, touched
from taihang.services.settle import settle

AT = 1_000
"""Number of the register that is corrected."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def settled(ports: Ports) -> None:
    """August, settled and stated."""
    small_park.fill(ports, AUGUST)
    settle(AUGUST, ports=ports)
    certify(AUGUST, ports=ports)
    account(AUGUST, ports=ports)
    bill_enterprises(AUGUST, ports=ports)


def correct(ports: Ports, counter: int, by: int) -> None:
    """Send one register of M-E02 again, with another count."""
    start_s = AUGUST.start_s + AT * STEP_S
    registers = small_park.registers("M-E02", AUGUST)
    hour = Period.of_s(start_s, start_s + STEP_S)
    block = small_park.registers("M-E02", hour, first=int(registers.counts[AT]) + by)
    one = small_park.but(block, [1])
    small_park.ingested(
        ports,
        [small_park.sealed(ports, "GW2", counter, one, sent_at_s=AUGUST.end_s + 9_999 + counter)],
    )


def test_touched__of_a_settlement_that_nothing_came_after_is_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)

        assert touched(ports=ports) == ()
        assert restate(ports=ports) == ()


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
        correct(ports, ports.lake.batches().last_counters()["GW2"] + 1, 3)

        (found,) = touched(ports=ports)

        first_s = AUGUST.start_s + AT * STEP_S
        # The reading after it is said to be missing: its two intervals are touched as well.
        expected = (first_s - STEP_S, first_s, first_s + STEP_S)
        assert found.intervals == {"M-E02": expected}
        assert (found.n_intervals, found.months) == (3, ("2026-08",))
        assert "energy.E02.2026-08.v1" in found.statements
        assert "bill.E02.2026-08.v1" in found.statements


def test_restate__issues_what_changed_once_and_keeps_what_was(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        before = {s.id: s.document for s in ports.registry.latest_statements("2026-08")}
        correct(ports, ports.lake.batches().last_counters()["GW2"] + 1, 3)

        changed = restate(ports=ports)

        was = {each.was for each in changed}
        assert was
        assert was <= set(before)
        assert all(each.now.endswith(".v2") and each.why for each in changed)
        for statement_id, document in before.items():
            assert ports.registry.statement(statement_id).document == document
        assert touched(ports=ports) == ()
        assert restate(ports=ports) == ()
