"""What the rules find in readings that others labelled by hand, told as it is: hits and misses.

Origin: register cases of the MyEMS project (labels good, bad, bad?); AC power of two inverters of
PVDAQ with labelled stale data and outliers (package pvanalytics); a steel works of 2018 (UCI) with
one metering gap that was recorded as zero. The thresholds are those of the template ``changzhi``.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from shared_data import shared_path
from taihang.core.metering.energy import energy_block
from taihang.core.metering.readings import ReadingBlock
from taihang.core.metering.register_fault import RegisterLimits, classify_registers
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.metering.vee.law_rules import reverse_hits
from taihang.core.metering.vee.rule import RULE_OF_VERDICT, Hits, Rule
from taihang.core.metering.vee.shape_rules import jump_hits, spike_hits, stuck_hits, zero_hits
from taihang.core.periods import STEP_S, Period, days
from taihang.core.series import Quality, Quantity

pytestmark = pytest.mark.shared

RATED_WH: Final = 1_000_000
"""What an inverter at its normalised rating of 1 gives in 15 minutes here; any number would do."""
MARGIN: Final = 1.05
"""``max_kw`` of the template's plants: rating plus 5 %."""


@dataclass(frozen=True)
class Found:
    """Labelled rows, and what the rules said."""

    labelled: NDArray[np.bool_]
    hit: NDArray[np.bool_]

    @property
    def precision(self) -> float:
        return float((self.labelled & self.hit).sum() / max(self.hit.sum(), 1))

    @property
    def recall(self) -> float:
        return float((self.labelled & self.hit).sum() / self.labelled.sum())


@dataclass(frozen=True)
class Inverter:
    times_s: NDArray[np.int64]
    wh: NDArray[np.int64]
    usable: NDArray[np.bool_]
    labelled: NDArray[np.bool_]


def inverter(file: str) -> Inverter:
    with shared_path(f"data/nrel-pv/{file}").open() as opened:
        rows = list(csv.reader(opened))[1:]
    times = [datetime.fromisoformat(row[0]) for row in rows]
    values = np.array([float(row[1]) if row[1] else np.nan for row in rows])
    usable = np.isfinite(values)
    return Inverter(
        times_s=np.array([int(each.timestamp()) for each in times], np.int64),
        wh=np.rint(np.where(usable, values, 0.0) * RATED_WH).astype(np.int64),
        usable=usable,
        labelled=np.array([row[2].lower() == "true" for row in rows]),
    )


def marked(hits: list[Hits], n: int) -> NDArray[np.bool_]:
    where = np.zeros(n, np.bool_)
    for each in hits:
        where[each.at] = True
    return where


def test_stale_data__every_labelled_row_and_no_other() -> None:
    data = inverter("ac_power_inv_2173_stale_data.csv")

    # Three hours of one value above zero, as in the template; the file is in steps of 15 minutes.
    hits = stuck_hits(data.wh, usable=data.usable, n_least=12, least_wh=50)
    found = Found(data.labelled, marked(hits, len(data.wh)))

    print(f"stale data: precision {found.precision:.3f}, recall {found.recall:.3f}")
    assert int(data.labelled.sum()) == 245
    assert (found.precision, found.recall) == (1.0, 1.0)


def outliers(*, one_way: bool) -> Found:
    """Range and reverse over the labelled outliers; a net meter may count backwards."""
    data = inverter("ac_power_inv_7539_outliers.csv")
    most_wh = int(RATED_WH * MARGIN)
    first_s = int(data.times_s[0]) // STEP_S * STEP_S
    period = Period.of_s(first_s, int(data.times_s[-1]) // STEP_S * STEP_S + STEP_S)
    energy = energy_block(
        energy=ReadingBlock(
            point="PV",
            quantity=Quantity.ENERGY,
            unit="Wh",
            scale="1",
            modulus=0,
            times_s=data.times_s,
            counts=data.wh,
            quality=np.where(data.usable, 0, Quality.MISSING).astype(np.uint8),
        ),
        scale=1,
        max_interval_wh=most_wh,
        period=period,
        min_interval_wh=0 if one_way else -most_wh,
    )
    at = (data.times_s - first_s) // STEP_S
    refused = energy.series.quality[at] == Quality.REJECTED
    reverse = reverse_hits(
        data.wh,
        quality=np.zeros(len(data.wh), np.uint8),
        min_interval_wh=0 if one_way else -most_wh,
    )
    assert not (marked(reverse, len(data.wh)) & ~refused).any(), "named by a rule, refused by law"
    return Found(data.labelled, refused)


def test_outliers__five_of_six_on_a_meter_that_counts_one_way() -> None:
    found = outliers(one_way=True)

    print(f"outliers, one way: precision {found.precision:.3f}, recall {found.recall:.3f}")
    # Not found: a dip to 0.084 of the rating in the afternoon. A cloud looks the same.
    assert int(found.labelled.sum()) == 6
    assert int((found.labelled & found.hit).sum()) == 5
    assert found.precision == 1.0


def test_outliers__three_of_six_on_a_net_meter() -> None:
    found = outliers(one_way=False)

    print(f"outliers, net meter: precision {found.precision:.3f}, recall {found.recall:.3f}")
    # Half the rating backwards is possible for a meter that may draw: nothing tells it apart.
    assert int((found.labelled & found.hit).sum()) == 3
    assert found.precision == 1.0


# -- registers -----------------------------------------------------------------------------------


def limits(point: str) -> RegisterLimits:
    """The next larger transformer of the usual series above what the good rows draw."""
    max_kw, dial, lump = {
        "3333": (630, 1e6, 75.0),
        "3336": (630, 1e6, 40.0),
        "3334": (630, 1e6, 75.0),
        "3321": (630, 1e8, 10.0),
        "554": (100, 1e5, 1.0),
        "21": (500, 1e5, 1.0),
        "1001444": (12_500, 1e8, 10.0),
    }[point]
    return RegisterLimits(
        max_rate_per_s=max_kw / 3_600,
        dial_max=dial,
        rollover=True,
        max_step=lump,
        max_gap_s=1_800,
    )


def test_register_cases__every_row_has_the_rule_that_its_label_says() -> None:
    path: Path = shared_path("cases/myems_meter_faults/energy_register_labelled.csv")
    with path.open() as opened:
        rows = list(csv.reader(opened))[1:]
    cases = {name: [row for row in rows if row[0] == name] for name in {row[0] for row in rows}}

    rules: Counter[str] = Counter()
    wrong: list[tuple[str, int]] = []
    for name, case in sorted(cases.items()):
        stamps = [datetime.fromisoformat(row[2]).replace(tzinfo=UTC) for row in case]
        verdicts = classify_registers(
            np.array([int(each.timestamp()) for each in stamps], np.int64),
            np.array([float(row[3]) for row in case]),
            limits=limits(case[0][1]),
            events=(),
        )
        for place, row in enumerate(case):
            rule = RULE_OF_VERDICT[verdicts.verdict(place)]
            is_bad = rule in {Rule.RANGE, Rule.RESET, Rule.CONFLICT}
            rules[str(rule)] += is_bad
            if is_bad != row[4].startswith("bad"):
                wrong.append((name, place))

    assert len(rows) == 224
    assert wrong == []
    assert sum(rules.values()) == 111
    assert set(rules) >= {"vee.range", "vee.reset"}


# -- a measured year -----------------------------------------------------------------------------


def test_steel_works__the_one_gap_recorded_as_zero_and_two_spikes() -> None:
    zone = ZoneInfo("Asia/Seoul")
    period = days(date(2018, 1, 1), 365, zone)
    with shared_path("data/uci-steel/Steel_industry_data.csv").open(encoding="utf-8-sig") as opened:
        wh = np.array([round(float(row[1]) * 1_000) for row in list(csv.reader(opened))[1:]])
    assert len(wh) == period.n_steps
    usable = np.ones(len(wh), np.bool_)
    grid = DayGrid.of(period, zone)

    silent = zero_hits(wh, usable=usable, n_least=1, least_wh=1_000)
    spikes = spike_hits(wh, usable=usable, grid=grid, spike_ratio=1.8, floor_wh=int(0.1 * 200_000))
    jumps = jump_hits(wh, usable=usable, grid=grid, jump_ratio=4.0, n_days=7)
    # The file has two decimals of a kWh: fifty of its last digits are 500 Wh.
    stuck = stuck_hits(wh, usable=usable, n_least=12, least_wh=50 * 10)

    alarms = {
        name: sum(len(each.at) for each in hits)
        for name, hits in (("spike", spikes), ("jump", jumps), ("stuck", stuck))
    }
    print(f"steel works, 35 040 intervals: {alarms}")
    assert [each.at.tolist() for each in silent] == [[29_855]]
    # Whether the two spikes are faults nobody labelled: they count as false alarms.
    assert alarms == {"spike": 2, "jump": 0, "stuck": 0}
