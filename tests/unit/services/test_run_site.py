"""A station's day: planned each quarter, guarded each minute, checked, paid."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

import pytest

from site_case import day, outlook, station, visit
from taihang.adapters.highs import solve
from taihang.core.dispatch.model import LinearModel, Solution, SolveStatus
from taihang.core.dispatch.site.day_check import Fault
from taihang.core.dispatch.site.visits import Visit
from taihang.services import run_site as run_site_module
from taihang.services.plan_park import Effort
from taihang.services.run_site import SiteRun, run_site, site_document

ON: Final = date(2026, 6, 16)
EFFORT: Final = Effort(time_limit_s=10.0, gap=1e-6)


def run(*visits: Visit, sun_kw: float = 0.0, **terms: float) -> SiteRun:
    site = station(**terms)
    return run_site(outlook(site, day(*visits, sun_kw=sun_kw)), ON, solve=solve, effort=EFFORT)


def test_run_site__moves_a_booked_vehicle_to_where_energy_is_cheap() -> None:
    found = run(visit("a", 540, 720, 40_000))

    got = found.managed.record.visit_wh("a")
    assert sum(got[36:40]) == 0
    assert sum(got) == 40_000
    assert found.managed.result is not None
    assert found.plain.result is not None
    assert found.managed.result.total_cny > found.plain.result.total_cny
    assert found.unplanned_quarters == 0
    assert found.notices == ()


def test_run_site__nobody_pays_more_than_the_tariff_of_when_it_was_served() -> None:
    found = run(visit("a", 540, 720, 40_000))

    assert found.managed.bills[0].total_cny == Decimal("36.00")


def test_run_site__tells_what_an_early_departure_left_out_of_reach() -> None:
    found = run(visit("a", 540, 720, 40_000, departure_min=600))

    notice = found.notices[0]
    assert (notice.kind, notice.given_wh, notice.reach_wh) == ("early", 0, 40_000)


def test_run_site__tells_what_can_be_had_of_an_energy_out_of_reach() -> None:
    found = run(visit("a", 540, 570, 50_000))

    notice = found.notices[0]
    assert (notice.kind, notice.given_wh, notice.reach_wh) == ("reach", 30_000, 30_000)


def test_run_site__tells_who_was_short_because_the_transformer_was_full() -> None:
    crowd = [visit(f"v{n}", 540, 570, 30_000) for n in range(4)]

    found = run(*crowd, transformer_kw=100.0)

    assert {one.kind for one in found.notices} == {"short"}
    assert found.managed.faults == ()
    assert max(one.doing.import_wh for one in found.managed.record.minutes) <= 100_000 / 60


def test_run_site__without_an_answer_in_time_the_fast_rule_stands_alone_and_it_is_said() -> None:
    def late(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        found = solve(model, time_limit_s=time_limit_s, gap=gap)
        return replace(found, status=SolveStatus.NO_ANSWER, values=None)

    site = station()
    what = outlook(site, day(visit("a", 540, 720, 40_000)))

    found = run_site(what, ON, solve=late, effort=EFFORT)

    assert found.unplanned_quarters == 96
    assert found.first is None
    assert found.managed.faults == ()
    assert sum(found.managed.record.visit_wh("a")) == 40_000


def test_run_site__a_plan_that_the_referee_refuses_is_not_followed() -> None:
    def wrong(model: LinearModel, *, time_limit_s: float, gap: float) -> Solution:
        found = solve(model, time_limit_s=time_limit_s, gap=gap)
        assert found.values is not None
        return replace(found, values=0.5 * found.values)

    what = outlook(station(), day(visit("a", 540, 720, 40_000)))

    found = run_site(what, ON, solve=wrong, effort=EFFORT)

    assert found.unplanned_quarters == 96


def test_run_site__a_record_that_is_refused_is_not_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Fault("balance", 0, 1, 0)

    def refuse(*_: object) -> tuple[Fault, ...]:
        return (fault,)

    monkeypatch.setattr(run_site_module, "check_day", refuse)

    found = run(visit("a", 540, 720, 40_000))

    assert found.managed.faults == (fault,)
    assert found.managed.result is None
    assert found.managed.bills == ()


def test_site_document__holds_every_session_and_every_quarter() -> None:
    found = run(visit("a", 540, 720, 40_000), sun_kw=30.0)

    managed = cast("dict[str, Any]", site_document(found)["managed"])

    assert managed["sessions"][0]["energy_wh"] == 40_000
    assert len(managed["quarters"]["import_wh"]) == 96
