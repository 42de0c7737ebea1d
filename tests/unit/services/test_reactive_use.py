"""Measured reactive energy comes to the bill whole, or the bill says why it does not."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify_taihang import verify

import reactive_park
import small_park
from reactive_park import Q_E01, block, registers
from small_park import AUGUST
from taihang.core.market.bill_line import Text
from taihang.core.market.month_use import ReactiveReading
from taihang.core.metering.readings import ReadingBlock
from taihang.core.periods import STEP_S, Period, days
from taihang.core.series import EnergySeries, Quality
from taihang.services.account import account
from taihang.services.bill import bill_enterprises
from taihang.services.collect import Collected, ImplausibleImportError, check_import
from taihang.services.ports import Ports
from taihang.services.prove import prove
from taihang.services.reactive_use import reactive_of
from taihang.services.restate import restate
from taihang.services.settle import settle
from taihang.services.touched import touched

_LINE = "power_factor"
_SWAP = days(date(2026, 8, 11), 1, small_park.ZONE).start


def _store(ports: Ports, *blocks: ReadingBlock, at_s: int = AUGUST.end_s + 60) -> None:
    small_park.store(ports, [Collected("GW3", at_s, blocks)])


def _billed(ports: Ports) -> None:
    for gateway in ("GW1", "GW2"):
        blocks = [small_park.registers(p, AUGUST) for p in ports.park.gateways[gateway].meters]
        small_park.store(ports, small_park.daily(blocks, gateway))
    settle(AUGUST, ports=ports)
    account(AUGUST, ports=ports)
    bill_enterprises(AUGUST, ports=ports)


def _line(ports: Ports, user: str) -> dict[str, Any]:
    issued = json.loads(ports.registry.statement(f"bill.{user}.2026-08").document)
    (line,) = [line for line in issued["lines"] if line["code"] == _LINE]
    return dict(line)


def _flat(kwh: int) -> EnergySeries:
    wh = np.full(AUGUST.n_steps, kwh * 1_000 // AUGUST.n_steps, np.int64)
    wh[0] += kwh * 1_000 - int(wh.sum())
    return EnergySeries(AUGUST.start_s, wh, np.zeros(AUGUST.n_steps, np.uint8))


def _of(root: Path, *blocks: ReadingBlock, active: EnergySeries) -> ReactiveReading | Text | None:
    with small_park.opened(root) as ports:
        if blocks:
            _store(ports, *blocks)
        return reactive_of("E01", AUGUST, active, ports=ports)


def _made(tmp_path: Path, *lines: str) -> Path:
    return small_park.make(tmp_path / "park", reactive_park.text(*(lines or (Q_E01,))))


def test_reactive_of__is_the_register_difference_of_the_month(tmp_path: Path) -> None:
    """Vector of the handbook: 1 000 000 kWh and 600 000 kvarh, over the last digit of the dial."""
    found = _of(_made(tmp_path), registers(600_000, first=9_000_000), active=_flat(1_000_000))

    assert found == ReactiveReading(active_kwh=Decimal(1_000_000), reactive_kvarh=Decimal(600_000))


def test_reactive_of__needs_no_reading_between_the_ends(tmp_path: Path) -> None:
    daily = registers(60_000)
    every_day = block(daily.times_s[::96], daily.counts[::96])

    found = _of(_made(tmp_path), every_day, active=_flat(100_000))

    assert isinstance(found, ReactiveReading)
    assert found.reactive_kvarh == 60_000


@pytest.mark.parametrize("lost", [0, -1])
def test_reactive_of__without_an_end_is_no_part_of_it(tmp_path: Path, lost: int) -> None:
    whole = registers(60_000)
    keep = np.ones(len(whole.counts), np.bool_)
    keep[lost] = False

    found = _of(
        _made(tmp_path), block(whole.times_s[keep], whole.counts[keep]), active=_flat(100_000)
    )

    assert isinstance(found, Text)
    assert "Q-E01" in found.zh
    assert "both ends" in found.en


def test_reactive_of__with_a_fall_that_nothing_explains_says_so(tmp_path: Path) -> None:
    whole = registers(60_000)
    counts = whole.counts.copy()
    counts[1_000] += 400_000

    found = _of(_made(tmp_path), block(whole.times_s, counts), active=_flat(100_000))

    assert isinstance(found, Text)
    assert "a rule refused it" in found.en


def test_reactive_of__beside_a_gap_of_the_active_energy_is_not_assessed(tmp_path: Path) -> None:
    active = _flat(100_000)
    active.quality[7] = Quality.MISSING

    found = _of(_made(tmp_path), registers(60_000), active=active)

    assert isinstance(found, Text)
    assert found.zh.startswith("有功电量缺 1 个时段")


def test_reactive_of__a_user_without_a_register_is_not_metered(tmp_path: Path) -> None:
    with small_park.opened(_made(tmp_path)) as ports:
        assert reactive_of("E02", AUGUST, _flat(1), ports=ports) is None
        assert reactive_of("E01", AUGUST, _flat(1), ports=ports) is not None


def test_reactive_of__adds_the_registers_and_follows_a_replacement(tmp_path: Path) -> None:
    swap = f"{_SWAP.astimezone(small_park.ZONE):%Y-%m-%d}"
    old = Q_E01.replace(" }", f", in_service = {{ until = {swap} }} }}")
    new = Q_E01.replace("Q-E01", "Q-E01-B").replace(" }", f", in_service = {{ since = {swap} }} }}")
    back = Q_E01.replace("Q-E01", "Q-E01-R")
    before, after = Period(AUGUST.start, _SWAP), Period(_SWAP, AUGUST.end)

    found = _of(
        _made(tmp_path, old, new, back),
        registers(20_000, period=before, first=50),
        registers(40_000, period=after, point="Q-E01-B", first=7),
        registers(1_500, point="Q-E01-R"),
        active=_flat(100_000),
    )

    assert isinstance(found, ReactiveReading)
    assert found.reactive_kvarh == 61_500


def test_reactive_of__that_begins_within_the_month_covers_not_all_of_it(tmp_path: Path) -> None:
    late = Q_E01.replace(" }", ", in_service = { since = 2026-08-11 } }")
    part = registers(40_000, period=Period(_SWAP, AUGUST.end))

    found = _of(_made(tmp_path, late), part, active=_flat(100_000))

    assert isinstance(found, Text)
    assert found.en == "no kvarh register covers the whole month"


def test_reactive_of__that_ends_within_the_month_covers_not_all_of_it(tmp_path: Path) -> None:
    gone = Q_E01.replace(" }", ", in_service = { until = 2026-08-11 } }")
    part = registers(20_000, period=Period(AUGUST.start, _SWAP))

    found = _of(_made(tmp_path, gone), part, active=_flat(100_000))

    assert isinstance(found, Text)
    assert found.en == "no kvarh register covers the whole month"


@given(kvarh=st.integers(0, 200_000), first=st.integers(0, reactive_park.MODULUS - 1))
def test_registers__differ_by_what_they_say(kvarh: int, first: int) -> None:
    """The kit itself: its registers close over the dial."""
    made = registers(kvarh, first=first)
    steps = np.diff(made.counts) % reactive_park.MODULUS
    assert int(steps.sum()) * reactive_park.SCALE_VARH == kvarh * 1_000 // 100 * 100
    assert len(made.times_s) == AUGUST.n_steps + 1
    assert set(np.diff(made.times_s).tolist()) == {STEP_S}


def test_bill__charges_measured_reactive_energy_and_a_stranger_agrees(tmp_path: Path) -> None:
    with small_park.opened(_made(tmp_path)) as ports:
        _store(ports, registers(600_000))
        _billed(ports)
        line, other = _line(ports, "E01"), _line(ports, "E02")
        report = verify(prove("bill.E01.2026-08", ports=ports))

    assert line["state"] == "billed"
    assert Decimal(line["price"]) > 0
    amount = Decimal(line["quantity"]) * Decimal(line["price"])
    assert Decimal(line["amount_cny"]) == amount.quantize(Decimal("0.01"))
    assert "600,000.0 kvarh" in line["reason"]["en"]
    assert any("power-factor.0.90" in key for key in line["facts"])
    assert other["state"] == "not-assessed"
    assert other["reason"]["zh"] == "无无功电量读数"
    assert any("power_factor: power factor" in row for row in report["shown"]["stated"])


def test_bill__is_restated_when_a_reactive_register_comes_late(tmp_path: Path) -> None:
    with small_park.opened(_made(tmp_path)) as ports:
        _billed(ports)
        before = _line(ports, "E01")
        _store(ports, registers(600_000))
        assert len(touched(ports=ports)) == 1
        restate(ports=ports)
        after = _line(ports, "E01")
        issued = json.loads(ports.registry.statement("bill.E01.2026-08").document)

    assert before["amount_cny"] is None
    assert Decimal(after["amount_cny"]) > 0
    assert issued["version"] == 2
    assert "Q-E01" in issued["reason"]


def test_check_import__refuses_a_register_that_rises_too_fast(tmp_path: Path) -> None:
    times_s = AUGUST.start_s + STEP_S * np.arange(3, dtype=np.int64)
    fast = block(times_s, np.array([0, 9_000, 9_001]))
    with (
        small_park.opened(_made(tmp_path)) as ports,
        pytest.raises(ImplausibleImportError, match="varh an hour"),
    ):
        check_import([fast], ports=ports)
