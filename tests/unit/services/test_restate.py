"""Restated once, with the cause, and old versions kept."""

from pathlib import Path

import pytest

import small_park
from restated_park import corrected, settled
from taihang.core.seal.cause import CauseKind
from taihang.services.restate import restate
from taihang.services.touched import touched


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
