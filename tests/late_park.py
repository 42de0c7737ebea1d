"""A small park with a battery and a metered connection, closed for August with gaps; late readings.

It is made once and copied: every example starts from the same settled month.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import numpy as np

import small_park
from small_park import AUGUST, N_DAY
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S
from taihang.services.close_period import close_period
from taihang.services.collect import Collected
from taihang.services.ports import Ports

TEXT: Final = small_park.park_text(
    gateway_1=small_park.E01 + small_park.PV01 + small_park.CHARGE + small_park.DISCHARGE,
    gateway_2=small_park.E02 + small_park.IMPORT + small_park.EXPORT,
    more=small_park.GRID + small_park.BATTERY + small_park.VALIDATION + small_park.ESTIMATION,
)
POINTS: Final = ("M-E01", "M-E02", "M-PV01", "M-CH", "M-DIS", "M-IMP", "M-EXP")
GAPS: Final[Mapping[str, tuple[tuple[int, int], ...]]] = {
    # Whole days, so that the later one is filled by what the earlier one was.
    "M-E02": ((5 * N_DAY, N_DAY + 1), (12 * N_DAY, N_DAY + 1), (19 * N_DAY + 30, 6)),
    "M-E01": ((8 * N_DAY + 40, 5), (20 * N_DAY - 3, 8)),
    "M-PV01": ((14 * N_DAY + 44, 9),),
}
"""First register and number of registers that were not read, by point."""


@dataclass(frozen=True)
class Late:
    """Registers of one point that come, or come again, after the month was closed."""

    point: str
    first: int
    """Number of the first register of August."""
    n: int
    by: int | None
    """What each shows more than the truth; None where it is said to be missing."""


def steps_of(point: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Counts of every interval of August; what the connection counts follows from the others."""
    if point not in {"M-IMP", "M-EXP"}:
        return small_park.step_counts(point, AUGUST)
    signs = {"M-E01": 1, "M-E02": 1, "M-CH": 1, "M-PV01": -1, "M-DIS": -1}
    net = np.sum([sign * small_park.step_counts(p, AUGUST) for p, sign in signs.items()], axis=0)
    return np.maximum(net if point == "M-IMP" else -net, 0)


@cache
def registers(point: str) -> ReadingBlock:
    """Registers at every edge of August, as they truly were."""
    counts = np.concatenate([[0], np.cumsum(steps_of(point))]) + 9_990_000
    return small_park.block_of(point, AUGUST.start_s, counts % small_park.MODULUS)


@cache
def settled() -> Path:
    """A park closed for August, with gaps; not to be changed."""
    root = small_park.make(Path(mkdtemp(prefix="late-park-")) / "park", TEXT)
    with small_park.opened(root) as ports:
        for gateway in ports.park.gateways.values():
            blocks = tuple(_with_gaps(point) for point in POINTS if point in gateway.meters)
            small_park.store(ports, small_park.daily(blocks, gateway.id))
        close_period(AUGUST, ports=ports)
    return root


def copied(source: Path, target: Path) -> Path:
    """Copy a park folder."""
    shutil.copytree(source, target)
    return target


def send(ports: Ports, late: Late, *, number: int) -> None:
    """Let the gateway of a point send registers after everything else."""
    part = small_park.cut(registers(late.point), late.first, late.first + late.n)
    places = range(len(part.times_s))
    if late.by is None:
        block = small_park.but(part, places)
    else:
        counts = (part.counts + late.by) % small_park.MODULUS
        block = small_park.block_of(late.point, int(part.times_s[0]), counts)
    (gateway,) = (g.id for g in ports.park.gateways.values() if late.point in g.meters)
    sent_at_s = AUGUST.end_s + STEP_S * (number + 1)
    small_park.store(ports, [Collected(gateway, sent_at_s, (block,))])


def said(ports: Ports) -> dict[str, str]:
    """Everything that is settled and stated, by name: rows as text, and issued documents."""
    tables = ("intervals", "balance", "matching", "lots", "quality", "findings")
    found: dict[str, str] = {}
    for table in tables:
        for key, rows in ports.lake.read(table).items():
            columns = {name: column.tolist() for name, column in sorted(rows.items())}
            found["/".join((table, *key))] = str(columns)
    for period in sorted({entry.period for entry in ports.registry.roll()}):
        for issued in ports.registry.latest_statements(period):
            found[issued.id] = issued.document
    return found


def _with_gaps(point: str) -> ReadingBlock:
    block = registers(point)
    for first, n in GAPS.get(point, ()):
        block = small_park.but(block, range(first, first + n))
    return block
