"""The report of a sizing study: one set of numbers in every form, its limits said plainly."""

from dataclasses import replace
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest

from study_paper import dossier
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.reports.document import Document, Section, cells_of, machine_form
from taihang.interfaces.reports.html import html_of
from taihang.interfaces.reports.size_study import size_study
from taihang.interfaces.reports.xlsx import xlsx_of


def section(document: Document, name: str) -> Section:
    title = text(f"size_report.section.{name}", document.lang)
    return next(one for one in document.sections if one.title == title)


@pytest.mark.parametrize("lang", LANGS)
def test_size_study__says_what_is_made_and_what_is_assumed(lang: Lang) -> None:
    page = html_of(size_study(dossier(), lang=lang)).decode()

    for key in ("made", "assumed", "money", "not_advice"):
        assert text(f"size_report.read_first.{key}", lang) in page
    assert dossier().answer.release.problem.digest() in page
    assert text("size_report.referee.accepted", lang) in page


@pytest.mark.parametrize("lang", LANGS)
def test_size_study__needs_no_script_and_no_other_file(lang: Lang) -> None:
    page = html_of(size_study(dossier(), lang=lang)).decode()

    assert "<script" not in page
    assert 'src="' not in page
    assert page.replace("http://www.w3.org/2000/svg", "").count("http") == page.count("http-equiv")


def test_size_study__is_the_same_bytes_again() -> None:
    one, two = (size_study(dossier(), lang="zh") for _ in range(2))

    assert html_of(one) == html_of(two)
    assert xlsx_of(one) == xlsx_of(two)
    assert one.code == two.code


def test_size_study__has_the_numbers_of_the_answer() -> None:
    document, answer = size_study(dossier(), lang="en"), dossier().answer

    total = document.figures[0].cell.value
    assert total is not None
    assert float(total) * 1e4 == pytest.approx(answer.total_cny, rel=1e-7)
    sums = section(document, "costs").tables[0].rows
    parts = [row[1].value or Decimal(0) for row in sums[:-1]]
    assert float(sum(parts)) == pytest.approx(float(sums[-1][1].value or 0), abs=1e-2)


def test_size_study__closes_the_cash_flow() -> None:
    rows = section(size_study(dossier(), lang="en"), "cash").tables[0].rows

    assert [row[0].words for row in rows] == ["0", "1", "2", "3", "Total"]
    for row in rows:
        values = [float(cell.value or 0) for cell in row[1:9]]
        assert sum(values[:7]) == pytest.approx(values[7], abs=1e-2)


def test_size_study__balances_every_month() -> None:
    rows = section(size_study(dossier(), lang="en"), "months").tables[0].rows

    assert len(rows) == 13
    for row in rows:
        *plants, discharged, bought, export, charged, _, load = (
            float(cell.value or 0) for cell in row[1:]
        )
        assert sum(plants) + discharged + bought == pytest.approx(load + export + charged, abs=1e-2)


def test_size_study__draws_what_is_xml() -> None:
    drawings = [one.drawing for one in size_study(dossier(), lang="zh").sections if one.drawing]

    assert len(drawings) >= 7
    for each in drawings:
        ET.fromstring(each)  # noqa: S314 - our own output


def test_size_study__keeps_names_of_studies_as_words() -> None:
    named = replace(dossier(), name="=1+1<b>")

    document = size_study(named, lang="en")

    assert b"=1+1&lt;b&gt;" in html_of(document)
    assert machine_form(document)["subject"] == "=1+1<b>"


def test_size_study__without_money_leaves_it_out_and_says_no_zero() -> None:
    document = size_study(replace(dossier(), money=None), lang="en")

    titles = {one.title for one in document.sections}
    assert text("size_report.section.cash", "en") not in titles
    assert all(
        cell.words or cell.value is not None or cell.printed == "" for cell in cells_of(document)
    )
    assert len(document.figures) == 5
