"""The statement that a proof can carry: energy of metered points, times dated factors.

Other statements exist (bills, ratios); this is the family whose number a stranger can work out
again from the evidence. The rule behind ``energy_wh`` is in docs/formats/proof.md.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, Inexact, localcontext
from types import MappingProxyType
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import Fact
from taihang.core.periods import STEP_S, Period
from taihang.core.seal.block import NAME
from taihang.core.seal.canonical import DocumentError, Fields, JsonValue

STATEMENT_FORMAT: Final = "taihang-statement/v1"
RULE: Final = "register-energy/v1"
MAX_TERMS: Final = 10_000
MAX_FACTORS: Final = 64
MAX_INTERVALS: Final = 351_360
"""Ten years of quarters of an hour, so that nobody can make a verifier count for ever."""

_INSTANT_FORM: Final = "%Y-%m-%dT%H:%M:%SZ"
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FACTOR_VALUE: Final = re.compile(r"(?:0|[1-9]\d{0,17})(?:\.\d{1,18})?", re.ASCII)
_DIGITS: Final = 4_000
"""More than 64 factors of 36 digits can fill, so that nothing is ever rounded."""
_KEYS: Final = frozenset(
    (
        "format", "id", "kind", "subject", "park", "period", "title", "terms", "energy_wh",
        "intervals", "missing", "factors", "divisor", "value", "unit", "rule", "code_version",
        "version", "supersedes", "reason",
    )
)  # fmt: skip
_TERM_KEYS: Final = frozenset(("point", "sign", "scale", "modulus", "max_interval_wh"))
_FACT_KEYS: Final = frozenset(
    (
        "code", "value", "unit", "region", "valid_from", "valid_to", "data_year", "document",
        "clause", "source", "status", "set", "note", "key",
    )
)  # fmt: skip


class StatementNotProvableError(InputError):
    """The statement is of a family that no proof file can carry yet, or measures nothing."""

    code = "input.statement-not-provable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What statements of one kind say: their units hang together by the divisor."""

    factor_units: tuple[str, ...]
    """Units that the one factor may have; a kind without any takes no factor."""
    divisor: int
    """Brings Wh × factor to the unit."""
    unit: str


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "energy": Kind(factor_units=(), divisor=1_000, unit="kWh"),
        "standard-coal": Kind(factor_units=("kgce/kWh",), divisor=1_000_000, unit="tce"),
        "scope2-location": Kind(
            factor_units=("kgCO2/kWh", "tCO2/MWh"), divisor=1_000_000, unit="tCO2"
        ),
    }
)
"""Every kind that a proof can carry; without the table, a divisor could move the point at will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One point's part in a sum of energies."""

    point: str
    sign: int
    """1 adds the point's energy, −1 takes it away."""
    scale: int
    """What one count is worth [Wh]; the same in every block of the point."""
    modulus: int
    """Counts at which the register starts again from 0; 0 where it never does."""
    max_interval_wh: int
    """More than this in one interval is no energy but a fault [Wh]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyStatement:
    """One number with all it needs: value = energy_wh × factors ÷ divisor, exactly."""

    id: str
    kind: str
    subject: str
    park: str
    period: Period
    title_zh: str
    title_en: str
    terms: tuple[Term, ...]
    energy_wh: int
    """Sum of sign × energy over the measured intervals of all terms [Wh]."""
    missing: int
    """How many pairs of interval and term are not measured, and so not in the sum."""
    factors: tuple[Fact, ...]
    divisor: int
    """The power of ten that brings the product to the unit; both are those of the kind."""
    unit: str
    code_version: str
    version: int
    supersedes: str | None
    reason: str
    """Why this version stands."""

    @property
    def intervals(self) -> int:
        """How many settlement intervals the period has."""
        return self.period.n_steps

    @property
    def value(self) -> str:
        """The number itself, as a plain decimal [``unit``]."""
        factors = (fact.value for fact in self.factors)
        return exact_value(self.energy_wh, factors=factors, divisor=self.divisor)

    def document(self) -> dict[str, JsonValue]:
        """Return the statement as the document that is stored and proven."""
        return {
            "format": STATEMENT_FORMAT,
            "id": self.id,
            "kind": self.kind,
            "subject": self.subject,
            "park": self.park,
            "period": {
                "start": self.period.start.strftime(_INSTANT_FORM),
                "end": self.period.end.strftime(_INSTANT_FORM),
            },
            "title": {"zh": self.title_zh, "en": self.title_en},
            "terms": [
                {
                    "point": term.point,
                    "sign": term.sign,
                    "scale": term.scale,
                    "modulus": term.modulus,
                    "max_interval_wh": term.max_interval_wh,
                }
                for term in self.terms
            ],
            "energy_wh": self.energy_wh,
            "intervals": self.intervals,
            "missing": self.missing,
            "factors": [fact_document(fact) for fact in self.factors],
            "divisor": self.divisor,
            "value": self.value,
            "unit": self.unit,
            "rule": RULE,
            "code_version": self.code_version,
            "version": self.version,
            "supersedes": self.supersedes,
            "reason": self.reason,
        }


def exact_value(energy_wh: int, *, factors: Iterable[Decimal], divisor: int) -> str:
    """Multiply and divide without rounding, and write the result as a plain decimal.

    Args:
        energy_wh: The energy. [Wh]
        factors: What it is multiplied with.
        divisor: A power of ten.

    Returns:
        The decimal, without exponent and without trailing zeros.

    Example:
        >>> exact_value(1_234_500, factors=[Decimal("0.5703")], divisor=1_000_000)
        '0.70403535'
        >>> exact_value(12_000_000, factors=[], divisor=1_000)
        '12000'
    """
    with localcontext() as context:
        context.prec = _DIGITS
        context.traps[Inexact] = True
        value = Decimal(energy_wh)
        for factor in factors:
            value *= factor
        value /= divisor
        # The + 0 turns a negative zero, which a factor of zero can leave, into plain zero.
        return format(value.normalize() + 0, "f")


def fact_document(fact: Fact) -> dict[str, JsonValue]:
    """Return a fact as statements carry it."""
    return {
        "code": fact.code,
        "value": str(fact.value),
        "unit": fact.unit,
        "region": fact.region,
        "valid_from": fact.valid_from.isoformat(),
        "valid_to": None if fact.valid_to is None else fact.valid_to.isoformat(),
        "data_year": fact.data_year,
        "document": fact.document,
        "clause": fact.clause,
        "source": fact.source,
        "status": fact.status,
        "set": fact.set,
        "note": fact.note,
        "key": fact.key,
    }


def parse_statement(document: JsonValue) -> EnergyStatement:
    """Read a statement and check that its number follows from its energy and factors.

    Args:
        document: The statement as a document.

    Returns:
        The statement; its ``document()`` is equal to what was read.

    Raises:
        StatementNotProvableError: If it is not of the energy × factors family, or nothing of it
            is measured.
        DocumentError: If a field is absent, unknown, out of bounds or at odds with another.
    """
    rule = document.get("rule") if isinstance(document, dict) else None
    if rule != RULE:
        raise StatementNotProvableError(
            given=f"a statement with rule {rule!r}",
            expected=f"one with rule {RULE!r}: energy of metered points × factors",
            remedy="prove the energies it was made from, one by one",
        )
    fields = Fields(document, where="statement", keys=_KEYS)
    fields.constant("format", expected=STATEMENT_FORMAT)
    title = Fields(fields.raw("title"), where="statement.title", keys=frozenset(("zh", "en")))
    statement = EnergyStatement(
        id=fields.text("id", pattern=NAME),
        kind=fields.text("kind"),
        subject=fields.text("subject"),
        park=fields.text("park"),
        period=_period(fields.raw("period")),
        title_zh=title.text("zh"),
        title_en=title.text("en"),
        terms=_terms(fields),
        energy_wh=fields.integer("energy_wh"),
        missing=fields.integer("missing", low=0),
        factors=_factors(fields),
        divisor=fields.integer("divisor", low=1),
        unit=fields.text("unit"),
        code_version=fields.text("code_version"),
        version=fields.integer("version", low=1),
        supersedes=fields.optional_text("supersedes"),
        reason=fields.text("reason"),
    )
    _check_numbers(fields, statement)
    return statement


def _check_numbers(fields: Fields, statement: EnergyStatement) -> None:
    _check_units(fields, statement)
    fields.constant("intervals", expected=statement.intervals)
    fields.constant("value", expected=statement.value)
    fields.integer("intervals", low=1, high=MAX_INTERVALS)
    n_pairs = statement.intervals * len(statement.terms)
    if statement.missing > n_pairs:
        raise fields.error("missing", expected="no more than intervals × terms")
    if statement.missing == n_pairs:
        raise StatementNotProvableError(
            given=f"{statement.id}, with all {n_pairs} intervals missing: nothing measured",
            expected="at least one measured interval; a statement of nothing proves nothing",
            remedy="bring in the readings, settle and account again, then prove the new version",
        )


def _check_units(fields: Fields, statement: EnergyStatement) -> None:
    """Tie kind, factor, divisor and unit to each other."""
    kind = KINDS.get(statement.kind)
    if kind is None:
        raise fields.error("kind", expected=f"a known kind: {', '.join(KINDS)}")
    fields.constant("divisor", expected=kind.divisor)
    fields.constant("unit", expected=kind.unit)
    units = [fact.unit for fact in statement.factors]
    if len(units) != bool(kind.factor_units) or not set(units) <= set(kind.factor_units):
        expected = (
            f"one factor in {' or '.join(kind.factor_units)}" if kind.factor_units else "none"
        )
        raise fields.error("factors", expected=expected)


def _period(value: JsonValue) -> Period:
    fields = Fields(value, where="statement.period", keys=frozenset(("start", "end")))
    start, end = _instant(fields, "start"), _instant(fields, "end")
    if end <= start:
        raise fields.error("end", expected="an end after the start")
    return Period(start, end)


def _instant(fields: Fields, key: str) -> datetime:
    text = fields.text(key, pattern=_INSTANT)
    try:
        found = datetime.strptime(text, _INSTANT_FORM).replace(tzinfo=UTC)
    except ValueError as error:
        raise fields.error(key, expected="a time that exists") from error
    if int(found.timestamp()) % STEP_S:
        raise fields.error(key, expected="a full quarter of an hour")
    return found


def _terms(fields: Fields) -> tuple[Term, ...]:
    terms: list[Term] = []
    for number, item in enumerate(fields.items("terms", limit=MAX_TERMS)):
        term = Fields(item, where=f"statement.terms[{number}]", keys=_TERM_KEYS)
        sign = term.integer("sign", low=-1, high=1)
        if sign == 0:
            raise term.error("sign", expected="1 or -1")
        terms.append(
            Term(
                point=term.text("point", pattern=NAME),
                sign=sign,
                scale=term.integer("scale", low=1),
                modulus=term.integer("modulus", low=0),
                max_interval_wh=term.integer("max_interval_wh", low=0),
            )
        )
    if len({term.point for term in terms}) != len(terms) or not terms:
        raise DocumentError(
            where="statement.terms", given="no term, or a point twice", expected="each point once"
        )
    return tuple(terms)


def _factors(fields: Fields) -> tuple[Fact, ...]:
    return tuple(
        _fact(Fields(item, where=f"statement.factors[{number}]", keys=_FACT_KEYS))
        for number, item in enumerate(fields.items("factors", limit=MAX_FACTORS))
    )


def _fact(fields: Fields) -> Fact:
    fact = Fact(
        code=fields.text("code"),
        value=Decimal(fields.text("value", pattern=_FACTOR_VALUE)),
        unit=fields.text("unit"),
        region=fields.text("region"),
        valid_from=_day(fields, "valid_from"),
        valid_to=None if fields.raw("valid_to") is None else _day(fields, "valid_to"),
        data_year=None if fields.raw("data_year") is None else fields.integer("data_year"),
        document=fields.text("document"),
        clause=fields.text("clause"),
        source=fields.text("source"),
        status=fields.text("status"),
        set=fields.text("set"),
        note=fields.text("note"),
    )
    fields.constant("key", expected=fact.key)
    return fact


def _day(fields: Fields, key: str) -> date:
    try:
        return date.fromisoformat(fields.text(key, pattern=_DAY))
    except ValueError as error:
        raise fields.error(key, expected="a day that exists") from error
