"""The story of one figure: what it says, by which rule, from what, and how to check it.

A story is the same in every language: words are codes of the text catalogue with their values, or
the two texts that a statement itself carries. Its inputs are figures one level down, each with a
key that opens it, until a reading, a published factor, a form or a parameter of the park is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from taihang.core.facts import Fact
from taihang.core.figure.formula import Formula, evaluate
from taihang.core.seal.review import Signature, State

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Ground(StrEnum):
    """What a figure rests on."""

    FORMULA = "formula"
    """It follows from its inputs by the formula."""
    READING = "reading"
    """It was read from a meter, and the batch of the gateway is in the log."""
    COUNT = "count"
    """It counts intervals, meters or lines."""
    FACT = "fact"
    """It is a value of a published text, with its days of force."""
    ACTIVITY = "activity"
    """Somebody handed it in, in a form that is in the log."""
    PARAMETER = "parameter"
    """It stands in the park file, which is kept in every version."""
    ESTIMATE = "estimate"
    """A substitute stands where nothing was read; it is flagged for ever."""
    MATCHING = "matching"
    """The rule of matching gives it, over all plants and users of the interval at once."""
    SOLVED = "solved"
    """A programme chose or drew it: what can be checked is that it keeps its bounds."""
    STATED = "stated"
    """It stands in the statement as issued; its parts are not kept one by one."""
    REPLACED = "replaced"
    """It is of a version that a later settlement replaced: the rows behind it are others by now."""
    HIDDEN = "hidden"
    """What is behind it belongs to others."""


@dataclass(frozen=True, slots=True)
class Label:
    """Words of the catalogue: a code under ``figures`` and the values that it names."""

    code: str
    values: Mapping[str, str] = field(default_factory=lambda: _NONE)


@dataclass(frozen=True, slots=True)
class Named:
    """Words that a statement carries in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A number of a statement: which statement, which line of it, which field."""

    kind: str
    subject: str
    period: str
    path: tuple[str, ...]
    line: Named | None = None
    """What the statement calls the line, where it says so."""


Words = Label | Named | Placed


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureInput:
    """A figure one level down."""

    key: str
    name: Words
    value: Decimal | None
    """None where it is missing: then it is in no sum."""
    unit: str
    flag: str = ""
    """Quality, where it is not measured: ``estimated``, ``missing``, ``manual``, ``rejected``."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """How a figure follows from figures one level down."""

    formula: Formula | None = None
    """None where no arithmetic leads from them to the figure, as from a matching to its shares."""
    operands: tuple[FigureInput, ...] = ()
    """What the formula takes, in its order."""
    beside: tuple[FigureInput, ...] = ()
    """What it rests on besides: for looking, not for adding."""

    @property
    def result(self) -> Fraction | None:
        """What the formula gives; None where there is none or an operand is missing."""
        known = [each.value for each in self.operands if each.value is not None]
        if self.formula is None or len(known) < len(self.operands):
            return None
        return evaluate(self.formula, known)


UNDERIVED: Final = Derivation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much of a figure was measured, in intervals of meters."""

    n_intervals: int
    n_missing: int
    n_estimated: int
    estimated_wh: int | None = None
    """Energy that rests on estimates; None where it is not told apart [Wh]."""

    @property
    def n_measured(self) -> int:
        """Intervals that were read."""
        return self.n_intervals - self.n_missing - self.n_estimated


@dataclass(frozen=True, slots=True)
class RuleOf:
    """The rule behind a figure, and where it is written."""

    name: str
    """As statements carry it, for example ``register-energy/v1``."""
    document: str
    """The page of this project's documents that explains it."""
    basis: str = ""
    """The published text and clause, where one prescribes it."""


@dataclass(frozen=True, slots=True)
class VersionOf:
    """One version of a statement: what it said of this figure, and why."""

    statement: str
    value: Decimal | None
    reason: str
    issued_by: str
    """Version of the code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOf:
    """The statement in which a figure stands."""

    id: str
    kind: str
    subject: str
    period: str
    path: str
    sha256: str
    state: State
    signatures: tuple[Signature, ...]
    history: tuple[VersionOf, ...]
    """Every version, the first one first."""
    gaps: tuple[Words, ...]
    """What it says that it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOf:
    """One reading behind a figure, and the batch that brought it."""

    point: str
    quantity: str
    time_s: int
    count: int
    unit: str
    quality: str
    source: str
    """``gateway/counter`` of the batch."""
    leaf: int
    """Number of the batch in the log."""
    sent_at_s: int
    received_at_s: int
    counts: bool
    """Whether it is the reading that counts of its instant (§3)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rule of validation found at an interval."""

    rule: str
    found: int
    allowed: int
    unit: str


@dataclass(frozen=True, slots=True)
class ProofOf:
    """The file with which a stranger checks a figure."""

    claim: str
    """What the file proves; empty where nothing does yet."""
    why: Words
    """What it shows, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureStory:
    """Everything that stands behind one figure."""

    key: str
    name: Words
    value: Decimal | None
    unit: str
    ground: Ground
    term: str = ""
    """Id of its definition in the glossary; empty where it has none of its own."""
    derivation: Derivation = UNDERIVED
    coverage: Coverage | None = None
    rule: RuleOf | None = None
    factors: tuple[Fact, ...] = ()
    statement: StatementOf | None = None
    readings: tuple[ReadingOf, ...] = ()
    decisions: tuple[Decision, ...] = ()
    notes: tuple[Words, ...] = ()
    facts: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """What else is known of it, by code: who signed a form, the hash of a file."""
    code_version: str = ""
    proof: ProofOf | None = None

    @property
    def inputs(self) -> tuple[FigureInput, ...]:
        """Every figure one level down."""
        return (*self.derivation.operands, *self.derivation.beside)

    @property
    def adds_up(self) -> bool | None:
        """Whether the formula gives the figure, exactly; None where there is nothing to compare."""
        result = self.derivation.result
        if result is None or self.value is None:
            return None
        return result == Fraction(self.value)
