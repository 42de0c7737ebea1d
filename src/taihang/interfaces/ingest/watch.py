"""What operators look at: is the door ready for durable writes, and how does it stand."""

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taihang import wiring
from taihang.interfaces.ingest.committer import Committer
from taihang.interfaces.ingest.door import MAX_HOT_READINGS, Door
from taihang.interfaces.ingest.limits import InFlight, Limits

_PROBE_WITHIN_S: Final = 2.0
_BYTES_PER_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Looks at one door."""

    root: Path
    door: Door
    committer: Committer
    in_flight: InFlight
    limits: Limits
    writer: Executor
    published_age_s: Callable[[], int | None]

    async def reasons(self) -> list[str]:
        """Return what keeps the door from taking durable writes; nothing if it can."""
        found: list[str] = []
        stock = self.door.stock()
        if stock.is_suspect:
            found.append("state.suspect-door: a forced write failed; start the door again")
        if not wiring.can_write(self.root):
            found.append("link.storage-full: the disk has no room, or takes no writes")
        if stock.n_hot > MAX_HOT_READINGS:
            found.append(f"lake: {stock.n_hot} readings behind the journal")
        if self.committer.n_waiting >= self.limits.max_queue:
            found.append("state.queue-full: more is sent than the disk takes")
        if not found and (refusal := await self._probed()) is not None:
            found.append(refusal)
        return found

    async def _probed(self) -> str | None:
        """Ask the writer's thread to take the lock; a thread that does not come is a reason too."""
        asked = asyncio.get_running_loop().run_in_executor(self.writer, self.door.probe)
        try:
            refusal = await asyncio.wait_for(asyncio.shield(asked), _PROBE_WITHIN_S)
        except TimeoutError:
            return f"writer: busy for more than {_PROBE_WITHIN_S:.0f} s"
        return None if refusal is None else f"{refusal.code}: {refusal.given}"

    def gauges(self) -> Mapping[str, tuple[str, float]]:
        """Return what is looked at now and not counted: name, help text, value."""
        stock = self.door.stock()
        found: dict[str, tuple[str, float]] = {
            "taihang_ingest_queue_batches": ("Batches that wait.", self.committer.n_waiting),
            "taihang_ingest_in_flight_bytes": ("Bytes of bodies held.", self.in_flight.bytes),
            "taihang_ingest_readings_total": ("Readings stored.", self.door.n_readings),
            "taihang_journal_records": ("Records in the journal.", stock.n_records),
            "taihang_journal_bytes": ("Size of the journal.", wiring.journal_bytes(self.root)),
            "taihang_journal_suspect": ("1 after a failed forced write.", stock.is_suspect),
            "taihang_lake_hot_readings": ("Readings not sealed in the lake yet.", stock.n_hot),
            "taihang_disk_free_bytes": (
                "Room on the disk.",
                wiring.free_mb(self.root) * _BYTES_PER_MB,
            ),
        }
        if (age_s := self.published_age_s()) is not None:
            found["taihang_published_age_seconds"] = ("Since the last publication.", age_s)
        return found
