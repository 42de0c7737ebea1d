"""Operations on quality, sums over enterprises, the log and the audit trail."""

from typing import Annotated, Final

from pydantic import Field

from taihang.core.access.role import Right
from taihang.interfaces.api.bounds import PAGE_MOST
from taihang.interfaces.api.call import Call
from taihang.interfaces.api.cursor import Paging, page_of
from taihang.interfaces.api.figures.trust import (
    CheckpointOut,
    CoverageLine,
    QualityLine,
    StandingOut,
    SumsOut,
    TrailLine,
    build_checkpoint,
    build_coverage,
    build_quality,
    build_standing,
    build_sums,
    build_trail,
)
from taihang.interfaces.api.operation import Operations, Tenant
from taihang.interfaces.api.schema import Id, Month, Page, Schema, Words, Year
from taihang.interfaces.api.stretch import Stretch

TRUST: Final = Operations(tag="trust")


class PagedStretch(Paging, Stretch):
    """A period, and which part of a list."""


class StandingWords(Words):
    """Of which year."""

    year: Year


class TrailWords(Words):
    """Which entries of the trail; its numbers never change, so no cursor is needed."""

    first: Annotated[int, Field(ge=0, le=2**53)] = 0
    """Number of the first entry."""
    limit: Annotated[int, Field(ge=1, le=PAGE_MOST)] = 100


class TrailOut(Schema):
    """A part of the audit trail."""

    items: list[TrailLine]
    next_first: int | None
    """Number of the entry that follows; null at the end."""


@TRUST.get("/quality", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[QualityLine])
def list_quality(call: Call, words: PagedStretch) -> Page[QualityLine]:
    """Return how good the readings of each meter are over a period, in order of id."""
    found = call.ask(build_quality, words.words)
    question = f"quality {words.words}"
    items, follows = page_of(found, words, key=lambda each: each.meter, question=question)
    return Page[QualityLine](items=items, next=follows)


@TRUST.get("/coverage", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=Page[CoverageLine])
def list_coverage(call: Call, words: PagedStretch) -> Page[CoverageLine]:
    """Return what of each local day of each meter was read, estimated or is missing."""
    found = call.ask(build_coverage, words.words)
    question = f"coverage {words.words}"
    items, follows = page_of(
        found, words, key=lambda each: f"{each.meter} {each.day}", question=question
    )
    return Page[CoverageLine](items=items, next=follows)


@TRUST.get("/sums/{month}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=SumsOut)
def read_sums(call: Call, month: Month) -> SumsOut:
    """Return sums over at least five enterprises, none above 60 %, of the park and one's sector."""
    return call.ask(build_sums, month)


@TRUST.get("/standings/{enterprise}", may=Right.SEE_OWN, tenant=Tenant.OWN, answers=StandingOut)
def read_standing(call: Call, enterprise: Id, words: StandingWords) -> StandingOut:
    """Return how an enterprise stands among those of its sector by energy over value added."""
    return call.ask_large(build_standing, enterprise, words.year)


@TRUST.get("/log/checkpoint", may=Right.SEE_OWN, tenant=Tenant.NONE, answers=CheckpointOut)
def read_checkpoint(call: Call) -> CheckpointOut:
    """Return the newest signed checkpoint of the park's log."""
    return call.ask(build_checkpoint)


@TRUST.get("/trail", may=Right.READ_TRAIL, tenant=Tenant.PARK, answers=TrailOut)
def list_trail(call: Call, words: TrailWords) -> TrailOut:
    """Return the audit trail: who did what, in order of number."""
    found = call.ask_large(build_trail, words.first, words.limit + 1)
    shown = [*found[: words.limit]]
    return TrailOut(
        items=shown, next_first=found[words.limit].number if len(found) > len(shown) else None
    )
