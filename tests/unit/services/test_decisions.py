"""Decisions are read back from the log by what they are of."""

from pathlib import Path

import planned_park
import small_park
from planned_park import PLAN
from taihang.core.alarm.decision import ALARM_DECIDED, AlarmAct, AlarmDecision
from taihang.core.alarm.rule import Priority
from taihang.core.dispatch.plan_decision import PLAN_DECIDED, PlanAct, PlanDecision, PlanState
from taihang.core.seal.said import Said
from taihang.services.act_log import log_act
from taihang.services.decisions import Decisions

SAID = Said(id="d1", who="Li", role="dispatcher", reason="seen")


def acknowledged(name: str) -> AlarmDecision:
    return AlarmDecision(
        said=SAID,
        act=AlarmAct.ACKNOWLEDGE,
        alarm=name,
        priority=Priority.LOW,
        last_s=5,
        until_s=None,
        at_s=int(small_park.NOW.timestamp()),
    )


def test_decisions__are_grouped_by_alarm_in_the_order_of_the_log(root: Path) -> None:
    first, second = acknowledged("gap-open.M-E01.5"), acknowledged("gap-open.M-E02.5")
    with small_park.opened(root) as ports:
        for each in (first, second, first):
            log_act(ALARM_DECIDED, each.body(), ports=ports)

        read = Decisions(ports)

        assert read.alarms == {first.alarm: (first, first), second.alarm: (second,)}
        assert read.plans == {}


def test_standing__of_a_plan_counts_what_was_decided_for_its_text(tmp_path: Path) -> None:
    with small_park.opened(planned_park.made(tmp_path)) as ports:
        issued = ports.registry.statement(PLAN)
        other = PlanDecision(said=SAID, act=PlanAct.APPROVE, plan=PLAN, sha256="ab" * 32, at_s=0)
        log_act(PLAN_DECIDED, other.body(), ports=ports)

        standing = Decisions(ports).standing(issued)

        assert standing.state is PlanState.PROPOSED
        assert [each.said for each in standing.refused] == [SAID]
