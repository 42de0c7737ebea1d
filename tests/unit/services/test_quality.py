"""The score of every meter and day, its evidence, and what follows from a rule."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pytest

import small_park
from small_park import MODULUS, ZONE
from taihang.core.metering.vee.day_grid import DayGrid
from taihang.core.metering.vee.rule import Hits, Rule
from taihang.core.metering.vee.score import Grade
from taihang.core.periods import days
from taihang.core.series import EnergySeries, Quality
from taihang.services.certify import certify
from taihang.services.collect import Collected
from taihang.services.ports import Ports
from taihang.services.quality import (
    UNKNOWN_LATENCY_S,
    Judged,
    MeterQuality,
    NotJudgedError,
    finding_rows,
    quality,
    quality_rows,
    weight_of,
)
from taihang.services.settle import settle

TEN: Final = days(date(2026, 6, 1), 10, ZONE)
LATER_S: Final = TEN.end_s + 3_600


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[Ports]:
    root = small_park.make(tmp_path / "park", small_park.ESTIMATING)
    with small_park.opened(root) as opened:
        small_park.fill(opened, TEN)
        yield opened


def lose(ports: Ports, point: str, first: int, n: int) -> None:
    whole = small_park.registers(point, TEN)
    part = small_park.cut(whole, first, first + n)
    small_park.revise(ports, small_park.but(part, range(n)), sent_at_s=LATER_S)


def line_of(lines: list[MeterQuality], meter: str) -> MeterQuality:
    (line,) = (each for each in lines if each.meter == meter)
    return line


def test_quality__of_clean_readings_is_a_hundred(ports: Ports) -> None:
    settle(TEN, ports=ports)

    lines = quality(TEN, ports=ports)

    assert [line.score for line in lines] == [100, 100, 100]
    assert {line.grade for line in lines} == {Grade.GOOD}
    assert {each.rule for line in lines for each in line.evidence} <= {Rule.ROLLOVER}
    assert line_of(lines, "M-E01").counts[Quality.MEASURED] == TEN.n_steps
    assert line_of(lines, "M-E01").node == "E01"


def test_quality__puts_the_worst_meter_first_with_the_place(ports: Ports) -> None:
    lose(ports, "M-E02", 96 * 6 + 20, 40)
    settle(TEN, ports=ports)

    worst, *others = quality(TEN, ports=ports)

    assert worst.meter == "M-E02"
    assert worst.score < min(line.score for line in others)
    # 41 of 96 intervals are missing on one day of ten: no four like days lie before it.
    assert worst.worst_score == 100 * 55 // 96
    assert worst.worst_day_s == TEN.start_s + 6 * 86_400
    assert worst.score == (9 * 100 + 57) // 10
    (missing,) = (each for each in worst.evidence if each.rule is Rule.MISSING)
    assert missing.first_s == TEN.start_s + (96 * 6 + 19) * 900
    assert (missing.n, missing.value) == (1, 41)


def test_quality__an_estimate_counts_half(ports: Ports) -> None:
    lose(ports, "M-E02", 96 * 6 + 20, 3)
    settle(TEN, ports=ports)

    line = line_of(quality(TEN, ports=ports), "M-E02")

    assert line.counts[Quality.ESTIMATED] == 4
    assert line.worst_score == (92 * 100 + 4 * 50) // 96


def test_quality__tells_how_late_the_gateway_was(ports: Ports) -> None:
    settle(TEN, ports=ports)

    line = line_of(quality(TEN, ports=ports), "M-E01")

    # One upload, a minute after the end, holds all ten days.
    assert line.latency_s == 9 * 86_400 + 900 + 60


def test_quality__one_meter_only(ports: Ports) -> None:
    settle(TEN, ports=ports)

    assert [line.meter for line in quality(TEN, ports=ports, meter="M-PV01")] == ["M-PV01"]


def test_quality__of_what_is_not_settled_is_refused(ports: Ports) -> None:
    with pytest.raises(NotJudgedError, match="taihang settle"):
        quality(TEN, ports=ports)
    settle(TEN, ports=ports)
    with pytest.raises(NotJudgedError, match="M-E99"):
        quality(TEN, ports=ports, meter="M-E99")


def night_generation(ports: Ports) -> slice:
    """The plant's meter counts four intervals at midnight of the sixth day."""
    at = 96 * 5 + 2
    steps = small_park.step_counts("M-PV01", TEN)
    steps[at : at + 4] = 500
    counts = (np.concatenate([[0], steps.cumsum()]) + 9_990_000) % MODULUS
    small_park.revise(ports, small_park.block_of("M-PV01", TEN.start_s, counts), sent_at_s=LATER_S)
    return slice(at, at + 4)


def test_quality__generation_at_night_is_held_back_from_every_claim(ports: Ports) -> None:
    night = night_generation(ports)

    settle(TEN, ports=ports)
    certify(TEN, ports=ports)
    rows = ports.lake.read("intervals", TEN, "M-PV01")["M-PV01",]
    plant = ports.lake.read("matching", TEN)["plant", "PV01"]
    lots = ports.lake.read("lots", TEN)["PV01",]
    line = line_of(quality(TEN, ports=ports), "M-PV01")

    assert rows["wh"][night].tolist() == [50_000] * 4
    assert set(rows["quality"][night].tolist()) == {Quality.MEASURED}, "it stays measured"
    assert np.flatnonzero(rows["held"]).tolist() == list(range(night.start, night.stop))
    assert not (plant["line_wh"] + plant["pool_wh"])[night].any()
    assert not np.isin(lots["time_s"], rows["time_s"][night]).any()
    (hit,) = (each for each in line.evidence if each.rule is Rule.PV_NIGHT)
    assert (hit.n, hit.value) == (4, 50_000)
    assert hit.value > hit.limit
    # Ten for the night, five because the readings before were others: both stay (F37).
    assert {each.rule for each in line.evidence} >= {Rule.PV_NIGHT, Rule.CONFLICT}
    assert line.worst_score == 85
    assert weight_of(line) == 10


def test_quality__is_rebuilt_to_the_byte(ports: Ports) -> None:
    night_generation(ports)
    settle(TEN, ports=ports)
    before = {table: ports.lake.read(table) for table in ("quality", "findings")}

    settle(TEN, ports=ports, record=False)

    for table, slabs in before.items():
        again = ports.lake.read(table)
        assert set(slabs) == set(again)
        for key, rows in slabs.items():
            assert all(rows[name].tolist() == again[key][name].tolist() for name in rows)


def judged(hits: list[Hits]) -> Judged:
    period = days(date(2026, 6, 1), 2, ZONE)
    series = EnergySeries(period.start_s, np.ones(192, np.int64), np.zeros(192, np.uint8))
    after_s = np.array([30, UNKNOWN_LATENCY_S])
    return Judged("M", series, np.ones(192, np.bool_), hits, after_s)


def hits_at(rule: Rule, *at: int) -> Hits:
    places = np.array(at)
    return Hits(rule, places, places * 10, places * 0)


def test_quality_rows__a_rule_costs_its_penalty_once_a_day() -> None:
    period = days(date(2026, 6, 1), 2, ZONE)
    item = judged([hits_at(Rule.SPIKE, 3, 4, 100), hits_at(Rule.STUCK, 3)])

    rows = quality_rows([item], grid=DayGrid.of(period, ZONE), period=period)["M",]

    assert rows["penalty"].tolist() == [15, 5]
    assert rows["score"].tolist() == [85, 95]
    assert rows["latency_s"].tolist() == [30, UNKNOWN_LATENCY_S]


def test_quality_rows__a_day_out_of_service_has_no_row() -> None:
    period = days(date(2026, 6, 1), 2, ZONE)
    item = judged([])
    item.in_service[:96] = False

    rows = quality_rows([item], grid=DayGrid.of(period, ZONE), period=period)["M",]

    assert rows["time_s"].tolist() == [period.start_s + 86_400]


def test_finding_rows__keep_every_hit_in_order_of_time_with_its_evidence() -> None:
    period = days(date(2026, 6, 1), 2, ZONE)
    item = judged([hits_at(Rule.RANGE, 7, 9), hits_at(Rule.RANGE, 2)])

    rows = finding_rows([item], period=period)["M", Rule.RANGE.value]

    assert rows["time_s"].tolist() == [period.start_s + 900 * at for at in (2, 7, 9)]
    assert rows["found"].tolist() == [20, 70, 90]
    assert rows["allowed"].tolist() == [0, 0, 0]


def test_settle__of_an_interval_meter_compares_its_profile_with_its_register(
    ports: Ports,
) -> None:
    # Registers at the two ends only, and a profile that says a tenth less (F45).
    wh = small_park.step_wh("M-E01", TEN)
    ends = small_park.registers("M-E01", TEN)
    inner = small_park.but(small_park.cut(ends, 1, len(ends.times_s) - 1), range(TEN.n_steps - 1))
    profile = small_park.energy_block_of("M-E01", TEN.start_s, wh * 9 // 10)
    small_park.store(ports, [Collected("GW1", LATER_S, (inner,))])
    small_park.store(ports, [Collected("GW1", LATER_S + 60, (replace(profile),))])

    settle(TEN, ports=ports)
    line = line_of(quality(TEN, ports=ports), "M-E01")

    (hit,) = (each for each in line.evidence if each.rule is Rule.SUM_CHECK)
    assert hit.value == int((wh * 9 // 10).sum())
    assert hit.limit == int(wh.sum())
