"""A report as PDF, set by Typst from the same document (`pip install taihang[pdf]`).

The document goes in as data, never as markup, so that a name cannot say anything to the typesetter.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec
from typing import Any, Final, cast

from taihang.core.errors import StateError
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.interfaces.catalogue import text
from taihang.interfaces.reports.document import Document, Seal, log_words, machine_form
from taihang.interfaces.reports.document_file import inert_document

FONTS: Final = ("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "WenQuanYi Micro Hei")
"""Families that hold Chinese, best first; all are free."""
_STAMP: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the time of making: the same report is the same bytes."""


class PdfUnavailableError(StateError):
    """The typesetter is not installed, or no font with Chinese characters is."""

    code = "state.pdf-unavailable"


def pdf_of(document: Document, *, font_folders: Sequence[str] = ()) -> bytes:
    """Set a report as PDF.

    Args:
        document: The report.
        font_folders: Where fonts lie beside those of the system.

    Returns:
        One file.

    Raises:
        PdfUnavailableError: If Typst or a font is not there; the message says what to install.
    """
    document = inert_document(document)
    lang = document.lang
    words = {
        "code": text("report.code", lang),
        "references": text("report.references", lang),
        "reference_note": text("report.reference_note", lang),
        "statement": text("report.statement", lang),
        "hash": text("report.hash", lang),
        "log": log_words(document),
        "version": text("report.version", lang, version=document.code_version),
    }
    return typeset(
        "report.typ",
        {
            "report": machine_form(document),
            "words": {**words},
            "drawings": [section.drawing for section in document.sections],
            "seal": None if document.seal is None else _seal(document.seal),
        },
        font_folders=font_folders,
    )


def _seal(seal: Seal) -> JsonValue:
    return {
        "banner": seal.banner,
        "code": seal.code,
        "mark": seal.mark,
        "modules": [*seal.modules],
        "rows": [[label, words] for label, words in seal.rows],
    }


def typeset(
    template: str, inputs: Mapping[str, JsonValue], *, font_folders: Sequence[str] = ()
) -> bytes:
    """Set data by one of our templates.

    Args:
        template: Name of the template.
        inputs: What it reads, by name.
        font_folders: Where fonts lie beside those of the system.

    Returns:
        One file.

    Raises:
        PdfUnavailableError: If Typst or a font is not there; the message says what to install.
    """
    engine, fonts, family = _typesetter(font_folders)
    source = files("taihang.interfaces.reports").joinpath("templates", template)
    made = engine.Compiler(
        source.read_bytes(),
        font_paths=fonts,
        sys_inputs={
            "font": family,
            **{name: canonical_bytes(value).decode() for name, value in inputs.items()},
        },
    ).compile(format="pdf", timestamp=_STAMP)
    return cast("bytes", made)


def why_no_pdf(*, font_folders: Sequence[str] = ()) -> str:
    """Say why no PDF can be set here, and what to install; empty where one can.

    Args:
        font_folders: Where fonts lie beside those of the system.
    """
    try:
        _typesetter(font_folders)
    except PdfUnavailableError as error:
        return f"{error.expected}; {error.remedy}"
    return ""


def _typesetter(font_folders: Sequence[str]) -> tuple[Any, Any, str]:
    """Return the typesetter, its fonts, and the best family that holds Chinese."""
    if find_spec("typst") is None:
        raise PdfUnavailableError(
            given="a report as PDF",
            expected="the typesetter Typst, which the core does without (81 MB)",
            remedy="pip install 'taihang[pdf]', or take --format html and print it",
        )
    engine = import_module("typst")
    fonts = engine.Fonts(font_paths=list(font_folders))
    families = [name for name in FONTS if name in fonts.families()]
    if not families:
        raise PdfUnavailableError(
            given="a report as PDF on a machine without Chinese fonts",
            expected=f"one of {', '.join(FONTS)}",
            remedy="install fonts-noto-cjk, or name a folder with one of them by --fonts",
        )
    return engine, fonts, families[0]
