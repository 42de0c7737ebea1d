"""Second factors as allauth keeps them, their seeds closed with a key of the park."""

from typing import Final, cast

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.request import split_domain_port
from typing_extensions import override

from taihang.interfaces.accounts.opening import accounts_served
from taihang.interfaces.accounts.sign_in import refusal
from taihang.interfaces.accounts.wording import words

ISSUER: Final = "Taihang 太行"
"""How an app or a key names where its codes are for, before the host."""
_TRUE_FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class ParkFactorAdapter(DefaultMFAAdapter):
    """What the park does otherwise than allauth."""

    @override
    def validation_error(self, code: str, *args: object) -> ValidationError:
        """Return a refusal in the words of the catalogue."""
        return refusal(code)

    @override
    def encrypt(self, text: str) -> str:
        """Close a seed, so that a copy of the accounts file makes no codes."""
        return accounts_served().box.encrypt(text.encode()).decode()

    @override
    def decrypt(self, encrypted_text: str) -> str:
        """Open a seed."""
        return accounts_served().box.decrypt(encrypted_text.encode()).decode()

    @override
    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """Return the name of the member, as the app shows it."""
        return user.get_username()

    @override
    def get_totp_issuer(self) -> str:
        """Return where codes are for."""
        return f"{ISSUER} {_host()}"

    @override
    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        """Return a name for a new passkey."""
        n_known = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return words("accounts.passkey.name", n=n_known + 1)

    @override
    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whom passkeys are made for: the host, by its name."""
        return {"id": _host(), "name": ISSUER}


def has_second_factor(user_id: int) -> bool:
    """Say whether a user has an app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=user_id, type__in=_TRUE_FACTORS).exists()


def drop_second_factors(user_id: int) -> int:
    """Take every second factor of a user away; return how many there were."""
    n_dropped, _ = Authenticator.objects.filter(user_id=user_id).delete()
    return n_dropped


def _host() -> str:
    request = cast("HttpRequest", context.request)
    domain, _ = split_domain_port(request.get_host())
    return domain
