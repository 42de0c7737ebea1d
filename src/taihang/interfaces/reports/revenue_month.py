"""The settlement of a month from every side, as pages: all plants, one plant, one user, operator.

Every number is one of an issued statement, or adds such numbers up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, cast

from taihang.core.errors import StateError
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import WH_PER_KWH
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.assemble import Heading, assemble
from taihang.interfaces.reports.document import (
    Cell,
    Document,
    Figure,
    Section,
    Table,
    number,
    prose,
)
from taihang.interfaces.reports.revenue_words import (
    MWH_DIGITS,
    Body,
    cny,
    columns,
    mwh,
    name_in,
    notes,
    percent,
)
from taihang.interfaces.reports.stated import Stated, unit_in
from taihang.services.bill_document import WHAT_IF
from taihang.services.ports import Ports
from taihang.services.revenue import PAYMENTS, REVENUE

_ZERO: Final = Decimal(0)
_USED_BY: Final = frozenset(("line", "contract", "feeder", "pool"))
"""Routes that end at a user in the interval of generation."""


class NoRevenueError(StateError):
    """No settlement of the subject and month is stated."""

    code = "state.no-revenue"


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page of one month is drawn up from."""

    stated: Stated
    month: str
    lang: Lang
    ports: Ports

    def body(self, kind: str, subject: str) -> tuple[str, Body]:
        """Return id and body of a statement; a bill to pay before a what-if.

        Raises:
            NoRevenueError: If there is none.
        """
        for of_kind in (kind, kind + WHAT_IF):
            for name, of in self.stated.bodies(of_kind, subject):
                return name, cast("Body", of)
        raise NoRevenueError(
            given=f"{subject} in {self.month}",
            expected="a plant, an enterprise, a station or the operator of a park with [billing] "
            "and a tariff of its grid connection, and a settled month whose prices are known",
            remedy="settle the whole month; `taihang settle` says which months it could not bill",
        )

    def document(
        self, kind: str, subject: str, figures: Sequence[Figure], *sections: Section
    ) -> Document:
        """Put figures and sections together."""
        heading = Heading(kind=kind, subject=subject, period=self.month, lang=self.lang)
        told = [each for each in sections if each.sentences or each.tables]
        return assemble(heading, figures, told, stated=self.stated, ports=self.ports)

    def money(self, key: str, value: object, statement: str) -> Figure:
        """Return an amount at the head of the page."""
        label = text(f"revenue.figure.{key}", self.lang)
        return Figure(label=label, cell=cny(value, statement), unit=unit_in("CNY", self.lang))

    def section(self, key: str, table: Table, *sentences: str) -> Section:
        """Return a section of one table."""
        title = text(f"revenue.section.{key}", self.lang)
        return Section(title=title, sentences=sentences, tables=(table,))

    def table(
        self, names: Sequence[str], rows: Sequence[tuple[Cell, ...]], *, n_sums: int = 1
    ) -> Table:
        """Return a table whose last rows are sums."""
        found = columns(names, self.lang)
        return Table(title="", columns=found, rows=tuple(rows), n_sums=n_sums)

    def word(self, key: str, **values: object) -> Cell:
        """Return a cell of a word of the catalogue."""
        return prose(text(f"revenue.{key}", self.lang, **values))

    def named(self, subject: str) -> Cell:
        """Return a cell of an asset's name."""
        return prose(name_in(subject, self.ports.park, self.lang))


def settlement_month(month: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up all plants and the operator of a month, and how the money closes.

    Args:
        month: The local month.
        lang: Language of the reader.
        ports: The park.

    Raises:
        NoRevenueError: If the month is not stated.
    """
    page = _page(month, lang, ports)
    statement, operator = page.body(REVENUE, PARK_SUBJECT)
    plants = [(plant, *page.body(REVENUE, plant)) for plant in ports.park.plants]
    rows = [_plant_row(page, *each) for each in plants]
    total = (prose(text("report.total", lang)), *_added(rows))
    names = ("plant", "generated", "used", "fed_in", "from_users", "from_grid", "total")
    return page.document(
        "settlement-month",
        PARK_SUBJECT,
        [
            page.money("users", operator["users_cny"], statement),
            page.money("plants", operator["plants_cny"], statement),
            page.money("margin", operator["value"], statement),
        ],
        page.section("plants", page.table(names, [*rows, total])),
        _closing(page, statement, operator),
        notes(operator, lang),
    )


def plant_month(plant: str, month: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up the settlement sheet of one plant.

    Args:
        plant: Its id.
        month: The local month.
        lang: Language of the reader.
        ports: The park.

    Raises:
        NoRevenueError: If none is stated.
    """
    page = _page(month, lang, ports)
    statement, of = page.body(REVENUE, plant)
    energy, lines = of["energy"], of["lines"]
    used_wh = sum(each["wh"] for each in energy["routes"] if each["route"] in _USED_BY)
    figures = [
        page.money("total", of["value"], statement),
        Figure(
            label=text("revenue.figure.generated", lang),
            cell=mwh(energy["generated_wh"], statement),
            unit="MWh",
        ),
        Figure(
            label=text("revenue.figure.used", lang),
            cell=percent(used_wh, energy["generated_wh"]),
            unit="%",
        ),
        Figure(
            label=text("revenue.figure.mean", lang),
            cell=_mean_price(lines),
            unit=unit_in("CNY/kWh", lang),
        ),
    ]
    return page.document(
        "plant-revenue",
        plant,
        figures,
        page.section("energy", _energy_table(page, statement, energy)),
        page.section("payers", _payers_table(page, statement, of)),
        _lines_section("contracts", page, statement, lines),
        page.section("export", _export_table(page, statement, of)),
        notes(of, lang, text("revenue.note.privacy", lang), _curtailed(energy, lang)),
    )


def user_month(user: str, month: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up what one user paid, and to whom.

    Args:
        user: Its id.
        month: The local month.
        lang: Language of the reader.
        ports: The park.

    Raises:
        NoRevenueError: If none is stated.
    """
    page = _page(month, lang, ports)
    statement, of = page.body(PAYMENTS, user)
    items = [
        (page.word(f"item.{each['item']}"), cny(each["amount_cny"], statement))
        for each in of["operator"]
    ]
    total = (page.word("sum.to_operator"), cny(of["operator_cny"], statement))
    lines = of["lines"]
    return page.document(
        "user-payments",
        user,
        [
            page.money("paid", of["value"], statement),
            page.money("to_plants", of["plants_cny"], statement),
        ],
        _lines_section("payees", page, statement, lines),
        page.section("operator", page.table(("item", "amount"), [*items, total])),
        notes(of, lang),
    )


def operator_month(month: str, *, lang: Lang, ports: Ports) -> Document:
    """Draw up what the operator collected, paid on and kept.

    Args:
        month: The local month.
        lang: Language of the reader.
        ports: The park.

    Raises:
        NoRevenueError: If none is stated.
    """
    page = _page(month, lang, ports)
    statement, of = page.body(REVENUE, PARK_SUBJECT)
    keys = ("collected_cny", "paid_cny", "kept_cny")
    items = [
        (page.word(f"item.{each['item']}"), *(cny(each[key], statement) for key in keys))
        for each in of["items"]
    ]
    total = (prose(text("report.total", lang)), *_added(items))
    reasons = [
        (
            prose(str(each["title"][lang])),
            mwh(each["wh"], statement),
            cny(each["amount_cny"], statement),
        )
        for each in of["lines"]
    ]
    margin = (page.word("sum.margin"), prose(""), cny(of["value"], statement))
    return page.document(
        "operator-margin",
        PARK_SUBJECT,
        [
            page.money("margin", of["value"], statement),
            page.money("users", of["users_cny"], statement),
        ],
        page.section("items", page.table(("item", "collected", "paid", "kept"), [*items, total])),
        page.section("reasons", page.table(("item", "energy", "amount"), [*reasons, margin])),
        _closing(page, statement, of),
        notes(of, lang),
    )


def _page(month: str, lang: Lang, ports: Ports) -> _Page:
    return _Page(Stated([month], ports=ports), month, lang, ports)


# -- tables --------------------------------------------------------------------------------------


def _plant_row(page: _Page, plant: str, statement: str, of: Body) -> tuple[Cell, ...]:
    energy = of["energy"]
    used_wh = sum(each["wh"] for each in energy["routes"] if each["route"] in _USED_BY)
    users_cny = Decimal(of["energy_cny"]) + Decimal(of["environmental_cny"])
    return (
        page.named(plant),
        mwh(energy["generated_wh"], statement),
        mwh(used_wh, statement),
        mwh(energy["fed_in_wh"], statement),
        cny(users_cny, statement),
        cny(of["export_cny"], statement),
        cny(of["value"], statement),
    )


def _added(rows: Sequence[tuple[Cell, ...]]) -> list[Cell]:
    """Sum the columns of numbers behind the first."""
    found: list[Cell] = []
    for cells in zip(*(row[1:] for row in rows), strict=True):
        values = [cell.value for cell in cells if cell.value is not None]
        digits = max(cell.digits for cell in cells)
        found.append(number(sum(values, _ZERO) if values else None, digits))
    return found


def _closing(page: _Page, statement: str, operator: Body) -> Section:
    """Return both sides of the identity, and that they are equal."""
    export_cny = next(
        Decimal(each["collected_cny"]) for each in operator["items"] if each["item"] == "export"
    )
    import_cny = Decimal(operator["gateway_cny"]) + export_cny
    amounts = {
        "users": Decimal(operator["users_cny"]),
        "export": export_cny,
        "plants": Decimal(operator["plants_cny"]),
        "gateway": import_cny,
        "margin": Decimal(operator["value"]),
    }
    left_cny = amounts["users"] + amounts["export"]
    difference_cny = left_cny - amounts["plants"] - amounts["gateway"] - amounts["margin"]
    rows = [(page.word(f"sum.{key}"), cny(value, statement)) for key, value in amounts.items()]
    rows.append((page.word("sum.difference"), cny(difference_cny)))
    table = page.table(("item", "amount"), rows)
    return page.section("closing", table, text("revenue.note.closes", page.lang))


def _energy_table(page: _Page, statement: str, energy: Body) -> Table:
    whole_wh = energy["generated_wh"]
    parts = [
        (_route(page, each), each["wh"])
        for each in energy["routes"]
        # What storage gives back was charged before: it is no part of what was generated now.
        if each["route"] != "storage"
    ]
    parts += [
        (page.word("route.fed_in"), energy["fed_in_wh"]),
        (page.word("route.lost"), energy["lost_wh"]),
        (page.word("route.other"), energy["other_wh"]),
        (page.word("route.generated"), whole_wh),
    ]
    rows = [(label, mwh(wh, statement), percent(wh, whole_wh)) for label, wh in parts]
    return page.table(("where", "energy", "share"), rows)


def _curtailed(energy: Body, lang: Lang) -> str:
    """Say what could have been generated and was not, or that nothing measures it."""
    if energy["curtailed_wh"] is None:
        return text("revenue.note.not_curtailed", lang)
    return text("revenue.note.curtailed", lang, mwh=mwh(energy["curtailed_wh"]).printed)


def _route(page: _Page, each: Body) -> Cell:
    """Name what carried the energy; all share the network of the park, so it has no name."""
    named = {} if each["route"] == "pool" else {"id": each["id"]}
    return page.word(f"route.{each['route']}", **named)


def _payers_table(page: _Page, statement: str, of: Body) -> Table:
    rows = [
        (page.word(f"class.{each['class']}"), cny(each["amount_cny"], statement))
        for each in of["payers"]
    ]
    total = (prose(text("report.total", page.lang)), cny(of["value"], statement))
    return page.table(("payer", "amount"), [*rows, total])


def _lines_section(key: str, page: _Page, statement: str, lines: Sequence[Body]) -> Section:
    """Return contract by contract what was delivered and paid; a star marks what is not whole."""
    is_whole = all(each["whole"] for each in lines)
    marks = [] if is_whole else [text("revenue.note.partial", page.lang)]
    who = "payee" if key == "payees" else "payer"
    return page.section(key, _lines_table(page, statement, lines, who=who), *marks)


def _lines_table(page: _Page, statement: str, lines: Sequence[Body], *, who: str) -> Table:
    rows = [(page.named(each[who]), *_line(statement, each)) for each in lines]
    names = ("plant" if who == "payee" else "payer", "contract", "energy")
    names = (*names, "energy_value", "green_value", "total")
    sums = _added([(row[0], *row[2:]) for row in rows]) if rows else [number(None)] * 4
    total = (prose(text("report.total", page.lang)), prose(""), *sums)
    return page.table(names, [*rows, total])


def _line(statement: str, each: Body) -> Iterator[Cell]:
    parts = [each["energy_cny"], each["environmental_cny"]]
    known = [Decimal(part) for part in parts if part is not None]
    yield prose(each["contract"] + ("" if each["whole"] else " *"))
    yield mwh(each["delivered_wh"], statement)
    yield cny(parts[0], statement)
    yield cny(parts[1], statement)
    yield cny(sum(known, _ZERO) if known else None, statement)


def _export_table(page: _Page, statement: str, of: Body) -> Table:
    rows = [
        (
            page.named(each["grid"]),
            _priced_by(page, each["price"]),
            mwh(each["fed_in_wh"], statement),
            mwh(each["priced_wh"], statement),
        )
        for each in of["export"]
    ]
    total = (prose(text("report.total", page.lang)), prose(""), *_added([row[1:] for row in rows]))
    return Table(
        title="",
        columns=columns(("grid", "price", "fed_in", "priced"), page.lang),
        rows=(*rows, total),
        n_sums=1,
        note=f"{text('revenue.item.export', page.lang)}: {cny(of['export_cny']).printed} "
        f"{unit_in('CNY', page.lang)}",
    )


def _priced_by(page: _Page, source: str) -> Cell:
    """Say by which series or at which price what was fed in is paid."""
    kind, _, named = source.partition("/")
    if kind == "series":
        return page.word("price.series", id=named)
    return page.word("price.fixed", price=source.rpartition("=")[2])


def _mean_price(lines: Sequence[Body]) -> Cell:
    """Return what a priced kWh of the contracts brought on average, both parts of the price."""
    wh = sum(each["priced_wh"] or 0 for each in lines)
    amounts = [
        Decimal(part)
        for each in lines
        for part in (each["energy_cny"], each["environmental_cny"])
        if part is not None
    ]
    mean = sum(amounts, _ZERO) * WH_PER_KWH / wh if wh else None
    return number(mean, MWH_DIGITS + 1)
