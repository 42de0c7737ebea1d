"""Addresses of green power."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.green import views
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_OWN
_PARK: Final = Right.SEE_PARK

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
    page("green/ratios/", views.ratios_page, name="green-ratios", may=_PARK),
    page("green/ratios/issue", views.issue_ratios, name="green-issue", may=Right.SETTLE),
    page("green/ratios.csv", views.ratios_file, name="green-ratios-file", may=_PARK),
    page(
        "green/ratios/<str:name>.<slug:form>",
        views.compliance_file,
        name="green-compliance",
        may=_PARK,
    ),
    page("green/hours/", views.hours_page, name="green-hours", may=_SEE),
    page("green/hours.csv", views.hours_file, name="green-hours-file", may=_SEE),
]
