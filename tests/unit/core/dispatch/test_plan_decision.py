"""A plan is approved by one, overridden by two where it departs far, and withdrawn by anybody."""

from dataclasses import replace

import pytest

from taihang.core.dispatch.plan_decision import (
    Order,
    OrdersError,
    PlanAct,
    PlanDecision,
    PlanOrderError,
    PlanState,
    demand_plan_may_decide,
    open_plan_decision,
    plan_faults,
    plan_standing,
)
from taihang.core.seal.canonical import DocumentError, JsonValue
from taihang.core.seal.review import SamePersonError
from taihang.core.seal.said import Said

PLAN = "day-plan.park.2026-10-01.v1"
TEXT = "ab" * 32
ORDER = Order(battery="B1", start_s=900, end_s=1_800, power_w=-5_000)


def said(who: str = "Li") -> Said:
    return Said(id="d1", who=who, role="dispatcher", reason="so it shall be")


def decided(act: PlanAct, who: str = "Li", *, change_w: int = 0) -> PlanDecision:
    orders = (ORDER,) if act is PlanAct.OVERRIDE else ()
    return PlanDecision(
        said=said(who),
        act=act,
        plan=PLAN,
        sha256=TEXT,
        orders=orders,
        change_w=change_w,
        limit_w=1_000,
        at_s=7,
    )


APPROVE, WITHDRAW = decided(PlanAct.APPROVE), decided(PlanAct.WITHDRAW)
SMALL, BIG = decided(PlanAct.OVERRIDE, change_w=1_000), decided(PlanAct.OVERRIDE, change_w=1_001)
SECOND = decided(PlanAct.CONFIRM, "Wang")


def state(*decisions: PlanDecision) -> PlanState:
    return plan_standing(decisions, sha256=TEXT).state


def test_body__is_read_back() -> None:
    for each in (APPROVE, SMALL, BIG, SECOND, WITHDRAW):
        assert open_plan_decision(each.body(), at_s=7) == each


def test_standing__goes_by_what_was_decided() -> None:
    assert state() is PlanState.PROPOSED
    assert state(APPROVE) is PlanState.APPROVED
    assert state(APPROVE, WITHDRAW) is PlanState.PROPOSED
    assert state(SMALL) is PlanState.OVERRIDDEN
    assert state(BIG) is PlanState.PENDING
    assert state(BIG, SECOND) is PlanState.OVERRIDDEN
    assert state(APPROVE, BIG, WITHDRAW, APPROVE) is PlanState.APPROVED


def test_orders__count_only_once_a_second_person_wants_them() -> None:
    waiting, confirmed = (plan_standing(each, sha256=TEXT) for each in ([BIG], [BIG, SECOND]))

    assert (waiting.orders, waiting.pending) == ((), BIG)
    assert (confirmed.orders, confirmed.pending) == ((ORDER,), None)


def test_rules__refuse_one_person_in_two_places() -> None:
    with pytest.raises(SamePersonError, match="colleague"):
        demand_plan_may_decide(decided(PlanAct.CONFIRM, "ＬI "), after=[BIG])


@pytest.mark.parametrize(
    ("act", "after"),
    [
        (APPROVE, [APPROVE]),
        (APPROVE, [SMALL]),
        (SECOND, []),
        (SECOND, [SMALL]),
        (SECOND, [APPROVE]),
        (WITHDRAW, []),
        (SMALL, [BIG]),
        (APPROVE, [BIG]),
    ],
)
def test_rules__refuse_what_does_not_follow(act: PlanDecision, after: list[PlanDecision]) -> None:
    with pytest.raises(PlanOrderError):
        demand_plan_may_decide(act, after=after)


@pytest.mark.parametrize(
    "orders",
    [
        (),
        (ORDER, ORDER),
        (ORDER, replace(ORDER, start_s=1_000, end_s=2_700)),
        (replace(ORDER, end_s=900),),
    ],
)
def test_orders__of_an_override_are_there_and_apart(orders: tuple[Order, ...]) -> None:
    with pytest.raises(OrdersError):
        demand_plan_may_decide(replace(SMALL, orders=orders), after=[])


def test_orders__of_two_stores_may_be_at_one_time_and_of_an_approval_are_none() -> None:
    both = (ORDER, replace(ORDER, battery="B2"))

    demand_plan_may_decide(replace(SMALL, orders=both), after=[])
    with pytest.raises(OrdersError):
        demand_plan_may_decide(replace(APPROVE, orders=both), after=[])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("act", "ignore"),
        ("sha256", "ab"),
        ("change_w", -1),
        ("orders", {}),
        ("orders", [{"battery": "B1"}]),
        ("orders", [ORDER.document()] * 97),
    ],
)
def test_open__refuses_a_field_that_cannot_be(field: str, value: JsonValue) -> None:
    with pytest.raises(DocumentError):
        open_plan_decision({**SMALL.body(), field: value}, at_s=7)


def test_standing__counts_nothing_that_was_signed_for_another_text() -> None:
    standing = plan_standing([replace(APPROVE, sha256="cd" * 32)], sha256=TEXT)

    assert standing.state is PlanState.PROPOSED
    assert len(standing.refused) == 1


def test_faults__name_what_does_not_hold() -> None:
    wrong = [APPROVE, APPROVE, replace(APPROVE, plan="day-plan.park.2026-10-02.v1")]

    told = plan_faults(wrong, texts={PLAN: TEXT})

    assert [name for name, _ in told] == [PLAN, "day-plan.park.2026-10-02.v1"]
    assert plan_faults([BIG, SECOND], texts={PLAN: TEXT}) == []
