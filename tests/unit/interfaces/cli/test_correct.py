"""``taihang correct``: one register, signed by a person."""

from pathlib import Path

import pytest

import small_park
from command_line import done, taihang
from small_park import DAY


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = small_park.make(tmp_path / "park")
    with small_park.opened(root) as ports:
        small_park.fill(ports, DAY)
        block = small_park.cut(small_park.registers("M-E01", DAY), 40, 41)
        lost = small_park.but(block, [0])
        small_park.revise(ports, lost, sent_at_s=DAY.end_s + 3_600)
    return root


def words(
    park: Path, *, at: str = "2026-06-01T10:00+08:00", register: str = ""
) -> list[str | Path]:
    count = register or str(int(small_park.registers("M-E01", DAY).counts[40]))
    signed = ["--reason", "read on site", "--who", "Li Wei"]
    return ["correct", park, "M-E01", "--at", at, "--register", count, *signed]


def test_correct__stores_it_once(park: Path) -> None:
    facts = done(*words(park), "--json").facts
    again = done(*words(park), "--json").facts

    assert (facts["meter"], facts["batches"], facts["at"]) == (
        "M-E01",
        1,
        "2026-06-01T02:00:00+00:00",
    )
    assert again["batches"] == 0


@pytest.mark.parametrize(
    ("at", "register", "code"),
    [
        ("2026-06-01T10:00", "", "input.naive-instant"),
        ("yesterday", "", "input.words"),
        ("2026-06-01T10:00+08:00", "12.5", "input.words"),
        ("2026-06-01T10:15+08:00", "", "input.measured-stands"),
    ],
)
def test_correct__what_cannot_be_read_or_may_not_stand_is_refused(
    park: Path, at: str, register: str, code: str
) -> None:
    taihang(*words(park, at=at, register=register)).refused(code)
