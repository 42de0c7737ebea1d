"""The empty form is one that the reader takes as soon as a row stands in it."""

import pytest

from taihang.adapters.forms.read_csv import read_csv
from taihang.adapters.forms.read_xlsx import read_xlsx
from taihang.adapters.forms.template import TemplateKindError, form_template
from taihang.core.activity.form import COLUMNS, TemplateWords

WORDS = TemplateWords(
    headings=list(COLUMNS), sheet="Data", lists_sheet="Lists", choices={"unit": ["t", "GJ"]}
)


def test_form_template__has_the_headings_and_nothing_else() -> None:
    by_kind = {
        ".csv": read_csv(form_template(".csv", WORDS), name="f"),
        ".xlsx": read_xlsx(
            form_template(".xlsx", WORDS), name="f", beside=frozenset((WORDS.lists_sheet,))
        ),
    }

    for kind, sheet in by_kind.items():
        assert tuple(cell.text for cell in sheet.head) == COLUMNS, kind
        assert sheet.rows == (), kind


def test_form_template__is_the_same_bytes_each_time() -> None:
    assert form_template(".xlsx", WORDS) == form_template(".xlsx", WORDS)


@pytest.mark.parametrize("kind", ["", ".json", ".xls"])
def test_form_template__knows_no_other_kind(kind: str) -> None:
    with pytest.raises(TemplateKindError):
        form_template(kind, WORDS)
