"""What a client does happens once, whoever sends it how often."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

import canary_park
import small_park
from api_kit import Served, served
from canary_park import TENANTS, canaries
from taihang import wiring
from taihang.core.access.role import Role
from taihang.core.seal.trail import Outcome

OWN, OTHER = TENANTS[:2]
LINE = {
    "subject": OWN,
    "period": "2026-08",
    "item": "diesel",
    "flow": "consumed",
    "amount": "12.5",
    "unit": "t",
}


@pytest.fixture
def park(tmp_path: Path) -> Generator[Served]:
    with served(canary_park.made(tmp_path / "park")) as found:
        yield found


def line(**changes: object) -> bytes:
    return json.dumps({**LINE, **changes}).encode()


def lines_of(park: Served, id_: str) -> list[tuple[str, str, int]]:
    with small_park.opened(park.source.root, writing=False) as ports:
        return [
            (record.subject, str(record.amount), record.version)
            for record in ports.registry.activity_records()
            if record.id == id_
        ]


def test_put_activity__sent_again_is_the_same_act(park: Served) -> None:
    first = park.put("/activity/diesel-8", line())
    again = park.put("/activity/diesel-8", line())

    assert (first[0], first[1]["is_new"]) == (200, True), first
    assert (again[0], again[1]["is_new"]) == (200, False)
    assert first[1]["sha256"] == again[1]["sha256"]
    assert lines_of(park, "diesel-8") == [(OWN, "12.5", 1)]


def test_put_activity__a_correction_is_the_next_version(park: Served) -> None:
    park.put("/activity/diesel-8", line())
    status, said = park.put("/activity/diesel-8", line(amount="13", version=2, reason="misread"))

    assert (status, said["version"]) == (200, 2)
    assert lines_of(park, "diesel-8") == [(OWN, "12.5", 1), (OWN, "13", 2)]
    status, said = park.put("/activity/diesel-8", line(amount="14"))
    assert (status, said["code"]) == (422, "input.form")


def test_put_activity__an_enterprise_hands_in_its_own_lines_only(park: Served) -> None:
    admin = Role.ENTERPRISE_ADMIN

    own = park.put("/activity/own-1", line(), admin, enterprise=OWN)
    foreign = park.put("/activity/own-2", line(subject=OTHER), admin, enterprise=OWN)
    of_park = park.put("/activity/own-3", line(subject="park"), admin, enterprise=OWN)
    taken = park.put(f"/activity/gas-{OTHER}", line(), admin, enterprise=OWN)
    user = park.put("/activity/own-4", line(), Role.ENTERPRISE_USER, enterprise=OWN)

    assert [each[0] for each in (own, foreign, of_park, taken, user)] == [200, 403, 403, 409, 403]
    told = json.dumps(taken[1]).replace(f"gas-{OTHER}", "")
    assert not canaries([OTHER]).search(told)
    assert lines_of(park, f"gas-{OTHER}")[0][0] == OTHER


def test_put_activity__leaves_an_entry_in_the_trail(park: Served) -> None:
    park.put("/activity/diesel-8", line())
    park.put("/activity/diesel-9", line(item="nothing-known"))

    with small_park.opened(park.source.root, writing=False) as ports:
        found = [
            (record.entry.subject, record.entry.outcome, record.entry.actor)
            for record in ports.trail.entries(kind="activity")
        ]
    assert ("diesel-8", Outcome.DONE, "accountant") in found
    assert ("diesel-9", Outcome.REFUSED, "accountant") in found


def test_put_activity__while_another_process_writes_says_when_to_try_again(park: Served) -> None:
    with wiring.open_park(park.source.root, writing=True):
        status, said = park.put("/activity/diesel-8", line())

    assert (status, said["code"]) == (503, "state.busy-park")
    assert park.put("/activity/diesel-8", line())[1]["is_new"]


def test_put_certificate_claim__asks_for_an_id_of_the_clients_own(park: Served) -> None:
    wanted = {
        "party": "PV01",
        "wh": 1_000,
        "purpose": "export",
        "beneficiary": OWN,
        "period": "2026-08",
    }
    body = json.dumps(wanted).encode()
    issuer = Role.CERTIFICATE_ISSUER

    status, said = park.put("/certificate-claims/issue:1", body, issuer)
    assert (status, said["code"]) == (422, "input.api-act-id")
    status, said = park.put("/certificate-claims/mine-1", body, issuer)
    assert status == 409, "the plant holds nothing to claim"
    status, said = park.put("/certificate-claims/mine-1", body, Role.ACCOUNTANT)
    assert (status, said["code"]) == (403, "input.no-right")
