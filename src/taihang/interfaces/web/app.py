"""The ASGI application: Django with one park's source behind it."""

from collections.abc import Sequence
from importlib import import_module
from typing import cast

from django.core.asgi import get_asgi_application
from django.urls import URLPattern, URLResolver

from taihang.config.django_settings import ensure_django
from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send
from taihang.interfaces.web.body import with_bounded_bodies
from taihang.interfaces.web.built_files import with_built_files
from taihang.interfaces.web.live.hub import Hub
from taihang.interfaces.web.live.stream import with_live
from taihang.interfaces.web.policy import demand_policies
from taihang.interfaces.web.source import Source
from taihang.interfaces.web.visit import SOURCE_KEY


def create_application(source: Source) -> AsgiApplication:
    """Return the web service of one park.

    The source travels in the scope of each request, not in a global: two parks, or two tests, can
    stand side by side in one process.

    Args:
        source: Where the pages get their figures; called from several threads at once.

    Returns:
        An ASGI application for HTTP.

    Raises:
        UnguardedRouteError: If an address has no policy.
    """
    ensure_django()
    django = with_bounded_bodies(get_asgi_application())
    urls = import_module("taihang.interfaces.web.urls")
    demand_policies(cast("Sequence[URLPattern | URLResolver]", urls.urlpatterns))

    accounts = source.accounts

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # The pages open no socket and keep nothing across the server's start and stop.
            raise NotImplementedError(scope["type"])
        with accounts.served():
            await django({**scope, SOURCE_KEY: source}, receive, send)

    return with_built_files(with_live(application, Hub(source)))
