"""Every number of a report in one flat list: where it stands, exactly what it is, who says it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from taihang.interfaces.reports.document import Document

HEADS: Final = ("where", "row", "column", "value", "unit", "statement")
"""Columns of the list, in the order of ``FlatFigure.cells``."""


@dataclass(frozen=True, slots=True)
class FlatFigure:
    """One number."""

    where: str
    """Title of its section; empty of a figure at the head."""
    row: str
    column: str
    value: str
    """The exact decimal."""
    unit: str
    statement: str

    @property
    def cells(self) -> tuple[str, str, str, str, str, str]:
        """What stands under ``HEADS``."""
        return self.where, self.row, self.column, self.value, self.unit, self.statement


def flat_figures(document: Document) -> Iterator[FlatFigure]:
    """Yield every number of a report in the order of reading.

    Args:
        document: The report.
    """
    for figure in document.figures:
        if figure.cell.value is not None:
            value = f"{figure.cell.value:f}"
            yield FlatFigure("", figure.label, "", value, figure.unit, figure.cell.statement)
    for section in document.sections:
        for table in section.tables:
            for line in table.rows:
                for head, cell in zip(table.columns, line, strict=True):
                    if cell.value is not None:
                        yield FlatFigure(
                            section.title,
                            line[0].printed,
                            head.title,
                            f"{cell.value:f}",
                            head.unit,
                            cell.statement,
                        )
