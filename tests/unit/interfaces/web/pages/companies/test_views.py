"""The page of companies: answers at the head, a table that sorts, a CSV that calculates nothing."""

import csv
import re
from collections.abc import Iterator
from html import escape
from io import StringIO
from pathlib import Path

import pytest

import small_park
from page_forms import Writer
from report_desk import MONTH, settled
from report_kit import HOSTILE
from small_park import PARK
from taihang.core.access.role import Role
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.inert import csv_words
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ParkSource]:
    """A settled park."""
    root = small_park.make(tmp_path_factory.mktemp("companies") / "park")
    with small_park.opened(root) as ports:
        settled(ports)
    found = ParkSource(root)
    yield found
    found.accounts.close()


@pytest.fixture(scope="module")
def app(source: ParkSource) -> AsgiApplication:
    """Its pages."""
    return create_application(source)


def viewer(app: AsgiApplication, source: ParkSource, own: str = "") -> Writer:
    """Return somebody of the park, or of an enterprise."""
    role = Role.ENTERPRISE_USER if own else Role.REGULATOR
    return Writer(app, source.accounts, (role,), own)


@pytest.mark.parametrize("lang", LANGS)
def test_companies_page__answers_and_lists_every_enterprise(
    lang: Lang, app: AsgiApplication, source: ParkSource
) -> None:
    page = viewer(app, source).open(f"/companies/?lang={lang}")

    assert page.status == 200
    for answer in ("uses", "over", "lacking"):
        assert text(f"companies.answer.{answer}", lang) in page.text
    for id_ in ("E01", "E02"):
        assert f'href="/companies/{id_}/?month={MONTH}"' in page.text
        assert f"/figure/statement/energy.{id_}.{MONTH}.v1/value" in page.text
    assert len(re.findall(r"<tr>", page.text)) >= 3


def test_companies_file__is_the_table_exactly(app: AsgiApplication, source: ParkSource) -> None:
    answer = viewer(app, source).open(f"/companies/companies.csv?month={MONTH}&lang=en")
    head, *rows = [*csv.reader(StringIO(answer.body.decode("utf-8-sig")))]
    with small_park.opened(source.root, writing=False) as ports:
        coal = small_park.value_of(ports, f"standard-coal.E01.{MONTH}")

    assert answer.headers["content-disposition"].endswith(f'"companies.{MONTH}.csv"')
    assert head[:2] == ["id", "name"]
    assert {row[0] for row in rows} == {"E01", "E02"}
    (own,) = [row for row in rows if row[0] == "E01"]
    assert own[head.index("coal")] == coal


def test_companies__of_an_enterprise_show_no_neighbour(
    app: AsgiApplication, source: ParkSource
) -> None:
    mine = viewer(app, source, "E01")

    for address in ("/companies/", "/companies/companies.csv"):
        body = mine.open(address).text
        assert "E01" in body
        assert "E02" not in body


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/companies/?month=2026-13", 422),
        ("/companies/?month=2026-08-01", 422),
        ("/companies/?x=1", 422),
        ("/companies/?month=2026-07", 200),
    ],
)
def test_companies_page__refuses_what_is_no_month(
    address: str, status: int, app: AsgiApplication, source: ParkSource
) -> None:
    assert viewer(app, source).open(address).status == status


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "{{ 7|add:7 }}{% debug %}",
    ],
)
def test_companies__hostile_names_are_shown_and_do_nothing(name: str, tmp_path: Path) -> None:
    assert name in HOSTILE
    park = PARK.replace('name_zh = "甲厂"', f'name_zh = "{name}"')
    assert park != PARK
    root = small_park.make(tmp_path / "park", park)
    with small_park.opened(root) as ports:
        settled(ports)
    found = ParkSource(root)
    pages = create_application(found)
    shown = viewer(pages, found).open("/companies/").text
    file = viewer(pages, found).open("/companies/companies.csv").body.decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(file)) for cell in row]
    found.accounts.close()

    assert escape(name) in shown
    assert name not in shown or name == escape(name)
    assert csv_words(name) in cells
    assert not [cell for cell in cells if cell[:1] in {*"=+@"} and cell]
