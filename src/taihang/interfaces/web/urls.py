"""The addresses of the web service."""

from typing import Final

from django.urls import path

from taihang.interfaces.web import certificate_views, views

handler404: Final = views.not_found
handler500: Final = views.fault

urlpatterns: Final = [
    path("", views.overview_page, name="overview"),
    path("api/overview.json", views.overview_json, name="overview-json"),
    path("c/<str:certificate_id>", certificate_views.certificate_page, name="certificate"),
    path("c/<str:certificate_id>/file", certificate_views.certificate_file, name="machine-file"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("static/<str:name>", views.static_file, name="static"),
]
