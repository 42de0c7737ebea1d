"""Whether the limit book of a park holds together."""

from collections.abc import Iterator, Mapping

from taihang.core.park.limits import AdmissionRules, ClosedUnit, Limit, LimitMeasure
from taihang.core.park.problem import KeyPath, ParkProblem, Severity


def check_limits(
    rules: AdmissionRules | None,
    limits: Mapping[str, Limit],
    closed_units: Mapping[str, ClosedUnit],
) -> Iterator[ParkProblem]:
    """Yield what is wrong with rules, limits and closed units.

    Args:
        rules: The rules of admission, where the park has any.
        limits: The limit book.
        closed_units: What was closed.
    """
    if (rules is None) != (not limits):
        lacking, there = ("admission", "limits") if rules is None else ("limits", "admission")
        yield _problem(
            (lacking,),
            f"[{there}] without [{lacking}]",
            "both or neither: a project is judged by rules and limits",
            f"write [{lacking}]",
        )
    if rules is not None and rules.replacement_ratio < 1:
        yield _problem(
            ("admission", "replacement_ratio"),
            str(rules.replacement_ratio),
            "1 or more: less would let the total grow",
            "write 1",
        )
    yield from _check_book(limits)
    for unit in closed_units.values():
        for name in unit.frees:
            if name not in limits:
                yield _problem(
                    ("closed_units", unit.id, "frees", name),
                    name,
                    f"one of {', '.join(limits) or 'no limit at all'}",
                    "write the id of a limit",
                )


def _check_book(limits: Mapping[str, Limit]) -> Iterator[ParkProblem]:
    for measure in (LimitMeasure.ENERGY, LimitMeasure.CARBON):
        named = [limit for limit in limits.values() if limit.measure is measure]
        for limit in named[1:]:
            yield _problem(
                ("limits", limit.id, "measure"),
                f"a second limit of {measure.value}",
                f"one: {named[0].id} has it",
                "write stated, or remove one",
            )
    for limit in limits.values():
        if limit.committed > limit.limit:
            yield ParkProblem(
                path=("limits", limit.id, "committed"),
                given=f"{limit.committed}, above the limit of {limit.limit} {limit.unit}",
                expected="no more than the limit",
                remedy="correct it; as it stands every project is refused",
                severity=Severity.WARNING,
            )


def _problem(path: KeyPath, given: str, expected: str, remedy: str) -> ParkProblem:
    return ParkProblem(path=path, given=given, expected=expected, remedy=remedy)
