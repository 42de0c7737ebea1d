"""The table of companies: the figures of the statements, by size, and of one's own alone."""

from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from report_desk import MONTH, settled
from taihang.core.access.scope import Scope
from taihang.interfaces.web.pages.companies.build import (
    build_companies,
    change_of,
    load_factor,
    read_budgets,
    settled_months,
)
from taihang.services.report import settled_span
from taihang.services.report_span import read_span
from taihang.services.sight import see

QUOTAS = """
[quota_rules]
watch_chance_ratio = "0.20"
warning_chance_ratio = "0.50"
interval_ratio = "0.90"
source = "assumed for tests"
[quotas.Q1]
subject = "E02"
measure = "electricity"
amount = "1"
unit = "MWh"
valid_from = 2026-01-01
valid_to = 2026-12-31
document = "assumed for tests"
[quotas.Q2]
subject = "E01"
measure = "energy-equivalent"
amount = "1"
unit = "tce"
valid_from = 2026-01-01
valid_to = 2026-12-31
document = "assumed for tests"
"""


def test_build_companies__says_what_the_statements_say(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        view = build_companies(ports, "")

        assert (view.month, view.months) == (MONTH, (MONTH,))
        loads_wh = [row.load_wh or 0 for row in view.rows]
        assert {row.id for row in view.rows} == {"E01", "E02"}
        assert loads_wh == sorted(loads_wh, reverse=True)
        for row in view.rows:
            assert row.statements["energy"] == f"energy.{row.id}.{MONTH}.v1"
            for kind, value in (
                ("standard-coal", row.coal_tce),
                ("scope2-location", row.location_tco2),
                ("bill", row.bill_cny),
            ):
                said = small_park.value_of(ports, f"{kind}.{row.id}.{MONTH}")
                assert value == Decimal(said)
            assert row.coverage_ratio == 1
            assert row.latest_w is not None
        assert view.sector_factor == {}, "a mean of two would give one away"
        assert view.sums == ()


def test_build_companies__of_an_enterprise_has_one_row_and_sums_of_others(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        whole = build_companies(ports, MONTH)
        seen = build_companies(see(ports, Scope(frozenset({"E01"}))), MONTH)

    (own,) = [row for row in whole.rows if row.id == "E01"]
    assert seen.rows == (own,)
    assert not seen.is_whole
    assert seen.sums
    assert all(each.found.value is None for each in seen.sums), "two members hide nobody"


def test_build_companies__of_an_empty_park_and_another_month_is_empty(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        empty = build_companies(ports, "")
        settled(ports)
        other = build_companies(ports, "2026-07")

    assert (empty.month, empty.rows, empty.months) == ("", (), ())
    assert (other.month, other.rows) == ("2026-07", ())


def test_read_budgets__works_electricity_out_and_names_what_is_not_issued(tmp_path: Path) -> None:
    text = small_park.PARK + QUOTAS
    with small_park.opened(small_park.make(tmp_path / "park", text)) as ports:
        settled(ports)
        found, unstated = read_budgets("2026", ports=ports)
        view = build_companies(ports, MONTH)

    assert set(found) == {"E02"}
    assert unstated == ("E01",)
    assert found["E02"].alert == "breached"
    assert found["E02"].used_ratio is not None
    assert found["E02"].used_ratio > 1
    assert (view.has_budgets, view.unstated) == (True, ("E01",))


def test_load_factor_and_change__need_readings_on_both_sides(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        user = read_span(small_park.AUGUST, ports=ports).users["E02"]
        span = settled_span(ports)
        assert span is not None
        months = [*settled_months(span, ports)]
    factor = load_factor(user)

    assert months == [MONTH]
    assert factor is not None
    assert 0 < factor <= 1
    assert change_of(user, user) == 0
    assert change_of(user, None) is None


@pytest.mark.parametrize("scope", [None, frozenset({"E02"})])
def test_settled_months__are_the_same_for_everybody(
    tmp_path: Path, scope: frozenset[str] | None
) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        settled(ports)
        seen = see(ports, Scope(scope))
        span = settled_span(seen)
        assert span is not None

        assert [*settled_months(span, seen)] == [MONTH]
