"""Addresses of the members; whoever may change only those of their enterprise sees only them."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.account.confirm import confirmed
from taihang.interfaces.web.pages.users import views
from taihang.interfaces.web.policy import page

_MAY: Final = Right.MANAGE_OWN_ACCOUNTS

urlpatterns: Final = [
    page("users/", views.users_page, name="users", may=_MAY),
    page("users/invite/", confirmed(views.invite), name="user-invite", may=_MAY),
    page("users/<int:member_id>/", views.user_page, name="user", may=_MAY),
    page(
        "users/<int:member_id>/roles/", confirmed(views.change_roles), name="user-roles", may=_MAY
    ),
    page("users/<int:member_id>/<slug:what>/", confirmed(views.act), name="user-act", may=_MAY),
]
