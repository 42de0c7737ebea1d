"""Addresses of the flows."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.flows import views
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_PARK
urlpatterns: Final = [
    page("flows/", views.energy_page, name="flows", may=_SEE),
    page("flows/flows.csv", views.energy_file, name="flows-file", may=_SEE),
    page("flows/now/", views.power_page, name="flows-now", may=_SEE),
    page("flows/power.csv", views.power_file, name="flows-power-file", may=_SEE),
]
