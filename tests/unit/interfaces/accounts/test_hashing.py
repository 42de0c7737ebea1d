"""Passwords are kept with argon2id at OWASP's floor, four at a time."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock

import pytest
from django.contrib.auth.hashers import check_password, get_hasher, make_password

from taihang.config.django_settings import ensure_django
from taihang.interfaces.accounts import hashing
from taihang.interfaces.accounts.hashing import AT_ONCE, BusyHashingError, ParkArgon2, turn

ensure_django()


def test_park_argon2__is_what_django_uses_first_with_the_agreed_cost() -> None:
    kept = make_password("seven hills of an autumn day")

    assert isinstance(get_hasher("default"), ParkArgon2)
    assert kept.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_password("seven hills of an autumn day", kept)
    assert not check_password("seven hills of an autumn dax", kept)


def test_turn__no_more_than_four_hash_at_a_time() -> None:
    lock, now, most = Lock(), 0, 0

    def work(_: int) -> None:
        nonlocal now, most
        with turn():
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.01)
            with lock:
                now -= 1

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(work, range(64)))

    assert most == AT_ONCE


def test_turn__whoever_gets_none_in_time_is_told_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hashing, "PATIENCE_S", 0.01)

    with ExitStack() as held:
        for _ in range(AT_ONCE):
            held.enter_context(turn())
        with pytest.raises(BusyHashingError), turn():
            pass
    with turn():
        pass
