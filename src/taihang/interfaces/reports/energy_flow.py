"""Section of a report: where energy comes from and goes to, as a table and as a diagram."""

from decimal import Decimal
from typing import Any, Final, cast

from taihang.interfaces.account_words import item_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.document import Column, Section, Table, number, prose
from taihang.interfaces.reports.sankey_svg import Band, sankey_svg
from taihang.interfaces.reports.stated import Stated
from taihang.services.energy_account import KIND

_MEDIUM: Final = "medium:"


def energy_flow_section(subject: str, period: str, *, stated: Stated, lang: Lang) -> Section | None:
    """Return the flow table of an issued energy account.

    Args:
        subject: Whose.
        period: Month or year.
        stated: The statements of the report.
        lang: Language of the reader.

    Returns:
        The section; None where no account of the period was issued.
    """
    of_period = [
        (name, of)
        for name, of in stated.bodies(KIND, subject)
        if stated.issued(name).period == period
    ]
    if not of_period:
        return None
    name, body = of_period[-1]
    flows = cast("dict[str, list[dict[str, Any]]]", body.get("flows") or {})
    rows = flows.get("rows") or []
    sentences = [text("report.flow.note", lang)]
    if left_out := flows.get("not_drawn"):
        items = ", ".join(item_name(str(item), lang) for item in left_out)
        sentences.append(text("report.flow.not_drawn", lang, items=items))
    columns = (
        Column(title=text("report.flow.from", lang), is_number=False),
        Column(title=text("report.flow.to", lang), is_number=False),
        Column(title=text("report.flow.equivalent", lang), unit="tce"),
        Column(title=text("report.flow.equal", lang), unit="tce"),
    )
    table = Table(
        title="",
        columns=columns,
        rows=tuple(
            (
                prose(_node(row["from"], lang)),
                prose(_node(row["to"], lang)),
                number(Decimal(row["equivalent_tce"]), 1, statement=name),
                number(None if row["equal_tce"] is None else Decimal(row["equal_tce"]), 1),
            )
            for row in rows
        ),
    )
    bands = [
        Band(
            source=row["from"],
            target=row["to"],
            item=row["item"],
            size=float(row["equivalent_tce"]),
            told=f"{_node(row['from'], lang)} → {_node(row['to'], lang)}: "
            f"{Decimal(row['equivalent_tce']):,.1f} tce",
        )
        for row in rows
    ]
    nodes = {node for band in bands for node in (band.source, band.target)}
    title = text("report.section.flow", lang)
    return Section(
        title=title,
        sentences=tuple(sentences),
        tables=(table,),
        drawing=sankey_svg(bands, names={node: _node(node, lang) for node in nodes}, label=title),
    )


def _node(node: str, lang: Lang) -> str:
    if node.startswith(_MEDIUM):
        return item_name(node.removeprefix(_MEDIUM), lang)
    return text(f"report.flow.nodes.{node}", lang)
