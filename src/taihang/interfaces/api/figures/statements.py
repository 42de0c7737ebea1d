"""Statements as they were issued: bills, ratios, carbon, plans, and every other kind."""

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Final, cast

from pydantic import JsonValue

from taihang.core.seal.issued import IssuedStatement
from taihang.interfaces.api.problem import NoResourceError
from taihang.interfaces.api.schema import Schema, Whole
from taihang.services.plan_day import DAY_PLAN
from taihang.services.ports import Ports
from taihang.services.prove import prove

BILLS: Final = ("bill", "bill-what-if", "bill-correction")
CARBON: Final = (
    "scope2-location", "scope2-market", "scope2-physical", "inventory", "park-inventory",
    "standard-coal", "energy-account",
)  # fmt: skip
RATIOS: Final = ("ratios-650",)


class StatementLine(Schema):
    """A statement without its text."""

    id: str
    series: str
    """The id without its version."""
    version: int
    kind: str
    subject: str
    period: str
    value: str | None
    """The number that it states, a decimal; null where it states none, or several."""
    unit: str | None
    reason: str | None
    """Why this version was issued."""
    sha256: str
    """Hash of the text as issued [hex]."""


class StatementOut(Schema):
    """A statement with its text."""

    statement: StatementLine
    document: dict[str, JsonValue]
    """As it was issued; the text to the letter is at ``…/document``."""


class Titled(Schema):
    """A title in both languages."""

    zh: str
    en: str


class BillLineOut(Schema):
    """One line of a bill."""

    code: str
    title: Titled
    quantity: str | None
    unit: str | None
    price: str | None
    price_unit: str | None
    amount_cny: str | None
    state: str
    """``billed``, or why it has no amount."""
    facts: list[str]
    """Keys of the dated facts that it rests on."""


class BillOut(Schema):
    """A bill with its lines."""

    statement: StatementLine
    tariff: str | None
    energy_wh: Whole | None
    lines: list[BillLineOut]


class RequirementOut(Schema):
    """One requirement of 发改能源〔2025〕650号."""

    symbol: str
    verdict: str
    zh: str
    en: str
    basis: str | None
    """Key of the dated fact that it is judged by."""


class RatiosOut(Schema):
    """The ratios of a month."""

    statement: StatementLine
    load_wh: Whole | None
    available_wh: Whole | None
    imported_wh: Whole | None
    exported_wh: Whole | None
    curtailed_wh: Whole | None
    requirements: list[RequirementOut]


class PlanOut(Schema):
    """The plan of a day; every series has one value for each step, planned mean power [W]."""

    statement: StatementLine
    start_s: Whole
    """Start of the day [s since 1970-01-01T00:00Z]."""
    step_s: int
    accepted: bool | None
    rated_wh: Whole
    """Rated energy of the storage [Wh]."""
    load_w: list[Whole]
    import_w: list[Whole]
    export_w: list[Whole]
    charge_w: list[Whole]
    discharge_w: list[Whole]
    stored_wh: list[Whole]
    """Stored energy at the end of each step [Wh]."""
    plants_w: dict[str, list[Whole]]


def build_statements(
    ports: Ports, period: str, kinds: tuple[str, ...] | None, subject: str | None
) -> tuple[StatementLine, ...]:
    """Return the latest version of every statement of a period, in order of id."""
    found = ports.registry.latest_statements(period, kinds)
    lines = (_line(each) for each in found if subject is None or each.subject == subject)
    return tuple(sorted(lines, key=lambda each: each.id))


def build_statement(ports: Ports, statement_id: str) -> StatementOut:
    """Return a statement, or the latest version of a series."""
    issued = ports.registry.statement(statement_id)
    return StatementOut(statement=_line(issued), document=_document(issued))


def build_text(ports: Ports, statement_id: str) -> bytes:
    """Return the text of a statement as it was issued."""
    return ports.registry.statement(statement_id).document.encode()


def build_versions(ports: Ports, statement_id: str) -> tuple[StatementLine, ...]:
    """Return every version of the series of a statement, the first one first."""
    series = ports.registry.statement(statement_id).series
    ids = [entry.id for entry in ports.registry.roll() if entry.id.rpartition(".v")[0] == series]
    found = ports.registry.statements(ids)
    return tuple(_line(each) for each in sorted(found, key=lambda e: e.version))


def build_proof(ports: Ports, claim: str) -> bytes:
    """Return the proof file of what an id names."""
    return prove(claim, ports=ports)


def build_bills(ports: Ports, month: str, subject: str | None) -> tuple[BillOut, ...]:
    """Return the latest bills of a month, in order of id."""
    found = ports.registry.latest_statements(month, BILLS)
    bills = (_bill(each) for each in found if subject is None or each.subject == subject)
    return tuple(sorted(bills, key=lambda each: each.statement.id))


def build_ratios(ports: Ports, month: str) -> RatiosOut:
    """Return the ratios of a month.

    Raises:
        NoResourceError: If none were stated.
    """
    issued = next(iter(ports.registry.latest_statements(month, RATIOS)), None)
    if issued is None:
        raise NoResourceError(f"ratios of {month}")
    said = _document(issued)
    return RatiosOut(
        statement=_line(issued),
        load_wh=_whole(said, "load_wh"),
        available_wh=_whole(said, "available_wh"),
        imported_wh=_whole(said, "imported_wh"),
        exported_wh=_whole(said, "exported_wh"),
        curtailed_wh=_whole(said, "curtailed_wh"),
        requirements=[
            RequirementOut(
                symbol=str(each["symbol"]),
                verdict=str(each["verdict"]),
                zh=str(each["zh"]),
                en=str(each["en"]),
                basis=_text(each, "basis"),
            )
            for each in _objects(said, "requirements")
        ],
    )


def build_plan(ports: Ports, day: str) -> PlanOut:
    """Return the plan of the park for a day.

    Raises:
        NoResourceError: If there is none.
    """
    found = ports.registry.latest_statements(day, (DAY_PLAN,))
    issued = next((each for each in found if "start_s" in _document(each)), None)
    if issued is None:
        raise NoResourceError(f"a plan of {day}")
    said = _document(issued)
    plants = cast("Mapping[str, list[int]]", said["plants"])
    accepted = said.get("accepted")
    return PlanOut(
        statement=_line(issued),
        start_s=_number(said, "start_s"),
        step_s=_number(said, "step_s"),
        accepted=accepted if isinstance(accepted, bool) else None,
        rated_wh=_number(said, "rated_wh"),
        load_w=_numbers(said, "load_w"),
        import_w=_numbers(said, "import_w"),
        export_w=_numbers(said, "export_w"),
        charge_w=_numbers(said, "charge_w"),
        discharge_w=_numbers(said, "discharge_w"),
        stored_wh=_numbers(said, "stored_wh"),
        plants_w={name: [*values] for name, values in plants.items()},
    )


def _bill(issued: IssuedStatement) -> BillOut:
    said = _document(issued)
    return BillOut(
        statement=_line(issued),
        tariff=_text(said, "tariff"),
        energy_wh=_whole(said, "energy_wh"),
        lines=[*_bill_lines(_objects(said, "lines"))],
    )


def _bill_lines(lines: Iterable[Mapping[str, JsonValue]]) -> Iterator[BillLineOut]:
    for each in lines:
        title = cast("Mapping[str, str]", each["title"])
        yield BillLineOut(
            code=str(each["code"]),
            title=Titled(zh=title["zh"], en=title["en"]),
            quantity=_text(each, "quantity"),
            unit=_text(each, "unit"),
            price=_text(each, "price"),
            price_unit=_text(each, "price_unit"),
            amount_cny=_text(each, "amount_cny"),
            state=_text(each, "state") or "billed",
            facts=[str(fact) for fact in cast("list[JsonValue]", each.get("facts", []))],
        )


def _line(issued: IssuedStatement) -> StatementLine:
    said = _document(issued)
    return StatementLine(
        id=issued.id,
        series=issued.series,
        version=issued.version,
        kind=issued.kind,
        subject=issued.subject,
        period=issued.period,
        value=_text(said, "value"),
        unit=_text(said, "unit"),
        reason=_text(said, "reason"),
        sha256=sha256(issued.document.encode()).hexdigest(),
    )


def _document(issued: IssuedStatement) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", json.loads(issued.document))


def _text(said: Mapping[str, JsonValue], key: str) -> str | None:
    found = said.get(key)
    return None if found is None else str(found)


def _whole(said: Mapping[str, JsonValue], key: str) -> int | None:
    found = said.get(key)
    return found if isinstance(found, int) else None


def _number(said: Mapping[str, JsonValue], key: str) -> int:
    return cast("int", said[key])


def _numbers(said: Mapping[str, JsonValue], key: str) -> list[int]:
    return cast("list[int]", said[key])


def _objects(said: Mapping[str, JsonValue], key: str) -> list[Mapping[str, JsonValue]]:
    return cast("list[Mapping[str, JsonValue]]", said.get(key, []))
