"""Which meter a column or an entry belongs to: by id, by the names of its asset, by likeness."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from taihang.core.metering.import_draft import LEFT_OUT, Confidence, Guess, KnownPoint

_DIRECTIONS: Final = (
    (re.compile(r"放电|discharg", re.IGNORECASE), ("discharge",)),
    (re.compile(r"充电(?!站|桩)|(?<!dis)charge", re.IGNORECASE), ("charge",)),
    (re.compile(r"反向|上网|送出|反送|export", re.IGNORECASE), ("export",)),
    (re.compile(r"弃电|弃风|弃光|curtail", re.IGNORECASE), ("curtailment",)),
    (re.compile(r"发电|generat|出力", re.IGNORECASE), ("generation",)),
    (re.compile(r"正向|下网|受电|import|用电|consum", re.IGNORECASE), ("import", "consumption")),
)
_MEDIA: Final = (
    ("reactive", re.compile(r"无功|k?varh|reactive", re.IGNORECASE)),
    (
        "medium",
        re.compile(
            r"气|汽|水|热|油|m³|m3|立方|\bGJ\b|\bMJ\b|吨|gas|water|heat|steam", re.IGNORECASE
        ),
    ),
)
"""What a heading may say that no meter of active energy counts."""
_USUAL: Final = ("consumption", "generation", "import", "charge")
"""What is meant where nothing says in which direction."""
_LIKE: Final = 0.8
_LEAST_NAME: Final = 2
_LEAST_LIKE: Final = 4
_COMPARED_MAX: Final = 2_000
"""Among more points than these likeness is not looked for: it would take too long (§10)."""
_SEPARATORS: Final = re.compile(r"[\s_\-./()（）\[\]【】:：,，]+")


@dataclass(frozen=True, slots=True)
class PointGuess:
    """The point that a heading seems to mean."""

    point: KnownPoint | None
    why: Guess

    @property
    def id(self) -> str:
        """Its id; empty where none is meant."""
        return LEFT_OUT if self.point is None else self.point.id


def guess_point(heading: str, points: Sequence[KnownPoint]) -> PointGuess:
    """Find the point that a heading means.

    Args:
        heading: Name of a column with what stands above it, an entry, or the name of a file.
        points: Every point of the park.

    Returns:
        The point, or none; and why.
    """
    plain = _plain(heading)
    exact = [point for point in points if _plain(point.id) == plain]
    if exact:
        return _found(exact[0], Confidence.SURE, "point.id", exact[0].id)
    named = [(len(name), name, point) for name, point in _named(points) if _holds(plain, name)]
    if named:
        longest = max(length for length, _, _ in named)
        meant = [point for length, _, point in named if length == longest]
        name = next(name for length, name, _ in named if length == longest)
        return _one_of(meant, heading, name)
    return _alike(plain, heading, points)


def without_doubles(guesses: Sequence[PointGuess]) -> list[PointGuess]:
    """Leave every point to one column alone; of equals the surest, then the first, keeps it."""
    order = {Confidence.SURE: 0, Confidence.LIKELY: 1, Confidence.UNSURE: 2}
    taken: dict[str, int] = {}
    for at, guess in enumerate(guesses):
        other = taken.get(guess.id)
        if guess.point is not None and (
            other is None or order[guess.why.confidence] < order[guesses[other].why.confidence]
        ):
            taken[guess.id] = at
    doubled = Guess(confidence=Confidence.UNSURE, reason="point.taken")
    return [
        guess if guess.point is None or taken[guess.id] == at else PointGuess(None, doubled)
        for at, guess in enumerate(guesses)
    ]


def _plain(text: str) -> str:
    return _SEPARATORS.sub(" ", text).strip().lower()


def _named(points: Sequence[KnownPoint]) -> Iterator[tuple[str, KnownPoint]]:
    for point in points:
        for name in (point.id, *point.names):
            plain = _plain(name)
            if len(plain) >= _LEAST_NAME:
                yield plain, point


def _holds(heading: str, name: str) -> bool:
    """Say whether a heading holds a name as a word of its own."""
    at = heading.find(name)
    if at < 0:
        return False
    before, after = heading[:at][-1:], heading[at + len(name) :][:1]
    is_cut = (name[0].isascii() and before.isascii() and before.isalnum()) or (
        name[-1].isascii() and after.isascii() and after.isalnum()
    )
    # 1号 is no part of 11号.
    return not is_cut and not (before.isdigit() and name[0].isdigit())


def _one_of(meant: Sequence[KnownPoint], heading: str, name: str) -> PointGuess:
    """Choose between the meters of one asset by the medium and direction that the heading names."""
    meant = _of_medium(meant, heading)
    for words, directions in _DIRECTIONS:
        if words.search(heading):
            fits = [point for point in meant if point.measures in directions]
            if len(fits) == 1:
                return _found(fits[0], Confidence.SURE, "point.direction", name)
    if len(meant) == 1:
        return _found(meant[0], Confidence.SURE, "point.name", name)
    usual = [point for point in meant if point.measures in _USUAL]
    return _found((usual or [*meant])[0], Confidence.UNSURE, "point.several", name)


def _of_medium(meant: Sequence[KnownPoint], heading: str) -> Sequence[KnownPoint]:
    """Leave the meters of what a heading counts; where it says nothing, that is electricity."""
    kinds = [kind for kind, words in _MEDIA if words.search(heading)] or ["meter"]
    return [point for point in meant if point.kind == kinds[0]] or meant


def _alike(plain: str, heading: str, points: Sequence[KnownPoint]) -> PointGuess:
    none = PointGuess(None, Guess(confidence=Confidence.UNSURE, reason="point.none"))
    if len(plain) < _LEAST_LIKE or plain.isdigit() or len(points) > _COMPARED_MAX:
        return none
    scored = [
        (SequenceMatcher(None, plain, name).ratio(), name, point) for name, point in _named(points)
    ]
    best = max((score for score, _, _ in scored), default=0.0)
    if best < _LIKE:
        return none
    name = next(name for score, name, _ in scored if score == best)
    meant = [point for score, _, point in scored if score == best]
    found = _one_of(meant, heading, name)
    said = {"name": name, "point": found.id}
    return PointGuess(
        found.point, Guess(confidence=Confidence.UNSURE, reason="point.alike", said=said)
    )


def _found(point: KnownPoint, confidence: Confidence, reason: str, name: str) -> PointGuess:
    said = {"name": name, "point": point.id}
    return PointGuess(point, Guess(confidence=confidence, reason=reason, said=said))
