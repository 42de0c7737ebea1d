"""Addresses of the page of companies."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.companies import views
from taihang.interfaces.web.policy import page

urlpatterns: Final = [
    page("companies/", views.companies_page, name="companies", may=Right.SEE_OWN),
    page("companies/companies.csv", views.companies_file, name="companies-csv", may=Right.SEE_OWN),
]
