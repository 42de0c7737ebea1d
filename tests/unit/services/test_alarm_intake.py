"""Who is silent, which batch is missing, whose key is in two hands, whose clock is ahead."""

from dataclasses import replace
from pathlib import Path

import alarm_kit
import small_park
from alarm_kit import at_s, of_rule, rules_of, until
from small_park import AUGUST, DAY, N_DAY
from taihang.core.alarm.rule import AlarmRule
from taihang.core.alarm.state import Unwatched
from taihang.services.alarm_intake import Found, intake_alarms
from taihang.services.alarm_scene import Scene
from taihang.services.ingest import Ingester
from taihang.services.ports import Ports
from taihang.services.settle import settle


def found_at(ports: Ports, now_s: int) -> list[Found]:
    return [*intake_alarms(Scene(ports, now_s=now_s))]


def test_intake__of_a_park_that_speaks_is_quiet(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 20)

        assert rules_of(found_at(ports, at_s(21, 6))) == set()


def test_gateway__is_silent_after_three_of_its_own_days_and_its_meters_are_not_blamed(
    root: Path,
) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.send(ports, "GW1", 20)
        alarm_kit.send(ports, "GW2", 15)

        assert rules_of(found_at(ports, at_s(18, 23))) == set()
        found = found_at(ports, at_s(20))
        (silent,) = of_rule(found, AlarmRule.GATEWAY_SILENT)
        last_word_s = int(ports.lake.batches().sent_at_s[-1])
        assert rules_of(found) == {AlarmRule.GATEWAY_SILENT}
        assert (silent.subject, silent.start_s, silent.is_active) == ("GW2", last_word_s, True)


def test_gateway__that_speaks_again_has_ended_its_silence(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 5)
        late = [
            small_park.cut(small_park.registers("M-E02", AUGUST), first * N_DAY, first * N_DAY + 96)
            for first in (10, 11)
        ]
        for block in late:
            small_park.store(ports, small_park.daily([block], "GW2"))

        silent = of_rule(found_at(ports, at_s(12)), AlarmRule.GATEWAY_SILENT)

        ends = {each.subject: each.end_s for each in silent}
        assert ends == {"GW1": None, "GW2": int(late[0].times_s[-1]) + 60}


def test_intake__is_one_alarm_where_everybody_is_silent(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 10)

        found = found_at(ports, at_s(20))

        (silent,) = of_rule(found, AlarmRule.INTAKE_SILENT)
        assert rules_of(found) == {AlarmRule.INTAKE_SILENT}
        assert dict(silent.values)["n"] == len(alarm_kit.GATEWAYS)


def test_gateway__of_which_too_little_came_is_told_as_not_watched(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.send(ports, "GW1", 2)

        unwatched = [each for each in found_at(ports, at_s(20)) if isinstance(each, Unwatched)]

        told = {each.values for each in unwatched if each.rule is AlarmRule.GATEWAY_SILENT}
        assert told == {(("gateway", "GW1"),), (("gateway", "GW2"),)}


def test_meter__is_silent_behind_a_gateway_that_speaks(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.send(ports, "GW1", 10)
        load = small_park.cut(small_park.registers("M-E01", AUGUST), 960, 960 + 192)
        small_park.store(ports, small_park.daily([load], "GW1"))
        alarm_kit.send(ports, "GW2", 12)

        (silent,) = of_rule(found_at(ports, at_s(13, 1)), AlarmRule.METER_SILENT)

        assert (silent.subject, silent.start_s) == ("M-PV01", at_s(11))


def test_batch__that_never_came_is_missing_once_nobody_would_still_send_it(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", AUGUST)
        parts = [small_park.cut(block, at * N_DAY, (at + 1) * N_DAY) for at in range(12)]
        sent = [
            small_park.sealed(ports, "GW2", number + 1, part, sent_at_s=int(part.times_s[-1]) + 60)
            for number, part in enumerate(parts)
            if number not in {4, 5}
        ]
        small_park.ingested(ports, sent)
        settle(until(8), ports=ports)

        # The batch after the hole came on the evening of the 7th; three days are the rhythm's.
        assert AlarmRule.BATCH_MISSING not in rules_of(found_at(ports, at_s(8)))
        (missing,) = of_rule(found_at(ports, at_s(12)), AlarmRule.BATCH_MISSING)
        assert (missing.subject, dict(missing.values)["n"]) == ("GW2", 2)
        assert missing.start_s == int(parts[6].times_s[-1]) + 60


def test_fork__lasts_until_the_gateway_has_another_key(root: Path) -> None:
    with small_park.opened(root) as ports:
        block = small_park.registers("M-E02", DAY)
        higher = small_park.but(block, [7], count=int(block.counts[7]) + 1)
        first = small_park.sealed(ports, "GW2", 1, block)
        second = small_park.sealed(ports, "GW2", 1, higher, sent_at_s=DAY.end_s + 60)
        Ingester(ports).commit([first, second])
        settle(DAY, ports=ports)
        now_s = int(ports.clock.now().timestamp()) + 60

        (forked,) = of_rule(found_at(ports, now_s), AlarmRule.BATCH_FORKED)
        (key,) = ports.registry.gateway_keys()["GW2"]
        ports.registry.put_gateway_keys(
            "GW2", [replace(key, ordinal=2, key=bytes(32), from_s=now_s)]
        )
        ended = of_rule(found_at(ports, now_s + 1), AlarmRule.BATCH_FORKED)

        assert (forked.subject, forked.is_active) == ("GW2", True)
        assert [each.end_s for each in ended] == [now_s]


def test_clock__is_not_watched_without_thresholds(root: Path) -> None:
    with small_park.opened(root) as ports:
        unwatched = [each for each in found_at(ports, at_s(20)) if isinstance(each, Unwatched)]

        assert AlarmRule.CLOCK_AHEAD in {each.rule for each in unwatched}
