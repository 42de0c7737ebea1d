"""Whether feeders and dedicated lines join things that exist, each once, within their limits."""

from collections.abc import Iterable, Iterator

from taihang.core.park.assets import Battery, Plant
from taihang.core.park.park import Park
from taihang.core.park.problem import KeyPath, ParkProblem, Severity, remedy_for_name
from taihang.core.park.topology import DedicatedLine, Feeder


def check_topology(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with feeders and dedicated lines.

    Args:
        park: The park.

    Yields:
        Problems in the order of the park file.
    """
    members = tuple(name for name in park.assets if name not in park.grids)
    for feeder in park.feeders.values():
        path = ("feeders", feeder.id)
        yield from check_names(
            (*path, "grid"), (feeder.grid,), known=tuple(park.grids), what="a grid connection"
        )
        yield from check_names(
            (*path, "members"), feeder.members, known=members, what="an asset behind the grid"
        )
        yield from _check_feeder_capacity(park, feeder)
    yield from _check_once(
        "feeders", "members", {feeder.id: feeder.members for feeder in park.feeders.values()}
    )
    for line in park.dedicated_lines.values():
        path = ("dedicated_lines", line.id)
        yield from check_names(
            (*path, "plants"), line.plants, known=tuple(park.plants), what="a plant"
        )
        yield from check_names(
            (*path, "users"), line.users, known=park.users, what="an enterprise or station"
        )
        yield from _check_line_capacity(park, line)
    yield from _check_once(
        "dedicated_lines",
        "plants",
        {line.id: line.plants for line in park.dedicated_lines.values()},
    )


def check_names(
    path: KeyPath, names: Iterable[str], *, known: tuple[str, ...], what: str
) -> Iterator[ParkProblem]:
    """Yield a problem for every name that stands for nothing, and for every second mention.

    Args:
        path: The key that holds the names.
        names: What it names.
        known: What it may name.
        what: What that is called, with its article.

    Yields:
        One problem for each bad name.
    """
    seen: set[str] = set()
    members = frozenset(known)
    for name in names:
        if name not in members:
            yield ParkProblem(
                path=path,
                given=repr(name),
                expected=f"the id of {what} of this park",
                remedy=remedy_for_name(name, known=known, otherwise=f"add {what} or correct it"),
            )
        elif name in seen:
            yield ParkProblem(
                path=path,
                given=f"{name} twice",
                expected="every id once",
                remedy=f"remove the second {name}",
            )
        seen.add(name)


def _check_once(
    kind: str, key: str, members_of: dict[str, tuple[str, ...]]
) -> Iterator[ParkProblem]:
    """An asset hangs behind one transformer; two would count its energy twice."""
    first: dict[str, str] = {}
    for owner, members in members_of.items():
        for member in members:
            if first.setdefault(member, owner) != owner:
                yield ParkProblem(
                    path=(kind, owner, key),
                    given=f"{member}, which {kind}.{first[member]} holds already",
                    expected="an asset that no other one of its kind holds",
                    remedy=f"remove {member} from one of the two",
                )


def _check_line_capacity(park: Park, line: DedicatedLine) -> Iterator[ParkProblem]:
    total_kw = sum(park.plants[name].capacity_kw for name in line.plants if name in park.plants)
    if total_kw > line.capacity_kva:
        yield _overloaded(
            ("dedicated_lines", line.id, "capacity_kva"), total_kw, limit_kva=line.capacity_kva
        )


def _check_feeder_capacity(park: Park, feeder: Feeder) -> Iterator[ParkProblem]:
    # Loads are diverse and may together be rated above the transformer; generation is not: one
    # sky and one wind drive it all at once.
    assets = park.assets
    total_kw = sum(_source_kw(assets[name]) for name in feeder.members if name in assets)
    if total_kw > feeder.transformer_kva:
        yield _overloaded(
            ("feeders", feeder.id, "transformer_kva"), total_kw, limit_kva=feeder.transformer_kva
        )


def _source_kw(asset: object) -> float:
    if isinstance(asset, Plant):
        return asset.capacity_kw
    return asset.power_kw if isinstance(asset, Battery) else 0.0


def _overloaded(path: KeyPath, total_kw: float, *, limit_kva: float) -> ParkProblem:
    return ParkProblem(
        path=path,
        given=f"{limit_kva:g} kVA for sources of {total_kw:g} kW together",
        expected="room for all of them at full power",
        remedy="expect curtailment, or correct the ratings",
        severity=Severity.WARNING,
    )
