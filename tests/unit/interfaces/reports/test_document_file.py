"""A report is read back from what is kept of it, word for word and digit for digit."""

from dataclasses import replace

import pytest

from command_line import DemoPark
from report_kit import HOSTILE, KINDS, drawn_up, hostile_report
from taihang.core.seal.canonical import canonical_bytes, load_canonical
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports.document import Document, body_of, cells_of
from taihang.interfaces.reports.document_file import content_of, document_of, inert_document


def read_back(document: Document) -> Document:
    """Return a report as it is read from its canonical bytes."""
    body = load_canonical(canonical_bytes(body_of(document)))
    assert isinstance(body, dict)
    return document_of(body, [section.drawing for section in document.sections])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_document_of__gives_the_report_that_was_kept(
    kind: str, lang: Lang, demo_park: DemoPark
) -> None:
    document = drawn_up(demo_park.root, kind, lang)
    found = read_back(document)

    assert found == document
    assert [cell.printed for cell in cells_of(found)] == [
        cell.printed for cell in cells_of(document)
    ]
    assert found.code == document.code


def test_content_of__does_not_change_with_the_log_and_the_code(demo_park: DemoPark) -> None:
    document = drawn_up(demo_park.root, "park-period", "zh")
    later = replace(document, log_size=document.log_size + 1, log_root="00", code_version="9")
    other = replace(document, title="another")

    assert content_of(later) == content_of(document)
    assert later.code != document.code
    assert content_of(other) != content_of(document)


def test_inert_document__leaves_no_turning_sign_and_keeps_the_figures(
    demo_park: DemoPark,
) -> None:
    document = hostile_report(drawn_up(demo_park.root, "park-period", "en"))
    drawn = replace(document.sections[0], drawing="<svg>\u202e</svg>")
    found = inert_document(replace(document, sections=(drawn,)))

    assert any("\u202e" in name for name in HOSTILE)
    said = repr(found)
    assert "\\u202e" not in said
    assert "\u202e" not in said
    assert "⟨U+202E⟩" in said
    assert [cell.value for cell in cells_of(found)] == [cell.value for cell in cells_of(document)]
