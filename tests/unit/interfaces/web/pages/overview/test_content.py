"""The overview as it is written."""

from demo_overview import demo_overview
from taihang.interfaces.web.pages.overview.content import content_of


def test_content_of__the_same_figures_are_written_once_in_each_language() -> None:
    overview = demo_overview()

    zh, en = content_of(overview, "zh"), content_of(overview, "en")

    assert content_of(overview, "zh") is zh
    assert content_of(overview, "en") is en
    assert "企业" in zh.html
    assert "Enterprises" in en.html


def test_content_of__what_a_page_explains_beyond_it_stays_with_the_page() -> None:
    content = content_of(demo_overview(), "zh")
    context = content.context()

    context["explained"]["more"] = "of this page alone"  # type: ignore[index]

    assert content.explained
    assert "more" not in content.context()["explained"]  # type: ignore[operator]
