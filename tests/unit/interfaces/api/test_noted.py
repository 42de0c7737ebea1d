"""What is written into the trail beside acts, and with whose key somebody asks."""

from collections.abc import Generator
from pathlib import Path

import pytest
from django.contrib.auth.models import User

import canary_park
import small_park
from api_kit import BASE, Served, served
from asgi_client import Answer, ask
from canary_park import METERS, TENANTS, canaries, others
from members import cookie
from taihang.core.access.role import Right, Role
from taihang.core.seal.trail import Outcome
from taihang.interfaces.accounts.keys import NewKey, make_key, revoke_key
from taihang.interfaces.accounts.models import Member

OWN = TENANTS[0]


@pytest.fixture
def park(tmp_path: Path) -> Generator[Served]:
    with served(canary_park.made(tmp_path / "park")) as found:
        yield found


def key_of(park: Served, *rights: Right, role: Role, enterprise: str = "") -> tuple[str, str]:
    """Return a key of a member, and its public half."""
    cookie(park.source.accounts, role, enterprise=enterprise)
    name = f"{role.value}@{enterprise}" if enterprise else role.value
    with park.source.accounts.served():
        maker = Member.objects.get(user=User.objects.get(username=name))
        words = make_key(NewKey(name="a machine", rights=frozenset(rights), days=9), maker=maker)
    return words.written, words.key_id


def ask_with(park: Served, key: str, address: str, **headers: str) -> Answer:
    return ask(
        park.application,
        BASE + address,
        headers={"authorization": f"Bearer {key}", **headers},
    )


def entries(park: Served, kind: str) -> list[tuple[str, Outcome, str | None]]:
    with small_park.opened(park.source.root, writing=False) as ports:
        return [
            (record.entry.subject, record.entry.outcome, record.entry.enterprise)
            for record in ports.trail.entries(kind=kind)
            if record.entry.enterprise is None or record.entry.actor != f"person-{OWN}"
        ]


def test_key__may_what_was_lent_to_it_and_no_more(park: Served) -> None:
    key, key_id = key_of(park, Right.SEE_OWN, role=Role.ENTERPRISE_ADMIN, enterprise=OWN)

    own = ask_with(park, key, "/enterprises")

    assert own.status == 200
    assert not canaries(others(OWN)).search(own.text)
    assert ask_with(park, key, "/assets").status == 403
    assert (key_id, Outcome.DONE, OWN) in entries(park, "key-use")
    assert len(entries(park, "key-use")) == 1, "once an hour, not once a request"


def test_key__that_is_wrong_or_revoked_opens_nothing_whatever_the_session(park: Served) -> None:
    key, key_id = key_of(park, Right.SEE_OWN, role=Role.REGULATOR)
    session = cookie(park.source.accounts, Role.REGULATOR)

    assert ask_with(park, key, "/park").status == 200
    assert ask_with(park, f"{key}x", "/park", cookie=session).status == 401
    with park.source.accounts.served():
        maker = Member.objects.get(user__username=Role.REGULATOR.value)
        assert revoke_key(key_id, members=[maker])
    assert ask_with(park, key, "/park").status == 401


def test_exports__are_written_down_with_what_was_taken(park: Served) -> None:
    address = f"/exports/readings.csv?points={METERS[OWN]}&period=2026-08-12"

    park.get(address, Role.ENTERPRISE_USER, enterprise=OWN)
    park.get("/park", Role.ENTERPRISE_USER, enterprise=OWN)

    found = [each for each in entries(park, "export") if each[0].startswith(BASE)]
    assert found == [(f"{BASE}{address}", Outcome.DONE, OWN)]


def test_refusals__are_written_down_once_a_minute(park: Served) -> None:
    for _ in range(3):
        park.get("/assets", Role.ENTERPRISE_USER, enterprise=OWN)
    park.get("/balance?period=2026-08", Role.DISPATCHER, enterprise=OWN)

    assert entries(park, "access") == [
        ("/assets", Outcome.REFUSED, OWN),
        ("/balance", Outcome.REFUSED, OWN),
    ]
