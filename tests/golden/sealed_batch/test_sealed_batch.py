"""The golden vector: see README.md beside this file."""

import json
import struct
from hashlib import sha256
from pathlib import Path
from typing import TypedDict

from evidence_kit import (
    LOG_KEY,
    golden_log,
    golden_statement,
    verify_signature,
)
from taihang.core.seal.batch import open_batch
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.seal.proof import open_proof
from taihang.core.tlog.merkle import leaf_hash

HERE = Path(__file__).parent


class GoldenBlock(TypedDict):
    point: str
    quantity: str
    times_s: list[int]
    counts: list[int]
    quality: list[int]
    salt: str
    leaf_hash: str


class Golden(TypedDict):
    gateway_public_key: str
    log_public_key: str
    header: str
    signature: str
    blocks: list[GoldenBlock]
    block_root: str
    log_leaf_hash: str
    checkpoint: str


class BlockHeader(TypedDict):
    point: str
    quantity: str
    n: int
    start_s: int
    step_s: int


def _data() -> bytes:
    return bytes.fromhex((HERE / "batch.hex").read_text())


def _expected() -> Golden:
    return json.loads((HERE / "expected.json").read_text())


def _read_block(data: bytes, at: int) -> tuple[GoldenBlock, int]:
    """Read one block by the words of docs/formats/sealed-batch.md."""
    start = at
    salt, (length,) = data[at : at + 16], struct.unpack_from("<I", data, at + 16)
    header: BlockHeader = json.loads(data[at + 20 : at + 20 + length])
    n, at = header["n"], at + 20 + length
    times = [header["start_s"] + i * header["step_s"] for i in range(n)]
    if header["step_s"] == 0:
        times = list(struct.unpack_from(f"<{n}q", data, at))
        at += 8 * n
    end = at + 9 * n
    found = GoldenBlock(
        point=header["point"],
        quantity=header["quantity"],
        times_s=times,
        counts=list(struct.unpack_from(f"<{n}q", data, at)),
        quality=list(data[end - n : end]),
        salt=salt.hex(),
        leaf_hash=sha256(b"\x00" + data[start:end]).hexdigest(),
    )
    return found, end


def test_golden_batch__reads_as_the_document_says_with_nothing_but_the_standard_library() -> None:
    data, expected = _data(), _expected()

    (length,) = struct.unpack_from("<I", data, 17)
    header, at = data[21 : 21 + length], 21 + length + 64
    blocks: list[GoldenBlock] = []
    while at < len(data):
        block, at = _read_block(data, at)
        blocks.append(block)
    hashes = [bytes.fromhex(block["leaf_hash"]) for block in blocks]
    left = sha256(b"\x01" + hashes[0] + hashes[1]).digest()

    assert data[:17] == b"taihang/batch/v1\n"
    assert expected["header"].encode() == header
    assert expected["signature"] == data[21 + length : 85 + length].hex()
    assert expected["blocks"] == blocks
    assert expected["block_root"] == sha256(b"\x01" + left + hashes[2]).hexdigest()
    assert f'"block_root":"{expected["block_root"]}"' in expected["header"]
    assert expected["log_leaf_hash"] == sha256(b"\x00" + data[21 : 85 + length]).hexdigest()


def test_golden_batch__opens_with_a_good_signature() -> None:
    batch, expected = open_batch(_data()), _expected()

    batch.check_signature(verify_signature)

    assert expected["gateway_public_key"] == batch.header.gateway_key.hex()
    assert expected["log_leaf_hash"] == leaf_hash(batch.leaf_entry).hex()


def test_golden_batch__is_sealed_again_to_the_same_bytes() -> None:
    batch = golden_log().batches[0]

    blocks = b"".join(block.salt + block.body for block in batch.blocks)

    assert _data() == b"".join(
        [
            b"taihang/batch/v1\n",
            struct.pack("<I", len(batch.header_bytes)),
            batch.header_bytes,
            batch.signature,
            blocks,
        ]
    )


def test_golden_proof__is_built_again_to_the_same_bytes() -> None:
    log = golden_log()

    assert _expected()["checkpoint"] == log.note
    assert (HERE / "proof.json").read_bytes() == log.prove(golden_statement())


def test_golden_proof__opens_to_its_statement() -> None:
    proof = open_proof((HERE / "proof.json").read_bytes(), verify=verify_signature)

    assert proof.statement == golden_statement()
    assert proof.log.key == LOG_KEY
    assert [_counter(batch.header_bytes) for batch in proof.evidence] == [42, 43, 44]
    assert canonical_bytes(proof.statement.document()) in (HERE / "proof.json").read_bytes()


def _counter(header: bytes) -> int:
    counter: int = json.loads(header)["counter"]
    return counter


def test_golden_vector__is_the_worked_example_of_the_documents() -> None:
    expected, formats = _expected(), HERE.parents[2] / "docs" / "formats"
    batch_text = (formats / "sealed-batch.md").read_text()
    log_text, proof_text = (formats / "log.md").read_text(), (formats / "proof.md").read_text()
    hashes = [expected["block_root"], expected["log_leaf_hash"]]
    hashes += [block["leaf_hash"] for block in expected["blocks"]]

    assert expected["header"] in batch_text.replace(",\n", ",")
    assert [hash_ for hash_ in hashes if hash_ not in batch_text] == []
    assert expected["checkpoint"] in log_text
    assert golden_log().tree.root().hex() in log_text
    assert expected["log_public_key"] in proof_text
    assert f"`{golden_statement().value}` tce" in proof_text
