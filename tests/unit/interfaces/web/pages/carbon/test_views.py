"""Carbon over HTTP: the page, its month, its files, and who sees what."""

import csv
import io

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


def test_carbon_page__has_numbers_that_open_and_says_what_is_a_draft(served: Served) -> None:
    answer = look(served, "/carbon/?lang=en")

    assert answer.status == 200
    assert 'href="/figure/total/scope2-market/2026-09"' in answer.text
    assert 'href="/figure/statement/scope2-location.E01.2026-09.v1/value"' in answer.text
    assert "draft, not issued" in answer.text
    assert "taihang carbon park" in answer.text
    assert "GB/T 24067-2024" in answer.text


def test_carbon_page__speaks_chinese_first(served: Served) -> None:
    answer = look(served, "/carbon/?month=2026-09")

    assert "碳核算" in answer.text
    assert "缺口" in answer.text


def test_carbon_page__shows_an_enterprise_nobody_else(served: Served) -> None:
    answer = look(served, "/carbon/?lang=en", Role.ENTERPRISE_USER, "E02")

    assert answer.status == 200
    assert "scope2-location.E02.2026-09" in answer.text
    assert "E01" not in answer.text.replace("--subject E01", "")
    assert "for its own staff" in answer.text


def test_carbon_page__of_a_month_without_statements_gives_the_next_step(served: Served) -> None:
    answer = look(served, "/carbon/?month=2025-01&lang=en")

    assert answer.status == 200
    assert "taihang settle" in answer.text


@pytest.mark.parametrize(
    "address", ["/carbon/?month=2026", "/carbon/?month=x", "/carbon/quotas/?year=2026-09"]
)
def test_carbon_page__refuses_what_is_no_month(served: Served, address: str) -> None:
    assert look(served, address).status == 422


def test_quotas_page__shows_them_or_says_that_there_are_none(served: Served) -> None:
    shown = look(served, "/carbon/quotas/?year=2026&lang=en").text
    assert "draft, not issued" in shown
    assert "no statement of electricity of 1 users: E17" in shown
    assert "[quota_rules]" in look(served, "/carbon/quotas/?year=2019&lang=en").text


def test_files__carry_the_rows_of_the_page(served: Served) -> None:
    heads, *rows = table(look(served, "/carbon/month.csv?month=2026-09&lang=en"))
    assert heads[0] == "Enterprise"
    assert len(rows) == 54

    heads, *rows = table(look(served, "/carbon/year.csv?month=2026-09&lang=en"))
    assert "Scope 1" in heads
    assert len(rows) == 54


def test_product_file__carries_lines_with_their_factors(served: Served) -> None:
    heads, *rows = table(
        look(served, "/carbon/product-footprint.csv?month=2026-09&product=LFP&lang=en")
    )

    assert heads[-1] == "factors"
    assert {row[0] for row in rows} >= {"materials", "electricity"}
    assert all(row[-1] for row in rows)
    assert look(served, "/carbon/cbam.csv?month=2026-09&product=LFP").status == 404
