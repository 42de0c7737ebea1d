"""Addresses of the alarms."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.alarms import views
from taihang.interfaces.web.policy import page

urlpatterns: Final = [
    page("alarms/", views.alarms_page, name="alarms", may=Right.SEE_ALARMS),
    page("alarms.csv", views.alarms_csv, name="alarms-csv", may=Right.SEE_ALARMS),
    page("alarms/count", views.alarms_count, name="alarms-count", may=Right.SEE_ALARMS),
    page("alarms/decide", views.decide, name="alarms-decide", may=Right.HANDLE_ALARMS),
]
