"""What a file may be about: every point of a park with all that it may be called."""

from taihang.core.metering.import_draft import KnownPoint, PlaceFacts
from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.park.topology import Direction, Meter
from taihang.services.ports import Ports


def known_points(park: Park) -> tuple[KnownPoint, ...]:
    """Return the points of a park, in the order of its tables.

    Args:
        park: The park, or the part of it that somebody sees.

    Returns:
        Meters of electricity, of other media, registers of reactive energy, declared series.
    """
    names = _asset_names(park)
    return (
        *(_meter(meter, names.get(meter.node, ()), park) for meter in park.meters.values()),
        *(
            KnownPoint(
                id=meter.id,
                names=(meter.node, *names.get(meter.node, ())),
                measures="",
                kind="reactive" if isinstance(meter, ReactiveMeter) else "medium",
                unit=meter.unit,
                scale=str(meter.scale),
                modulus=meter.modulus,
                multiplier=meter.multiplier,
            )
            for meter in (*park.media_meters.values(), *park.reactive_meters.values())
        ),
        *(
            KnownPoint(
                id=series.id,
                names=(),
                measures="",
                kind="series",
                unit=series.unit,
                scale=series.scale,
            )
            for series in park.series.values()
        ),
    )


def place_facts(ports: Ports) -> PlaceFacts:
    """Return where a park lies and what its clock says."""
    return PlaceFacts(
        zone=ports.park.time_zone,
        longitude_deg=ports.park.longitude_deg,
        now_s=int(ports.clock.now().timestamp()),
    )


def _meter(meter: Meter, names: tuple[str, ...], park: Park) -> KnownPoint:
    plant = park.plants.get(meter.node)
    return KnownPoint(
        id=meter.id,
        names=(meter.node, *names),
        measures=meter.measures,
        kind="meter",
        unit=meter.unit,
        scale=str(meter.scale),
        modulus=meter.modulus,
        multiplier=meter.multiplier,
        max_kw=meter.max_kw,
        is_solar=plant is not None
        and plant.kind.value == "pv"
        and meter.measures is Direction.GENERATION,
    )


def _asset_names(park: Park) -> dict[str, tuple[str, ...]]:
    """Return what each asset is called on papers: its names, and numbers of a plant."""
    kinds = (park.grids, park.enterprises, park.stations, park.batteries)
    names: dict[str, tuple[str, ...]] = {
        asset.id: (asset.name_zh, asset.name_en) for kind in kinds for asset in kind.values()
    }
    for plant in park.plants.values():
        numbers = (plant.identity.meter_number, plant.identity.generation_account)
        names[plant.id] = (plant.name_zh, plant.name_en, *(each for each in numbers if each))
    return names
