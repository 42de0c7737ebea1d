"""Addresses of a certificate: anybody may look."""

from typing import Final

from taihang.interfaces.web.pages.certificate import views
from taihang.interfaces.web.policy import PUBLIC, page

urlpatterns: Final = [
    page("c/<str:certificate_id>", views.certificate_page, name="certificate", may=PUBLIC),
    page("c/<str:certificate_id>/file", views.certificate_file, name="machine-file", may=PUBLIC),
]
