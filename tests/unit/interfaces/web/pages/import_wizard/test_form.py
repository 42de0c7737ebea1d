"""What a person corrects becomes a draft; what a meter fixes is taken from the park."""

from dataclasses import replace
from pathlib import Path

import pytest

from import_kit import PLACE, POINTS, folder_of, table, wall
from taihang.adapters.imports.guess_map import examine_folder
from taihang.core.metering.import_draft import TableDraft, ToldRows
from taihang.interfaces.web.pages.import_wizard.form import (
    ImportFormError,
    corrected,
    shown_missing,
    told_rows,
    what_of,
)

BY_ID = {point.id: point for point in POINTS}


@pytest.fixture
def draft(tmp_path: Path) -> TableDraft:
    """A guessed table of two meters and a price."""
    rows = [f"{wall(n)},5,6,300" for n in range(96)]
    folder = folder_of(tmp_path, a__csv=table("time,M-E01 kW,something,SPOT", rows))
    return examine_folder(folder, points=POINTS, place=PLACE).tables[0]


def posted(draft: TableDraft, **changed: str) -> dict[str, str]:
    """What the form of a draft sends when nothing but some fields was changed."""
    fields = {
        "time_column": draft.time_column,
        "clock_column": draft.clock_column,
        "time_format": draft.time_format,
        "zone": draft.zone,
        "label": draft.label,
        "midnight": draft.midnight,
        "step_s": str(draft.step_s),
        "duplicates": draft.duplicates,
        "numbers": draft.numbers,
        "ignore": ", ".join(draft.ignore),
        "missing": shown_missing(draft.missing),
        "value_column": draft.value_column,
    }
    for place, column in enumerate(draft.columns):
        fields[f"c{place}-point"] = column.point
        fields[f"c{place}-what"] = what_of(column)
        fields[f"c{place}-multiplier"] = column.multiplier
    named = {name.replace("__", "-"): value for name, value in changed.items()}
    return {f"t0-{name}": value for name, value in (fields | named).items()}


def test_corrected__an_untouched_form_is_the_draft_itself(draft: TableDraft) -> None:
    assert corrected(posted(draft), [draft], BY_ID) == (draft,)


def test_corrected__says_what_the_person_said(draft: TableDraft) -> None:
    (made,) = corrected(
        posted(
            draft,
            label="period-end",
            midnight="old-day",
            step_s="3600",
            zone="+08:00",
            missing="empty, --，N/A",
            ignore="合计",
            numbers="1,234.5",
        ),
        [draft],
        BY_ID,
    )

    assert (made.label, made.midnight, made.zone) == ("period-end", "old-day", "+08:00")
    assert (made.step_s, made.resample) == (3_600, "split")
    assert made.missing == ("empty", "text:--", "text:N/A")
    assert (made.ignore, made.numbers) == (("合计",), "1,234.5")


def test_corrected__the_worth_of_a_count_is_the_meters_own(draft: TableDraft) -> None:
    (made,) = corrected(
        posted(
            draft,
            c1__point="M-E02",
            c1__what="register:kWh",
            c1__multiplier="3000",
            c2__point="SPOT",
            c2__what="energy:MWh",
        ),
        [draft],
        BY_ID,
    )

    register, price = made.columns[1:]
    assert (register.scale, register.modulus, register.multiplier) == ("3000", 10**9, "3000")
    # A declared series has its unit, whatever stands beside it.
    assert (price.quantity, price.unit, price.scale) == ("sample", "CNY/MWh", "0.01")


def test_corrected__a_column_without_a_meter_is_left_out(draft: TableDraft) -> None:
    (made,) = corrected(posted(draft, c0__point=" "), [draft], BY_ID)

    assert made.columns[0] == replace(draft.columns[0], point="")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label", "later"),
        ("time_column", "no such column"),
        ("step_s", "0"),
        ("step_s", "-900"),
        ("step_s", "９００"),
        ("numbers", "1'234"),
        ("zone", "x" * 201),
        ("c0__point", "M-NOBODY"),
        ("c0__what", "energy:BTU"),
    ],
)
def test_corrected__a_word_that_is_none_of_its_field_is_refused(
    draft: TableDraft, name: str, value: str
) -> None:
    with pytest.raises(ImportFormError, match="nothing was lost"):
        corrected(posted(draft, **{name: value}), [draft], BY_ID)


def test_told_rows__are_said_of_every_file_of_a_table(draft: TableDraft) -> None:
    two = replace(draft, files=("a.csv", "b.csv"))
    fields = {"t0-sheet": "", "t0-header_row": "3", "t0-first_row": "5", "t0-point_column": "time"}

    told = told_rows(fields, [two])

    rows = ToldRows(header_row=3, first_row=5, point_column="time")
    assert told == {"a.csv": rows, "b.csv": rows}
    with pytest.raises(ImportFormError):
        told_rows(fields | {"t0-first_row": "3"}, [two])
