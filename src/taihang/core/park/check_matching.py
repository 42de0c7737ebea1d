"""Whether matching rules and contracts can be followed: dates, shares, and who hangs where."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from taihang.core.park.matching_rule import MatchingRule, MatchingStep
from taihang.core.park.park import Park
from taihang.core.park.problem import KeyPath, ParkProblem

_TABLE: Final = "matching_rules"
_ORDER: Final = tuple(MatchingStep)


def check_matching(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with the matching rules, and with contracts as they bind matching.

    Args:
        park: The park.

    Yields:
        Problems, contracts first.
    """
    yield from _check_begin(park)
    yield from _check_shares(park)
    first_of: dict[date, str] = {}
    for rule in park.matching_rules.values():
        yield from _check_rule(rule, park)
        if first_of.setdefault(rule.since, rule.id) != rule.id:
            yield ParkProblem(
                path=(_TABLE, rule.id, "since"),
                given=f"{rule.since.isoformat()}, on which {first_of[rule.since]} begins already",
                expected="one rule for any day",
                remedy="remove one of the two",
            )
    if any(rule.feeder_limits for rule in park.matching_rules.values()):
        yield from _check_on_feeders(park)


def _check_begin(park: Park) -> Iterator[ParkProblem]:
    """A plant that is not connected yet has nothing to sell."""
    for supply in park.green_supplies.values():
        plant = park.plants.get(supply.plant)
        since = supply.in_service.since
        connected = None if plant is None else plant.in_service.since
        if since is not None and connected is not None and since < connected:
            yield ParkProblem(
                path=("green_supplies", supply.id, "in_service"),
                given=f"a contract from {since.isoformat()} on",
                expected=f"not before {supply.plant} is connected, {connected.isoformat()}",
                remedy="correct one of the two days",
            )


def _check_shares(park: Park) -> Iterator[ParkProblem]:
    """No plant can give more than all of its energy."""
    supplies = [each for each in park.green_supplies.values() if each.share_ratio is not None]
    for plant in dict.fromkeys(each.plant for each in supplies):
        own = [each for each in supplies if each.plant == plant]
        # Shares change on the first day of a contract only upwards.
        for day in sorted({each.in_service.since or date.min for each in own}):
            there = [each for each in own if each.in_service.covers(day)]
            total = sum((each.share_ratio or Decimal(0) for each in there), start=Decimal(0))
            if total > 1:
                told = " + ".join(f"{each.share_ratio} ({each.id})" for each in there)
                yield ParkProblem(
                    path=("green_supplies", there[-1].id, "share_ratio"),
                    given=f"{told} = {total} of {plant} on one day",
                    expected="shares of one plant of 1 together at most",
                    remedy="lower a share, or end one contract before the other begins",
                )
                break


def _check_rule(rule: MatchingRule, park: Park) -> Iterator[ParkProblem]:
    path: KeyPath = (_TABLE, rule.id)
    if rule.since.day != 1:
        yield ParkProblem(
            path=(*path, "since"),
            given=rule.since.isoformat(),
            expected="the first day of a month: a month is stated under one rule",
            remedy=f"write {rule.since.replace(day=1).isoformat()}, or the month after",
        )
    places = [_ORDER.index(step) for step in rule.steps]
    if rule.steps[:1] != (MatchingStep.LINE,) or sorted(set(places)) != places:
        yield ParkProblem(
            path=(*path, "steps"),
            given=", ".join(step.value for step in rule.steps),
            expected=f"line, then any of {', '.join(step.value for step in _ORDER[1:])} in this "
            "order",
            remedy=f"write [{', '.join(f'{chr(34)}{step.value}{chr(34)}' for step in _ORDER)}]",
        )
    if not park.feeders and (rule.feeder_limits or MatchingStep.FEEDER in rule.steps):
        yield ParkProblem(
            path=(*path, "feeder_limits" if rule.feeder_limits else "steps"),
            given="a rule about feeders in a park without any",
            expected="feeders with their members in [feeders]",
            remedy="add the feeders, or leave them out of the rule",
        )


def _check_on_feeders(park: Park) -> Iterator[ParkProblem]:
    """Whether a transformer binds is not known of an asset that hangs behind none."""
    members = {name for feeder in park.feeders.values() for name in feeder.members}
    for supply in park.green_supplies.values():
        for key, names in (("plant", (supply.plant,)), ("buyers", supply.buyers)):
            absent = [name for name in names if name not in members]
            if absent:
                yield ParkProblem(
                    path=("green_supplies", supply.id, key),
                    given=f"{', '.join(absent[:5])} on no feeder ({len(absent)} in all)",
                    expected="members of a feeder: a matching rule asks for the limits of feeders",
                    remedy="add them to the members of a feeder, or write feeder_limits = false",
                )
