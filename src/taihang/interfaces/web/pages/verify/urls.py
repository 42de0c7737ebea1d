"""Addresses of the verifier: anybody may verify."""

from typing import Final

from taihang.interfaces.web.pages.verify import views
from taihang.interfaces.web.policy import PUBLIC, page

urlpatterns: Final = [
    page("verify", views.verify_page, name="verify", may=PUBLIC),
    page("verify/verify_taihang.py", views.verifier_file, name="verifier-file", may=PUBLIC),
]
