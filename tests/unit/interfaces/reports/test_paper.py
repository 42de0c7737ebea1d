"""The certificate on one page: both languages, everything on it, one sheet of A4, nothing runs."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from paper_case import VIEW, cut_view
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.qr import qr_rows
from taihang.interfaces.reports.paper import (
    PLANTS_SHOWN,
    STEPS_SHOWN,
    address_of,
    paper_html,
    paper_of,
    paper_pdf,
)
from taihang.services.certificate_view import PlantShown, StepShown

SITE = "https://park.example"
ADDRESS = "https://park.example/c/2026-06.feed-in.G1.PV01:0-12345678"


@pytest.mark.parametrize("lang", LANGS)
def test_paper_html__says_everything_that_a_buyer_asks(lang: Lang) -> None:
    page = paper_html(paper_of(VIEW, lang=lang, site=SITE)).decode()

    for said in (
        VIEW.id, "12,345,678", "12.345678", "PV01", "2026-06-01 00:00", "2026-07-01 00:00", "E02",
        "2026 年度用电 scope 2", VIEW.log.root, VIEW.log.key, "e01-witness, grid-witness",
        VIEW.file_sha256, ADDRESS, "verify_taihang.py", "4,321",
    ):  # fmt: skip
        assert said in page
    assert ("已核销" in page) == (lang == "zh")


def test_paper_html__shows_names_literally_and_runs_nothing() -> None:
    page = paper_html(paper_of(VIEW, lang="zh", site=SITE)).decode()

    assert "乙厂 &lt;Plant B&gt;" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=", page)


def test_paper_of__code_says_address_and_hash_of_the_machine_file() -> None:
    paper = paper_of(VIEW, lang="en", site=SITE)

    assert paper.modules == qr_rows(f"{ADDRESS}#sha256={VIEW.file_sha256}")
    assert address_of(VIEW, site=f"{SITE}/") == ADDRESS
    assert address_of(VIEW, site="").startswith("/c/2026-06")


def test_paper_of__a_certificate_that_was_cut_names_its_parts_and_no_holder() -> None:
    paper = paper_of(cut_view(), lang="en", site=SITE)

    assert paper.state == "cut since: held 345,678 Wh, claimed 12,000,000 Wh"
    assert paper.tone == "warn"
    assert "E02" not in {row.words for row in paper.rows}


def test_paper_of__many_plants_and_steps_stay_on_one_page() -> None:
    plants = tuple(
        PlantShown(id=f"PV{n:02}", name_zh="站", name_en="PV", kind="pv", wh=1) for n in range(21)
    )
    steps = tuple(StepShown(number=n, kind="list", at_s=1_783_000_000) for n in range(40))
    view = replace(VIEW, plants=plants, steps=steps)
    paper = paper_of(view, lang="en", site=SITE)

    assert f"and {21 - PLANTS_SHOWN} more" in paper.rows[0].words
    assert len(paper.steps) == STEPS_SHOWN
    assert paper.steps[-1].endswith("(#39)")
    assert _pages(paper_pdf(paper)) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_paper_pdf__is_one_sheet_and_the_same_bytes_again(lang: Lang) -> None:
    paper = paper_of(VIEW, lang=lang, site=SITE)

    data = paper_pdf(paper)
    assert data == paper_pdf(paper)
    assert _pages(data) == 1


def _pages(data: bytes) -> int:
    assert data.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", data))


def test_paper_of__acts_stand_in_their_order() -> None:
    paper = paper_of(VIEW, lang="en", site=SITE)

    assert all(before < after for before, after in pairwise(paper.steps))
