"""Accounts that were issued follow the activity data under them; others are not begun."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import small_park
from activity_kit import put, record
from carbon_kit import PARK_CHOICES, SOURCES, declared
from product_kit import (
    CHOICES,
    INGOT,
    INSTALLATION,
    JUNE,
    METAL,
    PROCESS,
    PROFILE,
    SHEET,
    TABLES,
    fill_june,
    written,
)
from restated_park import corrected
from small_park import AUGUST
from taihang.core.activity.record import Flow
from taihang.services import (
    carbon_account,
    cbam_account,
    energy_account,
    indicator_account,
    park_carbon,
    product_account,
)
from taihang.services.account import issue_statements
from taihang.services.audit import audit
from taihang.services.audit_years import wrong_years
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.renew_accounts import renew_accounts
from taihang.services.restate import restate
from year_kit import YEAR, hand_in, lines

NAMES = ("2026-08", "2026")


def issue(ports: Ports) -> None:
    for jobs in (carbon_account, park_carbon, indicator_account):
        issue_statements(jobs.drafts(YEAR, ports=ports), period=YEAR, ports=ports)


def ids(ports: Ports) -> set[str]:
    return {issued.id for issued in ports.registry.latest_statements(YEAR)}


def test_renew_accounts__states_again_what_changed_and_nothing_else(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        issue(ports)
        before = ids(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        n_restated = renew_accounts([YEAR], ports=ports)

        # The indicators build on the inventory of the park, so they follow it.
        assert ids(ports) - before == {
            f"inventory.E01.{YEAR}.v2",
            f"park-inventory.park.{YEAR}.v2",
            f"zero-carbon.park.{YEAR}.v2",
        }
        assert n_restated == 3
        assert list(wrong_years(ports=ports)) == []
        assert renew_accounts([YEAR], ports=ports) == 0


def test_renew_accounts__begins_no_account_and_leaves_earlier_years(root: Path) -> None:
    with small_park.opened(declared(root, SOURCES)) as ports:
        assert renew_accounts([YEAR], ports=ports) == 0
        issue(ports)
        hand_in(ports, lines("diesel", Flow.CONSUMED, "1", periods=[YEAR]))

        assert renew_accounts([], ports=ports) == 0
        assert renew_accounts(["2027"], ports=ports) == 0
        assert all(name.endswith(".v1") for name in ids(ports))


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    """August, settled; its energy accounts and those of the year are issued."""
    folder = small_park.make(tmp_path / "park")
    with small_park.opened(folder) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        for name in NAMES:
            new, _, _ = issue_statements(
                energy_account.drafts(name, ports=ports), period=name, ports=ports
            )
            assert new == 3
    return folder


def versions(ports: Ports) -> dict[str, int]:
    return {
        one.series: one.version
        for name in NAMES
        for one in ports.registry.latest_statements(name)
        if one.kind == "energy-account"
    }


def test_close_period__issues_no_account_that_nobody_asked_for(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        assert versions(ports) == {}


def test_close_period__restates_month_and_year_of_what_changed_only(stated: Path) -> None:
    with small_park.opened(stated) as ports:
        before = versions(ports)
        close_period(AUGUST, ports=ports)
        assert versions(ports) == before

        corrected(ports, 3)
        close_period(AUGUST, ports=ports)

        # What E02 takes of the green pool is no longer there for E01: both are told anew.
        moved = {
            one.subject
            for one in ports.registry.latest_statements("2026-08")
            if one.kind == "scope2-market" and one.version > 1
        }
        changed = {series for series, version in versions(ports).items() if version > 1}
        assert "E02" in moved
        assert changed == {
            f"energy-account.{subject}.{name}" for subject in (*moved, "park") for name in NAMES
        }
        assert [*wrong_years(ports=ports)] == []
        reason = json.loads(ports.registry.statement("energy-account.E02.2026-08").document)
        assert reason["reason"] == "statement scope2-market.E02.2026-08: v1 → v2"


def test_audit__names_an_account_that_a_later_form_made_old(stated: Path) -> None:
    with small_park.opened(stated) as ports:
        assert audit(ports=ports).is_clean
        put(
            ports,
            record(
                "late",
                subject="E01",
                period="2026-08",
                item="raw-coal",
                flow=Flow.CONSUMED,
                amount="5",
                unit="t",
            ),
        )
        found = {finding.where for finding in audit(ports=ports).findings}
        assert {
            f"statement energy-account.{subject}.{name}.v1"
            for subject in ("E01", "park")
            for name in NAMES
        } <= found


def issue_products(ports: Ports) -> None:
    for kind in (product_account, cbam_account):
        issue_statements(kind.drafts(JUNE, ports=ports), period=JUNE, ports=ports)


def products(ports: Ports) -> dict[str, int]:
    return {
        one.series: one.version
        for one in ports.registry.latest_statements(JUNE)
        if one.kind in {"product-footprint", "cbam"}
    }


def test_close_period__takes_product_accounts_along(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        close_period(small_park.JUNE, ports=ports)
        unissued = products(ports)
        issue_products(ports)
        before = products(ports)
        block = small_park.registers("M-E01", small_park.JUNE)
        last = len(block.counts) - 1
        late = small_park.but(block, [last], count=int(block.counts[last]) + 40)
        small_park.revise(ports, late, sent_at_s=small_park.JUNE.end_s + 3_600)
        close_period(small_park.JUNE, ports=ports)

        after = products(ports)

    assert unissued == {}
    assert before == dict.fromkeys(before, 1)
    assert len(before) == 3
    assert after == dict.fromkeys(before, 2)


def test_restate__takes_product_accounts_along(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        close_period(small_park.JUNE, ports=ports)
        issue_products(ports)
        before = products(ports)
        block = small_park.registers("M-E01", small_park.JUNE)
        last = len(block.counts) - 1
        late = small_park.but(block, [last], count=int(block.counts[last]) + 40)
        small_park.revise(ports, late, sent_at_s=small_park.JUNE.end_s + 3_600)
        restate(ports=ports)

        after = products(ports)

    assert len(before) == 3
    assert after == dict.fromkeys(before, 2)


def test_renew_accounts__takes_product_accounts_along(root: Path) -> None:
    with small_park.opened(written(root, TABLES)) as ports:
        fill_june(ports)
        issue_products(ports)
        before = products(ports)
        (line,) = lines("natural-gas", Flow.CONSUMED, "2", unit="10⁴Nm³", periods=[JUNE])
        again = replace(line, record=replace(line.record, version=2, reason="read again"))
        hand_in(ports, [again])
        n_restated = renew_accounts(["2026"], ports=ports)

        after = products(ports)

    assert n_restated == len(before) == 3
    assert after == dict.fromkeys(before, 2)


def test_renew_accounts__takes_what_is_made_of_a_product_of_the_park_along(root: Path) -> None:
    metal = METAL.replace('unit = "t"\n', 'unit = "t"\nmade_as = "ING"\n')
    # The ingot stands last in the file: what is made of it is drawn up before it.
    tables = (PROCESS, PROFILE, SHEET, metal, INSTALLATION, CHOICES, INGOT)
    with small_park.opened(written(root, tables)) as ports:
        fill_june(ports)
        hand_in(ports, lines("product.ingot", Flow.OUTPUT, "200", subject="E02", periods=[JUNE]))
        for subjects in (["ING"], ["AL1", "AL2"]):
            drafts = product_account.drafts(JUNE, ports=ports, subjects=subjects)
            issue_statements(drafts, period=JUNE, ports=ports)
        (line,) = lines("product.ingot", Flow.OUTPUT, "100", subject="E02", periods=[JUNE])
        again = replace(line, record=replace(line.record, version=2, reason="weighed again"))
        hand_in(ports, [again])

        n_restated = renew_accounts([YEAR], ports=ports)

        assert products(ports) == {
            f"product-footprint.{name}.{JUNE}": 2 for name in ("AL1", "AL2", "ING")
        }
        assert n_restated == 3
        assert [*wrong_years(ports=ports)] == []


def test_close_period__names_the_park_file_where_nothing_else_changed(tmp_path: Path) -> None:
    root = declared(small_park.make(tmp_path / "park"), SOURCES, PARK_CHOICES)
    with small_park.opened(root) as ports:
        small_park.fill(ports, AUGUST)
        close_period(AUGUST, ports=ports)
        issue_statements(park_carbon.drafts(YEAR, ports=ports), period=YEAR, ports=ports)
    file = root / "park.toml"
    said = file.read_text("utf-8")
    file.write_text(said.replace("decided for this test", "decided again"), encoding="utf-8")

    with small_park.opened(root) as ports:
        close_period(AUGUST, ports=ports)
        issued = ports.registry.statement(f"park-inventory.park.{YEAR}")

    assert issued.version == 2
    assert json.loads(issued.document)["reason"].startswith("park.toml sha256: ")
