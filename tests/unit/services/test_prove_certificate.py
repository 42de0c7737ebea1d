"""The proof of a certificate of a living park: the stranger's verifier follows it to the meters."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from verify_taihang import Refused, verify

import certified_park
import small_park
from small_park import AUGUST, NOW
from taihang.core.certificates.act import Claim
from taihang.core.certificates.certificate import Certificate
from taihang.services.act_log import log_acts
from taihang.services.keys import log_signer
from taihang.services.ledger import act_once
from taihang.services.ports import Ports
from taihang.services.prove import prove
from taihang.services.prove_certificate import (
    NoCertificateError,
    certificate_bundle,
    find_certificate,
    piece_of,
)

LINE = "2026-08.line.DL1.E01"
POOL = "2026-08.pool.E02"
Doc: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root = small_park.make(tmp_path_factory.mktemp("cert") / "park", certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        claim(ports, POOL, 1_000_000)
        log_acts(ports=ports)
        yield ports


def claim(ports: Ports, issue: str, stop_wh: int, *, name: str = "c1") -> None:
    one = ports.registry.certificates.certificates(issue)[0]
    piece = one.cut(one.first_wh, one.first_wh + stop_wh).piece
    act_once(
        Claim(
            id=name,
            actor=one.holder,
            at_s=int(NOW.timestamp()),
            purpose="own use",
            beneficiary=one.holder,
            period="2026-08",
            wh=None,
            pieces=(piece,),
        ),
        ports=ports,
    )


def verified(ports: Ports, claim_id: str) -> Doc:
    report: Doc = verify(prove(claim_id, ports=ports), log_signer(ports=ports).public)
    return report


def one_of(ports: Ports, issue: str, place: int = 0) -> Certificate:
    return ports.registry.certificates.certificates(issue)[place]


def test_prove__of_a_line_with_one_user_derives_all_of_it_from_meters(park: Ports) -> None:
    report = verified(park, one_of(park, LINE).id)
    (matching,) = report["shown"]["matching"]
    n, of = matching.split(" intervals")[0].split(" / ")

    assert n == of
    assert int(n) > 1_000
    assert {each["subject"] for each in report["statements"]} == {"E01", "PV01"}
    assert not any("got so much" in each for each in report["shown"]["stated"])


def test_prove__of_a_claimed_part_tells_its_history_and_lots(park: Ports) -> None:
    one = one_of(park, POOL)
    report = verified(park, one.id)

    assert (one.wh, report["value"]) == (1_000_000, "1000000")
    assert report["shown"]["state"] == ["claimed, E02 (as of log size 14)"]
    assert [line.split()[2] for line in report["shown"]["act"]] == ["issue", "claim"]
    assert "own use, for E02, 2026-08" in report["shown"]["act"][1]


def test_prove__without_load_shows_the_plants_and_not_the_first_holder(park: Ports) -> None:
    data = prove(f"{one_of(park, LINE).id}#without-load", ports=park)
    report = verify(data, log_signer(ports=park).public)

    assert {each["subject"] for each in report["statements"]} == {"PV01"}
    assert b"M-E01" not in data
    assert any("E01 got so much" in each for each in report["shown"]["stated"])


def test_prove__for_anybody_shows_no_energy_of_an_interval(park: Ports) -> None:
    data = prove(f"{one_of(park, LINE).id}#public", ports=park)
    document: Doc = json.loads(data)

    assert document["statements"] == document["evidence"] == document["claim"]["days"] == []
    assert b"M-" not in data
    assert verify(data)["value"] == str(one_of(park, LINE).wh)


def test_prove__shows_only_the_days_in_which_a_certificate_lies(park: Ports) -> None:
    small = prove(one_of(park, POOL).id, ports=park)
    large = prove(one_of(park, POOL, 1).id, ports=park)

    assert len(small) < len(large) / 2
    assert len(json.loads(small)["claim"]["days"]) == 1


def test_prove__lots_are_what_the_formula_gives(park: Ports) -> None:
    document: Doc = json.loads(prove(one_of(park, LINE).id, ports=park))
    shown = dict[int, int]()
    for day in document["claim"]["days"]:
        shown |= dict(zip(day["start_s"], day["wh"], strict=True))
    generated = small_park.step_wh("M-PV01", AUGUST)
    load = small_park.step_wh("M-E01", AUGUST)
    wanted = np.minimum(np.minimum(generated, load), 500 * 250)

    assert shown == {
        int(start): int(wh) for start, wh in zip(AUGUST.grid_s(), wanted, strict=True) if wh
    }


@pytest.mark.parametrize(
    "claim_id", ["2026-08.pool.E02:0-1", "2026-08.pool.E99:0-5", "2026-08.pool.E02:1-0"]
)
def test_prove__of_no_certificate_says_where_to_look(park: Ports, claim_id: str) -> None:
    with pytest.raises(NoCertificateError, match="certificates list"):
        prove(claim_id, ports=park)


def test_prove__before_the_log_knows_of_an_act_says_so(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        log_acts(ports=ports)
        claim(ports, LINE, 5_000)
        name = one_of(ports, LINE).id
        with pytest.raises(NoCertificateError, match="not all of them in the log"):
            prove(name, ports=ports)
        log_acts(ports=ports)
        assert verified(ports, name)["value"] == "5000"


def test_prove__after_a_restatement_still_holds_for_what_was_issued(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
        log_acts(ports=ports)
        name = one_of(ports, LINE).id
        before = prove(name, ports=ports)
        certified_park.corrected(ports, {1_300: 5})
        log_acts(ports=ports)
        ones = ports.registry.certificates.certificates(LINE)
        for one in ones:
            assert verified(ports, one.id)["value"] == str(one.wh)
        assert verify(before, log_signer(ports=ports).public)["kind"] == "certificate"


def test_find_certificate__and_piece_of(park: Ports) -> None:
    one = one_of(park, POOL)

    assert find_certificate(f"{one.id}#public", ports=park) == (one, "public")
    assert find_certificate(one.id, ports=park) == (one, None)
    assert piece_of("no certificate") is None
    assert piece_of("i:01-5") is None
    assert certificate_bundle(one.id, park).claim["kind"] == "certificate"


def test_verify__refuses_the_file_of_one_park_under_the_key_of_another(park: Ports) -> None:
    with pytest.raises(Refused, match="not the key"):
        verify(prove(one_of(park, POOL).id, ports=park), bytes(32))
