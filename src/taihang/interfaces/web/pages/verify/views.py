"""The verifier's page: the file never leaves the browser, the server only hands out the program."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from taihang.core.access.scope import WHOLE_PARK
from taihang.interfaces.catalogue import raw_texts
from taihang.interfaces.web.pages.verify.build import build_own_log
from taihang.interfaces.web.visit import visit_of

WORDS: Final = ("from",)
"""Address of this server under which the page finds a file to begin with."""
_FILE: Final = "verify_taihang.py"


@require_safe
def verify_page(request: HttpRequest) -> HttpResponse:
    """Show the page on which a proof file is dropped."""
    visit = visit_of(request)
    visit.look.demand_words(WORDS)
    # Keys of a log are there to be published: a stranger compares them with those that he holds.
    log = visit.source.ask(build_own_log, scope=WHOLE_PARK)
    data = {
        "origin": log.origin,
        "keys": list(log.keys),
        "texts": raw_texts(prefixes=("verify_page.",), lang=visit.look.lang),
    }
    context = {"log": log, "page_data": data, "program_sha256": sha256(program()).hexdigest()}
    return visit.show("taihang/pages/verify.html", context)


@require_safe
def verifier_file(request: HttpRequest) -> HttpResponse:
    """Hand out the verifier that runs without a browser, one file of Python."""
    visit_of(request).look.demand_words(())
    response = HttpResponse(program(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_FILE}"'
    response["Cache-Control"] = "no-cache"
    return response


@cache
def program() -> bytes:
    """Return the bytes of the verifier in Python."""
    return files("taihang.interfaces").joinpath(_FILE).read_bytes()
