from html.parser import HTMLParser

import pytest
from typing_extensions import override

from command_line import DemoPark
from report_kit import HOSTILE, KINDS, drawn_up, hostile_report
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.inert import inert
from taihang.interfaces.reports.document import cells_of
from taihang.interfaces.reports.html import html_of


class _Page(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, data: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(data.decode())

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    @override
    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", KINDS)
def test_html_of__prints_every_cell_code_and_statement(
    kind: str, lang: Lang, demo_park: DemoPark
) -> None:
    document = drawn_up(demo_park.root, kind, lang)
    page = _Page(html_of(document))

    printed = [cell.printed for cell in cells_of(document)]
    assert len(printed) > 40
    assert not set(printed) - set(page.texts) - {""}
    assert document.code in page.texts
    assert {reference.id for reference in document.references} <= set(page.texts)
    links = {value for name, value in page.attributes if name == "href"}
    ids = {f"#{value}" for name, value in page.attributes if name == "id"}
    assert links == ids
    assert len(links) == len(document.references)


def test_html_of__needs_nothing_from_outside_and_runs_nothing(demo_park: DemoPark) -> None:
    data = html_of(drawn_up(demo_park.root, "park-period", "zh"))
    page = _Page(data)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name == "src" or name.startswith("on")]
    assert b"default-src 'none'" in data


def test_html_of__hostile_names_are_words(demo_park: DemoPark) -> None:
    document = hostile_report(drawn_up(demo_park.root, "enterprise-month", "en"))
    page = _Page(html_of(document))

    assert {inert(name) for name in HOSTILE} <= set(page.texts)
    assert not {"script", "img", "svg"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
