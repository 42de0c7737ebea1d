"""What came in from another registry at once: the records of one file, as they are kept.

An imported batch is canonical JSON under its hash. It says which file proves it, and keeps the
serial numbers of its registry, so that no certificate comes in twice and none is issued here for
energy that is certified elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from taihang.core.certificates.outside import MAX_RECORDS, OutsideCertificate
from taihang.core.seal.canonical import Fields, JsonValue, canonical_bytes, load_canonical

FORMAT: Final = "taihang/imported-certificates/v1"
IMPORTED: Final = "imported"
"""Stands in the place of a month where batches are kept beside the sheets of months."""
_KEYS: Final = frozenset(("evidence", "format", "id", "map", "records", "registry"))
_RECORD_KEYS: Final = frozenset(
    (
        "device_code",
        "device_name",
        "end_s",
        "energy_wh",
        "expires_on",
        "kind",
        "serial_first",
        "serial_last",
        "start_s",
        "technology",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedBatch:
    """The records of one file of one registry."""

    id: str
    """Given by whoever imports, and given again when it tries again."""
    map: str
    registry: str
    evidence: str
    """SHA-256 of the file [hex]."""
    records: tuple[OutsideCertificate, ...]

    @property
    def energy_wh(self) -> int:
        """Energy of all records [Wh]."""
        return sum(one.energy_wh for one in self.records)


def imported_bytes(batch: ImportedBatch) -> bytes:
    """Return the one spelling of a batch."""
    records: list[JsonValue] = [
        {
            "device_code": one.device_code,
            "device_name": one.device_name,
            "end_s": one.end_s,
            "energy_wh": one.energy_wh,
            "expires_on": None if one.expires_on is None else one.expires_on.isoformat(),
            "kind": one.kind,
            "serial_first": one.serial_first,
            "serial_last": one.serial_last,
            "start_s": one.start_s,
            "technology": one.technology,
        }
        for one in batch.records
    ]
    return canonical_bytes(
        {
            "evidence": batch.evidence,
            "format": FORMAT,
            "id": batch.id,
            "map": batch.map,
            "records": records,
            "registry": batch.registry,
        }
    )


def open_imported(data: bytes) -> ImportedBatch:
    """Return the batch that bytes say.

    Raises:
        CanonicalJsonError: If they are no canonical JSON.
        DocumentError: If a field is absent, unknown or of another kind.
    """
    fields = Fields(load_canonical(data), where="batch", keys=_KEYS)
    fields.constant("format", expected=FORMAT)
    registry = fields.text("registry")
    return ImportedBatch(
        id=fields.text("id"),
        map=fields.text("map"),
        registry=registry,
        evidence=fields.text("evidence"),
        records=tuple(_records(fields, registry)),
    )


def _records(fields: Fields, registry: str) -> Iterator[OutsideCertificate]:
    for number, item in enumerate(fields.items("records", limit=MAX_RECORDS)):
        one = Fields(item, where=f"batch.records[{number}]", keys=_RECORD_KEYS)
        expires_on = one.optional_text("expires_on")
        yield OutsideCertificate(
            registry=registry,
            serial_first=one.text("serial_first"),
            serial_last=one.text("serial_last"),
            device_code=one.text("device_code"),
            device_name=one.text("device_name"),
            technology=one.text("technology"),
            start_s=one.integer("start_s"),
            end_s=one.integer("end_s"),
            energy_wh=one.integer("energy_wh", low=1),
            expires_on=None if expires_on is None else date.fromisoformat(expires_on),
            kind=one.text("kind"),
        )
