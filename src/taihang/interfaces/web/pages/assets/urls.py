"""Addresses of the assets."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.assets import views
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_PARK
urlpatterns: Final = [
    page("assets/", views.assets_page, name="assets", may=_SEE),
    page("assets/plants.csv", views.plants_file, name="assets-plants", may=_SEE),
    page("assets/<str:plant>/", views.plant_page, name="assets-plant", may=_SEE),
    page("assets/<str:plant>/days.csv", views.days_file, name="assets-days", may=_SEE),
]
