#!/usr/bin/env python3
"""Verify a Taihang proof file: offline, with nothing but Python's standard library.

    python verify_taihang.py FILE [--log-key HEX] [--gateway-key NAME=HEX ...] [--json] [--lang L]

Exit code 0: accepted. 1: refused, with the place and the reason. 2: wrong usage.

A proof file carries one number, say the emissions of one enterprise in one month, and what it takes
to work it out again: readings in batches that gateways signed, paths from there to a checkpoint
that the park's log signed, and a factor. This program was written from docs/formats/{sealed-batch,
log,proof}.md and shares no code with the platform. ``verify`` is the list of all checks, in order.
What it cannot tell: whether a meter measured rightly, whether a batch was left out, whether a later
version exists; and, without keys that you know from elsewhere, whose log and gateways these were.
"""

import argparse
import json
import re
import struct
import sys
from base64 import b64decode, b64encode
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from functools import lru_cache, reduce
from hashlib import sha256, sha512
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
Tree: TypeAlias = tuple[int, bytes]  # number of leaves, root hash
Rank: TypeAlias = tuple[int, str, int]  # sent_at_s, gateway, counter
Keys: TypeAlias = "Mapping[str, bytes] | None"  # of gateways by name, known from elsewhere
Swaps: TypeAlias = list[tuple[int, int]]  # last register before, first one after
Point: TypeAlias = tuple[int, int, int, int]  # of the curve, in extended coordinates

STEP_S = 900
INT64 = 1 << 63
TIME_END_S = 253_402_300_800  # the year 10000
MAX_FILE_BYTES = 1 << 28
MAX_INTERVALS = 351_360  # ten years of quarters of an hour
MAX_BATCHES, MAX_FACTORS, MAX_PATH, MANY = 1_000_000, 64, 64, 10_000  # terms, blocks, events: MANY
MEASURED, MANUAL, MISSING, REJECTED = 0, 2, 3, 4
SHOWN = 10  # items of a list that are printed
QUARTER = "T[0-9]{2}:(00|15|30|45):00Z"
DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
NAME = r"[^\x00-\x1f\x7f]{1,128}"
DECIMAL = r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,18})?"
STATEMENT = (
    "format id kind subject park period title terms energy_wh intervals missing factors divisor "
    "value unit rule code_version version supersedes reason"
)
TERM = "point sign scale modulus max_interval_wh"
FACTOR = "code value unit region valid_from document clause source status set note key"
HEADER = "v algorithm gateway gateway_key counter sent_at_s clock origin events blocks block_root"
BLOCK = "point quantity unit scale modulus n start_s step_s"
KINDS = {  # unit of the one factor ("" for none), divisor, unit of the value
    "energy": ("", 1_000, "kWh"),
    "standard-coal": ("kgce/kWh", 1_000_000, "tce"),
    "scope2-location": ("kgCO2/kWh|tCO2/MWh", 1_000_000, "tCO2"),
}
WORDS = {
    "zh": """\
验证通过：{value} {unit}{gaps}
  标题: {zh}
  主体: {subject}，园区 {park}，种类 {kind}
  版本: {version}，编号 {id}，取代 {supersedes}
  时段: {start} … {end}，电量 {energy_wh} Wh
  日志: {log_name}，规模 {tree_size}；读数 {readings}，批次 {batches}
  日志公钥: {log_key}
  ! 请与园区公布的公钥比对
（{missing} / {pairs} 个时段未计量）
  计量点: {sign} × {point}，每计数 {scale} Wh，每时段上限 {max_interval_wh} Wh，已计量 {} / {}
  因子: {code} = {value} {unit} [{}]，{region}，{document} {clause}，有效期 {}
  ! 该因子并非在整个时段内有效
  网关: {}，公钥 {}
  ! 请与园区登记的网关公钥比对
  … 另有 {} 项""",
    "en": """\
ACCEPTED: {value} {unit}{gaps}
  title: {en}
  subject: {subject}, park {park}, kind {kind}
  version: {version}, id {id}, supersedes {supersedes}
  period: {start} … {end}, energy {energy_wh} Wh
  log: {log_name}, size {tree_size}; {readings} readings in {batches} batches
  log key: {log_key}
  ! compare it with the key the park publishes
 ({missing} / {pairs} intervals NOT MEASURED)
  term: {sign} × {point}, {scale} Wh/count, limit {max_interval_wh} Wh/interval, {} / {} measured
  factor: {code} = {value} {unit} [{}], {region}, {document} {clause}, in force {}
  ! this factor is not in force in all of the period
  gateway: {}, key {}
  ! compare these keys with those of the park's gateways
  … {} more""",
}
STATUS_ZH = {"verified": "已核对", "calc": "推算", "from-memory": "未核对", "uncertain": "存疑"}


class Refused(Exception):  # noqa: N818  it tells of the file, not of a fault in this program
    """The file is not to be believed: where, why in English, why in Chinese."""

    def __init__(self, where: str, why: str, why_zh: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why, self.why_zh = where, why, why_zh


@contextmanager
def refusing(where: str) -> Generator[None]:
    """Refuse the file, and never fall over, whatever goes wrong at a place."""
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        raise Refused(where, f"cannot be read: {error!r:.200}", "无法读取") from error


@dataclass(frozen=True)
class Report:
    """What an accepted file says, and how much stands behind it."""

    statement: dict[str, Json]
    measured: dict[str, int]  # intervals, by point
    readings: int
    batches: int
    gateways: dict[str, str]  # keys by name
    tree_size: int
    log_name: str
    log_key: str
    log_key_confirmed: bool
    gateway_keys_confirmed: bool


# ── The checks, in order ──────────────────────────────────────────────────────────────────────
@refusing("file")
def verify(data: bytes, log_key: bytes | None = None, gateway_keys: Keys = None) -> Report:
    """Check every byte of a proof file; keys known from elsewhere tell whose file it is."""
    # 1. The text has one spelling, and the file exactly the fields of its format.
    proof = Node(load(data, "file"), "file").fields("format statement evidence log checkpoint seal")
    proof["format"].must_be("taihang-proof/v1")
    # 2. The log: its key, and its signature on the checkpoint.
    log = proof["log"].fields("name key")
    name, key = log["name"].text(), log["key"].key()
    if log_key not in {None, key}:
        raise Refused(log["key"].where, "not the key you gave", "与所给日志公钥不符")
    tree = read_checkpoint(proof["checkpoint"], name, key)
    # 3. The statement: complete, of a known kind, and its value follows from energy and factor.
    claim = read_statement(proof["statement"], gateway_keys)
    # 4. Every batch: in the log, signed by its gateway; every block: in its batch, in the sum.
    for batch in ascending(proof["evidence"], "leaf_index", MAX_BATCHES):
        with refusing(batch.where):
            add_batch(claim, batch, tree)
    # 5. The energy, worked out again from the readings.
    measured = check_energy(claim)
    # 6. The seal: nothing else in the file was altered since the park handed it out.
    rest: dict[str, Json] = {part: node.value for part, node in proof.items() if part != "seal"}
    if not ed25519_verify(key, proof["seal"].base64(64), b"taihang/proof/v1\n" + dump(rest)):
        raise Refused("seal", "the file was altered after it was sealed", "文件封存后被改动")
    statement = {part: node.value for part, node in claim.fields.items()}
    gateways = {gateway: held.hex() for gateway, held in sorted(claim.gateways.items())}
    counts = measured, claim.readings, len(claim.batches)
    confirmed = log_key is not None, gateway_keys is not None
    return Report(statement, *counts, gateways, tree[0], name, key.hex(), *confirmed)


# ── Canonical JSON: one value, one spelling ───────────────────────────────────────────────────
def dump(value: Json) -> bytes:
    """Write a value in its canonical spelling: sorted keys, no white space, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def load(data: bytes, where: str) -> Json:
    """Read canonical JSON; any other spelling, such as a key twice, is refused where it differs."""
    if len(data) > MAX_FILE_BYTES:
        raise Refused(where, f"more than {MAX_FILE_BYTES} bytes", "文件过大")
    with refusing(where):  # no UTF-8, no JSON, or absurdly deep
        value: Json = json.loads(
            data.decode(), parse_int=integer, parse_float=integer, parse_constant=integer
        )
        canonical = dump(value)
    if canonical != data:
        pairs = enumerate(zip(data, canonical, strict=False))
        at = next((i for i, (a, b) in pairs if a != b), min(len(data), len(canonical)))
        raise Refused(f"{where}, byte {at}", "not the canonical spelling", "与规范写法不一致")
    return value


def integer(text: str) -> int:
    """Read a number; decimals travel as text, and nothing here has more than 64 bits."""
    if not re.fullmatch("-?[0-9]{1,19}", text) or not -INT64 <= int(text) < INT64:
        raise ValueError(f"{text[:24]} is not a whole number of 64 bits")
    return int(text)


class Node:
    """A JSON value that knows where it stands, and refuses to be read as what it is not."""

    def __init__(self, value: Json, where: str) -> None:
        self.value, self.where = value, where

    def __str__(self) -> str:  # pyright: ignore[reportImplicitOverride]  of no use before 3.12
        """Return text that no control or direction mark in it can disguise on a terminal."""
        text = "-" if self.value is None else str(self.value)
        return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)

    def wrong(self, expected: str) -> Refused:
        """Return the refusal that tells of this value."""
        return Refused(self.where, f"{self.value!r:.60} is not {expected}", "字段内容不符")

    def fields(self, names: str) -> dict[str, "Node"]:
        """Return the fields of an object that has exactly these."""
        keys, value = names.split(), self.value
        if not isinstance(value, dict) or value.keys() != set(keys):
            raise self.wrong(f"an object with exactly the fields {names}")
        return {key: Node(value[key], f"{self.where}.{key}".removeprefix("file.")) for key in keys}

    def items(self, limit: int) -> list["Node"]:
        """Return the items of a list that has at most so many."""
        if not isinstance(self.value, list) or len(self.value) > limit:
            raise self.wrong(f"a list of at most {limit} items")
        return [Node(item, f"{self.where}[{i}]") for i, item in enumerate(self.value)]

    def must_be(self, wanted: str | int, by: str = "", by_zh: str = "") -> None:
        """Refuse any other value; say by what it should be this one."""
        if self.value != wanted or type(self.value) is not type(wanted):
            why = f"{self.value!r:.60} is not {wanted!r}{by}"
            raise Refused(self.where, why, f"{by_zh}应为 {wanted}")

    def text(self, pattern: str = "(?s:.{0,4096})") -> str:
        """Return a text that fits a pattern from end to end."""
        if not isinstance(self.value, str) or not re.fullmatch(pattern, self.value):
            raise self.wrong(f"a text like {pattern}")
        return self.value

    def whole(self, low: int = -INT64, high: int = INT64 - 1) -> int:
        """Return a whole number within bounds."""
        if type(self.value) is not int or not low <= self.value <= high:
            raise self.wrong(f"a whole number of {low} … {high}")
        return self.value

    def base64(self, n_bytes: int | None = None) -> bytes:
        """Return bytes in base64; a spelling that no encoder would write is refused."""
        with refusing(self.where):
            found = b64decode(self.text("[^ ]*"), validate=True)
        if b64encode(found).decode() != self.value or n_bytes not in {None, len(found)}:
            raise self.wrong(f"{n_bytes or 'some'} bytes in base64")
        return found

    def key(self) -> bytes:
        """Return the 32 bytes of a key or a hash in hexadecimal."""
        return bytes.fromhex(self.text("[0-9a-f]{64}"))


def ascending(node: Node, key: str, limit: int) -> Iterator[Node]:
    """Yield the items of a list that stand in ascending order of one of their fields."""
    last = -1
    for item in node.items(limit):
        place = item.value.get(key) if isinstance(item.value, dict) else None
        if not isinstance(place, int) or place <= last:
            raise Refused(item.where, f"{key} is not above the one before", "顺序错误或重复")
        last = place
        yield item


# ── Ed25519 (RFC 8032) ────────────────────────────────────────────────────────────────────────
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
ZERO: Point = (0, 1, 1, 0)


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


@lru_cache(maxsize=128)
def multiples(point: Point) -> list[list[Point]]:
    """Return j · 16^i · point by place i and digit j, so that a product is 64 additions."""
    rows: list[list[Point]] = []
    for _ in range(64):
        row = list(accumulate([point] * 16, add, initial=ZERO))
        point = row.pop()
        rows.append(row)
    return rows


def times(number: int, point: Point) -> Point:
    """Multiply a point by a number below 2^256."""
    rows = enumerate(multiples(point))
    return reduce(add, (row[number >> 4 * place & 15] for place, row in rows))


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or ZERO


@lru_cache(maxsize=128)
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
    r = add(times(s, BASE), times(k, minus))
    eight = reduce(lambda point, _: add(point, point), range(3), r)  # an R of small order is none
    return encode_point(r) == signature[:32] and eight[0] % P != 0


# ── The log: Merkle tree (RFC 6962) and checkpoint (C2SP) ─────────────────────────────────────
def check_inclusion(entry: bytes, index: Node, path: Node, tree: Tree) -> None:
    """Hash along the path from the leaf of an entry up to the root of a tree (RFC 6962, 2.1)."""
    siblings = [step.base64(32) for step in path.items(MAX_PATH)]
    (size, root), here, from_left = tree, index.whole(0, tree[0] - 1), list[bool]()
    while (
        size > 1
    ):  # down from the root: is the leaf in the right part, with a sibling at its left?
        left = 1 << (size - 1).bit_length() - 1
        from_left.append(here >= left)
        here, size = (here - left, size - left) if here >= left else (here, left)
    found = sha256(b"\x00" + entry).digest()
    for sibling, first in zip(siblings, reversed(from_left), strict=False):
        found = sha256(b"\x01" + (sibling + found if first else found + sibling)).digest()
    if len(siblings) != len(from_left) or found != root:
        raise Refused(path.where, "the path does not lead to the root", "路径通不到根哈希")


@refusing("checkpoint")
def read_checkpoint(node: Node, name: str, key: bytes) -> Tree:
    """Return the tree that the log signed; signatures of others are not looked at."""
    body, _, tail = node.text("(?s:.{0,65536})").rpartition("\n\n")
    mark = f"— {name} "
    lines_of_log = [line for line in tail.split("\n") if line.startswith(mark)]
    signatures = [Node(line.removeprefix(mark), node.where).base64() for line in lines_of_log]
    key_id = sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    ours = [signature[4:] for signature in signatures if signature[:4] == key_id]
    if len(ours) != 1 or not ed25519_verify(key, ours[0], f"{body}\n".encode()):
        raise Refused(node.where, "not signed by the log", "检查点未经日志签名")
    origin, size, root, *_ = [*body.split("\n"), "", "", ""]
    if origin != name or not re.fullmatch("0|[1-9][0-9]{0,17}", size):
        raise Refused(node.where, "not a checkpoint of this log", "不是本日志的检查点")
    return int(size), Node(root, node.where).base64(32)


# ── The statement ─────────────────────────────────────────────────────────────────────────────
@dataclass
class Claim:
    """What the statement claims, and what the batches say about it."""

    fields: dict[str, Node]
    intervals: range  # their starts [s since 1970-01-01T00:00Z]
    terms: dict[str, dict[str, int]]  # by point
    gateway_keys: Keys
    # By point and time: the current reading, None where it is not usable.
    counts: dict[str, dict[int, tuple[Rank, int | None]]] = field(default_factory=dict)
    # By point and time: last register of the old meter, first one of the new.
    events: dict[str, dict[int, tuple[Rank, int, int]]] = field(default_factory=dict)
    quantities: dict[str, str] = field(default_factory=dict)
    gateways: dict[str, bytes] = field(default_factory=dict)
    batches: set[tuple[str, int]] = field(default_factory=set)
    readings: int = 0

    def take(self, rank: Rank, point: str, readings: Iterable[tuple[int, int, int]]) -> None:
        """Take in readings (time, count, quality); the batch of the highest rank is current."""
        current = self.counts.setdefault(point, {})
        for time_s, count, quality in readings:
            self.readings += 1
            if time_s not in current or current[time_s][0] < rank:
                current[time_s] = (rank, count if quality in {MEASURED, MANUAL} else None)


@refusing("statement")
def read_statement(node: Node, gateway_keys: Keys) -> Claim:
    """Read a statement and check that its value follows from its energy and factor."""
    fields = node.fields(STATEMENT)
    fields["format"].must_be("taihang-statement/v1")
    fields["rule"].must_be("register-energy/v1")
    title, period = fields["title"].fields("zh en"), fields["period"].fields("start end")
    for text in (*title.values(), fields["subject"], fields["park"], fields["code_version"]):
        text.text()
    fields["id"].text(NAME)
    fields["reason"].text()
    fields["version"].whole(1)
    if fields["supersedes"].value is not None:
        fields["supersedes"].text()
    intervals = range(read_instant(period["start"]), read_instant(period["end"]), STEP_S)
    fields["intervals"].must_be(len(intervals))
    fields["intervals"].whole(1, MAX_INTERVALS)
    items = fields["terms"].items(MANY)
    terms = dict(read_term(item) for item in items)
    if not terms or len(terms) != len(items):
        raise fields["terms"].wrong("a list of terms, each point once")
    check_value(fields)
    return Claim(fields, intervals, terms, gateway_keys)


def read_instant(node: Node) -> int:
    """Return a UTC time on the quarter of an hour [s since 1970-01-01T00:00Z]."""
    with refusing(node.where):  # there is no 31 June
        return int(datetime.fromisoformat(node.text(DAY + QUARTER)).timestamp())


def read_term(node: Node) -> tuple[str, dict[str, int]]:
    """Read one point's part in the sum."""
    term = node.fields(TERM)
    point, lowest = term.pop("point").text(NAME), {"sign": -1, "scale": 1}
    if term["sign"].whole(-1, 1) == 0:
        raise term["sign"].wrong("1 or -1")
    return point, {name: number.whole(lowest.get(name, 0)) for name, number in term.items()}


def check_value(fields: dict[str, Node]) -> None:
    """Work out value = energy_wh × factor ÷ divisor with the units of its kind, and compare."""
    if (kind := fields["kind"].text()) not in KINDS:
        raise Refused(fields["kind"].where, f"unknown kind {kind!r:.60}", "未知的种类")
    factor_unit, divisor, unit = KINDS[kind]
    fields["divisor"].must_be(divisor)
    fields["unit"].must_be(unit)
    factors = fields["factors"].items(MAX_FACTORS)
    if len(factors) != bool(factor_unit):
        raise fields["factors"].wrong(f"what {kind} takes: {factor_unit or 'no factor'}")
    with localcontext(prec=100):  # more digits than there can be: nothing is rounded
        product = Decimal(fields["energy_wh"].whole()) / divisor
        for factor in factors:
            product *= read_factor(factor, factor_unit)
        value = f"{product.normalize() + 0:f}"  # + 0 makes zero of minus zero
    fields["value"].must_be(value, " = energy × factor ÷ divisor", "电量乘因子除以除数，")


def read_factor(node: Node, unit: str) -> Decimal:
    """Return the value of a factor, whose key names this very value of this very text."""
    fields = node.fields(FACTOR + " valid_to data_year")
    fields["unit"].text(unit)
    if fields["data_year"].value is not None:
        fields["data_year"].whole()
    if fields["valid_to"].value is not None:
        fields["valid_to"].text(DAY)
    fields["valid_from"].text(DAY)
    fact = {name: fields[name].text() for name in FACTOR.split()}
    fields["key"].must_be("{set}/{code}/{region}/{valid_from}={value}".format(**fact))
    return Decimal(fields["value"].text(DECIMAL))


# ── The evidence: signed batches, salted blocks, readings ─────────────────────────────────────
def add_batch(claim: Claim, node: Node, tree: Tree) -> None:
    """Check one batch, and take in its events and blocks."""
    batch = node.fields("header signature leaf_index inclusion blocks")
    header = batch["header"].text("(?s:.{0,1048576})").encode()
    signature = batch["signature"].base64(64)
    fields = Node(load(header, batch["header"].where), batch["header"].where).fields(HEADER)
    fields["v"].must_be(1)
    fields["algorithm"].must_be("ed25519-sha256")
    if not ed25519_verify(fields["gateway_key"].key(), signature, b"taihang/batch/v1\n" + header):
        raise Refused(batch["signature"].where, "not signed by its gateway", "批次未经网关签名")
    check_inclusion(header + signature, batch["leaf_index"], batch["inclusion"], tree)
    rank = add_gateway(claim, fields)
    foreign = add_events(claim, fields["events"], rank)
    blocks = fields["blocks"].whole(0, MANY), fields["block_root"].key()
    for item in ascending(batch["blocks"], "index", MANY):
        block = item.fields("salt body index path")
        salted = block["salt"].base64(16) + block["body"].base64()
        check_inclusion(salted, block["index"], block["path"], blocks)
        point, readings = read_block(claim, block["body"])
        claim.take(rank, point, readings)
        foreign.discard(point)
    if foreign:  # an event replaces a difference of registers: only who reads a meter may say it
        why = f"an event of {min(foreign)!r:.60} without a block of its readings"
        raise Refused(fields["events"].where, why, "有表计事件而同批次无该计量点的读数")


def add_gateway(claim: Claim, fields: dict[str, Node]) -> Rank:
    """Take in who sent a batch; return what decides which of two readings is current."""
    name, key = fields["gateway"].text(NAME), fields["gateway_key"]
    rank = fields["sent_at_s"].whole(0, TIME_END_S - 1), name, fields["counter"].whole(1)
    fields["clock"].text("synchronised|unsynchronised|import")
    claim.gateways.setdefault(name, key.key())
    if key.key() != (claim.gateway_keys or claim.gateways).get(name):
        raise Refused(key.where, f"not the key of gateway {name!r:.60}", "与该网关的公钥不符")
    if rank[1:] in claim.batches:
        raise Refused(fields["counter"].where, "a counter used twice: a clone", "网关计数器重复")
    claim.batches.add(rank[1:])
    return rank


def add_events(claim: Claim, node: Node, rank: Rank) -> set[str]:
    """Take in the events of the statement's points; return these points."""
    last, points = (-1, ""), set[str]()
    for item in node.items(MANY):
        event = item.fields("point kind at_s final_count initial_count")
        event["kind"].text("swap|reset")
        found = (rank, event["final_count"].whole(0), event["initial_count"].whole(0))
        place = at_s, point = event["at_s"].whole(0, TIME_END_S - 1), event["point"].text(NAME)
        if place <= last:
            raise item.wrong("above the event before it")
        last = place
        if point in claim.terms:
            events = claim.events.setdefault(point, {})
            events[at_s] = max(found, events.get(at_s, found))
            points.add(point)
    return points


def read_block(claim: Claim, node: Node) -> tuple[str, Iterable[tuple[int, int, int]]]:
    """Return the point and the readings of a block, which must be read as its term says."""
    body, where = node.base64(), node.where
    at = 4 + int.from_bytes(body[:4], "little")
    block = Node(load(body[4:at], where), where).fields(BLOCK)
    point, quantity = block["point"].text(NAME), block["quantity"].text("register|energy")
    term = claim.terms.get(point)
    if term is None or claim.quantities.setdefault(point, quantity) != quantity:
        raise block["point"].wrong("a point of the statement with one kind of reading")
    block["unit"].must_be("Wh")
    block["scale"].must_be(str(term["scale"]))
    block["modulus"].must_be(term["modulus"])
    n, start_s = block["n"].whole(1, 1_000_000), block["start_s"].whole(0, TIME_END_S - 1)
    step_s = block["step_s"].whole(0, TIME_END_S)
    if at > 4 + (1 << 14) or len(body) != at + n * (9 if step_s else 17):
        raise Refused(where, f"{len(body)} bytes cannot be {n} readings", "数据块长度不符")
    times_s: Sequence[int] = range(start_s, start_s + n * step_s, step_s or 1)
    if not step_s:
        times_s = struct.unpack_from(f"<{n}q", body, at)
    counts, quality = struct.unpack_from(f"<{n}q", body, len(body) - 9 * n), body[-n:]
    descends = any(after <= before for before, after in pairwise(times_s))
    if descends or times_s[0] != start_s or times_s[-1] >= TIME_END_S:
        raise Refused(where, "the times do not ascend from start_s", "读数时刻未从起始时刻递增")
    unlike = any((q == MISSING) != (c == -INT64) for c, q in zip(counts, quality, strict=True))
    if unlike or max(quality) > REJECTED:
        raise Refused(where, "quality and number do not fit together", "质量码与数值不符")
    return point, zip(times_s, counts, quality, strict=True)


# ── The rule register-energy/v1 ───────────────────────────────────────────────────────────────
@refusing("statement.energy_wh")
def check_energy(claim: Claim) -> dict[str, int]:
    """Work out the energy from the readings, and compare; return the intervals measured."""
    energy_wh, measured = 0, dict[str, int]()
    for point, term in claim.terms.items():
        energies = list(energies_wh(claim, point, term))
        energy_wh += term["sign"] * sum(energies)
        measured[point] = len(energies)
    missing = len(claim.intervals) * len(measured) - sum(measured.values())
    claim.fields["missing"].must_be(missing, ", as the readings give", "由读数算得，")
    claim.fields["energy_wh"].must_be(energy_wh, ", as the readings give", "由读数算得，")
    if not any(measured.values()):
        why = f"NOTHING MEASURED: all {missing} intervals are missing"
        raise Refused("statement.missing", why, f"无任何计量：全部 {missing} 个时段均未计量")
    return measured


def energies_wh(claim: Claim, point: str, term: dict[str, int]) -> Iterator[int]:
    """Yield the energy of one point in each interval in which it is measured [Wh]."""
    counts = {time_s: count for time_s, (_, count) in claim.counts.get(point, {}).items()}
    events: dict[int, Swaps] = {}  # by start t of the interval (t, t + 900]
    for at_s, (_, final, initial) in sorted(claim.events.get(point, {}).items()):
        events.setdefault((at_s - 1) // STEP_S * STEP_S, []).append((final, initial))
    for start_s in filter(claim.intervals.__contains__, counts):
        delta, last = counts[start_s], counts.get(start_s + STEP_S)
        if claim.quantities[point] == "register":
            delta = register_delta(term["modulus"], delta, last, events.get(start_s, []))
        if delta is not None and 0 <= delta * term["scale"] <= term["max_interval_wh"]:
            yield delta * term["scale"]


def register_delta(modulus: int, first: int | None, last: int | None, swaps: Swaps) -> int | None:
    """Return what was counted between two registers, over swaps and resets or one rollover."""
    if first is None or last is None:
        return None
    if swaps:
        starts = [first, *(initial for _, initial in swaps)]
        ends = [*(final for final, _ in swaps), last]
        parts = [end - start for start, end in zip(starts, ends, strict=True)]
        return sum(parts) if min(parts) >= 0 else None
    # A fall is one rollover, or it leaves the limits that the caller checks.
    return last - first + (modulus if last < first else 0)


# ── The command line ──────────────────────────────────────────────────────────────────────────
def rows(report: Report, node: dict[str, Node], words: list[str], lang: str) -> Iterator[str]:
    """Yield what a person should know of the terms, the factor and the gateways."""
    term, factor, late, gateway, pin, more = words
    terms = zip(node["terms"].items(MANY)[:SHOWN], report.measured.values(), strict=False)
    yield from (term.format(k, node["intervals"], **item.fields(TERM)) for item, k in terms)
    yield from [more.format(len(report.measured) - SHOWN)] * (len(report.measured) > SHOWN)
    # A local day begins up to 14 h before that of UTC, and ends up to 12 h after it.
    first = datetime.fromisoformat(str(node["start"])) + timedelta(hours=14)
    last = datetime.fromisoformat(str(node["end"])) - timedelta(hours=12, seconds=1)
    for item in node["factors"].items(MAX_FACTORS):
        fact = item.fields(FACTOR + " valid_to data_year")
        status, since, until = (str(fact[name]) for name in ("status", "valid_from", "valid_to"))
        status = STATUS_ZH.get(status, status) if lang == "zh" else status
        yield factor.format(status, f"{since} … {until}", **fact)
        if since > first.isoformat()[:10] or "-" < until <= last.isoformat()[:10]:
            yield late
    keys = [gateway.format(Node(name, ""), key) for name, key in report.gateways.items()]
    yield from keys[:SHOWN] + [more.format(len(keys) - SHOWN)] * (len(keys) > SHOWN)
    yield from [] if report.gateway_keys_confirmed else [pin]


@refusing("statement")
def page(report: Report, lang: str) -> str:
    """Return what a person should know of an accepted file."""
    words, node = WORDS[lang].splitlines(), Node(report.statement, "").fields(STATEMENT)
    node |= node["period"].fields("start end") | node["title"].fields("zh en")
    pairs = node["intervals"].whole() * len(report.measured)
    gaps = words[8].format(**node, pairs=pairs) if node["missing"].value else ""
    found = asdict(report) | node | {"log_name": Node(report.log_name, ""), "gaps": gaps}
    head, foot = (row.format(**found) for row in ("\n".join(words[:5]), "\n".join(words[5:7])))
    pin_log = [] if report.log_key_confirmed else [words[7]]
    return "\n".join([head, *rows(report, node, words[9:], lang), foot, *pin_log])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description="Verify a Taihang proof file, offline.")
    parser.add_argument("file", type=Path, help="the proof file")
    parser.add_argument("--log-key", metavar="HEX", help="public key of the park's log")
    pin = "public key of a gateway; given once, it must be given for all that signed"
    parser.add_argument("--gateway-key", metavar="NAME=HEX", action="append", default=[], help=pin)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--lang", choices=("zh", "en"), help="one language instead of both")
    options = parser.parse_args(arguments)
    try:
        data = options.file.read_bytes()
        log_key = Node(options.log_key, "--log-key").key() if options.log_key else None
        pins = [option.rpartition("=") for option in options.gateway_key]
        gateway_keys = {name: Node(key, "--gateway-key").key() for name, _, key in pins} or None
    except (OSError, Refused) as error:
        parser.error(str(error))
    found: dict[str, Json]
    try:
        report = verify(data, log_key, gateway_keys)
        found = {"accepted": True, **asdict(report)}
        text = {lang: page(report, lang) for lang in WORDS}
    except Refused as no:
        found = {"accepted": False, "where": no.where, "why": no.why, "why_zh": no.why_zh}
        text = {"zh": f"拒绝：{no.where}：{no.why_zh}", "en": f"REFUSED: {no.where}: {no.why}"}
    people = "\n".join(text[lang] for lang in ([options.lang] if options.lang else ["zh", "en"]))
    sys.stdout.buffer.write((dump(found) if options.json else people.encode()) + b"\n")
    return 0 if found["accepted"] else 1


if __name__ == "__main__":
    sys.exit(main())
