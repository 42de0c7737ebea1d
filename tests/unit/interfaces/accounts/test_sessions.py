"""Sessions end when idle, end in any case, and lie in the file as hashes."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.base import UpdateError

from taihang.core.access.role import Role
from taihang.interfaces.accounts import present
from taihang.interfaces.accounts.models import SignedIn
from taihang.interfaces.accounts.sessions import (
    IDLE_MOST,
    LASTS_MOST,
    SessionStore,
    ends_at,
    kept_key,
)
from visitor import PASSWORD, People, Visitor, people

START = present.now()


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found:
        found.member("anna", Role.WITNESS, password=PASSWORD)
        yield found


class Later:
    """Moves the clock of the accounts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self._at = present.now()

    def by(self, step: timedelta) -> None:
        self._at += step
        at = self._at
        self._monkeypatch.setattr(present, "now", lambda: at)
        self._monkeypatch.setattr(present, "now_s", lambda: int(at.timestamp()))


def is_in(visitor: Visitor, **headers: str) -> bool:
    return visitor.get("/account/", **headers).status == 200


def test_session__ends_after_half_an_hour_without_an_action(
    park: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Later(monkeypatch)
    visitor = park.signed_in("anna")

    later.by(IDLE_MOST - timedelta(seconds=5))
    assert is_in(visitor)
    later.by(IDLE_MOST - timedelta(seconds=5))
    assert is_in(visitor)
    later.by(IDLE_MOST + timedelta(seconds=5))
    assert not is_in(visitor)


def test_session__ends_after_twelve_hours_whatever_is_done(
    park: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Later(monkeypatch)
    visitor = park.signed_in("anna")
    hours = 0.0
    while is_in(visitor):
        later.by(timedelta(minutes=20))
        hours += 1 / 3

    assert timedelta(hours=12) == LASTS_MOST
    assert 12 <= hours < 12.4


def test_session__what_a_page_asks_for_by_itself_keeps_nothing_alive(
    park: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Later(monkeypatch)
    visitor = park.signed_in("anna")
    for _ in range(2):
        later.by(timedelta(minutes=14))
        assert is_in(visitor, **{"sec-fetch-mode": "cors"})
    later.by(timedelta(minutes=4))

    assert not is_in(visitor, **{"sec-fetch-mode": "navigate"})


def test_session_store__keeps_a_hash_of_the_key_and_finds_it_again(park: People) -> None:
    with park.accounts.served():
        store = SessionStore()
        store["word"] = "kept"
        store.save()
        key = str(store.session_key)

        assert not SignedIn.objects.filter(pk=key).exists()
        assert SignedIn.objects.filter(pk=kept_key(key)).exists()
        assert SessionStore(key)["word"] == "kept"
        assert SessionStore(kept_key(key)).get("word") is None
        assert SessionStore().exists(key)


def test_session_store__what_was_ended_meanwhile_does_not_come_back(park: People) -> None:
    with park.accounts.served():
        store = SessionStore()
        store["word"] = "kept"
        store.save()
        open_elsewhere = SessionStore(store.session_key)
        assert open_elsewhere["word"] == "kept"
        store.delete()

        open_elsewhere["word"] = "again"
        with pytest.raises(UpdateError):
            open_elsewhere.save()
        assert SessionStore(store.session_key).get("word") is None


def test_session_store__cycling_the_key_keeps_the_words_and_ends_the_old_one(park: People) -> None:
    with park.accounts.served():
        store = SessionStore()
        store["word"] = "kept"
        store.save()
        before = str(store.session_key)
        store.cycle_key()

        assert SessionStore(store.session_key)["word"] == "kept"
        assert SessionStore(before).get("word") is None


def test_clear_expired__takes_away_what_has_ended(
    park: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Later(monkeypatch)
    park.signed_in("anna")
    later.by(IDLE_MOST + timedelta(minutes=1))
    with park.accounts.served():
        SessionStore.clear_expired()

        assert not SignedIn.objects.exists()


def test_ends_at__is_never_later_than_the_end_of_both() -> None:
    for idle_min in range(0, 900, 7):
        end = ends_at(started_s=0, seen_s=idle_min * 60)
        assert end.timestamp() == min(idle_min * 60 + 1800, 12 * 3600)
