"""Whether the quotas of a park hang together: subjects, units, days, and levels of warning."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.park.problem import KeyPath, ParkProblem, remedy_for_name
from taihang.core.park.quota import UNITS, Quota, QuotaMeasure, QuotaRules

_OF_PARK: Final = frozenset(
    {
        QuotaMeasure.ENERGY_EQUIVALENT,
        QuotaMeasure.ENERGY_EQUAL,
        QuotaMeasure.ELECTRICITY,
        QuotaMeasure.CARBON_PARK,
    }
)
_NAMED: Final = 8


def check_quotas(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with the quotas of a park.

    Args:
        park: The park; nothing about it is taken for granted.
    """
    if park.quotas and park.quota_rules is None:
        yield _problem(
            ("quota_rules",),
            "[quotas] without [quota_rules]",
            "the chances from which the park is warned: no text sets them",
            "write [quota_rules]",
        )
    if park.quota_rules is not None:
        yield from _check_rules(park.quota_rules)
    for quota in park.quotas.values():
        yield from _check_quota(quota, park)
    for one, other in combinations(park.product_quotas.values(), 2):
        if (one.product, one.valid_from) == (other.product, other.valid_from):
            yield _problem(
                ("product_quotas", other.id, "valid_from"),
                f"{other.valid_from}, the same as {one.id} for the same product",
                "a later day: the next edition holds from its own day on",
                "remove one, or write the day of the next edition",
            )
    for one, other in combinations(park.quotas.values(), 2):
        if (one.subject, one.measure, one.valid_from) == (
            other.subject,
            other.measure,
            other.valid_from,
        ):
            yield _problem(
                ("quotas", other.id, "valid_from"),
                f"{other.valid_from}, the same as {one.id} for the same subject and measure",
                "a later day: a revision holds from its own day on",
                "remove one, or write the day of the revision",
            )


def _check_rules(rules: QuotaRules) -> Iterator[ParkProblem]:
    if rules.watch_chance_ratio >= rules.warning_chance_ratio:
        yield _problem(
            ("quota_rules", "watch_chance_ratio"),
            str(rules.watch_chance_ratio),
            f"less than warning_chance_ratio, {rules.warning_chance_ratio}",
            "one watches before one warns",
        )

    if rules.interval_ratio >= 1:
        yield _problem(
            ("quota_rules", "interval_ratio"),
            str(rules.interval_ratio),
            "less than 1: an interval that holds everything says nothing",
            "write 0.9",
        )


def _check_quota(quota: Quota, park: Park) -> Iterator[ParkProblem]:
    path = ("quotas", quota.id)
    subjects = (*park.enterprises, *park.stations, PARK_SUBJECT)
    if quota.subject not in subjects:
        yield _problem(
            (*path, "subject"),
            repr(quota.subject),
            f"{PARK_SUBJECT}, or one of {', '.join(subjects[:_NAMED])}",
            remedy_for_name(quota.subject, known=subjects, otherwise="name one of park.toml"),
        )
    if quota.unit != UNITS[quota.measure]:
        yield _problem(
            (*path, "unit"),
            repr(quota.unit),
            f"{UNITS[quota.measure]}, the unit of {quota.measure.value}",
            "say the amount in that unit",
        )
    is_of_park = quota.measure in _OF_PARK
    is_of_user = quota.measure is not QuotaMeasure.CARBON_PARK
    if not (is_of_park if quota.subject == PARK_SUBJECT else is_of_user):
        yield _problem(
            (*path, "measure"),
            f"{quota.measure.value} of {quota.subject}",
            "carbon-park for park, carbon-location, -market or -physical for an enterprise",
            "write the measure of the subject",
        )
    years = range(quota.valid_from.year, quota.valid_to.year + 1)
    if not any(quota.holds_for(year) for year in years):
        yield _problem(
            (*path, "valid_to"),
            f"{quota.valid_to}, with valid_from {quota.valid_from}",
            "days that hold the last day of a year: a quota is that of a whole year",
            f"write {quota.valid_from.year}-12-31",
        )


def _problem(path: KeyPath, given: str, expected: str, remedy: str) -> ParkProblem:
    return ParkProblem(path=path, given=given, expected=expected, remedy=remedy)
