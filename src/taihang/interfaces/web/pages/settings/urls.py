"""Addresses of settings: whoever sees the park sees what stands in it; few may change it."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.account.confirm import confirmed
from taihang.interfaces.web.pages.settings import gateway_views, house_views, views
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
        "settings/gateways/",
        of_the_park(gateway_views.gateways_page),
        name="settings-gateways",
        may=_SEE,
    ),
    page(
        "settings/gateways/<str:gateway>/",
        of_the_park(gateway_views.gateway_page),
        name="settings-gateway",
        may=_SEE,
    ),
    page(
        "settings/gateways/<str:gateway>/token/",
        of_the_park(confirmed(gateway_views.give_token)),
        name="settings-token",
        may=_EDIT,
    ),
    page(
        "settings/gateways/<str:gateway>/revoke/",
        of_the_park(gateway_views.revoke),
        name="settings-revoke",
        may=_EDIT,
    ),
    page(
        "settings/prices/",
        of_the_park(house_views.prices_page),
        name="settings-prices",
        may=_SEE,
    ),
    page("settings/house/", of_the_park(house_views.house_page), name="settings-house", may=_SEE),
    page(
        "settings/remove/<slug:kind>/<str:object_id>/",
        of_the_park(views.remove),
        name="settings-remove",
        may=_EDIT,
    ),
]
"""The park, and each table of it."""
