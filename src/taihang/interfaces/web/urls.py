"""The addresses of the web service: those of every page, and what a server needs."""

from typing import Final

from django.urls import include, path

from taihang.interfaces.web import views
from taihang.interfaces.web.live.urls import urlpatterns as live
from taihang.interfaces.web.pages.account.urls import urlpatterns as account
from taihang.interfaces.web.pages.alarms.urls import urlpatterns as alarms
from taihang.interfaces.web.pages.assets.urls import urlpatterns as assets
from taihang.interfaces.web.pages.carbon.urls import urlpatterns as carbon
from taihang.interfaces.web.pages.certificate.urls import urlpatterns as certificate
from taihang.interfaces.web.pages.companies.urls import urlpatterns as companies
from taihang.interfaces.web.pages.company.urls import urlpatterns as company
from taihang.interfaces.web.pages.dispatch.urls import urlpatterns as dispatch
from taihang.interfaces.web.pages.figure.urls import urlpatterns as figure
from taihang.interfaces.web.pages.flows.urls import urlpatterns as flows
from taihang.interfaces.web.pages.green.urls import urlpatterns as green
from taihang.interfaces.web.pages.help.urls import urlpatterns as help_pages
from taihang.interfaces.web.pages.import_wizard.urls import urlpatterns as import_wizard
from taihang.interfaces.web.pages.market.urls import urlpatterns as market
from taihang.interfaces.web.pages.overview.urls import urlpatterns as overview
from taihang.interfaces.web.pages.points.urls import urlpatterns as points
from taihang.interfaces.web.pages.records.urls import urlpatterns as records
from taihang.interfaces.web.pages.reports.urls import urlpatterns as reports
from taihang.interfaces.web.pages.settings.urls import urlpatterns as settings
from taihang.interfaces.web.pages.setup.urls import urlpatterns as setup
from taihang.interfaces.web.pages.trust.urls import urlpatterns as trust
from taihang.interfaces.web.pages.users.urls import urlpatterns as users
from taihang.interfaces.web.pages.verify.urls import urlpatterns as verify
from taihang.interfaces.web.policy import PUBLIC, page

handler404: Final = views.not_found
handler429: Final = views.too_often
handler500: Final = views.fault

urlpatterns: Final = [
    # By its name: the interface for machines stands on the pages, and not the pages on it.
    path("", include("taihang.interfaces.api.urls")),
    *overview,
    *alarms,
    *assets,
    *carbon,
    *market,
    *certificate,
    *dispatch,
    *figure,
    *flows,
    *green,
    *help_pages,
    *import_wizard,
    *live,
    *companies,
    *company,
    *points,
    *reports,
    *settings,
    *trust,
    *verify,
    *account,
    *setup,
    *users,
    *records,
    page("healthz", views.healthz, name="healthz", may=PUBLIC),
    page("readyz", views.readyz, name="readyz", may=PUBLIC),
]
