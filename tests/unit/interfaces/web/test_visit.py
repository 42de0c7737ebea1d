"""A visit: who looks, how, and what of the park."""

from django.test import RequestFactory

from demo_overview import open_demo
from taihang.core.access.role import Role
from taihang.core.access.scope import NOTHING, WHOLE_PARK
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.overview.build import build_overview
from taihang.interfaces.web.visit import Visit


def visit(viewer: Viewer | None) -> Visit:
    return Visit(RequestFactory().get("/"), viewer, PLAIN, open_demo())


def test_scope__a_stranger_sees_nothing() -> None:
    regulator = Viewer(name="li", roles=frozenset((Role.REGULATOR,)), enterprise="")

    assert visit(None).scope == NOTHING
    assert visit(regulator).scope == WHOLE_PARK
    assert visit(regulator).ask(build_overview).month == "2026-10"


def test_frame__names_the_park_and_shows_a_stranger_no_menu() -> None:
    frame = visit(None).frame()

    assert frame["park_name"] == "太行示范园区"
    assert frame["menu"] == ()
