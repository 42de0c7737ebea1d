"""Every file that a member takes along is one entry of the audit trail, and nothing else is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import product
from typing import Final, cast
from urllib.parse import quote

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from asgi_client import Answer, ask
from command_line import DemoPark
from members import ask_as
from taihang import wiring
from taihang.adapters.stores.trail import TrailWriteError
from taihang.core.access.role import OF_ENTERPRISE, Role
from taihang.core.seal.trail import TrailEntry
from taihang.interfaces.asgi import AsgiApplication
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.interfaces.web.policy import API, policy_of, routes
from taihang.services.trail import EXPORT

Served = tuple[AsgiApplication, ParkSource]
EVERYBODY: Final = tuple(role for role in Role if role not in OF_ENTERPRISE)
"""Roles of the park; together they may ask for everything."""
FILES: Final = frozenset(
    (
        "alarms.csv",
        "assets/<str:plant>/days.csv",
        "assets/plants.csv",
        "c/<str:certificate_id>/file",
        "carbon/month.csv",
        "carbon/year.csv",
        "companies/companies.csv",
        "dispatch/days.csv",
        "dispatch/ledger.csv",
        "flows/flows.csv",
        "flows/power.csv",
        "green/certificates.csv",
        "green/certificates/<str:certificate_id>.<slug:form>",
        "green/day.csv",
        "green/hours.csv",
        "green/matching.csv",
        "green/ratios.csv",
        "market/plants.csv",
        "market/settlement.<slug:form>",
        "market/users.csv",
        "points/<str:point>/year.csv",
        "settings/park.toml",
        "trust/coverage.csv",
        "trust/edits.csv",
        "trust/gaps.csv",
        "trust/trail.csv",
        "verify/verify_taihang.py",
    )
)
"""Addresses that hand out a file of the demo park; a new one belongs here."""


@pytest.fixture(scope="module")
def served(demo_park: DemoPark) -> Iterator[Served]:
    source = ParkSource(demo_park.root)
    yield create_application(source), source
    source.accounts.close()


@pytest.fixture(scope="module")
def ids(demo_park: DemoPark) -> Mapping[str, Sequence[str]]:
    """What may stand in the places of addresses."""
    with wiring.open_park(demo_park.root, writing=False) as ports:
        park, certificates = ports.park, ports.registry.certificates
        own = [one.id for user in park.users for one in certificates.certificates_of(user)]
        return {
            "plant": [*park.plants][:1],
            "point": [*park.meters][:1],
            "certificate_id": own[:1],
            "form": ["html", "pdf"],
        }


def taken(served: Served, address: str, method: str = "GET") -> tuple[Answer, list[TrailEntry]]:
    """Ask, and return what was written down meanwhile as an export."""
    application, source = served
    before, _ = source.accounts.trail.head()
    answer = ask_as(application, address, *EVERYBODY, accounts=source.accounts, method=method)
    new = [record.entry for record in source.accounts.trail.entries(before)]
    return answer, [entry for entry in new if entry.kind == EXPORT]


def filled(ids: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yield each route of a page with an address of it."""
    patterns = cast("Sequence[URLPattern | URLResolver]", get_resolver().url_patterns)
    for route, view in routes(patterns):
        places = re.findall(r"<\w+:(\w+)>", route)
        if policy_of(view) == API or not ids.keys() >= set(places):
            continue
        for values in product(*(ids[place] for place in places)):
            address = route
            for place, value in zip(places, values, strict=True):
                address = re.sub(rf"<\w+:{place}>", quote(value, safe=":"), address)
            yield route, f"/{address}"


def is_file(answer: Answer) -> bool:
    return answer.headers.get("content-disposition", "").startswith("attachment")


def test_pages__write_one_entry_for_each_file_and_none_for_a_page(
    served: Served, ids: Mapping[str, Sequence[str]]
) -> None:
    found: set[str] = set()
    for route, address in filled(ids):
        answer, exports = taken(served, address)

        assert len(exports) == is_file(answer), (address, answer.status)
        if is_file(answer):
            found.add(route)
            assert exports[0].subject == address
            assert exports[0].body["sha256"] == sha256(answer.body).hexdigest()
            assert exports[0].body["bytes"] == len(answer.body)

    assert found == FILES


def test_pages__that_are_looked_at_are_no_exports(served: Served) -> None:
    for address in ("/green/", "/trust", "/flows/?lang=en"):
        answer, exports = taken(served, address)

        assert (answer.status, exports) == (200, [])


def test_exports__of_which_no_byte_is_handed_out_are_none(served: Served) -> None:
    assert taken(served, "/alarms.csv", "HEAD")[1] == []
    assert taken(served, "/green/day.csv?period=2026")[1] == []


def test_exports__of_strangers_are_not_written_down(served: Served) -> None:
    application, source = served
    before = source.accounts.trail.head()

    assert is_file(ask(application, "/verify/verify_taihang.py"))
    assert source.accounts.trail.head() == before


def test_exports__that_cannot_be_written_down_are_not_handed_out(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_entry: TrailEntry) -> None:
        raise TrailWriteError(given="a full disk", expected="room", remedy="make room")

    taken(served, "/alarms.csv")
    monkeypatch.setattr(served[1].accounts.trail, "append", full)

    answer, _ = taken(served, "/alarms.csv")

    assert answer.status >= 500
    assert not is_file(answer)
