from importlib.machinery import ModuleSpec
from importlib.util import find_spec

import pytest

from command_line import DemoPark
from report_kit import KINDS, drawn_up, hostile_report
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.reports import pdf
from taihang.interfaces.reports.pdf import PdfUnavailableError, pdf_of


def _without_typst(name: str) -> ModuleSpec | None:
    return None if name == "typst" else find_spec(name)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_pdf_of__is_the_same_file_for_the_same_report(
    kind: str, lang: Lang, demo_park: DemoPark
) -> None:
    document = drawn_up(demo_park.root, kind, lang)
    data = pdf_of(document)

    assert data.startswith(b"%PDF-")
    assert data == pdf_of(document)
    assert b"NotoSansCJK" in data or b"NotoSans" in data


def test_pdf_of__hostile_names_say_nothing_to_the_typesetter(demo_park: DemoPark) -> None:
    document = hostile_report(drawn_up(demo_park.root, "park-period", "zh"))
    assert pdf_of(document).startswith(b"%PDF-")


def test_pdf_of__says_what_to_install(demo_park: DemoPark, monkeypatch: pytest.MonkeyPatch) -> None:
    document = drawn_up(demo_park.root, "enterprise-month", "zh")
    monkeypatch.setattr(pdf, "FONTS", ("No Such Family",))
    with pytest.raises(PdfUnavailableError, match="fonts-noto-cjk"):
        pdf_of(document)
    monkeypatch.setattr(pdf, "find_spec", _without_typst)
    with pytest.raises(PdfUnavailableError, match=r"taihang\[pdf\]"):
        pdf_of(document)
