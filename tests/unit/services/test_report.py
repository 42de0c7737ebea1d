"""What is reported: sums of what is settled and stated, of closed and of all intervals apart."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from small_park import AUGUST, DAY, JUNE, ZONE
from taihang.core.park.assets import PlantKind
from taihang.core.periods import Period, days, month
from taihang.services.account import account
from taihang.services.bill import bill_enterprises
from taihang.services.certify import certify
from taihang.services.ports import Ports
from taihang.services.report import NotReportableError, report, settled_span
from taihang.services.settle import settle
from taihang.standards.ndrc_650 import Verdict


def settled(ports: Ports, period: Period) -> None:
    settle(period, ports=ports)
    certify(period, ports=ports)
    account(period, ports=ports)
    bill_enterprises(period, ports=ports)


def wh(point: str, period: Period) -> int:
    return int(small_park.step_wh(point, period).sum())


def test_report__says_what_the_meters_said(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        settled(ports, AUGUST)
        found = report(AUGUST, label="2026-08", ports=ports)

    load_wh = wh("M-E01", AUGUST) + wh("M-E02", AUGUST)
    assert (found.label, found.n_intervals, found.n_derived) == ("2026-08", 2_976, 2_976)
    assert found.load_wh == found.flows_wh["load"] == load_wh
    assert found.generated_wh == {PlantKind.PV: wh("M-PV01", AUGUST), PlantKind.WIND: 0}
    assert {e.id: e.load_wh for e in found.enterprises} == {
        "E01": wh("M-E01", AUGUST),
        "E02": wh("M-E02", AUGUST),
    }
    assert (found.n_open, found.n_overmatched, found.max_closure_error_wh) == (0, 0, 0)
    assert (found.n_missing, found.coverage_ratio) == (0, 1.0)
    assert found.matched_wh == sum(p.matched_line_wh + p.matched_pool_wh for p in found.plants)
    assert found.matched_wh == sum(e.green_wh for e in found.enterprises)
    assert found.lots_wh == {"PV01": wh("M-PV01", AUGUST)}
    assert found.certificates == divmod(wh("M-PV01", AUGUST), 1_000_000)


def test_report__sums_the_statements_of_its_months(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        settled(ports, AUGUST)
        found = report(AUGUST, label="2026-08", ports=ports)

        for each in found.enterprises:
            issued = {
                kind: Decimal(small_park.value_of(ports, f"{kind}.{each.id}.2026-08"))
                for kind in ("standard-coal", "scope2-location", "scope2-market", "bill")
            }
            assert each.standard_coal_tce == issued["standard-coal"]
            assert each.scope2_location_tco2 == issued["scope2-location"]
            assert each.scope2_market_tco2 == issued["scope2-market"]
            assert each.bill_cny == issued["bill"]
    assert found.bills_cny == sum(e.bill_cny or 0 for e in found.enterprises)
    assert found.scope2_market_tco2 == sum(e.scope2_market_tco2 or 0 for e in found.enterprises)
    assert (found.n_bills, found.months) == (2, ("2026-08",))
    assert len(found.statement_ids) == 14 + 2


def test_report__of_a_part_of_a_month_has_energy_and_no_statements(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settled(ports, JUNE)
        found = report(DAY, label="day", ports=ports)

    assert found.load_wh == wh("M-E01", DAY) + wh("M-E02", DAY)
    assert (found.standard_coal_tce, found.bills_cny, found.statement_ids) == (None, None, ())


def test_report__counts_open_intervals_and_keeps_them_out_of_the_flows(root: Path) -> None:
    with small_park.opened(root) as ports:
        whole = small_park.uploads(ports, DAY)
        holes = small_park.but(small_park.registers("M-E02", DAY), [10])
        small_park.store(ports, [whole[0], small_park.Collected("GW2", DAY.end_s, (holes,))])
        settled(ports, DAY)
        found = report(DAY, label="day", ports=ports)

    e01, e02 = (small_park.step_wh(point, DAY) for point in ("M-E01", "M-E02"))
    open_wh = int(e01[9:11].sum())
    assert (found.n_open, found.n_missing) == (2, 2)
    assert found.load_wh == int(e01.sum() + e02.sum() - e02[9:11].sum())
    assert found.flows_wh["load"] == found.load_wh - open_wh
    assert found.closed_wh["E01"] == int(e01.sum()) - open_wh
    assert found.coverage_ratio == 1 - 2 / (3 * 96)


def test_report__judges_the_park_in_two_languages(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        settled(ports, AUGUST)
        found = report(AUGUST, label="2026-08", ports=ports)

    assert [r.symbol for r in found.ratios.requirements] == ["R_self", "R_green", "R_exp"]
    for requirement in found.ratios.requirements:
        assert requirement.verdict in set(Verdict)
        assert requirement.sentence_zh
        assert requirement.sentence_en


def test_report__covers_months_before_and_after_an_enterprise_joined(tmp_path: Path) -> None:
    text = small_park.park_text(gateway_1=small_park.E01 + small_park.PV01)
    alone = text.replace(text[text.index("[enterprises.E02]") : text.index("[plants]")], "")
    root = small_park.make(tmp_path / "park", alone)
    july = month("2026-07", ZONE)
    both = Period(JUNE.start, july.end)
    with small_park.opened(root) as ports:
        small_park.fill(ports, both)
        settled(ports, JUNE)
    (root / "park.toml").write_text(small_park.PARK, encoding="utf-8")
    with small_park.opened(root) as ports:
        late = small_park.registers("M-E02", july)
        small_park.store(ports, [small_park.Collected("GW2", july.end_s, (late,))])
        settled(ports, july)

        found = report(both, label="June and July", ports=ports)

    assert found.closed_wh["E02"] == wh("M-E02", july)
    assert found.load_wh == wh("M-E01", both) + wh("M-E02", july)
    assert (found.n_open, found.max_closure_error_wh) == (0, 0)


def test_report__of_what_is_not_settled_is_refused(root: Path) -> None:
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE)
        settle(DAY, ports=ports)

        for period in (month("2026-07", ZONE), days(date(2026, 6, 20), 1, ZONE)):
            with pytest.raises(NotReportableError, match="taihang settle"):
                report(period, label="nothing", ports=ports)


def test_settled_span__is_from_the_first_to_the_last_settled_interval(root: Path) -> None:
    with small_park.opened(root) as ports:
        assert settled_span(ports) is None
        small_park.fill(ports, JUNE)
        settle(days(date(2026, 6, 20), 2, ZONE), ports=ports)
        settle(DAY, ports=ports)

        assert settled_span(ports) == Period(DAY.start, days(date(2026, 6, 21), 1, ZONE).end)
