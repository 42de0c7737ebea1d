"""Addresses of reports, and of what a code on paper leads to."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.reports import views
from taihang.interfaces.web.policy import PUBLIC, page

urlpatterns: Final = [
    page("reports/", views.reports_page, name="reports", may=Right.SEE_OWN),
    page("reports/settle", views.settle_period, name="report-settle", may=Right.SETTLE),
    page("reports/issue", views.issue_report, name="report-issue", may=Right.SETTLE),
    page("reports/sign", views.sign_report, name="report-sign", may=Right.SIGN),
    page("reports/schedule", views.put_schedule, name="report-schedule", may=Right.SETTLE),
    page("reports/file/<str:name>", views.report_file, name="report-file", may=Right.SEE_OWN),
    page("reports/<str:report_id>/", views.report_page, name="report", may=Right.SEE_OWN),
    page("r/", views.code_form, name="report-code-form", may=PUBLIC),
    page("r/<str:code>", views.code_page, name="report-code", may=PUBLIC),
]
