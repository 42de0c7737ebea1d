"""The front on paper: a dot for each point that was found, and none where nothing was."""

from xml.etree import ElementTree as ET

import pytest

from study_paper import dossier
from taihang.core.dispatch.sizing.front import FrontPoint, FrontStatus
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports.size_front import front_section
from taihang.services.size_front import Front, FrontRow

STUDY = dossier().answer.study


def row(limit: float, cny: float | None, status: FrontStatus) -> FrontRow:
    point = FrontPoint(
        limit_ratio=limit,
        status=status,
        cost_cny=cny,
        bound_cny=cny,
        sizes={},
        ratios={},
        looks=3,
    )
    sizes = {} if cny is None else dict.fromkeys(STUDY.investments, 5000.0)
    return FrontRow(point=point, sizes=sizes, total_cny=cny)


def front(*rows: FrontRow) -> Front:
    return Front(study=STUDY, kind="green-share", rows=rows)


@pytest.mark.parametrize("lang", LANGS)
def test_front_section__draws_what_was_found_and_says_the_rest(lang: Lang) -> None:
    section = front_section(
        front(
            row(0.3, 4e8, FrontStatus.PROVEN),
            row(0.6, 5e8, FrontStatus.WORN),
            row(0.9, None, FrontStatus.NONE),
        ),
        lang,
    )

    ET.fromstring(section.drawing)  # noqa: S314 - our own output
    assert section.drawing.count("<circle") == 2
    rows = section.tables[0].rows
    assert [each[1].printed for each in rows] == ["40,000.0", "50,000.0", "–"]
    assert len({each[-1].words for each in rows}) == 3
    assert {"zh": "未经裁判复核", "en": "not checked by the referee"}[lang] in str(section)


def test_front_section__of_nothing_draws_nothing() -> None:
    assert front_section(front(row(0.9, None, FrontStatus.NONE)), "en").drawing == ""
