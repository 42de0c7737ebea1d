"""Operations on what was issued: statements, proofs, bills, ratios, carbon, plans."""

from typing import Annotated, Final

from pydantic import Field

from taihang.core.access.role import Right
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.cursor import Paging, page_of
from taihang.interfaces.api.figures.statements import (
    CARBON,
    BillOut,
    PlanOut,
    RatiosOut,
    StatementLine,
    StatementOut,
    build_bills,
    build_plan,
    build_proof,
    build_ratios,
    build_statement,
    build_statements,
    build_text,
    build_versions,
)
from taihang.interfaces.api.operation import JSON, File, Operations, Tenant
from taihang.interfaces.api.schema import Day, Id, LocalPeriod, Month, Page

STATEMENTS: Final = Operations(tag="statements")
_PROOF: Final = "application/octet-stream"


class StatementWords(Paging):
    """Which statements."""

    period: LocalPeriod
    """A local month, year or day."""
    kind: Id | None = None
    subject: Id | None = None


class MonthWords(Paging):
    """Of which month."""

    month: Month
    subject: Id | None = None


class PeriodWords(Paging):
    """Of which month or year."""

    period: LocalPeriod
    subject: Id | None = None


@STATEMENTS.get("/statements", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[StatementLine])
def list_statements(call: Call, words: StatementWords) -> Page[StatementLine]:
    """Return the latest version of every statement of a period, in order of id."""
    kinds = None if words.kind is None else (words.kind,)
    found = call.ask(build_statements, words.period, kinds, words.subject)
    question = f"statements {words.period} {words.kind} {words.subject}"
    items, follows = page_of(found, words, key=lambda each: each.id, question=question)
    return Page[StatementLine](items=items, next=follows)


@STATEMENTS.get("/statements/{id}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=StatementOut)
def read_statement(call: Call, id: Id) -> StatementOut:  # noqa: A002  # named as in the address
    """Return a statement by its id, or the latest version of a series."""
    return call.ask(build_statement, id)


@STATEMENTS.get(
    "/statements/{id}/document",
    may=Right.SEE_OWN,
    tenant=Tenant.OWN,
    files={JSON: "The canonical JSON whose hash the log commits to."},
)
def read_document(call: Call, id: Id) -> File:  # noqa: A002  # named as in the address
    """Return the text of a statement to the letter, as it was issued."""
    return File(call.ask(build_text, id), JSON)


@STATEMENTS.get(
    "/statements/{id}/versions", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[StatementLine]
)
def list_versions(
    call: Call,
    id: Id,  # noqa: A002  # named as in the address
    paging: Paging,
) -> Page[StatementLine]:
    """Return every version of the series of a statement, the first one first."""
    found = call.ask(build_versions, id)
    items, follows = page_of(
        found, paging, key=lambda each: f"{each.version:09}", question=f"versions {id}"
    )
    return Page[StatementLine](items=items, next=follows)


@STATEMENTS.get(
    "/proofs/{claim}",
    may=Right.SEE_OWN,
    tenant=Tenant.OWN,
    files={_PROOF: "A file that lets a stranger work the number out again, offline."},
)
def read_proof(
    call: Call,
    claim: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f/]+$")],
) -> File:
    """Return the proof file of a statement, bill, certificate, hour or interval."""
    return File(call.ask_large(build_proof, claim), _PROOF, name="proof.bin")


@STATEMENTS.get("/bills", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[BillOut])
def list_bills(call: Call, words: MonthWords) -> Page[BillOut]:
    """Return the latest bills of a month with their lines, in order of id."""
    found = call.ask(build_bills, words.month, words.subject)
    question = f"bills {words.month} {words.subject}"
    items, follows = page_of(found, words, key=lambda each: each.statement.id, question=question)
    return Page[BillOut](items=items, next=follows)


@STATEMENTS.get("/carbon", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[StatementLine])
def list_carbon(call: Call, words: PeriodWords) -> Page[StatementLine]:
    """Return carbon and energy accounts of a period: scope 2 three ways, inventories, coal."""
    found = call.ask(build_statements, words.period, CARBON, words.subject)
    question = f"carbon {words.period} {words.subject}"
    items, follows = page_of(found, words, key=lambda each: each.id, question=question)
    return Page[StatementLine](items=items, next=follows)


@STATEMENTS.get("/ratios/{month}", may=Right.SEE_PARK, tenant=Tenant.PARK, answers=RatiosOut)
def read_ratios(call: Call, month: Month) -> RatiosOut:
    """Return the ratios of 发改能源〔2025〕650号 for a month, each with its verdict."""
    return call.ask(build_ratios, month)


@STATEMENTS.get("/plans/{day}", may=Right.SEE_PARK, tenant=Tenant.PARK, answers=PlanOut)
def read_plan(call: Call, day: Day) -> PlanOut:
    """Return the plan of the park's storage for a local day."""
    return call.ask(build_plan, day)
