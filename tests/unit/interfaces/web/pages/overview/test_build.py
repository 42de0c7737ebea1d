"""Where the pages get their figures: a month, a part of one, an empty park, gaps, changes."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from command_line import (
    DemoPark,
    blank_park,
    done,
    energy_rows,
    imported,
    write_import,
)
from taihang import wiring
from taihang.interfaces.web.pages.overview.build import build_overview
from taihang.interfaces.web.pages.overview.view import SERIES_NAMES, Overview, to_json

JUNE_1 = date(2026, 6, 1)


def _overview(root: Path) -> Overview:
    with wiring.open_park(root, writing=False) as ports:
        return build_overview(ports)


def _filled(tmp_path: Path, first: date, n_days: int, *, gaps: tuple[int, ...] = ()) -> Path:
    """A blank park with some settled days, without the intervals that are named."""
    park = blank_park(tmp_path / "park")
    _fill(park, tmp_path, first, n_days, gaps=gaps)
    return park


def _fill(
    park: Path, tmp_path: Path, first: date, n_days: int, *, gaps: tuple[int, ...] = ()
) -> None:
    rows = [row for at, row in enumerate(energy_rows(first, n_days)) if at not in gaps]
    assert imported(park, *write_import(tmp_path / "in", rows)).code == 0
    last = first + timedelta(days=n_days)
    done("settle", park, "--from", str(first), "--to", str(last))


# -- a month -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unfilled(demo_park: DemoPark, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo park without substitution methods: a gap of its month leaves intervals open."""
    root = demo_park.copy(tmp_path_factory.mktemp("unfilled") / "park")
    text = (root / "park.toml").read_text("utf-8")
    head, table, tail = text.partition("[estimation]\n")
    assert table
    (root / "park.toml").write_text(head + tail[tail.index("\n\n") :], "utf-8")
    done("settle", root, "--from", "2026-09-01", "--to", "2026-10-01")
    return root


def test_build_overview__estimates_close_the_balance_and_are_no_coverage(
    demo_park: DemoPark,
) -> None:
    overview = _overview(demo_park.root)

    assert overview.kpis.open_intervals == 0
    assert (overview.kpis.coverage_ratio or 0) < 1


def test_build_overview__flows_over_closed_intervals_add_up(unfilled: Path) -> None:
    overview = _overview(unfilled)
    entering = sum(flow.mwh or 0 for flow in overview.flows if flow.sink == "bus")
    leaving = sum(flow.mwh or 0 for flow in overview.flows if flow.source == "bus")

    assert overview.kpis.open_intervals
    assert overview.kpis.closure_error_wh == 0
    assert entering == pytest.approx(leaving, abs=1e-6)
    assert len(overview.flows) == 10


def test_build_overview__flows_leave_out_what_the_balance_leaves_out(unfilled: Path) -> None:
    overview = _overview(unfilled)
    used = {flow.sink: flow.mwh or 0 for flow in overview.flows if flow.source == "bus"}
    users = ("top_enterprises", "other_enterprises", "charging_stations")

    report = done("report", unfilled, "--month", "2026-09", "--json").facts
    flows_wh = cast("dict[str, int]", report["flows_wh"])
    assert sum(used[name] for name in users) == pytest.approx(flows_wh["load"] / 1e6, abs=1e-6)
    # The key figure counts every measured interval, so it is the greater one.
    assert (overview.kpis.load_mwh or 0) > flows_wh["load"] / 1e6


def test_build_overview__has_a_row_for_every_enterprise(demo_park: DemoPark) -> None:
    overview = _overview(demo_park.root)

    with wiring.open_park(demo_park.root, writing=False) as ports:
        assert [row.id for row in overview.enterprises] == list(ports.park.enterprises)
    assert all((row.load_mwh or 0) > 0 for row in overview.enterprises)
    assert all(row.scope2_tco2 is not None for row in overview.enterprises)
    for row in overview.enterprises:
        assert (row.quality == "measured") == (row.coverage_ratio == 1)


def test_build_overview__plan_is_of_the_day_after_the_last_one(demo_park: DemoPark) -> None:
    overview = _overview(demo_park.root)

    assert overview.day is not None
    assert overview.plan is not None
    assert (overview.day.date, overview.plan.date) == ("2026-09-30", "2026-10-01")
    assert overview.kpis.plan_saving_cny == Decimal(
        str(_table(demo_park.facts, "plan")["saving_cny"])
    )
    soc = [ratio for ratio in overview.plan.soc_ratio if ratio is not None]
    assert (len(soc), 0 <= min(soc) <= max(soc) <= 1) == (96, True)


def _table(facts: dict[str, object], name: str) -> dict[str, object]:
    return cast("dict[str, object]", facts[name])


def test_build_overview__power_of_the_day_balances_like_its_energy(demo_park: DemoPark) -> None:
    day = _overview(demo_park.root).day
    assert day is not None
    assert set(SERIES_NAMES) == set(day.series)

    for at in range(96):
        kw = {name: day.series[name][at] for name in SERIES_NAMES}
        if kw["load"] is None:
            continue
        inflow = sum(kw[name] or 0 for name in ("pv", "wind", "discharge", "import"))
        outflow = sum(kw[name] or 0 for name in ("load", "charge", "export"))
        # Losses are what is between them: a few percent at most in this park.
        assert -1 < inflow - outflow < 0.05 * inflow


def test_build_overview__calendar_has_the_days_that_are_settled(demo_park: DemoPark) -> None:
    calendar = _overview(demo_park.root).calendar

    days = [date.fromisoformat(day) for day, _ in calendar]
    assert days == [date(2026, 9, 1) + timedelta(days=n) for n in range(30)]
    assert all(share is not None and 0 <= share <= 1 for _, share in calendar)


def test_build_overview__trust_is_that_of_the_journal(demo_park: DemoPark) -> None:
    trust = _overview(demo_park.root).trust
    doctor = done("doctor", demo_park.root, "--json").facts
    assert trust is not None

    assert doctor["journal_records"] == trust.tree_size
    assert doctor["log_key_fingerprint"] == trust.key_fingerprint
    assert len(trust.key_fingerprint) == 19
    assert demo_park.facts["readings"] == trust.readings
    assert trust.origin == "taihang/changzhi"


def test_build_overview__the_same_park_gives_the_same_json(demo_park: DemoPark) -> None:
    assert to_json(_overview(demo_park.root)) == to_json(_overview(demo_park.root))


# -- less than a month, more than one --------------------------------------------------------------


def test_build_overview__of_an_empty_park_says_that_it_is_empty(tmp_path: Path) -> None:
    overview = _overview(blank_park(tmp_path / "park"))

    assert (
        overview.as_of_s,
        overview.month,
        overview.flows,
        overview.calendar,
    ) == (None, None, (), ())
    assert overview.park_name_zh == "我的园区"


def test_build_overview__readings_alone_are_no_figures(tmp_path: Path) -> None:
    park = blank_park(tmp_path / "park")
    imported(park, *write_import(tmp_path / "in", energy_rows(JUNE_1, 2)))

    assert _overview(park).as_of_s is None


def test_build_overview__of_a_part_of_a_month_names_its_days(tmp_path: Path) -> None:
    overview = _overview(_filled(tmp_path, JUNE_1, 10))

    assert overview.month == "2026-06"
    assert overview.period_from_s is not None
    assert overview.period_to_s is not None
    assert overview.period_to_s - overview.period_from_s == 10 * 86_400
    assert overview.kpis.load_mwh is not None
    # Statements are of whole months, so their figures are missing and not zero.
    assert overview.kpis.scope2_location_tco2 is None
    assert overview.enterprises[0].standard_coal_tce is None
    assert len(overview.calendar) == 10


def test_build_overview__shows_the_last_whole_month_and_the_last_day(tmp_path: Path) -> None:
    overview = _overview(_filled(tmp_path, JUNE_1, 35))

    assert overview.month == "2026-06"
    assert overview.day is not None
    assert overview.day.date == "2026-07-05"
    assert len(overview.calendar) == 35
    assert overview.kpis.scope2_location_tco2 is not None


def test_build_overview__a_hole_between_settlements_is_not_taken_for_a_month(
    tmp_path: Path,
) -> None:
    park = _filled(tmp_path, JUNE_1, 30)
    _fill(park, tmp_path, date(2026, 8, 10), 3)

    overview = _overview(park)

    assert overview.month == "2026-06"
    assert overview.day is not None
    assert overview.day.date == "2026-08-12"
    july = [share for day, share in overview.calendar if day.startswith("2026-07")]
    assert july == [None] * 31


def test_build_overview__a_part_over_the_turn_of_a_month_shows_the_later_one(
    tmp_path: Path,
) -> None:
    overview = _overview(_filled(tmp_path, date(2026, 6, 25), 10))

    assert overview.month == "2026-07"
    assert overview.period_from_s is not None
    assert overview.period_to_s is not None
    assert overview.period_to_s - overview.period_from_s == 4 * 86_400


def test_build_overview__the_calendar_runs_over_the_turn_of_the_year(tmp_path: Path) -> None:
    overview = _overview(_filled(tmp_path, date(2025, 12, 1), 62))

    assert overview.month == "2026-01"
    assert [overview.calendar[0][0], overview.calendar[-1][0]] == ["2025-12-01", "2026-01-31"]
    assert len(overview.calendar) == 62


def test_build_overview__a_zone_that_sets_its_clock_has_days_of_23_and_25_hours(
    tmp_path: Path,
) -> None:
    park = blank_park(tmp_path / "park")
    file = park / "park.toml"
    text = file.read_text(encoding="utf-8").replace("Asia/Shanghai", "Europe/Berlin")
    file.write_text(text, encoding="utf-8")
    # 29 March 2026 has 23 hours in Berlin; the rows are given in Shanghai's time.
    _fill_days(park, tmp_path, date(2026, 3, 27), n_days=5)
    done("settle", park, "--from", "2026-03-28", "--to", "2026-03-30")

    overview = _overview(park)

    assert overview.day is None
    assert list(overview.calendar) == [("2026-03-28", 0.0), ("2026-03-29", 0.0)]


def _fill_days(park: Path, tmp_path: Path, first: date, *, n_days: int) -> None:
    assert imported(park, *write_import(tmp_path / "in", energy_rows(first, n_days))).code == 0


# -- gaps ----------------------------------------------------------------------------------------


def test_build_overview__a_gap_is_none_in_the_series_and_told_in_the_coverage(
    tmp_path: Path,
) -> None:
    overview = _overview(_filled(tmp_path, JUNE_1, 1, gaps=(10, 11, 12, 13)))

    assert overview.day is not None
    load = overview.day.series["load"]
    assert [at for at, kw in enumerate(load) if kw is None] == [10, 11, 12, 13]
    assert overview.kpis.coverage_ratio == pytest.approx(92 / 96)
    assert overview.kpis.open_intervals == 4
    assert ("missing", pytest.approx(92 / 96)) == (
        overview.enterprises[0].quality,
        overview.enterprises[0].coverage_ratio,
    )


@pytest.mark.parametrize(("n_gaps", "expected"), [(0, 0.0), (4, 0.0), (5, None), (90, None)])
def test_build_overview__a_day_with_too_many_gaps_has_no_green_share(
    n_gaps: int, expected: float | None, tmp_path: Path
) -> None:
    overview = _overview(_filled(tmp_path, JUNE_1, 2, gaps=tuple(range(n_gaps))))

    # 95 % of 96 intervals are 91.2: four gaps leave 92, five leave 91.
    assert [expected, 0.0] == [share for _, share in overview.calendar]
