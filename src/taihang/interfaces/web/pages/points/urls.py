"""Addresses of measured points."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.points import views
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_OWN
urlpatterns: Final = [
    page("points/", views.points_page, name="points", may=_SEE),
    page("points/<str:point>/", views.year_page, name="point-year", may=_SEE),
    page("points/<str:point>/year.csv", views.year_file, name="point-file", may=_SEE),
]
