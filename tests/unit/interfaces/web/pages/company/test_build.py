"""One enterprise: curves with gaps, the bill line by line, and nothing of a neighbour."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import small_park
from report_desk import MONTH, centre, order, settled
from small_park import ZONE
from taihang.core.access.scope import Scope
from taihang.core.periods import days
from taihang.interfaces.web.pages.company.build import build_company, build_curves
from taihang.services.report_centre import issue_report
from taihang.services.sight import see


def test_build_company__is_the_same_for_the_park_and_for_itself(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        issue_report(order(subject="E02"), centre=centre(ports))
        whole = build_company(ports, "E02", "")
        seen = see(ports, Scope(frozenset({"E02"})))
        own = build_company(seen, "E02", "")

        assert whole is not None
        assert own is not None
        assert whole.now == own.now
        assert whole.bill == own.bill
        assert whole.demand == own.demand
        assert whole.shift == own.shift
        assert whole.meters == own.meters
        assert whole.reports == own.reports
        assert build_company(seen, "E01", "") is None
        assert build_curves(seen, "E01", "") is None
        assert build_curves(seen, "E02", "") == build_curves(ports, "E02", "")


def test_build_company__the_lines_of_the_bill_sum_to_it(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        view = build_company(ports, "E01", MONTH)

    assert view is not None
    assert view.bill is not None
    total = sum((line.amount_cny or Decimal(0) for line in view.bill.lines), Decimal(0))
    assert view.bill.value_cny == total
    assert view.statements["energy"] == f"energy.E01.{MONTH}.v1"
    assert [meter.id for meter in view.meters] == ["M-E01"]


def test_build_company__of_an_empty_park_says_nothing_and_does_not_fail(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        view = build_company(ports, "E01", "")

        assert view is not None
        assert (view.now, view.bill, view.demand, view.bands) == (None, None, None, None)
        assert build_curves(ports, "E01", "") is None
        assert build_company(ports, "E99", "") is None


def test_build_curves__are_the_days_that_they_say(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        found = build_curves(ports, "E02", "2026-08-31")
        wh = small_park.step_wh("M-E02", days(date(2026, 8, 31), 1, ZONE))

    assert found is not None
    assert [curve.date for curve in found.curves] == [
        "2026-08-31",
        "2026-08-30",
        "2026-08-24",
        "2026-08-03",
    ]
    assert found.curves[0].kw == tuple(round(float(each) * 4 / 1_000, 1) for each in wh)
    assert len(found.kinds) == 96
    assert found.hours[0][0] == "00:00"
    assert len(found.hours) == 24


def test_build_curves__a_day_outside_is_the_nearest_and_a_gap_stays_a_gap(tmp_path: Path) -> None:
    day = days(date(2026, 8, 1), 1, ZONE)
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        blocks = [small_park.registers(name, day) for name in ("M-E01", "M-PV01")]
        gap = small_park.but(small_park.registers("M-E02", day), range(4, 9))
        batches = [
            small_park.sealed(ports, "GW1", 1, *blocks, sent_at_s=day.end_s),
            small_park.sealed(ports, "GW2", 1, gap, sent_at_s=day.end_s),
        ]
        small_park.ingested(ports, batches)
        small_park.settle(day, ports=ports)
        late = build_curves(ports, "E02", "2030-01-01")

    assert late is not None
    assert late.day == "2026-08-01"
    today, yesterday, *_ = late.curves
    assert [kw is None for kw in today.kw[:10]] == [False] * 3 + [True] * 6 + [False]
    assert set(yesterday.kw) == {None}
    assert late.hours[1][1] == (None, None, None, None)
