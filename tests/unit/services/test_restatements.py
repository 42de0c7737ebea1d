from pathlib import Path

import pytest

import small_park
from restated_park import corrected, settled
from taihang.core.seal.cause import CauseKind
from taihang.services.restate import restate
from taihang.services.restatements import restatements


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def test_restatements__of_first_issues_are_none(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        assert restatements(["2026-08"], ports=ports).restatements == ()


def test_restatements__each_step_of_each_series_says_was_is_why(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        for by in (3, 5):
            corrected(ports, by)
            restate(ports=ports)

        ledger = restatements(["2026-08"], ports=ports)

        steps = [each for each in ledger.restatements if each.now.startswith("energy.E02.")]
        assert [(each.was, each.now) for each in steps] == [
            ("energy.E02.2026-08.v1", "energy.E02.2026-08.v2"),
            ("energy.E02.2026-08.v2", "energy.E02.2026-08.v3"),
        ]
        assert steps[0].now_value == steps[1].was_value != steps[1].now_value
        assert {cause.kind for each in ledger.restatements for cause in each.causes} == {
            CauseKind.READINGS
        }


def test_by_cause__of_one_correction_lists_what_else_it_changed(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        corrected(ports, 3)
        changed = restate(ports=ports).changed

        ((cause, also),) = restatements(["2026-08"], ports=ports).by_cause().items()

        assert cause.what.startswith("M-E02 ")
        assert {each.now for each in also} == {each.now for each in changed}
        assert len({each.now.partition(".")[0] for each in also}) >= 4


def test_restatements__of_one_subject_only(root: Path) -> None:
    with small_park.opened(root) as ports:
        settled(ports)
        corrected(ports, 3)
        restate(ports=ports)

        found = restatements(["2026-08"], ports=ports, subject="E02").restatements

        assert found
        assert all(".E02." in each.now for each in found)
