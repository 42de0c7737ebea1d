"""A workbook of products adds up by its own cells and cites every statement behind it."""

from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from product_kit import JUNE, TABLES, fill_june, written
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports.document import Document, Section, machine_form
from taihang.interfaces.reports.product_period import product_period
from taihang.services import cbam_account, product_account
from taihang.services.account import issue_statements

KINDS = {"product-footprint": ["AL1", "AL2"], "cbam": ["AL1"]}


def drawn(tmp_path: Path, kind: str, lang: Lang, *, tables: tuple[str, ...] = TABLES) -> Document:
    with small_park.opened(written(small_park.make(tmp_path / "park"), tables)) as ports:
        fill_june(ports)
        for job in (product_account, cbam_account):
            issue_statements(job.drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        return product_period(kind, JUNE, KINDS[kind], lang=lang, ports=ports)


def section(document: Document, title: str) -> Section:
    (found,) = (each for each in document.sections if each.title == title)
    return found


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", [*KINDS])
def test_product_period__cites_its_statements(tmp_path: Path, kind: str, lang: Lang) -> None:
    document = drawn(tmp_path, kind, lang)

    cited = {each.id for each in document.references}
    assert {f"{kind}.{product}.{JUNE}.v1" for product in KINDS[kind]} <= cited
    assert machine_form(document)["code"] == document.code


@pytest.mark.parametrize("kind", [*KINDS])
def test_product_period__sums_are_the_sums_of_its_rows(tmp_path: Path, kind: str) -> None:
    emissions = section(drawn(tmp_path, kind, "en"), "Emissions")

    assert len(emissions.tables) == len(KINDS[kind])
    for table in emissions.tables:
        rows, sums = table.rows[: -table.n_sums], table.rows[-table.n_sums :]
        for column in (4, 5, 6):
            of_rows = sum((row[column].value or Decimal(0) for row in rows), start=Decimal(0))
            of_sums = sum((row[column].value or Decimal(0) for row in sums), start=Decimal(0))
            assert abs(of_rows - of_sums) < Decimal("1e-20")
            assert of_rows > 0


def test_product_period__has_no_total_where_anything_lacks(tmp_path: Path) -> None:
    without = tuple(each.replace("electricity_default_kg_per_kwh", "# ") for each in TABLES)

    document = drawn(tmp_path, "cbam", "en", tables=without)

    (table,) = section(document, "Emissions").tables
    direct, indirect = table.rows[-2:]
    assert all(cell.value is not None for cell in direct[4:])
    assert [cell.printed for cell in indirect[4:]] == ["–", "–", "–"]
    (gap,) = section(document, "Not assessed").tables[0].rows
    assert "cbam.electricity_default_kg_per_kwh" in gap[2].printed


def test_product_period__shows_the_factor_in_use(tmp_path: Path) -> None:
    electricity = section(drawn(tmp_path, "cbam", "en"), "Electricity source")

    table = electricity.tables[-1]
    assert [row[3].printed for row in table.rows][:2] == ["0.0000", "0.9900"]
    whole = [row[1].value or Decimal(0) for row in table.rows]
    assert sum(whole[:-1]) == whole[-1]
