"""What the pages of the import ask the park: points, what an upload would change, what came in."""

from dataclasses import dataclass, replace
from pathlib import Path

from taihang.core.metering.import_draft import KnownPoint, PlaceFacts, ReadFile
from taihang.core.seal.trail import Outcome, TrailRecord
from taihang.services.import_points import known_points, place_facts
from taihang.services.import_readings import DryRun, dry_run
from taihang.services.ports import Ports
from taihang.settings_wiring import import_desk

KIND = "import-readings"
"""What an import is called in the audit trail."""
_LATEST = 20


@dataclass(frozen=True, slots=True)
class Ground:
    """What an upload is looked at with."""

    points: tuple[KnownPoint, ...]
    place: PlaceFacts


@dataclass(frozen=True, slots=True)
class Forecast:
    """What an upload would change."""

    read: ReadFile
    """Without its readings."""
    dry: DryRun


@dataclass(frozen=True, slots=True, kw_only=True)
class PastImport:
    """One import that came in through the pages."""

    act: str
    at_s: int
    by: str
    name: str
    n_new: int
    n_changed: int
    map_sha256: str
    reason: str


def build_ground(ports: Ports) -> Ground:
    """Return the points that somebody sees, and the place of the park."""
    return Ground(known_points(ports.park), place_facts(ports))


def build_forecast(ports: Ports, root: str, upload_id: str, draft: str) -> Forecast:
    """Say what an upload would change.

    Args:
        ports: The park, or the part of it that somebody sees.
        root: The park folder.
        upload_id: The upload.
        draft: Hash of the draft: another draft is another question.
    """
    del draft
    ground = build_ground(ports)
    read = import_desk(Path(root)).read(upload_id, points=ground.points, place=ground.place)
    return Forecast(replace(read, blocks=()), dry_run(read, ports=ports))


def build_past(ports: Ports) -> tuple[PastImport, ...]:
    """Return the latest imports, the newest first."""
    found = ports.trail.latest(_LATEST, kind=KIND)
    return tuple(_past(record) for record in found if record.entry.outcome is Outcome.DONE)


def find_past(ports: Ports, act: str) -> PastImport | None:
    """Return what an act took in, None where it took in nothing."""
    record = ports.trail.find(act, Outcome.DONE)
    return None if record is None or record.entry.kind != KIND else _past(record)


def _past(record: TrailRecord) -> PastImport:
    entry = record.entry
    return PastImport(
        act=entry.id,
        at_s=entry.at_s,
        by=entry.actor or "",
        name=entry.subject,
        n_new=int(str(entry.body["new"])),
        n_changed=int(str(entry.body["changed"])),
        map_sha256=str(entry.body["map_sha256"]),
        reason=str(entry.body["reason"]),
    )
