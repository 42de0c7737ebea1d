"""Sums over several enterprises that one of them may see, and give no other away.

A sum is shown if it has at least five members, none of which makes up more than six tenths of it.
Whoever sees it knows its own part already, so the rest of the sum must not be one member's either;
and of several sums over overlapping members no combination of them may leave the figure of one
member, and what is left of a sum without sums inside of it must be a sum that may be shown itself.

What this cannot keep back: sums of the same members at different times (a member that joins or is
restated moves the sum by its own part), and what members tell each other. So sums are given for
whole months, of the present versions, and not for intervals.

Source: rule on aggregates of the design of roles (at least 5 members, none above 60 %).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

MEMBERS_MIN: Final = 5
SHARE_MAX: Final = Fraction(3, 5)
_Part = int | Fraction


class Withheld(StrEnum):
    """Why a sum is not shown."""

    TOO_FEW = "too-few"
    """It has fewer than five members."""
    DOMINATED = "dominated"
    """One member makes up more than six tenths of it, or of what others than the viewer give."""
    OVERLAPS = "overlaps"
    """Together with sums that are shown it would give a few members away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """A sum over members, or why it is not shown."""

    value: Fraction | None
    """None where it is withheld."""
    n_members: int
    """Members with a figure above zero: a zero hides nobody."""
    withheld: Withheld | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSum:
    """The sum of a measure over a group of members."""

    measure: str
    unit: str
    group: str
    found: Aggregate
    n_in_group: int
    """Members of the group, with or without a figure."""


def aggregate(parts: Mapping[str, _Part], *, viewers: Collection[str] = ()) -> Aggregate:
    """Return the sum over members as one who knows some of the parts may see it.

    Args:
        parts: What each member gives, in any one unit; below zero counts by its size.
        viewers: Members whose parts the viewer knows.

    Returns:
        The sum, or why it is withheld.

    Example:
        >>> six = {f"E{i}": 10 for i in range(6)}
        >>> aggregate(six, viewers=["E0"]).value
        Fraction(60, 1)
        >>> aggregate({**six, "E5": 900}).withheld, aggregate({"E1": 1, "E2": 1}).withheld
        (<Withheld.DOMINATED: 'dominated'>, <Withheld.TOO_FEW: 'too-few'>)
    """
    (found,) = aggregates({"": parts.keys()}, parts, viewers=viewers).values()
    return found


def aggregates(
    groups: Mapping[str, Collection[str]],
    parts: Mapping[str, _Part],
    *,
    viewers: Collection[str] = (),
) -> dict[str, Aggregate]:
    """Return the sums over groups of members that may be shown side by side.

    Args:
        groups: Members by the name of their group, the most wanted group first; a member may be in
            several.
        parts: What each member gives; a member without a part is in no sum.
        viewers: Members whose parts the viewer knows.

    Returns:
        Of each group its sum, or why it is withheld; a later group that would give somebody away
        together with earlier ones is withheld.

    Example:
        >>> parts = {f"E{i}": 10 for i in range(9)}
        >>> found = aggregates({"park": parts, "but one": list(parts)[1:]}, parts)
        >>> found["park"].withheld, found["but one"].withheld
        (None, <Withheld.OVERLAPS: 'overlaps'>)
    """
    known = frozenset(viewers)
    shown: list[frozenset[str]] = []
    found: dict[str, Aggregate] = {}
    for name, members in groups.items():
        inside = frozenset(member for member in members if parts.get(member))
        why = _why_not(inside, parts, known)
        if why is None and not _hides_beside(inside, shown, parts, known):
            why = Withheld.OVERLAPS
        if why is None:
            shown.append(inside)
        value = None if why else sum((Fraction(parts[each]) for each in inside), Fraction(0))
        found[name] = Aggregate(value=value, n_members=len(inside), withheld=why)
    return found


def _why_not(
    inside: frozenset[str], parts: Mapping[str, _Part], known: frozenset[str]
) -> Withheld | None:
    if len(inside) < MEMBERS_MIN:
        return Withheld.TOO_FEW
    rest = inside - known
    if len(rest) < MEMBERS_MIN - min(len(known), 1):
        return Withheld.TOO_FEW
    return Withheld.DOMINATED if _dominated(inside, parts) or _dominated(rest, parts) else None


def _dominated(members: frozenset[str], parts: Mapping[str, _Part]) -> bool:
    sizes = [abs(Fraction(parts[member])) for member in members]
    return max(sizes) > SHARE_MAX * sum(sizes, Fraction(0))


def _hides_beside(
    new: frozenset[str],
    shown: Sequence[frozenset[str]],
    parts: Mapping[str, _Part],
    known: frozenset[str],
) -> bool:
    """Say whether a sum gives nobody away beside those that are shown."""
    if new in shown:
        return True
    every = [*shown, new]
    rests = [
        group - frozenset[str]().union(*chosen)
        for group in every
        for chosen in _insides(group, every)
    ]
    if any(rest and _why_not(rest, parts, known) for rest in rests):
        return False
    return not _solved([group - known for group in every])


def _insides(
    group: frozenset[str], every: Sequence[frozenset[str]]
) -> Iterator[tuple[frozenset[str], ...]]:
    """Yield groups inside of one that can be taken from it: each alone, and many together."""
    inside = sorted((each for each in every if each < group), key=len, reverse=True)
    yield from ((each,) for each in inside)
    apart: list[frozenset[str]] = []
    for each in inside:
        if all(each.isdisjoint(other) for other in apart):
            apart.append(each)
    yield tuple(apart)


def _solved(groups: Sequence[frozenset[str]]) -> bool:
    """Say whether sums over groups determine any one member: its row is a combination of theirs."""
    members = sorted(frozenset[str]().union(*groups))
    rows = _reduced([[Fraction(member in group) for member in members] for group in groups])
    return any(sum(1 for value in row if value) == 1 for row in rows)


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """Return the reduced row echelon form without rows of zeros.

    A unit vector lies in the row space exactly where it is a row of this form.
    """
    done: list[list[Fraction]] = []
    width = len(rows[0]) if rows else 0
    for at in range(width):
        pivot = next((row for row in rows if row[at]), None)
        if pivot is None:
            continue
        rows = [row for row in rows if row is not pivot]
        pivot = [value / pivot[at] for value in pivot]
        rows = [_less(row, pivot, row[at]) for row in rows]
        done = [*(_less(row, pivot, row[at]) for row in done), pivot]
    return done


def _less(row: list[Fraction], pivot: list[Fraction], times: Fraction) -> list[Fraction]:
    return [value - times * other for value, other in zip(row, pivot, strict=True)]
