"""The register of record: its tables, the list of one, and one row."""

from typing import Final, cast

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from taihang.core.errors import InputError
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.catalogue import text
from taihang.interfaces.web.gate import refused
from taihang.interfaces.web.pages.account.instants import Instants
from taihang.interfaces.web.pages.records.registers import REGISTERS, Register
from taihang.interfaces.web.pages.records.rows import Table, cells_of, list_context
from taihang.interfaces.web.pages.records.site import APP, site
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of

FOLDER: Final = "taihang/pages/records"
_STATED: Final = frozenset(("statement", "settlement"))
"""Tables that only a settlement fills."""


class RecordsQueryError(InputError):
    """An address asks a table of the register for what it does not have."""

    code = "input.records-query"


@require_safe
def records_page(request: HttpRequest) -> HttpResponse:
    """Show which tables there are, and how many rows each has."""
    visit = visit_of(request)
    visit.look.demand_words(())
    if not site().has_permission(request):
        return _refused(request, visit)
    lang = visit.look.lang
    tables = [
        Table(
            name=text(f"records.table.{each.model}", lang),
            note=text(f"records.note.{each.model}", lang),
            address=reverse(f"admin:{APP}_{each.model}_changelist"),
            n_rows=site().admin_of(each).get_queryset(request).count(),
        )
        for each in REGISTERS
    ]
    stated = (table for each, table in zip(REGISTERS, tables, strict=True) if each.model in _STATED)
    is_empty = not any(table.n_rows for table in stated)
    return visit.show(f"{FOLDER}/records.html", {"tables": tables, "is_empty": is_empty})


@require_safe
def list_page(request: HttpRequest, *, register: Register) -> HttpResponse:
    """Show the rows of one table, as the address filters and sorts them."""
    visit = visit_of(request)
    if not site().has_permission(request):
        return _refused(request, visit)
    try:
        found = site().admin_of(register).get_changelist_instance(request)
    except (IncorrectLookupParameters, SuspiciousOperation, ValidationError) as error:
        raise RecordsQueryError(
            given=request.GET.urlencode(),
            expected="words that the list itself writes into addresses",
            remedy="begin from the list",
        ) from error
    return visit.show(f"{FOLDER}/list.html", list_context(found, register=register, visit=visit))


@require_safe
def record_page(request: HttpRequest, object_id: str, *, register: Register) -> HttpResponse:
    """Show one row, whole."""
    visit = visit_of(request)
    visit.look.demand_words(())
    if not site().has_permission(request):
        return _refused(request, visit)
    row = site().admin_of(register).get_object(request, unquote(object_id))
    if row is None:
        return not_found(request)
    context: dict[str, object] = {
        "name": text(f"records.table.{register.model}", visit.look.lang),
        "address": reverse(f"admin:{APP}_{register.model}_changelist"),
        "key": str(row.pk),
        "cells": cells_of(row, instants=Instants.of(visit), lang=visit.look.lang),
    }
    return visit.show(f"{FOLDER}/record.html", context)


def _refused(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Refuse somebody who has the right and is not of the park: the register is the park's."""
    return refused(request, cast("Viewer", visit.viewer))
