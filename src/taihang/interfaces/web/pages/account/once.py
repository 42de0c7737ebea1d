"""What is shown once after a form was sent: a link or a key, closed until it is shown."""

from typing import Final, cast

from django.http import HttpRequest

from taihang.interfaces.web.visit import visit_of

_KEPT: Final = "shown_once"


def show_once(request: HttpRequest, words: str) -> None:
    """Keep a secret for the next page; a copy of the accounts file does not tell it.

    Args:
        request: The request that made it.
        words: The secret.
    """
    box = visit_of(request).source.accounts.box
    request.session[_KEPT] = box.encrypt(words.encode()).decode()


def take_shown_once(request: HttpRequest) -> str:
    """Return the secret that waits to be shown, and forget it; empty if none does."""
    closed = cast("str | None", request.session.pop(_KEPT, None))
    if closed is None:
        return ""
    return visit_of(request).source.accounts.box.decrypt(closed.encode()).decode()
