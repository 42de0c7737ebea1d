"""Addresses of the page Market, its tables and its papers."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.market import views
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_OWN

urlpatterns: Final = [
    page("market/", views.market_page, name="market", may=_SEE),
    page("market/plants.csv", views.plants_file, name="market-plants", may=_SEE),
    page("market/users.csv", views.users_file, name="market-users", may=_SEE),
    page("market/settlement.<slug:form>", views.settlement_file, name="market-paper", may=_SEE),
]
"""The page, its tables as files, and the settlement of the month as a paper."""
