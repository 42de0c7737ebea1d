"""The result of energy assets over a month or a year, as a page."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, cast

from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.document import Cell, Document, Figure, Section, Table, prose
from taihang.interfaces.reports.revenue_words import Body, cny, columns, name_in, notes
from taihang.interfaces.reports.stated import Stated, unit_in
from taihang.services.account import Draft
from taihang.services.ports import Ports

_ZERO: Final = Decimal(0)
_COSTS: Final = ("operation", "depreciation")
_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "self-use": ("self-use",),
    "market": ("market-spot", "market-contracts"),
    "green": ("green-premium", "certificates"),
    "other": ("ancillary", "demand-response", "other"),
    "cost": _COSTS,
}
"""Columns of a table over months or assets, and the parts that each adds up."""


def asset_result(
    subject: str, drafts: Sequence[Draft], *, ids: Mapping[str, str], lang: Lang, ports: Ports
) -> Document:
    """Draw up the result of an asset, or of all together.

    Args:
        subject: An asset, or ``park`` for all of them.
        drafts: The results of the period, this one among them.
        ids: The issued statement of each series that says the same; empty for a draft.
        lang: Language of the reader.
        ports: The park.
    """
    bodies = {draft.subject: cast("Body", draft.body) for draft in drafts}
    (draft,) = (each for each in drafts if each.subject == subject)
    of, statement = bodies[subject], ids.get(draft.series, "")
    sections = [
        _result(of, statement, lang),
        *([_months(of, statement, lang)] if "-" not in draft.period else []),
        *([_assets(bodies, lang, ports)] if subject == PARK_SUBJECT else []),
        *([_positions(of, statement, lang)] if of["positions"] else []),
        *([_plan(of["plan"], lang)] if of.get("plan") else []),
        notes(of, lang, text("revenue.note.not_given", lang)),
    ]
    figures = [
        _figure("income", of["income_cny"], statement, lang),
        _figure("result", of["value"], statement, lang, note="" if of["value"] else "costs"),
    ]
    return assemble(
        Heading(kind="asset-result", subject=subject, period=draft.period, lang=lang),
        figures,
        sections,
        stated=Stated([draft.period], ports=ports),
        ports=ports,
    )


def _figure(key: str, value: object, statement: str, lang: Lang, *, note: str = "") -> Figure:
    return Figure(
        label=text(f"revenue.figure.{key}", lang),
        cell=cny(value, statement),
        unit=unit_in("CNY", lang),
        note=text(f"revenue.note.{note}", lang) if note else "",
    )


def _section(key: str, table: Table, lang: Lang, *sentences: str) -> Section:
    return Section(title=text(f"revenue.section.{key}", lang), sentences=sentences, tables=(table,))


def _result(of: Body, statement: str, lang: Lang) -> Section:
    """Return incomes, their sum, costs as what is taken off, and the result."""
    amounts = {line["part"]: line["amount_cny"] for line in of["lines"]}
    incomes = [
        (prose(text(f"revenue.part.{part}", lang)), cny(value, statement))
        for part, value in amounts.items()
        if part not in _COSTS
    ]
    total = (prose(text("revenue.sum.income", lang)), cny(of["income_cny"], statement))
    costs = [
        (prose(text(f"revenue.part.{part}", lang)), cny(_taken(amounts[part]), statement))
        for part in _COSTS
    ]
    result = (prose(text("revenue.sum.result", lang)), cny(of["value"], statement))
    table = Table(
        title="",
        columns=columns(("part", "amount"), lang),
        rows=(*incomes, total, *costs, result),
        n_sums=1,
    )
    return _section("result", table, lang)


def _taken(value: str | None) -> Decimal | None:
    return None if value is None else -Decimal(value)


def _grouped(amounts: Mapping[str, str | None], statement: str = "") -> list[Cell]:
    """Return the sum of each group; nothing where none of its parts is given."""
    found: list[Cell] = []
    for parts in _GROUPS.values():
        given = [Decimal(value) for part in parts if (value := amounts[part]) is not None]
        # A part of the costs is no sum of them.
        is_known = len(given) == len(parts) if parts is _COSTS else bool(given)
        found.append(cny(sum(given, _ZERO) if is_known else None, statement))
    return found


def _months(of: Body, statement: str, lang: Lang) -> Section:
    rows = [(prose(name), *_grouped(amounts, statement)) for name, amounts in of["months"].items()]
    total = {line["part"]: line["amount_cny"] for line in of["lines"]}
    rows.append((prose(text("report.total", lang)), *_grouped(total, statement)))
    table = Table(title="", columns=columns(("month", *_GROUPS), lang), rows=tuple(rows), n_sums=1)
    return _section("months", table, lang)


def _assets(bodies: Mapping[str, Body], lang: Lang, ports: Ports) -> Section:
    def row(label: str, of: Body) -> tuple[Cell, ...]:
        amounts = {line["part"]: line["amount_cny"] for line in of["lines"]}
        return (prose(label), *_grouped(amounts), cny(of["value"]))

    rows = [
        row(name_in(name, ports.park, lang), of)
        for name, of in bodies.items()
        if name != PARK_SUBJECT
    ]
    rows.append(row(text("report.total", lang), bodies[PARK_SUBJECT]))
    table = Table(
        title="", columns=columns(("asset", *_GROUPS, "result"), lang), rows=tuple(rows), n_sums=1
    )
    return _section("assets", table, lang)


def _positions(of: Body, statement: str, lang: Lang) -> Section:
    rows = tuple(
        (
            prose(each["position"]),
            prose(f"{each['days_settled']} / {each['days']}"),
            cny(each["two_settlement_cny"], statement),
            cny(each["spot_cny"], statement),
            cny(each["differences_cny"], statement),
        )
        for each in of["positions"]
    )
    names = ("position", "days", "two", "spot", "differences")
    return _section("positions", Table(title="", columns=columns(names, lang), rows=rows), lang)


def _plan(plan: Body, lang: Lang) -> Section:
    rows = (
        (prose(text("revenue.sum.investment", lang)), cny(plan["investment_cny"])),
        (prose(text("revenue.sum.output", lang)), cny(plan["output_cny_per_year"])),
    )
    table = Table(title=str(plan[lang]), columns=columns(("indicator", "amount"), lang), rows=rows)
    return _section("plan", table, lang, text("revenue.note.source", lang, source=plan["source"]))
