"""Turns the story of a figure into what its template prints: finished words, in reading order."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final
from urllib.parse import quote

from taihang.core.facts import Fact
from taihang.core.figure.formula import written
from taihang.core.figure.story import (
    Coverage,
    FigureInput,
    FigureStory,
    ReadingOf,
    StatementOf,
)
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.figure_words import FigureWords, exact, readable, unit_words
from taihang.interfaces.glossary import term
from taihang.interfaces.web.pages.figure.build import FigurePage

SAFE: Final = "/=:@~.+-_,"
"""Characters of a key that stand in an address as they are."""
VALUE: Final = 2
"""Place of the value in a row of the table of parts."""
_TONES: Final = {"estimated": "warn", "manual": "warn", "missing": "bad", "rejected": "bad"}
_INSTANTS: Final = frozenset(("known_at_s",))


@dataclass(frozen=True, slots=True)
class Tag:
    """A word on a coloured ground."""

    words: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """A figure one level down."""

    name: str
    address: str
    value: str
    sort: str
    unit: str
    quality: Tag | None
    is_operand: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Something and what is said of it."""

    label: str
    words: str
    is_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementShown:
    """The statement of a figure."""

    id: str
    name: str
    state: Tag
    sha256: str
    signatures: tuple[tuple[str, ...], ...]
    history: tuple[tuple[str, ...], ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryShown:
    """A story in one language."""

    key: str
    address: str
    parts_address: str
    name: str
    value: str
    unit: str
    readable: str
    ground: str
    qualities: tuple[Tag, ...]
    verdict: Tag | None
    formula: str
    definition: Pair | None
    rule: Pair | None
    rule_page: str
    basis: str
    rows: tuple[InputRow, ...]
    factors: tuple[tuple[Pair, ...], ...]
    statement: StatementShown | None
    readings: tuple[tuple[str, ...], ...]
    decisions: tuple[tuple[str, ...], ...] | None
    notes: tuple[str, ...]
    facts: tuple[Pair, ...]
    proof_words: str
    proof_address: str
    proof_file: str
    code_version: str


def figure_address(key: str) -> str:
    """Return the address of a figure's page.

    Example:
        >>> figure_address("fact/a/电力/CN/2025-01-01=0.5")
        '/figure/fact/a/%E7%94%B5%E5%8A%9B/CN/2025-01-01=0.5'
    """
    return f"/figure/{quote(key, safe=SAFE)}"


def page_context(page: FigurePage, *, lang: Lang) -> dict[str, object]:
    """Return what the template of a figure needs.

    Args:
        page: The figure.
        lang: The reader's language.
    """
    if page.story is None:
        return {"story": None}
    words = FigureWords(lang, page.zone, page.names)
    return {"story": story_shown(page.story, words), "zone": page.zone, "park_folder": page.park}


def story_shown(story: FigureStory, words: FigureWords) -> StoryShown:
    """Return a story in the words of a reader.

    Args:
        story: The story.
        words: The reader's language and the park's names.
    """
    claim = "" if story.proof is None else story.proof.claim
    return StoryShown(
        key=story.key,
        address=figure_address(story.key),
        parts_address=f"/figure-parts/{quote(story.key, safe=SAFE)}",
        name=words.name(story.name),
        value="" if story.value is None else exact(story.value),
        unit=unit_words(story.unit),
        readable="" if story.value is None else readable(story.value, unit=story.unit),
        ground=text(f"figures.ground.{story.ground}", words.lang),
        qualities=tuple(_qualities(story, words.lang)),
        verdict=_verdict(story, words.lang),
        formula=_formula(story),
        definition=_definition(story.term, words.lang),
        rule=None if story.rule is None or not story.rule.name else Pair("", story.rule.name),
        rule_page="" if story.rule is None else story.rule.document,
        basis="" if story.rule is None else story.rule.basis,
        rows=tuple(_rows(story, words)),
        factors=tuple(_factor(fact, words.lang) for fact in story.factors),
        statement=None if story.statement is None else _statement(story.statement, words),
        readings=tuple(_reading(each, words) for each in story.readings),
        decisions=_decisions(story),
        notes=tuple(words.note(note) for note in story.notes),
        facts=tuple(_facts(story, words)),
        proof_words="" if story.proof is None else words.proof(story.proof.why),
        proof_address=f"/figure-proof/{quote(claim, safe=SAFE)}" if claim else "",
        proof_file=file_name(claim),
        code_version=story.code_version,
    )


def file_name(claim: str) -> str:
    """Return what the proof file of a claim is called when it is saved.

    Example:
        >>> file_name("bill.E17.2026-09.v1#energy.grid.peak")
        'bill.E17.2026-09.v1-energy.grid.peak.proof'
    """
    kept = "".join(each if each.isalnum() or each in ".-_" else "-" for each in claim)
    return f"{kept}.proof" if kept else ""


# -- the head ------------------------------------------------------------------------------------


def _qualities(story: FigureStory, lang: Lang) -> Iterator[Tag]:
    if story.value is None:
        yield Tag(text("figures.page.absent", lang), "bad")
    if story.coverage is not None:
        yield from _coverage(story.coverage, lang)


def _coverage(coverage: Coverage, lang: Lang) -> Iterator[Tag]:
    measured = text(
        "figures.page.coverage",
        lang,
        measured=f"{coverage.n_measured:,}",
        all=f"{coverage.n_intervals:,}",
    )
    yield Tag(measured, "ok" if coverage.n_measured == coverage.n_intervals else "warn")
    if coverage.n_missing:
        yield Tag(text("figures.page.missing", lang, n=f"{coverage.n_missing:,}"), "bad")
    if coverage.n_estimated:
        yield Tag(text("figures.page.estimated", lang, n=f"{coverage.n_estimated:,}"), "warn")
    if coverage.estimated_wh:
        yield Tag(text("figures.page.estimated_wh", lang, wh=f"{coverage.estimated_wh:,}"), "warn")


def _verdict(story: FigureStory, lang: Lang) -> Tag | None:
    result = story.derivation.result
    if story.adds_up is None or result is None or story.value is None:
        return None
    if story.adds_up:
        return Tag(text("figures.page.adds_up", lang), "ok")
    difference = _fraction(result - Fraction(story.value))
    told = text("figures.page.does_not", lang, result=_fraction(result), difference=difference)
    return Tag(told, "bad")


def _fraction(value: Fraction) -> str:
    return exact((Decimal(value.numerator) / value.denominator).normalize())


def _formula(story: FigureStory) -> str:
    formula = story.derivation.formula
    if formula is None or story.value is None:
        return ""
    operands = [_operand(each) for each in story.derivation.operands]
    return f"{written(formula, operands)} = {exact(story.value)}"


def _operand(each: FigureInput) -> str:
    if each.value is None:
        return "—"
    told = exact(each.value)
    return f"({told})" if each.value < 0 else told


def _definition(term_id: str, lang: Lang) -> Pair | None:
    found = term(term_id)
    if found is None:
        return None
    return Pair(found.name(lang), found.meaning(lang))


# -- the tables ----------------------------------------------------------------------------------


def _rows(story: FigureStory, words: FigureWords) -> Iterator[InputRow]:
    n_operands = len(story.derivation.operands)
    for at, each in enumerate(story.inputs):
        yield InputRow(
            name=words.name(each.name),
            address=figure_address(each.key),
            value="—" if each.value is None else exact(each.value),
            sort="" if each.value is None else str(each.value),
            unit=unit_words(each.unit),
            quality=_flag(each.flag, words.lang),
            is_operand=at < n_operands and story.derivation.formula is not None,
        )


def _flag(flag: str, lang: Lang) -> Tag | None:
    if not flag:
        return None
    return Tag(text(f"figures.quality.{flag}", lang), _TONES.get(flag, "warn"))


def _factor(fact: Fact, lang: Lang) -> tuple[Pair, ...]:
    until = "…" if fact.valid_to is None else fact.valid_to.isoformat()
    said = {
        "code": fact.code,
        "value": f"{exact(fact.value)} {unit_words(fact.unit)}",
        "region": fact.region,
        "force": f"{fact.valid_from.isoformat()} – {until}",
        "data_year": "" if fact.data_year is None else str(fact.data_year),
        "document": fact.document,
        "clause": fact.clause,
        "source": fact.source,
        "mark": text(f"figures.mark.{fact.status}", lang),
    }
    return tuple(
        Pair(text(f"figures.page.{name}", lang), told, name == "code")
        for name, told in said.items()
        if told
    )


def _statement(of: StatementOf, words: FigureWords) -> StatementShown:
    lang = words.lang
    tone = "none" if of.state == "draft" else "ok"
    return StatementShown(
        id=of.id,
        name=f"{words.kind(of.kind)} · {words.node(of.subject)} · {of.period}",
        state=Tag(text(f"review.state.{of.state}", lang), tone),
        sha256=of.sha256,
        signatures=tuple(
            (
                text(f"review.step.{each.step}", lang),
                each.who,
                each.role,
                words.instant(each.at_s),
                each.remark,
            )
            for each in of.signatures
        ),
        history=tuple(
            (
                each.statement.rpartition(".")[2],
                "—" if each.value is None else exact(each.value),
                _reason(each.reason, lang),
                each.issued_by,
            )
            for each in reversed(of.history)
        ),
        gaps=tuple(words.note(gap) for gap in of.gaps),
    )


def _reason(reason: str, lang: Lang) -> str:
    return text("figures.page.first_issue", lang) if reason == "first issue" else reason


def _reading(each: ReadingOf, words: FigureWords) -> tuple[str, ...]:
    lang = words.lang
    return (
        text("figures.page.yes" if each.counts else "figures.page.no", lang),
        f"{each.count:,} {unit_words(each.unit)}".strip(),
        text(f"figures.quality.{each.quality}", lang),
        each.source,
        f"{each.leaf:,}",
        words.instant(each.sent_at_s),
        words.instant(each.received_at_s),
    )


def _decisions(story: FigureStory) -> tuple[tuple[str, ...], ...] | None:
    """Return what the rules said of an interval of a meter; None of any other figure."""
    sort, *parts = story.key.split("/")
    if sort not in {"meter", "settled"} or "T" not in parts[1]:
        return None
    return tuple(
        (each.rule, f"{each.found:,} {each.unit}", f"{each.allowed:,} {each.unit}")
        for each in story.decisions
    )


def _facts(story: FigureStory, words: FigureWords) -> Iterator[Pair]:
    for code, told in story.facts.items():
        shown = words.instant(int(told)) if code in _INSTANTS else told
        yield Pair(text(f"figures.fact.{code}", words.lang), shown, code.endswith("sha256"))


def parts_table(page: FigurePage, *, lang: Lang) -> Iterator[tuple[str, ...]]:
    """Yield what a figure is made of as rows of a table, heads first.

    Args:
        page: The figure.
        lang: The reader's language.
    """
    yield tuple(
        text(f"figures.page.{name}", lang) for name in ("key", "what", "value", "unit", "quality")
    )
    if page.story is None:
        return
    words = FigureWords(lang, page.zone, page.names)
    for each in page.story.inputs:
        value = "" if each.value is None else str(each.value)
        yield each.key, words.name(each.name), value, each.unit, each.flag or "measured"
