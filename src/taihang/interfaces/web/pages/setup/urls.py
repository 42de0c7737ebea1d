"""Address of the set-up."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.setup import views
from taihang.interfaces.web.policy import page

urlpatterns: Final = [page("setup/", views.setup_page, name="setup", may=Right.EDIT_PARK)]
