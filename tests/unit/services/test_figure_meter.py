"""Energies of meters as figures: the law from readings, and what was settled."""

from pathlib import Path

import numpy as np
import pytest

import small_park
from small_park import JUNE, SCALE_WH
from taihang.core.figure.key import NoSuchFigureError
from taihang.core.figure.story import FigureStory, Ground, Label
from taihang.core.metering.readings import MeterEvent, MeterEventKind
from taihang.core.periods import STEP_S
from taihang.services.collect import Collected
from taihang.services.figure_meter import coverage_of, open_meter, open_settled, quality_word
from taihang.services.figure_span import instant_name
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports


def _size(ports: Ports) -> str:
    return str(ports.journal.size)


def _codes(story: FigureStory) -> list[str]:
    return [note.code for note in story.notes if isinstance(note, Label)]


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park")


def test_open_meter__of_a_day_is_the_sum_of_its_intervals(park: Path) -> None:
    with small_park.opened(park) as ports:
        small_park.fill(ports, JUNE)

        story = open_meter(("M-E01", "2026-06-03", _size(ports)), ports)

        assert len(story.inputs) == 96
        assert story.adds_up
        assert story.value == sum(each.value or 0 for each in story.inputs)


def test_open_meter__of_an_interval_is_the_difference_of_its_registers(park: Path) -> None:
    with small_park.opened(park) as ports:
        small_park.fill(ports, JUNE)

        story = open_meter(("M-E01", "2026-06-03T02:15Z", _size(ports)), ports)
        before, after = (open_figure(each.key, ports=ports) for each in story.inputs)

        assert story.adds_up
        assert before.value is not None
        assert after.value is not None
        assert story.value == (after.value - before.value) * SCALE_WH
        assert story.proof is not None
        assert story.proof.claim == "M-E01@2026-06-03T02:15Z"


def test_open_meter__goes_over_a_rollover(park: Path) -> None:
    with small_park.opened(park) as ports:
        small_park.fill(ports, JUNE)
        month = open_meter(("M-E01", "2026-06", _size(ports)), ports)
        days = [open_figure(each.key, ports=ports) for each in month.inputs]

        stories = [open_figure(each.key, ports=ports) for each in days[0].inputs]
        rolled = [story for story in stories if "rolled_over" in _codes(story)]

        assert rolled, "the registers of the first day start just below the end of the dial"
        assert all(story.adds_up for story in rolled)


def test_open_meter__says_what_is_missing(park: Path) -> None:
    with small_park.opened(park) as ports:
        blocks = [small_park.registers(point, JUNE) for point in ("M-E01", "M-PV01", "M-E02")]
        missing = small_park.but(blocks[0], [300])
        small_park.store(ports, list(small_park.daily([missing, blocks[1]], "GW1")))

        start = JUNE.start_s + 300 * STEP_S
        story = open_meter(("M-E01", instant_name(start), _size(ports)), ports)

        assert story.value is None
        assert story.derivation.formula is None
        assert [each.flag for each in story.inputs] == ["missing", ""]
        assert story.coverage is not None
        assert story.coverage.n_missing == 1


def test_open_meter__follows_the_record_of_a_swap(park: Path) -> None:
    with small_park.opened(park) as ports:
        day = small_park.DAY
        block = small_park.registers("M-E01", day)
        at = 40
        # The old meter ends 3 counts on, the new one starts at 1 000.
        counts = block.counts.copy()
        new = 1_000 + (counts[at:] - counts[at - 1]) - 3
        swapped = small_park.block_of("M-E01", day.start_s, np.concatenate([counts[:at], new]))
        event = MeterEvent(
            "M-E01",
            MeterEventKind.SWAP,
            day.start_s + at * STEP_S - 60,
            int(counts[at - 1]) + 3,
            1_000,
        )
        small_park.store(ports, [Collected("GW1", day.end_s + 60, (swapped,), (event,))])

        start = day.start_s + (at - 1) * STEP_S
        story = open_meter(("M-E01", instant_name(start), _size(ports)), ports)

        assert story.adds_up
        assert story.value == int(counts[at] - counts[at - 1]) * SCALE_WH


def test_open_settled__tells_an_estimate_from_a_reading(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.ESTIMATING)
    with small_park.opened(root) as ports:
        blocks = [small_park.registers(point, JUNE) for point in ("M-E01", "M-PV01", "M-E02")]
        holed = small_park.but(blocks[0], [300])
        small_park.store(ports, list(small_park.daily([holed, blocks[1]], "GW1")))
        small_park.store(ports, list(small_park.daily([blocks[2]], "GW2")))
        small_park.settle_june(ports)

        month = open_settled(("M-E01", "2026-06"), ports)
        story = open_settled(("M-E01", instant_name(JUNE.start_s + 300 * STEP_S)), ports)

        assert month.adds_up
        assert month.coverage is not None
        assert month.coverage.n_estimated == 2
        assert story.ground is Ground.ESTIMATE
        assert story.value is not None
        assert [each.flag for each in month.inputs].count("estimated") == 1


@pytest.mark.parametrize(
    "parts", [("M-NO", "2026-06", "1"), ("M-E01", "2026-06", "0"), ("M-E01", "2026-06", "x")]
)
def test_open_meter__refuses_what_is_not_there(park: Path, parts: tuple[str, ...]) -> None:
    with small_park.opened(park) as ports, pytest.raises(NoSuchFigureError):
        open_meter(parts, ports)


def test_open_settled__refuses_what_nobody_settled(park: Path) -> None:
    with small_park.opened(park) as ports, pytest.raises(NoSuchFigureError, match="settled"):
        open_settled(("M-E01", "2026-06"), ports)


def test_coverage_of__counts_by_quality() -> None:
    quality = np.array([0, 1, 2, 3, 4], np.int64)

    found = coverage_of(quality, np.array([5, 7, 1, 0, 0], np.int64))

    assert (found.n_missing, found.n_estimated, found.estimated_wh) == (2, 1, 7)
    assert [quality_word(each) for each in quality.tolist()] == [
        "", "estimated", "manual", "missing", "rejected",
    ]  # fmt: skip
