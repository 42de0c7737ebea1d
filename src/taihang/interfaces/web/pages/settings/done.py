"""What was just saved, said on the page that shows it."""

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from taihang.core.seal.trail import Outcome
from taihang.interfaces.web.newest import zone_of
from taihang.interfaces.web.pages.settings.kinds import EDIT, page_of
from taihang.interfaces.web.pages.settings.park_page import Past, past_changes
from taihang.interfaces.web.visit import Visit

DONE = "done"
"""The word of an address that names the act that was done."""
_SEE_OTHER = 303


def find_done(visit: Visit, words: Mapping[str, str]) -> Past | None:
    """Return the change of the park that an address says was made; None where it names none.

    Args:
        visit: Who looks.
        words: The words of the address.
    """
    act = words.get(DONE, "")
    record = visit.source.accounts.trail.find(act, Outcome.DONE) if act else None
    if record is None or record.entry.kind != EDIT:
        return None
    return next(iter(past_changes([record], zone=visit.ask(zone_of))), None)


def to_done(kind: str, act: str) -> HttpResponse:
    """Lead to the page that shows a table, where it says what was saved.

    Args:
        kind: The table.
        act: The act.
    """
    response = redirect(f"{reverse(address_name(kind))}?{DONE}={act}")
    response.status_code = _SEE_OTHER
    return response


def address_name(kind: str) -> str:
    """Return the name of the address of the page that shows a table.

    Example:
        >>> address_name("meters"), address_name("park")
        ('settings-gateways', 'settings')
    """
    page = page_of(kind)
    return "settings" if page == "park" else f"settings-{page}"
