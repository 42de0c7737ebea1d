"""Whether the parties of a park hang together: one id each, and one owner for every plant."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from taihang.core.errors import InputError
from taihang.core.park.certificate_rules import FedInHolder
from taihang.core.park.park import Park
from taihang.core.park.problem import KeyPath, ParkProblem
from taihang.core.periods import month_names

_MONTH_SIGNS: Final = 7


def check_parties(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with ``[parties]`` and ``[certificates]``.

    Args:
        park: The park.
    """
    owners = Counter(plant for party in park.parties.values() for plant in party.owns)
    for party in park.parties.values():
        if party.id in park.assets:
            yield _problem(
                ("parties", party.id), party.id, "an id that nothing else has", "rename the party"
            )
        for plant in party.owns:
            if plant not in park.plants:
                yield _problem(
                    ("parties", party.id, "owns"), plant, "a plant of [plants]", "correct the id"
                )
            elif owners[plant] > 1:
                yield _problem(
                    ("parties", party.id, "owns"),
                    f"{plant}, which {owners[plant]} parties own",
                    "one owner for each plant",
                    "name it once",
                )
    yield from _check_rules(park, owners)


def _check_rules(park: Park, owners: Counter[str]) -> Iterator[ParkProblem]:
    rules = park.certificates
    if rules is None:
        return
    if not _is_month(rules.since):
        yield _problem(
            ("certificates", "since"),
            rules.since,
            "a month as YYYY-MM",
            "write for example 2026-01",
        )
    alone = [plant for plant in park.plants if not owners[plant]]
    if rules.fed_in is FedInHolder.OWNER and alone:
        yield _problem(
            ("certificates", "fed_in"),
            f"owner, and nobody owns {', '.join(alone)}",
            "an owner of each plant",
            'name it in `owns` of a party, or write fed_in = "plant"',
        )


def _is_month(text: str) -> bool:
    try:
        return len(text) == _MONTH_SIGNS and bool(month_names(text))
    except InputError:
        return False


def _problem(path: KeyPath, given: str, expected: str, remedy: str) -> ParkProblem:
    return ParkProblem(path=path, given=given, expected=expected, remedy=remedy)
