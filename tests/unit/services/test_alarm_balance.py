"""Losses above the park's share, a balance that does not close, export above the limit, delay."""

from pathlib import Path

import numpy as np
import pytest

import alarm_kit
import small_park
from alarm_kit import at_s, of_rule, rules_of, until
from small_park import AUGUST, N_DAY, Steps
from taihang.core.alarm.condition import Condition
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Unwatched
from taihang.core.periods import Period
from taihang.services.alarm_balance import Found, balance_alarms
from taihang.services.alarm_scene import Scene
from taihang.services.ports import Ports
from taihang.services.settle import settle

LOSS = 10
"""Counts that are lost in each interval of an ordinary day."""


def found(ports: Ports, now_s: int = AUGUST.end_s) -> list[Found]:
    return [*balance_alarms(Scene(ports, now_s=now_s))]


def metered(ports: Ports, period: Period, *, lost: Steps, sun: int = 1) -> None:
    """Settle some days of a park whose connection is metered, with losses that are given."""
    counts = {name: small_park.step_counts(name, period) for name in ("M-E01", "M-E02", "M-PV01")}
    counts["M-PV01"] = counts["M-PV01"] * sun
    net = counts["M-E01"] + counts["M-E02"] - counts["M-PV01"] + lost
    counts |= {"M-IMP": np.maximum(net, 0), "M-EXP": np.maximum(-net, 0)}
    for gateway in ports.park.gateways.values():
        blocks = [
            small_park.block_of(
                point,
                period.start_s,
                (np.concatenate([[0], np.cumsum(counts[point])])) % small_park.MODULUS,
            )
            for point in gateway.meters
        ]
        small_park.store(ports, small_park.daily(blocks, gateway.id))
    settle(period, ports=ports)


@pytest.fixture
def metered_root(tmp_path: Path) -> Path:
    return small_park.make(tmp_path / "park", small_park.GRID_METERED)


def test_balance__of_an_ordinary_week_raises_nothing(metered_root: Path) -> None:
    with small_park.opened(metered_root) as ports:
        metered(ports, until(8), lost=np.full(7 * N_DAY, LOSS))

        assert [each for each in found(ports, at_s(8)) if isinstance(each, Condition)] == []


def test_losses__above_the_share_of_the_park_chatter_into_one_alarm(metered_root: Path) -> None:
    with small_park.opened(metered_root) as ports:
        lost = np.full(7 * N_DAY, LOSS)
        lost[[200, 202, 300]] = 900
        metered(ports, until(8), lost=lost)

        high = of_rule(found(ports, at_s(8)), AlarmRule.LOSSES_HIGH)

        assert [(each.n, each.is_active) for each in high] == [(2, False), (1, False)]
        assert high[0].start_s == AUGUST.start_s + 200 * 900
        assert dict(high[0].values)["allowed_ratio"] == "0.05"
        assert float(str(dict(high[0].values)["found_ratio"])) > 0.05


def test_losses__that_are_negative_say_that_a_meter_is_wrong(metered_root: Path) -> None:
    with small_park.opened(metered_root) as ports:
        lost = np.full(7 * N_DAY, LOSS)
        lost[-1] = -50
        metered(ports, until(8), lost=lost)

        (high,) = of_rule(found(ports, at_s(8)), AlarmRule.LOSSES_HIGH)

        assert high.is_active
        assert str(dict(high.values)["found_ratio"]).startswith("-")


def test_losses__that_are_0_by_form_are_no_measurement(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 7)

        assert AlarmRule.LOSSES_HIGH not in rules_of(found(ports, at_s(8)))


def test_balance__that_does_not_close_is_a_defect_that_lasts(metered_root: Path) -> None:
    with small_park.opened(metered_root) as ports:
        metered(ports, until(8), lost=np.full(7 * N_DAY, LOSS))
        rows = ports.lake.read("balance", until(8))
        charged = dict(rows["charge",])
        charged["wh"] = charged["wh"].copy()
        charged["wh"][5] += 7
        ports.lake.replace("balance", until(8), {**rows, ("charge",): charged})

        (broken,) = of_rule(found(ports, at_s(8)), AlarmRule.BALANCE_BROKEN)

        assert (broken.priority, broken.is_active) == (Priority.HIGH, True)
        assert dict(broken.values)["worst_wh"] == 7


def test_settlement__is_late_once_readings_wait_for_two_days(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.send_all(ports, 12)
        settle(until(8), ports=ports)

        assert AlarmRule.SETTLEMENT_LATE not in rules_of(found(ports, at_s(10)))
        (late,) = of_rule(found(ports, at_s(10) + 1), AlarmRule.SETTLEMENT_LATE)
        assert (late.start_s, late.is_active) == (at_s(8), True)


def test_settlement__is_not_late_where_no_reading_waits(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 7)

        assert AlarmRule.SETTLEMENT_LATE not in rules_of(found(ports, at_s(20)))


def test_export__above_the_limit_begins_with_the_day_after_which_the_year_was(
    metered_root: Path,
) -> None:
    with small_park.opened(metered_root) as ports:
        # August is the first month of the year of which anything is known.
        metered(ports, until(8), lost=np.full(7 * N_DAY, LOSS), sun=3)

        (over,) = of_rule(found(ports, at_s(8)), AlarmRule.EXPORT_OVER)

        flows = {name: rows["wh"] for (name,), rows in ports.lake.read("balance", until(8)).items()}
        share = int(flows["export"].sum()) / int(flows["generation"].sum())
        assert share > 0.20
        assert (over.start_s, over.is_active, over.priority) == (at_s(1), True, Priority.HIGH)
        assert dict(over.values)["found_ratio"] == f"{share:.4f}"


def test_export__of_a_year_without_generation_is_not_watched(metered_root: Path) -> None:
    with small_park.opened(metered_root) as ports:
        metered(ports, until(8), lost=np.full(7 * N_DAY, LOSS), sun=0)

        told = [each for each in found(ports, at_s(8)) if isinstance(each, Unwatched)]

        assert told == []
        assert AlarmRule.EXPORT_OVER not in rules_of(found(ports, at_s(8)))
