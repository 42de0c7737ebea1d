"""What stands in a park: enterprises, plants, storage, connections, meters."""

from collections.abc import Iterator

from taihang.core.access.role import Right
from taihang.core.park.assets import InService
from taihang.core.park.park import Park
from taihang.core.park.reactive_meter import ReactiveMeter
from taihang.core.park.topology import Meter
from taihang.core.periods import Period, instant_of_s
from taihang.interfaces.api.schema import Schema
from taihang.services.ports import Ports
from taihang.services.report import settled_span


class Account(Schema):
    """Whoever asks."""

    name: str
    roles: list[str]
    rights: list[str]
    enterprise: str | None
    """The enterprise of one who belongs to one."""


class Settled(Schema):
    """From the first to the last settled interval."""

    start: str
    end: str
    """The first moment no more."""


class ParkOut(Schema):
    """The park."""

    id: str
    name_zh: str
    name_en: str
    time_zone: str
    province: str
    settled: Settled | None
    """Null while nothing is settled."""
    log_origin: str
    """Name of the park's log."""
    log_size: int
    """Records in the log."""
    version: str
    """Version of the platform."""
    is_whole: bool
    """Whether whoever asks sees the whole park."""


class EnterpriseOut(Schema):
    """An enterprise of the park."""

    id: str
    name_zh: str
    name_en: str
    sector: str
    """Division of GB/T 4754."""
    voltage_kv: float
    transformer_kva: float
    in_service_since: str | None
    in_service_until: str | None


class PlantOut(Schema):
    """A generating plant."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    capacity_kw: float
    planned_mwh_per_year: float | None
    in_service_since: str | None
    in_service_until: str | None


class AssetOut(Schema):
    """Another thing that stands in the park."""

    id: str
    kind: str
    """``battery``, ``charging-station`` or ``grid-connection``."""
    name_zh: str
    name_en: str
    power_kw: float | None
    """Rating of a battery or a charging station."""
    energy_kwh: float | None
    """Rated energy of a battery."""
    capacity_kva: float | None
    """Limit of a grid connection."""
    in_service_since: str | None
    in_service_until: str | None


class MeterOut(Schema):
    """A meter of any medium, or a declared series of prices or the like."""

    id: str
    """The point of its readings."""
    node: str | None
    """What it stands at; null of a declared series."""
    medium: str
    """``electricity``, ``reactive-energy``, ``declared``, or the name of another medium."""
    measures: str
    """Which flow it counts, or the quantity of a declared series."""
    unit: str
    scale: str
    """What one count is worth in the unit, a decimal."""
    in_service_since: str | None
    in_service_until: str | None


class GatewayOut(Schema):
    """A gateway and the meters that it reads."""

    id: str
    meters: list[str]


def rights_told(rights: frozenset[Right]) -> list[str]:
    """Return rights in order."""
    return sorted(right.value for right in rights)


def build_park(ports: Ports) -> ParkOut:
    """Return the park."""
    park, span = ports.park, settled_span(ports)
    return ParkOut(
        id=park.id,
        name_zh=park.name_zh,
        name_en=park.name_en,
        time_zone=park.time_zone,
        province=park.province,
        settled=None if span is None else _settled(span),
        log_origin=ports.log_origin,
        log_size=ports.journal.size,
        version=ports.version,
        is_whole=ports.scope.is_whole,
    )


def build_enterprises(ports: Ports) -> tuple[EnterpriseOut, ...]:
    """Return the enterprises, in order of id."""
    found = (
        EnterpriseOut(
            id=each.id,
            name_zh=each.name_zh,
            name_en=each.name_en,
            sector=each.sector,
            voltage_kv=each.voltage_kv,
            transformer_kva=each.transformer_kva,
            in_service_since=_since(each.in_service),
            in_service_until=_until(each.in_service),
        )
        for each in ports.park.enterprises.values()
    )
    return tuple(sorted(found, key=lambda each: each.id))


def build_plants(ports: Ports) -> tuple[PlantOut, ...]:
    """Return the plants, in order of id."""
    found = (
        PlantOut(
            id=each.id,
            name_zh=each.name_zh,
            name_en=each.name_en,
            kind=each.kind.value,
            capacity_kw=each.capacity_kw,
            planned_mwh_per_year=each.planned_mwh_per_year,
            in_service_since=_since(each.in_service),
            in_service_until=_until(each.in_service),
        )
        for each in ports.park.plants.values()
    )
    return tuple(sorted(found, key=lambda each: each.id))


def build_assets(ports: Ports) -> tuple[AssetOut, ...]:
    """Return batteries, charging stations and grid connections, in order of id."""
    return tuple(sorted(_assets(ports.park), key=lambda each: each.id))


def build_meters(ports: Ports) -> tuple[MeterOut, ...]:
    """Return every point that has readings, in order of id."""
    return tuple(sorted(_points(ports.park), key=lambda each: each.id))


def build_gateways(ports: Ports) -> tuple[GatewayOut, ...]:
    """Return the gateways, in order of id."""
    gateways = sorted(ports.park.gateways.values(), key=lambda each: each.id)
    return tuple(GatewayOut(id=each.id, meters=[*each.meters]) for each in gateways)


def told_instant(instant_s: int) -> str:
    """Return an instant as the interface tells it, in UTC.

    Example:
        >>> told_instant(0)
        '1970-01-01T00:00:00Z'
    """
    return instant_of_s(instant_s).strftime("%Y-%m-%dT%H:%M:%SZ")


def _settled(span: Period) -> Settled:
    return Settled(start=told_instant(span.start_s), end=told_instant(span.end_s))


def _since(service: InService) -> str | None:
    return None if service.since is None else service.since.isoformat()


def _until(service: InService) -> str | None:
    return None if service.until is None else service.until.isoformat()


def _assets(park: Park) -> Iterator[AssetOut]:
    for battery in park.batteries.values():
        yield AssetOut(
            id=battery.id,
            kind="battery",
            name_zh=battery.name_zh,
            name_en=battery.name_en,
            power_kw=battery.power_kw,
            energy_kwh=battery.energy_kwh,
            capacity_kva=None,
            in_service_since=_since(battery.in_service),
            in_service_until=_until(battery.in_service),
        )
    for station in park.stations.values():
        yield AssetOut(
            id=station.id,
            kind="charging-station",
            name_zh=station.name_zh,
            name_en=station.name_en,
            power_kw=station.capacity_kw,
            energy_kwh=None,
            capacity_kva=None,
            in_service_since=_since(station.in_service),
            in_service_until=_until(station.in_service),
        )
    for grid in park.grids.values():
        yield AssetOut(
            id=grid.id,
            kind="grid-connection",
            name_zh=grid.name_zh,
            name_en=grid.name_en,
            power_kw=None,
            energy_kwh=None,
            capacity_kva=grid.capacity_kva,
            in_service_since=_since(grid.in_service),
            in_service_until=_until(grid.in_service),
        )


def _points(park: Park) -> Iterator[MeterOut]:
    for meter in park.register_meters:
        electric = isinstance(meter, Meter)
        reactive = isinstance(meter, ReactiveMeter)
        medium = "electricity" if electric else "reactive-energy" if reactive else meter.medium
        flows = ", ".join(flow.value for flow in getattr(meter, "flows", ()))
        yield MeterOut(
            id=meter.id,
            node=meter.node,
            medium=medium,
            measures=meter.measures.value if electric else flows,
            unit=str(meter.unit),
            scale=str(meter.scale),
            in_service_since=_since(meter.in_service),
            in_service_until=_until(meter.in_service),
        )
    for series in park.series.values():
        yield MeterOut(
            id=series.id,
            node=None,
            medium="declared",
            measures=series.quantity.value,
            unit=series.unit,
            scale=series.scale,
            in_service_since=None,
            in_service_until=None,
        )
