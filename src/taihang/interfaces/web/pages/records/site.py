"""Django's admin over the register: lists, search, filters and rows, in the frame of the platform.

Its own templates are not used: they carry an inline style, which the policy of contents forbids,
and would look like another program.
"""

import itertools
from functools import cache
from pathlib import Path
from threading import Lock
from typing import ClassVar, Final

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from typing_extensions import override

from taihang import pages_wiring
from taihang.core.access.role import Right
from taihang.interfaces.web.pages.records.registers import REGISTERS, Register
from taihang.interfaces.web.visit import source_of, visit_of

NAMESPACE: Final = "admin"
"""What Django's admin calls its addresses."""
APP: Final = "registry"
MAY: Final = Right.SEE_PARK
"""Whoever sees the whole park sees its register."""
PER_PAGE: Final = 50
LOOK_WORDS: Final = frozenset(("lang", "theme", "wall"))
"""Words of an address that say how a page is shown, and filter nothing."""
_ALIASES: Final = "records-"
_OPENINGS: Final = itertools.count()
_OPEN: Final[dict[Path, str]] = {}
_LOCK: Final = Lock()


def records_alias(root: Path) -> str:
    """Return Django's name of the register of a park, opened so that nothing can be written.

    Args:
        root: The park folder.
    """
    with _LOCK:
        alias = _OPEN.get(root)
        if alias is None:
            alias = f"{_ALIASES}{next(_OPENINGS)}"
            pages_wiring.add_database(alias, pages_wiring.register_to_read(root))
            _OPEN[root] = alias
        return alias


class RegisterList(ChangeList):
    """A list whose address may also say how the page is shown."""

    @override
    def get_filters_params(self, params: None = None) -> dict[str, str]:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in LOOK_WORDS}


class RegisterAdmin(ModelAdmin):  # pyright: ignore[reportMissingTypeArgument] - not generic at run time
    """One table of the register."""

    register: ClassVar[Register]
    actions = None
    list_per_page = PER_PAGE
    list_max_show_all = 0
    show_full_result_count = False

    @override
    def get_queryset(self, request: HttpRequest) -> "QuerySet[Model]":
        """Return the rows of the park of this request."""
        alias = records_alias(source_of(request).root)
        return model_of(self.register)._default_manager.using(alias).order_by(*self.register.order)  # noqa: SLF001

    @override
    def get_changelist(self, request: HttpRequest, **_about: object) -> type[ChangeList]:
        return RegisterList

    @override
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Tell whether an address may filter so: by the filters of the list, and nothing else."""
        return lookup.removesuffix("__isnull") in self.register.filters

    @override
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.admin_site.has_permission(request)

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    @override
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @override
    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RecordsSite(AdminSite):
    """The register, for whoever sees the whole park; staff of Django is nobody."""

    @override
    def has_permission(self, request: HttpRequest) -> bool:
        visit = visit_of(request)
        viewer = visit.viewer
        return viewer is not None and MAY in viewer.rights and visit.scope.is_whole

    def admin_of(self, register: Register) -> "ModelAdmin[Model]":
        """Return what lists a table."""
        return self._registry[model_of(register)]

    @override
    def each_context(self, request: HttpRequest) -> dict[str, object]:
        return visit_of(request).frame()


def model_of(register: Register) -> type[Model]:
    """Return the model of a table."""
    return apps.get_model(APP, register.model)


@cache
def site() -> RecordsSite:
    """Return the site with every table that is shown; models are there once Django is set up."""
    found = RecordsSite(name=NAMESPACE)
    for register in REGISTERS:
        words = {
            "register": register,
            "list_display": register.columns,
            "list_display_links": register.columns[:1],
            "list_filter": register.filters,
            "search_fields": register.search,
            "ordering": register.order,
        }
        kind = type(f"{register.model}Admin", (RegisterAdmin,), words)
        found.register(model_of(register), kind)
    return found
