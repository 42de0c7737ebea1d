"""A park of a few meters that is quick to fill: readings by formula, no randomness, fixed clock."""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, TypeAlias, cast
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang import wiring
from taihang.adapters.system import FixedClock
from taihang.core.metering.readings import MeterEvent, ReadingBlock
from taihang.core.periods import STEP_S, Period, days, month
from taihang.core.seal import batch_v1, batch_v2
from taihang.core.seal.envelope import ClockState, Envelope
from taihang.core.series import Quality, Quantity
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.services.account import account
from taihang.services.act_log import log_acts
from taihang.services.bill import bill_enterprises
from taihang.services.certify import certify
from taihang.services.collect import IMPORT_GATEWAY, CollectCount, Collected, collect
from taihang.services.ingest import Receipt, ingest
from taihang.services.keys import ExternalGatewayError, gateway_signer
from taihang.services.ports import Ports
from taihang.services.settle import settle

ZONE: Final = ZoneInfo("Asia/Shanghai")
NOW: Final = datetime(2026, 10, 1, tzinfo=UTC)
CLOCK: Final = FixedClock(NOW)
DAY: Final = days(date(2026, 6, 1), 1, ZONE)
JUNE: Final = month("2026-06", ZONE)
AUGUST: Final = month("2026-08", ZONE)
"""The first month whose public prices are all known, so that bills can be made."""
SCALE_WH: Final = 100
MODULUS: Final = 10_000_000
ORIGIN: Final = {"kind": "test"}
MISSING_COUNT: Final = -(1 << 63)
N_DAY: Final = 96

_HEAD: Final = """
format = 1
[park]
id = "small"
name_zh = "小园区"
name_en = "Small park"
time_zone = "Asia/Shanghai"
province = "Shanxi"
latitude_deg = 36.2
longitude_deg = 113.1
[accounting]
fuel_factor_set = "guide-2015"
gwp_set = "AR6"
location_region = "Shanxi"
residual_factor = "grid.excl-market"
grid_factor_policy = "data-year-or-latest"
storage_losses_in_load = true
export_limit_ratio = "0.20"
loss_alarm_ratio = "0.05"
[enterprises.E01]
name_zh = "甲厂"
name_en = "Plant A"
sector = "C38"
voltage_kv = 10
transformer_kva = 2000
[enterprises.E02]
name_zh = "乙厂"
name_en = "Plant B"
sector = "C30"
voltage_kv = 10
transformer_kva = 1000
[plants]
PV01 = { name_zh = "光伏", name_en = "PV", kind = "pv", capacity_kw = 1500 }
[dedicated_lines.DL1]
name_zh = "专线"
name_en = "Line"
capacity_kva = 500
plants = ["PV01"]
users = ["E01"]
[series]
PRICE = { quantity = "sample", unit = "CNY/MWh", scale = "0.01" }
[green_supplies]
GS1 = { plant = "PV01", buyers = "all", price_cny_per_kwh = "0.3100" }
[grid_tariffs.GT]
users = "all"
parts = "two-part"
demand_basis = "capacity"
agent_price_cny_per_kwh = "0.3320"
system_operation_cny_per_kwh = "0.0400"
export_price_cny_per_kwh = "0.3320"
floating_items = ["energy", "transmission"]
sharp_applies = false
line_loss_rule = "gross-up"
green_pays = ["transmission", "system_operation", "funds"]
power_factor_standard = "0.90"
source = "assumed for tests"
"""
GRID: Final = """[grids]
G1 = { name_zh = "开闭所", name_en = "Station", voltage_kv = 35, capacity_kva = 6300 }
"""
BATTERY: Final = """[batteries.B1]
name_zh = "储能"
name_en = "Battery"
power_kw = 500
energy_kwh = 1000
charge_efficiency_ratio = 0.95
discharge_efficiency_ratio = 0.95
standing_loss_ratio_per_h = 0.00001
soc_min_ratio = 0.10
soc_max_ratio = 0.95
cycle_cost_cny_per_kwh = 0.05
grid_tariff = "GT"
"""


def meter(name: str, node: str, measures: str, *, service: str = "", multiplier: int = 100) -> str:
    """One line of [meters]."""
    days_text = f", in_service = {{ {service} }}" if service else ""
    return (
        f'{name} = {{ node = "{node}", measures = "{measures}", resolution_wh = 1,'
        f" multiplier = {multiplier}, digits = 7, max_kw = 2000{days_text} }}\n"
    )


def park_text(*, gateway_1: str, gateway_2: str = "", more: str = GRID) -> str:
    """A park file whose meters are given by gateway."""
    names = [
        ", ".join(f'"{line.split()[0]}"' for line in lines.splitlines())
        for lines in (gateway_1, gateway_2)
    ]
    gateways = f"[gateways]\nGW1 = {{ meters = [{names[0]}] }}\n"
    gateways += f"GW2 = {{ meters = [{names[1]}] }}\n" if gateway_2 else ""
    return f"{_HEAD}{more}{gateways}[meters]\n{gateway_1}{gateway_2}"


E01: Final = meter("M-E01", "E01", "consumption")
E02: Final = meter("M-E02", "E02", "consumption")
PV01: Final = meter("M-PV01", "PV01", "generation")
IMPORT: Final = meter("M-IMP", "G1", "import")
EXPORT: Final = meter("M-EXP", "G1", "export")
CHARGE: Final = meter("M-CH", "B1", "charge")
DISCHARGE: Final = meter("M-DIS", "B1", "discharge")
CURTAILMENT: Final = meter("M-CUT", "PV01", "curtailment")

PARK: Final = park_text(gateway_1=E01 + PV01, gateway_2=E02)
"""Two users, one plant on a line to the first; import and export are not metered."""
GRID_METERED: Final = park_text(gateway_1=E01 + PV01 + IMPORT + EXPORT, gateway_2=E02)
"""The same with meters at the grid connection."""
WITH_BATTERY: Final = park_text(
    gateway_1=E01 + PV01 + CHARGE + DISCHARGE, gateway_2=E02, more=GRID + BATTERY
)
"""The same with a battery."""
CURTAILING: Final = park_text(gateway_1=E01 + PV01 + CURTAILMENT, gateway_2=E02)
"""The same without one, and with a plant whose controller reports what it holds back."""
VALIDATION: Final = """[validation]
spike_ratio = 1.8
spike_floor_ratio = 0.1
stuck_h = 3
stuck_counts = 50
zero_h = 0.5
jump_ratio = 4
jump_days = 7
clear_sky_margin_ratio = 1.1
night_below_deg = 6
night_most_ratio = 0.001
drift_most_min = 5
drift_correlation_min_ratio = 0.6
skew_most_s = 2
"""
ESTIMATION: Final = """[estimation]
methods = ["linear", "like-day"]
linear_most_h = 2
reference_days = 4
reference_reach_days = 35
reference_calendar = "state-council"
"""
ESTIMATING: Final = park_text(
    gateway_1=E01 + PV01, gateway_2=E02, more=GRID + VALIDATION + ESTIMATION
)
"""Two users, one plant, thresholds and methods."""
REPLACED_METERS: Final = park_text(
    gateway_1=meter("M-E01", "E01", "consumption", service="until = 2026-06-11")
    + meter("M-E01-B", "E01", "consumption", service="since = 2026-06-11")
    + meter("M-PV01", "PV01", "generation", service="until = 2026-06-11")
    + meter("M-PV01-B", "PV01", "generation", service="since = 2026-06-11"),
    gateway_2=E02,
)
"""The first user's and the plant's meters are other meters from 11 June on."""

Opened: TypeAlias = AbstractContextManager[Ports]
Steps: TypeAlias = NDArray[np.int64]


def text_with(table: str, *lines: str) -> str:
    """The park file with a table of meters beside those of energy, all of a third gateway."""
    names = ", ".join(f'"{line.split()[0]}"' for line in lines)
    return f"{PARK}[gateways.GW3]\nmeters = [{names}]\n[{table}]\n{''.join(lines)}"


def make(root: Path, text: str = PARK) -> Path:
    """Make a park folder and return it."""
    wiring.make_park(root, text=text)
    return root


@contextmanager
def opened(root: Path, *, writing: bool = True, load_journal: bool = True) -> Generator[Ports]:
    """Open a park at the fixed instant, with a key of every gateway that these tests play."""
    with wiring.open_park(root, writing=writing, clock=CLOCK, load_journal=load_journal) as ports:
        if writing:
            for gateway in (*ports.park.gateways, IMPORT_GATEWAY):
                with suppress(ExternalGatewayError):
                    gateway_signer(gateway, ports=ports)
        yield ports


# -- readings by formula -------------------------------------------------------------------------


def _load(step: Steps, *, base: int, swing: int, seed: int) -> Steps:
    hour = step % N_DAY
    return base + swing * ((hour > 32) & (hour < 72)) + (step * seed) % 97


def _sun(step: Steps) -> Steps:
    from_noon = np.abs(step % N_DAY - 48)
    return np.where(from_noon < 24, (24 - from_noon) * 150 + step % 7, 0)


COUNTS: Final[Mapping[str, Callable[[Steps], Steps]]] = {
    "M-E01": lambda step: _load(step, base=900, swing=700, seed=31),
    "M-E02": lambda step: _load(step, base=400, swing=900, seed=53),
    "M-PV01": _sun,
    "M-CH": lambda step: np.where(step % N_DAY < 12, 300, 0),
    "M-CUT": lambda step: np.where(step % N_DAY == 48, 200 + step % 5, 0),
    "M-DIS": lambda step: np.where(step % N_DAY > 84, 270, 0),
}
"""Counts of one interval by point, of the interval's number since local midnight 1970-01-01."""


def step_counts(point: str, period: Period) -> Steps:
    """Counts of every interval of a period, shape (n,)."""
    return COUNTS[point]((period.grid_s() + 8 * 3600) // STEP_S).astype(np.int64)


def step_wh(point: str, period: Period) -> Steps:
    """Energy of every interval of a period, shape (n,). [Wh]"""
    return step_counts(point, period) * SCALE_WH


def block_of(
    point: str,
    start_s: int,
    counts: Sequence[int] | Steps,
    *,
    quality: Quality = Quality.MEASURED,
    step_s: int = STEP_S,
) -> ReadingBlock:
    """Registers on a regular grid."""
    values = np.asarray(counts, np.int64)
    return ReadingBlock(
        point=point,
        quantity=Quantity.REGISTER,
        unit="Wh",
        scale=str(SCALE_WH),
        modulus=MODULUS,
        times_s=start_s + step_s * np.arange(len(values), dtype=np.int64),
        counts=values,
        quality=np.full(len(values), quality, np.uint8),
    )


def energy_block_of(point: str, start_s: int, wh: Sequence[int] | Steps) -> ReadingBlock:
    """Interval energy on the settlement grid."""
    block = block_of(point, start_s, wh)
    return replace(block, quantity=Quantity.ENERGY, scale="1", modulus=0)


def registers(point: str, period: Period, *, first: int = 9_990_000) -> ReadingBlock:
    """Registers at every edge of a period, both ends included; the dial starts again soon."""
    counts = np.concatenate([[0], np.cumsum(step_counts(point, period))]) + first
    return block_of(point, period.start_s, counts % MODULUS)


def but(block: ReadingBlock, where: Iterable[int], *, count: int | None = None) -> ReadingBlock:
    """The block with other counts at some places, or with nothing read there."""
    at = list(where)
    counts, quality = block.counts.copy(), block.quality.copy()
    counts[at] = MISSING_COUNT if count is None else count
    quality[at] = Quality.MISSING if count is None else Quality.MEASURED
    return replace(block, counts=counts, quality=quality)


def cut(block: ReadingBlock, first: int, last: int) -> ReadingBlock:
    """Some readings of a block."""
    part = slice(first, last)
    return replace(
        block,
        times_s=block.times_s[part],
        counts=block.counts[part],
        quality=block.quality[part],
    )


# -- storing -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stored:
    """What became of some uploads."""

    count: CollectCount
    batches: tuple[bytes, ...]
    receipts: tuple[Receipt, ...]


def uploads(
    ports: Ports, period: Period, *, points: Sequence[str] | None = None
) -> list[Collected]:
    """One upload a gateway with the registers of the whole period."""
    names = [name for name in ports.park.meters if name in COUNTS]
    chosen = names if points is None else points
    return [
        Collected(
            gateway.id,
            period.end_s + 60,
            tuple(registers(point, period) for point in gateway.meters if point in chosen),
        )
        for gateway in ports.park.gateways.values()
    ]


def daily(blocks: Sequence[ReadingBlock], gateway: str) -> Iterator[Collected]:
    """One upload a day of the readings of one gateway."""
    n_days = -(-len(blocks[0].times_s) // N_DAY)
    for day in range(n_days):
        parts = tuple(cut(block, day * N_DAY, (day + 1) * N_DAY) for block in blocks)
        yield Collected(gateway, int(parts[0].times_s[-1]) + 60, parts)


def store(
    ports: Ports,
    what: Iterable[Collected],
    *,
    clock: ClockState = ClockState.SYNCHRONISED,
) -> Stored:
    """Collect and ingest uploads."""
    listed = list(what)
    times_s = [int(t) for upload in listed for b in upload.blocks for t in b.times_s[[0, -1]]]
    span = Period.of_s(min(times_s, default=0), max(times_s, default=0) + 1)
    count = CollectCount()
    batches = tuple(
        collect(listed, ports=ports, period=span, origin=ORIGIN, clock=clock, count=count)
    )
    return Stored(count, batches, tuple(ingest(batches, ports=ports)))


def revise(ports: Ports, block: ReadingBlock, *, sent_at_s: int) -> Stored:
    """Store other readings of a point, sent later by its own gateway."""
    (gateway,) = (g.id for g in ports.park.gateways.values() if block.point in g.meters)
    return store(ports, [Collected(gateway, sent_at_s, (block,))])


def sealed(
    ports: Ports,
    gateway: str,
    counter: int,
    *blocks: ReadingBlock,
    events: tuple[MeterEvent, ...] = (),
    sent_at_s: int = DAY.end_s,
    key_name: str | None = None,
    key_ordinal: int = 1,
) -> bytes:
    """A batch as a gateway would seal it, whatever its counter."""
    key = ports.keys.signing_key(key_name or f"gateway-{gateway}")
    envelope = Envelope(
        gateway=gateway,
        key_ordinal=key_ordinal,
        counter=counter,
        sent_at_s=sent_at_s,
        clock=ClockState.SYNCHRONISED,
        origin=ORIGIN,
        events=events,
    )
    (seed,) = ports.keys.salts(f"{gateway}/{counter}", 1)
    return batch_v2.seal_batch(envelope, blocks=blocks, seed=seed, sign=key.sign)


def sealed_v1(
    ports: Ports,
    gateway: str,
    counter: int,
    *blocks: ReadingBlock,
    sent_at_s: int = DAY.end_s,
    key_name: str | None = None,
) -> bytes:
    """A batch as a gateway of the first version would seal it."""
    key = ports.keys.signing_key(key_name or f"gateway-{gateway}")
    envelope = Envelope(
        gateway=gateway,
        gateway_key=key.public,
        counter=counter,
        sent_at_s=sent_at_s,
        clock=ClockState.SYNCHRONISED,
        origin=ORIGIN,
    )
    salts = ports.keys.salts(f"{gateway}/{counter}", len(blocks))
    return batch_v1.seal_batch(envelope, blocks=blocks, salts=salts, sign=key.sign)


def settle_june(ports: Ports) -> None:
    """Fill June where it is empty, and do everything that the command `settle` does."""
    if not ports.lake.count("readings"):
        fill(ports, JUNE)
    settle_month(ports, JUNE)


def settle_month(ports: Ports, period: Period) -> None:
    """Do everything that the command `settle` does, the log included."""
    settle(period, ports=ports)
    certify(period, ports=ports)
    account(period, ports=ports)
    bill_enterprises(period, ports=ports)
    log_acts(ports=ports)


def tree_of(entries: Iterable[bytes]) -> Tree:
    """The tree over some entries."""
    return Tree(leaf_hash(entry) for entry in entries)


def fill(ports: Ports, period: Period) -> Stored:
    """Store the formula's readings of a whole period."""
    return store(ports, uploads(ports, period))


def ingested(ports: Ports, batches: Iterable[bytes]) -> list[Receipt]:
    """Ingest batches that are sealed already."""
    return list(ingest(batches, ports=ports))


REPLACED_AT: Final = days(date(2026, 6, 11), 1, ZONE).start
"""When the meters of ``REPLACED_METERS`` are replaced."""


def fill_replaced(ports: Ports) -> Stored:
    """Store June of a park with ``REPLACED_METERS``: the new dials start elsewhere."""
    parts = Period(JUNE.start, REPLACED_AT), Period(REPLACED_AT, JUNE.end)
    blocks = [registers(point, parts[0]) for point in ("M-E01", "M-PV01")] + [
        replace(registers(point, parts[1], first=5), point=f"{point}-B")
        for point in ("M-E01", "M-PV01")
    ]
    other = Collected("GW2", JUNE.end_s + 60, (registers("M-E02", JUNE),))
    return store(ports, [Collected("GW1", JUNE.end_s + 60, tuple(blocks)), other])


def value_of(ports: Ports, statement_id: str) -> str:
    """The value of a statement, as it stands in its document."""
    document = cast(
        "dict[str, object]", json.loads(ports.registry.statement(statement_id).document)
    )
    return str(document["value"])


def month_start(name: str) -> datetime:
    """When a local month begins."""
    return month(name, ZONE).start


def month_of(name: str, energy_wh: Steps, period: Period) -> int:
    """The part of a series that lies in a local month, in sum. [Wh]"""
    part = month(name, ZONE)
    first = (part.start_s - period.start_s) // STEP_S
    return int(energy_wh[first : first + part.n_steps].sum())
