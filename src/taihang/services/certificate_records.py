"""Views of the ledger for registries: GEC by plant and month, EnergyTag records by hour.

Both are made from issues, certificates and sheets whenever somebody asks; they hold no state.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from taihang.core.balance.matching import RouteKind
from taihang.core.certificates.act import Issuance
from taihang.core.certificates.act_document import open_act
from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.issue import Issue, lots_at
from taihang.core.certificates.sheet import Sheet, open_sheet
from taihang.core.errors import InputError
from taihang.core.park.assets import Plant
from taihang.core.park.park import Park
from taihang.services.ports import Ports
from taihang.standards.energytag import (
    TECHNOLOGIES,
    Configuration,
    Device,
    GranularCertificate,
    IssuedFrom,
    Piece,
    Terms,
    granular_records,
)
from taihang.standards.nea_2024_67 import GecEnergy, GecKind, GecLine, GecNumbers, gec_lines

_GEC_KINDS: Final[Mapping[RouteKind, GecKind]] = {
    RouteKind.FEED_IN: GecKind.TRADABLE,
    RouteKind.LINE: GecKind.NON_TRADABLE,
    RouteKind.CONTRACT: GecKind.NON_TRADABLE,
    RouteKind.FEEDER: GecKind.NON_TRADABLE,
    RouteKind.POOL: GecKind.NON_TRADABLE,
}
"""Kind of GEC by route; what goes into storage and comes out of it makes none."""


class UnknownDeviceError(InputError):
    """Park.toml does not say of a plant what a granular record must state."""

    code = "input.unknown-device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which certificates become granular records, and on which terms."""

    month: str
    """Production month, ``YYYY-MM``."""
    holder: str | None
    """Of one party alone; None: of all."""
    configuration: Configuration
    step_s: int
    """Length of a record: 900, 1800 or 3600 [s]."""


def gec_view(*, ports: Ports, numbers: Sequence[GecNumbers] = ()) -> tuple[GecLine, ...]:
    """Return whole GEC of every plant, month and kind, with the remainder carried on.

    Args:
        ports: The outside world.
        numbers: What the national registry gave.

    Raises:
        GecInputError: If a number belongs to no line.
    """
    sums_wh: dict[tuple[str, str, GecKind], dict[str, int]] = {}
    sheets = _Sheets(ports)
    for issue in ports.registry.certificates.issues():
        kind = _GEC_KINDS.get(issue.route.kind)
        if kind is None:
            continue
        for one in ports.registry.certificates.certificates(issue.id):
            if one.state is State.WITHDRAWN:
                continue
            for plant, energy_wh in _by_plant(issue, one, sheets):
                states = sums_wh.setdefault((plant, issue.month, kind), {})
                states[one.state.value] = states.get(one.state.value, 0) + energy_wh
    energies = [
        GecEnergy(plant=plant, month=month, kind=kind, by_state_wh=states)
        for (plant, month, kind), states in sums_wh.items()
    ]
    return gec_lines(energies, book=ports.facts, numbers=numbers)


def gec_texts(line: GecLine, *, park: Park) -> dict[str, str]:
    """Return a line as named texts, for a table."""
    plant = park.plants.get(line.energy.plant)
    known = None if plant is None else plant.identity
    commissioned = None if known is None else known.commissioned
    return {
        "project_code": "" if known is None else known.project_code or "",
        "device_id": line.energy.plant,
        "device_name": line.energy.plant if plant is None else plant.name_zh,
        "technology": "" if plant is None else TECHNOLOGIES[plant.kind][1],
        "commissioned": "" if commissioned is None else commissioned.isoformat(),
        "month": line.energy.month,
        "kind": line.energy.kind.value,
        "n_certificates": str(line.n_certificates),
        "energy_wh": str(line.energy.energy_wh),
        "carried_in_wh": str(line.carried_in_wh),
        "carried_out_wh": str(line.carried_out_wh),
        "expires_on": line.expires_on.isoformat(),
        "number_first": line.numbers[0].first if line.numbers else "",
        "number_last": line.numbers[-1].last if line.numbers else "",
    }


def granular_view(wanted: Wanted, *, ports: Ports) -> tuple[GranularCertificate, ...]:
    """Return the EnergyTag records of the certificates of a month.

    Args:
        wanted: Which, and on which terms.
        ports: The outside world.

    Returns:
        The records of each certificate, in the order of the ledger; what was withdrawn has none,
        and what was charged into storage is certified when it comes out.

    Raises:
        UnknownDeviceError: If park.toml does not say when a plant was commissioned.
        GranularRecordError: If the length of a record is none of the scheme.
    """
    ledger, sheets = ports.registry.certificates, _Sheets(ports)
    issues = [i for i in ledger.issues(wanted.month) if i.route.kind is not RouteKind.CHARGE]
    devices = _devices((part.id for issue in issues for part in issue.plants), ports.park)
    issued_s = _issued_s(ports)
    found: list[GranularCertificate] = []
    for issue in issues:
        for one in ledger.certificates(issue.id):
            if one.state is State.WITHDRAWN or wanted.holder not in {None, one.holder}:
                continue
            found += granular_records(
                _pieces(issue, one, sheets),
                certificate=one.id,
                devices=devices,
                terms=_terms(issue, one, issued_s=issued_s[issue.id], wanted=wanted, ports=ports),
                step_s=wanted.step_s,
            )
    return tuple(found)


class _Sheets:
    """Sheets by hash, each opened once."""

    def __init__(self, ports: Ports) -> None:
        self._ledger = ports.registry.certificates
        self._opened: dict[str, Sheet] = {}

    def of(self, issue: Issue) -> Sheet:
        name = issue.sheet_sha256
        if name not in self._opened:
            self._opened[name] = open_sheet(self._ledger.sheet(name))
        return self._opened[name]


def _by_plant(issue: Issue, one: Certificate, sheets: _Sheets) -> Iterator[tuple[str, int]]:
    if one.wh == issue.total_wh:
        # A whole issue says itself what each plant gave; no sheet need be opened.
        yield from ((part.id, part.wh) for part in issue.plants)
        return
    for piece in _pieces(issue, one, sheets):
        yield piece.device, piece.energy_wh


def _pieces(issue: Issue, one: Certificate, sheets: _Sheets) -> Iterator[Piece]:
    lots = lots_at(issue, sheets.of(issue), first_wh=one.first_wh, stop_wh=one.stop_wh)
    for start_s, row, energy_wh in zip(lots.starts_s, lots.rows, lots.wh, strict=True):
        yield Piece(lots.plants[int(row)], int(start_s), int(energy_wh))


def _terms(issue: Issue, one: Certificate, *, issued_s: int, wanted: Wanted, ports: Ports) -> Terms:
    is_storage = issue.route.kind is RouteKind.STORAGE
    return Terms(
        issued_s=issued_s,
        issuer=ports.log_origin,
        issued_from=IssuedFrom.STORAGE if is_storage else IssuedFrom.PRODUCTION,
        is_usable_for_disclosure=one.state is not State.EXPIRED,
        configuration=wanted.configuration,
    )


def _issued_s(ports: Ports) -> dict[str, int]:
    """Return when each issue was made [s]."""
    acts = (open_act(record.document.encode()) for record in ports.registry.certificates.acts())
    return {act.issue.id: act.at_s for act in acts if isinstance(act, Issuance)}


def _devices(plants: Iterable[str], park: Park) -> dict[str, Device]:
    named = sorted(set(plants))
    lacking = [
        name
        for name in named
        if name not in park.plants or park.plants[name].identity.commissioned is None
    ]
    if lacking:
        raise UnknownDeviceError(
            given=f"no day of commissioning of {', '.join(lacking)}",
            expected="commissioned = YYYY-MM-DD of each plant, which an EnergyTag record states",
            remedy="write it in park.toml under [plants]; nothing was exported",
        )
    return {name: _device(park.plants[name], park) for name in named}


def _device(plant: Plant, park: Park) -> Device:
    known = plant.identity
    # Where a plant has no place of its own it stands where the park does.
    place = known.position or (Decimal(str(park.latitude_deg)), Decimal(str(park.longitude_deg)))
    if known.commissioned is None:
        raise UnknownDeviceError(
            given=f"no day of commissioning of {plant.id}",
            expected="commissioned = YYYY-MM-DD",
            remedy="write it in park.toml under [plants]",
        )
    source, technology = TECHNOLOGIES[plant.kind]
    return Device(
        id=plant.id,
        name=plant.name_zh,
        source=source,
        technology=technology,
        operational_since=known.commissioned,
        capacity_kw=Decimal(str(plant.capacity_kw)),
        region=park.province,
        latitude_deg=place[0],
        longitude_deg=place[1],
    )
