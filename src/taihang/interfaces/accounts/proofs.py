"""How somebody proved in this session who they are, as allauth remembers it."""

from typing import Final, cast

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

VOUCHED: Final = "socialaccount"
"""Another provider vouched for them."""
_OWNER_KEY: Final = f"{AUTHENTICATION_METHODS_SESSION_KEY}_user"


def proofs_in(session: SessionBase) -> tuple[str, ...]:
    """Return the kinds of proof that were given in a session, in order, each once.

    Args:
        session: The session of somebody who is signed in, or is about to be.

    Returns:
        Of ``password``, ``totp``, ``webauthn``, ``recovery_codes``, :data:`VOUCHED` those given by
        the user of the session.
    """
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY)
    user, owner = session.get(SESSION_KEY), session.get(_OWNER_KEY)
    if not isinstance(records, list) or (user is not None and user != owner):
        return ()
    kinds = [_kind(record) for record in cast("list[dict[str, object]]", records)]
    return tuple(sorted(set(kinds)))


def count_as_confirmed(session: SessionBase) -> None:
    """Let signing in count as having said who one is, for whatever asks to hear it once more."""
    records = session.get(AUTHENTICATION_METHODS_SESSION_KEY)
    if isinstance(records, list) and records:
        last = cast("list[dict[str, object]]", records)[-1]
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            *records[:-1],
            {**last, "reauthenticated": True},
        ]


def _kind(record: dict[str, object]) -> str:
    return str(record.get("type") or record.get("method"))
