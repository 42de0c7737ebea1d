"""The verifier that runs in the browser, under node: a third reader of the format.

It shares no code with the platform nor with verify_taihang.py. What it accepts that one accepts
with the same number, over files of every kind and over lies that were sealed again by the park.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
import verify_taihang
from benchmarks.big_bill import LOG_SECRET as BENCH_SECRET
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from verify_taihang import Refused

import certificate_kit
import media_park
import money_park
import small_park
from evidence_kit import LOG_KEY, LOG_SECRET, golden_log, golden_statement
from media_park import hourly
from node_verifier import NODE, SCRIPT, Found, names_of, verify_all, verify_one
from proof_lies import Sign, lies
from taihang.core.periods import days
from taihang.core.seal.canonical import canonical_bytes
from taihang.services.account import account
from taihang.services.act_log import log_acts
from taihang.services.certify import certify
from taihang.services.collect import Collected
from taihang.services.keys import log_signer
from taihang.services.medium_account import account_media
from taihang.services.prove import prove
from taihang.services.seal_day import seal_day
from taihang.services.settle import settle
from taihang.services.share_month import commit_shares

pytestmark = pytest.mark.skipif(NODE is None, reason="needs node: apt-get install nodejs")
GOLDEN = Path(__file__).parents[1] / "golden"
GOLDEN_PROOFS = sorted((GOLDEN / "proofs").glob("*.json"))
N_LIES_LEAST = 1_000
JUNE_3 = days(date(2026, 6, 1), 3, small_park.ZONE)


class Proof(NamedTuple):
    """A proof file, the key of its log, and how many lies to tell about it."""

    data: bytes
    sign: Sign
    n_lies: int


@pytest.fixture(scope="module")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Proof]:
    """A file of every kind of claim, with the means to lie about each."""
    folder = tmp_path_factory.mktemp("proofs")
    of_kit = partial(Proof, sign=LOG_SECRET.sign)
    golden = {path.stem: path.read_bytes() for path in GOLDEN_PROOFS}
    return {
        "statement of version 1": of_kit(golden_log().prove(golden_statement()), n_lies=160),
        "statement": of_kit(golden["statement"], n_lies=160),
        "interval": of_kit(golden["interval_v2"], n_lies=60),
        "certificate, whole": of_kit(certificate_kit.pool_file(), n_lies=120),
        "certificate, for anybody": of_kit(certificate_kit.fed_file(whole=False), n_lies=120),
        "bill": Proof(golden["bill_v2"], BENCH_SECRET.sign, n_lies=120),
        **_of_days(folder / "days"),
        **_of_shares(folder / "shares"),
        **_of_media(folder / "media"),
    }


def _of_days(root: Path) -> dict[str, Proof]:
    small_park.make(root)
    with small_park.opened(root) as ports:
        small_park.fill(ports, JUNE_3)
        settle(JUNE_3, ports=ports)
        account(JUNE_3, ports=ports)
        certify(JUNE_3, ports=ports)
        log_acts(ports=ports)
        seal_day(date(2026, 6, 2), ports=ports)
        sign = log_signer(ports=ports).sign
        return {
            "hour": Proof(prove("M-E01@2026-06-02T04", ports=ports), sign, 120),
            "lot": Proof(prove("PV01@2026-06-02T04:00:00Z", ports=ports), sign, 120),
        }


def _of_shares(root: Path) -> dict[str, Proof]:
    small_park.make(root, money_park.PARK)
    with small_park.opened(root) as ports:
        money_park.fill(ports)
        small_park.settle_month(ports, small_park.AUGUST)
        commit_shares("2026-08", ports=ports)
        sign = log_signer(ports=ports).sign
        return {
            "share": Proof(prove("share.E02.2026-08", ports=ports), sign, 120),
            "inventory": Proof(prove("inventory.E01.2026-08", ports=ports), sign, 40),
        }


def _of_media(root: Path) -> dict[str, Proof]:
    small_park.make(root, media_park.PARK)
    june = small_park.JUNE
    with small_park.opened(root) as ports:
        gas = hourly("N-E01", june, per_h=1_200, first=media_park.MODULUS - 300_000)
        small_park.store(ports, [Collected("GW3", june.end_s, (gas,), ())])
        account_media(june, ports=ports)
        sign = log_signer(ports=ports).sign
        line = "metered-E01-2026-06-natural-gas-consumed"
        return {"metered": Proof(prove(line, ports=ports), sign, 100)}


def by_the_other(data: bytes) -> str | None:
    """The number that verify_taihang.py accepts; None if it refuses."""
    try:
        return str(verify_taihang.verify(data)["value"])
    except Refused:
        return None


def test_grammar__is_that_of_the_verifier_in_python() -> None:
    script = (SCRIPT.parents[1] / "src" / "verify" / "grammar.js").read_text(encoding="utf-8")
    (grammar,) = re.findall(r"GRAMMAR = `(.*?)`", script, re.DOTALL)

    assert grammar == verify_taihang.GRAMMAR


@pytest.mark.parametrize("path", GOLDEN_PROOFS, ids=lambda path: path.stem)
def test_verify__accepts_every_golden_proof_with_its_number(path: Path) -> None:
    data = path.read_bytes()

    found = verify_one(data)

    expected = verify_taihang.verify(data)
    assert found["verdict"] == "accepted"
    assert (found["value"], found["unit"]) == (expected["value"], expected["unit"])
    assert (found["readings"], found["batches"]) == (expected["readings"], expected["batches"])
    assert found["missing"] == expected["missing"]
    assert found["gateways"] == [[*each] for each in expected["gateways"]]
    assert {"form", "checkpoint", f"claim-{found['kind']}", "seal"} <= names_of(found["checks"])


def test_verify__accepts_what_a_park_proves_of_every_kind(proofs: dict[str, Proof]) -> None:
    found = verify_all(each.data for each in proofs.values())

    assert [each["verdict"] for each in found] == ["accepted"] * len(proofs)
    assert {each["kind"] for each in found} == set(verify_taihang.CLAIMS)
    for each, proof in zip(found, proofs.values(), strict=True):
        assert each["value"] == by_the_other(proof.data)


def test_verify__accepts_no_lie_that_the_other_refuses(proofs: dict[str, Proof]) -> None:
    told = [
        (name, lie)
        for seed, (name, proof) in enumerate(proofs.items())
        for lie in lies(proof.data, proof.sign, n=proof.n_lies, seed=seed)
    ]
    assert len(told) >= N_LIES_LEAST

    found = verify_all(lie for _, lie in told)

    wrong = [
        (name, each.get("where"), each.get("why"), each["verdict"], other)
        for (name, lie), each in zip(told, found, strict=True)
        for other in [by_the_other(lie)]
        if each.get("value") != other or (each["verdict"] == "accepted") != (other is not None)
    ]
    assert not wrong
    # Lies about what nothing derives are accepted, for they are sealed: a title, a name.
    n_accepted = sum(each["verdict"] == "accepted" for each in found)
    assert 0 < n_accepted < len(told) / 4
    places = {re.sub(r"[0-9]+", "N", each["where"]) for each in found if "where" in each}
    assert len(places) > 100, "the lies are caught all over the files"


@pytest.mark.parametrize("path", GOLDEN_PROOFS, ids=lambda path: path.stem)
def test_verify__refuses_a_flipped_bit_anywhere(path: Path) -> None:
    data = path.read_bytes()
    every = range(0, len(data), max(1, len(data) // 150))

    flipped = [data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1 :] for at in every]

    found = verify_all(flipped)
    assert {each["verdict"] for each in found} == {"refused"}
    assert all(each["where"] and each["why"] for each in found)


HOUR = (GOLDEN / "proofs" / "hour.json").read_bytes()
HOSTILE = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "a mark of byte order": b"\xef\xbb\xbf" + HOUR,
    "a newline behind": HOUR + b"\n",
    "a space": HOUR.replace(b",", b", ", 1),
    "depth": b'{"a":' * 100_000,
    "depth of lists": b"[" * 1_000_000,
    "digits": HOUR.replace(b'"index":', b'"index":' + b"9" * 5_000),
    "a number of 65 bits": HOUR.replace(b'"index":', b'"index":99999999999999999999'),
    "1e400": HOUR.replace(b'"index":', b'"index":1e400,"x":'),
    "a float": HOUR.replace(b'"index":', b'"index":1.0,"x":'),
    "minus nought": HOUR.replace(b'"n_":0', b"").replace(b'"sign":1', b'"sign":-0') + b" ",
    "NaN": HOUR.replace(b'"index":', b'"index":NaN,"x":'),
    "a key twice": HOUR.replace(b'{"checkpoint"', b'{"checkpoint":"","checkpoint"', 1),
    "a prototype": HOUR.replace(b'{"checkpoint"', b'{"__proto__":{},"checkpoint"', 1),
    "a constructor": canonical_bytes({**json.loads(HOUR), "claim": {"kind": "constructor"}}),
    "an escape too many": HOUR.replace(b"taihang-proof", b"\\u0074aihang-proof", 1),
    "half a pair": HOUR.replace(b"taihang-proof", b"\\ud800taihang-proof", 1),
    "a list": b"[]",
    "null": b"null",
    "a text": b'"taihang-proof/v2"',
    "base64 of another spelling": canonical_bytes(
        {**json.loads(HOUR), "seal": json.loads(HOUR)["seal"][:-3] + "B=="}
    ),
}


def test_verify__ends_with_a_refusal_whatever_it_is_given() -> None:
    found = verify_all(HOSTILE.values())

    assert dict(zip(HOSTILE, (each["verdict"] for each in found), strict=True)) == dict.fromkeys(
        HOSTILE, "refused"
    )
    assert all(by_the_other(data) is None for data in HOSTILE.values())
    assert max(each["ms"] for each in found) < 5_000


def test_verify__pins_the_keys_that_are_given() -> None:
    data = (GOLDEN / "proofs" / "statement.json").read_bytes()
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    gateways = [{"name": name, "key": key} for name, _, key in verify_one(data)["gateways"]]

    def judged(**known: object) -> Found:
        return verify_one(data, known=known)

    assert judged(logKey=LOG_KEY.hex())["logConfirmed"]
    assert judged(logKey=other)["where"] == "log.key"
    assert judged(gatewayKeys=gateways)["gatewaysConfirmed"]
    assert "gateway_key" in judged(gatewayKeys=[])["where"]
    assert judged(witnessKeys=[{"name": "w", "key": other}])["where"] == "checkpoint"
    assert judged(witnessKeys=[{"name": "w", "key": other}], quorum=0)["verdict"] == "accepted"


def _small_orders() -> Iterator[str]:
    """Points that eight times make nothing, and one in a second spelling."""
    yield (1).to_bytes(32, "little").hex()
    yield (2**255 - 20).to_bytes(32, "little").hex()
    yield bytes(32).hex()
    yield "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
    yield (2**255 - 19 + 1).to_bytes(32, "little").hex()


@pytest.mark.parametrize("key", [*_small_orders()])
def test_verify__lets_no_key_of_small_order_sign_anything(key: str) -> None:
    """Such a key and S = 0 fit many messages for a reader that does not look."""
    document = json.loads((GOLDEN / "proofs" / "statement.json").read_bytes())
    document["log"]["key"] = key

    found = verify_one(canonical_bytes(document))

    assert (found["verdict"], found["where"]) == ("refused", "checkpoint")


def test_verify__without_ed25519_says_that_it_cannot_tell() -> None:
    data = (GOLDEN / "proofs" / "statement.json").read_bytes()

    found = verify_one(data, "--without-ed25519")
    broken = verify_one(data[:-1], "--without-ed25519")

    assert (found["verdict"], found["what"]) == ("unable", "ed25519")
    assert names_of(found["checks"]) == {"form"}
    assert broken["verdict"] == "refused", "what is no proof file needs no signature"
