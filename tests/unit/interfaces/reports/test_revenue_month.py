"""Settlement pages quote issued statements, and a plant's page shows nothing of a payer but it."""

from pathlib import Path

import pytest

import asset_park
import money_park
import small_park
from taihang.interfaces.reports.document import Document, cells_of
from taihang.interfaces.reports.revenue_month import (
    NoRevenueError,
    operator_month,
    plant_month,
    settlement_month,
    user_month,
)

MONTH = "2026-08"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    root = small_park.make(tmp_path_factory.mktemp("pages") / "park", asset_park.text())
    with money_park.opened(root) as ports:
        asset_park.closed(ports, but=frozenset(range(900, 1_000)))
        return {
            "plant": plant_month("PV01", MONTH, lang="en", ports=ports),
            "user": user_month("E01", MONTH, lang="en", ports=ports),
            "operator": operator_month(MONTH, lang="en", ports=ports),
            "all": settlement_month(MONTH, lang="en", ports=ports),
            "again": plant_month("PV01", MONTH, lang="en", ports=ports),
        }


def told(page: Document) -> str:
    return " ".join(cell.printed for cell in cells_of(page))


def test_pages__are_the_same_for_the_same_statements(pages: dict[str, Document]) -> None:
    assert pages["plant"].code == pages["again"].code
    assert len({page.code for page in pages.values()}) == 4


def test_plant_month__says_what_is_unpriced_and_shows_no_total_of_a_payer(
    pages: dict[str, Document],
) -> None:
    sentences = " ".join(each for of in pages["plant"].sections for each in of.sentences)
    bill = next(figure.cell.printed for figure in pages["user"].figures)

    assert "at no known price" in sentences
    assert bill not in told(pages["plant"])


def test_tables__sum_to_their_last_row(pages: dict[str, Document]) -> None:
    n_sums = 0
    for page in pages.values():
        for section in page.sections:
            for table in section.tables:
                if table.n_sums != 1 or section.title == "How the money closes":
                    continue
                *rows, last = table.rows
                for i, total in enumerate(last):
                    values = [row[i].value for row in rows if row[i].value is not None]
                    if total.value is None or not values:
                        continue
                    assert sum(value for value in values if value is not None) == total.value
                    n_sums += 1
    assert n_sums > 20


def test_plant_month__of_a_month_that_is_not_stated_is_refused(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", asset_park.text())
    with money_park.opened(root) as ports, pytest.raises(NoRevenueError, match="2026-08"):
        plant_month("PV01", MONTH, lang="en", ports=ports)
