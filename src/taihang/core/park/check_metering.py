"""Whether every flow has its one meter, every meter its one gateway, and every dial is long enough.

Source: domain rules of metering points 计量关口 (each plant, storage charge and discharge, and the
connection point are metered on their own).
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from taihang.core.park.assets import (
    Asset,
    Battery,
    ChargingStation,
    Enterprise,
    GridConnection,
    Plant,
)
from taihang.core.park.check_assets import check_in_service
from taihang.core.park.check_topology import check_names
from taihang.core.park.park import Park
from taihang.core.park.problem import KeyPath, ParkProblem, Severity, remedy_for_name
from taihang.core.park.topology import DeclaredSeries, Direction, Meter
from taihang.core.quantities import WH_PER_KWH
from taihang.core.series import Quantity

_HOURS_BETWEEN_READINGS_MAX: Final = 24
"""The longest gap after which a register difference must still be unambiguous [h]."""

_MEASURES: Final[dict[type[Asset], tuple[Direction, ...]]] = {
    Enterprise: (Direction.CONSUMPTION,),
    ChargingStation: (Direction.CONSUMPTION,),
    Plant: (Direction.GENERATION,),
    Battery: (Direction.CHARGE, Direction.DISCHARGE),
    GridConnection: (Direction.IMPORT, Direction.EXPORT),
}
"""What is counted at each kind of asset: all of these."""
_MAY_MEASURE: Final[dict[type[Asset], tuple[Direction, ...]]] = {Plant: (Direction.CURTAILMENT,)}
"""What may be counted beside that, and nothing else."""


def check_metering(park: Park) -> Iterator[ParkProblem]:
    """Yield what is wrong with meters, gateways and declared series.

    Args:
        park: The park.

    Yields:
        Problems, meters first.
    """
    assets = park.assets
    for meter in park.meters.values():
        yield from check_in_service(("meters", meter.id), meter.in_service)
        yield from _check_node(meter, assets)
        yield from check_dial(
            ("meters", meter.id, "digits"),
            turn=meter.modulus * meter.wh_per_count / WH_PER_KWH,
            per_h=meter.max_kw,
            unit="kWh",
            limit="max_kw",
            others="resolution_wh, multiplier or max_kw",
        )
        yield from _check_limit(meter, assets)
    yield from _check_overlaps(park)
    yield from _check_completeness(park)
    yield from _check_gateways(park)
    for series in park.series.values():
        yield from _check_series(series)


def _check_node(meter: Meter, assets: Mapping[str, Asset]) -> Iterator[ParkProblem]:
    asset = assets.get(meter.node)
    if asset is None:
        yield ParkProblem(
            path=("meters", meter.id, "node"),
            given=repr(meter.node),
            expected="the id of an asset of this park",
            remedy=remedy_for_name(
                meter.node, known=tuple(assets), otherwise="add the asset or correct it"
            ),
        )
        return
    allowed = (*_MEASURES[type(asset)], *_MAY_MEASURE.get(type(asset), ()))
    if meter.measures not in allowed:
        yield ParkProblem(
            path=("meters", meter.id, "measures"),
            given=f"{meter.measures.value} at {meter.node}, {_kind(asset)}",
            expected=" or ".join(direction.value for direction in allowed),
            remedy="correct the direction, or the node",
        )


def check_dial(
    path: KeyPath, *, turn: float, per_h: float, unit: str, limit: str, others: str
) -> Iterator[ParkProblem]:
    """Yield a problem where two turns between readings would look like one.

    Args:
        path: The key of the digits.
        turn: What the dial counts before it starts again, in ``unit``.
        per_h: Fastest honest rise, in ``unit`` an hour.
        unit: The unit.
        limit: Words for the fastest honest rise.
        others: What else may be wrong, as keys.
    """
    least = 2 * per_h * _HOURS_BETWEEN_READINGS_MAX
    if turn < least:
        yield ParkProblem(
            path=path,
            given=f"a dial that starts again after {turn:g} {unit}",
            expected=f"at least {least:g} {unit}, two days at {limit}",
            remedy=f"correct digits, {others}",
        )


def _check_limit(meter: Meter, assets: Mapping[str, Asset]) -> Iterator[ParkProblem]:
    asset = assets.get(meter.node)
    rated_kw = 0.0
    if isinstance(asset, Plant):
        rated_kw = asset.capacity_kw
    elif isinstance(asset, Battery):
        rated_kw = asset.power_kw
    if meter.max_kw < rated_kw:
        yield ParkProblem(
            path=("meters", meter.id, "max_kw"),
            given=f"{meter.max_kw:g} kW",
            expected=f"at least the rated {rated_kw:g} kW of {meter.node}",
            remedy="raise it: honest readings at full power would be refused",
            severity=Severity.WARNING,
        )


def _check_overlaps(park: Park) -> Iterator[ParkProblem]:
    by_flow: dict[tuple[str, Direction], list[Meter]] = {}
    for meter in park.meters.values():
        by_flow.setdefault((meter.node, meter.measures), []).append(meter)
    for (node, direction), meters in by_flow.items():
        for earlier, later in combinations(meters, 2):
            if earlier.in_service.overlaps(later.in_service):
                yield ParkProblem(
                    path=("meters", later.id, "node"),
                    given=f"{node}, whose {direction.value} {earlier.id} counts on the same days",
                    expected="one meter for one flow on any day",
                    remedy="remove one, or end the first with in_service = { until = … }",
                )


def _check_completeness(park: Park) -> Iterator[ParkProblem]:
    metered = {(meter.node, meter.measures) for meter in park.meters.values()}
    for asset in park.assets.values():
        for direction in _MEASURES[type(asset)]:
            if (asset.id, direction) not in metered:
                yield _unmetered(asset, direction)


def _unmetered(asset: Asset, direction: Direction) -> ParkProblem:
    # Without a gateway meter the park still counts; only its balance cannot be closed.
    is_grid = isinstance(asset, GridConnection)
    return ParkProblem(
        path=(_SECTIONS[type(asset)], asset.id),
        given=f"no meter of its {direction.value}",
        expected=f"a meter with node = {asset.id} and measures = {direction.value}",
        remedy="add the meter" + ("; until then the balance cannot close" if is_grid else ""),
        severity=Severity.WARNING if is_grid else Severity.ERROR,
    )


_SECTIONS: Final[dict[type[Asset], str]] = {
    Enterprise: "enterprises",
    ChargingStation: "stations",
    Plant: "plants",
    Battery: "batteries",
    GridConnection: "grids",
}


def _kind(asset: Asset) -> str:
    return f"one of the {_SECTIONS[type(asset)]}"


def _check_gateways(park: Park) -> Iterator[ParkProblem]:
    speaker: dict[str, str] = {}
    for gateway in park.gateways.values():
        path = ("gateways", gateway.id, "meters")
        known = (*park.meters, *park.media_meters, *park.reactive_meters)
        yield from check_names(path, gateway.meters, known=known, what="a meter")
        for name in gateway.meters:
            if speaker.setdefault(name, gateway.id) != gateway.id:
                yield ParkProblem(
                    path=path,
                    given=f"{name}, for which {speaker[name]} speaks already",
                    expected="one gateway for each meter",
                    remedy=f"remove {name} from one of the two",
                )
    owners = {
        **dict.fromkeys(park.meters, "meters"),
        **dict.fromkeys(park.media_meters, "media_meters"),
        **dict.fromkeys(park.reactive_meters, "reactive_meters"),
    }
    for name, table in owners.items():
        if name not in speaker:
            yield ParkProblem(
                path=(table, name),
                given="no gateway that speaks for it",
                expected="exactly one gateway whose `meters` names it",
                remedy=f"add {name} to a gateway",
            )


def _check_series(series: DeclaredSeries) -> Iterator[ParkProblem]:
    if series.quantity in {Quantity.REGISTER, Quantity.ENERGY}:
        yield ParkProblem(
            path=("series", series.id, "quantity"),
            given=series.quantity.value,
            expected=f"{Quantity.SAMPLE.value} or {Quantity.REACTIVE.value}",
            remedy="declare a meter for energy: only meters are accounted",
        )
