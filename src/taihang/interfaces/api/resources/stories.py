"""Operations on the story of a figure and on issued reports."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.cursor import Paging, page_of
from taihang.interfaces.api.figures.stories import (
    FigureOut,
    ReportOut,
    build_copy,
    build_figure,
    build_reports,
)
from taihang.interfaces.api.operation import File, Operations, Tenant
from taihang.interfaces.api.schema import FigureKey, Id, Page

STORIES: Final = Operations(tag="stories")
_FILE: Final = "application/octet-stream"


@STORIES.get("/figures/{path:key}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=FigureOut)
def read_figure(call: Call, key: FigureKey) -> FigureOut:
    """Open a figure: formula, parts, factors, readings, statement, and what proves it."""
    return call.ask_large(build_figure, key)


@STORIES.get("/reports", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[ReportOut])
def list_reports(call: Call, paging: Paging) -> Page[ReportOut]:
    """Return every version of every issued report with its copies, in order of id."""
    found = call.ask(build_reports)
    items, follows = page_of(found, paging, key=lambda each: each.id, question="reports")
    return Page[ReportOut](items=items, next=follows)


@STORIES.get(
    "/report-copies/{name}",
    may=Right.SEE_OWN,
    tenant=Tenant.OWN,
    files={_FILE: "The file as it was set: PDF, HTML, a workbook or a table."},
)
def read_copy(call: Call, name: Id) -> File:
    """Return a copy of a report by the name of its file."""
    return File(call.ask_large(build_copy, name), _FILE, name="report.bin")
