"""A number of a statement, and the words with which rules say how it follows from others.

A rule book maps paths to explanations: ``"lines/*/amount_cny": product("lines/{0}/quantity",
"lines/{0}/price", digits=2)``. ``*`` stands for any name, ``{0}`` for what the first star found.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from taihang.core.figure.derive import added, divided, multiplied, same, signed
from taihang.core.figure.formula import Given, Largest
from taihang.core.figure.key import key_of
from taihang.core.figure.number import Document, Path, at, matching, number_of, unit_of
from taihang.core.figure.story import (
    UNDERIVED,
    Derivation,
    FigureInput,
    Ground,
    Label,
    Named,
    Placed,
    ProofOf,
    Words,
)
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.figure_source import activity_input
from taihang.services.figure_span import Span, span_of
from taihang.services.ports import Ports

STATEMENT: Final = "statement"
DRAFT: Final = "draft"
"""First word of the key of a number of an account that is not on record."""
_REST: Final = "**"
"""At the end of a pattern: whatever lies below."""
Body: TypeAlias = Mapping[str, Document]
Stars: TypeAlias = tuple[str, ...]
_BY_LINE: Final[Mapping[str, str]] = {
    "price": "price_unit",
    **dict.fromkeys(("quantity", "amount", "limit", "used", "value", "target", "planned"), "unit"),
}
"""Fields whose unit stands beside them, and where."""
_OF_TABLE: Final = frozenset(
    ("rows", "sectors", "members", "between", "reached", "park", "difference")
)
"""Parts of a table of sums, all of which is in one unit."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One version of a statement, opened."""

    issued: IssuedStatement
    body: dict[str, JsonValue]
    ports: Ports

    @classmethod
    def of(cls, issued: IssuedStatement, *, ports: Ports) -> "Stated":
        """Open a statement."""
        body = load_canonical(issued.document.encode())
        return cls(issued, body if isinstance(body, dict) else {}, ports)

    @property
    def span(self) -> Span:
        """Its month, year or day."""
        return span_of(self.issued.period, self.ports.park.zone)

    def number(self, path: Path) -> Decimal | None:
        """Return the number at a path; None where there is none."""
        return number_of(at(self.body, path))

    @property
    def is_on_record(self) -> bool:
        """Whether it was issued."""
        return self.issued.version > 0

    def key(self, path: Path) -> str:
        """Return the key of the number at a path."""
        if self.is_on_record:
            return key_of(STATEMENT, self.issued.id, *path)
        return key_of(DRAFT, self.issued.series, *path)

    def behind(self, *kinds: str, subject: str = "") -> Iterator["Stated"]:
        """Yield the statements of some kinds that this one was made from; all, or of a subject."""
        inputs = self.body.get("inputs")
        named = inputs.get("statements") if isinstance(inputs, dict) else None
        names = [str(each) for each in named] if isinstance(named, list) else []
        starts = tuple(f"{kind}.{subject}." if subject else f"{kind}." for kind in kinds)
        chosen = [each for each in names if each.startswith(starts)]
        for issued in self.ports.registry.statements(chosen):
            yield Stated.of(issued, ports=self.ports)

    def said_lines(self) -> list[ActivityLine]:
        """Return the lines of activity data that this statement was made from."""
        inputs = self.body.get("inputs")
        named = inputs.get("activities") if isinstance(inputs, dict) else None
        names = {str(each) for each in named} if isinstance(named, list) else set[str]()
        lines = self.ports.registry.activity_lines() if names else []
        return [line for line in lines if line.id in names]

    def activities(self) -> list[FigureInput]:
        """Return the same lines as inputs."""
        return [activity_input(line) for line in self.said_lines()]


@dataclass(frozen=True, slots=True)
class Explained:
    """How a number of a statement comes about."""

    derivation: Derivation = UNDERIVED
    ground: Ground = Ground.FORMULA
    notes: tuple[Words, ...] = ()
    proof: ProofOf | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a number of a statement stands, and what the stars of its rule found there."""

    of: Stated
    path: Path
    stars: Stars = ()

    @property
    def value(self) -> Decimal | None:
        """The number; None where it is missing."""
        return self.of.number(self.path)

    def at(self, pattern: str) -> Document:
        """Return what lies at a path of the same statement."""
        return at(self.of.body, path_of(pattern, self.stars))

    def input(self, pattern: str) -> FigureInput:
        """Return a number of the same statement."""
        return stated_input(self.of, path_of(pattern, self.stars))

    def inputs(self, pattern: str) -> list[FigureInput]:
        """Return every number at a pattern of the same statement."""
        found = matching(self.of.body, path_of(pattern, self.stars))
        return [stated_input(self.of, path) for path, _ in found]


Explain: TypeAlias = Callable[[Place], Explained]
RuleBook: TypeAlias = Mapping[str, Explain]


def stated_input(of: Stated, path: Path) -> FigureInput:
    """Return a number of a statement as an input of a figure above it."""
    value = of.number(path)
    return FigureInput(
        key=of.key(path),
        name=placed(of, path),
        value=value,
        unit=unit_at(of.body, path),
        flag="missing" if value is None else "",
    )


def placed(of: Stated, path: Path) -> Placed:
    """Return what a number is called: its statement, its line, its field."""
    issued = of.issued
    return Placed(
        kind=issued.kind,
        subject=issued.subject,
        period=issued.period,
        path=path,
        line=_line_title(of.body, path),
    )


def _line_title(body: Body, path: Path) -> Named | None:
    """Return what the statement calls the element that a number stands in."""
    for n in range(len(path) - 1, 0, -1):
        element = at(body, path[:n])
        if isinstance(element, Mapping):
            titled = element.get("title", element)
            zh = titled.get("zh") if isinstance(titled, Mapping) else None
            en = titled.get("en") if isinstance(titled, Mapping) else None
            if isinstance(zh, str) and isinstance(en, str):
                return Named(zh, en)
    return None


def unit_at(body: Body, path: Path) -> str:
    """Return the unit of a number: beside it, in its name, or that of the whole statement.

    Example:
        >>> unit_at({"lines": [{"code": "a", "price": "1", "price_unit": "CNY/kWh"}]},
        ...     ("lines", "a", "price"))
        'CNY/kWh'
        >>> unit_at({"load_wh": 5}, ("load_wh",))
        'Wh'
    """
    if path == ("value",) or (path[0] in _OF_TABLE and "sectors" in body):
        return str(body.get("unit", ""))
    for n in range(len(path) - 1, -1, -1):
        element = at(body, path[:n])
        beside = _BY_LINE.get(path[-1])
        if beside is not None and isinstance(element, Mapping) and beside in element:
            return str(element[beside])
        unit = unit_of(path[n])
        if unit:
            return unit
    return ""


# -- looking up ----------------------------------------------------------------------------------


def explanation(book: RuleBook, of: Stated, path: Path) -> Explained | None:
    """Return how a number comes about by the first rule whose pattern fits its path.

    Args:
        book: The rules of a kind.
        of: The statement.
        path: Where the number stands.

    Returns:
        None where no rule speaks of it.
    """
    for pattern, explain in book.items():
        stars = fits(pattern, path)
        if stars is not None:
            return explain(Place(of, path, stars))
    return None


def fits(pattern: str, path: Path) -> Stars | None:
    """Return what the stars of a pattern stand for; None where it does not fit a path.

    Example:
        >>> fits("lines/*/amount_cny", ("lines", "green.GS1", "amount_cny"))
        ('green.GS1',)
        >>> fits("sheet/**", ("sheet", "energy", "tce")), fits("sheet/**", ("value",))
        ((), None)
    """
    names = pattern.split("/")
    if names[-1] == _REST:
        n = len(names) - 1
        return fits("/".join(names[:-1]), path[:n]) if len(path) > n > 0 else None
    if len(names) != len(path):
        return None
    found = [word for name, word in zip(names, path, strict=True) if name == "*"]
    same_names = all(name in {"*", word} for name, word in zip(names, path, strict=True))
    return tuple(found) if same_names else None


def path_of(pattern: str, stars: Stars) -> Path:
    """Return a path with what the stars found in its places.

    Example:
        >>> path_of("lines/{0}/price", ("a/b",))
        ('lines', 'a/b', 'price')
    """
    return tuple(
        stars[int(name[1:-1])] if name[:1] == "{" and name[-1:] == "}" else name
        for name in pattern.split("/")
    )


# -- the words of rule books ---------------------------------------------------------------------


def total(*paths: str) -> Explain:
    """Say that a number is the sum of others; one with a minus before it is taken away."""

    def explain(place: Place) -> Explained:
        parts = [
            (-1 if path[0] == "-" else 1, place.input(path.removeprefix("-"))) for path in paths
        ]
        return Explained(signed(parts))

    return explain


def each(*patterns: str, where: Callable[[Body], bool] | None = None) -> Explain:
    """Say that a number is the sum of everything at some patterns.

    Args:
        *patterns: Where the parts stand.
        where: Which elements count, by the element that a part stands in; None for all.
    """

    def explain(place: Place) -> Explained:
        of = place.of
        paths = [
            path
            for pattern in patterns
            for path, _ in matching(of.body, path_of(pattern, place.stars))
            if where is None or _holds(where, at(of.body, path[:-1]))
        ]
        return Explained(added(stated_input(of, path) for path in paths))

    return explain


def _holds(where: Callable[[Body], bool], element: Document) -> bool:
    return isinstance(element, Mapping) and where(element)


def product(*paths: str, over: int = 1, digits: int | None = None) -> Explain:
    """Say that a number is the product of others, over a constant, rounded where a rule says so."""

    def explain(place: Place) -> Explained:
        inputs = [place.input(path) for path in paths]
        return Explained(multiplied(*inputs, over=over, digits=digits))

    return explain


def share(over: str, under: str, *, digits: int | None = None) -> Explain:
    """Say that a number is one over another."""

    def explain(place: Place) -> Explained:
        return Explained(divided(place.input(over), place.input(under), digits=digits))

    return explain


def equal(path: str) -> Explain:
    """Say that a number is another number of the statement."""

    def explain(place: Place) -> Explained:
        return Explained(same(place.input(path)))

    return explain


def largest(pattern: str) -> Explain:
    """Say that a number is the largest of several."""

    def explain(place: Place) -> Explained:
        inputs = [one for one in place.inputs(pattern) if one.value is not None]
        parts = tuple(Given(n) for n in range(len(inputs)))
        return Explained(Derivation(Largest(parts) if parts else None, tuple(inputs)))

    return explain


def summed(path: str, *kinds: str) -> Explain:
    """Say that a number is the sum of one number of each statement of some kinds behind it."""

    def explain(place: Place) -> Explained:
        return Explained(
            added(stated_input(one, path_of(path, place.stars)) for one in place.of.behind(*kinds))
        )

    return explain


def rests_on(ground: Ground, note: str, *patterns: str) -> Explain:
    """Say what a number rests on where no arithmetic on the page leads to it.

    Args:
        ground: What it rests on.
        note: Why, as a code of the catalogue.
        *patterns: Numbers of the statement that stand beside it.
    """

    def explain(place: Place) -> Explained:
        shown = [one for pattern in patterns for one in place.inputs(pattern)]
        more = place.of.activities() if ground is Ground.ACTIVITY else []
        return Explained(Derivation(None, (), (*shown, *more)), ground, (Label(note),))

    return explain


def always(found: Explained) -> Explain:
    """Say what was worked out already."""

    def explain(_: Place) -> Explained:
        return found

    return explain


def first_that_adds_up(*ways: Explain) -> Explain:
    """Say that one of several ways led to a number: the one that gives it exactly.

    Every way is a branch of the rule; which of them was taken the statement does not name.
    """

    def explain(place: Place) -> Explained:
        found = [way(place) for way in ways]
        value = place.value
        right = (
            one for one in found if value is not None and one.derivation.result == Fraction(value)
        )
        return next(right, found[-1])

    return explain


def joined(*books: RuleBook) -> RuleBook:
    """Return several rule books as one; of two rules for one pattern the first counts."""
    found: dict[str, Explain] = {}
    for book in books:
        for pattern, explain in book.items():
            found.setdefault(pattern, explain)
    return found
