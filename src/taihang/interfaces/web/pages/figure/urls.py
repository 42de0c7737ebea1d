"""Addresses of figures: the page, the panel that other pages open, the parts, the proof."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.figure import views
from taihang.interfaces.web.policy import page

urlpatterns: Final = [
    page("figure/<path:key>", views.figure_page, name="figure", may=Right.SEE_OWN),
    page("figure-panel/<path:key>", views.figure_panel, name="figure-panel", may=Right.SEE_OWN),
    page("figure-parts/<path:key>", views.figure_parts, name="figure-parts", may=Right.SEE_OWN),
    page("figure-proof/<path:claim>", views.figure_proof, name="figure-proof", may=Right.SEE_OWN),
]
