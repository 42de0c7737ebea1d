"""Addresses of storage and dispatch."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.dispatch import views
from taihang.interfaces.web.policy import page

urlpatterns: Final = [
    page("dispatch/", views.dispatch_page, name="dispatch", may=Right.SEE_PARK),
    page("dispatch/decide", views.decide, name="dispatch-decide", may=Right.APPROVE_PLANS),
]
