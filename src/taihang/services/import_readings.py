"""Platform job: say what an import would change, and take it in, all of it or nothing.

1. what every point would get, month by month   2. why it cannot come in, if so   3. which settled
periods it touches   4. keep the files and the map as evidence   5. seal and store in one write
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.errors import InputError, TaihangError
from taihang.core.metering.import_draft import Oddity, ReadFile, Severity
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import instant_of_s, month
from taihang.core.quantities import WH_PER_KWH
from taihang.core.seal.envelope import ClockState
from taihang.core.series import Quality, Quantity
from taihang.services.act_log import log_acts
from taihang.services.admission import check_block
from taihang.services.collect import (
    IMPORT_GATEWAY,
    CollectCount,
    check_import,
    collect,
    implausible,
    known_readings,
    span_of,
    unknown_points,
    uploads_of_blocks,
)
from taihang.services.ingest import Ingester
from taihang.services.ports import Columns, Ports

_NAMED_FILES: Final = 40
"""So many files stand in the origin of a batch by name; of more, a list of them."""
_NAME_CHARS: Final = 100


class NothingReadError(InputError):
    """An import map reads nothing from the files, or refuses some of their rows."""

    code = "input.nothing-read"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMonth:
    """What one point would get in one local month."""

    point: str
    quantity: str
    month: str
    n_new: int
    """Readings of times that are not known yet."""
    n_changed: int
    """Readings that would count in the place of others."""
    n_same: int
    """Readings that are known already and say the same: they change nothing."""
    n_missing: int
    """Times of which the file says that they are missing."""
    energy_kwh: float | None
    """Energy of them all; None of what is no energy of intervals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What an import would change; nothing has been changed."""

    months: tuple[PlannedMonth, ...]
    oddities: tuple[Oddity, ...]
    """Why it cannot come in, then what a person should look at."""
    touched: tuple[tuple[int, int], ...]
    """Settled periods that hold a new or changed reading, as start and end [s]."""

    @property
    def n_new(self) -> int:
        """Readings of times that are not known yet."""
        return sum(each.n_new for each in self.months)

    @property
    def n_changed(self) -> int:
        """Readings that would count in the place of others."""
        return sum(each.n_changed for each in self.months)

    @property
    def n_same(self) -> int:
        """Readings that change nothing."""
        return sum(each.n_same for each in self.months)

    @property
    def can_go_on(self) -> bool:
        """Whether nothing stops it and something would come in."""
        stops = any(each.severity is Severity.STOPS for each in self.oddities)
        return not stops and self.n_new + self.n_changed > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an import changed."""

    n_readings: int
    n_unchanged: int
    n_batches: int
    map_sha256: str
    """Name of the map among the evidence."""
    file_sha256: Mapping[str, str]


def dry_run(read: ReadFile, *, ports: Ports) -> DryRun:
    """Say what an import would change.

    Args:
        read: What the map made of the files.
        ports: The park, or the part of it that somebody sees.

    Returns:
        The months of every point, what is odd, and which settled periods are touched.
    """
    blocks = [block for block in read.blocks if len(block.times_s)]
    oddities = [*read.oddities, *_stops(blocks, ports)]
    months: list[PlannedMonth] = []
    fresh_s: list[NDArray[np.int64]] = []
    known = known_readings(ports, span_of(blocks)) if blocks else {}
    for block in blocks:
        columns = known.get((block.point, block.quantity.value))
        is_known, is_same = _compared(block, columns)
        fresh_s.append(block.times_s[~is_same])
        months += _months(block, ~is_known, is_same, ports.park.zone)
    return DryRun(
        months=tuple(months),
        oddities=tuple(sorted(oddities, key=lambda each: each.severity is not Severity.STOPS)),
        touched=tuple(_touched(fresh_s, ports)),
    )


def take_in(read: ReadFile, files: Mapping[str, bytes], *, map_name: str, ports: Ports) -> TakenIn:
    """Store an import: every reading of it, or none.

    Args:
        read: What the map made of the files.
        files: The bytes of the files that were read, by name.
        map_name: What the map is called.
        ports: The park, open for writing.

    Returns:
        What came in; the same import again brings nothing in.

    Raises:
        NothingReadError: If rows were refused, or there is no reading at all.
        TaihangError: If a point is unknown or a value implausible; nothing is stored then.
    """
    # 1. Nothing that is refused anywhere comes in at all.
    blocks = [block for block in read.blocks if len(block.times_s)]
    _demand_clean(read, blocks)
    check_import(blocks, ports=ports)
    for block in blocks:
        check_block(IMPORT_GATEWAY, block, park=ports.park)
    # 2. What it was read from and how, for whoever asks where a reading came from.
    hashes = {name: ports.evidence.keep(data) for name, data in files.items()}
    map_sha256 = ports.evidence.keep(read.map_text.encode())
    origin = {"kind": "import", "map": map_name[:_NAME_CHARS], "map-sha256": map_sha256}
    # 3. One group of batches in one forced write.
    count = CollectCount()
    batches = list(
        collect(
            uploads_of_blocks(blocks, ports=ports),
            ports=ports,
            period=span_of(blocks),
            origin={**origin, **_file_origin(hashes, ports)},
            clock=ClockState.IMPORT,
            count=count,
        )
    )
    ingester = Ingester(ports)
    for answer in ingester.commit(batches):
        if isinstance(answer, TaihangError):
            raise answer
    ingester.flush()
    log_acts(ports=ports)
    return TakenIn(
        n_readings=count.sealed,
        n_unchanged=count.unchanged,
        n_batches=count.batches,
        map_sha256=map_sha256,
        file_sha256=hashes,
    )


def _demand_clean(read: ReadFile, blocks: Sequence[ReadingBlock]) -> None:
    if read.rows_refused or not blocks:
        first = "; ".join(
            f"{each.file} row {each.row}, {each.column} = {each.given}: {each.reason}"
            for each in read.refused[:3]
        )
        raise NothingReadError(
            given=f"{read.rows_refused} of {read.rows_read} values refused: {first or 'none read'}",
            expected="values that all read as the map says, at least one of them",
            remedy="correct the map or the file; nothing was stored",
        )


def _file_origin(hashes: Mapping[str, str], ports: Ports) -> dict[str, str]:
    """Name the files; of very many a list is kept as evidence and named instead."""
    if len(hashes) <= _NAMED_FILES:
        return {f"sha256:{name}"[:_NAME_CHARS]: sha256 for name, sha256 in sorted(hashes.items())}
    listed = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(hashes.items()))
    return {"files": str(len(hashes)), "files-sha256": ports.evidence.keep(listed.encode())}


def _stops(blocks: Sequence[ReadingBlock], ports: Ports) -> Iterator[Oddity]:
    """Yield why the rules of every import would refuse some blocks."""
    for point in unknown_points(blocks, ports.park):
        yield Oddity(kind="unknown-point", severity=Severity.STOPS, point=point, n=1)
    for block in blocks:
        yield from _against_the_park(block, ports)
        for problem in implausible(block, ports.park):
            said = {"given": problem.given, "expected": problem.expected, "remedy": problem.remedy}
            yield Oddity(
                kind=problem.kind.value.partition(".")[2],
                severity=Severity.STOPS,
                point=problem.point,
                n=problem.n_rows,
                first_s=problem.first_s,
                said=said,
            )


def _against_the_park(block: ReadingBlock, ports: Ports) -> Iterator[Oddity]:
    """Yield why the door would refuse a block: another unit, scale or dial than its meter has."""
    if block.point in unknown_points([block], ports.park):
        return
    try:
        check_block(IMPORT_GATEWAY, block, park=ports.park)
    except TaihangError as error:
        said = {"given": error.given, "expected": error.expected, "remedy": error.remedy}
        yield Oddity(
            kind="against-park", severity=Severity.STOPS, point=block.point, n=1, said=said
        )


def _compared(
    block: ReadingBlock, columns: Columns | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say of each reading whether its time is known, and whether it says the same as is known."""
    if columns is None or not len(columns["time_s"]):
        nothing = np.zeros(len(block.times_s), np.bool_)
        return nothing, nothing
    at = np.minimum(np.searchsorted(columns["time_s"], block.times_s), len(columns["time_s"]) - 1)
    is_known = columns["time_s"][at] == block.times_s
    is_missing = (block.quality == Quality.MISSING) & (columns["quality"][at] == Quality.MISSING)
    is_equal = (columns["count"][at] == block.counts) & (columns["quality"][at] == block.quality)
    return is_known, is_known & (is_equal | is_missing)


def _months(
    block: ReadingBlock, is_new: NDArray[np.bool_], is_same: NDArray[np.bool_], zone: ZoneInfo
) -> Iterator[PlannedMonth]:
    for name, first, last in _month_cuts(block.times_s, zone):
        part = slice(first, last)
        usable = block.quality[part] < Quality.MISSING
        is_energy = block.quantity is Quantity.ENERGY
        energy_wh = int(block.counts[part][usable].sum()) * int(block.scale) if is_energy else 0
        yield PlannedMonth(
            point=block.point,
            quantity=block.quantity,
            month=name,
            n_new=int(is_new[part].sum()),
            n_changed=int((~is_new[part] & ~is_same[part]).sum()),
            n_same=int(is_same[part].sum()),
            n_missing=int((~usable).sum()),
            energy_kwh=energy_wh / WH_PER_KWH if is_energy else None,
        )


def _month_cuts(times_s: NDArray[np.int64], zone: ZoneInfo) -> Iterator[tuple[str, int, int]]:
    """Yield each local month with the places of its first reading and of the first after it."""
    first = 0
    while first < len(times_s):
        name = f"{instant_of_s(int(times_s[first])).astimezone(zone):%Y-%m}"
        last = int(np.searchsorted(times_s, month(name, zone).end_s))
        yield name, first, last
        first = last


def _touched(fresh_s: Sequence[NDArray[np.int64]], ports: Ports) -> Iterator[tuple[int, int]]:
    """Yield the settled periods that hold a reading that is new or says something else."""
    periods = dict.fromkeys((each.start_s, each.end_s) for each in ports.registry.settlements())
    for start_s, end_s in sorted(periods):
        cuts = (np.searchsorted(times_s, (start_s, end_s)) for times_s in fresh_s)
        if any(first < last for first, last in cuts):
            yield start_s, end_s
