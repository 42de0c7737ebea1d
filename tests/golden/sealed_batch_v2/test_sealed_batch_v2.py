"""The golden vector of version 2: see README.md beside this file."""

import json
import struct
import zlib
from collections.abc import Iterator
from hashlib import sha256, shake_256
from pathlib import Path
from typing import TypedDict

from column_kit import GOLDEN_BLOCKS, golden_columns
from evidence_kit import verify_signature
from taihang.core.seal.batch_v2 import MAGIC, ColumnBatch, open_batch, open_shown
from taihang.core.seal.wide_tree import verify_wide_path
from taihang.core.tlog.merkle import leaf_hash

HERE = Path(__file__).parent
QUANTITIES = ("energy", "reactive", "register", "sample")
MISSING = 3


class GoldenBlock(TypedDict):
    point: str
    quantity: str
    unit: str
    scale: str
    modulus: int
    times_s: list[int]
    counts: list[int]
    quality: list[int]
    salt: str
    body: str
    leaf_hash: str
    path: list[str]


class Golden(TypedDict):
    gateway_public_key: str
    header: str
    signature: str
    gateway: str
    key_ordinal: int
    counter: int
    sent_at_s: int
    clock: str
    notes: object
    blocks: list[GoldenBlock]
    block_root: str
    log_leaf_hash: str


def _hex(name: str) -> bytes:
    return bytes.fromhex((HERE / name).read_text())


def _expected() -> Golden:
    return json.loads((HERE / "expected.json").read_text())


# -- a reader written from the words of the document, with the standard library alone -------------


class Reader:
    """Walks along bytes."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, n: int) -> bytes:
        part = self.data[self.at : self.at + n]
        assert len(part) == n
        self.at += n
        return part

    def number(self, form: str) -> int:
        (value,) = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
        assert isinstance(value, int)
        return value

    def text(self, form: str) -> str:
        return self.take(self.number(form)).decode()


def read_file(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Return header, signature and body."""
    reader = Reader(data)
    assert reader.take(17) == b"taihang/batch/v2\n"
    header = reader.take(reader.number("I"))
    signature = reader.take(64)
    return header, signature, zlib.decompress(data[reader.at :])


def read_blocks(body: bytes, n_blocks: int) -> Iterator[GoldenBlock]:
    reader = Reader(body)
    salts = shake_256(reader.take(16)).digest(16 * n_blocks)
    end_of_descriptors = reader.number("I") + reader.at
    descriptors: list[tuple[bytes, str, str, str, str, int]] = []
    for _ in range(n_blocks):
        start = reader.at
        point, quantity = reader.text("H"), QUANTITIES[reader.number("B")]
        unit, scale, modulus = reader.text("H"), reader.text("B"), reader.number("Q")
        descriptors.append((body[start : reader.at], point, quantity, unit, scale, modulus))
    assert reader.at == end_of_descriptors
    heads = [reader.take(26) for _ in range(n_blocks)]
    parsed = [struct.unpack("<IqIqBB", head) for head in heads]
    columns: dict[int, bytes] = {}
    for width in (1, 2, 4, 8):
        for number, head in enumerate(parsed):
            if head[4] == width:
                columns[number] = reader.take(width * head[0])
    times = {i: reader.take(8 * head[0]) for i, head in enumerate(parsed) if head[5] & 1}
    qualities = {i: reader.take(head[0]) for i, head in enumerate(parsed) if head[5] & 2}
    assert reader.at == len(body)
    for i, (raw, point, quantity, unit, scale, modulus) in enumerate(descriptors):
        n, start_s, step_s, count, width, _flags = parsed[i]
        quality = list(qualities.get(i, bytes(n)))
        found: list[int] = []
        for difference in struct.unpack(f"<{n}{'bhiq'[(1, 2, 4, 8).index(width)]}", columns[i]):
            count = (count + difference + (1 << 63)) % (1 << 64) - (1 << 63)
            found.append(count)
        counts = [-(1 << 63) if q == MISSING else c for c, q in zip(found, quality, strict=True)]
        tail = heads[i] + columns[i] + times.get(i, b"") + qualities.get(i, b"")
        salt = salts[16 * i : 16 * i + 16]
        yield GoldenBlock(
            point=point,
            quantity=quantity,
            unit=unit,
            scale=scale,
            modulus=modulus,
            times_s=[*struct.unpack(f"<{n}q", times[i])]
            if i in times
            else [start_s + step_s * k for k in range(n)],
            counts=counts,
            quality=quality,
            salt=salt.hex(),
            body=(raw + tail).hex(),
            leaf_hash=sha256(b"\x00" + raw + salt + tail).hexdigest(),
            path=[],
        )


def root_of(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        groups = [hashes[at : at + 8] for at in range(0, len(hashes), 8)]
        hashes = [sha256(b"\x01" + b"".join(group)).digest() for group in groups]
    return hashes[0]


def climb(leaf: bytes, path: list[bytes], index: int, size: int) -> bytes:
    while size > 1:
        n_others = min(8, size - (index - index % 8)) - 1
        group, path = path[:n_others], path[n_others:]
        group.insert(index % 8, leaf)
        leaf = sha256(b"\x01" + b"".join(group)).digest()
        index, size = index // 8, -(-size // 8)
    assert not path
    return leaf


# -- the tests ------------------------------------------------------------------------------------


def test_golden_batch__reads_as_the_document_says_with_nothing_but_the_standard_library() -> None:
    expected = _expected()

    header, signature, body = read_file(_hex("batch.hex"))
    blocks = list(read_blocks(body, len(expected["blocks"])))
    leaves = [bytes.fromhex(block["leaf_hash"]) for block in blocks]

    assert body == _hex("body.hex")
    assert expected["header"] == header.hex()
    assert expected["signature"] == signature.hex()
    assert [{**block, "path": []} for block in expected["blocks"]] == blocks
    assert expected["block_root"] == root_of(leaves).hex()
    assert expected["log_leaf_hash"] == sha256(b"\x00" + header + signature).hexdigest()
    for number, block in enumerate(expected["blocks"]):
        path = [bytes.fromhex(hash_) for hash_ in block["path"]]
        assert climb(leaves[number], path, number, len(leaves)).hex() == expected["block_root"]


def test_golden_batch__has_the_header_that_the_document_says() -> None:
    expected = _expected()

    reader = Reader(bytes.fromhex(expected["header"]))
    algorithm, key, clock = reader.number("B"), reader.number("B"), reader.number("B")
    n_blocks, body_bytes = reader.number("H"), reader.number("I")
    counter, sent_at_s = reader.number("Q"), reader.number("Q")
    root, gateway = reader.take(32), reader.text("H")
    notes = reader.data[reader.at :]

    assert (algorithm, key, clock) == (1, expected["key_ordinal"], 0)
    assert (n_blocks, body_bytes) == (len(expected["blocks"]), len(_hex("body.hex")))
    assert (counter, sent_at_s) == (expected["counter"], expected["sent_at_s"])
    assert (root.hex(), gateway) == (expected["block_root"], expected["gateway"])
    assert expected["clock"] == "synchronised"
    assert json.loads(notes) == expected["notes"]
    assert notes == json.dumps(expected["notes"], sort_keys=True, separators=(",", ":")).encode()


def test_golden_batch__opens_with_a_good_signature() -> None:
    batch, expected = open_batch(_hex("batch.hex")), _expected()
    key = bytes.fromhex(expected["gateway_public_key"])

    batch.check_signature(verify_signature, key=key)

    assert verify_signature(key, batch.signature, MAGIC + batch.header_bytes)
    assert expected["log_leaf_hash"] == leaf_hash(batch.leaf_entry).hex()


def test_golden_batch__opens_to_what_was_sealed() -> None:
    batch = open_batch(_hex("batch.hex"))

    for sealed, block in zip(batch.blocks, GOLDEN_BLOCKS, strict=True):
        assert (sealed.block.point, sealed.block.unit) == (block.point, block.unit)
        assert sealed.block.times_s.tolist() == block.times_s.tolist()
        assert sealed.block.counts.tolist() == block.counts.tolist()
        assert sealed.block.quality.tolist() == block.quality.tolist()


def test_golden_batch__is_sealed_again_to_the_same_header_signature_and_body() -> None:
    assert read_file(golden_columns()) == read_file(_hex("batch.hex"))


def test_golden_batch__shows_each_block_alone() -> None:
    batch, expected = open_batch(_hex("batch.hex")), _expected()

    for number, said in enumerate(expected["blocks"]):
        shown = _shown(batch, number)
        _, leaf = open_shown(shown[0], shown[1])

        assert (shown[0].hex(), shown[1].hex()) == (said["salt"], said["body"])
        assert [hash_.hex() for hash_ in shown[2]] == said["path"]
        assert leaf.hex() == said["leaf_hash"]
        verify_wide_path(
            leaf,
            index=number,
            size=batch.header.blocks,
            path=shown[2],
            root=batch.header.block_root,
        )


def _shown(batch: ColumnBatch, number: int) -> tuple[bytes, bytes, tuple[bytes, ...]]:
    block = batch.blocks[number].block
    shown = batch.disclose(block.point, quantity=block.quantity)
    assert shown.index == number
    return shown.salt, shown.body, shown.path


def test_golden_vector__is_the_worked_example_of_the_document() -> None:
    expected = _expected()
    text = (HERE.parents[2] / "docs" / "formats" / "sealed-batch.md").read_text()

    notes = json.dumps(expected["notes"], sort_keys=True, separators=(",", ":"))
    wanted = [expected["block_root"], expected["log_leaf_hash"], notes]
    wanted += [expected["blocks"][number]["leaf_hash"] for number in (0, 9)]
    assert [one for one in wanted if one not in text] == []
