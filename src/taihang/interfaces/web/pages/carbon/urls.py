"""Addresses of the page Carbon, its tables and its quotas."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.carbon import views
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_OWN

urlpatterns: Final = [
    page("carbon/", views.carbon_page, name="carbon", may=_SEE),
    page("carbon/quotas/", views.quotas_page, name="carbon-quotas", may=_SEE),
    page("carbon/month.csv", views.month_file, name="carbon-month", may=_SEE),
    page("carbon/year.csv", views.year_file, name="carbon-year", may=_SEE),
    page("carbon/<str:kind>.csv", views.product_file, name="carbon-product", may=_SEE),
]
"""The page, how quotas stand, and its tables as files."""
