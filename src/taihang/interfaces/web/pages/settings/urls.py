"""Addresses of settings: whoever sees the park sees what stands in it; few may change it."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.settings import views
from taihang.interfaces.web.pages.settings.whole import of_the_park
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_PARK
_EDIT: Final = Right.EDIT_PARK

urlpatterns: Final = [
    page("settings/", of_the_park(views.park_page), name="settings", may=_SEE),
    page("settings/park.toml", of_the_park(views.park_file), name="settings-file", may=_EDIT),
    page("settings/add/<slug:kind>/", of_the_park(views.add), name="settings-add", may=_EDIT),
    page(
        "settings/park/<slug:kind>/",
        of_the_park(views.change_once),
        name="settings-once",
        may=_EDIT,
    ),
    page(
        "settings/park/<slug:kind>/<str:object_id>/",
        of_the_park(views.change),
        name="settings-object",
        may=_EDIT,
    ),
    page(
        "settings/remove/<slug:kind>/<str:object_id>/",
        of_the_park(views.remove),
        name="settings-remove",
        may=_EDIT,
    ),
]
"""The park, and each table of it."""
