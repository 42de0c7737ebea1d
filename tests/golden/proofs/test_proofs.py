"""Golden proofs are accepted for ever; altered bytes, hostile files and planted bugs are not."""

import base64
import json
import sys
import time
import types
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
import verify_taihang
from benchmarks.big_bill import LOG_SECRET as BILL_SECRET
from benchmarks.big_bill import bill_proof
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from verify_taihang import Refused, verify

from evidence_kit import (
    GATEWAY_KEY,
    GATEWAY_SECRET,
    LOG,
    LOG_KEY,
    LOG_SECRET,
    OTHER_SECRET,
    START_S,
    block,
    statement,
    term,
)
from taihang.core.seal import batch_v2
from taihang.core.seal.batch import ClockState, Envelope, open_batch
from taihang.core.seal.bundle import Bundle, ShownKey, batch_evidence, build_bundle, event_evidence
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.event import LogEvent, seal_event
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.merkle import Tree, leaf_hash

HERE = Path(__file__).parent
EXPECTED = {
    "bill": ("141065.77", "CNY"),
    "bill_rule_2": ("207488.44", "CNY"),
    "bill_v2": ("397927.69", "CNY"),
    "hour": ("4", "readings"),
    "interval": ("164.9", "kWh"),
    "interval_v2": ("0.05", "kWh"),
    "inventory": ("243.30765524", "tCO2"),
    "lot": ("360000", "Wh"),
    "statement": ("0.000011061", "tce"),
}
OVER_V2 = {"bill_rule_2", "bill_v2", "interval_v2", "statement"}
PARK_KEY = bytes.fromhex("b686d5606cf6623eea15779543d80ae971034e94adb152f386f3989af0866b19")
RULE_2_KEY = bytes.fromhex("62fd429eb2e011a6e7c86f7279d0b469bbe2e828c94b1289c0799d2e43daed57")
BENCH_KEY = BILL_SECRET.public_key().public_bytes_raw()
KEYS = {
    "bill_rule_2": RULE_2_KEY,
    "bill_v2": BENCH_KEY,
    "interval_v2": LOG_KEY,
    "statement": LOG_KEY,
}
SMALL_BYTES = 5_000
FLIPS = 25
Doc: TypeAlias = dict[str, Any]


@pytest.mark.parametrize("kind", EXPECTED)
def test_golden_proof__is_accepted_with_its_number(kind: str) -> None:
    data = (HERE / f"{kind}.json").read_bytes()

    report = verify(data, KEYS.get(kind, PARK_KEY))

    assert (report["value"], report["unit"]) == EXPECTED[kind]


def test_golden_proofs__are_all_looked_at() -> None:
    assert {path.stem for path in HERE.glob("*.json")} == set(EXPECTED)


def test_golden_proofs__over_batches_of_version_2_are_those_that_are_listed() -> None:
    """A header of version 1 travels as its very text, one of version 2 as an object."""
    found = set[str]()
    for kind in EXPECTED:
        evidence = json.loads((HERE / f"{kind}.json").read_bytes())["evidence"]
        found |= {kind for batch in evidence if isinstance(batch["header"], dict)}

    assert found == OVER_V2


@pytest.mark.parametrize("kind", EXPECTED)
def test_golden_proof__with_a_flipped_bit_is_refused_at_a_place(kind: str) -> None:
    """Every byte of the small files, and places all over the large ones (P3)."""
    data = (HERE / f"{kind}.json").read_bytes()
    everywhere = range(len(data))
    chosen = everywhere[:: len(data) // FLIPS] if len(data) > SMALL_BYTES else everywhere
    for at in chosen:
        altered = bytearray(data)
        altered[at] ^= 1 << at % 8
        with pytest.raises(Refused) as refused:
            verify(bytes(altered))
        assert refused.value.where
        assert refused.value.why_zh


# -- hostile files -------------------------------------------------------------------------------

_HOUR = (HERE / "hour.json").read_bytes()


def _hour(change: Callable[[Doc], None]) -> bytes:
    document = json.loads(_HOUR)
    change(document)
    return canonical_bytes(document)


HOSTILE = {
    "nothing": b"",
    "no text": b"\xff\xfe\x00",
    "a mark of byte order": b"\xef\xbb\xbf" + _HOUR,
    "depth": b'{"a":' * 100_000,
    "depth of lists": b"[" * 1_000_000,
    "a number of 5 000 digits": _HOUR.replace(b'"index":', b'"index":' + b"9" * 5_000),
    "a number of 65 bits": _HOUR.replace(b'"index":', b'"index":99999999999999999999'),
    "1e400": _HOUR.replace(b'"index":', b'"index":1e400,"x":'),
    "NaN": _HOUR.replace(b'"index":', b'"index":NaN,"x":'),
    "a key twice": _HOUR.replace(b'{"checkpoint"', b'{"checkpoint":"","checkpoint"', 1),
    "true as a number": _HOUR.replace(b'"modulus":10000000', b'"modulus":true'),
    "half a base64": _hour(lambda d: d.update(seal=d["seal"][:-3])),
    "base64 of another spelling": _hour(
        lambda d: d["claim"].update(salt="AAAAAAAAAAAAAAAAAAAAAB==")
    ),
    "a path of a thousand": _hour(
        lambda d: d["claim"].update(path=base64.b64encode(bytes(32_000)).decode())
    ),
    "a tree beyond all": _hour(lambda d: d["events"][0]["event"]["body"].update(n=(1 << 63) - 1)),
    "a million of one": _hour(lambda d: d["claim"]["hour"].update(counts=[1] * 1_000_000)),
    "a name of a megabyte": _hour(lambda d: d["claim"]["hour"].update(point="x" * 1_000_000)),
    "a statement of a wrong kind": _hour(lambda d: d.update(statements=[d["claim"]])),
    "an evidence of a list": _hour(lambda d: d.update(evidence=[[]])),
    "an evidence of null": _hour(lambda d: d.update(evidence=[None])),
    "a note of nothing": _hour(lambda d: d.update(checkpoint="")),
    "a note of dashes": _hour(lambda d: d.update(checkpoint="— " * 30_000)),
    "an hour that does not exist": _hour(lambda d: d["claim"]["hour"].update(hour="2026-02-31T02")),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_verify__answers_a_hostile_file_in_bounded_time_and_never_falls_over(name: str) -> None:
    started_s = time.process_time()

    with pytest.raises(Refused):
        verify(HOSTILE[name])

    assert time.process_time() - started_s < 5


# -- a verifier with a planted bug ---------------------------------------------------------------


def _sealed(document: Doc) -> bytes:
    rest = {key: value for key, value in document.items() if key != "seal"}
    secret = BILL_SECRET if document["claim"]["kind"] == "bill" else LOG_SECRET
    seal = secret.sign(b"taihang/proof/v2\n" + canonical_bytes(rest))
    return canonical_bytes(rest | {"seal": base64.b64encode(seal).decode()})


def _note(tree: Tree) -> str:
    checkpoint = Checkpoint(LOG.name, tree.size, tree.root())
    return sign_checkpoint(checkpoint, public_key=LOG_KEY, sign=LOG_SECRET.sign)


def _proof(*, signer: Ed25519PrivateKey = GATEWAY_SECRET, twice: bool = False) -> Doc:
    """One batch of version 2 in a log of two, and an energy over it; the gateway may be a liar."""
    envelope = Envelope(
        gateway="gw-1", counter=1, sent_at_s=START_S + 9_000, clock=ClockState.IMPORT, origin={}
    )
    blocks = [block("M1", [0, 5, 9]), block("M2", [1, 2, 3])]
    data = batch_v2.seal_batch(envelope, blocks=blocks, seed=bytes(16), sign=signer.sign)
    batch = open_batch(data)
    tree = Tree([leaf_hash(batch.leaf_entry), leaf_hash(batch.leaf_entry if twice else b"other")])
    evidence = [
        batch_evidence(
            batch, points=["M1"], leaf_index=leaf, inclusion=tree.inclusion_proof(leaf, size=2)
        )
        for leaf in range(1 + twice)
    ]
    bundle = Bundle(
        claim={"kind": "statement"},
        checkpoint_note=_note(tree),
        statements=[statement(term("M1"), energy_wh=90, missing=0, intervals=2).document()],
        keys=[ShownKey(name="gw-1", ordinal=1, key=GATEWAY_KEY)],
        evidence=evidence,
    )
    return json.loads(build_bundle(bundle, log=LOG, sign=LOG_SECRET.sign))


def _altered(change: Callable[[Doc], None], document: Doc) -> bytes:
    change(document)
    return _sealed(document)


def _less(document: Doc, *, energy_wh: int) -> None:
    what = statement(term("M1"), energy_wh=energy_wh, missing=0, intervals=2)
    document["statements"] = [what.document()]


def _shown_less(document: Doc) -> None:
    document["evidence"][0]["blocks"][0]["counts"] = [0, 4, 4]
    _less(document, energy_wh=80)


def _event_elsewhere() -> bytes:
    record = seal_event(
        LogEvent("day-seal", START_S, bytes(16), json.loads(_HOUR)["events"][0]["event"]["body"])
    )
    document = json.loads(_HOUR)
    tree = Tree([leaf_hash(b"a"), leaf_hash(b"b")])
    document["events"] = [
        event_evidence(record, leaf_index=0, inclusion=tree.inclusion_proof(0, size=2))
    ]
    document["checkpoint"], document["log"] = _note(tree), {"name": LOG.name, "key": LOG_KEY.hex()}
    return _sealed(document)


def _hour_elsewhere() -> bytes:
    event = json.loads(_HOUR)["events"][0]["event"]
    record = seal_event(LogEvent("day-seal", START_S, bytes(16), event["body"]))
    document = json.loads(_HOUR)
    document["claim"]["hour"]["counts"][0] += 1
    tree = Tree([leaf_hash(record), leaf_hash(b"b")])
    document["events"] = [
        event_evidence(record, leaf_index=0, inclusion=tree.inclusion_proof(0, size=2))
    ]
    document["checkpoint"], document["log"] = _note(tree), {"name": LOG.name, "key": LOG_KEY.hex()}
    return _sealed(document)


@cache
def _bill() -> str:
    return bill_proof(readings_a_batch=96).decode()


def _line_off(document: Doc) -> None:
    """Move a yuan from one line to another: the sum stays."""
    first, second = document["claim"]["bill"]["lines"][:2]
    first["amount_cny"] = f"{float(first['amount_cny']) + 1:.2f}"
    second["amount_cny"] = f"{float(second['amount_cny']) - 1:.2f}"


def _sum_off(document: Doc) -> None:
    bill = document["claim"]["bill"]
    bill["value"] = f"{float(bill['value']) + 1:.2f}"


def _note_of_another(document: Doc) -> None:
    """Sign the same text with another key, under the name and key id of the log."""
    text, _, line = document["checkpoint"].rpartition("\n\n")
    name, encoded = line.rsplit(" ", 1)
    key_id = base64.b64decode(encoded)[:4]
    forged = key_id + OTHER_SECRET.sign(f"{text}\n".encode())
    document["checkpoint"] = f"{text}\n\n{name} {base64.b64encode(forged).decode()}\n"


def _log_of_others(document: Doc) -> None:
    document["checkpoint"] = _note(Tree([leaf_hash(b"a"), leaf_hash(b"b")]))


def _unsealed() -> bytes:
    document = _proof()
    document["statements"][0]["title"]["en"] = "Another title"
    return canonical_bytes(document)


ATTACKS: dict[str, tuple[str, str, Callable[[], bytes]]] = {
    "seal": (
        'ed25519_verify(key, proof["seal"], sealed)', "True", _unsealed,
    ),
    "signature of a gateway": (
        'demand(is_signed, f"{where}.signature"', 'demand(True, f"{where}.signature"',
        lambda: _sealed(_proof(signer=OTHER_SECRET)),
    ),
    "signature of the log": (
        'demand(by_log == [True], "checkpoint"',
        'demand(True, "checkpoint"',
        lambda: _altered(_note_of_another, _proof()),
    ),
    "place in the log": (
        'check_path(entry, place, tree, f"{where}.inclusion")', "pass",
        lambda: _altered(_log_of_others, _proof()),
    ),
    "place in the batch": (
        'check_path(entry, (block["index"], block["path"]), root, f"{at}.path", arity=arity)',
        "pass",
        lambda: _altered(_shown_less, _proof()),
    ),
    "energy": (
        "missing=n_pairs - n, energy_wh=sum(found.values())", "missing=n_pairs - n",
        lambda: _altered(lambda d: _less(d, energy_wh=80), _proof()),
    ),
    "value": (
        '" = energy × factor ÷ divisor", value=value', '" = energy × factor ÷ divisor"',
        lambda: _altered(lambda d: d["statements"][0].update(value="1"), _proof()),
    ),
    "one batch twice": (
        "demand(rank[1:] not in self.batches", "demand(True",
        lambda: _sealed(_proof(twice=True)),
    ),
    "event in the log": (
        'check_path(entry, (index, leaf["inclusion"]), tree, f"events[{i}].inclusion")',
        "pass",
        _event_elsewhere,
    ),
    "hour in its day": (
        'check_path(place["salt"] + entry, at, root, f"{where}.path")', "pass", _hour_elsewhere,
    ),
    "line of a bill": (
        '"amount_cny": amount}', '"amount_cny": found["amount_cny"]}',
        lambda: _altered(_line_off, json.loads(_bill())),
    ),
    "sum of a bill": (
        '", the sum of the lines", value=str(total)', '", the sum of the lines"',
        lambda: _altered(_sum_off, json.loads(_bill())),
    ),
}  # fmt: skip


def _planted(old: str, new: str) -> types.ModuleType:
    source = Path(verify_taihang.__file__).read_text("utf-8")
    assert source.count(old) == 1, f"{old} stands {source.count(old)} times in the verifier"
    module = types.ModuleType("planted")
    sys.modules["planted"] = module  # its dataclasses look themselves up there
    exec(compile(source.replace(old, new), "planted", "exec"), module.__dict__)  # noqa: S102
    return module


@pytest.mark.parametrize("name", ATTACKS)
def test_attack__is_refused_and_shows_the_bug_that_lets_it_pass(name: str) -> None:
    """The suite would notice a verifier that skips a check: with the bug, the attack passes."""
    old, new, attack = ATTACKS[name]
    data = attack()

    with pytest.raises(Refused):
        verify(data)

    assert _planted(old, new).verify(data)["value"]


def test_attacks__start_from_files_that_are_right() -> None:
    assert verify(_sealed(_proof()))["readings"] == 3
    assert verify(_sealed(json.loads(_bill())))["unit"] == "CNY"
