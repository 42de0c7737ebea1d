"""A member who fills forms in: takes the page, its secret and its cookie, and sends the form."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import urlencode

from asgi_client import Answer, ask
from members import cookie
from taihang.core.access.role import Role
from taihang.interfaces.accounts.opening import Accounts
from taihang.interfaces.asgi import AsgiApplication

Fields = Mapping[str, str | Sequence[str]]


def secret_of(taken: Answer) -> str:
    """Return the cookie that goes with the secret of a form."""
    found = [each.partition(";")[0] for each in taken.cookies]
    (secret,) = [each for each in found if each.startswith("taihang-csrf=")]
    return secret


def hidden_of(page: Answer, form_with: str) -> dict[str, str]:
    """Return the hidden fields of the form that holds some text, without its secret."""
    forms = re.findall(r"<form.*?</form>", page.text, flags=re.DOTALL)
    (form,) = (each for each in forms if form_with in each)
    found = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}


@dataclass(frozen=True)
class Writer:
    """Somebody who is signed in, at one application."""

    app: AsgiApplication
    accounts: Accounts
    roles: tuple[Role, ...]
    enterprise: str = ""

    @property
    def cookie(self) -> str:
        """The cookie of the session."""
        return cookie(self.accounts, *self.roles, enterprise=self.enterprise)

    def open(self, address: str) -> Answer:
        """Take a page."""
        return ask(self.app, address, headers={"cookie": self.cookie})

    def send(self, page: str, address: str, fields: Fields) -> Answer:
        """Fill in the form of a page and send it to its address."""
        taken = self.open(page)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', taken.text)
        assert found, taken.text[:400]
        secret = secret_of(taken)
        body = urlencode({"csrfmiddlewaretoken": found[1], **fields}, doseq=True).encode()
        headers = {
            "cookie": f"{self.cookie}; {secret}",
            "content-type": "application/x-www-form-urlencoded",
            "origin": "http://127.0.0.1",
        }
        return ask(self.app, address, method="POST", headers=headers, body=body)
