"""``python -m taihang.interfaces.api.make_client``: print the source of the client of today."""

import sys

from taihang.config.django_settings import ensure_django

ensure_django()

# The interface may only be imported when Django is set up, hence below the call.
from taihang.interfaces.api.client_code import client_code  # noqa: E402
from taihang.interfaces.api.document import document  # noqa: E402
from taihang.interfaces.api.urls import SERVICE  # noqa: E402


def client_source() -> str:
    """Return the source of the client, as a formatter has yet to lay it out."""
    return client_code(document(SERVICE, lang="en"))


if __name__ == "__main__":
    sys.stdout.write(client_source())
