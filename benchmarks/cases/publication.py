"""What witnesses and publication cost: tiles of a large log, proofs, and one round to a witness."""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from benchmarks.case import Room, Sample
from benchmarks.stopwatch import stopwatch

from taihang.adapters.stores.published import PublishedFiles
from taihang.adapters.system import PosixDisk, SigningKey, verify_signature
from taihang.adapters.web_link import WebLink
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.cosignature import cosignatures_of
from taihang.core.tlog.merkle import Tree, leaf_hash, verify_consistency
from taihang.core.tlog.note import parse_note
from taihang.core.tlog.tiles import TiledTree, tile_bytes, tiles_between
from taihang.core.tlog.witnessing import AddCheckpoint, encode_add_checkpoint
from taihang.witness_wiring import make_witness

_LEAVES: Final = 1_000_000
_GROWN: Final = 100
"""Leaves of one minute: a hundred gateways."""
_PROOFS: Final = 5_000
_ROUNDS: Final = 200
_STRIDE: Final = 7_919
"""A prime, so that the proofs are from sizes all over the tree."""
_ORIGIN: Final = "bench/log"
_KEY: Final = SigningKey.from_seed(bytes(32))


def publish_million(room: Room) -> Sample:
    """Write the tiles of a million leaves, every file forced; then those of one more minute."""
    tree = _tree(_LEAVES + _GROWN)
    (room.scratch / "journal").mkdir()
    public = room.scratch / "log"
    store = PublishedFiles(journal=room.scratch / "journal", public=public, disk=PosixDisk())
    with stopwatch() as watch:
        _publish(store, tree, 0, _LEAVES)
    n_bytes = sum(path.stat().st_size for path in public.rglob("*") if path.is_file())
    with stopwatch() as minute:
        _publish(store, tree, _LEAVES, _LEAVES + _GROWN)
    read = TiledTree(_LEAVES + _GROWN, read=lambda path: (public / path).read_bytes())
    if read.root() != tree.root():
        raise AssertionError("the tiles give another root")
    figures = {
        "published_bytes_per_leaf": n_bytes / _LEAVES,
        "minute_wall_ms": minute.wall_s * 1_000,
        "minute_cpu_ms": minute.cpu_s * 1_000,
    }
    return watch.sample(items=_LEAVES, figures=figures)


def prove_consistency(room: Room) -> Sample:
    """Prove and check that a log of a million leaves continues earlier sizes of it."""
    del room
    tree = _tree(_LEAVES)
    sizes = [1 + number * _STRIDE % (_LEAVES - 1) for number in range(_PROOFS)]
    roots = [tree.root(size) for size in sizes]
    now = tree.root()
    with stopwatch() as proving:
        paths = [tree.consistency_proof(size, _LEAVES) for size in sizes]
    with stopwatch() as checking:
        for size, root, path in zip(sizes, roots, paths, strict=True):
            verify_consistency(root, now, old_size=size, new_size=_LEAVES, path=path)
    tiles = {tile.path: tile_bytes(tree, tile) for tile in tiles_between(0, _LEAVES)}
    asked: list[str] = []

    def read(path: str) -> bytes:
        asked.append(path)
        return tiles[path]

    with stopwatch() as at_home:
        for size in sizes[:100]:
            TiledTree(_LEAVES, read=read).consistency_proof(size, _LEAVES)
    figures = {
        "consistency_proofs_per_cpu_s": _PROOFS / proving.cpu_s,
        "consistency_checks_per_cpu_s": _PROOFS / checking.cpu_s,
        "home_proof_cpu_ms": at_home.cpu_s / 100 * 1_000,
        "home_proof_tiles": len(asked) / 100,
    }
    proving.cpu_s += checking.cpu_s
    proving.wall_s += checking.wall_s
    return proving.sample(items=2 * _PROOFS, figures=figures)


def ask_witness(room: Room) -> Sample:
    """Ask a real witness on this machine again and again; it forces each checkpoint to the disk."""
    folder = room.scratch / "witness"
    key = make_witness(folder, name="w")
    with (folder / "witness.toml").open("a", encoding="utf-8") as file:
        file.write(f'[logs.b]\norigin = "{_ORIGIN}"\nkeys = ["{_KEY.public.hex()}"]\n')
    tree = _tree(_ROUNDS * _GROWN)
    link = WebLink()
    rounds_ms: list[float] = []
    with _serving(folder) as address, stopwatch() as watch:
        for number in range(_ROUNDS):
            started_s = time.perf_counter()
            line = _round(link, address, tree, number)
            rounds_ms.append((time.perf_counter() - started_s) * 1_000)
            note = parse_note(_note(tree, (number + 1) * _GROWN) + line)
            if not cosignatures_of(note, witnesses=(key,), verify=verify_signature):
                raise AssertionError("no cosignature")
    rounds_ms.sort()
    figures = {
        "round_p50_ms": statistics.median(rounds_ms),
        "round_p99_ms": rounds_ms[int(0.99 * _ROUNDS)],
    }
    return watch.sample(items=_ROUNDS, figures=figures)


def _tree(n_leaves: int) -> Tree:
    return Tree(leaf_hash(number.to_bytes(8, "big")) for number in range(n_leaves))


def _note(tree: Tree, size: int) -> str:
    checkpoint = Checkpoint(_ORIGIN, size, tree.root(size))
    return sign_checkpoint(checkpoint, public_key=_KEY.public, sign=_KEY.sign)


def _publish(store: PublishedFiles, tree: Tree, old: int, new: int) -> None:
    store.write_tiles((tile.path, tile_bytes(tree, tile)) for tile in tiles_between(old, new))
    note = _note(tree, new)
    store.append(note, at_s=new)
    store.show(note)


def _round(link: WebLink, address: str, tree: Tree, number: int) -> str:
    old, new = number * _GROWN, (number + 1) * _GROWN
    path = tree.consistency_proof(old, new) if old else []
    body = encode_add_checkpoint(AddCheckpoint(old, tuple(path), _note(tree, new)))
    answer = link.post(f"{address}/add-checkpoint", body)
    if answer.status != 200:
        raise AssertionError(f"{answer.status}: {answer.body!r}")
    return answer.body.decode()


@contextmanager
def _serving(folder: Path) -> Generator[str]:
    """Run a witness as a process of its own and return its address."""
    program = "from taihang.interfaces.cli.main import run; run()"
    words = [sys.executable, "-c", program, "witness", str(folder), "--port", "0", "--lang", "en"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield line.split(" at ")[1].split(" ")[0]
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
