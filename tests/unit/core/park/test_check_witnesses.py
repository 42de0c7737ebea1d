"""Witnesses and quorum: together or not at all, and nobody counts twice."""

from dataclasses import replace

import pytest

from taihang.core.park.check import check_park
from taihang.core.park.check_witnesses import check_witnesses
from taihang.core.park.park import Park
from taihang.core.park.problem import Severity, path_text
from taihang.core.park.witness import LogPolicy, ParkWitness, WitnessRole

WITNESSES = {
    name: ParkWitness(id=name, role=role, key=bytes([number]) * 32, url=f"http://{name}.example")
    for number, (name, role) in enumerate(
        zip(("W1", "W2", "W3"), WitnessRole, strict=True), start=1
    )
}


def watched(park: Park, quorum: int | None) -> Park:
    return replace(
        park, witnesses=WITNESSES, log=None if quorum is None else LogPolicy(quorum=quorum)
    )


def test_check_witnesses__takes_none_and_two_or_three_of_three(park: Park) -> None:
    assert list(check_witnesses(park)) == []
    assert list(check_witnesses(watched(park, 2))) == []
    assert check_park(watched(park, 3)) == check_park(park)


def test_check_witnesses__asks_for_the_quorum(park: Park) -> None:
    (problem,) = check_witnesses(watched(park, None))

    assert (path_text(problem.path), problem.severity) == ("witnesses", Severity.ERROR)
    assert problem.remedy == "write [log] with quorum = 2"


@pytest.mark.parametrize("quorum", [4, 99])
def test_check_witnesses__refuses_a_quorum_that_cannot_be_reached(park: Park, quorum: int) -> None:
    (problem,) = check_witnesses(watched(park, quorum))

    assert (path_text(problem.path), problem.severity) == ("log.quorum", Severity.ERROR)


def test_check_witnesses__refuses_a_quorum_of_nobody(park: Park) -> None:
    (problem,) = check_witnesses(replace(park, log=LogPolicy(quorum=1)))

    assert problem.expected == "1 … 0, for so many witnesses are named"


def test_check_witnesses__warns_of_a_quorum_that_two_histories_can_reach(park: Park) -> None:
    (problem,) = check_witnesses(watched(park, 1))

    assert (problem.severity, problem.remedy) == (Severity.WARNING, "write 2 or more")


@pytest.mark.parametrize("what", ["key", "url"])
def test_check_witnesses__counts_nobody_twice(park: Park, what: str) -> None:
    one, three = WITNESSES["W1"], WITNESSES["W3"]
    double = replace(three, key=one.key) if what == "key" else replace(three, url=one.url)

    (problem,) = check_witnesses(replace(watched(park, 2), witnesses={**WITNESSES, "W3": double}))

    assert path_text(problem.path) == f"witnesses.W3.{what}"
    assert problem.given == f"the {what} of W1"
