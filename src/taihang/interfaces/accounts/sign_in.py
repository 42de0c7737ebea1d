"""How allauth signs people of the park in: nobody signs up, and whoever guesses is slowed down."""

from typing import Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from typing_extensions import override

from taihang.core.seal.trail import Outcome
from taihang.interfaces.accounts.deeds import Deed, write_down
from taihang.interfaces.accounts.opening import accounts_served
from taihang.interfaces.accounts.viewer import viewer_of
from taihang.interfaces.accounts.wording import words
from taihang.interfaces.catalogue import has_text
from taihang.services.trail import LOGIN

_WAIT: Final = "accounts.error.wait"
_MINUTE_S: Final = 60


class ParkAccountAdapter(DefaultAccountAdapter):
    """What the park does otherwise than allauth."""

    @override
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Members are invited; strangers cannot make an account."""
        return False

    @override
    def validation_error(self, code: str, *args: object) -> ValidationError:
        """Return a refusal in the words of the catalogue."""
        return refusal(code)

    @override
    def authenticate(self, request: HttpRequest, **credentials: str) -> AbstractBaseUser | None:
        """Return whose name and password these are, if nobody has guessed too often."""
        name = credentials.get("username") or credentials.get("email", "")
        address = self.get_client_ip(request)
        wait_s = accounts_served().brake.take(name, address)
        if wait_s > 0:
            raise ValidationError(words(_WAIT, minutes=_minutes(wait_s)), code="wait")
        user = super().authenticate(request, **credentials)
        if user is not None:
            accounts_served().brake.passed(name, address)
        return user

    @override
    def pre_authenticate(self, request: HttpRequest, **credentials: str) -> None:
        """Nothing: the brake of the park has counted the attempt."""

    @override
    def authentication_failed(self, request: HttpRequest, **credentials: str) -> None:
        """Write the refusal down; not the name, which may be a password in the wrong field."""
        viewer = viewer_of(request.user)
        deed = Deed(kind=LOGIN, outcome=Outcome.REFUSED, said={"factor": "password"})
        write_down(deed, by=viewer)

    @override
    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that a request comes from; a header is believed of a proxy only."""
        return client_address(request)

    @override
    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return to one's own account."""
        return "/account/"

    @override
    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        """Nothing: parks have no mail server."""

    @override
    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: object = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Keep what was done for the next page, in the words of the catalogue."""
        stem = (message_template or "").rpartition("/")[2].removesuffix(".txt")
        key = f"accounts.done.{stem}"
        told = message or (words(key) if has_text(key) else "")
        if told:
            messages.add_message(request, level, told)


def client_address(request: HttpRequest) -> str:
    """Return the address that a request comes from; empty where the server knows none.

    Args:
        request: The request.
    """
    return get_client_ip(request) or ""


def refusal(code: str) -> ValidationError:
    """Return a refusal in the words of the catalogue, one sentence for all that must look alike.

    Args:
        code: What allauth calls it.
    """
    key = "wrong_name_or_password" if code.endswith("_password_mismatch") else code
    return ValidationError(words(f"accounts.error.{key}"), code=code)


def _minutes(wait_s: float) -> int:
    return max(1, -(-int(wait_s) // _MINUTE_S))
