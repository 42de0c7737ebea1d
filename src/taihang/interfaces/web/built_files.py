"""The built scripts, styles and pictures over HTTP, before anybody asks who wants them.

They are the same for all parks and all people, and each page needs several of them at once: they
come from memory, without a session being looked up for each.
"""

from typing import Final

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send
from taihang.interfaces.web.assets import PREFIX, Asset, find_asset
from taihang.interfaces.web.security import HEADERS

_SECURITY: Final = tuple((name.lower().encode(), value.encode()) for name, value in HEADERS.items())


def with_built_files(application: AsgiApplication) -> AsgiApplication:
    """Return an application that serves the built files and passes on the rest.

    What is no file of the build, or is asked for under a foreign host name, is passed on too: it
    is refused as any other address is.

    Args:
        application: Answers everything else.

    Returns:
        An ASGI application for HTTP.
    """

    async def both(scope: Message, receive: Receive, send: Send) -> None:
        found = _asked(scope)
        if found is None:
            await application(scope, receive, send)
        else:
            await _answer(scope["method"], found, send)

    return both


def _asked(scope: Message) -> Asset | None:
    """Return the file that a request asks for."""
    if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
        return None
    path: str = scope["path"]
    if not path.startswith(PREFIX) or not _is_our_host(scope):
        return None
    return find_asset(path.removeprefix(PREFIX))


def _is_our_host(scope: Message) -> bool:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1:
        return False
    domain, _ = split_domain_port(hosts[0].decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


async def _answer(method: str, file: Asset, send: Send) -> None:
    headers = [
        (b"content-type", file.content_type.encode()),
        (b"content-length", str(len(file.content)).encode()),
        (b"cache-control", file.cache_control.encode()),
        *_SECURITY,
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else file.content})
