"""Gaps of every length through a whole settlement (F39, F40); what estimates never do (P10)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pytest
from numpy.typing import NDArray

import small_park
from planted_faults import demo_month
from small_park import SCALE_WH, ZONE
from taihang.core.metering.estimate.shapes import Method
from taihang.core.metering.vee.rule import Hits, Rule
from taihang.core.park.quality import Estimation
from taihang.core.periods import STEP_S, Period, days
from taihang.core.series import EnergySeries, Quality
from taihang.services.account import account
from taihang.services.certify import certify
from taihang.services.collect import Collected
from taihang.services.estimate import estimate
from taihang.services.ports import Columns, Ports
from taihang.services.settle import Settled, settle
from taihang.services.validate import MeterEnergy

LONG: Final = days(date(2026, 6, 1), 82, ZONE)
"""1 June to 21 August: 40 days of gap and enough days before it."""
SENT_S: Final = LONG.end_s + 86_400
HOUR: Final = 4
DAY: Final = 96


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park", small_park.ESTIMATING)


@pytest.fixture
def ports(root: Path) -> Iterator[Ports]:
    with small_park.opened(root) as opened:
        yield opened


def fill_but(ports: Ports, point: str, first: int, n: int) -> None:
    """Store the formula's readings of the long period but some registers of one point."""
    small_park.fill(ports, LONG)
    whole = small_park.registers(point, LONG)
    part = small_park.cut(whole, first, first + n)
    small_park.revise(ports, small_park.but(part, range(n)), sent_at_s=SENT_S)


def rows_of(ports: Ports, point: str) -> Columns:
    return ports.lake.read("intervals", LONG, point)[point,]


def true_wh(point: str) -> NDArray[np.int64]:
    return small_park.step_wh(point, LONG)


@pytest.mark.parametrize(
    ("n_registers", "method"),
    [
        (1, Method.LINEAR),  # half an hour
        (2 * HOUR - 1, Method.LINEAR),  # exactly two hours
        (2 * HOUR, Method.LIKE_DAY),
        (3 * DAY, Method.LIKE_DAY),
        (40 * DAY, Method.LIKE_DAY),
    ],
)
def test_estimate__a_gap_of_any_length_sums_to_its_registers(
    ports: Ports, n_registers: int, method: Method
) -> None:
    first = 40 * DAY + 30
    fill_but(ports, "M-E01", first, n_registers)

    found = settle(LONG, ports=ports)
    rows = rows_of(ports, "M-E01")

    gap = slice(first - 1, first + n_registers)
    assert set(rows["method"][gap].tolist()) == {method}
    assert set(rows["quality"][gap].tolist()) == {Quality.ESTIMATED}
    assert int(rows["wh"][gap].sum()) == int(true_wh("M-E01")[gap].sum())
    outside = np.ones(LONG.n_steps, np.bool_)
    outside[gap] = False
    assert rows["wh"][outside].tolist() == true_wh("M-E01")[outside].tolist()
    assert not rows["method"][outside].any()
    assert (found.n_estimated, found.n_missing) == (n_registers + 1, 0)
    assert found.estimated_wh == found.gap_wh == int(true_wh("M-E01")[gap].sum())


def test_estimate__a_quarter_hour_of_an_interval_meter_is_a_straight_line(ports: Ports) -> None:
    small_park.store(ports, small_park.uploads(ports, LONG, points=["M-E02", "M-PV01"]))
    wh = true_wh("M-E01")
    block = small_park.energy_block_of("M-E01", LONG.start_s, wh)
    small_park.store(ports, [Collected("GW1", SENT_S, (small_park.but(block, [500]),))])

    settle(LONG, ports=ports)
    rows = rows_of(ports, "M-E01")

    assert rows["method"][500] == Method.LINEAR
    assert abs(2 * int(rows["wh"][500]) - int(wh[499]) - int(wh[501])) <= 1


def test_estimate__follows_the_shape_of_like_days(ports: Ports) -> None:
    first = 44 * DAY  # 15 July, a Wednesday
    fill_but(ports, "M-E02", first + 1, DAY - 1)

    settle(LONG, ports=ports)
    rows, truth = rows_of(ports, "M-E02"), true_wh("M-E02")

    day = slice(first, first + DAY)
    error = np.abs(rows["wh"][day] - truth[day])
    flat = np.abs(int(truth[day].mean()) - truth[day])
    assert error.mean() < 0.2 * flat.mean()
    assert int(rows["wh"][day].sum()) == int(truth[day].sum())


def test_estimate__without_the_table_nothing_is_estimated(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "plain")) as ports:
        fill_but(ports, "M-E01", 40 * DAY, 3)

        found = settle(LONG, ports=ports)
        rows = rows_of(ports, "M-E01")

    assert (found.n_estimated, found.estimated_wh, found.n_missing) == (0, 0, 4)
    assert not rows["method"].any()


def test_estimate__is_never_certified_and_never_part_of_a_provable_sum(ports: Ports) -> None:
    noon = 40 * DAY + 48
    fill_but(ports, "M-PV01", noon, 3)
    settle(LONG, ports=ports)
    certified = certify(LONG, ports=ports)
    account(LONG, ports=ports)

    gap = slice(noon - 1, noon + 3)
    rows, truth = rows_of(ports, "M-PV01"), true_wh("M-PV01")
    lots = ports.lake.read("lots", LONG)["PV01",]

    assert truth[gap].all()
    assert set(rows["quality"][gap].tolist()) == {Quality.ESTIMATED}
    gap_s = rows["time_s"][gap]
    assert not np.isin(lots["time_s"], gap_s).any()
    assert int(lots["wh"].sum()) == int(truth.sum()) - int(truth[gap].sum())
    assert certified.uncertified_wh == int(truth[gap].sum())
    stated = small_park.value_of(ports, "energy.PV01.2026-07")
    july = small_park.month_of("2026-07", true_wh("M-PV01"), LONG)
    assert round(float(stated) * 1_000) == july - int(truth[gap].sum())


def test_estimate__leaves_no_green_claim_and_closes_the_balance(ports: Ports) -> None:
    noon = 40 * DAY + 48
    fill_but(ports, "M-PV01", noon, 3)

    found = settle(LONG, ports=ports)
    matching = ports.lake.read("matching", LONG)
    balance = ports.lake.read("balance", LONG)

    gap = slice(noon - 1, noon + 3)
    plant = matching["plant", "PV01"]
    assert not (plant["line_wh"] + plant["pool_wh"])[gap].any()
    assert (found.n_open, found.max_closure_error_wh) == (0, 0)
    assert np.flatnonzero(balance["load",]["estimated"]).tolist() == list(
        range(gap.start, gap.stop)
    )


def test_estimate__a_power_failure_is_no_end_of_a_line(tmp_path: Path) -> None:
    # The load falls below what it always draws, then the link goes: no line from there (F40).
    text = small_park.ESTIMATING.replace(
        'M-E01 = { node = "E01", measures = "consumption",',
        'M-E01 = { node = "E01", measures = "consumption", min_kw = 100,',
    )
    first = 40 * DAY + 40
    with small_park.opened(small_park.make(tmp_path / "park", text)) as ports:
        small_park.fill(ports, LONG)
        steps = small_park.step_counts("M-E01", LONG)
        steps[first - 4 : first - 1] = 0
        counts = (np.concatenate([[0], steps.cumsum()]) + 9_990_000) % small_park.MODULUS
        block = small_park.block_of("M-E01", LONG.start_s, counts)
        small_park.revise(ports, small_park.but(block, range(first, first + 3)), sent_at_s=SENT_S)

        settle(LONG, ports=ports)
        rows = rows_of(ports, "M-E01")
        findings = ports.lake.read("findings", LONG, "M-E01")

    assert ("M-E01", Rule.ZERO_WHILE_ON.value) in findings
    gap = slice(first - 1, first + 3)
    assert set(rows["method"][gap].tolist()) == {Method.LIKE_DAY}
    assert int(rows["wh"][gap].sum()) == int(steps[gap].sum()) * SCALE_WH


def test_estimate__a_reset_is_replaced_without_a_known_sum(ports: Ports) -> None:
    small_park.fill(ports, LONG)
    at = 40 * DAY + 50
    steps = small_park.step_counts("M-E01", LONG)
    counts = np.concatenate([[0], steps.cumsum()]) + 1_000_000
    counts[at:] -= counts[at]
    small_park.revise(
        ports,
        small_park.block_of("M-E01", LONG.start_s, counts % small_park.MODULUS),
        sent_at_s=SENT_S,
    )

    found = settle(LONG, ports=ports)
    rows = rows_of(ports, "M-E01")

    assert found.n_rejected == 1
    assert rows["method"][at - 1] == Method.LINEAR
    neighbours = rows["wh"][[at - 2, at]]
    assert neighbours.min() <= rows["wh"][at - 1] <= neighbours.max()


def test_estimate__settling_a_later_month_reaches_back_for_its_like_days(ports: Ports) -> None:
    august = Period(LONG.start + (small_park.month_start("2026-08") - LONG.start), LONG.end)
    first = (august.start_s - LONG.start_s) // STEP_S + DAY + 4
    fill_but(ports, "M-E01", first, 20)

    settle(august, ports=ports)
    rows = ports.lake.read("intervals", august, "M-E01")["M-E01",]

    at = DAY + 3
    assert set(rows["method"][at : at + 21].tolist()) == {Method.LIKE_DAY}


def test_estimate__the_same_settlement_again_gives_the_same_bytes(ports: Ports) -> None:
    fill_but(ports, "M-E01", 40 * DAY, 3 * DAY)
    settle(LONG, ports=ports)
    before = ports.lake.state_hash()

    settle(LONG, ports=ports)

    assert ports.lake.state_hash() == before


# -- what the connection saw ---------------------------------------------------------------------

PARENT: Final = Estimation(
    methods=("parent-difference",),
    linear_most_h=None,
    reference_days=None,
    reference_reach_days=None,
    reference_calendar=None,
    parent_loss_ratio=0.012,
    parent_share_min_ratio=0.2,
)


def with_gap(
    meter: str, first: int, n: int, *, plan: Estimation = PARENT
) -> tuple[EnergySeries, NDArray[np.int64], NDArray[np.int64]]:
    """The filled series of a large meter of the demo park, its methods, and the truth."""
    month = demo_month()
    meters = month.energies()
    row = next(place for place, item in enumerate(meters) if item.meter.id == meter)
    truth = meters[row].energy.series.wh.copy()
    series = meters[row].energy.series
    wh, quality = series.wh.copy(), series.quality.copy()
    wh[first : first + n], quality[first : first + n] = 0, Quality.MISSING
    item = meters[row]
    energy = replace(item.energy, series=EnergySeries(series.start_s, wh, quality))
    meters[row] = MeterEnergy(item.meter, energy, item.in_service)
    park = replace(month.park, estimation=plan)

    filled = estimate(meters, {}, park=park, period=month.period, history=no_history)

    return filled[row].series, filled[row].method, truth


def no_history(*_: object) -> EnergySeries:
    raise AssertionError("no method of this list asks for earlier days")


@pytest.mark.parametrize("meter", ["M-E01", "M-E02"])
def test_estimate__parent_difference_gives_a_large_meter_back(meter: str) -> None:
    first, n = 96 * 20, 96

    series, method, truth = with_gap(meter, first, n)

    gap = slice(first, first + n)
    assert set(method[gap].tolist()) == {Method.PARENT_DIFFERENCE}
    error = np.abs(series.wh[gap] - truth[gap]) / truth[gap]
    assert error.max() < 0.02, "what the losses of this network leave open"


def test_estimate__parent_difference_does_not_guess_a_small_meter() -> None:
    _, method, _ = with_gap("M-E20", 96 * 20, 4)

    assert not method.any()


def test_estimate__parent_difference_of_two_missing_children_says_nothing() -> None:
    # The link of one small meter was lost on 7 October: nobody can tell the two apart.
    month = demo_month()
    fault = next(each for each in month.faults if each.end_s > each.start_s)
    first = (fault.start_s - month.period.start_s) // STEP_S

    _, method, _ = with_gap("M-E01", first, 4)

    assert not method.any()


def test_estimate__a_doubted_neighbour_is_no_end(root: Path) -> None:
    assert root.exists()
    month = demo_month()
    (item,) = (each for each in month.energies() if each.meter.id == "M-E03")
    series = item.energy.series
    quality = series.quality.copy()
    quality[200] = Quality.MISSING
    broken = replace(item.energy, series=replace(series, quality=quality))
    plan = replace(
        PARENT,
        methods=("linear",),
        linear_most_h=2.0,
        parent_loss_ratio=None,
        parent_share_min_ratio=None,
    )
    park = replace(month.park, estimation=plan)
    meters = [MeterEnergy(item.meter, broken, item.in_service)]
    doubt = {"M-E03": [Hits(Rule.SPIKE, np.array([201]), np.array([9]), np.array([1]))]}

    (with_doubt,) = estimate(meters, doubt, park=park, period=month.period, history=no_history)
    (without,) = estimate(meters, {}, park=park, period=month.period, history=no_history)

    assert with_doubt.method[200] == Method.NONE
    assert without.method[200] == Method.LINEAR


def test_settled__tells_what_was_estimated(ports: Ports) -> None:
    fill_but(ports, "M-E01", 40 * DAY, 3)

    found: Settled = settle(LONG, ports=ports)

    assert found.n_estimated == 4
    assert found.n_missing == 0
