"""Edge job: take what was read, leave out what is known, seal it into numbered batches.

The simulator, an imported file and a field gateway all come through here; from here on nothing
tells them apart but the origin that the batch states.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from taihang.core.errors import InputError
from taihang.core.metering.current import current_rows
from taihang.core.metering.plausibility import Problem, check_block, check_medium_block
from taihang.core.metering.readings import MeterEvent, MeterEventKind, ReadingBlock
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import Period
from taihang.core.seal.batch_v2 import seal_batch
from taihang.core.seal.block import MISSING_COUNT
from taihang.core.seal.envelope import FIRST_KEY, ClockState, Envelope
from taihang.core.seal.gateway_key import find_key
from taihang.core.series import Quality
from taihang.services.keys import gateway_signer
from taihang.services.ports import Columns, Ports, Upload
from taihang.services.replay import without

IMPORT_GATEWAY = "import"
"""The pseudo-gateway of imported files: a manual channel, which may speak for every point."""
_DAY_S = 86_400
_PROBLEMS_SHOWN = 5


class UnknownPointError(InputError):
    """Readings name a point that the park does not have."""

    code = "input.unknown-point"


class ImplausibleImportError(InputError):
    """A file holds values that no honest meter of this park can have."""

    code = "input.implausible-import"


@dataclass(frozen=True, slots=True)
class Collected:
    """An upload that is ready to be sealed."""

    gateway: str
    sent_at_s: int
    blocks: tuple[ReadingBlock, ...]
    events: tuple[MeterEvent, ...] = ()


@dataclass(slots=True)
class CollectCount:
    """What became of the readings, counted while the batches are made."""

    read: int = 0
    unchanged: int = 0
    sealed: int = 0
    batches: int = 0


def collect(
    uploads: Iterable[Upload],
    *,
    ports: Ports,
    period: Period,
    origin: Mapping[str, str],
    clock: ClockState,
    count: CollectCount,
) -> Iterator[bytes]:
    """Yield sealed batches of everything in the uploads that the park does not know yet.

    Args:
        uploads: What gateways collected, in order.
        ports: The outside world.
        period: A period that holds every reading of the uploads.
        origin: Where the readings come from; signed with every batch.
        clock: How well the gateways knew the time.
        count: Counters that are moved along.

    Yields:
        The bytes of one sealed batch after the other.
    """
    # 1. What the park knows already: the same file twice changes nothing.
    known = known_readings(ports, period)
    known_events = _known_events(ports)
    counters = ports.lake.batches().last_counters()
    for upload in uploads:
        # 2. Leave out readings that would say the same again.
        blocks = [
            _news(block, known.get((block.point, block.quantity.value))) for block in upload.blocks
        ]
        fresh = [block for block in blocks if len(block.times_s)]
        count.read += sum(len(block.times_s) for block in upload.blocks)
        count.sealed += sum(len(block.times_s) for block in fresh)
        count.unchanged = count.read - count.sealed
        events = [event for event in upload.events if event not in known_events]
        if not (fresh or events):
            continue
        known_events.update(events)
        # 3. Number and sign the batch with the gateway's own key.
        counters[upload.gateway] = counters.get(upload.gateway, 0) + 1
        key = gateway_signer(upload.gateway, ports=ports)
        envelope = Envelope(
            gateway=upload.gateway,
            key_ordinal=ordinal_of(upload.gateway, key=key.public, ports=ports),
            counter=counters[upload.gateway],
            sent_at_s=upload.sent_at_s,
            clock=clock,
            origin=origin,
            events=tuple(sorted(events, key=lambda event: (event.at_s, event.point))),
        )
        (seed,) = ports.keys.salts(f"{upload.gateway}/{envelope.counter}", 1)
        count.batches += 1
        yield seal_batch(envelope, blocks=fresh, seed=seed, sign=key.sign)


def ordinal_of(gateway: str, *, key: bytes, ports: Ports) -> int:
    """Return which key of a gateway a public key is; the first one of a gateway that has none."""
    found = find_key(ports.registry.gateway_keys().get(gateway, ()), key=key)
    return FIRST_KEY if found is None else found.ordinal


def uploads_of_blocks(blocks: Sequence[ReadingBlock], *, ports: Ports) -> Iterator[Collected]:
    """Cut imported blocks into one upload a UTC day, so that a proof of a month stays small.

    Args:
        blocks: Blocks of any length, one a point and quantity.
        ports: The outside world.

    Yields:
        Uploads of the import gateway in order of time.
    """
    if not blocks:
        return
    # A correction must be newer than what it corrects, whatever the clocks said.
    newest_s = int(ports.lake.batches().sent_at_s.max(initial=0))
    sent_at_s = max(int(ports.clock.now().timestamp()), newest_s + 1)
    first = min(int(block.times_s[0]) for block in blocks) // _DAY_S
    last = max(int(block.times_s[-1]) for block in blocks) // _DAY_S
    edges_s = np.arange(first, last + 2, dtype=np.int64) * _DAY_S
    cuts = [np.searchsorted(block.times_s, edges_s) for block in blocks]
    for day in range(len(edges_s) - 1):
        parts = [
            _cut(block, int(cut[day]), int(cut[day + 1]))
            for block, cut in zip(blocks, cuts, strict=True)
            if cut[day + 1] > cut[day]
        ]
        if parts:
            yield Collected(IMPORT_GATEWAY, sent_at_s, tuple(parts))


def check_import(blocks: Sequence[ReadingBlock], *, ports: Ports) -> None:
    """Refuse a whole file before any of it is stored.

    Args:
        blocks: Everything the file holds.
        ports: The outside world.

    Raises:
        UnknownPointError: If it names a point that is not in park.toml.
        ImplausibleImportError: If values exceed what a meter can honestly count.
    """
    park = ports.park
    unknown = unknown_points(blocks, park)
    if unknown:
        raise UnknownPointError(
            given=f"readings of {len(unknown)} points not in park.toml: {', '.join(unknown[:6])}",
            expected="ids of [meters], [media_meters], [reactive_meters] or [series]",
            remedy="add them to park.toml, or name the points differently in the import map",
        )
    problems = [problem for block in blocks for problem in implausible(block, park)]
    if problems:
        shown = "; ".join(str(problem) for problem in problems[:_PROBLEMS_SHOWN])
        raise ImplausibleImportError(
            given=f"{len(problems)} implausible stretches: {shown}",
            expected="values that the meters of park.toml can have",
            remedy="correct the unit or quantity in the import map, or max_kw in park.toml",
        )


def unknown_points(blocks: Sequence[ReadingBlock], park: Park) -> list[str]:
    """Return the points that are not in a park file, in order."""
    known = {*park.meters, *park.media_meters, *park.reactive_meters, *park.series}
    return sorted({block.point for block in blocks} - known)


def implausible(block: ReadingBlock, park: Park) -> list[Problem]:
    """Return what no honest meter of a park can have shown of a point that it has."""
    meter = park.register_meter(block.point)
    if meter is None:
        return []
    if not isinstance(meter, Meter):
        return check_medium_block(block, max_steps_per_s=meter.max_steps_per_s)
    is_net = meter.measures is Direction.GENERATION
    return check_block(block, max_kw=meter.max_kw, is_net=is_net)


def span_of(blocks: Sequence[ReadingBlock]) -> Period:
    """Return a period that holds every reading of some blocks."""
    first = min(int(block.times_s[0]) for block in blocks)
    last = max(int(block.times_s[-1]) for block in blocks)
    return Period.of_s(first, last + 1)


def _cut(block: ReadingBlock, first: int, last: int) -> ReadingBlock:
    quality = block.quality[first:last]
    return replace(
        block,
        times_s=block.times_s[first:last],
        # A file has no number where a reading is missing; a sealed batch has this one.
        counts=np.where(quality == Quality.MISSING, MISSING_COUNT, block.counts[first:last]),
        quality=quality,
    )


def known_readings(ports: Ports, period: Period) -> dict[tuple[str, ...], Columns]:
    """Return what the park knows of a period: the reading of each time that counts now.

    Args:
        ports: The outside world.
        period: The period.

    Returns:
        Columns by point and quantity, in order of time.
    """
    batches = ports.lake.batches()
    rank, withdrawn = batches.rank(), batches.withdrawn(as_of=len(batches))
    slabs = without(ports.lake.read("readings", period), withdrawn)
    return {
        key: current_rows(rows, batch_rank=rank, as_of=len(rank)) for key, rows in slabs.items()
    }


def _known_events(ports: Ports) -> set[MeterEvent]:
    return {
        MeterEvent(point, MeterEventKind(kind), *map(int, values))
        for (point, kind), rows in ports.lake.read("events").items()
        for values in zip(rows["time_s"], rows["final_count"], rows["initial_count"], strict=True)
    }


def _news(block: ReadingBlock, known: Columns | None) -> ReadingBlock:
    """Return the readings of a block that are new or say something else."""
    if known is None or not len(known["time_s"]):
        return block
    at = np.searchsorted(known["time_s"], block.times_s)
    at = np.minimum(at, len(known["time_s"]) - 1)
    same = (
        (known["time_s"][at] == block.times_s)
        & (known["count"][at] == block.counts)
        & (known["quality"][at] == block.quality)
    )
    keep = ~same
    return replace(
        block,
        times_s=block.times_s[keep],
        counts=block.counts[keep],
        quality=block.quality[keep],
    )
