"""Addresses of storage and dispatch."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.dispatch import views
from taihang.interfaces.web.policy import page

urlpatterns: Final = [
    page("dispatch/", views.dispatch_page, name="dispatch", may=Right.SEE_PARK),
    page("dispatch/days.csv", views.day_file, name="dispatch-days", may=Right.SEE_PARK),
    page("dispatch/ledger.csv", views.ledger_file, name="dispatch-ledger", may=Right.SEE_PARK),
    page("dispatch/decide", views.decide, name="dispatch-decide", may=Right.APPROVE_PLANS),
]
