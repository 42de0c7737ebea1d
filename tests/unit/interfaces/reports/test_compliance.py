"""The certificate says what the statement says, with its id, in both languages, and no more."""

from pathlib import Path

import pytest

import small_park
from command_line import done, taihang
from ratio_kit import NARROW, STATED, june_park, with_limits
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports.annual import NotIssuedError
from taihang.interfaces.reports.compliance import compliance
from taihang.interfaces.reports.document import Document, cells_of
from taihang.interfaces.reports.html import html_of
from taihang.services.account import issue_statements
from taihang.services.ratio_account import drafts

JUNE = "2026-06"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = june_park(tmp_path_factory.mktemp("compliance") / "park", NARROW)
    done("ratios", root, "--month", JUNE, "--issue")
    return root


def _document(root: Path, lang: Lang) -> Document:
    with small_park.opened(root, writing=False) as ports:
        return compliance(JUNE, lang=lang, ports=ports)


@pytest.mark.parametrize("lang", LANGS)
def test_compliance__quotes_the_statement_for_every_number_of_it(park: Path, lang: Lang) -> None:
    document = _document(park, lang)

    numbers = [cell for cell in cells_of(document) if cell.value is not None]
    quoted = [cell for cell in numbers if cell.statement == f"ratios.park.{JUNE}.v1"]
    assert [each.id for each in document.references] == [f"ratios.park.{JUNE}.v1"]
    # The cost of one remedy is price × energy, worked out for the page.
    assert len(numbers) - len(quoted) == 2
    assert len(quoted) > 30


@pytest.mark.parametrize(("lang", "words"), [("zh", "未达到要求"), ("en", "a ratio is missed")])
def test_compliance__concludes_what_the_verdicts_say(park: Path, lang: Lang, words: str) -> None:
    conclusion = _document(park, lang).sections[0]

    assert words in conclusion.sentences[-1]


def test_compliance__shows_no_zero_for_curtailment_that_is_not_metered(park: Path) -> None:
    energies = _document(park, "en").sections[2]

    (row,) = (row for row in energies.tables[0].rows if "E_cur" in row[0].words)
    assert [cell.printed for cell in row[1:]] == ["not metered"] * 3


@pytest.mark.parametrize("lang", LANGS)
def test_compliance__draws_three_bars_that_say_what_the_table_says(park: Path, lang: Lang) -> None:
    ratios = _document(park, lang).sections[1]

    assert ratios.drawing.count("<path") == 3
    for row in ratios.tables[0].rows:
        assert f"{row[3].printed} %" in ratios.drawing


def test_compliance__names_the_document_of_a_dated_limit(tmp_path: Path) -> None:
    root = june_park(tmp_path / "park", with_limits(small_park.PARK + STATED))
    with small_park.opened(root) as ports:
        issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        dated = html_of(compliance(JUNE, lang="en", ports=ports)).decode()

    assert "test 1" in dated
    assert "without the document" not in dated


def test_compliance__says_why_there_is_no_forecast(tmp_path: Path) -> None:
    root = june_park(tmp_path / "park", small_park.PARK)
    with small_park.opened(root) as ports:
        issue_statements(drafts(JUNE, ports=ports), period=JUNE, ports=ports)
        document = compliance(JUNE, lang="en", ports=ports)

    told = [sentence for section in document.sections for sentence in section.sentences]
    assert any("state.no-ratio-forecast" in sentence for sentence in told)


def test_compliance__draws_nothing_up_that_was_not_issued(tmp_path: Path) -> None:
    root = june_park(tmp_path / "park")
    with (
        small_park.opened(root, writing=False) as ports,
        pytest.raises(NotIssuedError, match="--issue"),
    ):
        compliance(JUNE, lang="zh", ports=ports)


def test_report__of_compliance_is_monthly_and_of_the_park(park: Path) -> None:
    made = done("report", park, "--month", JUNE, "--kind", "compliance", "--format", "html")

    assert (park / "reports" / f"park.{JUNE}.compliance.zh.html").exists(), made
    for words in (("--year", "2026"), ("--month", JUNE, "--enterprise", "E01")):
        taihang("report", park, *words, "--kind", "compliance").refused("input.words", "month")
