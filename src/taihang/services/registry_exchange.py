"""Jobs between the ledger and other registries: numbers that come back, certificates from outside.

A file is read whole or not at all, first as a preview; only what is asked for is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from taihang.core.activity.sheet import Sheet
from taihang.core.certificates.double_issue import (
    CertifiedElsewhere,
    certified_elsewhere,
    demand_single,
    overlapping_intervals,
)
from taihang.core.certificates.exchange import WHOLE_MWH, ExchangeMap
from taihang.core.certificates.imported import (
    IMPORTED,
    ImportedBatch,
    imported_bytes,
    open_imported,
)
from taihang.core.certificates.outside import (
    OutsideCertificate,
    OutsideFileError,
    doubled_serials,
    read_outside,
)
from taihang.core.errors import StateError
from taihang.core.park.park import Park
from taihang.core.periods import instant_of_s
from taihang.services.certificate_parties import parties_of, services_of
from taihang.services.ports import Ports
from taihang.standards.nea_2024_67 import GecKind, GecNumbers

_KINDS: Final[Mapping[str, GecKind]] = {
    "tradable": GecKind.TRADABLE,
    "可交易": GecKind.TRADABLE,
    "non-tradable": GecKind.NON_TRADABLE,
    "不可交易": GecKind.NON_TRADABLE,
}
"""Words for whether a certificate may be sold, in both languages."""


class ImportIdReusedError(StateError):
    """The id of an import came again with another file."""

    code = "state.import-id-reused"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to."""

    batch: ImportedBatch
    is_new: bool
    """False: it was taken in before under this id."""


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


def import_certificates(
    table: Table, *, exchange: ExchangeMap, id_: str, store: bool, ports: Ports
) -> Imported:
    """Take in certificates of another registry, or look at them as if.

    They are kept with the file that proves them, guard against a second certification, and are
    never issued here. They are no certificates of the ledger: nobody can claim or sell them yet.

    Args:
        table: The table.
        exchange: The map of its registry.
        id_: Id of the import, given by whoever imports.
        store: False is a preview and stores nothing.
        ports: The outside world, opened for writing if it is stored.

    Raises:
        OutsideFileError: If a cell is wrong, or certificates came in before; it names every one.
        DoubleIssueGuardError: If intervals overlap, or the energy is issued here already.
        ImportIdReusedError: If the id stands for another file.
    """
    # 1. What the file says.
    batch = ImportedBatch(
        id=id_,
        map=exchange.name,
        registry=exchange.registry,
        evidence=sha256(table.data).hexdigest(),
        records=tuple(read_table(table, exchange=exchange, ports=ports)),
    )
    # 2. The same import again is the same import.
    before = imported_batches(ports=ports)
    if _is_known(batch, before):
        return Imported(batch, is_new=False)
    # 3. Against what came in before, and against what is issued here.
    _demand_new(batch, before, table, ports)
    # 4. The file first, and only when it is on the disk the batch.
    if store:
        ports.evidence.keep(table.data)
        ports.registry.certificates.apply(
            (),
            parties=parties_of(ports.park),
            services=services_of(ports.park),
            sheets=[(IMPORTED, imported_bytes(batch))],
        )
    return Imported(batch, is_new=True)


def imported_batches(*, ports: Ports) -> list[ImportedBatch]:
    """Return everything that came in from other registries, in the order in which it came."""
    ledger = ports.registry.certificates
    return [open_imported(ledger.sheet(name)) for name in ledger.sheets(IMPORTED)]


def _is_known(batch: ImportedBatch, before: Sequence[ImportedBatch]) -> bool:
    same = next((one for one in before if one.id == batch.id), None)
    if same is not None and same != batch:
        raise ImportIdReusedError(
            given=f"the import {batch.id} of the file {batch.evidence[:16]}…",
            expected=f"that of the file {same.evidence[:16]}…, which this id stands for",
            remedy="give a new import an id of its own; nothing was stored",
        )
    return same is not None


def _demand_new(
    batch: ImportedBatch, before: Sequence[ImportedBatch], table: Table, ports: Ports
) -> None:
    known = [record for one in before for record in one.records]
    if doubled := list(doubled_serials(batch.records, known=known)):
        raise OutsideFileError(doubled, name=table.name)
    demand_single(
        (
            *overlapping_intervals(one.production for one in (*known, *batch.records)),
            *certified_elsewhere(
                list(ports.park.plants.values()),
                issued=_issued(ports),
                imported=[one.production for one in batch.records],
            ),
        )
    )


def _issued(ports: Ports) -> Iterator[CertifiedElsewhere]:
    """Yield what is issued here by plant."""
    for issue in ports.registry.certificates.issues():
        for part in issue.plants:
            yield CertifiedElsewhere(
                registry=ports.log_origin,
                device_code=part.id,
                device_name=part.id,
                start_s=part.first_s,
                end_s=part.stop_s,
                energy_wh=part.wh,
            )


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
