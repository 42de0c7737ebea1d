"""Whether the heat networks of a park hang together: who stands in which, and in one only."""

from collections.abc import Iterator
from typing import Final

from taihang.core.park.heat_network import HeatSupply
from taihang.core.park.park import Park
from taihang.core.park.problem import ParkProblem, remedy_for_name

_NAMED: Final = 8


def check_heat(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with the heat networks of a park.

    Args:
        park: The park; nothing about it is taken for granted.
    """
    supplies: dict[str, str] = {}
    uses: dict[str, str] = {}
    for network in park.heat_networks.values():
        yield from _check_ends(network, park)
        yield from _once(network, "supplier", (network.supplier,), supplies)
        yield from _once(network, "users", network.users, uses)


def _check_ends(network: HeatSupply, park: Park) -> Iterator[ParkProblem]:
    known = tuple(park.enterprises)
    for key, names in (("supplier", (network.supplier,)), ("users", network.users)):
        for name in names:
            if name not in park.enterprises:
                yield ParkProblem(
                    path=("heat_networks", network.id, key),
                    given=repr(name),
                    expected=f"an enterprise, such as {', '.join(known[:_NAMED])}",
                    remedy=remedy_for_name(name, known=known, otherwise="name one of park.toml"),
                )
    if network.supplier in network.users:
        yield ParkProblem(
            path=("heat_networks", network.id, "users"),
            given=f"{network.supplier}, which is the supplier",
            expected="neighbours that take the heat",
            remedy="take it out: what a supplier uses of its own heat is in no network",
        )


def _once(
    network: HeatSupply, key: str, names: tuple[str, ...], seen: dict[str, str]
) -> Iterator[ParkProblem]:
    """Yield a name that stands twice: its heat could not be told apart by network."""
    for name in names:
        if name in seen:
            yield ParkProblem(
                path=("heat_networks", network.id, key),
                given=f"{name}, which stands in {seen[name]} already",
                expected="one place: forms and meters do not tell the heat of two networks apart",
                remedy="write both as one network, or take it out of one",
            )
        seen[name] = network.id
