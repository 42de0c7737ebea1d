"""Sessions as rows of the accounts: idle for half an hour at most, twelve hours in all.

The row is named by a hash of what the cookie holds, so that a copy of the file signs nobody in.
What a person sees of their sessions, and what ends them at once, is the same row.
"""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from typing_extensions import override

from taihang.interfaces.accounts import present

IDLE_MOST: Final = timedelta(minutes=30)
LASTS_MOST: Final = timedelta(hours=12)
STARTED: Final = "started_at_s"
"""Key of a session: when it began."""
SEEN: Final = "seen_at_s"
"""Key of a session: when somebody last did something in it."""
FROM: Final = "from"
"""Key of a session: the address that it began at."""
WITH: Final = "with"
"""Key of a session: the browser that it began in, as it names itself."""
_KEY_CHARS: Final = 40
_COOKIE_BYTES: Final = 32
_AGENT_CHARS: Final = 200


class SignedIn(AbstractBaseSession):
    """One session; its key is a hash of the cookie."""

    user_id = models.BigIntegerField(null=True, db_index=True)
    """Whose it is; none before somebody has signed in."""
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=64, blank=True, default="")
    agent = models.CharField(max_length=_AGENT_CHARS, blank=True, default="")

    class Meta(AbstractBaseSession.Meta):
        """Named table."""

        app_label = "accounts"
        db_table = "signed_in"

    @classmethod
    @override
    def get_session_store_class(cls) -> "type[SessionStore]":
        return SessionStore


class SessionStore(SessionBase):
    """What Django asks of a place for sessions."""

    @override
    def load(self) -> dict[str, object]:
        key = self.session_key
        row = None if key is None else live_sessions().filter(pk=kept_key(key)).first()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row.session_data)

    @override
    def exists(self, session_key: str) -> bool:
        return SignedIn.objects.filter(pk=kept_key(session_key)).exists()

    @override
    def create(self) -> None:
        self._session_key = secrets.token_urlsafe(_COOKIE_BYTES)
        self.save(must_create=True)
        self.modified = True

    @override
    def save(self, must_create: bool = False) -> None:  # Django's own
        if self.session_key is None:
            self.create()
            return
        if must_create:
            # Loading would look for a row that is not there yet.
            self.__dict__.setdefault("_session_cache", {})
        columns = _columns(dict(self.items()), self)
        if must_create:
            SignedIn.objects.create(pk=kept_key(self.session_key), **columns)
        elif not SignedIn.objects.filter(pk=kept_key(self.session_key)).update(**columns):
            raise UpdateError

    @override
    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            SignedIn.objects.filter(pk=kept_key(key)).delete()

    @classmethod
    @override
    def clear_expired(cls) -> None:
        SignedIn.objects.filter(expire_date__lte=present.now()).delete()


def kept_key(session_key: str) -> str:
    """Return the name of the row of a session.

    Example:
        >>> len(kept_key("a" * 32))
        40
    """
    return hashlib.sha256(session_key.encode()).hexdigest()[:_KEY_CHARS]


def ends_at(*, started_s: int, seen_s: int) -> datetime:
    """Return when a session ends if nothing more is done in it.

    Args:
        started_s: When it began. [s]
        seen_s: When somebody last did something in it. [s]

    Example:
        >>> ends_at(started_s=0, seen_s=0).isoformat()
        '1970-01-01T00:30:00+00:00'
        >>> ends_at(started_s=0, seen_s=12 * 3600 - 60).isoformat()
        '1970-01-01T12:00:00+00:00'
    """
    return min(_instant(seen_s) + IDLE_MOST, _instant(started_s) + LASTS_MOST)


def live_sessions() -> "models.QuerySet[SignedIn]":
    """Return the sessions that have not ended."""
    return SignedIn.objects.filter(expire_date__gt=present.now())


def sessions_of(user_id: int) -> "list[SignedIn]":
    """Return the live sessions of a user, the latest first."""
    return list(live_sessions().filter(user_id=user_id).order_by("-seen_at"))


def end_sessions(user_id: int, *, but: str | None = None, only: str | None = None) -> int:
    """End sessions of a user at once: the next request in them is a stranger's.

    Args:
        user_id: Whose.
        but: Name of a row that stays.
        only: Name of the row to end; None ends all.

    Returns:
        How many ended.
    """
    found = SignedIn.objects.filter(user_id=user_id)
    if but is not None:
        found = found.exclude(pk=but)
    if only is not None:
        found = found.filter(pk=only)
    n_ended, _ = found.delete()
    return n_ended


def _columns(data: dict[str, object], store: SessionBase) -> dict[str, object]:
    now_s = present.now_s()
    started_s = _seconds(data, STARTED, now_s)
    seen_s = _seconds(data, SEEN, now_s)
    user = data.get(SESSION_KEY)
    return {
        "session_data": store.encode(data),
        "expire_date": ends_at(started_s=started_s, seen_s=seen_s),
        "user_id": None if user is None else int(str(user)),
        "started_at": _instant(started_s),
        "seen_at": _instant(seen_s),
        "address": str(data.get(FROM, "")),
        "agent": str(data.get(WITH, ""))[:_AGENT_CHARS],
    }


def _seconds(data: Mapping[str, object], name: str, now_s: int) -> int:
    found = data.get(name)
    return found if isinstance(found, int) else now_s


def _instant(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
