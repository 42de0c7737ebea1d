"""One report, five forms: the same numbers in each, drafts that say so, names that do nothing."""

import csv
import json
import re
from dataclasses import replace
from decimal import Decimal
from html import unescape
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from command_line import DemoPark
from report_kit import HOSTILE, hostile_report
from taihang import wiring
from taihang.core.seal.review import Signature, Step
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.reports.document import Document, body_of, cells_of
from taihang.interfaces.reports.enterprise_month import NothingStatedError
from taihang.interfaces.reports.press import ReportPress, document_asked
from taihang.interfaces.reports.report_words import seal_of
from taihang.services.report_period import report_period
from taihang.services.report_press import Asked, Stamp
from taihang.services.report_ready import Lack, Want

NAMES = ("2026-09-29", "2026-W39", "2026-09")
SUBJECTS = ("park", "E17")
SIGNATURE = Signature(
    statement="report.park.2026-09.v1",
    sha256="ab" * 32,
    step=Step.VERIFIED,
    who="Wang Fang",
    role="head of the committee",
    remark="compared with the bills",
    at_s=1_790_000_000,
)
STAMP = Stamp(
    statement="report.park.2026-09.v1",
    code="NENT-QAXB-NEN5",
    sha256="ab" * 32,
    address="https://park.example/r/NENT-QAXB-NEN5",
    issued_at_s=1_790_000_000,
    issued_by="Li Wei",
    is_approved=False,
    signatures=(),
    lacks=(),
    zone="Asia/Shanghai",
)


def drawn(root: Path, name: str, subject: str, lang: Lang) -> Document:
    """Draw a report of the demo park up."""
    with wiring.open_park(root, writing=False) as ports:
        return document_asked(Asked(report_period(name), subject), lang=lang, ports=ports)


def set_as(form: str, document: Document, stamp: Stamp = STAMP) -> bytes:
    """Set a report as the centre does: from what is kept of it."""
    drawings = tuple(section.drawing for section in document.sections)
    return ReportPress().set_copy(form, body_of(document), drawings, stamp=stamp)


def sheet_words(data: bytes) -> list[str]:
    """Return every text of a workbook."""
    with ZipFile(BytesIO(data)) as book:
        shared = book.read("xl/sharedStrings.xml").decode()
    return [unescape(each) for each in re.findall(r"<t[^>]*>(.*?)</t>", shared, re.DOTALL)]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("name", NAMES)
def test_set_copy__every_form_holds_the_same_exact_numbers(
    name: str, subject: str, lang: Lang, demo_park: DemoPark
) -> None:
    document = drawn(demo_park.root, name, subject, lang)
    numbers = [f"{cell.value:f}" for cell in cells_of(document) if cell.value is not None]
    printed = {cell.printed for cell in cells_of(document) if cell.value is not None}

    csv_text = set_as("csv", document).decode("utf-8-sig")
    said = json.loads(set_as("json", document))
    in_json = [
        cell["value"]
        for row in [
            said["report"]["figures"],
            *(r for s in said["report"]["sections"] for t in s["tables"] for r in t["rows"]),
        ]
        for cell in row
        if "value" in cell
    ]
    page = set_as("html", document).decode()

    assert len(numbers) >= 20
    n_sealed = 2 + len(seal_of(STAMP, lang).rows)
    assert [row[3] for row in csv.reader(StringIO(csv_text))][n_sealed:] == numbers
    assert in_json == numbers
    assert {*numbers} <= {*sheet_words(set_as("xlsx", document))}
    assert not [each for each in printed if f">{each}<" not in page]


@pytest.mark.parametrize("form", ["html", "xlsx", "csv", "json", "pdf"])
def test_set_copy__is_the_same_bytes_again(form: str, demo_park: DemoPark) -> None:
    document = drawn(demo_park.root, "2026-09-29", "E17", "zh")

    assert set_as(form, document) == set_as(form, document)


@pytest.mark.parametrize("lang", LANGS)
def test_set_copy__a_draft_says_so_and_an_approved_copy_says_who(
    lang: Lang, demo_park: DemoPark
) -> None:
    document = drawn(demo_park.root, "2026-09-29", "E17", lang)
    approved = replace(STAMP, is_approved=True, signatures=(SIGNATURE,))
    draft = text("report_seal.draft", lang)

    for form in ("html", "csv", "json"):
        drafted = set_as(form, document).decode()
        signed = set_as(form, document, approved).decode()
        assert STAMP.code in drafted
        assert STAMP.address in drafted
        assert STAMP.sha256 in drafted
        assert "Wang Fang" in signed
        assert "compared with the bills" in signed
        assert "Wang Fang" not in drafted
    assert draft in set_as("html", document).decode()
    assert "DRAFT" not in set_as("html", document, approved).decode()
    assert any("DRAFT" in words for words in sheet_words(set_as("xlsx", document)))
    assert not any("DRAFT" in words for words in sheet_words(set_as("xlsx", document, approved)))


def test_seal_of__says_what_a_provisional_report_lacks() -> None:
    seal = seal_of(replace(STAMP, lacks=(Lack(Want.NOT_SETTLED, 96, 672),)), "en")

    assert "96 of 672 intervals are settled" in seal.banner
    assert "PROVISIONAL" in seal.mark
    assert "DRAFT" in seal.mark


def test_set_copy__names_that_mean_harm_do_nothing_in_any_form(demo_park: DemoPark) -> None:
    document = hostile_report(drawn(demo_park.root, "2026-09-29", "E17", "en"))
    harm = replace(SIGNATURE, who="=cmd|' /C calc'!A0", remark="\u202eevil")
    stamp = replace(STAMP, is_approved=True, signatures=(harm,), issued_by="+1 \u202e")

    page = set_as("html", document, stamp).decode()
    cells = [
        c for row in csv.reader(StringIO(set_as("csv", document, stamp).decode())) for c in row
    ]
    words = sheet_words(set_as("xlsx", document, stamp))

    assert len(HOSTILE) >= 16
    assert "<script" not in page
    assert "\u202e" not in page + "".join(cells) + "".join(words)
    assert not [cell for cell in cells if cell[:1] in {*"=+@-"} and cell]
    with ZipFile(BytesIO(set_as("xlsx", document, stamp))) as book:
        sheets = [book.read(name) for name in book.namelist() if "sheet" in name]
    assert not [sheet for sheet in sheets if b"<f>" in sheet]
    assert set_as("pdf", document, stamp).startswith(b"%PDF-")


def test_document_asked__refuses_who_is_not_there(demo_park: DemoPark) -> None:
    with pytest.raises(NothingStatedError):
        drawn(demo_park.root, "2026-09-29", "E99", "zh")


def test_document_asked__the_days_of_a_week_sum_to_the_week(demo_park: DemoPark) -> None:
    week = drawn(demo_park.root, "2026-W39", "park", "en")
    days = [drawn(demo_park.root, f"2026-09-{day}", "park", "en") for day in range(21, 28)]

    for at in (0, 3, 4, 5, 8, 10):
        values = [document.figures[at].cell.value for document in days]
        assert week.figures[at].cell.value == sum(value or Decimal(0) for value in values)
