"""What the page of storage prints: a chart of two days, what may be decided, plan beside record."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from typing import cast

import pytest

import planned_park
import regret_park
import small_park
from planned_park import DAY, PLAN
from regret_park import PLANNED
from taihang.core.dispatch.plan_decision import (
    Order,
    PlanAct,
    PlanDecision,
    PlanStanding,
    PlanState,
)
from taihang.core.periods import STEPS_PER_DAY
from taihang.core.seal.said import Said
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.web.pages.dispatch.build import DispatchView, build_dispatch
from taihang.interfaces.web.pages.dispatch.view import Card, order_told, page_context, what_told
from taihang.services.dispatch_day import DispatchDay, ExportSoFar
from taihang.services.open_figure import open_figure
from taihang.services.regret import keep_day


def of(root: Path) -> DispatchView:
    with small_park.opened(root, writing=False) as ports:
        return build_dispatch(ports, PLANNED)


@pytest.fixture
def ahead(tmp_path: Path) -> DispatchView:
    """A day that is still to come."""
    return of(planned_park.made(tmp_path))


@pytest.fixture
def past(tmp_path: Path) -> DispatchView:
    """The same day, settled and closed."""
    return of(Path(copytree(regret_park.obeyed(), tmp_path / "settled")))


def day_of(view: DispatchView) -> DispatchDay:
    assert view.shown is not None
    return view.shown


def cards(view: DispatchView) -> list[Card]:
    return cast("list[Card]", page_context(view, lang="en")["cards"])


def card(view: DispatchView, code: str) -> Card:
    return next(each for each in cards(view) if each.code == code)


def chart(view: DispatchView) -> Mapping[str, object]:
    return cast("Mapping[str, object]", page_context(view, lang="en")["page_data"])


def test_chart__has_two_days_of_record_and_one_of_plan(ahead: DispatchView) -> None:
    data = chart(ahead)

    assert data["days"] == ["2026-08-28", PLANNED.isoformat()]
    assert data["recorded_steps"] == STEPS_PER_DAY
    actual, plan = (
        cast("Mapping[str, list[float | None]]", data[each]) for each in ("actual", "plan")
    )
    assert {len(line) for line in actual.values()} == {2 * STEPS_PER_DAY}
    assert all(set(line[STEPS_PER_DAY:]) == {None} for line in actual.values())
    assert {len(plan[name]) for name in ("power", "import", "load", "stored")} == {STEPS_PER_DAY}
    assert plan["ordered"] is None


def test_chart__of_a_settled_day_is_recorded_to_its_end(past: DispatchView) -> None:
    assert chart(past)["recorded_steps"] == 2 * STEPS_PER_DAY


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (PlanState.PROPOSED, ("approve", "override")),
        (PlanState.APPROVED, ("override", "withdraw")),
        (PlanState.PENDING, ("confirm", "withdraw")),
        (PlanState.OVERRIDDEN, ("override", "withdraw")),
    ],
)
def test_acts__are_those_that_follow_from_where_the_plan_stands(
    ahead: DispatchView, state: PlanState, acts: tuple[str, ...]
) -> None:
    shown = day_of(ahead)
    override = PlanDecision(
        said=Said(id="d1", who="li", role="dispatcher", reason="so"),
        act=PlanAct.OVERRIDE,
        plan=PLAN,
        sha256="0" * 64,
        at_s=DAY.start_s,
    )
    seen = replace(shown, standing=PlanStanding(state, (override,)))

    assert page_context(replace(ahead, shown=seen), lang="zh")["acts"] == acts


def test_acts__of_a_settled_day_are_none(past: DispatchView) -> None:
    assert page_context(past, lang="en")["acts"] == ()


def test_compared__waits_for_the_whole_day(ahead: DispatchView, past: DispatchView) -> None:
    assert page_context(ahead, lang="en")["compared"] == []
    rows = cast("list[Mapping[str, str]]", page_context(past, lang="en")["compared"])
    assert len(rows) == 5
    assert all(row["planned"] for row in rows)


@pytest.mark.parametrize(
    ("ratio", "tone", "fill", "mark"),
    [
        (0.05, "", "12.50%", "50.00%"),
        (0.3, "bad", "75.00%", "50.00%"),
        (0.8, "bad", "100.00%", "25.00%"),
    ],
)
def test_export_card__draws_the_share_against_its_limit(
    ahead: DispatchView, ratio: float, tone: str, fill: str, mark: str
) -> None:
    export = ExportSoFar(
        until=PLANNED,
        exported_wh=1_000_000,
        available_wh=10_000_000,
        ratio=ratio,
        limit_ratio=0.2,
    )
    seen = card(replace(ahead, shown=replace(day_of(ahead), export=export)), "export")

    assert (seen.tone, seen.fill, seen.mark) == (tone, fill, mark)


def test_figures__of_the_page_can_all_be_opened_and_say_the_same(tmp_path: Path) -> None:
    root = Path(copytree(regret_park.obeyed(), tmp_path / "settled"))
    with small_park.opened(root) as ports:
        keep_day(PLANNED, ports=ports)
        view = build_dispatch(ports, PLANNED)
        rows = cast("list[Mapping[str, str]]", page_context(view, lang="en")["compared"])
        ledger = cast(
            "list[Mapping[str, list[Mapping[str, str]]]]", page_context(view, lang="en")["ledger"]
        )
        keys = [
            *(each.key for each in cards(view)),
            *(row["key"] for row in rows),
            *(cell["key"] for line in ledger for cell in line["cells"]),
        ]
        stories = {key: open_figure(key, ports=ports) for key in keys if key}

    export = day_of(view).export
    assert export is not None
    assert len(stories) >= 14
    assert float(stories[card(view, "export").key].value or 0) == pytest.approx(
        export.ratio, abs=1e-6
    )
    (charged,) = (row for row in rows if row["key"].startswith("flow/charge"))
    assert float(stories[charged["key"]].value or 0) / 1e6 == pytest.approx(
        float(charged["actual"].replace(",", "")), abs=0.01
    )


def test_export_card__that_is_not_known_says_so(ahead: DispatchView) -> None:
    seen = card(replace(ahead, shown=replace(day_of(ahead), export=None)), "export")

    assert seen.value == "—"
    assert seen.note


def test_cards__of_a_day_without_a_plan_say_what_is_known_without_one(ahead: DispatchView) -> None:
    shown = replace(day_of(ahead), planned=None, standing=None, decisions=())

    seen = cards(replace(ahead, shown=shown))

    assert [each.code for each in seen] == ["state", "stored", "export"]
    assert seen[0].tone == "bad"


@pytest.mark.parametrize("lang", LANGS)
def test_page__of_no_plan_at_all_prints_no_day(ahead: DispatchView, lang: Lang) -> None:
    assert page_context(replace(ahead, shown=None), lang=lang) == {"shown": None}


@pytest.mark.parametrize(
    ("power_w", "told"),
    [(0, "rest"), (50_000, "charge 50.0 kW"), (-1_500_000, "discharge 1,500.0 kW")],
)
def test_order__is_told_with_hours_of_the_wall_clock(
    ahead: DispatchView, power_w: int, told: str
) -> None:
    order = Order(battery="B1", start_s=DAY.start_s, end_s=DAY.end_s, power_w=power_w)

    assert what_told(order, "en") == told
    assert order_told(order, ahead.park, "en") == f"B1 00:00–24:00 {told}"
