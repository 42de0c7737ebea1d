"""Addresses of data and trust."""

from typing import Final

from taihang.core.access.role import Right
from taihang.interfaces.web.pages.trust import views
from taihang.interfaces.web.policy import page

_SEE: Final = Right.SEE_EVIDENCE

urlpatterns: Final = [
    page("trust", views.trust_page, name="trust", may=_SEE),
    page("trust/coverage.csv", views.coverage_csv, name="trust-coverage", may=_SEE),
    page("trust/gaps.csv", views.gaps_csv, name="trust-gaps", may=_SEE),
    page("trust/edits.csv", views.edits_csv, name="trust-edits", may=_SEE),
    page("trust/trail.csv", views.trail_csv, name="trust-trail", may=Right.READ_TRAIL),
    page("trust/log/<path:tile>", views.own_tile, name="trust-tile", may=_SEE),
]
