"""Address of one enterprise."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.company import views
from taihang.interfaces.web.policy import page

urlpatterns: Final = [
    page("companies/<str:company_id>/", views.company_page, name="company", may=Right.SEE_OWN),
]
