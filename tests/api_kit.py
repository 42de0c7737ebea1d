"""The interface of a served park, asked as members of any role and tenant."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

from django.conf import settings

from asgi_client import Answer, ask
from members import ask_as, cookie
from taihang.core.access.role import Role
from taihang.interfaces.api.call import DESKS
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource

BASE: Final = "/api/v1"
TOKEN: Final = "t" * 32
"""The secret of a form, as a browser holds it in its cookie."""
Facts = dict[str, Any]
"""A JSON object; what is inside is compared, never computed with."""


@dataclass(frozen=True)
class Served:
    """One park with its web service."""

    source: ParkSource
    application: AsgiApplication

    def get(
        self,
        address: str,
        *roles: Role,
        enterprise: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Answer:
        """Ask; an address without a host is one of the interface."""
        return ask_as(
            self.application,
            BASE + address,
            *roles,
            enterprise=enterprise,
            accounts=self.source.accounts,
            headers=headers,
        )

    def facts(self, address: str, *roles: Role, enterprise: str = "") -> Facts:
        """Ask for JSON that has to be there."""
        answer = self.get(address, *roles, enterprise=enterprise)
        assert answer.status == 200, (address, answer.text)
        return cast("Facts", json.loads(answer.body))

    def put(
        self,
        address: str,
        body: bytes,
        *roles: Role,
        enterprise: str = "",
        media: str = "application/json",
        token: str = TOKEN,
    ) -> tuple[int, Facts]:
        """Do something with a session and the secret of a form; return status and JSON."""
        signed = cookie(self.source.accounts, *(roles or (Role.ACCOUNTANT,)), enterprise=enterprise)
        answer = ask(
            self.application,
            BASE + address,
            method="PUT",
            headers={
                "content-type": media,
                "cookie": f"{signed}; {settings.CSRF_COOKIE_NAME}={TOKEN}",
                "x-csrftoken": token,
            },
            body=body,
        )
        return answer.status, cast("Facts", json.loads(answer.body))

    def stranger(self, address: str, *, method: str = "GET") -> Answer:
        """Ask as nobody."""
        return ask(self.application, BASE + address, method=method)


@contextmanager
def served(root: Path) -> Generator[Served]:
    """Serve a park; its workers end afterwards."""
    source = ParkSource(root)
    try:
        yield Served(source, create_application(source))
    finally:
        DESKS.close()
