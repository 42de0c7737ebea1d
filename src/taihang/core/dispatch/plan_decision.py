"""What a person decided of a released plan of a day, and which decision may follow which.

A plan that the referee accepted is released, and stands as proposed until a person approves it. An
override gives a store other orders for some hours. One that departs from the plan by more than the
park's limit takes a second person (docs/rules.md §14): until that one confirms it, nothing of it
counts. Every decision is one event of the log (docs/formats/log.md, section 9).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from taihang.core.errors import InputError, StateError
from taihang.core.seal.canonical import Fields, JsonValue
from taihang.core.seal.review import SamePersonError
from taihang.core.seal.said import SAID_KEYS, Said, open_said

PLAN_DECIDED: Final = "plan-decided"
"""Kind of the event."""
MAX_ORDERS: Final = 96
"""Orders of one override: one a settlement interval of a day."""
_KEYS: Final = frozenset(("act", "change_w", "limit_w", "orders", "plan", "sha256")) | SAID_KEYS
_ORDER_KEYS: Final = frozenset(("battery", "end_s", "power_w", "start_s"))
_POWER_MOST_W: Final = 10**12


class PlanAct(StrEnum):
    """What a person says of a plan."""

    APPROVE = "approve"
    """批准: it shall be done as it is."""
    OVERRIDE = "override"
    """改令: it shall be done with other orders."""
    CONFIRM = "confirm"
    """复核改令: I am the second person who wants these orders."""
    WITHDRAW = "withdraw"
    """撤回: what was said before counts no more; the plan is a proposal again."""


class PlanState(StrEnum):
    """Where a plan stands."""

    PROPOSED = "proposed"
    """The referee accepted it; nobody has said anything."""
    APPROVED = "approved"
    PENDING = "pending"
    """Overridden by one person where it takes two."""
    OVERRIDDEN = "overridden"


class PlanOrderError(StateError):
    """A decision does not follow from where the plan stands."""

    code = "state.plan-order"


class OrdersError(InputError):
    """Orders overlap, lie outside the day, or are none; or another act has some."""

    code = "input.orders"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Order:
    """What one store shall do in a stretch of a day."""

    battery: str
    start_s: int
    end_s: int
    power_w: int
    """At the AC side, charging positive. [W]"""

    def document(self) -> dict[str, JsonValue]:
        """Return it as plain values."""
        return {
            "battery": self.battery,
            "end_s": self.end_s,
            "power_w": self.power_w,
            "start_s": self.start_s,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDecision:
    """What one person decided of one version of a plan."""

    said: Said
    act: PlanAct
    plan: str
    """Id of the statement with its version."""
    sha256: str
    """Of its text as issued [hex]."""
    orders: tuple[Order, ...] = ()
    """Of an override; none of anything else."""
    change_w: int = 0
    """Largest departure of the orders from the plan. [W]"""
    limit_w: int = 0
    """Departure above which it took a second person when it was decided. [W]"""
    at_s: int
    """When [s]; the time of its event."""

    @property
    def needs_second(self) -> bool:
        """Whether another person has to confirm it."""
        return self.act is PlanAct.OVERRIDE and self.change_w > self.limit_w

    def body(self) -> dict[str, JsonValue]:
        """Return the body of its event."""
        return {
            "act": self.act.value,
            "change_w": self.change_w,
            "limit_w": self.limit_w,
            "orders": [order.document() for order in self.orders],
            "plan": self.plan,
            "sha256": self.sha256,
            **self.said.body(),
        }


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """Where a plan stands, and what is to be done by it."""

    state: PlanState
    counting: tuple[PlanDecision, ...] = ()
    """Decisions since the last withdrawal."""
    refused: tuple[PlanDecision, ...] = ()
    """Decisions in the log that do not hold: against the rules, or for another text."""

    @property
    def orders(self) -> tuple[Order, ...]:
        """The orders in force; none where the plan itself is to be done, or nothing yet."""
        if self.state is not PlanState.OVERRIDDEN:
            return ()
        return _last_override(self.counting).orders

    @property
    def pending(self) -> PlanDecision | None:
        """The override that waits for a second person; None where none does."""
        return _last_override(self.counting) if self.state is PlanState.PENDING else None


def open_plan_decision(body: Mapping[str, JsonValue], *, at_s: int) -> PlanDecision:
    """Read the body of an event ``plan-decided``.

    Args:
        body: The body.
        at_s: When the event was logged [s].

    Raises:
        DocumentError: If a field is absent, unknown or out of bounds.
        OrdersError: If the orders are none that an act of this kind has.
    """
    fields = Fields({**body}, where=PLAN_DECIDED, keys=_KEYS)
    act = fields.text("act")
    if act not in set(PlanAct):
        raise fields.error("act", expected=" or ".join(PlanAct))
    decision = PlanDecision(
        said=open_said(fields),
        act=PlanAct(act),
        plan=fields.text("plan"),
        sha256=fields.hex_bytes("sha256", n_bytes=32).hex(),
        orders=tuple(_open_order(each) for each in fields.items("orders", limit=MAX_ORDERS)),
        change_w=fields.integer("change_w", low=0, high=_POWER_MOST_W),
        limit_w=fields.integer("limit_w", low=0, high=_POWER_MOST_W),
        at_s=at_s,
    )
    demand_orders(decision)
    return decision


def _open_order(value: JsonValue) -> Order:
    fields = Fields(value, where=f"{PLAN_DECIDED}.orders", keys=_ORDER_KEYS)
    return Order(
        battery=fields.text("battery"),
        start_s=fields.integer("start_s"),
        end_s=fields.integer("end_s"),
        power_w=fields.integer("power_w", low=-_POWER_MOST_W, high=_POWER_MOST_W),
    )


def demand_orders(decision: PlanDecision) -> None:
    """Refuse an override without orders, orders that overlap, and orders of any other act.

    Raises:
        OrdersError: If they are such.
    """
    is_override = decision.act is PlanAct.OVERRIDE
    if is_override == bool(decision.orders) and not _overlap(decision.orders):
        return
    raise OrdersError(
        given=f"{decision.act} with {len(decision.orders)} orders",
        expected="orders of an override only, each of a stretch of its own",
        remedy="name for each store from when to when it shall do what, once",
    )


def _overlap(orders: Sequence[Order]) -> bool:
    ends: dict[str, int] = {}
    for order in sorted(orders):
        if order.end_s <= order.start_s or order.start_s < ends.get(order.battery, order.start_s):
            return True
        ends[order.battery] = order.end_s
    return False


def demand_plan_may_decide(decision: PlanDecision, *, after: Sequence[PlanDecision]) -> None:
    """Refuse a decision that does not follow from those that count.

    Args:
        decision: What somebody would decide.
        after: The decisions that count so far.

    Raises:
        OrdersError: If its orders are none.
        PlanOrderError: If it does not follow.
        SamePersonError: If one person would be both who orders and who confirms.
    """
    demand_orders(decision)
    state = _state(after)
    if decision.act not in _NEXT[state]:
        raise PlanOrderError(
            given=f"{decision.act} of {decision.plan}, which is {state}",
            expected=f"one of: {', '.join(_NEXT[state])}",
            remedy="withdraw what was decided first, then decide anew"
            if after
            else "approve or override the plan",
        )
    first = _last_override(after) if decision.act is PlanAct.CONFIRM else None
    if first is not None and first.said.person == decision.said.person:
        raise SamePersonError(
            given=f"confirm by {decision.said.who}, who gave the orders",
            expected="another person (four-eyes rule, §14)",
            remedy="let a colleague look at the orders and confirm them",
        )


def plan_standing(decisions: Iterable[PlanDecision], *, sha256: str) -> PlanStanding:
    """Return where a plan stands for a reader, whatever the log holds.

    Args:
        decisions: Every decision on the version, in the order of the log.
        sha256: Hash of its text as it is now [hex].

    Returns:
        The state; a decision against the rules, or for another text, counts for nothing.
    """
    counting: tuple[PlanDecision, ...] = ()
    refused: list[PlanDecision] = []
    for each in decisions:
        try:
            demand_plan_may_decide(each, after=counting)
        except (InputError, StateError):
            refused.append(each)
            continue
        if each.sha256 != sha256:
            refused.append(each)
        else:
            counting = () if each.act is PlanAct.WITHDRAW else (*counting, each)
    return PlanStanding(_state(counting), counting, tuple(refused))


def _state(counting: Sequence[PlanDecision]) -> PlanState:
    if not counting:
        return PlanState.PROPOSED
    last = counting[-1]
    if last.act is PlanAct.APPROVE:
        return PlanState.APPROVED
    return PlanState.PENDING if last.needs_second else PlanState.OVERRIDDEN


def _last_override(counting: Sequence[PlanDecision]) -> PlanDecision:
    return next(each for each in reversed(counting) if each.act is PlanAct.OVERRIDE)


_NEXT: Final[Mapping[PlanState, tuple[PlanAct, ...]]] = {
    PlanState.PROPOSED: (PlanAct.APPROVE, PlanAct.OVERRIDE),
    PlanState.APPROVED: (PlanAct.OVERRIDE, PlanAct.WITHDRAW),
    PlanState.PENDING: (PlanAct.CONFIRM, PlanAct.WITHDRAW),
    PlanState.OVERRIDDEN: (PlanAct.OVERRIDE, PlanAct.WITHDRAW),
}


def plan_faults(
    decisions: Iterable[PlanDecision], *, texts: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Say what is wrong with decisions: order, persons, and the text that they were taken for.

    Args:
        decisions: Every decision on every plan, in the order of the log.
        texts: Hash of the text by id of every issued statement [hex].

    Returns:
        Id of the plan, and what is wrong.
    """
    by_plan: dict[str, list[PlanDecision]] = {}
    for each in decisions:
        by_plan.setdefault(each.plan, []).append(each)
    wrong: list[tuple[str, str]] = []
    for name, taken in sorted(by_plan.items()):
        held = texts.get(name)
        if held is None:
            wrong.append((name, f"is not in the register, but was decided {len(taken)} times"))
            continue
        for each in plan_standing(taken, sha256=held).refused:
            told = (
                f"{each.act} by {each.said.who} does not hold: against the rules, or another text"
            )
            wrong.append((name, told))
    return wrong
