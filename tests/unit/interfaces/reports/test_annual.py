from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import cast

import annual_kit
import small_park
from taihang import wiring
from taihang.core.activity.record import Flow
from taihang.interfaces.reports.annual import (
    body_of,
    digits_of,
    evidence_section,
    gap_section,
    months_told,
    objects,
    why_of,
    words_of,
    year_statement,
)
from taihang.interfaces.reports.document import Tone
from taihang.interfaces.reports.stated import Body
from taihang.services.ports import Ports
from year_kit import YEAR, hand_in, lines, state


def test_objects_and_words__of_anything_else_are_nothing() -> None:
    assert objects([{"a": "1"}, "b", None]) == [{"a": "1"}]
    assert objects("b") == [] == words_of(None)
    assert body_of([1]) == {}
    assert words_of([1, "b"]) == ["1", "b"]


def test_why_of__takes_the_words_of_the_statement_else_of_the_catalogue() -> None:
    assert why_of({"zh": "因", "en": "why"}, "en") == "why"
    assert why_of({"reason": "no-data", "detail": "x"}, "zh") == "没有人填报：x"
    assert why_of({"reason": "unheard-of", "detail": "x"}, "zh") == "unheard-of"


def test_months_told__joins_what_follows_and_no_more() -> None:
    assert months_told([]) == ""
    assert months_told(["2026-12", "2027-01", "2027-02"]) == "2026-12, 2027-01 … 2027-02"


def test_digits_of__prints_what_is_there_and_four_at_most() -> None:
    assert [digits_of(Decimal(text)) for text in ("1E+3", "0", "1.50", "0.1234567")] == [0, 0, 1, 4]


def test_evidence_section__lists_files_and_says_which_the_register_does_not_have(
    tmp_path: Path,
) -> None:
    root = annual_kit.blank(tmp_path / "park")
    lost = sha256(b"lost").hexdigest()
    with wiring.open_park(root, writing=True, clock=small_park.CLOCK) as ports:
        hand_in(ports, lines("diesel", Flow.CONSUMED, "2.5", periods=(f"{YEAR}-01",)))
        named = [f"E01-diesel-consumed-{YEAR}-01.v1", "never-handed-in.v1"]
        body: Body = {"value": "1", "inputs": {"activities": [*named], "statements": []}}
        state(ports, "inventory", body)
        found = year_statement("inventory", "park", YEAR, lang="zh", ports=ports)
        section = evidence_section(found, line_by_line=True)
        bare = cast("Ports", _WithEvidence(ports, lost))
        with_file = evidence_section(
            year_statement("inventory", "park", YEAR, lang="zh", ports=bare), line_by_line=True
        )
        gaps = gap_section(found)

    assert section.sentences == ("依据 1 条活动数据；佐证文件 0 个；1 条没有佐证文件。",)
    assert [table.title for table in section.tables] == ["活动数据（逐条）"]
    assert section.tables[0].rows[0][4].printed == "2.5"
    files = with_file.tables[1].rows
    assert [cell.printed for cell in files[0]] == ["登记中没有此文件", lost, "–"]
    assert files[0][0].tone is Tone.BAD
    assert gaps.tables == ()


class _WithEvidence:
    """Ports whose activity lines name a file that the register does not have."""

    def __init__(self, ports: Ports, lost: str) -> None:
        self._ports, self._lost = ports, lost
        self.registry = self

    def __getattr__(self, name: str) -> object:
        own = getattr(self._ports.registry, name, None)
        return own if own is not None else getattr(self._ports, name)

    def activity_records(self) -> list[object]:
        return [replace(r, evidence=(self._lost,)) for r in self._ports.registry.activity_records()]
