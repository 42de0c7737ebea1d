"""A draft becomes the TOML of a map that reads back to the same, whatever a heading is called."""

from dataclasses import replace
from pathlib import Path

import pytest

from import_kit import PLACE, POINTS, folder_of, table, wall
from taihang.adapters.imports.draft_map import draft_text
from taihang.adapters.imports.guess_map import examine_folder
from taihang.adapters.imports.read_map import parse_map
from taihang.core.metering.import_draft import LEFT_OUT, TableDraft


@pytest.fixture
def draft(tmp_path: Path) -> TableDraft:
    """A guessed table of two meters."""
    rows = [f"{wall(n)},5,6" for n in range(96)]
    folder = folder_of(tmp_path, a__csv=table("time,M-E01 kW,M-E02 kW", rows))
    return examine_folder(folder, points=POINTS, place=PLACE).tables[0]


@pytest.mark.parametrize("name", ['a "b"', "a\\b", "a\tb", "名 = {", "\x7f", "]\n[[table]]"])
def test_draft_text__any_heading_is_a_text_and_nothing_else(draft: TableDraft, name: str) -> None:
    column = replace(draft.columns[0], source=name)

    read = parse_map(
        draft_text([replace(draft, columns=(column,))], name=name, title=name), where="trial"
    )

    assert (read.name, read.title) == (name, name)
    assert [value.column for value in read.tables[0].values] == [name]
    assert len(read.tables) == 1


def test_draft_text__columns_without_a_meter_do_not_come_into_the_map(draft: TableDraft) -> None:
    columns = (replace(draft.columns[0], point=LEFT_OUT), draft.columns[1])

    read = parse_map(draft_text([replace(draft, columns=columns)], name="t", title="t"), where="t")

    assert [value.point for value in read.tables[0].values] == ["M-E02"]


def test_draft_text__says_what_a_person_corrected(draft: TableDraft) -> None:
    changed = replace(
        draft,
        label="period-end",
        midnight="old-day",
        zone="Europe/Berlin",
        ambiguous="order-of-rows",
        step_s=3_600,
        resample="split",
        missing=("empty", "text:--"),
        numbers="1,234.5",
    )

    (read,) = parse_map(draft_text([changed], name="t", title="t"), where="t").tables

    assert (read.label, read.time.midnight, read.step_s) == ("period-end", "old-day", 3_600)
    assert (read.time.zone, read.time.ambiguous) == ("Europe/Berlin", "order-of-rows")
    assert (read.values[0].numbers, read.values[0].missing_texts) == ("1,234.5", {"--"})
