"""Matching rules and contracts that cannot be followed are refused, with the numbers."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from taihang.core.park.assets import InService
from taihang.core.park.check import check_park
from taihang.core.park.contract import GreenSupply
from taihang.core.park.matching_rule import MatchingRule, MatchingStep
from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem, path_text
from topologies import RULE

JULY = date(2026, 7, 1)


def told(problem: ParkProblem) -> tuple[str, str]:
    return path_text(problem.path), problem.given


def with_rule(park: Park, rule: MatchingRule) -> Park:
    return replace(park, matching_rules={rule.id: rule})


def with_supplies(park: Park, *supplies: GreenSupply) -> Park:
    return replace(park, green_supplies={each.id: each for each in supplies})


def first_supply(park: Park) -> GreenSupply:
    return next(iter(park.green_supplies.values()))


FIT = replace(RULE, feeder_limits=False, steps=(MatchingStep.LINE, MatchingStep.POOL))
"""The rule with options that any park can follow."""


def test_check_matching__takes_a_rule_that_fits(park: Park) -> None:
    before = check_park(park)

    assert check_park(with_rule(park, FIT)) == before


def test_check_matching__shares_of_one_plant_above_all_of_it(park: Park) -> None:
    supply = first_supply(park)
    half = (supply.buyers[0],)
    one = replace(supply, id="A", buyers=half, share_ratio=Decimal("0.7"))
    two = replace(one, id="B", buyers=supply.buyers[1:2], share_ratio=Decimal("0.4"))

    (problem,) = check_park(with_supplies(park, one, two))

    assert told(problem) == (
        "green_supplies.B.share_ratio",
        f"0.7 (A) + 0.4 (B) = 1.1 of {supply.plant} on one day",
    )
    assert problem.remedy == "lower a share, or end one contract before the other begins"


def test_check_matching__shares_that_follow_one_another_fit(park: Park) -> None:
    supply = first_supply(park)
    one = replace(supply, id="A", share_ratio=Decimal("0.7"), in_service=InService(until=JULY))
    two = replace(one, id="B", in_service=InService(since=JULY))
    three = replace(two, id="C", buyers=supply.buyers, share_ratio=None)

    shares = [
        p for p in check_park(with_supplies(park, one, two, three)) if "share_ratio" in p.path
    ]

    assert shares == []


def test_check_matching__a_contract_before_its_plant_is_connected(park: Park) -> None:
    supply = first_supply(park)
    plant = replace(park.plants[supply.plant], in_service=InService(since=JULY))
    early = replace(supply, in_service=InService(since=date(2026, 6, 30)))
    late = with_supplies(replace(park, plants={**park.plants, plant.id: plant}), early)

    problems = [p for p in check_park(late) if p.path[:1] == ("green_supplies",)]

    assert [told(each) for each in problems] == [
        (f"green_supplies.{supply.id}.in_service", "a contract from 2026-06-30 on")
    ]
    assert problems[0].expected == f"not before {supply.plant} is connected, 2026-07-01"


@pytest.mark.parametrize(
    ("changed", "path", "given"),
    [
        ({"since": date(2026, 6, 2)}, "since", "2026-06-02"),
        ({"steps": (MatchingStep.POOL, MatchingStep.LINE)}, "steps", "pool, line"),
        ({"steps": (MatchingStep.POOL,)}, "steps", "pool"),
        ({"steps": (MatchingStep.LINE, MatchingStep.LINE)}, "steps", "line, line"),
    ],
)
def test_check_matching__a_rule_that_cannot_be_followed(
    park: Park, changed: dict[str, object], path: str, given: str
) -> None:
    (problem,) = check_park(with_rule(park, replace(FIT, **changed)))

    assert told(problem) == (f"matching_rules.R2.{path}", given)


def test_check_matching__a_rule_about_feeders_in_a_park_without(park: Park) -> None:
    rule = replace(FIT, feeder_limits=True)

    problems = check_park(replace(with_rule(park, rule), feeders={}, green_supplies={}))

    assert told(problems[-1]) == (
        "matching_rules.R2.feeder_limits",
        "a rule about feeders in a park without any",
    )


def test_check_matching__a_buyer_on_no_feeder_where_its_limit_is_asked_for(park: Park) -> None:
    rule = replace(FIT, feeder_limits=True)
    feeder = next(iter(park.feeders.values()))
    supply = first_supply(park)
    alone = replace(feeder, members=(supply.plant,))

    problems = check_park(replace(with_rule(park, rule), feeders={feeder.id: alone}))

    found = [told(each) for each in problems if each.path[:1] == ("green_supplies",)]
    assert (f"green_supplies.{supply.id}.buyers" in dict(found)) is True
    assert "on no feeder" in dict(found)[f"green_supplies.{supply.id}.buyers"]


def test_check_matching__two_rules_from_one_day(park: Park) -> None:
    one = FIT
    two = replace(one, id="R9")

    (problem,) = check_park(replace(park, matching_rules={"R2": one, "R9": two}))

    assert told(problem) == (
        "matching_rules.R9.since",
        "2026-01-01, on which R2 begins already",
    )
