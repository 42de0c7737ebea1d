"""Whether green supplies and tariffs name who exists, and every user is billed exactly once."""

from collections.abc import Iterator
from typing import Final

from taihang.core.park.check_assets import check_in_service
from taihang.core.park.check_topology import check_names
from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem, remedy_for_name

FLOATING_ITEMS: Final = ("energy", "line_loss", "transmission")
"""Bill items whose price may float with time of use."""


def check_contracts(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with green supplies and grid tariffs.

    Args:
        park: The park.

    Yields:
        Problems, green supplies first.
    """
    for supply in park.green_supplies.values():
        path = ("green_supplies", supply.id)
        yield from check_in_service(path, supply.in_service)
        yield from check_names(
            (*path, "plant"), (supply.plant,), known=tuple(park.plants), what="a plant"
        )
        yield from check_names(
            (*path, "buyers"), supply.buyers, known=park.users, what="an enterprise or station"
        )
    for tariff in park.grid_tariffs.values():
        path = ("grid_tariffs", tariff.id)
        yield from check_names(
            (*path, "users"), tariff.users, known=park.users, what="an enterprise or station"
        )
        yield from _check_floating((*path, "floating_items"), tariff.floating_items)
    yield from _check_billed_once(park)


def _check_floating(path: tuple[str, ...], items: tuple[str, ...]) -> Iterator[ParkProblem]:
    for item in items:
        if item not in FLOATING_ITEMS:
            yield ParkProblem(
                path=path,
                given=repr(item),
                expected=f"items out of {', '.join(FLOATING_ITEMS)}",
                remedy=remedy_for_name(item, known=FLOATING_ITEMS, otherwise="remove it"),
            )


def _check_billed_once(park: Park) -> Iterator[ParkProblem]:
    if not park.grid_tariffs:
        # A park that bills nobody needs no tariff; a park that bills one user bills them all.
        return
    tariff_of: dict[str, str] = {}
    for tariff in park.grid_tariffs.values():
        for user in tariff.users:
            if tariff_of.setdefault(user, tariff.id) != tariff.id:
                yield ParkProblem(
                    path=("grid_tariffs", tariff.id, "users"),
                    given=f"{user}, which {tariff_of[user]} bills already",
                    expected="one grid tariff for each user",
                    remedy=f"remove {user} from one of the two",
                )
    for user in park.users:
        if user not in tariff_of:
            yield ParkProblem(
                path=("enterprises" if user in park.enterprises else "stations", user),
                given="no grid tariff that names it",
                expected="exactly one grid tariff whose `users` names it",
                remedy=f"add {user} to the users of a grid tariff",
            )
