"""The market over HTTP: the page, its files and its paper, and who sees what."""

import csv
import io
from decimal import Decimal

import pytest

from asgi_client import Answer
from command_line import DemoPark
from members import ask_as
from taihang.core.access.role import Role
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource

Served = tuple[AsgiApplication, ParkSource]


@pytest.fixture(scope="module")
def served(demo_park: DemoPark) -> Served:
    source = ParkSource(demo_park.root)
    return create_application(source), source


def look(served: Served, address: str, role: Role = Role.REGULATOR, enterprise: str = "") -> Answer:
    application, source = served
    return ask_as(application, address, role, enterprise=enterprise, accounts=source.accounts)


def table(answer: Answer) -> list[list[str]]:
    return [*csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))]


def added(rows: list[list[str]]) -> Decimal:
    return sum((Decimal(row[-1].replace(",", "")) for row in rows[1:]), Decimal(0))


def test_market_page__closes_to_the_fen_and_its_numbers_open(served: Served) -> None:
    page = look(served, "/market/?lang=en").text

    assert "equal to the fen" in page
    assert 'href="/figure/statement/revenue.park.2026-09.v1/users_cny"' in page
    assert 'href="/figure/statement/revenue.PV01.2026-09.v1/value"' in page
    assert 'href="/figure/statement/payments.E01.2026-09.v1/value"' in page
    assert "GS-W01" in page


def test_market_page__speaks_chinese_first(served: Served) -> None:
    page = look(served, "/market/").text

    assert "逐分相等" in page
    assert "输配电费" in page


def test_market_page__shows_an_enterprise_its_own_money_and_nobody_elses(served: Served) -> None:
    page = look(served, "/market/?lang=en", Role.ENTERPRISE_USER, "E02").text

    assert "payments.E02.2026-09" in page
    assert "E01" not in page
    assert "revenue." not in page
    assert "Kept by the operator" not in page


def test_market_page__of_a_month_without_bills_leads_on(served: Served) -> None:
    assert "No month is settled in money yet" in look(served, "/market/?month=2025-01&lang=en").text


@pytest.mark.parametrize("month", ["2026", "2026-09-01", "x", "9" * 300])
def test_market_page__refuses_what_is_no_month(served: Served, month: str) -> None:
    assert look(served, f"/market/?month={month}").status in {400, 422}


def test_files__add_up_to_what_the_page_says(served: Served) -> None:
    page = look(served, "/market/").text
    plants = table(look(served, "/market/plants.csv"))
    users = table(look(served, "/market/users.csv"))

    assert f"{added(plants):,}" in page
    assert f"{added(users):,}" in page


def test_files__of_an_enterprise_hold_its_own_lines(served: Served) -> None:
    own = look(served, "/market/plants.csv", Role.ENTERPRISE_USER, "E02")
    users = table(look(served, "/market/users.csv", Role.ENTERPRISE_USER, "E02"))

    assert "GS-W01" in own.text
    assert [row[0].split()[0] for row in users[1:]] == ["E02"]


@pytest.mark.parametrize(("form", "start"), [("pdf", b"%PDF"), ("xlsx", b"PK")])
def test_settlement__comes_as_a_paper(served: Served, form: str, start: bytes) -> None:
    answer = look(served, f"/market/settlement.{form}?month=2026-09")

    assert answer.status == 200
    assert answer.body.startswith(start)
    assert f"settlement-2026-09.{form}" in answer.headers["content-disposition"]


@pytest.mark.parametrize("address", ["settlement.exe", "settlement.pdf?month=2019-01"])
def test_settlement__of_another_form_or_of_no_month_is_not_there(
    served: Served, address: str
) -> None:
    assert look(served, f"/market/{address}").status == 404
