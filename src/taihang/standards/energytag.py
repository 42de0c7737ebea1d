"""EnergyTag scheme standard: the attributes of one granular certificate, as a view of lots.

A record says of one device and at most one hour how many whole watt-hours were produced, by whom
it was issued and what may be claimed with it. It holds nothing that the ledger does not hold: the
records of a certificate are made from its lots whenever somebody asks for them.

Source: EnergyTag scheme standard, crucial attributes (carrier, unique id, operational date,
interval of at most an hour, issue stamp, source, technology, device, capacity, region, location,
whole Wh rounded down, issuer, production or storage, disclosure, conversion, configuration)
[verified: K27]. The names of the columns are ours.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from enum import IntEnum, StrEnum
from typing import Final, NoReturn, TypeVar

from taihang.core.errors import InputError
from taihang.core.park.assets import PlantKind
from taihang.core.periods import STEP_S
from taihang.core.quantities import SECONDS_PER_HOUR

_Choice = TypeVar("_Choice")

CARRIER: Final = "electricity"
TECHNOLOGIES: Final[Mapping[PlantKind, tuple[str, str]]] = {
    PlantKind.PV: ("solar", "photovoltaic"),
    PlantKind.WIND: ("wind", "wind-turbine"),
}
"""Energy source and technology by kind of plant."""
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_FLAGS: Final = {"yes": True, "no": False}
_LATITUDE_MOST_DEG: Final = 90
_LONGITUDE_MOST_DEG: Final = 180


class GranularRecordError(InputError):
    """A record lacks an attribute, or says what no granular certificate may say."""

    code = "input.granular-record"


class IssuedFrom(StrEnum):
    """Whether the energy was produced or came back out of storage."""

    PRODUCTION = "production"
    STORAGE = "storage"


class Configuration(IntEnum):
    """How the scheme stands to certificates that exist already, as the standard numbers it."""

    ONE = 1
    TWO = 2
    SIDE_BY_SIDE = 3
    """Beside an existing certificate of the same energy, such as a GEC (绿证)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a record says of the device."""

    id: str
    name: str
    source: str
    technology: str
    operational_since: date
    capacity_kw: Decimal
    region: str
    latitude_deg: Decimal
    longitude_deg: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What all records of one issue share."""

    issued_s: int
    """When it was issued [s since 1970-01-01T00:00Z]."""
    issuer: str
    issued_from: IssuedFrom
    is_usable_for_disclosure: bool
    configuration: Configuration

    @property
    def is_after_conversion(self) -> bool:
        """Whether the energy was converted or stored before the issue."""
        return self.issued_from is IssuedFrom.STORAGE


@dataclass(frozen=True, slots=True)
class Piece:
    """What a certificate holds of one lot."""

    device: str
    start_s: int
    """Start of the settlement interval [s since 1970-01-01T00:00Z]."""
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GranularCertificate:
    """One record: a device, at most an hour, whole watt-hours."""

    id: str
    device: Device
    start_s: int
    end_s: int
    energy_wh: int
    terms: Terms

    def __post_init__(self) -> None:
        """Refuse what no granular certificate may say.

        Raises:
            GranularRecordError: If the interval is empty or longer than an hour, the energy is not
                1 Wh or more, or it was issued before it was produced.
        """
        if not 0 < self.end_s - self.start_s <= SECONDS_PER_HOUR:
            _refuse(self.id, f"an interval of {self.end_s - self.start_s} s", "1 … 3600 s")
        if self.energy_wh < 1:
            _refuse(self.id, f"{self.energy_wh} Wh", "1 Wh or more")
        if self.terms.issued_s < self.end_s:
            _refuse(self.id, "an issue before the end of its interval", "an issue after production")


def granular_records(
    pieces: Iterable[Piece],
    *,
    certificate: str,
    devices: Mapping[str, Device],
    terms: Terms,
    step_s: int,
) -> tuple[GranularCertificate, ...]:
    """Return the records of one certificate.

    Args:
        pieces: What it holds of each lot.
        certificate: Its id; the id of each record begins with it.
        devices: The devices by id.
        terms: What all its records share.
        step_s: Length of a record, quarters of an hour, at most an hour. [s]

    Returns:
        The records by time, then by device; Σ energy is that of the pieces.

    Raises:
        GranularRecordError: If the step is none of the scheme, or a device is not known.
    """
    if step_s not in range(STEP_S, SECONDS_PER_HOUR + 1, STEP_S) or SECONDS_PER_HOUR % step_s:
        _refuse(certificate, f"records of {step_s} s", "900, 1800 or 3600 s")
    sums_wh: dict[tuple[int, str], int] = {}
    for piece in pieces:
        at = (piece.start_s - piece.start_s % step_s, piece.device)
        sums_wh[at] = sums_wh.get(at, 0) + piece.energy_wh
    for _, device in sums_wh:
        if device not in devices:
            _refuse(certificate, f"the device {device}", f"one of {', '.join(sorted(devices))}")
    return tuple(
        GranularCertificate(
            id=f"{certificate}/{device}@{_written(start_s)}",
            device=devices[device],
            start_s=start_s,
            end_s=start_s + step_s,
            energy_wh=energy_wh,
            terms=terms,
        )
        for (start_s, device), energy_wh in sorted(sums_wh.items())
    )


def whole_wh(energy_wh: Decimal) -> int:
    """Round an energy down to whole watt-hours, as the standard asks.

    Args:
        energy_wh: The energy [Wh].

    Example:
        >>> whole_wh(Decimal("12.99"))
        12
    """
    return int(energy_wh.to_integral_value(ROUND_FLOOR))


# -- as text -------------------------------------------------------------------------------------


def record_texts(record: GranularCertificate) -> dict[str, str]:
    """Return a record as named texts, in the order of its columns."""
    device, terms = record.device, record.terms
    return {
        "energy_carrier": CARRIER,
        "id": record.id,
        "device_operational_date": device.operational_since.isoformat(),
        "interval_start": _written(record.start_s),
        "interval_end": _written(record.end_s),
        "issued_at": _written(terms.issued_s),
        "source": device.source,
        "technology": device.technology,
        "device_name": device.name,
        "device_id": device.id,
        "capacity_kw": f"{device.capacity_kw:f}",
        "region": device.region,
        "latitude_deg": f"{device.latitude_deg:f}",
        "longitude_deg": f"{device.longitude_deg:f}",
        "energy_wh": str(record.energy_wh),
        "issuer": terms.issuer,
        "issued_from": terms.issued_from.value,
        "usable_for_disclosure": _flag(is_set=terms.is_usable_for_disclosure),
        "after_conversion": _flag(is_set=terms.is_after_conversion),
        "configuration": str(int(terms.configuration)),
    }


def record_of(texts: Mapping[str, str], *, where: str) -> GranularCertificate:
    """Read a record from named texts, the way back from ``record_texts``.

    Args:
        texts: Every column and no other.
        where: What the record is called in messages, for example its row.

    Returns:
        The record.

    Raises:
        GranularRecordError: If a column is missing, unknown or not readable, or the whole says what
            no granular certificate may say.
    """
    cells = _Cells(texts, where)
    cells.one_of("energy_carrier", {CARRIER: None})
    issued_from = cells.one_of("issued_from", {each.value: each for each in IssuedFrom})
    terms = Terms(
        issued_s=cells.instant_s("issued_at"),
        issuer=cells.text("issuer"),
        issued_from=issued_from,
        is_usable_for_disclosure=cells.one_of("usable_for_disclosure", _FLAGS),
        configuration=cells.one_of("configuration", {str(int(c)): c for c in Configuration}),
    )
    if cells.one_of("after_conversion", _FLAGS) != terms.is_after_conversion:
        _refuse(where, f"after_conversion with issued_from {issued_from}", "yes for storage alone")
    record = GranularCertificate(
        id=cells.text("id"),
        device=_device_of(cells),
        start_s=cells.instant_s("interval_start"),
        end_s=cells.instant_s("interval_end"),
        energy_wh=cells.whole("energy_wh"),
        terms=terms,
    )
    if unknown := sorted(texts.keys() - record_texts(record).keys()):
        _refuse(where, f"the column {unknown[0]!r}", f"one of {', '.join(record_texts(record))}")
    return record


def _device_of(cells: "_Cells") -> Device:
    return Device(
        id=cells.text("device_id"),
        name=cells.text("device_name"),
        source=cells.text("source"),
        technology=cells.text("technology"),
        operational_since=cells.day("device_operational_date"),
        capacity_kw=cells.number("capacity_kw", least=0, most=None),
        region=cells.text("region"),
        latitude_deg=cells.number(
            "latitude_deg", least=-_LATITUDE_MOST_DEG, most=_LATITUDE_MOST_DEG
        ),
        longitude_deg=cells.number(
            "longitude_deg", least=-_LONGITUDE_MOST_DEG, most=_LONGITUDE_MOST_DEG
        ),
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """The texts of one record, and where it stands."""

    texts: Mapping[str, str]
    where: str

    def text(self, name: str) -> str:
        value = self.texts.get(name, "")
        if not value:
            _refuse(self.where, f"no {name}", "every attribute of the scheme")
        return value

    def one_of(self, name: str, choices: Mapping[str, _Choice]) -> _Choice:
        value = self.text(name)
        if value not in choices:
            _refuse(self.where, f"{name} {value!r}", f"one of {', '.join(choices)}")
        return choices[value]

    def instant_s(self, name: str) -> int:
        value = self.text(name)
        try:
            found = datetime.strptime(value, _TIME).replace(tzinfo=UTC)
        except ValueError:
            found = None
        # ``strptime`` alone would also read 2026-6-1T0:0:0Z.
        if found is None or f"{found:{_TIME}}" != value:
            _refuse(self.where, f"{name} {value!r}", "an instant as 2026-06-01T00:15:00Z")
        return int(found.timestamp())

    def day(self, name: str) -> date:
        value = self.text(name)
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        # ``fromisoformat`` alone would also read 20260601.
        if found is None or found.isoformat() != value:
            _refuse(self.where, f"{name} {value!r}", "a day as 2026-06-01")
        return found

    def whole(self, name: str) -> int:
        value = self.text(name)
        if not (value.isascii() and value.isdigit()) or len(value) > len(str(2**63)):
            _refuse(self.where, f"{name} {value[:40]!r}", "whole watt-hours")
        return int(value)

    def number(self, name: str, *, least: int, most: int | None) -> Decimal:
        value = self.text(name)
        try:
            found = Decimal(value)
        except InvalidOperation:
            found = Decimal("NaN")
        within = found.is_finite() and found >= least and (most is None or found <= most)
        if not within:
            _refuse(self.where, f"{name} {value[:40]!r}", f"a number, {least} … {most or ''}")
        return found


def _written(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):{_TIME}}"


def _flag(*, is_set: bool) -> str:
    return "yes" if is_set else "no"


def _refuse(where: str, given: str, expected: str) -> NoReturn:
    raise GranularRecordError(
        given=f"{where}: {given}",
        expected=expected,
        remedy="correct the record where it was written; docs/formats/certificate-exchange.md "
        "shows one",
    )
