"""Addresses of help: whoever is signed in may read it."""

from typing import Final

from taihang.interfaces.web.pages.help import views
from taihang.interfaces.web.policy import MEMBER, page

urlpatterns: Final = [
    page("help/", views.help_page, name="help", may=MEMBER),
    page("help/glossary/", views.glossary_page, name="glossary", may=MEMBER),
    page("help/keyboard/", views.keyboard_page, name="keyboard", may=MEMBER),
    page("help/<slug:code>/", views.guide_page, name="guide", may=MEMBER),
]
