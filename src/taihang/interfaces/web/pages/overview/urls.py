"""Addresses of the overview."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.overview import views
from taihang.interfaces.web.policy import page

urlpatterns: Final = [
    page("", views.overview_page, name="overview", may=Right.SEE_PARK),
    page("overview.json", views.overview_json, name="overview-json", may=Right.SEE_PARK),
]
