"""The front of a sizing study on paper: what the year costs as one ratio is asked more."""

from typing import Final

from taihang.core.dispatch.sizing.front import FrontStatus
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.chart_frame import ChartWords
from taihang.interfaces.reports.chart_svg import cloud
from taihang.interfaces.reports.document import Column, Section, Table, Tone, prose
from taihang.interfaces.reports.size_words import (
    CNY_PER_TEN_THOUSAND,
    amount,
    money,
    name_of,
    percent,
    unit_of,
)
from taihang.services.size_front import Front, FrontRow

_KW_PER_MW: Final = 1e3


def front_section(front: Front, lang: Lang) -> Section:
    """Draw the front, and say what is built at each of its points."""
    ratio = text(f"cli.dispatch.limit.{front.kind}", lang)
    title = text("size_report.section.front", lang, ratio=ratio)
    yearly = text("size_report.unit.money_year", lang)
    names = [*front.study.investments]
    columns = (
        Column(title=text("size_report.head.asked", lang), unit="%"),
        Column(title=text("size_report.head.annuity", lang), unit=yearly),
        *(Column(title=name_of(name, front.study, lang), unit=unit_of(name)) for name in names),
        Column(title=text("size_report.head.verdict", lang), is_number=False),
    )
    rows = tuple(
        (
            percent(row.point.limit_ratio),
            money(row.total_cny),
            *(amount(row.sizes[name] / _KW_PER_MW if row.sizes else None, 1) for name in names),
            prose(
                text(f"size_report.front.{row.point.status.value}", lang),
                tone=Tone.PLAIN if row.point.status is FrontStatus.PROVEN else Tone.OPEN,
            ),
        )
        for row in front.rows
    )
    return Section(
        title=title,
        sentences=(text("size_report.front.note", lang),),
        tables=(Table(title="", columns=columns, rows=rows),),
        drawing=_drawing(front, title=title, unit=yearly, axis=f"{ratio}  %"),
    )


def _drawing(front: Front, *, title: str, unit: str, axis: str) -> str:
    points = [_point(row) for row in front.rows]
    known = [each for each in points if each is not None]
    return cloud(known, words=ChartWords(label=title, unit=unit), axis=axis) if known else ""


def _point(row: FrontRow) -> tuple[float, float] | None:
    if row.total_cny is None:
        return None
    return row.point.limit_ratio * 100.0, row.total_cny / CNY_PER_TEN_THOUSAND
