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
from typing import Any, NamedTuple, TypeAlias, TypeGuard

Fields: TypeAlias = dict[str, Any]  # of an object, each as the grammar says
Tree: TypeAlias = tuple[int, bytes]  # number of leaves, root hash
Keys: TypeAlias = "Sequence[tuple[str, bytes]] | None"  # whose they are, known from elsewhere
Readings: TypeAlias = list[tuple[int, int | None, int]]  # time [s], count, quality
Point: TypeAlias = tuple[int, int, int, int]  # of the curve, in extended coordinates

STEP_S, HOUR_S, INT64, TIME_END_S = 900, 3_600, 1 << 63, 253_402_300_800
MAX_FILE_BYTES, MAX_BODY_HEADER_BYTES, SHOWN = 1 << 28, 1 << 14, 10  # SHOWN rows of a kind
MEASURED, MANUAL, MISSING = 0, 2, 3
QUALITY = ("measured", "estimated", "manual", "missing", "rejected")
QUANTITY = ["energy", "reactive", "register", "sample"]  # by their number in batches of version 2
KINDS = {  # of a statement: unit of the one factor ("" for none), divisor, unit of the value
    "energy": ("", 1_000, "kWh"),
    "standard-coal": ("kgce/kWh", 1_000_000, "tce"),
    "scope2-location": ("kgCO2/kWh|tCO2/MWh", 1_000_000, "tCO2"),
}
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
body1: point:name quantity:register|energy unit:Wh scale:[1-9][0-9]{0,17} modulus:count
  n:1..1000000 start_s:time step_s:0..253402300800
batch2: header:head2 signature:64 leaf_index:count inclusion:0 blocks:block2*10000
head2: key:1..255 clock:0..2 blocks:0..10000 body_bytes:16..64000000 counter:above0 sent_at_s:time
  block_root:hash gateway:name notes:notes
notes: events:swap*10000 origin:any
swap: point:name kind:swap|reset at_s:time final_count:count initial_count:count
block2: salt:16 index:count path:0 point:name quantity:register|energy unit:Wh modulus:count
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
claim-inventory: kind:name id:name subject:text period:period value:decimal unit:tCO2
  parts:part*1000
part: id:name period:period value:decimal proof_sha256:hash
claim-bill: kind:name bill:any basis:basis line:name?
bill: format:taihang-account/v1 rule:shanxi-two-part/v1 id:name tariff:name lines:line*200
  state:complete|provisional energy_wh:count estimated_wh:count intervals:count usable:count
  value:decimal unit:CNY code_version:text version:above0 supersedes:text? reason:text
line: code:name title:title quantity:decimal? unit:text price:decimal? price_unit:text
  amount_cny:decimal? state:billed|partial|exempt|not-assessed reason:any facts:text*64
basis: offset_s:whole schedule:schedule holidays:day*366 facts:fact*64 sharp_applies:0..1
  floating_items:name*9 green_pays:name*9 capacity:none|kva|kw|exempt transformer_kva:factor
  green:green*64 line_wh:count*351360 estimated:guess*351360
schedule: document:text clause:text source:text status:text valid_from:day valid_to:day?
  sharp:span*96 peak:span*96 flat:span*96 valley:span*96 deep-valley:span*96
span: from:0..96 to:0..96
green: contract:name wh:count*351360
guess: at:instant wh:count
"""
WHAT = {
    "whole": f"{-INT64}..{INT64 - 1}", "count": f"0..{INT64 - 1}", "above0": f"1..{INT64 - 1}",
    "time": f"0..{TIME_END_S - 1}", "text": "(?s:.{0,4096})", "header": "(?s:.{0,1048576})",
    "note": "(?s:.{0,65536})", "name": r"[^\x00-\x1f\x7f]{1,128}", "hash": "[0-9a-f]{64}",
    "day": "[0-9]{4}-[0-9]{2}-[0-9]{2}", "hour-name": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}",
    "instant": "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:(00|15|30|45):00Z",
    "decimal": r"-?(0|[1-9][0-9]{0,17})([.][0-9]{1,40})?",
    "factor": "(0|[1-9][0-9]{0,17})([.][0-9]{1,18})?",
}  # fmt: skip
OBJECTS = {
    name: dict(part.split(":", 1) for part in parts.split())
    for name, parts in re.findall(r"^(\S+): ((?:.+|\n  )+)$", GRAMMAR, re.MULTILINE)
}
ZH = {  # what a refusal says, by a word in its reason
    "cannot be read": "无法读取", "signed": "签名无效", "path": "路径通不到根哈希",
    "kind": "字段内容不符", "key": "公钥不符", "above": "顺序错误或重复", "MEASURED": "无任何计量",
    "is not": "数值不符",
}  # fmt: skip


class Refused(Exception):  # noqa: N818  it tells of the file, not of a fault in this program
    """The file is not to be believed: where, and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why
        self.why_zh = next((zh for word, zh in ZH.items() if word in why), "不符合规定")


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
    data: bytes, log_key: bytes | None = None, *, gateway_keys: Keys = None,
    witness_keys: Keys = None, quorum: int = 0,
) -> Fields:  # fmt: skip
    """Check every byte of a proof file; keys known from elsewhere tell whose file it is."""
    # 1. The text has one spelling, and the file exactly the fields of its format.
    document = load(data, "file")
    proof = read_proof(document)
    # 2. The log: its key, its signature on the checkpoint, and those of witnesses.
    name, key, claim = proof["log"]["name"], bytes.fromhex(proof["log"]["key"]), proof["claim"]
    demand(log_key in {None, key}, "log.key", "not the key you gave")
    tree, witnesses = read_checkpoint(proof["checkpoint"], name, key, witness_keys or ())
    why = f"cosigned by {len(witnesses)} of the witnesses that you know, not by {quorum}"
    demand(len(witnesses) >= quorum, "checkpoint", why)
    # 3. Every statement: its value follows from its energy and factor.
    case = Case(proof, gateway_keys)
    for where, statement in case.statements.items():
        case.check_statement(statement, where)
    # 4. Every batch: in the log, signed by its gateway; every block: in its batch, in a sum.
    ascending([batch["leaf_index"] for batch in proof["evidence"]], "evidence")
    for i, batch in enumerate(proof["evidence"]):
        with refusing(f"evidence[{i}]"):
            case.add_batch(batch, tree, f"evidence[{i}]")
    # 5. Every event of the park: in the log.
    for i, leaf in enumerate(proof["events"]):
        entry, at = b"taihang/event/v1\n" + dump(leaf["event"]), f"events[{i}].inclusion"
        demand(path_leads(entry, leaf["leaf_index"], leaf["inclusion"], tree), at, NO_PATH)
    # 6. The energies, worked out again from the readings; the claim, from the energies.
    for where, statement in case.statements.items():
        case.check_energy(statement, where)
    with refusing("claim"):
        value, unit = getattr(case, f"claim_{claim['kind']}")(claim)
    # 7. The seal: nothing else in the file was altered since the park handed it out.
    demand(
        ed25519_verify(key, proof["seal"], unsealed(document)),
        "seal",
        "altered after it was signed",
    )
    case.show_sources(f"{name}, size {tree[0]}", key, witnesses)
    case.warnings |= {"log-key"} if log_key is None else set()
    return case.found | {
        "kind": claim["kind"], "value": value, "unit": unit, "claim": document.get("claim"),
        "tree_size": tree[0], "log_name": name, "log_key": key.hex(), "witnesses": witnesses,
        "log_key_confirmed": log_key is not None, "warnings": sorted(case.warnings),
    }  # fmt: skip


def unsealed(document: Fields) -> bytes:
    """Return what the seal signs: the format, and the file without its seal."""
    rest = {part: each for part, each in document.items() if part != "seal"}
    return f"taihang/proof/{document['format'][-2:]}\n".encode() + dump(rest)


def read_proof(document: Any) -> Fields:  # noqa: ANN401  it may be anything
    """Read the parts of a proof file; the older format is one statement and nothing beside."""
    if not is_object(document) or document.get("format") != "taihang-proof/v2":
        proof = read(document, "proof1", "file") | {"claim": {"kind": "statement"}, "events": []}
        return proof | {"statements": {"statement": proof["statement"]}, "gateways": None}
    proof = read(document, "proof2", "file")
    claim: Any = proof["claim"]
    kind = str(claim.get("kind")) if is_object(claim) else ""
    demand(f"claim-{kind}" in OBJECTS, "claim.kind", f"{kind!r:.60} is no kind of claim")
    proof["claim"] = read(claim, f"claim-{kind}", "claim")
    events = {"hour": ["day-seal"], "lot": ["lots-issued"]}.get(kind, list[str]())
    agree({"events": [leaf["event"]["kind"] for leaf in proof["events"]]}, "file", events=events)
    n = len(proof["statements"])
    agree({"statements": n}, "file", statements={"hour": 0, "inventory": n}.get(kind, 1))
    proof["evidence"] = [
        read(
            batch, "batch1" if isinstance(batch.get("header"), str) else "batch2", f"evidence[{i}]"
        )
        for i, batch in enumerate(proof["evidence"])
    ]
    places = {f"statements[{i}]": each for i, each in enumerate(proof["statements"])}
    return proof | {"statements": places}


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


class Form(NamedTuple):
    """What a kind of the grammar allows; what does not apply is None."""

    each: str | None  # kind of the items of a list
    limit: int  # most items of a list, or number of bytes in base64
    fields: dict[str, str] | None
    pattern: re.Pattern[str] | None
    bounds: range | None
    nullable: bool


@lru_cache(maxsize=512)
def form_of(kind: str) -> Form:
    """Return what a kind of the grammar allows."""
    (each, _, limit), plain = kind.rpartition("*"), kind.rstrip("?")
    what, fields = WHAT.get(plain, plain), OBJECTS.get(kind)
    low, _, high = what.partition("..")
    bounds = range(int(low), int(high) + 1) if high and not each and not fields else None
    is_text = not (each or fields or bounds or kind.isdigit())
    pattern = re.compile(what) if is_text else None
    most = int(limit) if limit.isdigit() else 0
    return Form(each or None, most, fields, pattern, bounds, kind.endswith("?"))


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Say whether a JSON value is a list."""
    return isinstance(value, list)


def is_object(value: object) -> TypeGuard[Fields]:
    """Say whether a JSON value is an object."""
    return isinstance(value, dict)


def is_plain(value: object, form: Form) -> bool:
    """Say whether a value is a text, a whole number, or null where it may be."""
    if isinstance(value, str):
        return form.pattern is not None and form.pattern.fullmatch(value) is not None
    if type(value) is int:
        return form.bounds is not None and value in form.bounds
    return value is None and form.nullable


def read(value: Any, kind: str, where: str) -> Any:  # noqa: ANN401  the grammar tells the type
    """Return a value that is of its kind in the grammar, with bytes for base64; refuse others."""
    form = form_of(kind)
    if kind == "any" or is_plain(value, form):
        return value
    if form.each and is_list(value) and len(value) <= form.limit:
        item_form = form_of(form.each)
        if all(is_plain(item, item_form) for item in value):
            return value
        return [read(item, form.each, f"{where}[{i}]") for i, item in enumerate(value)]
    if form.fields and is_object(value) and value.keys() == form.fields.keys():
        inside = "" if where == "file" else f"{where}."
        return {name: read(value[name], of, inside + name) for name, of in form.fields.items()}
    if kind.isdigit() and isinstance(value, str):
        with refusing(where):
            found = b64decode(value, validate=True)
        if b64encode(found).decode() == value and form.limit in {0, len(found)}:
            return found
    what = form.fields or WHAT.get(kind, kind)
    raise Refused(where, f"{value!r:.60} is not of the kind {kind}: {what!s:.200}")


def ascending(keys: Sequence[Any], where: str) -> None:
    """Refuse a list whose items do not stand in ascending order, each once."""
    for i, (before, after) in enumerate(pairwise(keys), 1):
        if after <= before:
            raise Refused(f"{where}[{i}]", f"{after!r:.60} is not above {before!r:.60}")


# ── Ed25519 (RFC 8032) ────────────────────────────────────────────────────────────────────────
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
ZERO: Point = (0, 1, 1, 0)
WINDOW = 6  # bits of a number that one addition takes


def add(a: Point, b: Point) -> Point:
    """Add two points (RFC 8032, 5.1.4)."""
    x, y, z, t = b
    p, q = (a[1] - a[0]) * (y - x) % P, (a[1] + a[0]) * (y + x) % P
    r, s = 2 * D * a[3] * t % P, 2 * a[2] * z % P
    e, f, g, h = q - p, s - r, s + r, q + p
    return e * f % P, g * h % P, f * g % P, e * h % P


def decode_point(data: bytes) -> Point | None:
    """Return the point that 32 bytes name; None for no point or a second spelling of one."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * ROOT_OF_MINUS_1 % P
    if y >= P or v * x * x % P != u or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def encode_point(point: Point) -> bytes:
    """Return the 32 bytes of a point."""
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


@lru_cache(maxsize=64)
def multiples(point: Point) -> list[list[Point]]:
    """Return j · 64^i · point by place i and digit j, so that a product is 43 additions."""
    rows: list[list[Point]] = []
    for _ in range(-(-256 // WINDOW)):
        row = list(accumulate([point] * (1 << WINDOW), add, initial=ZERO))
        point = row.pop()
        rows.append(row)
    return rows


def times(number: int, point: Point, start: Point = ZERO) -> Point:
    """Multiply a point by a number below 2^256, and add the product to a start."""
    rows, last = enumerate(multiples(point)), (1 << WINDOW) - 1
    return reduce(add, (row[number >> WINDOW * place & last] for place, row in rows), start)


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or ZERO


@lru_cache(maxsize=64)
def minus_key(key: bytes) -> Point | None:
    """Return minus the point of a public key; None if its signatures would mean nothing."""
    point = decode_point(key)
    minus = (-point[0] % P, point[1], 1, -point[3] % P) if point else ZERO
    # With a key of small order, one signature would fit many messages.
    return None if encode_point(times(8, minus)) == encode_point(ZERO) else minus


def ed25519_verify(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a key signed a message; of one signature no second spelling is accepted."""
    minus, s = minus_key(key), int.from_bytes(signature[32:], "little")
    if minus is None or s >= ORDER:
        return False
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % ORDER
    r = times(k, minus, times(s, BASE))
    eight = reduce(lambda point, _: add(point, point), range(3), r)  # an R of small order is none
    return encode_point(r) == signature[:32] and eight[0] % P != 0


# ── The log: Merkle trees (RFC 6962), checkpoint and cosignatures (C2SP) ──────────────────────
NO_PATH = "the path does not lead to the root"


def path_leads(entry: bytes, index: int, path: bytes | list[bytes], tree: Tree) -> bool:
    """Say whether a path leads from the leaf of an entry up to the root (RFC 6962, 2.1)."""
    path = path if isinstance(path, bytes) else b"".join(path)
    (size, root), here, from_left = tree, index, list[bool]()
    while size > 1:  # down from the root: in the right part, with a sibling at the left?
        left = 1 << (size - 1).bit_length() - 1
        from_left.append(here >= left)
        here, size = (here - left, size - left) if here >= left else (here, left)
    found = sha256(b"\x00" + entry).digest()
    for at, first in zip(range(0, len(path), 32), reversed(from_left), strict=False):
        sibling = path[at : at + 32]
        found = sha256(b"\x01" + (sibling + found if first else found + sibling)).digest()
    return index < tree[0] and len(path) == 32 * len(from_left) and found == root


def wide_path_leads(entry: bytes, index: int, path: bytes, tree: Tree) -> bool:
    """Say the same in a tree whose nodes have eight children: the blocks of version 2."""
    (size, root), here, found = tree, index, sha256(b"\x00" + entry).digest()
    while size > 1:
        place, n_siblings = here % 8, min(8, size - here + here % 8) - 1
        row, path = path[: 32 * n_siblings], path[32 * n_siblings :]
        found = sha256(b"\x01" + row[: 32 * place] + found + row[32 * place :]).digest()
        here, size = here // 8, -(-size // 8)
    return index < tree[0] and not path and found == root


@refusing("checkpoint")
def read_checkpoint(note: str, name: str, key: bytes, known: Keys) -> tuple[Tree, list[str]]:
    """Return the tree that the log signed, and which of the known witnesses cosigned it."""
    body, _, tail = note.rpartition("\n\n")
    text, witnesses = f"{body}\n".encode(), dict[str, None]()
    ours = list(signatures(tail, name, b"\x01", key))
    is_signed = len(ours) == 1 and ed25519_verify(key, ours[0], text)
    demand(is_signed, "checkpoint", "not signed by the log")
    for witness, held in known or ():
        for line in signatures(tail, witness, b"\x04", held):
            message = b"cosignature/v1\ntime %d\n" % int.from_bytes(line[:8], "big") + text
            demand(
                ed25519_verify(held, line[8:], message),
                "checkpoint",
                f"not signed by {witness!r:.60}",
            )
            witnesses[witness] = None
    origin, size, root, *_ = [*body.split("\n"), "", "", ""]
    is_ours = origin == name and re.fullmatch("0|[1-9][0-9]{0,17}", size)
    demand(is_ours, "checkpoint", "not a checkpoint of this log")
    return (int(size), read(root, "32", "checkpoint")), list(witnesses)


def signatures(tail: str, name: str, kind: bytes, key: bytes) -> Iterator[bytes]:
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
        agree(
            fact, f"{where}[{i}]", key="{set}/{code}/{region}/{valid_from}={value}".format(**fact)
        )
    return {fact["key"]: fact for fact in facts}


def spelled_out(block: Fields, start_s: int, where: str) -> Readings:
    """Return readings that are written as differences, one standing for all that are equal."""
    (first_s, *steps_s), n = block["times_s"], len(block["counts"])
    times_s = list(
        accumulate(steps_s * (n - 1) if len(steps_s) == 1 else steps_s, initial=start_s + first_s)
    )
    marks = block["quality"] * n if len(block["quality"]) == 1 else block["quality"]
    demand(len(times_s) == len(marks) == n, where, "not as many times as counts and qualities")
    count, readings = 0, Readings()
    for time_s, step, mark in zip(times_s, block["counts"], marks, strict=True):
        count = (count + (step or 0) + INT64) % (2 * INT64) - INT64
        readings.append((time_s, None if step is None else count, mark))
    return readings


def check_readings(readings: Readings, where: str) -> None:
    """Check that times ascend, and that a count is missing exactly where the mark says so."""
    times_s, counts, marks = zip(*readings, strict=True)
    demand(all(a < b for a, b in pairwise(times_s)), where, "a time is not above the one before it")
    demand(times_s[-1] < TIME_END_S, where, "a time after the year 9999")
    fits = all(
        (mark == MISSING) == (count is None) for count, mark in zip(counts, marks, strict=True)
    )
    demand(fits and max(marks) < len(QUALITY), where, "quality and number do not fit together")


# ── Sealed blocks: readings as the bytes that a gateway hashed ────────────────────────────────
def decoded_v1(body: bytes, where: str) -> tuple[Fields, Readings]:
    """Read the body of a block of version 1."""
    at = 4 + int.from_bytes(body[:4], "little")
    block = read(load(body[4:at], where), "body1", where)
    n, start_s, step_s = block["n"], block["start_s"], block["step_s"]
    is_whole = at <= 4 + MAX_BODY_HEADER_BYTES and len(body) == at + n * (9 if step_s else 17)
    demand(is_whole, where, f"{len(body)} bytes cannot be {n} readings")
    times_s = range(start_s, start_s + n * step_s, step_s or 1)
    if not step_s:
        times_s = struct.unpack_from(f"<{n}q", body, at)
    demand(times_s[0] == start_s, where, "the times do not begin at start_s")
    counts = struct.unpack_from(f"<{n}q", body, len(body) - 9 * n)
    plain = [None if count == -INT64 else count for count in counts]
    return block, list(zip(times_s, plain, body[-n:], strict=True))


def encoded_v2(block: Fields, readings: Readings) -> tuple[bytes, bytes]:
    """Return descriptor and columns of a block of version 2; its readings have one spelling."""
    point, unit, scale = (block[name].encode() for name in ("point", "unit", "scale"))
    descriptor = struct.pack("<H", len(point)) + point + bytes([QUANTITY.index(block["quantity"])])
    descriptor += struct.pack("<H", len(unit)) + unit + bytes([len(scale)]) + scale
    descriptor += struct.pack("<Q", block["modulus"])
    times_s, counts = [at for at, _, _ in readings], [count for _, count, _ in readings]
    marks = [mark for _, _, mark in readings]
    gaps_s = {b - a for a, b in pairwise(times_s)} or {0}
    step_s = min(gaps_s) if len(gaps_s) == 1 and max(gaps_s) < 1 << 32 else 0
    flags = (1 if len(times_s) > 1 and not step_s else 0) + (2 if any(marks) else 0)
    first, steps, width = differences(counts)
    columns = struct.pack("<IqIqBB", len(times_s), times_s[0], step_s, first, width, flags)
    columns += struct.pack(f"<{len(steps)}{'_bh_i___q'[width]}", *steps)
    columns += struct.pack(f"<{len(times_s)}q", *times_s) if flags & 1 else b""
    return descriptor, columns + (bytes(marks) if flags & 2 else b"")


def differences(counts: Sequence[int | None]) -> tuple[int, list[int], int]:
    """Return the first count, the differences modulo 2^64, and how wide the widest is [byte]."""
    known = accumulate(counts, lambda before, count: before if count is None else count)
    values = [count or 0 for count in known]  # what is missing repeats the count before it
    steps = [0, *((b - a + INT64) % (2 * INT64) - INT64 for a, b in pairwise(values))]
    fits = (
        n for n in (1, 2, 4, 8) if -(1 << 8 * n - 1) <= min(steps) <= max(steps) < 1 << 8 * n - 1
    )
    return values[0], steps, next(fits)


def header_v1(text: str, where: str) -> tuple[bytes, Fields]:
    """Return what a gateway signed of a batch of version 1, and what it says."""
    return b"taihang/batch/v1\n" + text.encode(), read(load(text.encode(), where), "head1", where)


def header_v2(head: Fields, _where: str) -> tuple[bytes, Fields]:
    """Return what a gateway signed of a batch of version 2, and what it says."""
    name, root = head["gateway"].encode(), bytes.fromhex(head["block_root"])
    parts = ("key", "clock", "blocks", "body_bytes", "counter", "sent_at_s")
    packed = struct.pack("<BBBHIQQ32sH", 1, *(head[part] for part in parts), root, len(name))
    return b"taihang/batch/v2\n" + packed + name + dump(head["notes"]), head | head["notes"]


def blocks_v1(
    shown: list[Fields], tree: Tree, where: str
) -> Iterator[tuple[str, Fields, Readings]]:
    """Yield place, head and readings of each block of a batch of version 1."""
    for i, block in enumerate(shown):
        at, body = f"{where}[{i}]", block["body"]
        leads = path_leads(block["salt"] + body, block["index"], block["path"], tree)
        demand(leads, f"{at}.path", NO_PATH)
        with refusing(f"{at}.body"):
            yield f"{at}.body", *decoded_v1(body, f"{at}.body")


def blocks_v2(
    shown: list[Fields], tree: Tree, where: str
) -> Iterator[tuple[str, Fields, Readings]]:
    """Yield place, head and readings of each block of a batch of version 2."""
    for i, block in enumerate(shown):
        at = f"{where}[{i}]"
        with refusing(at):
            readings = spelled_out(block, 0, at)
            descriptor, columns = encoded_v2(block, readings)
        entry = descriptor + block["salt"] + columns
        leads = wide_path_leads(entry, block["index"], block["path"], tree)
        demand(leads, f"{at}.path", NO_PATH)
        yield at, block, readings


# ── The evidence, and what follows from it ────────────────────────────────────────────────────
class Case:
    """What a proof file claims, and what its batches say about that."""

    def __init__(self, proof: Fields, pins: Keys) -> None:
        self.statements: dict[str, Fields] = proof["statements"]
        self.events = [leaf["event"]["body"] for leaf in proof["events"]]
        self.pins = pins
        listed: list[Fields] = proof["gateways"] or []
        self.is_open = proof["gateways"] is None  # the older format: keys as the batches name them
        self.keys: dict[tuple[str, int], bytes] = {
            (each["name"], each["ordinal"]): bytes.fromhex(each["key"]) for each in listed
        }
        self.dials: dict[str, tuple[str, int]] = {}  # scale and modulus by point
        self.quantities: dict[str, str] = {}  # register or energy, by point
        # By point and time: rank of the batch, and count of the current reading or None.
        self.counts: dict[str, dict[int, tuple[Any, int | None]]] = defaultdict(dict)
        # By point and time: rank of the batch, last register of the old meter, first of the new.
        self.swaps: dict[str, dict[int, tuple[Any, int, int]]] = defaultdict(dict)
        self.batches, self.readings = set[tuple[str, int]](), 0
        self.energies: dict[int, int] = {}  # of all terms of the last statement, by start [Wh]
        self.measured: list[dict[str, int]] = []  # intervals by point, for each statement
        self.missing = [0, 0]  # intervals of any term that are not measured, of how many
        self.shown: dict[str, list[str]] = defaultdict(list)  # what a person should know, by label
        self.warnings = set[str]()
        self.found: Fields = {}

    def check_statement(self, statement: Fields, where: str) -> None:
        """Check that value = energy_wh × factor ÷ divisor, with the units of the kind."""
        factor_unit, divisor, unit = KINDS[statement["kind"]]
        span = span_of(statement["period"], f"{where}.period")
        agree(statement, where, intervals=len(span), divisor=divisor, unit=unit)
        points = [term["point"] for term in statement["terms"]]
        demand(
            points and len(set(points)) == len(points), f"{where}.terms", "none, or a point twice"
        )
        for i, term in enumerate(statement["terms"]):
            dial = str(term["scale"]), term["modulus"]
            agree(
                {"dial": dial},
                f"{where}.terms[{i}]",
                dial=self.dials.setdefault(term["point"], dial),
            )
            demand(term["sign"], f"{where}.terms[{i}].sign", "0 is not 1 or -1")
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
        at, is_v1 = f"{where}.header", isinstance(batch["header"], str)
        message, head = (header_v1 if is_v1 else header_v2)(batch["header"], at)
        is_signed = ed25519_verify(self.key_of(head, at), batch["signature"], message)
        demand(is_signed, f"{where}.signature", "not signed by its gateway")
        entry = message[17:] + batch["signature"]  # without the name of the format
        leads = path_leads(entry, batch["leaf_index"], batch["inclusion"], tree)
        demand(leads, f"{where}.inclusion", NO_PATH)
        rank = head["sent_at_s"], head["gateway"], head["counter"]
        demand(rank[1:] not in self.batches, f"{at}.counter", "a counter used twice: a clone")
        self.batches.add(rank[1:])
        foreign = self.add_swaps(head["events"], rank, f"{at}.events")
        blocks = head["blocks"], bytes.fromhex(head["block_root"])
        ascending([block["index"] for block in batch["blocks"]], f"{where}.blocks")
        opened = (blocks_v1 if is_v1 else blocks_v2)(batch["blocks"], blocks, f"{where}.blocks")
        for place, block, readings in opened:
            self.take(block, readings, rank, place)
            foreign.discard(block["point"])
        # An event replaces a difference of registers: only who reads a meter may say it.
        why = f"an event of {min(foreign, default='')!r:.60} without a block of its readings"
        demand(not foreign, f"{at}.events", why)

    def key_of(self, head: Fields, where: str) -> bytes:
        """Return the key that a header names, itself (version 1) or by its ordinal."""
        name, named = head["gateway"], str(head.get("gateway_key", ""))
        known = {key.hex() for (who, _), key in self.keys.items() if who == name}
        if self.is_open and named not in known:  # a gateway that changed its key has several
            self.keys[name, len(known) + 1] = bytes.fromhex(named)
        for (who, ordinal), key in self.keys.items():
            fits = named == key.hex() if named else ordinal == head["key"]
            if who == name and fits and (self.pins is None or (name, key) in self.pins):
                return key
        raise Refused(f"{where}.gateway_key", f"not the key of gateway {name!r:.60}")

    def add_swaps(self, swaps: list[Fields], rank: tuple[Any, ...], where: str) -> set[str]:
        """Take in swaps and resets at points of the statements; return these points."""
        ascending([(swap["at_s"], swap["point"]) for swap in swaps], where)
        ours = [swap for swap in swaps if swap["point"] in self.dials]
        for swap in ours:
            found, known = (
                (rank, swap["final_count"], swap["initial_count"]),
                self.swaps[swap["point"]],
            )
            known[swap["at_s"]] = max(found, known.get(swap["at_s"], found))
        return {swap["point"] for swap in ours}

    def take(self, block: Fields, readings: Readings, rank: tuple[Any, ...], where: str) -> None:
        """Take in the readings of a block, which must be read as its term says."""
        point, current = block["point"], self.counts[block["point"]]
        demand(point in self.dials, f"{where}.point", f"{point!r:.60} is no point of a statement")
        (scale, modulus), quantity = self.dials[point], block["quantity"]
        wanted = self.quantities.setdefault(point, quantity)
        agree(block, where, scale=scale, modulus=modulus, quantity=wanted)
        check_readings(readings, where)
        for time_s, count, mark in readings:
            if time_s not in current or current[time_s][0] < rank:
                current[time_s] = (rank, count if mark in {MEASURED, MANUAL} else None)
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
        agree(statement, where, by, missing=n_pairs - n, energy_wh=sum(found.values()))
        why = f"NOTHING MEASURED: all {n_pairs} intervals are missing"
        demand(n, f"{where}.missing", why)
        self.missing = [self.missing[0] + n_pairs - n, self.missing[1] + n_pairs]
        self.show(statement)

    def energies_wh(self, term: Fields, span: range) -> Iterator[tuple[int, int]]:
        """Yield start and energy of each interval in which a point is measured [s, Wh]."""
        counts = {time_s: count for time_s, (_, count) in self.counts[term["point"]].items()}
        swaps = defaultdict[int, list[tuple[int, int]]](list)  # by start t of (t, t + 900]
        for swap_s, (_, final, initial) in sorted(self.swaps[term["point"]].items()):
            swaps[(swap_s - 1) // STEP_S * STEP_S].append((final, initial))
        for start_s in filter(span.__contains__, counts):
            delta, last = counts[start_s], counts.get(start_s + STEP_S)
            if self.quantities[term["point"]] == "register":
                delta = register_delta(term["modulus"], delta, last, swaps[start_s])
            if delta is not None and 0 <= delta * term["scale"] <= term["max_interval_wh"]:
                yield start_s, delta * term["scale"]

    def show(self, statement: Fields) -> None:
        """Note what a person should know of a statement, and what nothing here can judge."""
        say, period = self.shown, statement["period"]
        say["title"].append(f"{statement['title']['zh']} | {statement['title']['en']}")
        say["subject"].append(f"{statement['subject']}, {statement['park']}, {statement['kind']}")
        before = statement["supersedes"] or "-"
        say["id"].append(f"{statement['id']}, version {statement['version']}, supersedes {before}")
        say["period"].append(f"{period['start']} … {period['end']}")
        say["energy"].append(f"{statement['energy_wh']} Wh")
        for term in statement["terms"]:
            n = f"{self.measured[-1][term['point']]} / {statement['intervals']} [measured]"
            row = "{sign} × {point}, {scale} Wh/count, ≤ {max_interval_wh} Wh/interval, ".format(
                **term
            )
            say["term"].append(row + n)
        for fact in statement["factors"]:
            row = "{code} = {value} {unit} [{status}], {region}, {document} {clause}, ".format(
                **fact
            )
            say["factor"].append(f"{row}{fact['valid_from']} … {fact['valid_to'] or '-'}")
            # A local day begins up to 14 h before that of UTC, and ends up to 12 h after it.
            first_s, last_s = (
                at_s(period["start"], "") + 14 * HOUR_S,
                at_s(period["end"], "") - 12 * HOUR_S - 1,
            )
            is_late = fact["valid_from"] > utc(first_s)[:10]
            if is_late or (fact["valid_to"] or "9999") <= utc(last_s)[:10]:
                self.warnings.add("factor")

    def show_sources(self, log: str, key: bytes, witnesses: list[str]) -> None:
        """Note what stands behind the number."""
        keys = sorted((who, n, held.hex()) for (who, n), held in self.keys.items())
        self.shown["gateway"] = [f"{who} key {n}: {held}" for who, n, held in keys]
        self.shown["log"] = [f"{log}, {self.readings} readings in {len(self.batches)} batches"]
        self.shown |= {"log-key": [key.hex()], "witness": witnesses}
        self.warnings |= {"gateway"} if keys and self.pins is None else set()
        self.found = {
            "statements": list(self.statements.values()), "measured": self.measured,
            "missing": self.missing, "readings": self.readings, "batches": len(self.batches),
            "gateways": keys, "gateway_keys_confirmed": self.pins is not None, "shown": self.shown,
        }  # fmt: skip

    # ── What is claimed on top of energies: each check returns value and unit ──

    def claim_statement(self, _claim: Fields) -> tuple[str, str]:
        """Show the one statement of a file; of a single interval the readings at its ends too."""
        ((where, statement),) = self.statements.items()
        start_s, *more = span_of(statement["period"], where)
        for term in statement["terms"] if not more else list[Fields]():
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
        check_readings(readings, "claim.hour")
        demand(readings[-1][0] < start_s + HOUR_S, "claim.hour.times_s", "not of this hour")
        self.shown["point"] = ["{point}, {quantity}, × {scale} {unit}".format(**hour)]
        rows = (f"{utc(time_s)}: {count} [{QUALITY[mark]}]" for time_s, count, mark in readings)
        self.shown["reading"].extend(rows)
        self.readings = len(readings)
        return str(len(readings)), "readings"

    def check_leaf(self, claim: Fields, leaf: Fields) -> None:
        """Check that a salted object is a leaf of the tree that an event of the log names."""
        named = {name: self.events[0].get(name) for name in ("n", "root")}
        tree = read(named, "tree", "events[0].event.body")
        root = tree["n"], bytes.fromhex(tree["root"])
        leads = path_leads(claim["salt"] + dump(leaf), claim["index"], claim["path"], root)
        demand(leads, "claim.path", NO_PATH)

    def claim_lot(self, claim: Fields) -> tuple[str, str]:
        """Check that a lot is the measured generation of its plant in one interval, and issued."""
        ((where, statement),), lot = self.statements.items(), claim["lot"]
        agree(statement, where, kind="energy", subject=lot["plant"], intervals=1)
        name = f"{lot['plant']}@{statement['period']['start']}"
        agree(lot, "claim.lot", ", as the readings give", id=name, wh=statement["energy_wh"])
        self.check_leaf(claim, lot)
        self.claim_statement(claim)
        return str(lot["wh"]), "Wh"

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
        for part in claim["parts"]:
            row = f"{part['id']} = {part['value']}: verify its own proof {part['proof_sha256']}"
            self.shown["stated"].append(row)
        return claim["value"], claim["unit"]

    def claim_bill(self, claim: Fields) -> tuple[str, str]:
        """Check a bill line by line, and its sum."""
        ((where, statement),) = self.statements.items()
        agree(statement, where, kind="energy")
        bill = Bill(claim, statement, self.energies)
        bill.check_month(statement["subject"])
        self.shown["line"], self.shown["stated"] = bill.check_lines(claim["line"])
        if claim["line"] is None:
            return bill.document["value"], "CNY"
        (line,) = [each for each in bill.document["lines"] if each["code"] == claim["line"]]
        return line["amount_cny"] or "-", "CNY"


def register_delta(
    modulus: int, first: int | None, last: int | None, swaps: list[tuple[int, int]]
) -> int | None:
    """Return what was counted between two registers, over swaps and resets or one rollover."""
    if first is None or last is None:
        return None
    starts = [first, *(initial for _, initial in swaps)]
    parts = [
        end - start for start, end in zip(starts, [*(end for end, _ in swaps), last], strict=True)
    ]
    if swaps:
        return sum(parts) if min(parts) >= 0 else None
    # A fall is one rollover, or it leaves the limits that the caller checks.
    return parts[0] + (modulus if parts[0] < 0 else 0)


# ── A bill (shanxi-two-part/v1) ───────────────────────────────────────────────────────────────
ITEMS = (  # of a bill, in its order
    "energy", "green", "line_loss", "transmission", "capacity", "system_operation", "funds",
    "power_factor",
)  # fmt: skip
TOU = ("sharp", "peak", "flat", "valley", "deep-valley")
PRICES = {  # what the keys behind a price name: codes of facts or, with a slash, stated parameters
    "energy": "tariff/.*/agent_price_cny_per_kwh",
    "green": "contract/.*/price_cny_per_kwh",
    "line_loss": "td.line-loss tariff/.*/agent_price_cny_per_kwh tariff/.*/line_loss_rule",
    "transmission": "td.energy..*",
    "system_operation": "tariff/.*/system_operation_cny_per_kwh",
    "funds": "funds.total",
    "capacity.kva": "td.capacity..*",
    "capacity.kw": "td.demand..* td.demand-rule.discount-use td.demand-rule.discount-ratio",
}
Priced: TypeAlias = tuple[Decimal | None, Decimal | None, list[str]]  # quantity, price, stated


class Bill:
    """One local month of one user, worked out again line by line."""

    def __init__(self, claim: Fields, statement: Fields, energies: dict[int, int]) -> None:
        self.basis = claim["basis"]
        self.facts = facts_by_key(self.basis["facts"], "claim.basis.facts")
        starts_s = span_of(statement["period"], "statements[0].period")
        self.local_s = [start_s + self.basis["offset_s"] for start_s in starts_s]
        self.kinds = self.kinds_of_hours()
        guessed = {
            at_s(guess["at"], "claim.basis.estimated"): guess["wh"]
            for guess in self.basis["estimated"]
        }
        # Bills of the first version of the platform do not say how much of them is estimated.
        both, estimated_wh = guessed.keys() & energies.keys(), sum(guessed.values())
        demand(not both, "claim.basis.estimated", "an estimate of what was measured")
        whole = {"estimated_wh": estimated_wh} | claim["bill"]
        self.document = read(whole, "bill", "claim.bill")
        agree(self.document, "claim.bill", ", as it states itself", estimated_wh=estimated_wh)
        load_wh = guessed | energies
        self.known = [start_s in load_wh for start_s in starts_s]
        load = [load_wh.get(start_s, 0) for start_s in starts_s]
        # Energy by origin: what was matched under contracts is stated, the grid gave the rest.
        self.wh = {f"green.{each['contract']}": each["wh"] for each in self.basis["green"]}
        every = [*self.wh.values(), self.basis["line_wh"] or [0] * len(load), load]
        demand({len(each) for each in every} == {len(load)}, "claim.basis", "bad length")
        self.wh["green"] = [
            sum(each) for each in zip([0] * len(load), *self.wh.values(), strict=True)
        ]
        self.wh["grid"] = [a - b for a, b in zip(load, self.wh["green"], strict=True)]
        self.wh["meter"] = [a - b for a, b in zip(load, every[-2], strict=True)]
        least = min(0, *self.wh["grid"], *self.wh["meter"])
        demand(least == 0, "claim.basis.green", "more than was used")

    def kinds_of_hours(self) -> list[str]:
        """Return the kind of hour of every interval, by the clock and holidays of the place."""
        hours, day = self.basis["schedule"], list[str]()
        for quarter in range(96):
            kinds = [kind for kind in TOU[:-1] if covers(hours[kind], quarter)]
            demand(len(kinds) == 1, "claim.basis.schedule", f"quarter {quarter}: {kinds}")
            is_raised = kinds == ["sharp"] and not self.basis["sharp_applies"]
            day.append("peak" if is_raised else kinds[0])
        holiday = [
            "deep-valley" if covers(hours["deep-valley"], quarter) else kind
            for quarter, kind in enumerate(day)
        ]
        tables = {True: holiday, False: day}
        return [
            tables[utc(local_s)[:10] in self.basis["holidays"]][local_s // STEP_S % 96]
            for local_s in self.local_s
        ]

    def check_month(self, subject: str) -> None:
        """Check whose bill it is, and that every text behind it is in force in all of its month."""
        first, last = utc(self.local_s[0]), utc(self.local_s[-1])
        after = utc(self.local_s[-1] + STEP_S)
        is_month = first[7:] == after[7:] == "-01T00:00:00Z" and first[:7] == last[:7]
        demand(is_month, "claim.basis.offset_s", "not one local month")
        bill = self.document
        agree(bill, "claim.bill", id=f"bill.{subject}.{first[:7]}.v{bill['version']}")
        for text in (self.basis["schedule"], *self.facts.values()):
            until = text["valid_to"] or "9999"
            in_force = text["valid_from"] <= first[:10] and last[:10] < until
            why = f"{text['document']!r:.60} is not in force in all of it"
            demand(in_force, "claim.basis", why)
        state = "complete" if all(self.known) else "provisional"
        n, energy_wh = len(self.known), sum(self.wh["grid"]) + sum(self.wh["green"])
        agree(bill, "claim.bill", intervals=n, usable=sum(self.known), state=state)
        agree(bill, "claim.bill", ", as the readings give", energy_wh=energy_wh)

    def codes(self) -> list[str]:
        """Return the codes of the lines that such a bill must have, in order."""
        kinds = [f".{kind}" for kind in TOU if kind in self.kinds]
        contracts = [each["contract"] for each in self.basis["green"]]
        found: list[str] = []
        for item in ITEMS:
            pays = ["grid"] + ["green"] * (bool(contracts) and item in self.basis["green_pays"])
            floats = kinds if item in self.basis["floating_items"] else [""]
            if item == "green":
                found += [f"green.{contract}" for contract in contracts]
            elif item == "capacity":
                capacity = self.basis["capacity"]
                found += [] if capacity == "none" else [f"capacity.{capacity}"]
            elif item == "power_factor":
                found.append(item)
            else:
                found += [f"{item}.{origin}{kind}" for origin in pays for kind in floats]
        return found

    def check_lines(self, only: str | None) -> tuple[list[str], list[str]]:
        """Work out every line and the sum; return what to show, and what of it is stated."""
        lines, shown, stated = self.document["lines"], list[str](), list[str]()
        regular = [line["code"] for line in lines if not line["code"].startswith("correction.")]
        agree({"code": regular}, "claim.bill.lines", ", the lines of it", code=self.codes())
        with localcontext(prec=28):
            for i, line in enumerate(lines):
                by = self.check_line(line, f"claim.bill.lines[{i}]")
                mark = f"[stated: {', '.join(by)}]" if by else "[derived]"
                stated += [f"{line['code']}: {', '.join(by)}"] if by else []
                arithmetic = (
                    f"{line['quantity']} {line['unit']} × {line['price']} = {line['amount_cny']}"
                )
                if only in {None, line["code"]}:
                    shown.append(f"{line['code']}: {arithmetic} {mark}")
            total = sum((Decimal(line["amount_cny"] or 0) for line in lines), Decimal(0))
        agree(self.document, "claim.bill", ", the sum of the lines", value=str(total))
        return shown, stated

    def check_line(self, line: Fields, at: str) -> list[str]:
        """Check the arithmetic of one line; return what it rests on that nothing derives."""
        item, _, rest = line["code"].partition(".")
        amounts = ("quantity", "price", "amount_cny")
        found = {name: None if line[name] is None else Decimal(line[name]) for name in amounts}
        if item == "correction" or line["code"] == "capacity.exempt":
            free = found["amount_cny"] == 0 or item == "correction"
            demand(free and line["quantity"] is None, at, "a cost that is exempt")
            return ["decided elsewhere"]
        if item == "power_factor":
            quantity, price, stated = self.base_cny(), found["price"], ["power factor"]
        elif item == "capacity":
            quantity, price, stated = self.capacity(line, rest, at)
        else:
            quantity, price, stated = self.per_kwh(line, item, rest, at)
        amount: Decimal | None = None
        if quantity is not None and price is not None:
            amount = (quantity * price).quantize(Decimal("0.01"))  # half to even
        wanted = {"quantity": quantity, "price": price, "amount_cny": amount}
        agree(found, at, ", as worked out", **wanted)
        demand((amount is None) == (line["state"] == "not-assessed"), f"{at}.state", "not so")
        return stated

    def per_kwh(self, line: Fields, item: str, rest: str, at: str) -> Priced:
        """Return energy [kWh] and price of a line that is charged per kWh."""
        origin, _, kind = (line["code"], "", "") if item == "green" else rest.partition(".")
        values, stated = self.values(line, item, kind, at)
        if item == "line_loss":
            loss, agent, rule, *ratio = values
            upstream = {"gross-up": 1 - Decimal(loss), "on-sales": Decimal(1)}[rule]
            price = Decimal(agent) * Decimal(loss) / upstream
        else:
            price, *ratio = map(Decimal, values)
        for each in ratio:
            price *= Decimal(each)
        chosen = [i for i, known in enumerate(self.known) if known and kind in {"", self.kinds[i]}]
        stated += ["matched green energy"] if self.basis["green"] else []
        stated += ["estimates"] if self.basis["estimated"] else []
        wh = sum(self.wh[origin][i] for i in chosen)
        return Decimal(wh) / 1000 if chosen else None, Decimal(price), stated

    def capacity(self, line: Fields, basis: str, at: str) -> Priced:
        """Return capacity [kVA] or demand [kW], and its price."""
        values, stated = self.values(line, line["code"], "", at)
        kva, (price, *rule) = Decimal(self.basis["transformer_kva"]), map(Decimal, values)
        if basis == "kva":
            return kva, price, ["transformer_kva"]
        # Well used is cheaper: from so many kWh per kVA on, the price is multiplied by a ratio.
        origins = ["grid"] + ["green"] * ("transmission" in self.basis["green_pays"])
        kwh = Decimal(sum(sum(self.wh[origin]) for origin in origins)) / 1000
        ratio = rule[1] if kwh >= rule[0] * kva else 1
        stated += ["transformer_kva"] + ["energy of dedicated lines"] * bool(self.basis["line_wh"])
        return Decimal(4 * max(self.wh["meter"])) / 1000, price * ratio, stated

    def base_cny(self) -> Decimal:
        """Return the sum of the lines that the power-factor adjustment is a share of."""
        base = ("energy.", "transmission.", "capacity.")
        lines = [each for each in self.document["lines"] if each["code"].startswith(base)]
        return sum((Decimal(each["amount_cny"] or 0) for each in lines), Decimal(0))

    def values(self, line: Fields, name: str, kind: str, at: str) -> tuple[list[str], list[str]]:
        """Return the values behind a price, and those of its keys that are stated parameters."""
        wanted = PRICES[name].split() + ([f"tou.ratio.{kind}"] if kind else [])
        why = f"{line['facts']!r:.90} are not {wanted!r:.90}"
        demand(len(wanted) == len(line["facts"]), f"{at}.facts", why)
        stated: list[str] = []
        for key, pattern in zip(line["facts"], wanted, strict=True):
            parameter = key.rpartition("=")[0]
            code = self.facts[key]["code"] if key in self.facts else parameter
            is_stated = key not in self.facts and "/" in pattern
            fits = re.fullmatch(pattern, code) and is_stated == ("/" in pattern)
            demand(fits, f"{at}.facts", why)
            stated += [parameter.rpartition("/")[2]] if is_stated else []
        return [key.rpartition("=")[2] for key in line["facts"]], stated


def covers(spans: list[Fields], quarter: int) -> bool:
    """Say whether a quarter of an hour lies in one of some stretches of the day."""
    return any(span["from"] <= quarter < span["to"] for span in spans)


# ── The command line ──────────────────────────────────────────────────────────────────────────
LABELS_ZH = """
title=标题 subject=主体 id=编号 period=时段 energy=电量 term=计量点 factor=因子 point=计量点
reading=读数 line=账单行 stated=仅陈述 derived=已推导 gateway=网关 log=日志 log-key=日志公钥
witness=见证方 verified=已核对 calc=推算 from-memory=未核对 uncertain=存疑 measured=已计量
estimated=估算 manual=人工 missing=缺失 rejected=已拒绝
"""
LABELS = {en: zh for en, _, zh in (pair.partition("=") for pair in LABELS_ZH.split())}
WARNINGS = {
    "log-key": (
        "compare the log key with the one that the park publishes",
        "请与园区公布的日志公钥比对",
    ),
    "gateway": (
        "compare these keys with those of the park's gateways",
        "请与园区登记的网关公钥比对",
    ),
    "factor": ("this factor is not in force in all of the period", "该因子并非在整个时段内有效"),
    "stated": (
        "nothing in the file derives what is marked as stated",
        "标为“仅陈述”者无法由本文件推导",
    ),
}


def page(found: Fields, lang: str) -> str:
    """Return what a person should know of an accepted file."""
    zh = lang == "zh"
    gaps = "（{} / {} 个时段未计量）" if zh else " ({} / {} intervals NOT MEASURED)"
    gaps = gaps.format(*found["missing"]) if found["missing"][0] else ""
    rows = [f"{'验证通过' if zh else 'ACCEPTED'}: {found['value']} {found['unit']}{gaps}"]
    for label, items in found["shown"].items():
        for item in items[:SHOWN]:
            text = plain(item)
            if zh:
                text = re.sub(r"\[([a-z-]+)", lambda m: f"[{LABELS.get(m[1], m[1])}", text)
            rows.append(f"  {LABELS[label] if zh else label}: {text}")
        if len(items) > SHOWN:
            rows.append(f"  … {len(items) - SHOWN} {'项未列出' if zh else 'more'}")
        if label in found["warnings"]:
            rows.append(f"  ! {WARNINGS[label][zh]}")
    return "\n".join(rows)


def plain(text: str) -> str:
    """Return text that no control or direction mark in it can disguise on a terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def pairs_of(options: list[str], name: str) -> Keys:
    """Return names and keys of NAME=HEX; None where none is given."""
    pairs = [option.rpartition("=") for option in options]
    return [(who, bytes.fromhex(read(key, "hash", name))) for who, _, key in pairs] or None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Verify a Taihang proof file, offline.")
    parser.add_argument("file", type=Path, help="the proof file")
    parser.add_argument("--log-key", metavar="HEX", help="public key of the park's log")
    pin = "public key of a gateway; given once, it must be given for all that signed"
    witness = "public key of a witness of the log"
    for name, help_text in (("--gateway-key", pin), ("--witness-key", witness)):
        parser.add_argument(name, metavar="NAME=HEX", action="append", default=[], help=help_text)
    parser.add_argument("--quorum", type=int, help="how many of them must have cosigned; else all")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--lang", choices=("zh", "en"), help="one language instead of both")
    options = parser.parse_args(arguments)
    try:
        data = options.file.read_bytes()
        log = pairs_of([options.log_key] if options.log_key else [], "--log-key")
        gateways = pairs_of(options.gateway_key, "--gateway-key")
        witnesses = pairs_of(options.witness_key, "--witness-key")
    except (OSError, Refused) as error:
        parser.error(str(error))
    quorum = len(witnesses or ()) if options.quorum is None else options.quorum
    keys: Fields = {"log_key": log[0][1] if log else None, "gateway_keys": gateways}
    keys |= {"witness_keys": witnesses, "quorum": quorum}
    try:
        found = {"accepted": True, **verify(data, **keys)}
        text = {lang: page(found, lang) for lang in ("zh", "en")}
    except Refused as no:
        found = {"accepted": False, "where": no.where, "why": no.why, "why_zh": no.why_zh}
        where = plain(no.where)
        text = {
            "zh": f"拒绝: {where}: {plain(no.why_zh)}",
            "en": f"REFUSED: {where}: {plain(no.why)}",
        }
    people = "\n".join(text[lang] for lang in ([options.lang] if options.lang else ["zh", "en"]))
    sys.stdout.buffer.write((dump(found) if options.json else people.encode()) + b"\n")
    return 0 if found["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
