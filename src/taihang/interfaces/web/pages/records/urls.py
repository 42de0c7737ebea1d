"""Addresses of the register; their names are those that Django's admin looks up."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from django.urls import URLPattern, include, path

from taihang.interfaces.web.pages.records import views
from taihang.interfaces.web.pages.records.registers import REGISTERS, Register
from taihang.interfaces.web.pages.records.site import APP, MAY, NAMESPACE
from taihang.interfaces.web.policy import page


def _of(register: Register) -> Iterator[URLPattern]:
    name = register.model
    yield page(
        f"{name}/",
        partial(views.list_page, register=register),
        name=f"{APP}_{name}_changelist",
        may=MAY,
    )
    yield page(
        f"{name}/<path:object_id>/",
        partial(views.record_page, register=register),
        name=f"{APP}_{name}_change",
        may=MAY,
    )


_PATTERNS: Final = [
    page("", views.records_page, name="index", may=MAY),
    *(pattern for register in REGISTERS for pattern in _of(register)),
]

urlpatterns: Final = [path("records/", include((_PATTERNS, NAMESPACE), namespace=NAMESPACE))]
