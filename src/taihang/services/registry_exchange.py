"""Jobs between the ledger and other registries: numbers that come back, certificates from outside.

A file is read whole or not at all, first as a preview; only what is asked for is kept.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from taihang.core.activity.sheet import Sheet
from taihang.core.certificates.exchange import WHOLE_MWH, ExchangeMap
from taihang.core.certificates.outside import OutsideCertificate, OutsideFileError, read_outside
from taihang.core.park.park import Park
from taihang.core.periods import instant_of_s
from taihang.services.ports import Ports
from taihang.standards.nea_2024_67 import GecKind, GecNumbers

_KINDS: Final[Mapping[str, GecKind]] = {
    "tradable": GecKind.TRADABLE,
    "可交易": GecKind.TRADABLE,
    "non-tradable": GecKind.NON_TRADABLE,
    "不可交易": GecKind.NON_TRADABLE,
}
"""Words for whether a certificate may be sold, in both languages."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was handed in."""

    name: str
    data: bytes
    sheet: Sheet


def read_table(table: Table, *, exchange: ExchangeMap, ports: Ports) -> list[OutsideCertificate]:
    """Read the records of a table, as a preview of it.

    Args:
        table: The table.
        exchange: The map of its registry.
        ports: The outside world.

    Raises:
        OutsideFileError: If anything is wrong with any cell; it names every one.
    """
    found = read_outside(
        table.sheet,
        exchange=exchange,
        zone=ports.park.zone,
        now_s=int(ports.clock.now().timestamp()),
        name=table.name,
    )
    return list(found)


def read_numbers(table: Table, *, exchange: ExchangeMap, ports: Ports) -> tuple[GecNumbers, ...]:
    """Read the numbers that the national registry gave to certificates of this park.

    Args:
        table: The table.
        exchange: Its map.
        ports: The outside world.

    Returns:
        The numbers by plant, month and kind, in the order of the file.

    Raises:
        OutsideFileError: If a cell is wrong, or a record is of no plant of this park or of no kind.
    """
    records = read_table(table, exchange=exchange, ports=ports)
    plants = _plants_by_code(ports.park)
    problems: list[str] = []
    found: list[GecNumbers] = []
    for record in records:
        plant, kind = plants.get(record.device_code), _KINDS.get(record.kind)
        if plant is None or kind is None:
            problems.append(
                f"{record.serial_first}: {record.device_code}, {record.kind or 'no kind'}; expected"
                f" a project code or id of a plant of park.toml, and one of {', '.join(_KINDS)}"
            )
            continue
        start = instant_of_s(record.start_s).astimezone(ports.park.zone)
        found.append(
            GecNumbers(
                plant=plant,
                month=f"{start:%Y-%m}",
                kind=kind,
                first=record.serial_first,
                last=record.serial_last,
                n_certificates=record.energy_wh // WHOLE_MWH,
            )
        )
    if problems:
        raise OutsideFileError(problems, name=table.name)
    return tuple(found)


def _plants_by_code(park: Park) -> dict[str, str]:
    """Return the plant of each project code and id; a code of two plants means neither."""
    meant: dict[str, set[str]] = {}
    for code, plant in _codes(park):
        meant.setdefault(code, set()).add(plant)
    return {code: plants.pop() for code, plants in meant.items() if len(plants) == 1}


def _codes(park: Park) -> Iterator[tuple[str, str]]:
    for plant in park.plants.values():
        yield plant.id, plant.id
        if plant.identity.project_code is not None:
            yield plant.identity.project_code, plant.id
