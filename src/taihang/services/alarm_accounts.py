"""Alarms of what was issued: budgets, the end of the year, certificates owed, money that is open.

Only statements are read, never drawn up anew: each alarm then points at the text that it rests on,
and looking at the alarms costs nothing. What was never issued is told as not watched.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final, TypeAlias, cast

from taihang.core.alarm.condition import Cause, CauseKind, Condition, found
from taihang.core.alarm.rule import AlarmRule, Priority
from taihang.core.alarm.state import Unwatched
from taihang.core.certificates.act import Correct
from taihang.core.certificates.act_document import open_act
from taihang.core.energy.quota import Alert
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.periods import month, year
from taihang.core.seal.issued import IssuedStatement
from taihang.services.alarm_scene import Scene
from taihang.services.bill_closure import BILL_CLOSURE
from taihang.services.planned import Planned, planned_of
from taihang.services.quota_account import KIND as QUOTA

Found: TypeAlias = Condition | Unwatched
Body = Mapping[str, Any]
_ALERTS: Final[Mapping[str, Priority]] = {
    Alert.WATCH: Priority.LOW,
    Alert.WARNING: Priority.MEDIUM,
    Alert.BREACHED: Priority.HIGH,
}
_DEMAND_FACTOR: Final = "power_factor"
"""Its absence is told on every bill and is no reason to call anybody."""


def account_alarms(scene: Scene) -> Iterator[Found]:
    """Yield what is wrong with what was issued.

    Args:
        scene: The park at an instant.
    """
    yield from _quotas(scene)
    yield from _year_end(scene)
    yield from _owed(scene)
    yield from _money(scene)


# -- budgets --------------------------------------------------------------------------------------


def _quotas(scene: Scene) -> Iterator[Found]:
    """Yield the budgets of the year that its last statement watches, warns of, or calls broken."""
    if not scene.park.quotas:
        yield Unwatched(AlarmRule.QUOTA, "no-quota")
        return
    name = str(scene.today.year)
    latest = [*scene.ports.registry.latest_statements(name, {QUOTA})]
    if not latest:
        yield Unwatched(AlarmRule.QUOTA, "no-quota-statement", (("year", name),))
    for issued in latest:
        for line in cast("Sequence[Body]", _body(issued)["lines"]):
            if str(line["alert"]) in _ALERTS:
                yield _quota(issued, line, scene)


def _quota(issued: IssuedStatement, line: Body, scene: Scene) -> Condition:
    start_s = year(issued.period, scene.park.zone).start_s
    cause = Cause(CauseKind.STATEMENT, issued.id)
    # A subject may have several quotas; each has an id of its own.
    one = found(AlarmRule.QUOTA, str(line["quota"]), start_s, cause=cause)
    forecast = cast("Body", line["forecast"] or {})
    values = (
        ("subject", issued.subject),
        ("measure", str(line["measure"])),
        ("alert", str(line["alert"])),
        ("used_ratio", str(line["used_ratio"])),
        ("chance_ratio", str(forecast.get("breach_chance_ratio") or "")),
        ("year", issued.period),
    )
    return replace(one, values=values, priority=_ALERTS[str(line["alert"])])


# -- end of the year ------------------------------------------------------------------------------


def _year_end(scene: Scene) -> Iterator[Found]:
    """Yield how likely the year ends above its export limit, by the outlook of the last plan."""
    rules = scene.park.direct_connection.forecast
    if rules is None:
        yield Unwatched(AlarmRule.EXPORT_LIKELY_OVER, "no-forecast")
        return
    plan = _last_plan(scene)
    chance = "" if plan is None else plan.export_budget["chance_ratio"]
    if plan is None or not chance:
        yield Unwatched(AlarmRule.EXPORT_LIKELY_OVER, "no-outlook")
    elif Decimal(chance) >= rules.likely_chance_ratio:
        start_s = year(str(plan.day.year), scene.park.zone).start_s
        cause = Cause(CauseKind.PLAN, plan.day.isoformat())
        one = found(AlarmRule.EXPORT_LIKELY_OVER, PARK_SUBJECT, start_s, cause=cause)
        values = (
            ("chance_ratio", chance),
            ("allowed_ratio", str(rules.likely_chance_ratio)),
            ("year", str(plan.day.year)),
        )
        yield replace(one, values=values)


def _last_plan(scene: Scene) -> Planned | None:
    """Return the last plan of the year of now."""
    of_year = [name for day, name in scene.plans.items() if day.year == scene.today.year]
    return planned_of(scene.ports.registry.statement(of_year[-1])) if of_year else None


# -- certificates ---------------------------------------------------------------------------------


def _owed(scene: Scene) -> Iterator[Condition]:
    """Yield the plants that have sold or claimed what a restatement took away."""
    ledger = scene.ports.registry.certificates
    for plant, wh in ledger.owed_wh().items():
        since_s = _owed_since_s(plant, scene)
        if since_s is not None:
            cause = Cause(CauseKind.PLANT, plant)
            one = found(AlarmRule.CERTIFICATE_OWED, plant, since_s, cause=cause)
            yield replace(one, values=(("plant", plant), ("owed_wh", wh), ("since_at_s", since_s)))


def _owed_since_s(plant: str, scene: Scene) -> int | None:
    """Return when the last restatement took certificates of a plant back [s]."""
    ledger = scene.ports.registry.certificates
    of_plant = {
        made.id for made in ledger.issues() if any(part.id == plant for part in made.plants)
    }
    times_s = [
        act.at_s
        for record in ledger.acts_named(f"{Correct.KIND}:")
        if isinstance(act := open_act(record.document.encode()), Correct)
        and act.issue in of_plant
        and act.at_s <= scene.now_s
    ]
    return max(times_s, default=None)


# -- money ----------------------------------------------------------------------------------------


def _money(scene: Scene) -> Iterator[Found]:
    """Yield the months whose money does not close, or closes with something left out."""
    if scene.park.billing is None:
        yield Unwatched(AlarmRule.MONEY_OPEN, "no-billing")
        return
    for period in scene.months:
        name = scene.local(period.start_s).date().isoformat()[:7]
        for issued in scene.ports.registry.latest_statements(name):
            if issued.kind.startswith(BILL_CLOSURE):
                yield from _closure(issued, scene)


def _closure(issued: IssuedStatement, scene: Scene) -> Iterator[Condition]:
    body = _body(issued)
    lines = cast("Sequence[Body]", body["lines"])
    told = sum((Decimal(str(line["amount_cny"])) for line in lines), Decimal(0))
    off = told - Decimal(str(body["value"]))
    gaps = cast("Sequence[Body]", body["not_assessed"])
    open_ = [gap for gap in gaps if str(gap["what"]) != _DEMAND_FACTOR]
    if not off and not open_:
        return
    start_s = month(issued.period, scene.park.zone).start_s
    cause = Cause(CauseKind.STATEMENT, issued.id)
    one = found(AlarmRule.MONEY_OPEN, PARK_SUBJECT, start_s, cause=cause)
    values = (
        ("month", issued.period),
        ("n", len(open_)),
        ("off_cny", str(off)),
        ("first", ", ".join(str(gap["what"]) for gap in open_[:3])),
    )
    yield replace(one, values=values, priority=Priority.HIGH if off else Priority.LOW)


def _body(issued: IssuedStatement) -> Body:
    return cast("Body", json.loads(issued.document))
