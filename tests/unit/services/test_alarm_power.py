"""What carries more kW than its kVA is overloaded at any power factor."""

from dataclasses import replace
from pathlib import Path

import alarm_kit
import small_park
from alarm_kit import at_s, of_rule
from taihang.core.alarm.condition import Condition
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.services.alarm_power import power_alarms
from taihang.services.alarm_scene import Scene
from taihang.services.ports import Ports


def found(ports: Ports) -> list[Condition]:
    return [*power_alarms(Scene(ports, now_s=at_s(8)))]


def with_transformer(ports: Ports, user: str, kva: float) -> Ports:
    enterprise = replace(ports.park.enterprises[user], transformer_kva=kva)
    park = replace(ports.park, enterprises={**ports.park.enterprises, user: enterprise})
    return replace(ports, park=park)


def test_users__within_their_transformers_raise_nothing(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 7)

        assert found(ports) == []


def test_user__above_its_transformer_is_named_with_its_highest_power(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 7)
        load_w = 4 * small_park.step_wh("M-E02", alarm_kit.until(8))
        limit_kva = 540.0

        over = of_rule(found(with_transformer(ports, "E02", limit_kva)), AlarmRule.RATING_EXCEEDED)

        # Every day has one working day above it.
        assert len(over) == 7
        assert {each.subject for each in over} == {"E02"}
        assert all(each.priority is Priority.HIGH for each in over)
        assert max(int(dict(each.values)["found_w"]) for each in over) == load_w.max()
        assert dict(over[0].values)["limit_w"] == 540_000


def test_power__at_the_rating_is_in_order(root: Path) -> None:
    with small_park.opened(root) as ports:
        alarm_kit.settled(ports, 7)
        top_kva = int(4 * small_park.step_wh("M-E02", alarm_kit.until(8)).max()) / 1_000

        assert found(with_transformer(ports, "E02", top_kva)) == []
        assert len(found(with_transformer(ports, "E02", top_kva - 0.001))) >= 1
