"""Readings as figures: the one that counts, and all others of its instant."""

from pathlib import Path

import pytest

import small_park
from small_park import DAY
from taihang.core.figure.key import NoSuchFigureError
from taihang.core.figure.story import Ground
from taihang.services.figure_reading import open_reading

KEY = ("M-E01", "register", "2026-06-01T02:00Z")


def test_open_reading__tells_the_later_one_and_keeps_the_earlier_one(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        block = small_park.registers("M-E01", DAY)
        small_park.revise(ports, block, sent_at_s=DAY.end_s + 60)
        early = str(ports.journal.size)
        at = (2 * 3600 + 8 * 3600) // 900
        wrong = int(block.counts[at]) + 5
        small_park.revise(ports, small_park.but(block, [at], count=wrong), sent_at_s=DAY.end_s + 90)

        now = open_reading((*KEY, str(ports.journal.size)), ports)
        then = open_reading((*KEY, early), ports)

        assert now.ground is Ground.READING
        assert (now.value, then.value) == (wrong, wrong - 5)
        assert [each.counts for each in now.readings] == [True, False]
        assert now.readings[0].leaf > now.readings[1].leaf
        assert now.proof is not None
        # The day is not sealed: an interval at whose edge it stands is proven instead.
        assert now.proof.claim == "M-E01@2026-06-01T02:00Z"


def test_open_reading__says_that_nothing_was_read(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        story = open_reading((*KEY, "1"), ports)

        assert story.value is None
        assert not story.readings


def test_open_reading__refuses_what_is_no_quantity(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports, pytest.raises(NoSuchFigureError):
        open_reading(("M-E01", "volt", "2026-06-01T02:00Z", "1"), ports)
