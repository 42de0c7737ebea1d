"""Data and trust, for people and for spreadsheets."""

import csv
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from itertools import chain
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.core.access.role import Right
from taihang.core.seal.trail import SEALED
from taihang.interfaces.inert import csv_words
from taihang.interfaces.trail_words import trail_facts
from taihang.interfaces.web.page_query import QueryError
from taihang.interfaces.web.pages.trust.build import build_tile, build_trust
from taihang.interfaces.web.pages.trust.heat import month_cells
from taihang.interfaces.web.pages.trust.page import TrailShown, edit_row, gap_row, page_context
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import Visit, visit_of
from taihang.services.edit_log import EditGroup
from taihang.services.ports import Ports

TRAIL_SHOWN: Final = 100
_FOR_EVER: Final = "private, max-age=31536000, immutable"
_BOM: Final = "\ufeff"
Value = str | int | None


@require_safe
def trust_page(request: HttpRequest) -> HttpResponse:
    """Show what the figures of this park rest on, and who changed what."""
    visit = visit_of(request)
    words = visit.look.demand_words(("group",))
    view = visit.ask(build_trust)
    context = page_context(
        view,
        lang=visit.look.lang,
        group=_group(words.get("group")),
        trail=_trail(visit),
        opens=visit.viewer is not None and Right.SEE_OWN in visit.viewer.rights,
    )
    return visit.show("taihang/pages/trust.html", context)


@require_safe
def coverage_csv(request: HttpRequest) -> HttpResponse:
    """Return the months of every meter."""
    visit = visit_of(request)
    known = visit.ask(build_trust).coverage
    rows = (
        (meter.meter, meter.node, name, cell.expected, cell.missing, cell.estimated)
        for meter in known.meters
        for name, cell in month_cells(meter, known)
    )
    heads = ("meter", "node", "month", "intervals", "missing_or_rejected", "estimated_or_manual")
    return _handed_out(visit, "coverage", heads, rows)


@require_safe
def gaps_csv(request: HttpRequest) -> HttpResponse:
    """Return every stretch that was not measured."""
    visit = visit_of(request)
    view, lang = visit.ask(build_trust), visit.look.lang
    rows = (
        (
            gap.meter,
            str(row["first"]),
            str(row["stop"]),
            gap.n,
            gap.quality.name.lower(),
            gap.method.name.lower(),
            " ".join(rule.value for rule in gap.rules),
            str(row["reason"]),
        )
        for gap in view.gaps.found
        for row in [gap_row(gap, view.zone, lang)]
    )
    heads = ("meter", "first", "stop", "intervals", "quality", "method", "rules", "reason")
    return _handed_out(visit, "gaps", heads, rows)


@require_safe
def edits_csv(request: HttpRequest) -> HttpResponse:
    """Return what was changed after the fact."""
    visit = visit_of(request)
    view, lang = visit.ask(build_trust), visit.look.lang
    rows = (
        (
            str(row["at"]),
            edit.group.value,
            edit.kind,
            edit.subject,
            edit.was,
            edit.now,
            edit.why,
            edit.who,
            edit.leaf,
        )
        for edit in view.edits
        for row in [edit_row(edit, view.zone, lang)]
    )
    heads = ("at", "group", "kind", "subject", "was", "now", "why", "who", "leaf")
    return _handed_out(visit, "edits", heads, rows)


@require_safe
def trail_csv(request: HttpRequest) -> HttpResponse:
    """Return the whole audit trail, as it stood before this export."""
    visit = visit_of(request)
    visit.look.demand_words(())
    names = ("number", "at_s", "actor", "roles", "enterprise", "kind", "subject", "outcome",
             "body", "request_id", "id", "before")  # fmt: skip
    facts = map(trail_facts, visit.source.accounts.trail.entries())
    rows = ([_cell(each[name]) for name in names] for each in facts)
    return _answer("trail", names, rows)


@require_safe
def own_tile(request: HttpRequest, tile: str) -> HttpResponse:
    """Return a tile of the park's own log, published or not."""
    visit = visit_of(request)
    visit.look.demand_words(())
    content = visit.ask(build_tile, tile)
    if content is None:
        return not_found(request)
    response = HttpResponse(content, content_type="application/octet-stream")
    response["Cache-Control"] = _FOR_EVER
    return response


def build_sealed(ports: Ports) -> int:
    """Return how many entries of the audit trail are under a head in the log."""
    return max((act.n for act in ports.registry.logged() if act.kind == SEALED), default=0)


def _group(word: str | None) -> EditGroup | None:
    if word is None:
        return None
    if word not in set(EditGroup):
        raise QueryError(
            given=f"group={word!r:.60}",
            expected=f"one of {', '.join(EditGroup)}",
            remedy="correct the address",
        )
    return EditGroup(word)


def _trail(visit: Visit) -> TrailShown | None:
    """Return the newest entries, for whoever may read them."""
    if visit.viewer is None or Right.READ_TRAIL not in visit.viewer.rights:
        return None
    trail = visit.source.accounts.trail
    size, _ = trail.head()
    return TrailShown(trail.latest(TRAIL_SHOWN), size, visit.ask(build_sealed))


def _handed_out(
    visit: Visit, name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]
) -> HttpResponse:
    visit.look.demand_words(())
    return _answer(name, heads, rows)


def _answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[Value]]) -> HttpResponse:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in chain([heads], rows):
        writer.writerow([csv_words(each) if isinstance(each, str) else each for each in row])
    # Without the mark a spreadsheet takes Chinese for another encoding.
    response = HttpResponse(_BOM + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-cache"
    return response


def _cell(value: object) -> Value:
    if value is None or isinstance(value, int | str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
