"""Restated once, with the cause, and old versions kept."""

import shutil
from pathlib import Path
from typing import Final

import pytest

import late_park
import small_park
from carbon_kit import PARK_CHOICES, SOURCES, declared
from restated_park import corrected, settled
from small_park import AUGUST
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import Period, month
from taihang.core.seal.cause import CauseKind
from taihang.services import carbon_account, energy_account, park_carbon, sum_table
from taihang.services.account import issue_statements
from taihang.services.audit_years import wrong_years
from taihang.services.close_period import close_period
from taihang.services.energy_account import drafts as energy_drafts
from taihang.services.restate import restate
from taihang.services.touched import touched

TWO_MONTHS: Final = Period.of_s(month("2026-07", small_park.ZONE).start_s, AUGUST.end_s)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def test_restate__issues_what_changed_once_and_keeps_what_was(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        before = {s.id: s.document for s in ports.registry.latest_statements("2026-08")}
        corrected(ports, 3)

        changed = restate(ports=ports).changed

        was = {each.was for each in changed}
        assert was
        assert was <= set(before)
        assert all(each.now.endswith(".v2") and each.reason for each in changed)
        for statement_id, document in before.items():
            assert ports.registry.statement(statement_id).document == document
        assert touched(ports=ports) == ()
        assert restate(ports=ports).changed == ()


def test_restate__takes_issued_inventories_and_sums_along(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES, PARK_CHOICES)) as ports:
        settled(ports)
        for jobs in (energy_account, carbon_account, park_carbon, sum_table):
            issue_statements(jobs.drafts("2026", ports=ports), period="2026", ports=ports)
        assert list(wrong_years(ports=ports)) == []
        corrected(ports, 3)

        restate(ports=ports)

        issued = {one.id for one in ports.registry.latest_statements("2026")}
        assert "inventory.E02.2026.v2" in issued
        assert list(wrong_years(ports=ports)) == []


def test_restate__says_which_readings_of_which_batch_are_the_cause(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        corrected(ports, 3)

        changed = restate(ports=ports).changed

        assert len(changed) > 3
        for each in changed:
            (cause,) = each.causes
            assert (cause.kind, cause.what.partition(" ")[0]) == (CauseKind.READINGS, "M-E02")
            assert cause.what.endswith(f"by GW2/{ports.lake.batches().last_counters()['GW2']}")


def test_restate__of_days_in_two_months_gives_what_closing_both_gives(tmp_path: Path) -> None:
    part, whole = tmp_path / "part", tmp_path / "whole"
    small_park.make(part)
    with small_park.opened(part) as ports:
        small_park.fill(ports, TWO_MONTHS)
        close_period(TWO_MONTHS, ports=ports)
        for name in ("2026-07", "2026-08", "2026"):
            issue_statements(energy_drafts(name, ports=ports), period=name, ports=ports)
        for number, at in enumerate((300, 4_000)):
            small_park.revise(
                ports, moved("M-E02", at), sent_at_s=TWO_MONTHS.end_s + 9_999 + number
            )
    shutil.copytree(part, whole)
    with small_park.opened(part) as ports:
        done = restate(ports=ports)
        of_part = late_park.said(ports)
    with small_park.opened(whole) as ports:
        close_period(TWO_MONTHS, ports=ports)
        of_whole = late_park.said(ports)

    (work,) = done.work
    assert (work.whole_because, work.months) == ("", ("2026-07", "2026-08"))
    assert work.n_meter_intervals == 4
    # Of the year there is one next version, not one for each month.
    assert "energy-account.E02.2026.v2" in of_part
    assert of_part == of_whole


def moved(point: str, at: int) -> ReadingBlock:
    """One register of a point, a little later on the dial than it was."""
    block = small_park.registers(point, TWO_MONTHS)
    return small_park.block_of(
        point, int(block.times_s[at]), [(int(block.counts[at]) + 3) % small_park.MODULUS]
    )
