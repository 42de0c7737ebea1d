"""The press of the reports centre: one place draws a report up and sets it in every form."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from typing_extensions import override

from taihang.core.park.park import PARK_SUBJECT
from taihang.core.seal.canonical import JsonValue
from taihang.interfaces.catalogue import Lang
from taihang.interfaces.reports.csv_file import csv_of
from taihang.interfaces.reports.document import Document, Seal, body_of, machine_form
from taihang.interfaces.reports.document_file import content_of, document_of
from taihang.interfaces.reports.enterprise_days import enterprise_days
from taihang.interfaces.reports.enterprise_month import enterprise_month
from taihang.interfaces.reports.html import html_of
from taihang.interfaces.reports.park_days import park_days
from taihang.interfaces.reports.park_period import park_period
from taihang.interfaces.reports.pdf import pdf_of
from taihang.interfaces.reports.report_words import seal_of
from taihang.interfaces.reports.xlsx import xlsx_of
from taihang.services.ports import Ports
from taihang.services.report_period import Cadence
from taihang.services.report_press import Asked, Drawn, Press, Stamp

COPY_FORMAT: Final = "taihang-report-copy/v1"


def document_asked(asked: Asked, *, lang: Lang, ports: Ports) -> Document:
    """Draw up a report: the one way to its figures, for pages and for every form.

    Args:
        asked: Which report.
        lang: Language of the reader.
        ports: The park.

    Raises:
        NotReportableError: If nothing of the period is settled.
        NothingStatedError: If the park knows no such enterprise, or the month is not accounted.
    """
    of, subject = asked.period, asked.subject
    if of.cadence is not Cadence.MONTH:
        if subject == PARK_SUBJECT:
            return park_days(of, lang=lang, ports=ports)
        return enterprise_days(subject, of, lang=lang, ports=ports)
    if subject == PARK_SUBJECT:
        return park_period(of.span(ports.park.zone), label=of.name, lang=lang, ports=ports)
    return enterprise_month(subject, of.name, lang=lang, ports=ports)


@dataclass(frozen=True, slots=True)
class ReportPress(Press):
    """Sets HTML, PDF, Excel, CSV and JSON from one document."""

    font_folders: Sequence[str] = ()
    """Where fonts lie beside those of the system."""

    @override
    def draw(self, asked: Asked, *, lang: str, ports: Ports) -> Drawn:
        """Draw a report up from what is settled and stated now."""
        document = document_asked(asked, lang=cast("Lang", lang), ports=ports)
        return Drawn(
            title=document.title,
            figures=body_of(document),
            content=content_of(document),
            drawings=tuple(section.drawing for section in document.sections),
        )

    @override
    def set_copy(
        self,
        form: str,
        figures: Mapping[str, JsonValue],
        drawings: tuple[str, ...],
        *,
        stamp: Stamp,
    ) -> bytes:
        """Set figures that were drawn up before in one form.

        Raises:
            PdfUnavailableError: If Typst or a font is not there; the message says what to install.
        """
        document = document_of(figures, drawings)
        seal = seal_of(stamp, document.lang)
        stamped = replace(document, seal=seal)
        if form == "pdf":
            return pdf_of(stamped, font_folders=self.font_folders)
        if form == "json":
            return _json_of(document, seal)
        return _SETTERS[form](stamped)


_SETTERS: Final[Mapping[str, Callable[[Document], bytes]]] = {
    "csv": csv_of,
    "html": html_of,
    "xlsx": xlsx_of,
}


def _json_of(document: Document, seal: Seal) -> bytes:
    told = {
        "format": COPY_FORMAT,
        "seal": {
            "banner": seal.banner,
            "code": seal.code,
            "rows": [[label, words] for label, words in seal.rows],
        },
        "report": machine_form(document),
    }
    return f"{json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)}\n".encode()
