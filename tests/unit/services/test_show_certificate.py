"""What anybody may see of a certificate: names, totals and state, and no energy of an interval."""

import json
from collections.abc import Generator

import pytest
from verify_taihang import verify

import certified_park
import forged_certificates as forge
import small_park
from small_park import AUGUST, NOW
from taihang.core.certificates.act import Claim
from taihang.services.act_log import log_acts
from taihang.services.keys import log_signer
from taihang.services.ledger import act_once
from taihang.services.ports import Ports
from taihang.services.prove_certificate import NoCertificateError
from taihang.services.show_certificate import show_certificate

POOL = "2026-08.pool.E02"


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root = small_park.make(tmp_path_factory.mktemp("show") / "park", certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        one = ports.registry.certificates.certificates(POOL)[0]
        claim = Claim(
            id="c1",
            actor="E02",
            at_s=int(NOW.timestamp()),
            purpose="own use",
            beneficiary="Plant B",
            period="2026-08",
            wh=None,
            pieces=(one.cut(0, 7_000).piece,),
        )
        act_once(claim, ports=ports)
        log_acts(ports=ports)
        yield ports


def total(ports: Ports) -> int:
    return ports.registry.certificates.certificates(POOL)[-1].stop_wh


def test_show_certificate__says_who_what_when_why_and_where_it_stands(park: Ports) -> None:
    view, file = show_certificate(f"{POOL}:0-7000", ports=park)

    assert (view.state, view.holder, view.wh) == ("claimed", "E02", 7_000)
    assert (view.purpose, view.beneficiary, view.claim_period) == ("own use", "Plant B", "2026-08")
    assert [step.kind for step in view.steps] == ["issue", "claim"]
    assert [plant.id for plant in view.plants] == ["PV01"]
    assert view.plants[0].kind == "pv"
    report = verify(file, log_signer(ports=park).public)
    assert (report["value"], report["tree_size"]) == ("7000", view.log.size)
    assert view.log.key == log_signer(ports=park).public.hex()


def test_show_certificate__that_was_cut_since_says_so_and_has_no_file(park: Ports) -> None:
    view, file = show_certificate(f"{POOL}:0-{total(park)}", ports=park)

    assert (view.state, view.holder, view.purpose, file) == ("", "", "", b"")
    assert {part.state: part.wh for part in view.parts} == {
        "claimed": 7_000,
        "held": total(park) - 7_000,
    }


@pytest.mark.parametrize(
    "name", ["", "x", f"{POOL}:0-6999", f"{POOL}:1-7000", "2026-08.pool.E99:0-7000", f"{POOL}:7-5"]
)
def test_show_certificate__of_any_other_range_shows_nothing(park: Ports, name: str) -> None:
    with pytest.raises(NoCertificateError):
        show_certificate(name, ports=park)


def places_of_numbers(said: forge.Doc) -> list[forge.Place]:
    return [place for place in forge.leaves(said) if isinstance(forge.at(said, place), int)]


def test_show_certificate__leaks_no_energy_of_any_interval_of_any_meter(park: Ports) -> None:
    canaries = set[int]()
    for point in ("M-E01", "M-E02", "M-PV01"):
        canaries |= set(small_park.step_wh(point, AUGUST).tolist()) - {0}
        canaries |= set(small_park.registers(point, AUGUST).counts.tolist())
    for rows in park.lake.read("matching", AUGUST).values():
        for column in ("total_wh", "line_wh", "pool_wh"):
            canaries |= set(rows[column].tolist()) - {0}
    canaries = {wh for wh in canaries if wh > 100}
    seen = set[int]()
    for name in (f"{POOL}:0-7000", f"{POOL}:7000-{total(park)}", f"{POOL}:0-{total(park)}"):
        view, file = show_certificate(name, ports=park)
        for said in (view.document(), json.loads(file or b"{}")):
            seen |= {int(forge.at(said, place)) for place in places_of_numbers(said)}

    assert len(canaries) > 3_000
    assert not seen & canaries
