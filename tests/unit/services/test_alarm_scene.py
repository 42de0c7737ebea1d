"""The scene of the alarms: whole months that are settled, nothing of after the instant."""

from datetime import date
from pathlib import Path

import numpy as np

import alarm_kit
import small_park
from alarm_kit import at_s, until
from small_park import AUGUST
from taihang.core.park.topology import Direction
from taihang.core.periods import Period, month
from taihang.services.alarm_scene import Scene
from taihang.services.ports import Ports
from taihang.services.settle import settle


def scene(ports: Ports, now_s: int) -> Scene:
    return Scene(ports, now_s=now_s)


def test_months__are_the_last_that_is_settled_and_the_one_before(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 12)

        seen = scene(ports, AUGUST.end_s)

        july = month("2026-07", small_park.ZONE)
        assert seen.months == (july, until(13))
        assert (seen.since_s, seen.edge_s) == (july.start_s, at_s(13))


def test_months__end_at_the_instant_where_more_is_settled(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 12)

        seen = scene(ports, at_s(10, 7) + 100)

        assert seen.months[1] == Period.of_s(AUGUST.start_s, at_s(10, 7))
        assert seen.today == date(2026, 8, 10)


def test_scene__of_a_park_of_which_nothing_is_settled_is_empty(root: Path) -> None:
    with small_park.opened(root) as ports:
        seen = scene(ports, at_s(10))

        assert (seen.months, seen.edge_s, seen.since_s) == ((), None, at_s(10))
        assert seen.intervals == ()
        assert seen.newest_s == {}
        assert seen.plans == {}


def test_power__is_known_only_where_every_meter_is(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.send(ports, "GW1", 3)
        gap = small_park.but(small_park.registers("M-E02", AUGUST), [10])
        alarm_kit.send(ports, "GW2", 3, blocks=[gap])
        settle(until(4), ports=ports)
        seen = scene(ports, at_s(4))
        loads = [one for one in ports.park.meters.values() if one.measures is Direction.CONSUMPTION]

        power_w, there = seen.power_of(loads, 1)

        assert len(loads) == 2
        assert (~there).nonzero()[0].tolist() == [9, 10]
        expected_w = 4 * (
            small_park.step_wh("M-E01", until(4)) + small_park.step_wh("M-E02", until(4))
        )
        assert np.array_equal(power_w[there], expected_w[there])


def test_power__of_no_meter_is_known_nowhere(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 3)

        power_w, there = scene(ports, at_s(4)).power_of([], 1)

        assert not there.any()
        assert not power_w.any()


def test_newest__reading_is_never_of_after_the_instant(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.send_all(ports, 3)

        meters = ("M-E01", "M-E02", "M-PV01")
        assert scene(ports, at_s(9)).newest_s == dict.fromkeys(meters, at_s(4))
        assert scene(ports, at_s(2)).newest_s == dict.fromkeys(meters, at_s(2))
