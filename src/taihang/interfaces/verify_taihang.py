#!/usr/bin/env python3
"""Verify a Taihang proof file: offline, with nothing but Python's standard library.

    python verify_taihang.py FILE [--log-key HEX] [--gateway-key NAME=HEX ...]
        [--witness-key NAME=HEX ...] [--quorum N] [--json] [--lang L]

Exit code 0: accepted. 1: refused, with the place and the reason. 2: wrong usage.

A proof file carries a number, say a bill, and what it takes to work it out again: readings that
gateways signed, paths from there to a checkpoint that the park's log signed, and dated facts. This
program was written from docs/formats/{sealed-batch,log,proof}.md and shares no code with the
platform. ``verify`` is the list of all checks, in order. What a number rests on and nothing in the
file derives is marked as stated. What no file can tell: whether a meter measured rightly, whether a
batch was left out, whether there is a later version; and, without keys from elsewhere, whose it is.
"""

import argparse
import json
import re
import struct
import sys
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from functools import lru_cache, reduce
from hashlib import sha256, sha512
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, TypeAlias

Fields: TypeAlias = dict[str, Any]  # of an object, each as the grammar says
Tree: TypeAlias = tuple[int, bytes]  # number of leaves, root hash
Key: TypeAlias = tuple[str, bytes]  # whose it is, and the public key
Readings: TypeAlias = list[tuple[int, int | None, int]]  # time [s], count, quality
Place: TypeAlias = tuple[int, bytes | list[bytes]]  # of a leaf: number, and path to the root
Rank: TypeAlias = tuple[int, str, int]  # of a batch: when it was sent, gateway, counter
Point: TypeAlias = tuple[int, int, int, int]  # of the curve, in extended coordinates

STEP_S, HOUR_S, INT64, TIME_END_S = 900, 3_600, 1 << 63, 253_402_300_800
ZERO_C_K = Decimal("273.15")  # by definition
MAX_FILE_BYTES, MAX_BODY_HEADER_BYTES, SHOWN = 1 << 28, 1 << 14, 10  # SHOWN rows of a kind
MEASURED, MANUAL, MISSING = 0, 2, 3
QUALITY = ("measured", "estimated", "manual", "missing", "rejected")
QUANTITY = ("energy", "reactive", "register", "sample")  # by their number in batches of version 2
WIDE = 8  # children of a node in the tree over the blocks of version 2
KINDS = {  # of a statement: unit of the one factor ("" for none), divisor, unit of the value
    "energy": ("", 1_000, "kWh"),
    "standard-coal": ("kgce/kWh", 1_000_000, "tce"),
    "scope2-location": ("kgCO2/kWh|tCO2/MWh", 1_000_000, "tCO2"),
}
REFUSED = {"vee.range", "vee.reset"}  # rules whose registers are evidence and no amount
MEDIA = {  # by unit of the register and what converts it: unit of the amount, steps of it
    ("L", "counts_at_c counts_at_kpa stated_at_c stated_at_kpa"): ("m³", 1_000),
    ("L", "density_kg_per_m3"): ("t", 1_000_000), ("g", ""): ("t", 1_000_000),
    ("g", "heat_kj_per_kg"): ("GJ", 1_000_000_000), ("kJ", ""): ("GJ", 1_000_000),
}  # fmt: skip
CLAIMS: dict[str, tuple[int | None, list[str]]] = {  # statements and events under each kind
    "statement": (1, []), "hour": (0, ["day-seal"]), "lot": (1, ["lots-issued"]), "bill": (1, []),
    "inventory": (None, []), "metered": (0, []), "share": (0, ["month-shares"]),
    "certificate": (None, ["certificate-acts", "certificate-state", "month-shares?"]),
}  # fmt: skip
# Of each object: field:what it is. *N: a list of at most N; ?: or null; a number: so many bytes in
# base64, 0: any; A..B: a whole number. What is none of these, and no object, is a pattern of text.
GRAMMAR = """
proof1: format:taihang-proof/v1 statement:statement evidence:batch1*1000000 log:log
  checkpoint:note seal:64
proof2: format:taihang-proof/v2 claim:any statements:statement*1000 gateways:gateway*10000
  evidence:any*1000000 events:leaf*16 log:log checkpoint:note seal:64
log: name:name key:hash
gateway: name:name ordinal:1..255 key:hash
leaf: event:event leaf_index:count inclusion:0
event: at_s:time body:any kind:[a-z][a-z0-9-]{0,63} salt:[0-9a-f]{32}
batch1: header:header signature:64 leaf_index:count inclusion:32*64 blocks:block1*10000
block1: salt:16 body:0 index:count path:32*64
head1: v:1..1 algorithm:ed25519-sha256 gateway:name gateway_key:hash counter:above0 origin:any
  sent_at_s:time clock:synchronised|unsynchronised|import events:swap*10000 blocks:0..10000
  block_root:hash
body1: point:name quantity:register|energy unit:Wh|L|g|kJ scale:[1-9][0-9]{0,17} modulus:count
  n:1..1000000 start_s:time step_s:0..253402300800
batch2: header:head2 signature:64 leaf_index:count inclusion:0 blocks:block2*10000
head2: key:1..255 clock:0..2 blocks:0..10000 body_bytes:16..64000000 counter:above0 sent_at_s:time
  block_root:hash gateway:name notes:notes
notes: events:swap*10000 origin:any
swap: point:name kind:swap|reset at_s:time final_count:count initial_count:count
block2: salt:16 index:count path:0 point:name quantity:register|energy unit:Wh|L|g|kJ modulus:count
  scale:[1-9][0-9]{0,17} times_s:time*1000000 counts:whole?*1000000 quality:0..4*1000000
statement: format:taihang-statement/v1 id:name kind:energy|standard-coal|scope2-location
  subject:text park:text period:period title:title terms:term*10000 energy_wh:whole
  intervals:1..351360 missing:count factors:fact*64 divisor:count value:text unit:text
  rule:register-energy/v1 code_version:text version:above0 supersedes:text? reason:text
period: start:instant end:instant
title: zh:text en:text
term: point:name sign:-1..1 scale:above0 modulus:count max_interval_wh:count
fact: code:text value:factor unit:text region:text valid_from:day valid_to:day? data_year:whole?
  document:text clause:text source:text status:text set:text note:text key:text
claim-statement: kind:name
claim-hour: kind:name hour:hour salt:16 index:count path:0
hour: point:name quantity:register|energy|reactive|sample unit:text scale:text modulus:count
  hour:hour-name times_s:0..3599*3600 counts:whole?*3600 quality:0..4*3600
tree: n:count root:hash
claim-lot: kind:name lot:lot salt:16 index:count path:0
lot: id:name plant:name wh:above0
claim-metered: kind:name amount:metered
metered: format:taihang/metered-amount/v1 rule:register-chain/v1 subject:name item:name flow:name
  month:month amount:decimal unit:m³|t|GJ meters:medium*12
medium: point:name unit:L|g|kJ scale:above0 modulus:above0 max_steps_per_h:above0 conversion:any
  from:edge to:edge steps:count amount:decimal n_registers:count days:any findings:finding*100000
edge: time_s:time count:count hour:name
finding: rule:name time_s:time count:count?
claim-share: kind:name member:name period:month openings:opening*2
opening: quantity:load_wh|green_wh wh:count blinding:hash
shares: absent:name*10000 members:member*10000 period:month pool:tree sums:sums
  version:above0
member: id:name missing:count load_wh:hash green_wh:hash
sums: load_wh:sum green_wh:sum
sum: wh:count blinding:hash
claim-certificate: kind:name certificate:standing issue:issue-state acts:act-leaf*10000
  history:whole|ends days:lot-day*31 n_days:1..31 step:step?
standing: leaf:certificate salt:16 index:count path:0
certificate: act:name expires_s:time first_wh:count holder:name issue:name kind:issue-kind
  state:state stop_wh:above0 to:text
issue-state: leaf:issue-sum salt:16 index:count path:0
issue-sum: issue:name n:above0 root:hash total_wh:above0
act-leaf: act:any salt:16 index:count path:0
issue: cancels:name*10000 expires_s:time format:taihang/certificate-issue/v1 holder:name id:name
  journal_size:count kind:issue-kind lots_root:hash month:month park_sha256:hash
  plants:plant-part*10000 recipient:name route:route route_id:text rule:name sheet_sha256:hash
  total_wh:above0 validity:name
plant-part: first_s:time id:name stop_s:time wh:above0
lot-day: salt:16 index:count path:0 day:day first_wh:count stop_wh:above0 start_s:time*3000
  plant:count*3000 wh:above0*3000
step: plants:name*1000 limit_wh:count earlier_wh:count*3000 pool:pool-day*31
pool-day: salt:16 index:count path:0 sums:pool-sums
pool-sums: demand_wh:count*100 given_wh:count*100 start_s:time
act-issue: actor:park at_s:time issue:issue
act-cover: actor:park at_s:time plant:name pieces:any
act-release: actor:park at_s:time issue:name
act-list: actor:name at_s:time open_until_s:time pay_within_s:above0 pieces:any
  price_cny_per_mwh:decimal wh:above0?
act-offer: actor:name at_s:time open_until_s:time pay_within_s:above0 pieces:any
  price_cny_per_mwh:decimal to:name wh:above0?
act-delist: actor:name at_s:time listing:name
act-buy: actor:name at_s:time listing:name wh:above0
act-accept: actor:name at_s:time offer:name
act-decline: actor:name at_s:time offer:name
act-revoke: actor:name at_s:time deal:name
act-pay: actor:name amount_cny:decimal at_s:time deal:name reference:text
act-claim: actor:name at_s:time beneficiary:text period:text pieces:any purpose:text wh:above0?
act-expire: actor:park at_s:time pieces:any
act-withdraw: actor:park at_s:time pieces:any reason:text
act-correct: actor:park at_s:time issue:name lots:any reason:text sheet_sha256:hash
claim-inventory: kind:name id:name subject:text period:period value:decimal unit:tCO2
  parts:part*1000
part: id:name period:period value:decimal proof_sha256:hash
claim-bill: kind:name bill:any basis:any line:name?
bill: format:taihang-account/v1 rule:shanxi-two-part/v[123] id:name tariff:name lines:line*200
  assumption:assumption? state:complete|provisional energy_wh:count estimated_wh:count
  intervals:count usable:count value:decimal unit:CNY code_version:text version:above0
  supersedes:text? reason:text
line: code:name title:title quantity:decimal? unit:text price:decimal? price_unit:text
  amount_cny:decimal? state:billed|partial|exempt|not-assessed reason:any facts:text*64
assumption: td_prices_of:day zh:text en:text
basis: offset_s:whole schedule:schedule holidays:day*366 facts:fact*64 sharp_applies:0..1
  floating_items:name*9 green_pays:name*9 capacity:none|kva|kw|agreed|exempt transformer_kva:factor
  green:green*64 line_wh:count*351360 estimated:guess*351360 near_site:0..1 market:market?
market: series:name counts:whole?*351360 cny_per_kwh_of_count:factor
schedule: document:text clause:text source:text status:text valid_from:day valid_to:day?
  sharp:span*96 peak:span*96 flat:span*96 valley:span*96 deep-valley:span*96
span: from:0..96 to:0..96
green: contract:name wh:count*351360 prices:prices? premium:0..1
prices: form:name counts:whole?*351360 cny_per_kwh_of_count:factor
guess: at:instant wh:count
"""
WHAT = {
    "whole": f"{-INT64}..{INT64 - 1}", "count": f"0..{INT64 - 1}", "above0": f"1..{INT64 - 1}",
    "time": f"0..{TIME_END_S - 1}", "text": "(?s:.{0,4096})", "header": "(?s:.{0,1048576})",
    "note": "(?s:.{0,65536})", "name": r"[^\x00-\x1f\x7f]{1,128}", "hash": "[0-9a-f]{64}",
    "month": "[0-9]{4}-(0[1-9]|1[0-2])",
    "day": "[0-9]{4}-[0-9]{2}-[0-9]{2}", "hour-name": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}",
    "instant": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:(00|15|30|45):00Z",
    "issue-kind": "tradable|non-tradable|no-gec",
    "route": "line|contract|feeder|pool|storage|charge|feed-in",
    "state": "issued|held|listed|in-transfer|claimed|expired|withdrawn",
    "decimal": r"-?(0|[1-9][0-9]{0,17})([.][0-9]{1,40})?",
    "factor": "(0|[1-9][0-9]{0,17})([.][0-9]{1,18})?",
}  # fmt: skip
OBJECTS = {
    name: dict(part.split(":", 1) for part in parts.split())
    for name, parts in re.findall(r"^(\S+): ((?:.+|\n  )+)$", GRAMMAR, re.MULTILINE)
}


class Refused(ValueError):  # noqa: N818  it tells of the file, not of a fault in this program
    """The file is not to be believed: where, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why
        self.why_zh = next((zh for word, zh in REASONS_ZH.items() if word in why), "不符合规定")


@contextmanager
def refusing(where: str) -> Generator[None]:
    """Refuse the file, and never fall over, whatever goes wrong at a place."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise Refused(where, f"cannot be read: {error!r:.200}") from error


def demand(holds: object, where: str, why: str) -> None:
    """Refuse the file unless something holds."""
    if not holds:
        raise Refused(where, why)


def agree(found: Fields, where: str, by: str = "", **wanted: object) -> None:
    """Refuse fields that are not what they should be; say by what they should be it."""
    for name, value in wanted.items():
        if found[name] != value:
            at = f"{where}.{name}".removeprefix("file.")
            raise Refused(at, f"{found[name]!s:.90} is not {value!s:.90}{by}")


# ── The checks, in order ──────────────────────────────────────────────────────────────────────
@refusing("file")
def verify(
    data: bytes, log_key: bytes | None = None, *, gateway_keys: Sequence[Key] | None = None,
    witness_keys: Sequence[Key] | None = None, quorum: int = 0,
) -> Fields:  # fmt: skip
    """Check every byte of a proof file; keys known from elsewhere tell whose file it is."""
    # 1. The text has one spelling, and the file exactly the fields of its format.
    document = load(data, "file")
    proof = read_proof(document)
    # 2. The log: its key, its signature on the checkpoint, and those of witnesses.
    name, key, claim = proof["log"]["name"], bytes.fromhex(proof["log"]["key"]), proof["claim"]
    demand(log_key in {None, key}, "log.key", "not the key you gave")
    tree, witnesses = read_checkpoint(proof["checkpoint"], (name, key), witness_keys or ())
    why = f"cosigned by {len(witnesses)} of the witnesses that you know, not by {quorum}"
    demand(len(witnesses) >= quorum, "checkpoint", why)
    case = Case(proof, gateway_keys)
    with refusing("claim"):
        case.expect_media(claim)
    # 3. Every statement: its value follows from its energy and factor.
    for where, statement in case.statements.items():
        case.check_statement(statement, where)
    # 4. Every batch: in the log, signed by its gateway; every block: in its batch, in a sum.
    ascending([batch["leaf_index"] for batch in proof["evidence"]], "evidence")
    for i, batch in enumerate(proof["evidence"]):
        with refusing(f"evidence[{i}]"):
            case.add_batch(batch, tree, f"evidence[{i}]")
    # 5. Every event of the park: in the log.
    for i, leaf in enumerate(proof["events"]):
        entry, index = b"taihang/event/v1\n" + dump(leaf["event"]), leaf["leaf_index"]
        check_path(entry, (index, leaf["inclusion"]), tree, f"events[{i}].inclusion")
    # 6. The energies, worked out again from the readings; the claim, from the energies.
    for where, statement in case.statements.items():
        case.check_energy(statement, where)
    with refusing("claim"):
        value, unit = getattr(case, f"claim_{claim['kind']}")(claim)
    # 7. The seal: nothing else in the file was altered since the park handed it out.
    rest = {part: each for part, each in document.items() if part != "seal"}
    sealed = f"taihang/proof/{document['format'][-2:]}\n".encode() + dump(rest)
    demand(ed25519_verify(key, proof["seal"], sealed), "seal", "altered after it was signed")
    case.warnings |= {"log-key"} if log_key is None else set()
    return case.report((name, key), tree[0], witnesses) | {
        "kind": claim["kind"], "value": value, "unit": unit, "claim": document.get("claim"),
        "log_key_confirmed": log_key is not None, "warnings": sorted(case.warnings),
    }  # fmt: skip


def read_proof(document: Any) -> Fields:  # noqa: ANN401  it may be anything
    """Read the parts of a proof file; the older format is one statement and nothing beside."""
    if type(document).__name__ != "dict" or document.get("format") != "taihang-proof/v2":
        proof = read(document, "proof1", "file") | {"claim": {"kind": "statement"}, "events": []}
        return proof | {"statements": {"statement": proof["statement"]}, "gateways": None}
    proof = read(document, "proof2", "file")
    with refusing("claim.kind"):
        n, events = CLAIMS[proof["claim"]["kind"]]
    proof["claim"] = read(proof["claim"], f"claim-{proof['claim']['kind']}", "claim")
    n_found, kinds = len(proof["statements"]), [leaf["event"]["kind"] for leaf in proof["events"]]
    found = {"statements": n_found, "events": kinds}
    is_full = len(kinds) == len(events)
    wanted = [kind.rstrip("?") for kind in events if is_full or not kind.endswith("?")]
    agree(found, "file", statements=n_found if n is None else n, events=wanted)
    for i, batch in enumerate(proof["evidence"]):
        with refusing(f"evidence[{i}]"):
            version = "batch1" if type(batch["header"]) is str else "batch2"
            proof["evidence"][i] = read(batch, version, f"evidence[{i}]")
    return proof | {
        "statements": {f"statements[{i}]": s for i, s in enumerate(proof["statements"])}
    }


# ── Canonical JSON: one value, one spelling; and what a value must be ─────────────────────────
def dump(value: object) -> bytes:
    """Write a value in its canonical spelling: sorted keys, no white space, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def load(data: bytes, where: str) -> Any:  # noqa: ANN401  any JSON
    """Read canonical JSON; any other spelling, such as a key twice, is refused where it differs."""
    demand(len(data) <= MAX_FILE_BYTES, where, f"more than {MAX_FILE_BYTES} bytes")
    with refusing(where):  # no UTF-8, no JSON, absurdly deep, or a number that is not whole
        value = json.loads(data.decode(), parse_int=whole, parse_float=whole, parse_constant=whole)
        canonical = dump(value)
    if canonical != data:
        pairs = enumerate(zip(data, canonical, strict=False))
        at = next((i for i, (a, b) in pairs if a != b), min(len(data), len(canonical)))
        raise Refused(f"{where}, byte {at}", "not the canonical spelling")
    return value


def whole(digits: str) -> int:
    """Read a number; decimals travel as text, and nothing here has more than 64 bits."""
    if not re.fullmatch("-?[0-9]{1,19}", digits) or not -INT64 <= int(digits) < INT64:
        raise ValueError(f"{digits[:24]} is not a whole number of 64 bits")
    return int(digits)


@lru_cache(maxsize=512)
def form_of(kind: str) -> tuple[str, Any]:
    """Return the type of a kind of the grammar, and what limits its values."""
    each, _, limit = kind.rpartition("*")
    what = WHAT.get(kind, kind)
    low, _, high = what.partition("..")
    if kind in OBJECTS:
        return "dict", OBJECTS[kind]
    if each:
        return "list", (each, int(limit))
    if kind.isdigit():
        return "base64", int(kind)
    return ("int", range(int(low), int(high) + 1)) if high else ("str", re.compile(what))


def read(value: Any, kind: str, where: str) -> Any:  # noqa: ANN401  the grammar tells the type
    """Return a value that is of its kind in the grammar, with bytes for base64; refuse others."""
    plain = kind.removesuffix("?")
    (form, limit), found = form_of(plain), type(value).__name__
    if form == found == "int" and value in limit:
        return value
    if form == found == "str" and limit.fullmatch(value):
        return value
    if kind == "any" or (found == "NoneType" and plain != kind):
        return value
    if form == found == "list" and len(value) <= limit[1]:
        return [read(item, limit[0], f"{where}[{i}]") for i, item in enumerate(value)]
    if form == found == "dict" and value.keys() == limit.keys():
        inside = "" if where == "file" else f"{where}."
        return {name: read(value[name], of, inside + name) for name, of in limit.items()}
    if form == "base64" and found == "str":
        with refusing(where):
            data = b64decode(value, validate=True)
        if b64encode(data).decode() == value and limit in {0, len(data)}:
            return data
    raise Refused(where, f"{value!r:.60} is not of the kind {kind}: {WHAT.get(kind, limit)!s:.200}")


def ascending(keys: Sequence[Any], where: str) -> None:
    """Refuse a list whose items do not stand in ascending order, each once."""
    for i, (before, after) in enumerate(pairwise(keys), 1):
        if after <= before:
            raise Refused(f"{where}[{i}]", f"{after!r:.60} is not above {before!r:.60}")


# ── Ed25519 (RFC 8032) ────────────────────────────────────────────────────────────────────────
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
BASE = (4 * pow(5, -1, P) % P).to_bytes(32, "little")
HIDING = bytes.fromhex("776cf4e3040bee115cd06c1641508f7d8aa4660fc9cedc553a2cee94648515e3")
ZERO: Point = (0, 1, 1, 0)
SIGNATURE_BYTES = 64
WINDOW, PLACES = 6, 43  # bits of a number that one addition takes; so many make 256


def add(a: Point, b: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4)."""
    x, y, z, t = b
    p, q = (a[1] - a[0]) * (y - x) % P, (a[1] + a[0]) * (y + x) % P
    r, s = 2 * D * a[3] * t % P, 2 * a[2] * z % P
    e, f, g, h = q - p, s - r, s + r, q + p
    return e * f % P, g * h % P, f * g % P, e * h % P


def is_small(point: Point) -> bool:
    """Say whether eight times a point is zero: then one signature would fit many messages."""
    return reduce(lambda double, _: add(double, double), range(3), point)[0] == 0


def decode_point(data: bytes) -> Point | None:
    """Return the point that 32 bytes name; None for no point or a second spelling of one."""
    sign, y = divmod(int.from_bytes(data, "little"), 1 << 255)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


@lru_cache(maxsize=64)
def multiples(key: bytes) -> list[list[Point]]:
    """Return j · 64^i · point by place i and digit j; nothing for a key that is none."""
    point, rows = decode_point(key), list[list[Point]]()
    while point and not is_small(point) and len(rows) < PLACES:
        row = list(accumulate([point] * (1 << WINDOW), add, initial=ZERO))
        point = row.pop()
        rows.append(row)
    return rows


def ed25519_verify(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a key signed a message; of one signature no second spelling is accepted."""
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != SIGNATURE_BYTES or s >= ORDER or not multiples(key):
        return False
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % ORDER
    # R = s · BASE - k · key; 8 · ORDER times any point is zero, so we add 8 · ORDER - k times it.
    found = combined((s, BASE), (8 * ORDER - k, key))
    return encode_point(found) == signature[:32] and not is_small(found)


def combined(*terms: tuple[int, bytes]) -> Point:
    """Return the sum of multiples of points, each multiplier below 2^256."""
    found, last = ZERO, (1 << WINDOW) - 1
    for number, point in terms:
        for place, row in enumerate(multiples(point)):
            found = add(found, row[number >> WINDOW * place & last])
    return found


def encode_point(point: Point) -> bytes:
    """Return the one spelling of a point in 32 bytes."""
    x, y = (point[i] * pow(point[2], -1, P) % P for i in (0, 1))
    return (y | (x & 1) << 255).to_bytes(32, "little")


# ── The log: Merkle trees (RFC 6962), checkpoint and cosignatures (C2SP) ──────────────────────
def check_path(entry: bytes, place: Place, tree: Tree, where: str, *, arity: int = 2) -> None:
    """Check that a path leads from an entry to the root; each node has two or eight children."""
    (here, hashes), (size, root) = place, tree
    path = hashes if isinstance(hashes, bytes) else b"".join(hashes)
    found, used = sha256(b"\x00" + entry).digest(), 0
    while size > 1:
        before = here % arity
        middle, end = used + 32 * before, used + 32 * (min(arity, size - here + before) - 1)
        if end > used or arity == WIDE:  # with two, a node without a sibling goes up as it is
            found = sha256(b"\x01" + path[used:middle] + found + path[middle:end]).digest()
        used = end
        here, size = here // arity, -(-size // arity)
    leads = place[0] < tree[0] and len(path) == used and found == root
    demand(leads, where, "the path does not lead to the root")


@refusing("checkpoint")
def read_checkpoint(note: str, log: Key, known: Sequence[Key]) -> tuple[Tree, list[str]]:
    """Return the tree that the log signed, and which of the known witnesses cosigned it."""
    body, _, tail = note.rpartition("\n\n")
    demand(tail.endswith("\n"), "checkpoint", "the last line is not ended")
    text, cosigned = f"{body}\n".encode(), b"cosignature/v1\ntime %d\n"
    by_log = [ed25519_verify(log[1], each, text) for each in signatures(tail, *log, b"\x01")]
    demand(by_log == [True], "checkpoint", "not signed by the log")
    witnesses = dict[str, None]()
    for who, key in known:
        for line in signatures(tail, who, key, b"\x04"):
            message = cosigned % int.from_bytes(line[:8], "big") + text
            is_signed = ed25519_verify(key, line[8:], message)
            demand(is_signed, "checkpoint", f"not signed by {who!r:.60}")
            witnesses[who] = None
    origin, size, root, *_ = [*body.split("\n"), "", "", ""]
    is_ours = origin == log[0] and re.fullmatch("0|[1-9][0-9]{0,17}", size)
    demand(is_ours, "checkpoint", "not a checkpoint of this log")
    return (int(size), read(root, "32", "checkpoint")), list(witnesses)


def signatures(tail: str, name: str, key: bytes, kind: bytes) -> Iterator[bytes]:
    """Yield what stands below a note behind the name and the id of one key."""
    key_id = sha256(name.encode() + b"\n" + kind + key).digest()[:4]
    for line in tail.split("\n"):
        if line.startswith(f"— {name} "):
            found = read(line.removeprefix(f"— {name} "), "0", "checkpoint")
            yield from [found[4:]] * (found[:4] == key_id)


# ── Times, facts, readings ────────────────────────────────────────────────────────────────────
def utc(time_s: int) -> str:
    """Return a UTC time as text."""
    return f"{datetime.fromtimestamp(time_s, UTC):%Y-%m-%dT%H:%M:%SZ}"


def at_s(text: str, where: str) -> int:
    """Return a UTC time [s since 1970-01-01T00:00Z]; one that does not exist is refused."""
    with refusing(where):  # there is no 31 June
        return int(datetime.fromisoformat(text).timestamp())


def span_of(period: Fields, where: str) -> range:
    """Return the starts of the quarters of an hour in a period [s since 1970-01-01T00:00Z]."""
    start_s, end_s = (at_s(period[edge], f"{where}.{edge}") for edge in ("start", "end"))
    return range(start_s, end_s, STEP_S)


def facts_by_key(facts: list[Fields], where: str) -> dict[str, Fields]:
    """Return facts by key, each of which names this very value of this very text."""
    for i, fact in enumerate(facts):
        key = "{set}/{code}/{region}/{valid_from}={value}".format(**fact)
        agree(fact, f"{where}[{i}]", key=key)
    return {fact["key"]: fact for fact in facts}


def checked(
    times_s: Sequence[int], counts: list[int | None], marks: list[int], where: str
) -> Readings:
    """Return readings whose times ascend and whose counts are absent where their marks say so."""
    is_whole = len(times_s) == len(counts) == len(marks)
    demand(is_whole, where, "not as many times as counts and qualities")
    is_rising = all(before < after for before, after in pairwise(times_s))
    demand(is_rising, where, "a time is not above the one before it")
    demand(times_s[-1] < TIME_END_S, where, "a time after the year 9999")
    for count, mark in zip(counts, marks, strict=True):
        fits = (mark == MISSING) == (count is None) and mark < len(QUALITY)
        demand(fits, where, "quality and number do not fit together")
    return list(zip(times_s, counts, marks, strict=True))


def spelled_out(block: Fields, start_s: int, where: str) -> Readings:
    """Return readings that are written as differences, one standing for all that are equal."""
    (first_s, *steps_s), marks, n = block["times_s"], block["quality"], len(block["counts"])
    steps_s = steps_s * (n - 1) if len(steps_s) == 1 else steps_s
    times_s = list(accumulate(steps_s, initial=start_s + first_s))
    totals = accumulate(step or 0 for step in block["counts"])
    counts = [
        None if step is None else (total + INT64) % (2 * INT64) - INT64
        for step, total in zip(block["counts"], totals, strict=True)
    ]
    return checked(times_s, counts, marks * n if len(marks) == 1 else marks, where)


# ── Batches: what a gateway hashed and signed, in the same form for both versions ─────────────
def header_of(batch: Fields, where: str) -> tuple[bytes, Fields]:
    """Return what a gateway signed of a batch, and what it says."""
    head = batch["header"]
    if isinstance(head, str):
        message = head.encode()
        return b"taihang/batch/v1\n" + message, read(load(message, where), "head1", where)
    name, root = head["gateway"].encode(), bytes.fromhex(head["block_root"])
    parts = ("key", "clock", "blocks", "body_bytes", "counter", "sent_at_s")
    packed = struct.pack("<BBBHIQQ32sH", 1, *(head[part] for part in parts), root, len(name))
    message = b"taihang/batch/v2\n" + packed + name + dump(head["notes"])
    return message, head | head["notes"]


def blocks_of(batch: Fields, head: Fields, where: str) -> Iterator[tuple[str, Fields, Readings]]:
    """Yield place, fields and readings of each block that a batch shows and that is in it."""
    root = head["blocks"], bytes.fromhex(head["block_root"])
    decode, arity, part = (decoded_v1, 2, ".body") if "v" in head else (decoded_v2, WIDE, "")
    ascending([block["index"] for block in batch["blocks"]], f"{where}.blocks")
    for i, block in enumerate(batch["blocks"]):
        at = f"{where}.blocks[{i}]"
        with refusing(at + part):
            entry, fields, readings = decode(block, at + part)
        check_path(entry, (block["index"], block["path"]), root, f"{at}.path", arity=arity)
        yield at + part, fields, readings


def decoded_v1(block: Fields, where: str) -> tuple[bytes, Fields, Readings]:
    """Return entry, fields and readings of a block of version 1."""
    body = block["body"]
    at = 4 + int.from_bytes(body[:4], "little")
    fields = read(load(body[4:at], where), "body1", where)
    n, start_s, step_s = fields["n"], fields["start_s"], fields["step_s"]
    is_whole = at <= 4 + MAX_BODY_HEADER_BYTES and len(body) == at + n * (9 if step_s else 17)
    demand(is_whole, where, f"{len(body)} bytes cannot be {n} readings")
    times_s = [start_s + i * step_s for i in range(n)]
    times_s = times_s if step_s else list(struct.unpack_from(f"<{n}q", body, at))
    demand(times_s[0] == start_s, where, "the times do not begin at start_s")
    numbers = struct.unpack_from(f"<{n}q", body, len(body) - 9 * n)
    counts = [None if number == -INT64 else number for number in numbers]
    return block["salt"] + body, fields, checked(times_s, counts, list(body[-n:]), where)


def decoded_v2(block: Fields, where: str) -> tuple[bytes, Fields, Readings]:
    """Return entry, fields and readings of a block of version 2; it has one spelling in bytes."""
    point, unit, scale = (block[name].encode() for name in ("point", "unit", "scale"))
    form = f"<H{len(point)}sBH{len(unit)}sB{len(scale)}sQ"
    texts = len(point), point, QUANTITY.index(block["quantity"]), len(unit), unit
    descriptor = struct.pack(form, *texts, len(scale), scale, block["modulus"])
    readings = spelled_out(block, 0, where)
    return descriptor + block["salt"] + columns_v2(block, readings), block, readings


def columns_v2(block: Fields, readings: Readings) -> bytes:
    """Return the columns of a block of version 2, which the file spells out nearly as they are."""
    first_s, *gaps_s = block["times_s"]
    step_s = gaps_s[0] if len(gaps_s) == 1 and gaps_s[0] < 1 << 32 else 0
    marks = bytes(mark for _, _, mark in readings)
    flags = (len(readings) > 1 and not step_s) + 2 * any(marks)
    first, *steps = [step or 0 for step in block["counts"]]
    n_bits = max((step if step >= 0 else ~step).bit_length() for step in [0, *steps]) + 1
    width = next(n for n in (1, 2, 4, 8) if n_bits <= 8 * n)
    columns = struct.pack("<IqIqBB", len(readings), first_s, step_s, first, width, flags)
    columns += struct.pack(f"<{len(readings)}{'_bh_i___q'[width]}", 0, *steps)
    if flags & 1:
        columns += struct.pack(f"<{len(readings)}q", *(time_s for time_s, _, _ in readings))
    return columns + (marks if flags & 2 else b"")


# ── The evidence, and what follows from it ────────────────────────────────────────────────────
class Case:
    """What a proof file claims, and what its batches say about that."""

    def __init__(self, proof: Fields, pins: Sequence[Key] | None) -> None:
        self.statements: dict[str, Fields] = proof["statements"]
        self.events = [leaf["event"]["body"] for leaf in proof["events"]]
        self.pins, self.is_open = pins, proof["gateways"] is None  # open: batches name their keys
        self.keys: dict[tuple[str, int], bytes] = {
            (each["name"], each["ordinal"]): bytes.fromhex(each["key"])
            for each in proof["gateways"] or ()
        }
        ascending([(each["name"], each["ordinal"]) for each in proof["gateways"] or ()], "gateways")
        self.dials: dict[str, tuple[str, int]] = {}  # scale and modulus by point
        self.units: dict[str, str] = {}  # of a register of another medium than electricity
        self.quantities: dict[str, str] = {}  # register or energy, by point
        # By point and time, with the rank of the batch: the count of the current reading or None;
        # the last register of the meter before a swap and the first one of the meter after it.
        self.counts = defaultdict[str, dict[int, tuple[Rank, Any]]](dict)
        self.swaps = defaultdict[str, dict[int, tuple[Rank, Any]]](dict)
        self.batches, self.readings = set[tuple[str, int]](), 0
        self.energies: dict[int, int] = {}  # of all terms of the last statement, by start [Wh]
        self.of_subject: dict[str, dict[int, int]] = {}  # the same of every subject
        self.measured: list[dict[str, int]] = []  # intervals by point, for each statement
        self.missing = [0, 0]  # intervals of any term that are not measured, of how many
        self.shown = defaultdict[str, list[str]](list)  # what a person should know, by label
        self.warnings = set[str]()

    def check_statement(self, statement: Fields, where: str) -> None:
        """Check that value = energy_wh × factor ÷ divisor, with the units of the kind."""
        factor_unit, divisor, unit = KINDS[statement["kind"]]
        span = span_of(statement["period"], f"{where}.period")
        agree(statement, where, intervals=len(span), divisor=divisor, unit=unit)
        points = {term["point"] for term in statement["terms"]}
        is_set = len(points) == len(statement["terms"]) > 0
        demand(is_set, f"{where}.terms", "none, or a point twice")
        for i, term in enumerate(statement["terms"]):
            dial, at = (str(term["scale"]), term["modulus"]), f"{where}.terms[{i}]"
            agree({"dial": dial}, at, dial=self.dials.setdefault(term["point"], dial))
            demand(term["sign"], f"{at}.sign", "0 is not 1 or -1")
        why = f"not what {statement['kind']} takes: {factor_unit or 'none'}"
        demand(len(statement["factors"]) == bool(factor_unit), f"{where}.factors", why)
        with localcontext(prec=100):  # more digits than there can be: nothing is rounded
            product = Decimal(statement["energy_wh"]) / divisor
            for fact in facts_by_key(statement["factors"], f"{where}.factors").values():
                read(fact["unit"], factor_unit, f"{where}.factors[0].unit")
                product *= Decimal(fact["value"])
            value = f"{product.normalize() + 0:f}"  # + 0 makes zero of minus zero
        agree(statement, where, " = energy × factor ÷ divisor", value=value)

    def add_batch(self, batch: Fields, tree: Tree, where: str) -> None:
        """Check one batch, and take in its events and blocks."""
        at = f"{where}.header"
        message, head = header_of(batch, at)
        is_signed = ed25519_verify(self.key_of(head, at), batch["signature"], message)
        demand(is_signed, f"{where}.signature", "not signed by its gateway")
        entry = message[17:] + batch["signature"]  # without the name of the format
        place = batch["leaf_index"], batch["inclusion"]
        check_path(entry, place, tree, f"{where}.inclusion")
        rank = head["sent_at_s"], head["gateway"], head["counter"]
        demand(rank[1:] not in self.batches, f"{at}.counter", "a counter used twice: a clone")
        self.batches.add(rank[1:])
        ascending([(swap["at_s"], swap["point"]) for swap in head["events"]], f"{at}.events")
        ours = [swap for swap in head["events"] if swap["point"] in self.dials]
        for swap in ours:
            edges = swap["final_count"], swap["initial_count"]
            keep(self.swaps[swap["point"]], swap["at_s"], rank, edges)
        foreign = {swap["point"] for swap in ours}
        for place, fields, readings in blocks_of(batch, head, where):
            self.add_block(fields, readings, rank, place)
            foreign.discard(fields["point"])
        # An event replaces a difference of registers: only who reads a meter may say it.
        why = f"an event of {min(foreign, default='')!r:.60} without a block of its readings"
        demand(not foreign, f"{at}.events", why)

    def key_of(self, head: Fields, where: str) -> bytes:
        """Return the key that a header names, itself (version 1) or by its ordinal."""
        name, named = head["gateway"], bytes.fromhex(head.get("gateway_key", ""))
        known = {key: ordinal for (who, ordinal), key in self.keys.items() if who == name}
        if self.is_open and named not in known:  # a gateway that changed its key has several
            known[named] = len(known) + 1
            self.keys[name, known[named]] = named
        key = self.keys.get((name, head["key"] if "key" in head else known.get(named, 0)), b"")
        is_known = key and (self.pins is None or (name, key) in self.pins)
        demand(is_known, f"{where}.gateway_key", f"not the key of gateway {name!r:.60}")
        return key

    def add_block(self, block: Fields, readings: Readings, rank: Rank, where: str) -> None:
        """Take in the readings of a block, which must be read as its term says."""
        point = block["point"]
        demand(point in self.dials, f"{where}.point", f"{point!r:.60} is no point of a statement")
        (scale, modulus), unit = self.dials[point], self.units.get(point, "Wh")
        wanted = self.quantities.setdefault(point, block["quantity"])
        agree(block, where, unit=unit, scale=scale, modulus=modulus, quantity=wanted)
        for time_s, count, mark in readings:
            keep(self.counts[point], time_s, rank, count if mark in {MEASURED, MANUAL} else None)
        self.readings += len(readings)

    def check_energy(self, statement: Fields, where: str) -> None:
        """Work out the energy of a statement by the rule register-energy/v1, and compare."""
        found, span = defaultdict[int, int](int), span_of(statement["period"], where)
        self.measured.append({})
        for term in statement["terms"]:
            energies = list(self.energies_wh(term, span))
            self.measured[-1][term["point"]] = len(energies)
            for start_s, wh in energies:
                found[start_s] += term["sign"] * wh
        n_pairs, n = len(span) * len(statement["terms"]), sum(self.measured[-1].values())
        by, self.energies = ", as the readings give", dict(found)
        self.of_subject[statement["subject"]] = self.energies
        agree(statement, where, by, missing=n_pairs - n, energy_wh=sum(found.values()))
        demand(n, f"{where}.missing", f"NOTHING MEASURED: all {n_pairs} intervals are missing")
        self.missing = [self.missing[0] + n_pairs - n, self.missing[1] + n_pairs]
        self.show(statement, span)

    def energies_wh(self, term: Fields, span: range) -> Iterator[tuple[int, int]]:
        """Yield start and energy of each interval in which a point is measured [s, Wh]."""
        counts = {time_s: count for time_s, (_, count) in self.counts[term["point"]].items()}
        swaps = defaultdict[int, list[int]](list)  # by the start t of (t, t + 900]
        for swap_s, (_, edges) in sorted(self.swaps[term["point"]].items()):
            swaps[(swap_s - 1) // STEP_S * STEP_S] += edges
        for start_s in filter(span.__contains__, counts):
            delta: int | None = counts[start_s]
            if self.quantities[term["point"]] == "register":
                edges = [delta, *swaps.get(start_s, ()), counts.get(start_s + STEP_S)]
                delta = register_delta(edges, term["modulus"])
            if delta is not None and 0 <= delta * term["scale"] <= term["max_interval_wh"]:
                yield start_s, delta * term["scale"]

    def show(self, statement: Fields, span: range) -> None:
        """Note what a person should know of a statement, and what nothing here can judge."""
        say = self.shown
        say["title"].append("{zh} | {en}".format(**statement["title"]))
        say["subject"].append("{subject}, {park}, {kind}".format(**statement))
        text = "{id}, version {version}, supersedes ".format(**statement)
        say["id"].append(text + (statement["supersedes"] or "-"))
        say["period"].append("{start} … {end}".format(**statement["period"]))
        say["energy"].append(f"{statement['energy_wh']} Wh")
        text = "{sign} × {point}, {scale} Wh/count, ≤ {max_interval_wh} Wh/interval, "
        for term in statement["terms"]:
            n = f"{self.measured[-1][term['point']]} / {statement['intervals']} [measured]"
            say["term"].append(text.format(**term) + n)
        text = "{code} = {value} {unit} [{status}], {region}, {document} {clause}, {valid_from} … "
        for fact in statement["factors"]:
            say["factor"].append(text.format(**fact) + (fact["valid_to"] or "-"))
            # A local day begins up to 14 h before that of UTC, and ends up to 12 h after it.
            is_late = fact["valid_from"] > utc(span[0] + 14 * HOUR_S)[:10]
            last = utc(span[-1] + STEP_S - 12 * HOUR_S - 1)[:10]
            if is_late or (fact["valid_to"] or "9999") <= last:
                self.warnings.add("factor")

    def report(self, log: Key, tree_size: int, witnesses: list[str]) -> Fields:
        """Return what was found, and what stands behind the number."""
        keys = sorted((who, n, held.hex()) for (who, n), held in self.keys.items())
        n = f"{self.readings} readings in {len(self.batches)} batches"
        self.shown["gateway"] = [f"{who} key {ordinal}: {held}" for who, ordinal, held in keys]
        self.shown["log"] = [f"{log[0]}, size {tree_size}, {n}"]
        if "state" in self.shown:  # what came later is in no file
            self.shown["state"] = [f"{self.shown['state'][0]} (as of log size {tree_size})"]
        self.shown |= {"log-key": [log[1].hex()], "witness": witnesses}
        self.warnings |= {"gateway"} if keys and self.pins is None else set()
        return {
            "statements": list(self.statements.values()), "measured": self.measured,
            "missing": self.missing, "readings": self.readings, "batches": len(self.batches),
            "gateways": keys, "gateway_keys_confirmed": self.pins is not None, "shown": self.shown,
            "log_name": log[0], "log_key": log[1].hex(), "tree_size": tree_size,
            "witnesses": witnesses,
        }  # fmt: skip

    # ── What is claimed on top of energies: each check returns value and unit ──

    def claim_statement(self, _claim: Fields) -> tuple[str, str]:
        """Show the one statement of a file; of a single interval the readings at its ends too."""
        ((where, statement),) = self.statements.items()
        start_s, *more = span_of(statement["period"], where)
        for term in statement["terms"] * (not more):
            for time_s in (start_s, start_s + STEP_S):
                _, count = self.counts[term["point"]].get(time_s, (None, None))
                row = f"{term['point']} {utc(time_s)}: {count} × {term['scale']} Wh"
                self.shown["reading"].append(row)
        return statement["value"], statement["unit"]

    def claim_hour(self, claim: Fields) -> tuple[str, str]:
        """Check that the readings of one meter and hour are a leaf of the seal of their day."""
        hour = claim["hour"]
        agree(self.events[0], "events[0].event.body", day=hour["hour"][:10])
        self.check_leaf(claim, hour)
        start_s = at_s(f"{hour['hour']}:00:00Z", "claim.hour.hour")
        readings = spelled_out(hour, start_s, "claim.hour")
        demand(readings[-1][0] < start_s + HOUR_S, "claim.hour.times_s", "not of this hour")
        self.shown["point"] = ["{point}, {quantity}, × {scale} {unit}".format(**hour)]
        rows = (f"{utc(time_s)}: {count} [{QUALITY[mark]}]" for time_s, count, mark in readings)
        self.shown["reading"].extend(rows)
        self.readings = len(readings)
        return str(len(readings)), "readings"

    def check_leaf(self, claim: Fields, leaf: Fields, n: int = 0, where: str = "claim") -> None:
        """Check that a salted object is a leaf of the tree that an event of the log names."""
        named = {name: self.events[n].get(name) for name in ("n", "root")}
        check_salted(claim, dump(leaf), read(named, "tree", f"events[{n}].event.body"), where)

    def claim_lot(self, claim: Fields) -> tuple[str, str]:
        """Check that a lot is the measured generation of its plant in one interval, and issued."""
        ((where, statement),), lot = self.statements.items(), claim["lot"]
        agree(statement, where, kind="energy", subject=lot["plant"], intervals=1)
        name = f"{lot['plant']}@{statement['period']['start']}"
        agree(lot, "claim.lot", ", as the readings give", id=name, wh=statement["energy_wh"])
        self.check_leaf(claim, lot)
        self.claim_statement(claim)
        return str(lot["wh"]), "Wh"

    def expect_media(self, claim: Fields) -> None:
        """Note how the registers of metered media are read, before their batches come."""
        for i, meter in enumerate(claim.get("amount", {}).get("meters", ())):
            point, at = meter["point"], f"claim.amount.meters[{i}]"
            demand(point not in self.dials, f"{at}.point", "a meter twice")
            self.dials[point] = str(meter["scale"]), meter["modulus"]
            self.units[point], self.quantities[point] = meter["unit"], "register"

    def claim_metered(self, claim: Fields) -> tuple[str, str]:
        """Check that an amount of gas, water, steam or heat is what its registers counted."""
        amount, total, end_s = claim["amount"], Decimal(0), 0
        for i, meter in enumerate(amount["meters"]):
            where = f"claim.amount.meters[{i}]"
            demand(meter["from"]["time_s"] >= end_s, f"{where}.from", "counted twice")
            end_s = meter["to"]["time_s"]
            self.check_chain(meter, where)
            total += self.check_conversion(meter, amount["unit"], where)
        by = ", as its meters give"
        agree(amount, "claim.amount", by, amount=f"{total.normalize() + 0:f}")
        say, file = self.shown, sha256(dump(amount)).hexdigest()
        say["subject"].append("{subject}, {item}, {flow}, {month}".format(**amount))
        say["stated"] += [f"the file behind the line: SHA-256 {file}", "the amounts of its days"]
        return amount["amount"], amount["unit"]

    def check_chain(self, meter: Fields, where: str) -> None:
        """Check that an honest meter shows the registers, but for those that are refused."""
        point, scale, gone = meter["point"], meter["scale"], set[int]()
        for found in meter["findings"]:
            gone |= {found["time_s"]} if found["rule"] in REFUSED else set()
        span = range(meter["from"]["time_s"], meter["to"]["time_s"] + 1)
        read = {at: count for at, (_, count) in self.counts[point].items() if at in span}
        chain = sorted((at, n) for at, n in read.items() if n is not None and at not in gone)
        ends = [{"time_s": at, "count": n} for at, n in (*chain[:1], *chain[-1:])] or [{}, {}]
        for name, end in (("from", ends[0]), ("to", ends[1])):
            agree(meter[name], f"{where}.{name}", ", as the readings give", **end)
            demand(end, f"{where}.{name}", "no register is shown")
        steps = sum(self.steps_between(meter, *pair, where) for pair in pairwise(chain)) * scale
        agree(meter, where, ", as the readings give", steps=steps, n_registers=len(chain))
        text = "{point}: {from[count]} … {to[count]} × {scale} {unit}, {n_registers} registers"
        self.shown["reading"].append(text.format(**meter))
        self.shown["period"].append(f"{utc(span[0])} … {utc(span[-1])}")
        self.shown["refused"] += [f"{point} {utc(at)}" for at in sorted(gone)]

    def steps_between(
        self, meter: Fields, early: tuple[int, int], late: tuple[int, int], where: str
    ) -> int:
        """Return what was counted from one register to the next, if an honest meter can."""
        swaps, edges = sorted(self.swaps[meter["point"]].items()), [early[1]]
        edges += [edge for at, (_, two) in swaps if early[0] < at <= late[0] for edge in two]
        delta = register_delta([*edges, late[1]], meter["modulus"])
        most = meter["max_steps_per_h"] * (late[0] - early[0]) // HOUR_S + meter["scale"]
        honest = delta is not None and delta * meter["scale"] <= most
        demand(honest, where, f"no honest meter counts so from {utc(early[0])} to {utc(late[0])}")
        return delta or 0

    def check_conversion(self, meter: Fields, unit: str, where: str) -> Decimal:
        """Check how steps became the unit of the account, and return the amount."""
        stated = {name: Decimal(text) for name, text in meter["conversion"].items()}
        wanted, size = MEDIA[meter["unit"], " ".join(sorted(stated))]
        agree({"unit": unit}, "claim.amount", unit=wanted)
        with localcontext(prec=100):
            ratio = stated.get("density_kg_per_m3", stated.get("heat_kj_per_kg", Decimal(1)))
            if "stated_at_c" in stated:
                ratio = (ZERO_C_K + stated["stated_at_c"]) * stated["counts_at_kpa"]
                ratio /= (ZERO_C_K + stated["counts_at_c"]) * stated["stated_at_kpa"]
            amount = (meter["steps"] * ratio / size).quantize(Decimal("0.001"))
        text = f"{amount.normalize() + 0:f}"
        agree(meter, where, ", as its steps give", amount=text)
        told = ", ".join(f"{name} {value}" for name, value in meter["conversion"].items())
        self.shown["stated"].append(f"{meter['point']}: {told or 'no conversion'}")
        return amount

    def claim_share(self, claim: Fields) -> tuple[str, str]:
        """Check what one enterprise used against the commitments of all, whose sum is open."""
        at, body = "events[0].event.body", read(self.events[0], "shares", "events[0].event.body")
        agree(body, at, period=claim["period"])
        ids = [member["id"] for member in body["members"]]
        ascending(ids, f"{at}.members")
        demand(claim["member"] in ids, "claim.member", "not in the list")
        mine, n = body["members"][ids.index(claim["member"])], len(ids)
        ascending([opening["quantity"] == "green_wh" for opening in claim["openings"]], "claim")
        demand(claim["openings"], "claim.openings", "none is shown")
        text = "{quantity}: {wh} Wh = {ratio} % of {total} Wh of {n} members"
        for i, opening in enumerate(claim["openings"]):
            quantity = opening["quantity"]
            total = body["sums"][quantity]
            points = [decode_point(bytes.fromhex(each[quantity])) for each in body["members"]]
            demand(all(points), f"{at}.members", "a commitment that is no point")
            sum_of_all = encode_point(reduce(add, filter(None, points)))
            agree({"sum": sum_of_all}, f"{at}.sums.{quantity}", sum=commitment(total, at))
            where = f"claim.openings[{i}]"
            agree({"wh": mine[quantity]}, where, wh=commitment(opening, where).hex())
            demand(opening["wh"] <= total["wh"], f"{where}.wh", "it is not a part of the sum")
            ratio = f"{Decimal(100 * opening['wh']) / (total['wh'] or 1):.4f}"
            row = text.format(**opening, ratio=ratio, total=total["wh"], n=n)
            self.shown["share"].append(row)
        self.shown["subject"].append(f"{claim['member']}, {claim['period']}")
        self.shown["missing"].append(f"{mine['missing']} intervals of {claim['member']}")
        self.shown["stated"] += ["that each of the list is real and used 0 Wh or more"]
        self.shown["stated"] += [f"nothing is measured of {who}" for who in body["absent"]]
        return str(claim["openings"][0]["wh"]), "Wh"

    def claim_certificate(self, claim: Fields) -> tuple[str, str]:
        """Check what a certificate is made of, what became of it, and where it stands now."""
        found = Certificate(claim)
        # 1. Where it stands: a leaf of its issue's tree, the issue's root one of the state.
        found.check_place()
        self.check_leaf(claim["issue"], claim["issue"]["leaf"], 1, "claim.issue")
        # 2. What became of it: acts of the log, in their order, that lead to its state.
        for i, leaf in enumerate(claim["acts"]):
            self.check_leaf(leaf, leaf["act"], 0, f"claim.acts[{i}]")
        agree(self.events[1], "events[1].event.body", acts=self.events[0]["n"])
        found.check_history()
        # 3. What it is made of: lots in their order, each generated by its plant.
        for where, statement in self.statements.items():
            agree(statement, where, kind="energy")
        found.check_lots()
        subjects = [statement["subject"] for statement in self.statements.values()]
        ascending(subjects, "statements")
        of_it = {plant for _, plant, _ in found.lots}
        of_it |= {found.issue["recipient"], *(claim["step"] or {"plants": ()})["plants"]}
        demand(found.lots or not subjects, "statements", "no lot is shown")
        demand(of_it.issuperset(subjects), "statements", "one is not about this certificate")
        found.check_generation(self.of_subject)
        # 4. Why its first holder got so much: the step of the matching.
        sums = self.events[2] if len(self.events) > 2 else {"pool": None}  # noqa: PLR2004
        agree({"period": found.issue["month"]} | sums, "events[2]", period=found.issue["month"])
        found.check_step(self.of_subject, read(sums["pool"], "tree?", "events[2].event.body.pool"))
        found.shown |= self.shown
        self.shown = found.shown | {"stated": found.stated}
        return str(found.stop_wh - found.first_wh), "Wh"

    def claim_inventory(self, claim: Fields) -> tuple[str, str]:
        """Check that an inventory is the sum of parts whose periods make up its own."""
        for where, statement in self.statements.items():
            agree(statement, where, kind="scope2-location", subject=claim["subject"])
        every = [*claim["parts"], *self.statements.values()]
        periods = sorted((part["period"]["start"], part["period"]["end"]) for part in every)
        starts = [*(start for start, _ in periods), claim["period"]["end"]]
        ends = [claim["period"]["start"], *(end for _, end in periods)]
        demand(starts == ends, "claim.period", "the parts leave a gap or overlap")
        with localcontext(prec=100):
            total = sum((Decimal(part["value"]) for part in every), Decimal(0))
        demand(total == Decimal(claim["value"]), "claim.value", f"the parts make {total}")
        text = "{id} = {value}: verify its own proof {proof_sha256}"
        self.shown["stated"] += [text.format(**part) for part in claim["parts"]]
        self.shown["title"].insert(0, "外购电力（基于位置） | purchased electricity, by place")
        return claim["value"], claim["unit"]

    def claim_bill(self, claim: Fields) -> tuple[str, str]:
        """Check a bill line by line, and its sum."""
        ((where, statement),) = self.statements.items()
        agree(statement, where, kind="energy")
        bill = Bill(claim, statement, self.energies)
        bill.check_month(statement["subject"])
        self.shown["line"], stated = bill.check_lines(claim["line"])
        what_if = f"a WHAT-IF and no bill to pay: the prices of {bill.stands_in} stand in"
        self.shown["stated"] = [what_if] * bool(bill.stands_in) + stated
        amounts = {line["code"]: line["amount_cny"] or "-" for line in bill.document["lines"]}
        value = amounts[claim["line"]] if claim["line"] else bill.document["value"]
        return value, "CNY"


def check_salted(place: Fields, entry: bytes, tree: Fields, where: str) -> None:
    """Check that a path leads from a salted entry to the root of a tree."""
    root, at = (tree["n"], bytes.fromhex(tree["root"])), (place["index"], place["path"])
    check_path(place["salt"] + entry, at, root, f"{where}.path")


def commitment(opening: Fields, where: str) -> bytes:
    """Return the point wh · G + blinding · H (Pedersen)."""
    blinding = int.from_bytes(bytes.fromhex(opening["blinding"]), "little")
    demand(blinding < ORDER, where, "a blinding above the order of the group")
    return encode_point(combined((opening["wh"], BASE), (blinding, HIDING)))


def keep(current: dict[int, tuple[Rank, Any]], time_s: int, rank: Rank, value: object) -> None:
    """Let the batch that was sent last decide on a time."""
    if time_s not in current or current[time_s][0] < rank:
        current[time_s] = rank, value


def register_delta(edges: list[int | None], modulus: int) -> int | None:
    """Return what was counted from the first register to the last, each meter's two in order."""
    known = [edge for edge in edges if edge is not None]
    parts = [last - first for first, last in zip(known[::2], known[1::2], strict=False)]
    if len(parts) == 1 and parts[0] < 0:  # one rollover, or it leaves the limits of an interval
        parts[0] += modulus
    return sum(parts) if len(known) == len(edges) and min(parts) >= 0 else None


# ── A certificate: positions of an issue, in one state ────────────────────────────────────────
# By kind of act: the states that it may find, the state that it leaves, and who does it.
ACTS = {
    "cover": ("issued", "withdrawn", "park"), "release": ("issued", "held", "park"),
    "list": ("held", "listed", "holder"), "delist": ("listed", "held", "holder"),
    "offer": ("held", "in-transfer", "holder"), "buy": ("listed", "in-transfer", "buyer"),
    "accept": ("in-transfer", "in-transfer", "to"), "decline": ("in-transfer", "held", "to"),
    "revoke": ("in-transfer", "held", "holder"), "pay": ("in-transfer", "held", "holder or park"),
    "claim": ("held", "claimed", "holder"), "expire": ("issued held listed in-transfer", "expired",
    "park"), "withdraw": ("issued held listed", "withdrawn", "park"),
    "correct": ("issued held listed", "withdrawn", "park"),
}  # fmt: skip
DEALS = {  # by kind of act: the field that names the act it answers, and what that may be
    "delist": ("listing", "list"), "buy": ("listing", "list"), "accept": ("offer", "offer"),
    "decline": ("offer", "offer"), "revoke": ("deal", "offer accept buy"),
    "pay": ("deal", "accept buy"),
}  # fmt: skip
SUM_BYTES = 40  # energy and hash of a node of a tree of energies


class Certificate:
    """The positions [first_wh, stop_wh) of an issue, and how they came to where they stand."""

    def __init__(self, claim: Fields) -> None:
        self.claim, self.leaf = claim, claim["certificate"]["leaf"]
        self.first_wh, self.stop_wh = self.leaf["first_wh"], self.leaf["stop_wh"]
        demand(claim["acts"], "claim.acts", "none is shown")
        self.acts = [self.act_of(leaf["act"], i) for i, leaf in enumerate(claim["acts"])]
        self.issue: Fields = self.acts[0].get("issue", {})
        self.shown = defaultdict[str, list[str]](list)
        self.stated = list[str]()
        self.lots: list[tuple[int, str, int]] = []  # start [s], plant, energy [Wh]

    @staticmethod
    def act_of(act: Any, i: int) -> Fields:  # noqa: ANN401  the grammar tells the type
        """Return an act that has exactly the fields of its kind."""
        with refusing(f"claim.acts[{i}].act"):
            agree(act, "act", format="taihang/certificate-act/v1")
            kind, name = read(act["kind"], "name", "act.kind"), read(act["id"], "name", "act.id")
            rest = {key: act[key] for key in act if key not in {"format", "kind", "id"}}
            return read(rest, f"act-{kind}", f"claim.acts[{i}].act") | {"kind": kind, "id": name}

    def check_place(self) -> None:
        """Check that it lies where it says, among all certificates of its issue."""
        place, whole, at = (
            self.claim["certificate"],
            self.claim["issue"]["leaf"],
            "claim.issue.leaf",
        )
        demand(self.acts[0]["kind"] == "issue", "claim.acts[0]", "not the act of its issue")
        agree(whole, at, issue=self.issue["id"], total_wh=self.issue["total_wh"])
        agree(self.leaf, "claim.certificate.leaf", issue=self.issue["id"],
              kind=self.issue["kind"], expires_s=self.issue["expires_s"])  # fmt: skip
        wh: int = self.stop_wh - self.first_wh
        found: Tree = wh, sha256(b"\x00" + place["salt"] + dump(self.leaf)).digest()
        here, size, first_wh, path = int(place["index"]), int(whole["n"]), 0, bytes(place["path"])
        demand(here < size and wh > 0, "claim.certificate.index", "not a leaf")
        while size > 1:
            if here ^ 1 < size:
                beside, path = path[:SUM_BYTES], path[SUM_BYTES:]
                demand(len(beside) == SUM_BYTES, "claim.certificate.path", "the path is too short")
                other = int.from_bytes(beside[:8], "big")
                mine = found[0].to_bytes(8, "big") + found[1]
                first_wh += other if here & 1 else 0
                both = beside + mine if here & 1 else mine + beside
                found = found[0] + other, sha256(b"\x01" + both).digest()
            here, size = here // 2, -(-size // 2)
        leads = found == (whole["total_wh"], bytes.fromhex(whole["root"])) and not path
        demand(leads, "claim.certificate.path", "the path does not lead to the root")
        agree({"first_wh": self.first_wh}, "claim.certificate.leaf", first_wh=first_wh)

    def check_history(self) -> None:
        """Check that acts in their order bring the positions into their state."""
        ascending([leaf["index"] for leaf in self.claim["acts"]], "claim.acts")
        ids = [act["id"] for act in self.acts]
        demand(len(set(ids)) == len(ids), "claim.acts", "an act twice")
        if self.claim["history"] == "ends" and len(ids) > 1:
            self.check_end(self.acts[-1])
            demand(not ids[2:], "claim.acts", "more than the first and the last")
            self.show_history(is_whole=False)
            return
        now: Fields = {"holder": self.issue["holder"], "to": "", "act": self.acts[0]}
        states = {"issued", "held"}  # it waits where one of its plants owes something
        for i, act in enumerate(self.acts[1:], 1):
            states, now = self.after(act, states, now, f"claim.acts[{i}].act")
        demand(self.leaf["state"] in states, "claim.certificate.leaf.state", f"is not {states}")
        agree(self.leaf, "claim.certificate.leaf", ", as its acts give", holder=now["holder"],
              to=now["to"], act=now["act"]["id"])  # fmt: skip
        self.show_history(is_whole=True)

    def check_end(self, act: Fields) -> None:
        """Check that the last act, alone, leaves what there is."""
        at, (_, leaves, who) = "claim.acts[1].act", ACTS.get(act["kind"], ("", "", ""))
        may = {leaves, "held"} if act["kind"] in {"accept", "buy"} else {leaves}
        agree(self.leaf, "claim.certificate.leaf", ", as its last act gives", act=act["id"])
        demand(self.leaf["state"] in may, f"{at}.kind", f"{self.leaf['state']} is not {may}")
        is_right = who != "holder" or act["actor"] == self.leaf["holder"]
        demand(is_right, f"{at}.actor", f"{act['actor']!r:.60} is not the holder")
        self.check_extent(act, at)

    def after(self, act: Fields, states: set[str], now: Fields, at: str) -> tuple[set[str], Fields]:
        """Return state, holder and buyer after an act that may be done then."""
        kind, holder = act["kind"], now["holder"]
        finds, leaves, who = ACTS.get(kind, ("", "", ""))
        demand(states & set(finds.split()), at, f"{kind!r:.40} is not done to what is {states}")
        may = {"park": {"park"}, "holder": {holder}, "to": {now["to"]}, "buyer": {act["actor"]},
               "holder or park": {holder, "park"}}[who]  # fmt: skip
        demand(act["actor"] in may, f"{at}.actor", f"{act['actor']!r:.60} is not {may}")
        field, answers = DEALS.get(kind, ("", ""))
        if field:
            answered = now["act"]["kind"] in answers.split() and now["act"]["id"] == act[field]
            demand(answered, f"{at}.{field}", "it is not the act before")
        self.check_extent(act, at)
        to = {"offer": act.get("to", ""), "buy": act["actor"], "accept": now["to"]}.get(kind, "")
        if kind in {"list", "offer", "buy", "accept", "pay"}:
            agree(self.issue, "claim.acts[0].act.issue", kind="tradable")
        demand(to != holder or not to, f"{at}.actor", "a transfer to oneself is not one")
        late = act["at_s"] >= self.issue["expires_s"]
        in_time = late == (kind == "expire") or kind in {
            "delist",
            "decline",
            "revoke",
            "withdraw",
            "correct",
            "cover",
            "release",
        }
        demand(in_time, f"{at}.at_s", "is not in the time for which it is valid")
        price = act.get("price_cny_per_mwh", now["act"].get("price"))
        gift = kind in {"buy", "accept"} and price is not None and Decimal(price) == 0
        if gift or kind == "pay":
            leaves, holder, to = "held", to or now["to"], ""
        return {leaves}, {"holder": holder, "to": to, "act": act | {"price": price}}

    def check_extent(self, act: Fields, at: str) -> None:
        """Check that an act speaks of these positions, by name or by an amount that is enough."""
        with refusing(at):
            pieces = [list(each) for each in act.get("pieces", ())]
            if "lots" in act:  # plant, start, first, stop, by how much it shrank
                pieces = [[act["issue"], *lot[2:4]] for lot in act["lots"]]
            inside = any(
                name == self.issue["id"] and first <= self.first_wh and self.stop_wh <= stop
                for name, first, stop in pieces
            )
            wh = act.get("wh")
            enough = wh is None or wh >= self.stop_wh - self.first_wh
            demand(inside or not pieces, f"{at}.pieces", "it is not about these positions")
            demand(enough, f"{at}.wh", "it is not about so much")
            demand(act.get("issue", self.issue["id"]) == self.issue["id"], at, "another issue")
            self.stated += [f"that {act['id']} took these positions"] * (wh is not None)

    def show_history(self, *, is_whole: bool) -> None:
        """Note what a person should know of what became of it."""
        say, leaf, issue = self.shown, self.leaf, self.issue
        say["certificate"] = [f"{issue['id']}:{self.first_wh}-{self.stop_wh}"]
        say["state"] = [
            f"{leaf['state']}, {leaf['holder']}" + f" → {leaf['to']}" * bool(leaf["to"])
        ]
        say["route"] = ["{route} {route_id}, {recipient}, {kind}, {month}, {rule}".format(**issue)]
        say["plant"] = ["{id}: {wh} Wh of the issue".format(**part) for part in issue["plants"]]
        self.stated.append("that all issues together are no more than the plants generated")
        for leaf_of, act in zip(self.claim["acts"], self.acts, strict=True):
            text = f"#{leaf_of['index'] + 1} {utc(act['at_s'])} {act['kind']} by {act['actor']}"
            if act["kind"] == "claim":
                text += ": {purpose}, for {beneficiary}, {period}".format(**act)
            say["act"].append(text)
        self.stated += ["the acts between the first and the last"] * (not is_whole)

    def check_lots(self) -> None:
        """Check that the lots of whole days cover the positions, in their order, each once."""
        days, issue = self.claim["days"], self.issue
        if not days:  # as anybody may see it: totals alone
            self.stated.append("its lots, by interval and plant")
            return
        at_wh, names = days[0]["first_wh"], [part["id"] for part in issue["plants"]]
        tree = {"n": self.claim["n_days"], "root": issue["lots_root"]}
        for i, day in enumerate(days):
            where = f"claim.days[{i}]"
            agree(day, where, first_wh=at_wh)
            lots = list(zip(day["start_s"], day["plant"], day["wh"], strict=True))
            head = {"day": day["day"], "first_wh": at_wh, "issue": issue["id"], "n": len(lots),
                    "stop_wh": day["stop_wh"]}  # fmt: skip
            rows = b"".join(struct.pack("<qHQ", *lot) for lot in lots)
            check_salted(day, dump(head) + b"\n" + rows, tree, where)
            at_wh += sum(day["wh"])
            agree({"stop_wh": day["stop_wh"]}, where, stop_wh=at_wh)
            self.lots += [(start_s, names[plant], wh) for start_s, plant, wh in lots]
        ascending([(start_s, names.index(plant)) for start_s, plant, _ in self.lots], "claim.days")
        covers = days[0]["first_wh"] <= self.first_wh and self.stop_wh <= at_wh
        demand(covers, "claim.days", "the lots do not reach from its first position to its last")
        for part in issue["plants"]:
            own = [(start_s, wh) for start_s, plant, wh in self.lots if plant == part["id"]]
            fits = all(part["first_s"] <= start_s < part["stop_s"] for start_s, _ in own)
            wh, is_all = sum(wh for _, wh in own), at_wh - days[0]["first_wh"] == issue["total_wh"]
            fits = fits and (wh == part["wh"] if is_all else wh <= part["wh"])
            demand(fits, "claim.days", f"what {part['id']!r:.60} gave is not that of the issue")

    def check_generation(self, energies: dict[str, dict[int, int]]) -> None:
        """Check that every lot is at most what the meter of its plant measured then."""
        for start_s, plant, wh in self.lots:
            if plant in energies:
                measured = energies[plant].get(start_s, 0)
                why = f"{wh} Wh of {plant!r:.60} at {utc(start_s)}, and {measured} Wh is measured"
                demand(wh <= measured, "claim.days", why)
        plants = sorted({plant for _, plant, _ in self.lots})
        n = sum(plant in energies for _, plant, _ in self.lots)
        shown = [f"{n} / {len(self.lots)} lots within what meters of plants measured"]
        self.shown["lot"] = shown if self.lots else []
        unmeasured = [f"the generation of {plant}" for plant in plants if plant not in energies]
        self.stated += unmeasured

    def check_step(self, energies: dict[str, dict[int, int]], tree: Fields | None) -> None:
        """Check what the first holder got against the rule, as far as the file shows its load."""
        step, who = self.claim["step"], self.issue["recipient"]
        if step is None or not self.lots:
            is_fed = self.issue["route"] == "feed-in"
            what = f"{who} fed so much into the grid" if is_fed else f"{who} got so much"
            self.stated.append(f"that {what}, by {self.issue['rule']}")
            return
        got = defaultdict[int, int](int)
        for start_s, _, wh in self.lots:
            got[start_s] += wh
        demand(who in energies, "claim.step", "the load of the first holder is not shown")
        ascending([day["index"] for day in step["pool"]], "claim.step.pool")
        agree({"n": len(step["earlier_wh"])}, "claim.step.earlier_wh", n=len(got))
        most = self.pool_of(step, tree) if self.issue["route"] == "pool" else None
        n = 0
        for i, start_s in enumerate(sorted(got)):
            load_wh = energies[who].get(start_s)
            if load_wh is None:
                continue  # what was estimated of it, nothing here can judge
            n += 1
            if most is None:
                given = [energies[plant].get(start_s, 0) for plant in step["plants"]]
                wanted = {min(sum(given), load_wh, step["limit_wh"])}
            else:
                given_wh, demand_wh = most[start_s]
                exact = given_wh * (load_wh - step["earlier_wh"][i]) // max(demand_wh, 1)
                wanted = {exact, exact + 1}
            why = f"{got[start_s]} Wh at {utc(start_s)} is not {wanted}, what the rule gives"
            demand(got[start_s] in wanted, "claim.days", why)
        self.shown["matching"] = [f"{n} / {len(got)} intervals by {self.issue['rule']} [derived]"]
        self.stated += ["what lines and contracts gave before"] * (any(step["earlier_wh"]))
        self.stated += [f"limit of the line: {step['limit_wh']} Wh"] * (most is None)

    def pool_of(self, step: Fields, tree: Fields | None) -> dict[int, tuple[int, int]]:
        """Return by interval what the pool gave and what was asked of it, as the log committed."""
        demand(tree, "claim.step.pool", "no event of the log commits to it")
        found = dict[int, tuple[int, int]]()
        for i, day in enumerate(step["pool"]):
            sums = day["sums"]
            check_salted(day, dump(sums), tree or {}, f"claim.step.pool[{i}]")
            pairs = zip(sums["given_wh"], sums["demand_wh"], strict=True)
            found |= {sums["start_s"] + STEP_S * at: pair for at, pair in enumerate(pairs)}
        return found


# ── A bill (shanxi-two-part/v1 to v3) ────────────────────────────────────────────────────────
TOU = ("sharp", "peak", "flat", "valley", "deep-valley")
# Of each item of a bill, in its order: what its quantity is, and what the keys behind its price
# name: codes of facts or, with a slash, stated parameters. The price is their product, but for a
# rule: see Bill.price.
ITEMS = {
    "energy": "kwh tariff/.*/agent_price_cny_per_kwh",
    "green": "contract contract/.*/price_cny_per_kwh",
    "green_value": "contract contract/.*/green_premium_cny_per_kwh",
    "line_loss": "kwh td.line-loss tariff/.*/agent_price_cny_per_kwh tariff/.*/line_loss_rule",
    "transmission": "kwh td.energy..*",
    "capacity.kva": "kva td.capacity..*",
    "capacity.kw": "kw td.demand..* td.demand-rule.discount-use td.demand-rule.discount-ratio",
    "capacity.agreed": "agreed td.demand..* td.demand-rule.discount-use "
    "td.demand-rule.discount-ratio td.demand-rule.contract-floor td.demand-rule.contract-excess "
    "td.demand-rule.excess-multiple tariff/.*/contract_demand_kw",
    "capacity.exempt": "exempt",
    "system_operation": "kwh tariff/.*/system_operation_cny_per_kwh",
    "funds": "kwh funds.total",
    "power_factor": "share",
}
INSTEAD = {  # by part of the basis: the energy whose kWh other lines charge, and those lines
    "market": ("energy.grid", {"market": "market series/.*",
    "fee": "kwh tariff/.*/market_fee_cny_per_kwh"}),
    "near_site": ("transmission.grid", {"near-site": "near td.energy..* near-site.hours-per-month "
    "tariff/.*/near_site_load_factor_ratio"}),
}  # fmt: skip
BY_INTERVAL = "contract/.*/price_by"  # of a contract that has a price of its own for each interval
OF_PRICE = {
    "agreed": 3,
    "near": 1,
    "market": 0,
    "curve": 0,
}  # so many keys make the price; else all
STATED = {  # by part of the basis that nothing derives: what it is, and which quantities use it
    "green": ("matched green energy", "kwh contract curve market"),
    "estimated": ("estimates", "kwh contract curve market kw agreed"),
    "transformer_kva": ("transformer_kva", "kva kw agreed near"),
    "line_wh": ("energy of dedicated lines", "kw agreed"),
    "market": ("market prices", "market"),
}
# Of a line: what its quantity is, the keys behind its price, the quantity.
Source: TypeAlias = tuple[str, list[str], Decimal | None]


class Bill:
    """One local month of one user, worked out again line by line."""

    def __init__(self, claim: Fields, statement: Fields, energies: dict[int, int]) -> None:
        basis = self.basis = self.basis_of(claim)
        self.kva = Decimal(basis["transformer_kva"])
        self.facts = facts_by_key(basis["facts"], "claim.basis.facts")
        starts_s = span_of(statement["period"], "statements[0].period")
        self.local_s: list[int] = [start_s + basis["offset_s"] for start_s in starts_s]
        self.kinds = self.kinds_of_hours()
        at = "claim.basis.estimated"
        guessed = {at_s(guess["at"], at): guess["wh"] for guess in basis["estimated"]}
        demand(not guessed.keys() & energies.keys(), at, "an estimate of what was measured")
        # Bills of the first version of the platform do not say how much of them is estimated.
        estimated_wh, load_wh = sum(guessed.values()), guessed | energies
        said = {"estimated_wh": estimated_wh, "assumption": None} | claim["bill"]
        self.document = read(said, "bill", "claim.bill")
        self.stands_in: str = (said["assumption"] or {"td_prices_of": ""})["td_prices_of"]
        agree(said, "claim.bill", rule=f"shanxi-two-part/v{self.version()}")
        agree(self.document, "claim.bill", ", as it states itself", estimated_wh=estimated_wh)
        self.known = [start_s in load_wh for start_s in starts_s]
        load = [load_wh.get(start_s, 0) for start_s in starts_s]
        # Energy by origin: what was matched under contracts is stated, the grid gave the rest.
        self.wh = {f"green.{each['contract']}": each["wh"] for each in basis["green"]}
        line_wh, none = basis["line_wh"] or [0] * len(load), [0] * len(load)
        prices = basis["market"]["counts"] if basis["market"] else none
        curves = [each["counts"] for each in self.curves.values() if each]
        every = (*self.wh.values(), line_wh, prices, *curves)
        demand({len(load)} == {len(each) for each in every}, "claim.basis", "bad length")
        self.wh["green"] = [sum(each) for each in zip(none, *self.wh.values(), strict=True)]
        self.wh["grid"] = [a - b for a, b in zip(load, self.wh["green"], strict=True)]
        self.wh["meter"] = [a - b for a, b in zip(load, line_wh, strict=True)]
        least = min(0, *self.wh["grid"], *self.wh["meter"])
        demand(least == 0, "claim.basis.green", "more than was used")

    def basis_of(self, claim: Fields) -> Fields:
        """Return what the lines were made from, with what files of earlier rules do not say."""
        basis = {"near_site": 0, "market": None} | claim["basis"]
        basis["green"] = [{"prices": None, "premium": 0} | each for each in basis["green"]]
        basis = read(basis, "basis", "claim.basis")
        self.curves = {each["contract"]: each["prices"] for each in basis["green"]}
        return basis

    def version(self) -> int:
        """Return the version of the rule that the bill must be of."""
        basis, lines = self.basis, self.document["lines"]
        if any(each["prices"] or each["premium"] for each in basis["green"]):
            return 3
        more = [self.stands_in, basis["market"], basis["near_site"], basis["capacity"] == "agreed"]
        return 2 if any(more) or any(line["code"].startswith("share.") for line in lines) else 1

    def kinds_of_hours(self) -> list[str]:
        """Return the kind of hour of every interval, by the clock and holidays of the place."""
        day: list[list[str]] = [[] for _ in range(96)]
        for kind in TOU:
            is_raised = kind == "sharp" and not self.basis["sharp_applies"]
            for span in self.basis["schedule"][kind]:
                for kinds in day[span["from"] : span["to"]]:
                    kinds.append("peak" if is_raised else kind)
        for quarter, kinds in enumerate(day):
            is_one = sum(kind != "deep-valley" for kind in kinds) == 1
            demand(is_one, "claim.basis.schedule", f"quarter {quarter}: {kinds}")
        is_holiday = [utc(local_s)[:10] in self.basis["holidays"] for local_s in self.local_s]
        quarters = [day[local_s // STEP_S % 96] for local_s in self.local_s]
        return [kinds[-at] for kinds, at in zip(quarters, is_holiday, strict=True)]

    def check_month(self, subject: str) -> None:
        """Check whose bill it is, and that every text behind it is in force in all of its month."""
        start_s, last_s = self.local_s[0], self.local_s[-1]
        first, last, after = map(utc, (start_s, last_s, last_s + STEP_S))
        is_month = first[7:] == after[7:] == "-01T00:00:00Z" and first[:7] == last[:7]
        demand(is_month, "claim.basis.offset_s", "not one local month")
        for text in (self.basis["schedule"], *self.facts.values()):
            # Of a what-if, the prices of another day stand in, but not its hours of use.
            is_other = self.stands_in and text.get("code", "tou.").partition(".")[0] != "tou"
            from_day, to_day = [self.stands_in] * 2 if is_other else [first[:10], last[:10]]
            in_force = text["valid_from"] <= from_day and to_day < (text["valid_to"] or "9999")
            why = f"{text['document']!r:.60} is not in force in all of it"
            demand(in_force, "claim.basis", why)
        state = "complete" if all(self.known) else "provisional"
        wanted = {
            "id": f"bill{'-what-if' * bool(self.stands_in)}.{subject}.{first[:7]}.v"
            f"{self.document['version']}", "state": state,
            "intervals": len(self.known), "usable": sum(self.known),
            "energy_wh": sum(self.wh["grid"]) + sum(self.wh["green"]),
        }  # fmt: skip
        agree(self.document, "claim.bill", ", as the readings give", **wanted)

    def wanted(self) -> Iterator[tuple[str, Source]]:
        """Yield code, way, keys and quantity of every line that the bill must have, in order."""
        kinds = [f".{kind}" for kind in TOU if kind in self.kinds]
        kw = Decimal(4 * max(self.wh["meter"])) / 1000
        for item, row in ITEMS.items():
            way, *keys = row.split()
            if way == "kwh":
                for origin in self.origins(item):
                    floats = item in self.basis["floating_items"]
                    yield from self.per_kwh(f"{item}.{origin}", keys, kinds if floats else [""])
            elif way == "contract":
                yield from self.per_contract(item, keys)
            elif item in {f"capacity.{self.basis['capacity']}", "power_factor"}:
                quantity = {"kva": self.kva, "kw": kw, "agreed": kw}.get(way)
                yield item.replace("agreed", "kw"), (way, keys, quantity)

    def per_contract(self, item: str, keys: list[str]) -> Iterator[tuple[str, Source]]:
        """Yield the lines of green contracts: energy, and environmental value if priced apart."""
        for each in self.basis["green"]:
            name = each["contract"]
            if item == "green" and each["prices"]:
                kwh = self.priced(f"green.{name}", each["prices"])[0]
                yield f"{item}.{name}", ("curve", [BY_INTERVAL], kwh)
            elif item == "green" or each["premium"]:
                yield f"{item}.{name}", ("contract", keys, self.kwh(f"green.{name}", ""))

    def per_kwh(self, code: str, keys: list[str], kinds: list[str]) -> Iterator[tuple[str, Source]]:
        """Yield the lines of an item and origin, one a kind of hour, or those instead of them."""
        for part, (energy, lines) in INSTEAD.items():
            if code == energy and self.basis[part]:
                kinds = []
                for name, row in lines.items():
                    way, *others = row.split()
                    market = self.basis["market"]
                    kwh = (
                        self.priced("grid", market)[0] if way == "market" else self.kwh("grid", "")
                    )
                    yield f"{code}.{name}", (way, others, kwh)
        for kind in kinds:
            ratio = [f"tou.ratio{kind}"] if kind else []
            kwh = self.kwh(code.partition(".")[2], kind[1:])
            yield code + kind, ("kwh", keys + ratio, kwh)

    def origins(self, item: str) -> list[str]:
        """Return the energy that an item is charged on."""
        pays = self.basis["green"] and item in self.basis["green_pays"]
        return ["grid", "green"] if pays else ["grid"]

    def kwh(self, origin: str, kind: str) -> Decimal | None:
        """Return the energy of an origin in hours of a kind, or in all; None if none is usable."""
        every = zip(self.wh[origin], self.kinds, self.known, strict=True)
        chosen = [wh for wh, hour, known in every if known and kind in {"", hour}]
        return Decimal(sum(chosen)) / 1000 if chosen else None

    def priced(self, origin: str, prices: Fields) -> tuple[Decimal | None, Decimal | None]:
        """Return the energy of an origin that has a price, and what it costs, unrounded."""
        rows = zip(self.wh[origin], self.known, prices["counts"], strict=True)
        both = [(wh, count) for wh, known, count in rows if known and count is not None]
        cost = sum(wh * count for wh, count in both) * Decimal(prices["cny_per_kwh_of_count"])
        return (Decimal(sum(wh for wh, _ in both)) / 1000, cost / 1000) if both else (None, None)

    def check_lines(self, only: str | None) -> tuple[list[str], list[str]]:
        """Work out every line and the sum; return what to show, and what of it is stated."""
        lines, shown, stated = self.document["lines"], list[str](), list[str]()
        with localcontext(prec=28):
            wanted = dict(self.wanted())
            decided = ("correction.", "share.")
            codes = [line["code"] for line in lines if not line["code"].startswith(decided)]
            agree({"code": codes}, "claim.bill.lines", ", the lines of it", code=[*wanted])
            for i, line in enumerate(lines):
                source = wanted.get(line["code"], ("elsewhere", [], None))
                by = ", ".join(self.check_line(line, source, f"claim.bill.lines[{i}]"))
                stated += [f"{line['code']}: {by}"] if by else []
                text = "{code}: {quantity} {unit} × {price} = {amount_cny} ".format(**line)
                if only in {None, line["code"]}:
                    shown.append(text + (f"[stated: {by}]" if by else "[derived]"))
            total = sum((Decimal(line["amount_cny"] or 0) for line in lines), Decimal(0))
        agree(self.document, "claim.bill", ", the sum of the lines", value=str(total))
        return shown, stated

    def check_line(self, line: Fields, source: Source, at: str) -> list[str]:
        """Check the arithmetic of one line; return what it rests on that nothing derives."""
        way, _, quantity = source
        amounts = ("quantity", "price", "amount_cny")
        found = {name: None if line[name] is None else Decimal(line[name]) for name in amounts}
        if way in {"elsewhere", "exempt"}:
            is_free = found["amount_cny"] == 0 or way == "elsewhere"
            demand(is_free and line["quantity"] is None, at, "a cost that is exempt")
            return ["decided elsewhere"]
        if way == "share":
            base, lines = ("energy.", "transmission.", "capacity."), self.document["lines"]
            shares = [each["amount_cny"] or 0 for each in lines if each["code"].startswith(base)]
            quantity, price, stated = sum(map(Decimal, shares)), found["price"], ["power factor"]
        else:
            quantity, price, stated = self.worked_out(line["facts"], source, f"{at}.facts")
        cost = quantity * price if quantity is not None and price is not None else None
        if way == "market":
            price, cost = None, self.priced("grid", self.basis["market"])[1]
        if way == "curve":
            name = line["code"].removeprefix("green.")
            price, cost = None, self.priced(line["code"], self.curves[name])[1]
        amount = None if cost is None else cost.quantize(Decimal("0.01"))  # half to even
        wanted = {"quantity": quantity, "price": price, "amount_cny": amount}
        agree(found, at, ", as worked out", **wanted)
        demand((amount is None) == (line["state"] == "not-assessed"), f"{at}.state", "not so")
        return stated

    def worked_out(
        self, keys: list[str], source: Source, at: str
    ) -> tuple[Decimal | None, Decimal | None, list[str]]:
        """Return quantity and price that keys make, and what of them is stated."""
        way, patterns, quantity = source
        values, stated = self.values(keys, patterns, at)
        for part, (name, ways) in STATED.items():
            stated += [name] * bool(way in ways.split() and self.basis[part])
        n = OF_PRICE.get(way, len(keys))
        if way == "market":
            demand(values == [f"series/{self.basis['market']['series']}"], at, "another series")
        elif way == "curve":
            stated.append("prices of the contract")
        elif way == "near":
            quantity = Decimal(values[2]) * Decimal(values[1]) * self.kva
        elif way == "agreed" and quantity is not None:  # what exceeds the limit counts more
            floor, excess, multiple, agreed = map(Decimal, values[n:])
            agreed = max(agreed, floor * self.kva)
            over = quantity - excess * agreed
            quantity = excess * agreed + multiple * over if over > 0 else agreed
        return quantity, self.price(values[:n], patterns), stated

    def values(self, keys: list[str], patterns: list[str], at: str) -> tuple[list[str], list[str]]:
        """Return what the keys of a line say, and those of them that are stated parameters."""
        values, stated, why = list[str](), list[str](), f"{keys!r:.90} are not {patterns!r:.90}"
        demand(len(keys) == len(patterns), at, why)
        for key, pattern in zip(keys, patterns, strict=True):
            name, _, value = key.rpartition("=")
            is_stated = key not in self.facts
            code = (name or value) if is_stated else self.facts[key]["code"]
            demand(re.fullmatch(pattern, code) and is_stated == ("/" in pattern), at, why)
            values.append(value)
            stated += [code.rpartition("/")[2]] if is_stated else []
        return values, stated

    def price(self, values: list[str], patterns: list[str]) -> Decimal:
        """Return the price that facts and parameters make."""
        price, is_well_used = Decimal(1), True
        for value, pattern in zip(values, patterns, strict=False):
            if pattern.endswith("/line_loss_rule"):  # who grosses up bills what was lost
                price /= {"gross-up": 1 - Decimal(values[0]), "on-sales": Decimal(1)}[value]
            elif pattern == "td.demand-rule.discount-use":  # from so many kWh per kVA on
                wh = sum(sum(self.wh[origin]) for origin in self.origins("transmission"))
                is_well_used = Decimal(wh) / 1000 >= Decimal(value) * self.kva
            elif is_well_used:
                price *= Decimal(value)
        return price


# ── The command line ──────────────────────────────────────────────────────────────────────────
REASONS_ZH = {  # what a refusal says, by a word in its reason
    "cannot be read": "无法读取", "signed": "签名无效", "path": "路径通不到根哈希",
    "kind": "字段内容不符", "key": "公钥不符", "above": "顺序错误或重复", "MEASURED": "无任何计量",
    "is not": "数值不符",
}  # fmt: skip
LABELS = """
title=标题 subject=主体 id=编号 period=时段 energy=电量 term=计量点 factor=因子 point=计量点
reading=读数 line=账单行 stated=仅陈述 derived=已推导 gateway=网关 log=日志 log-key=日志公钥
witness=见证方 verified=已核对 calc=推算 from-memory=未核对 uncertain=存疑 measured=已计量
share=份额 certificate=证书 state=状态 route=去向
plant=电站 act=流转 lot=批次 matching=匹配 refused=已拒读数
estimated=估算 manual=人工 missing=缺失 rejected=已拒绝
"""
LABELS_ZH = dict(re.findall(r"(\S+)=(\S+)", LABELS))
WARNINGS = {
    "log-key": "compare the log key with the one that the park publishes|"
    "请与园区公布的日志公钥比对",
    "gateway": "compare these keys with those of the park's gateways|请与园区登记的网关公钥比对",
    "factor": "this factor is not in force in all of the period|该因子并非在整个时段内有效",
}


def page(found: Fields, lang: str) -> str:
    """Return what a person should know of a file, in one language."""
    zh = lang == "zh"
    if not found["accepted"]:
        parts = ("拒绝", found["where"], found["why_zh"])
        return plain("：".join(parts) if zh else ": ".join(["REFUSED", parts[1], found["why"]]))
    gaps = "（{} / {} 个时段未计量）" if zh else " ({} / {} intervals NOT MEASURED)"
    gaps = gaps.format(*found["missing"]) if found["missing"][0] else ""
    rows = [f"{'验证通过：' if zh else 'ACCEPTED: '}{found['value']} {found['unit']}{gaps}"]
    for label, items in found["shown"].items():
        for text in map(plain, items[:SHOWN]):
            marked = re.sub(r"\[([a-z-]+)", lambda m: f"[{LABELS_ZH.get(m[1], m[1])}", text)
            rows.append(f"  {LABELS_ZH[label]}：{marked}" if zh else f"  {label}: {text}")
        if len(items) > SHOWN:
            rows.append(f"  … {len(items) - SHOWN} {'项未列出' if zh else 'more'}")
        if label in found["warnings"]:
            rows.append(f"  ! {WARNINGS[label].split('|')[zh]}")
    return "\n".join(rows)


def plain(text: str) -> str:
    """Return text that no control or direction mark in it can disguise on a terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def named_key(option: str) -> Key:
    """Return name and key of NAME=HEX, or of HEX alone."""
    name, _, key = option.rpartition("=")
    return name, bytes.fromhex(read(key, "hash", "key"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Verify a Taihang proof file, offline.")
    option = parser.add_argument
    option("file", type=Path, help="the proof file")
    option("--log-key", metavar="HEX", type=named_key, help="public key of the park's log")
    pin = "public key of a gateway; given once, it must be given for all that signed"
    option("--gateway-key", metavar="NAME=HEX", type=named_key, action="append", help=pin)
    witness = "public key of a witness of the log"
    option("--witness-key", metavar="NAME=HEX", type=named_key, action="append", help=witness)
    option("--quorum", type=int, help="how many of them must have cosigned; else all")
    option("--json", action="store_true", help="print one JSON object")
    option("--lang", choices=("zh", "en"), help="one language instead of both")
    given = parser.parse_args(arguments)
    log_key, witnesses = given.log_key[1] if given.log_key else None, given.witness_key
    quorum = len(witnesses or ()) if given.quorum is None else given.quorum
    keys: Fields = {"gateway_keys": given.gateway_key, "witness_keys": witnesses, "quorum": quorum}
    try:
        found = {"accepted": True, **verify(given.file.read_bytes(), log_key, **keys)}
    except OSError as error:
        parser.error(str(error))
    except Refused as no:
        found = {"accepted": False, "where": no.where, "why": no.why, "why_zh": no.why_zh}
    languages = [given.lang] if given.lang else ["zh", "en"]
    text = "\n".join(page(found, lang) for lang in languages).encode()
    sys.stdout.buffer.write((dump(found) if given.json else text) + b"\n")
    return 0 if found["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
