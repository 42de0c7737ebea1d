#!/usr/bin/env python3
"""Verify a Taihang proof file: offline, with nothing but Python's standard library.

    python verify_taihang.py FILE [--log-key HEX] [--json] [--lang zh|en]

Exit code 0: accepted. 1: refused, with the place and the reason. 2: wrong usage.

A proof file carries one number, say the emissions of one enterprise in one month, and everything
needed to work it out again: readings in batches that meter gateways signed, paths that lead from the
batches to a checkpoint that the park's log signed, and the factors the energy was multiplied with.
This program was written from docs/formats/{sealed-batch,log,proof}.md and shares no code with the
platform. Read ``verify`` first: it is the list of all checks, in order.

What it cannot tell: whether a meter measured rightly before its gateway signed, whether a batch
was left out of the evidence, and whether the log key is the park's own, unless you pass --log-key
with the key that the park publishes.
"""

import argparse
import json
import re
import struct
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256, sha512
from pathlib import Path
from typing import TypeAlias

Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"
Point: TypeAlias = tuple[int, int, int, int]
Rank: TypeAlias = tuple[int, str, int]

STEP_S = 900
MISSING_COUNT = -(1 << 63)
INT64 = 1 << 63
TIME_END_S = 253_402_300_800  # the year 10000
MAX_FILE_BYTES = 1 << 28
MAX_INTERVALS = 351_360  # ten years of quarters of an hour
MEASURED, MANUAL, MISSING, REJECTED = 0, 2, 3, 4

WHOLE = re.compile(r"0|[1-9][0-9]{0,18}")
DECIMAL = re.compile(r"(0|[1-9][0-9]{0,17})(?:\.([0-9]{1,18}))?")
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

STATEMENT_KEYS = (
    "format id kind subject park period title terms energy_wh intervals missing factors divisor "
    "value unit rule code_version version supersedes reason"
)
FACTOR_KEYS = "code value unit region valid_from valid_to data_year document clause source status set note key"
HEADER_KEYS = (
    "v algorithm gateway gateway_key counter sent_at_s clock origin events blocks block_root"
)


class Refused(Exception):  # noqa: N818  what the file is, not an error of this program
    """The file is not to be believed."""

    def __init__(self, where: str, why: str, why_zh: str) -> None:
        super().__init__(where, why, why_zh)
        self.where, self.why, self.why_zh = where, why, why_zh


@dataclass(frozen=True)
class Report:
    """What an accepted file says, and how much stands behind it."""

    statement_id: str
    title_zh: str
    title_en: str
    park: str
    subject: str
    start: str
    end: str
    value: str
    unit: str
    energy_wh: int
    intervals: int
    terms: int
    missing: int
    readings: int
    batches: int
    gateways: list[str]
    tree_size: int
    log_name: str
    log_key: str
    log_key_confirmed: bool
    factors: list[dict[str, str]]


# ── The checks, in order ──────────────────────────────────────────────────────────────────────


def verify(data: bytes, log_key: bytes | None = None) -> Report:
    """Check every byte of a proof file.

    Args:
        data: The file.
        log_key: The log's public key, 32 bytes, if you know it from elsewhere.

    Returns:
        What the file proves.

    Raises:
        Refused: With the place and the reason, at the first check that fails.
    """
    # 1. The text has one spelling, and the file exactly the fields of its format.
    document = load(data, "proof")
    proof = Node(document, "proof").fields("format statement evidence log checkpoint seal")
    proof["format"].must_be("taihang-proof/v1")
    # 2. The log: its key, its signature on the checkpoint.
    name, key = read_log(proof["log"], log_key)
    size, root = read_checkpoint(proof["checkpoint"], name, key)
    # 3. The statement: complete, and its number follows from its energy and its factors.
    statement = read_statement(proof["statement"])
    # 4. Every batch: in the log, signed by its gateway; every block: in its batch, in the sum.
    evidence = Evidence(statement)
    for batch in ascending(proof["evidence"], "leaf_index"):
        add_batch(evidence, batch, size, root)
    # 5. The energy, worked out again from the readings.
    check_energy(statement, evidence)
    # 6. The seal: nothing else in the file was altered since the park handed it out.
    check_seal(document, proof["seal"], key)
    return report(statement, evidence, size, name, key, log_key is not None)


def check_seal(document: Json, seal: "Node", key: bytes) -> None:
    """Check the log's signature over the whole file without the seal itself."""
    rest = {k: v for k, v in document.items() if k != "seal"} if isinstance(document, dict) else {}
    if not ed25519_verify(key, seal.base64(64), b"taihang/proof/v1\n" + dump(rest)):
        raise Refused("seal", "the file was altered after it was sealed", "文件在封存之后被改动")


# ── Canonical JSON: one value, one spelling ───────────────────────────────────────────────────


def dump(value: Json) -> bytes:
    """Write a value in its canonical spelling: sorted keys, no white space, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def load(data: bytes, where: str) -> Json:
    """Read canonical JSON; every other spelling is refused with the first byte that differs."""

    def refuse_number(text: str) -> int:
        raise Refused(where, f"the number {text[:24]} is not a whole number", "出现非整数数值")

    def whole(text: str) -> int:
        if len(text) > 20 or not -INT64 <= int(text) < INT64:  # noqa: PLR2004  sign and 19 digits
            raise Refused(where, f"the number {text[:24]} is beyond 64 bits", "整数超过64位")
        return int(text)

    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        if len(dict(pairs)) != len(pairs):
            raise Refused(where, "a key stands twice in one object", "同一对象内键重复")
        return dict(pairs)

    if len(data) > MAX_FILE_BYTES:
        raise Refused(where, f"more than {MAX_FILE_BYTES} bytes", "文件过大")
    try:
        value: Json = json.loads(
            data.decode(),
            object_pairs_hook=unique,
            parse_int=whole,
            parse_float=refuse_number,
            parse_constant=refuse_number,
        )
        canonical = dump(value)
    except (ValueError, RecursionError) as error:  # no UTF-8, no JSON, or absurdly deep
        raise Refused(where, f"not JSON: {error}", "不是合法的JSON") from error
    if canonical != data:
        pairs = enumerate(zip(data, canonical, strict=False))
        at = next((i for i, (a, b) in pairs if a != b), min(len(data), len(canonical)))
        raise Refused(
            f"{where}, byte {at}", "differs from the canonical spelling", "与规范写法不一致"
        )
    return value


class Node:
    """A JSON value that knows where it stands, and refuses to be read as anything it is not."""

    def __init__(self, value: Json, where: str) -> None:
        self.value, self.where = value, where

    def wrong(self, expected: str) -> Refused:
        """Return the refusal that tells of this value."""
        return Refused(self.where, f"{self.value!r:.60} is not {expected}", "字段内容不符合格式")

    def fields(self, names: str) -> dict[str, "Node"]:
        """Return the fields of an object that has exactly these, named with spaces between."""
        keys = names.split()
        if not isinstance(self.value, dict) or self.value.keys() != set(keys):
            raise self.wrong(f"an object with exactly the fields {names}")
        return {key: Node(self.value[key], f"{self.where}.{key}") for key in keys}

    def items(self) -> list["Node"]:
        """Return the items of a list."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        return [Node(item, f"{self.where}[{i}]") for i, item in enumerate(self.value)]

    def must_be(self, wanted: str | int) -> None:
        """Refuse any other value."""
        if self.value != wanted or type(self.value) is not type(wanted):
            raise self.wrong(repr(wanted))

    def text(self, *allowed: str) -> str:
        """Return a text, one of those allowed if any are named."""
        if not isinstance(self.value, str) or (allowed and self.value not in allowed):
            raise self.wrong("one of " + ", ".join(allowed) if allowed else "a text")
        return self.value

    def whole(self, low: int = -INT64, high: int = INT64 - 1) -> int:
        """Return a whole number within bounds."""
        if type(self.value) is not int or not low <= self.value <= high:
            raise self.wrong(f"a whole number of {low} … {high}")
        return self.value

    def hexadecimal(self, n_bytes: int) -> bytes:
        """Return bytes in lower-case hexadecimal."""
        if not re.fullmatch(f"[0-9a-f]{{{2 * n_bytes}}}", self.text()):
            raise self.wrong(f"{n_bytes} bytes in hexadecimal")
        return bytes.fromhex(self.text())

    def base64(self, n_bytes: int | None = None) -> bytes:
        """Return bytes in base64; a spelling that an encoder would not write is refused."""
        try:
            found = b64decode(self.text(), validate=True)
        except ValueError as error:
            raise self.wrong("base64") from error
        if b64encode(found).decode() != self.value or n_bytes not in {None, len(found)}:
            raise self.wrong(f"{n_bytes or 'some'} bytes in base64")
        return found


def ascending(node: Node, key: str) -> Iterator[Node]:
    """Yield the items of a list that stand in ascending order of one of their fields."""
    last = -1
    for item in node.items():
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
    """Add two points in extended coordinates (RFC 8032, 5.1.4)."""
    (x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
    k = (y1 - x1) * (y2 - x2) % P
    m = (y1 + x1) * (y2 + x2) % P
    c = 2 * D * t1 * t2 % P
    d = 2 * z1 * z2 % P
    e, f, g, h = m - k, d - c, d + c, m + k
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
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


@lru_cache(maxsize=128)
def multiples(point: Point) -> list[list[Point]]:
    """Return j · 16^i · point for every digit j and place i, so that a product is 64 additions."""
    rows: list[list[Point]] = []
    for _ in range(64):
        row = [ZERO]
        for _ in range(16):
            row.append(add(row[-1], point))
        point = row.pop()
        rows.append(row)
    return rows


def times(number: int, point: Point) -> Point:
    """Multiply a point by a number below 2^256."""
    product = ZERO
    for place, row in enumerate(multiples(point)):
        product = add(product, row[number >> 4 * place & 15])
    return product


BASE = decode_point((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or ZERO


@lru_cache(maxsize=128)
def decode_key(key: bytes) -> Point | None:
    """Return minus the point of a public key; None if no signature by it means anything."""
    point = decode_point(key)
    if point is None or encode_point(times(8, point)) == encode_point(ZERO):
        return None  # a key of small order fits signatures that nobody made
    x, y, z, t = point
    return -x % P, y, z, -t % P


def ed25519_verify(key: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a signature over a message was made with a key.

    S must be below the group order, and R and the key must be spelled canonically: each message
    then has exactly one signature that can be derived from another, namely itself.
    """
    minus_key = decode_key(key)
    s = int.from_bytes(signature[32:], "little")
    if minus_key is None or s >= ORDER:
        return False
    k = int.from_bytes(sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return encode_point(add(times(s, BASE), times(k, minus_key))) == signature[:32]


# ── The log: Merkle tree (RFC 6962) and checkpoint (C2SP) ─────────────────────────────────────


def leaf_hash(entry: bytes) -> bytes:
    """Hash one leaf."""
    return sha256(b"\x00" + entry).digest()


def check_inclusion(leaf: bytes, index: Node, size: int, path: Node, root: bytes) -> None:
    """Climb from a leaf to the root (RFC 9162, 2.1.3.2)."""
    here, last, found = index.whole(0, size - 1), size - 1, leaf
    for step in path.items():
        sibling = step.base64(32)
        if last == 0:
            raise Refused(step.where, "the path is too long", "路径过长")
        if here & 1 or here == last:
            found = sha256(b"\x01" + sibling + found).digest()
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + sibling).digest()
        here, last = here >> 1, last >> 1
    if last or found != root:
        raise Refused(path.where, "the path does not lead to the root", "路径通不到根哈希")


def read_log(node: Node, known_key: bytes | None) -> tuple[str, bytes]:
    """Return name and key of the log, which must be the known one if one is known."""
    log = node.fields("name key")
    name, key = log["name"].text(), log["key"].hexadecimal(32)
    if known_key not in {None, key}:
        raise Refused(log["key"].where, "not the key you gave", "与所给日志公钥不符")
    return name, key


def read_checkpoint(node: Node, name: str, key: bytes) -> tuple[int, bytes]:
    """Return size and root of the tree that the log signed."""
    text, _, signatures = node.text().rpartition("\n\n")
    body, key_id = (text + "\n").encode(), sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    found = [
        Node(line.split(" ")[-1], node.where).base64()
        for line in signatures.split("\n")
        if line.startswith(f"— {name} ") and line.count(" ") == name.count(" ") + 2  # noqa: PLR2004
    ]
    ours = [signature[4:] for signature in found if signature[:4] == key_id]
    if len(ours) != 1 or not ed25519_verify(key, ours[0], body):
        raise Refused(node.where, "not signed by the log", "检查点未经日志签名")
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    if origin != name or not WHOLE.fullmatch(size) or int(size) >= INT64:
        raise Refused(node.where, "not a checkpoint of this log", "不是本日志的检查点")
    return int(size), Node(root, node.where).base64(32)


# ── The statement ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Term:
    """One point's part in the sum."""

    point: str
    sign: int
    scale: int
    modulus: int
    max_interval_wh: int


@dataclass(frozen=True)
class Statement:
    """The number, and what it claims to be made of."""

    fields: dict[str, Node]
    start_s: int
    end_s: int
    terms: dict[str, Term]
    factors: list[dict[str, str]]


def read_statement(node: Node) -> Statement:
    """Read a statement and check that its value follows from its energy and factors."""
    fields = node.fields(STATEMENT_KEYS)
    fields["format"].must_be("taihang-statement/v1")
    fields["rule"].must_be("register-energy/v1")
    for key in ("id", "kind", "subject", "park", "unit", "code_version", "reason"):
        fields[key].text()
    for title in fields["title"].fields("zh en").values():
        title.text()
    fields["version"].whole(1)
    if fields["supersedes"].value is not None:
        fields["supersedes"].text()
    period = fields["period"].fields("start end")
    start_s, end_s = read_instant(period["start"]), read_instant(period["end"])
    fields["intervals"].must_be((end_s - start_s) // STEP_S)
    fields["intervals"].whole(1, MAX_INTERVALS)
    terms = [read_term(item) for item in fields["terms"].items()]
    if not terms or len({term.point for term in terms}) != len(terms):
        raise fields["terms"].wrong("a list of terms, each point once")
    factors = [read_factor(item) for item in fields["factors"].items()]
    check_value(fields, factors)
    return Statement(fields, start_s, end_s, {term.point: term for term in terms}, factors)


def read_instant(node: Node) -> int:
    """Return a UTC time on the settlement grid [s since 1970-01-01T00:00Z]."""
    try:
        found = datetime.strptime(node.text(), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise node.wrong("a UTC time such as 2026-06-01T00:00:00Z") from error
    if found.strftime("%Y-%m-%dT%H:%M:%SZ") != node.value or int(found.timestamp()) % STEP_S:
        raise node.wrong("a full quarter of an hour")
    return int(found.timestamp())


def read_term(node: Node) -> Term:
    """Read one term."""
    term = node.fields("point sign scale modulus max_interval_wh")
    if term["sign"].whole(-1, 1) == 0:
        raise term["sign"].wrong("1 or -1")
    return Term(
        point=term["point"].text(),
        sign=term["sign"].whole(),
        scale=term["scale"].whole(1),
        modulus=term["modulus"].whole(0),
        max_interval_wh=term["max_interval_wh"].whole(0),
    )


def read_factor(node: Node) -> dict[str, str]:
    """Read one factor; its key must name this very value of this very text."""
    fields = node.fields(FACTOR_KEYS)
    optional = {key: fields.pop(key) for key in ("valid_to", "data_year")}
    factor = {key: field.text() for key, field in fields.items()}
    days = [fields["valid_from"]]
    if optional["valid_to"].value is not None:
        days.append(optional["valid_to"])
    if optional["data_year"].value is not None:
        optional["data_year"].whole()
    for day in days:
        if not DAY.fullmatch(day.text()):
            raise day.wrong("a day such as 2026-06-01")
    if not DECIMAL.fullmatch(factor["value"]):
        raise fields["value"].wrong("a plain decimal")
    fields["key"].must_be("{set}/{code}/{region}/{valid_from}={value}".format(**factor))
    return factor | {"valid_to": str(optional["valid_to"].value or "")}


def check_value(fields: dict[str, Node], factors: Sequence[dict[str, str]]) -> None:
    """Work out value = energy_wh × factors ÷ divisor in whole numbers, and compare."""
    divisor = fields["divisor"]
    places = len(str(divisor.whole(1, 10**18))) - 1
    divisor.must_be(10**places)
    product = fields["energy_wh"].whole()
    for factor in factors:
        whole, _, decimals = factor["value"].partition(".")
        product, places = product * int(whole + decimals), places + len(decimals)
    digits = str(abs(product)).rjust(places + 1, "0")
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    value = "-" * (product < 0) + whole + "." * bool(decimals) + decimals
    if fields["value"].value != value:
        why = f"{fields['value'].value!r:.60}, but energy × factors ÷ divisor is {value}"
        raise Refused(fields["value"].where, why, "数值与电量、因子的乘积不符")


# ── The evidence: signed batches, salted blocks, readings ─────────────────────────────────────


@dataclass
class Evidence:
    """What the batches say about the terms of the statement."""

    statement: Statement
    counts: dict[str, dict[int, tuple[Rank, int | None]]] = field(default_factory=dict)
    """By point and time: the current reading; None where it is not usable."""
    events: dict[str, dict[int, tuple[Rank, int, int]]] = field(default_factory=dict)
    """By point and time: final register of the old meter, initial one of the new."""
    quantities: dict[str, str] = field(default_factory=dict)
    batches: set[tuple[str, int]] = field(default_factory=set)
    readings: int = 0


def add_batch(evidence: Evidence, node: Node, size: int, root: bytes) -> None:
    """Check one batch and take in its events and blocks."""
    batch = node.fields("header signature leaf_index inclusion blocks")
    header, signature = batch["header"].text().encode(), batch["signature"].base64(64)
    fields = Node(load(header, batch["header"].where), batch["header"].where).fields(HEADER_KEYS)
    fields["v"].must_be(1)
    fields["algorithm"].must_be("ed25519-sha256")
    key = fields["gateway_key"].hexadecimal(32)
    if not ed25519_verify(key, signature, b"taihang/batch/v1\n" + header):
        raise Refused(batch["signature"].where, "not signed by its gateway", "批次未经网关签名")
    leaf = leaf_hash(header + signature)
    check_inclusion(leaf, batch["leaf_index"], size, batch["inclusion"], root)
    rank = add_header(evidence, fields)
    n_blocks, block_root = fields["blocks"].whole(0), fields["block_root"].hexadecimal(32)
    for item in ascending(batch["blocks"], "index"):
        block = item.fields("salt body index path")
        body = block["body"].base64()
        leaf = leaf_hash(block["salt"].base64(16) + body)
        check_inclusion(leaf, block["index"], n_blocks, block["path"], block_root)
        add_block(evidence, body, block["body"].where, rank)


def add_header(evidence: Evidence, fields: dict[str, Node]) -> Rank:
    """Take in the events of a header; return what decides which of two readings is current."""
    gateway, counter = fields["gateway"].text(), fields["counter"].whole(1)
    sent_at_s = fields["sent_at_s"].whole(0, TIME_END_S - 1)
    fields["clock"].text("synchronised", "unsynchronised", "import")
    if (gateway, counter) in evidence.batches:
        raise Refused(fields["counter"].where, "counter used twice", "网关计数器重复")
    evidence.batches.add((gateway, counter))
    rank = (sent_at_s, gateway, counter)
    for item in fields["events"].items():
        event = item.fields("point kind at_s final_count initial_count")
        event["kind"].text("swap", "reset")
        found = (rank, event["final_count"].whole(0), event["initial_count"].whole(0))
        events = evidence.events.setdefault(event["point"].text(), {})
        at_s = event["at_s"].whole(0, TIME_END_S - 1)
        events[at_s] = max(found, events.get(at_s, found))
    return rank


def add_block(evidence: Evidence, body: bytes, where: str, rank: Rank) -> None:
    """Take in the readings of one block, which must belong to a term and be read as it says."""
    length = int.from_bytes(body[:4], "little")
    at = 4 + length
    block = Node(load(body[4:at], where), where).fields(
        "point quantity unit scale modulus n start_s step_s"
    )
    point, quantity = block["point"].text(), block["quantity"].text("register", "energy")
    term = evidence.statement.terms.get(point)
    if term is None or evidence.quantities.setdefault(point, quantity) != quantity:
        raise block["point"].wrong("a point of the statement with one kind of reading")
    block["unit"].must_be("Wh")
    block["scale"].must_be(str(term.scale))
    block["modulus"].must_be(term.modulus)
    n, start_s = block["n"].whole(1, 1_000_000), block["start_s"].whole(0, TIME_END_S - 1)
    step_s = block["step_s"].whole(0, TIME_END_S)
    if len(body) != at + n * (9 if step_s else 17):
        raise Refused(where, f"{len(body)} bytes are not {n} readings", "数据块长度不符")
    times_s: Sequence[int] = range(start_s, start_s + n * step_s, step_s or 1)
    if not step_s:
        times_s = struct.unpack_from(f"<{n}q", body, at)
    values = struct.unpack_from(f"<{n}q", body, len(body) - 9 * n)
    check_readings(where, times_s, start_s, values, body[-n:])
    evidence.readings += n
    current = evidence.counts.setdefault(point, {})
    for time_s, value, quality in zip(times_s, values, body[-n:], strict=True):
        if time_s not in current or current[time_s][0] < rank:
            current[time_s] = (rank, value if quality in {MEASURED, MANUAL} else None)


def check_readings(
    where: str, times_s: Sequence[int], start_s: int, counts: Sequence[int], quality: bytes
) -> None:
    """Check that times ascend and that missing is never a number."""
    ascend = all(a < b for a, b in zip(times_s, times_s[1:], strict=False))
    if times_s[0] != start_s or not ascend or times_s[-1] >= TIME_END_S:
        raise Refused(where, "the times do not ascend from start_s", "读数时刻未递增")
    if max(quality) > REJECTED or any(
        (q == MISSING) != (c == MISSING_COUNT) for q, c in zip(quality, counts, strict=True)
    ):
        raise Refused(where, "a missing reading bears a number", "缺失读数带有数值")


# ── The rule register-energy/v1 ───────────────────────────────────────────────────────────────


def check_energy(statement: Statement, evidence: Evidence) -> None:
    """Work out energy and missing intervals from the readings, and compare."""
    energy_wh = missing = 0
    for term in statement.terms.values():
        for start_s in range(statement.start_s, statement.end_s, STEP_S):
            wh = interval_wh(term, evidence, start_s)
            if wh is None:
                missing += 1
            else:
                energy_wh += term.sign * wh
    for key, found in (("missing", missing), ("energy_wh", energy_wh)):
        if statement.fields[key].value != found:
            why = f"{statement.fields[key].value!r}, but the readings give {found}"
            raise Refused(statement.fields[key].where, why, f"与读数算得的 {found} 不符")


def interval_wh(term: Term, evidence: Evidence, start_s: int) -> int | None:
    """Return the energy of one point in one interval [Wh]; None where it is not measured."""
    counts = evidence.counts.get(term.point, {})
    first = counts.get(start_s, (None, None))[1]
    if evidence.quantities.get(term.point) == "energy":
        delta = first
    else:
        last = counts.get(start_s + STEP_S, (None, None))[1]
        events = evidence.events.get(term.point, {})
        delta = (
            None
            if first is None or last is None
            else register_delta(
                term,
                first,
                last,
                [events[at] for at in sorted(events) if start_s < at <= start_s + 900],
            )
        )
    if delta is None or not 0 <= delta * term.scale <= term.max_interval_wh:
        return None
    return delta * term.scale


def register_delta(
    term: Term, first: int, last: int, events: Sequence[tuple[Rank, int, int]]
) -> int | None:
    """Return what a register counted between two readings, over swaps, resets or a rollover."""
    if events:
        starts = [first, *(initial for _, _, initial in events)]
        ends = [*(final for _, final, _ in events), last]
        parts = [end - start for start, end in zip(starts, ends, strict=True)]
        return sum(parts) if min(parts) >= 0 else None
    rolled = last - first + term.modulus
    if last < first and term.modulus and rolled * term.scale <= term.max_interval_wh:
        return rolled
    return last - first


# ── What a person sees ────────────────────────────────────────────────────────────────────────


def report(
    statement: Statement, evidence: Evidence, size: int, name: str, key: bytes, confirmed: bool
) -> Report:
    """Put together what an accepted file says."""
    fields = statement.fields
    title, period = fields["title"].fields("zh en"), fields["period"].fields("start end")
    return Report(
        statement_id=fields["id"].text(),
        title_zh=title["zh"].text(),
        title_en=title["en"].text(),
        park=fields["park"].text(),
        subject=fields["subject"].text(),
        start=period["start"].text(),
        end=period["end"].text(),
        value=fields["value"].text(),
        unit=fields["unit"].text(),
        energy_wh=fields["energy_wh"].whole(),
        intervals=fields["intervals"].whole(),
        terms=len(statement.terms),
        missing=fields["missing"].whole(),
        readings=evidence.readings,
        batches=len(evidence.batches),
        gateways=sorted({gateway for gateway, _ in evidence.batches}),
        tree_size=size,
        log_name=name,
        log_key=key.hex(),
        log_key_confirmed=confirmed,
        factors=statement.factors,
    )
