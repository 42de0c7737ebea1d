"""Put figures and sections together as a document of one park and one moment of its log."""

from collections.abc import Sequence
from dataclasses import dataclass

from taihang.core.park.park import Park
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.reports.document import Document, Figure, Section, cited
from taihang.interfaces.reports.review_section import review_sections
from taihang.interfaces.reports.stated import Stated
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a report is of."""

    kind: str
    subject: str
    period: str
    lang: Lang


def assemble(
    heading: Heading,
    figures: Sequence[Figure],
    sections: Sequence[Section],
    *,
    stated: Stated,
    ports: Ports,
) -> Document:
    """Return the document.

    Args:
        heading: What it is of.
        figures: The figures at its head.
        sections: Its sections in order.
        stated: The statements that cells quote.
        ports: The park.
    """
    lang = heading.lang
    quoted = [stated.issued(each) for each in cited(figures, sections)]
    before, behind = review_sections(quoted, lang=lang, ports=ports)
    sections = [*before, *sections, *behind]
    return Document(
        kind=heading.kind,
        lang=lang,
        park=ports.park.id,
        subject=heading.subject,
        period=heading.period,
        title=text(f"report.title.{heading.kind}", lang, name=name_of(heading, ports.park)),
        subtitle=text(
            "report.subtitle", lang, park=_park_name(ports.park, lang), period=heading.period
        ),
        figures=tuple(figures),
        sections=tuple(sections),
        references=tuple(stated.reference(each) for each in cited(figures, sections)),
        log_origin=ports.log_origin,
        log_size=ports.journal.size,
        log_root=ports.journal.tree.root().hex(),
        code_version=ports.version,
    )


def name_of(heading: Heading, park: Park) -> str:
    """Return how the subject of a report is called, with its id."""
    asset = park.assets.get(heading.subject) or park.carbon.products.get(heading.subject)
    if asset is None:
        return _park_name(park, heading.lang)
    return f"{heading.subject} {asset.name_zh if heading.lang == 'zh' else asset.name_en}"


def _park_name(park: Park, lang: Lang) -> str:
    return park.name_zh if lang == "zh" else park.name_en
