"""A number of a statement as a figure: its rule, its inputs, its versions, who signed for it.

``statement/scope2-location.E17.2026-09/value`` is of the latest version; with ``.v1`` behind the id
of that one.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.facts import Fact
from taihang.core.figure.key import NoSuchFigureError, key_of
from taihang.core.figure.number import Document, Path, at, number_of, numbers
from taihang.core.figure.story import (
    UNDERIVED,
    Coverage,
    FigureStory,
    Ground,
    Label,
    ProofOf,
    StatementOf,
    VersionOf,
    Words,
)
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.figure_kinds import book_of
from taihang.services.figure_rule import rule_named
from taihang.services.figure_standing import gaps_of
from taihang.services.figure_stated import (
    STATEMENT,
    Explained,
    Stated,
    explanation,
    placed,
    unit_at,
)
from taihang.services.ports import Ports
from taihang.services.review import Reviews, text_hash
from taihang.services.sight_rules import PartOfParkError


def open_statement(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open a number of a statement.

    Args:
        parts: Id of the statement or of its series, and the path of the number.
        ports: The outside world.

    Returns:
        Its story.

    Raises:
        UnknownStatementError: If there is no such statement.
        NoSuchFigureError: If it says no number there.
    """
    name, *rest = parts
    path = tuple(rest)
    issued = ports.registry.statement(name)
    return story_of(Stated.of(issued, ports=ports), path)


def story_of(
    of: Stated, path: Path, *, notes: tuple[Words, ...] = (), proof: ProofOf | None = None
) -> FigureStory:
    """Return the story of a number of a statement, or of an account that is not on record.

    Args:
        of: The statement, opened.
        path: Where the number stands.
        notes: What has to be said of the whole statement.
        proof: The file that proves whatever it says; None where the rule of the number knows.

    Raises:
        NoSuchFigureError: If it says no number there.
    """
    found = at(of.body, path)
    if not path or (found is not None and number_of(found) is None) or not _is_field(of, path):
        raise NoSuchFigureError(of.key(path), expected="the path of a number of the statement")
    latest = of.ports.registry.statement(of.issued.series) if of.is_on_record else of.issued
    explained = _explained(of, path, is_latest=latest.id == of.issued.id)
    return FigureStory(
        key=of.key(path),
        name=placed(of, path),
        value=of.number(path),
        unit=unit_at(of.body, path),
        ground=explained.ground,
        term=term_of(of.issued.kind, path),
        derivation=explained.derivation,
        coverage=_coverage(of.body),
        rule=rule_named(str(of.body.get("rule", ""))),
        factors=tuple(_factors(of, path)),
        statement=_statement(of, path, latest) if of.is_on_record else None,
        notes=(*notes, *explained.notes),
        code_version=str(of.body.get("code_version", "")),
        proof=proof or explained.proof or ProofOf("", Label("proof_not_yet")),
    )


def statement_figures(issued: IssuedStatement) -> Iterator[str]:
    """Yield the key of every number that a statement says.

    Args:
        issued: One version of it.
    """
    for path, _ in numbers(load_canonical(issued.document.encode())):
        yield key_of(STATEMENT, issued.id, *path)


def _is_field(of: Stated, path: Path) -> bool:
    """Say whether a path names a field of the statement, with a number or with nothing yet."""
    parent = at(of.body, path[:-1])
    if isinstance(parent, dict):
        return path[-1] in parent
    return at(of.body, path) is not None


def _explained(of: Stated, path: Path, *, is_latest: bool) -> Explained:
    book = book_of(of.issued.kind)
    try:
        found = None if book is None else explanation(book, of, path)
    except PartOfParkError:
        return Explained(ground=Ground.HIDDEN, notes=(Label("of_others"),))
    if found is None:
        return Explained(ground=Ground.STATED, notes=(Label("stated_only"),))
    value, result = of.number(path), found.derivation.result
    if is_latest or result is None or value is None or result == Fraction(value):
        return found
    # The rows of its settlement were replaced; what stands there now explains the next version.
    return Explained(UNDERIVED, Ground.REPLACED, (Label("replaced"),), found.proof)


_TERMS: Final[Mapping[str, str]] = {
    "energy": "load",
    "standard-coal": "standard-coal",
    "scope2-location": "location-based",
    "scope2-market": "market-based",
    "scope2-physical": "market-based",
    "ratios-650": "green-power-direct-connection",
    "ratios": "green-power-direct-connection",
    "bill": "bill",
    "gateway-bill": "bill",
    "bill-closure": "margin-of-the-operator",
    "bill-correction": "restatement",
    "payments": "bill",
    "revenue": "revenue-of-a-plant",
    "tariff-options": "two-part-tariff",
    "asset-result": "result-of-an-asset",
    "inventory": "inventory",
    "park-inventory": "inventory",
    "energy-account": "standard-coal",
    "energy-sums": "sum-table",
    "carbon-sums": "sum-table",
    "cfe": "hourly-score",
    "quota": "limit",
    "zero-carbon": "indicator-of-a-zero-carbon-park",
    "peak-pathway": "plan-to-reach-the-peak",
    "admission": "admission",
    "day-plan": "plan",
    "regret": "regret-ledger",
}
"""Term of the glossary of the value of each kind."""
_OF_FIELD: Final[Mapping[str, str]] = {
    "load_wh": "load",
    "energy_wh": "load",
    "imported_wh": "import",
    "exported_wh": "export",
    "available_wh": "available-generation",
    "curtailed_wh": "curtailment",
    "self_used_wh": "self-use",
    "generated_wh": "generation",
    "fed_in_wh": "fed-in",
    "losses_wh": "losses",
    "estimated_wh": "estimated",
    "estimated": "estimated",
    "missing": "missing",
    "usable": "coverage",
}
"""Term of the glossary of fields that mean the same in every statement."""


def term_of(kind: str, path: Path = ("value",)) -> str:
    """Return the term of the glossary that explains a number of a statement.

    Args:
        kind: The kind of the statement.
        path: Where the number stands.

    Example:
        >>> term_of("no-such-kind")
        'statement'
    """
    if path[-1] in _OF_FIELD:
        return _OF_FIELD[path[-1]]
    return _TERMS.get(kind, "statement") if path == ("value",) else ""


# -- what the statement says beside the number ---------------------------------------------------


def _coverage(body: Mapping[str, Document]) -> Coverage | None:
    """Return what a statement says of its intervals; None where it does not count any."""
    intervals = number_of(body.get("intervals"))
    if intervals is None:
        return None
    usable = number_of(body.get("usable"))
    missing = number_of(body.get("missing")) if usable is None else intervals - usable
    if missing is None:
        return None
    terms = body.get("terms")
    n_meters = len(terms) if isinstance(terms, list) else 1
    estimated, estimated_wh = (
        _or_none(number_of(body.get(name))) for name in ("estimated", "estimated_wh")
    )
    return Coverage(
        n_intervals=int(intervals) * n_meters,
        n_missing=int(missing),
        n_estimated=estimated if estimated is not None else 0,
        estimated_wh=estimated_wh,
    )


def _or_none(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _factors(of: Stated, path: Path) -> Iterator[Fact]:
    """Yield the factors of a number: those that its line names, or all of the whole statement."""
    carried = of.body.get("factors")
    facts = [
        _fact(each)
        for each in (carried if isinstance(carried, list) else [])
        if isinstance(each, dict)
    ]
    named = _named_facts(of, path)
    if named is None:
        yield from facts
        return
    known = {fact.key: fact for fact in (*of.ports.facts.all(), *facts)}
    yield from (known[key] for key in named if key in known)


def _named_facts(of: Stated, path: Path) -> list[str] | None:
    """Return the keys that the line of a number names; None where all of the statement count."""
    for n in range(len(path) - 1, 0, -1):
        element = at(of.body, path[:n])
        facts = element.get("facts") if isinstance(element, dict) else None
        if isinstance(facts, list):
            return [str(key) for key in facts]
    return None if path in {("value",), ("assessed_t",)} else []


def _fact(said: Mapping[str, Document]) -> Fact:
    ends, year = said.get("valid_to"), said.get("data_year")
    return Fact(
        code=str(said["code"]),
        value=Decimal(str(said["value"])),
        unit=str(said["unit"]),
        region=str(said["region"]),
        valid_from=date.fromisoformat(str(said["valid_from"])),
        valid_to=None if ends is None else date.fromisoformat(str(ends)),
        data_year=year if isinstance(year, int) else None,
        document=str(said["document"]),
        clause=str(said["clause"]),
        source=str(said["source"]),
        status=str(said["status"]),
        set=str(said["set"]),
        note=str(said.get("note", "")),
    )


def _statement(of: Stated, path: Path, latest: IssuedStatement) -> StatementOf:
    issued = of.issued
    standing = Reviews(of.ports).standing(issued)
    return StatementOf(
        id=issued.id,
        kind=issued.kind,
        subject=issued.subject,
        period=issued.period,
        path="/".join(path),
        sha256=text_hash(issued),
        state=standing.state,
        signatures=standing.signatures,
        history=tuple(_history(latest, path, of.ports)),
        gaps=tuple(gaps_of(of.body)),
    )


def _history(latest: IssuedStatement, path: Path, ports: Ports) -> Iterator[VersionOf]:
    for number in range(1, latest.version + 1):
        name = f"{latest.series}.v{number}"
        each = latest if number == latest.version else ports.registry.statement(name)
        one = Stated.of(each, ports=ports)
        yield VersionOf(
            statement=each.id,
            value=one.number(path),
            reason=str(one.body.get("reason", "")),
            issued_by=str(one.body.get("code_version", "")),
        )
