"""Addresses of green power."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.green import views
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_OWN

urlpatterns: Final = [
    page("green/", views.matching_page, name="green", may=_SEE),
    page("green/matching.csv", views.matching_file, name="green-matching", may=_SEE),
    page("green/day/", views.day_page, name="green-day", may=_SEE),
    page("green/day.csv", views.day_file, name="green-day-file", may=_SEE),
    page("green/certificates/", views.certificates_page, name="green-certificates", may=_SEE),
    page("green/certificates.csv", views.certificates_file, name="green-list", may=_SEE),
    page(
        "green/certificates/<str:certificate_id>.<slug:form>",
        views.paper_file,
        name="green-paper",
        may=_SEE,
    ),
]
