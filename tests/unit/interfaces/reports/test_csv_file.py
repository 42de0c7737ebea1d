"""A report as CSV: every number exactly once, and no cell that calculates."""

import csv
from decimal import Decimal
from io import StringIO

from command_line import DemoPark
from report_kit import HOSTILE, drawn_up, hostile_report
from taihang.interfaces.inert import csv_words
from taihang.interfaces.reports.csv_file import csv_of
from taihang.interfaces.reports.document import cells_of


def rows_of(data: bytes) -> list[list[str]]:
    """Read a file as a spreadsheet does."""
    assert data.startswith(b"\xef\xbb\xbf")
    return [*csv.reader(StringIO(data.decode("utf-8-sig"), newline=""))]


def test_csv_of__holds_every_number_once_and_exactly(demo_park: DemoPark) -> None:
    document = drawn_up(demo_park.root, "park-period", "zh")
    head, code, *rows = rows_of(csv_of(document))

    numbers = [cell.value for cell in cells_of(document) if cell.value is not None]
    assert len(head) == 6
    assert document.code in code
    assert [Decimal(row[3]) for row in rows] == numbers
    assert {row[5] for row in rows} - {""} == {each.id for each in document.references}


def test_csv_of__hostile_names_calculate_nothing(demo_park: DemoPark) -> None:
    document = hostile_report(drawn_up(demo_park.root, "park-period", "en"))
    _, _, *rows = rows_of(csv_of(document))
    cells = [cell for row in rows for at, cell in enumerate(row) if at != 3]

    assert {csv_words(name) for name in HOSTILE} <= {*cells}
    assert not [cell for cell in cells if cell[:1] in {*"=+-@\t\r"} and cell]
    assert not [cell for cell in cells if "\u202e" in cell]
