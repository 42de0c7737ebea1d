"""Activity data in the register: only ever added, all or none, and damage is named."""

import pytest

from activity_kit import record
from registers import Place
from taihang.adapters.registry.activity import ActivityVersionTakenError, DamagedActivityError
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.evidence_file import EvidenceFile

FORM = "cd" * 32
LINES = [
    ActivityLine(record("b"), form=FORM),
    ActivityLine(record("a", period="2026-07", evidence=("ab" * 32,)), form=FORM),
]
FILE = EvidenceFile("ab" * 32, "发票.pdf", 7, 10)


def test_add__keeps_lines_in_the_order_in_which_they_came(place: Place) -> None:
    second = ActivityLine(record("b", amount="13", version=2, reason="meter read again"), form=None)
    with place.register() as registry:
        registry.add_activity(LINES, files=[FILE])
        registry.add_activity([second])

    with place.register() as registry:
        assert registry.activity_lines() == [*LINES, second]
        assert registry.activity_records() == [line.record for line in [*LINES, second]]
        assert [(e.number, e.id, e.sha256) for e in registry.activity_roll()] == [
            (1, "b.v1", LINES[0].sha256),
            (2, "a.v1", LINES[1].sha256),
            (3, "b.v2", second.sha256),
        ]
        assert registry.evidence_files() == {FILE.sha256: FILE}
        assert registry.damaged_activity() == []


def test_add__is_all_or_none(place: Place) -> None:
    with place.register() as registry:
        registry.add_activity(LINES[:1])

        with pytest.raises(ActivityVersionTakenError):
            registry.add_activity([LINES[1], LINES[0]], files=[FILE])

        assert registry.activity_lines() == LINES[:1]
        assert registry.evidence_files() == {}


def test_add__leaves_a_known_file_as_it_was_first_told(place: Place) -> None:
    again = EvidenceFile(FILE.sha256, "other name.pdf", 7, 99)
    with place.register() as registry:
        registry.add_activity(LINES, files=[FILE])
        registry.add_activity([], files=[again])

        assert registry.evidence_files() == {FILE.sha256: FILE}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE activity_line SET document = replace(document, '12.8', '1.8') WHERE line = 'a'",
        "UPDATE activity_line SET version = 7 WHERE line = 'a'",
        "UPDATE activity_line SET sha256 = 'aa' WHERE line = 'a'",
    ],
)
def test_lines__refuse_a_row_that_is_not_what_was_handed_in(place: Place, sql: str) -> None:
    with place.register() as registry:
        registry.add_activity(LINES)
    place.by_hand(sql)

    with place.register() as registry:
        assert [each.split(".")[0] for each in registry.damaged_activity()] == ["a"]
        with pytest.raises(DamagedActivityError, match="altered"):
            registry.activity_lines()
