"""Keeps a session alive while somebody does something in it; pages that refresh do not."""

from collections.abc import Callable
from typing import Final

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.sessions import FROM, SEEN, STARTED, WITH
from taihang.interfaces.accounts.sign_in import client_address

WRITTEN_EVERY_S: Final = 60
"""A session is written once in so long at most: a row a click would be a write a click."""
_BY_ITSELF: Final = frozenset(("cors", "no-cors", "same-origin", "websocket"))
"""Values of Sec-Fetch-Mode of what a page asks for by itself: live figures, styles, scripts."""


class SessionActivity:
    """Middleware behind that of the sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Note when somebody was last seen."""
        session = request.session
        if SESSION_KEY in session and is_deed(request):
            now_s = present.now_s()
            seen_s = session.get(SEEN)
            if not isinstance(seen_s, int) or now_s - seen_s >= WRITTEN_EVERY_S:
                session[SEEN] = now_s
        return self._get_response(request)


def is_deed(request: HttpRequest) -> bool:
    """Say whether a person asked, and not a page that refreshes itself."""
    if request.method not in {"GET", "HEAD"}:
        return True
    return request.headers.get("sec-fetch-mode", "navigate") not in _BY_ITSELF


def begin_session(request: HttpRequest) -> None:
    """Note when and where a session begins; called once somebody has signed in."""
    now_s = present.now_s()
    request.session[STARTED] = now_s
    request.session[SEEN] = now_s
    request.session[FROM] = client_address(request)
    request.session[WITH] = request.headers.get("user-agent", "")
