"""The part of a report that says who signed for the statements behind it (§14)."""

from collections.abc import Sequence
from datetime import UTC, datetime

from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.review import State
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.document import Cell, Column, Section, Table, prose
from taihang.interfaces.standing import counts_of, state_in, warnings_of
from taihang.services.ports import Ports
from taihang.services.review import Reviews, Standing


def review_sections(
    quoted: Sequence[IssuedStatement], *, lang: Lang, ports: Ports
) -> tuple[list[Section], list[Section]]:
    """Draw up what stands before and behind the other sections of a report.

    Args:
        quoted: The statements that the report quotes, in their order.
        lang: Language of the reader.
        ports: The park.

    Returns:
        Before: what a reader must not miss, a version that was restated or a locked one that is
        not in force any more. Behind: states and signatures. Each is empty where nothing is to be
        said.
    """
    if not quoted:
        return [], []
    reviews = Reviews(ports)
    found = [reviews.standing(each) for each in quoted]
    warnings = warnings_of(found, lang)
    title = text("review.report.restated", lang)
    before = [Section(title=title, sentences=warnings)] if warnings else []
    return before, [_states(found, lang, ports)]


def _states(found: Sequence[Standing], lang: Lang, ports: Ports) -> Section:
    title = text("review.report.title", lang)
    if all(each.state is State.DRAFT and not each.history for each in found):
        return Section(title=title, sentences=(text("review.report.none", lang, n=len(found)),))
    counts = text("review.report.counts", lang, n=len(found), states=counts_of(found, lang))
    names = ("statement", "state", "step", "who", "role", "at", "remark")
    columns = tuple(
        Column(title=text(f"review.column.{name}", lang), is_number=False) for name in names
    )
    rows = tuple(row for each in found for row in _rows(each, lang, ports))
    return Section(
        title=title,
        sentences=(counts, text("review.report.signed_by", lang)),
        tables=(Table(title="", columns=columns, rows=rows),),
    )


def _rows(standing: Standing, lang: Lang, ports: Ports) -> list[tuple[Cell, ...]]:
    name = Cell(words=standing.issued.id, statement=standing.issued.id)
    state = prose(state_in(standing.state, lang))
    return [
        (
            name,
            state,
            prose(text(f"review.step.{each.step}", lang)),
            prose(each.who),
            prose(each.role),
            prose(_local(each.at_s, ports)),
            prose(each.remark),
        )
        for each in standing.history
    ]


def _local(at_s: int, ports: Ports) -> str:
    at = datetime.fromtimestamp(at_s, UTC).astimezone(ports.park.zone)
    return at.strftime("%Y-%m-%d %H:%M")
