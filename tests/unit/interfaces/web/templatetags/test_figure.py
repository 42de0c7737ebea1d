"""The tag that prints a number as a link to its story."""

from decimal import Decimal

import pytest
from django.template import Context, Engine

from taihang.interfaces.web.wording import DASH

ENGINE = Engine(libraries={"figure": "taihang.interfaces.web.templatetags.figure"})


def shown(tag: str, **values: object) -> str:
    template = ENGINE.from_string("{% load figure %}" + tag)
    return template.render(Context({"lang": "en", **values}))


def test_figure__is_a_link_that_a_panel_opens() -> None:
    found = shown(
        "{% figure key value unit='MWh' digits=2 %}", key="users/total_wh/2026-09", value=12345.678
    )

    assert found == (
        '<a class="opens" href="/figure/users/total_wh/2026-09" data-opens>12,345.68</a>'
        ' <small class="unit">MWh</small>'
    )


@pytest.mark.parametrize(
    ("quality", "badge"),
    [("estimated", "estimated"), ("missing", "missing"), ("forecast", "forecast")],
)
def test_figure__carries_the_badge_of_its_quality(quality: str, badge: str) -> None:
    found = shown("{% figure key value quality=quality %}", key="a/b", value=1, quality=quality)

    assert f">{badge}</span>" in found


def test_figure__that_is_measured_has_no_badge() -> None:
    assert "<span" not in shown("{% figure key value %}", key="a/b", value=1)


def test_figure__that_is_missing_says_so() -> None:
    found = shown("{% figure key value %}", key="a/b", value=None)

    assert DASH in found
    assert ">missing</span>" in found


def test_figure__without_a_key_is_the_number_alone() -> None:
    assert shown("{% figure key value %}", key="", value=Decimal("1.25")) == "1.2"


def test_figure__shows_markup_literally() -> None:
    found = shown("{% figure key value %}", key='a/"><script>', value="<b>1</b>")

    assert "<script>" not in found
    assert "<b>" not in found
