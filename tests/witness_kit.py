"""Three witnesses for tests with fixed keys, and a log that can be rewritten."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_kit import LOG_KEY, LOG_SECRET, verify_signature
from taihang.adapters.stores.witness_state import STATE_FILE, WitnessFiles, empty_state
from taihang.adapters.system import FixedClock, PosixDisk
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.note import VerifierKey
from taihang.core.tlog.witnessing import AddCheckpoint, encode_add_checkpoint
from taihang.services.witness import Witness, WitnessState

AT_S: Final = 1_780_300_000
LOG: Final = VerifierKey("park.example/log", LOG_KEY)
WITNESS_SECRETS: Final = tuple(
    Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2, 3)
)
WITNESSES: Final = tuple(
    VerifierKey(name, secret.public_key().public_bytes_raw())
    for name, secret in zip(
        ("e01.example", "grid.example", "regulator.example"),
        WITNESS_SECRETS,
        strict=True,
    )
)


def tree_of(entries: Iterable[bytes]) -> Tree:
    return Tree(leaf_hash(entry) for entry in entries)


def honest_tree(n_leaves: int) -> Tree:
    return tree_of(index.to_bytes(4, "big") for index in range(n_leaves))


def rewritten_tree(n_leaves: int, *, at: int = 3) -> Tree:
    """The same log with one entry exchanged."""
    return tree_of(
        (index + (1 << 20 if index == at else 0)).to_bytes(4, "big") for index in range(n_leaves)
    )


def note_of(tree: Tree, size: int | None = None) -> str:
    size = tree.size if size is None else size
    return sign_checkpoint(
        Checkpoint(LOG.name, size, tree.root(size)), public_key=LOG_KEY, sign=LOG_SECRET.sign
    )


def request_of(tree: Tree, *, old: int, new: int | None = None) -> bytes:
    new = tree.size if new is None else new
    path = tree.consistency_proof(old, new) if old else []
    return encode_add_checkpoint(AddCheckpoint(old, tuple(path), note_of(tree, new)))


def state_in(folder: Path) -> WitnessFiles:
    """The memory of a witness, begun if the folder is new."""
    folder.mkdir(exist_ok=True)
    if not (folder / STATE_FILE).exists():
        PosixDisk().write_whole(folder / STATE_FILE, empty_state())
    return WitnessFiles(folder, disk=PosixDisk())


def witness_of(state: WitnessState, *, number: int = 0, at_s: int = AT_S) -> Witness:
    return Witness(
        key=WITNESSES[number],
        sign=WITNESS_SECRETS[number].sign,
        logs={LOG.name: (LOG,)},
        state=state,
        clock=FixedClock(datetime.fromtimestamp(at_s, UTC)),
        verify=verify_signature,
    )
