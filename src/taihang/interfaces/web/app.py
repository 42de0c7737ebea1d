"""The ASGI application: Django with one park's source behind it."""

from django.core.asgi import get_asgi_application

from taihang.config.django_settings import ensure_django
from taihang.interfaces.asgi import AsgiApplication, Message, Receive, Send
from taihang.interfaces.web.view import OverviewSource
from taihang.interfaces.web.views import SOURCE_KEY


def create_application(source: OverviewSource) -> AsgiApplication:
    """Return the web service of one park.

    The source travels in the scope of each request, not in a global: two parks, or two tests, can
    stand side by side in one process.

    Args:
        source: Where the pages get their figures; called from several threads at once.

    Returns:
        An ASGI application for HTTP.
    """
    ensure_django()
    django = get_asgi_application()

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            # The pages open no socket and keep nothing across the server's start and stop.
            raise NotImplementedError(scope["type"])
        await django({**scope, SOURCE_KEY: source}, receive, send)

    return application
