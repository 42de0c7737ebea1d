"""Who may have a stream, and of whose figures."""

from django.test import RequestFactory

from demo_overview import open_demo
from taihang.core.access.role import Role
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.live.views import live_pass
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.visit import LOOK, VIEWER


def scope_of(role: Role, enterprise: str = "") -> str:
    request = RequestFactory().get("/live")
    request.scope = {"taihang.source": open_demo()}  # type: ignore[attr-defined]
    setattr(request, LOOK, PLAIN)
    setattr(request, VIEWER, Viewer(name="li", roles=frozenset((role,)), enterprise=enterprise))
    return live_pass(request)["taihang-scope"]


def test_live_pass__names_the_scope_of_the_viewer() -> None:
    assert scope_of(Role.DISPATCHER) == "*"
    assert scope_of(Role.ENTERPRISE_USER, "E01") == "E01"
    assert scope_of(Role.ENTERPRISE_USER) == ""
