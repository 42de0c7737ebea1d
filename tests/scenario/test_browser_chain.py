"""The browser's check of a log's chain, under node: trees of all sizes, and every way to cheat."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random
from typing import Any, Final, TypeAlias

import pytest

from evidence_kit import LOG, LOG_KEY, LOG_SECRET, OTHER_SECRET
from node_verifier import NODE, SCRIPT
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint
from taihang.core.tlog.cosignature import cosign
from taihang.core.tlog.merkle import Tree, leaf_hash
from taihang.core.tlog.note import VerifierKey, parse_note
from taihang.core.tlog.tiles import tile_bytes, tiles_between

pytestmark = pytest.mark.skipif(NODE is None, reason="needs node: apt-get install nodejs")
Given: TypeAlias = dict[str, Any]
Cheat: TypeAlias = Callable[[Given], None]
SIZE: Final = 600
OLDER: Final = (1, 255, 256, 257, 512, 599)
WITNESS: Final = "grid.example/witness"


def entry(number: int, *, of: str = "") -> bytes:
    return f"{of}entry {number}".encode()


def tree_of(size: int, *, of: str = "") -> Tree:
    return Tree(leaf_hash(entry(n, of=of)) for n in range(size))


def note_of(tree: Tree, size: int) -> str:
    checkpoint = Checkpoint(LOG.name, size, tree.root(size))
    return sign_checkpoint(checkpoint, public_key=LOG_KEY, sign=LOG_SECRET.sign)


def given_of(size: int, *, older: Sequence[int] = (), tree: Tree | None = None) -> Given:
    """What a browser is given of an honest log."""
    tree = tree or tree_of(size)
    tiles = {t.path: b64encode(tile_bytes(tree, t)).decode() for t in tiles_between(0, size)}
    return {
        "log": {"name": LOG.name, "keys": [LOG_KEY.hex()]},
        "notes": [note_of(tree, each) for each in (*older, size)],
        "held": None,
        "witnesses": [],
        "quorum": 0,
        "entries": [],
        "drawn": [],
        "files": tiles,
    }


def judged(given: Sequence[Given]) -> list[dict[str, Any]]:
    assert NODE is not None
    ended = subprocess.run(
        [NODE, str(SCRIPT.with_name("check-chain.mjs"))],
        input="".join(f"{json.dumps(each)}\n" for each in given),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert not ended.stderr, ended.stderr
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(found) == len(given)
    return found


def with_entries(given: Given, *leaves: int, of: str = "") -> Given:
    data = [{"leaf": n, "data": b64encode(entry(n, of=of)).decode()} for n in leaves]
    return {**given, "entries": data}


def test_check_chain__follows_trees_of_all_sizes() -> None:
    """Every size up to 40 from every smaller one, and around the edges of tiles."""
    tree = tree_of(1_030)
    every = [
        with_entries(
            {**given_of(size, older=range(1, size), tree=tree_of(size)), "drawn": [*range(size)]},
            *range(size),
        )
        for size in range(1, 41)
    ]
    edges = [
        {**given_of(size, older=OLDER[:4], tree=tree_of(size)), "drawn": [0, 128, size - 1]}
        for size in (257, 511, 512, 513, 769, 1_030)
    ]
    assert tree.size == 1_030

    found = judged([*every, *edges])

    assert {each["verdict"] for each in found} == {"accepted"}
    names = {step["name"] for each in found for step in each["steps"]}
    assert names == {"signed", "root", "consistent", "drawn", "entries"}


def test_check_chain__of_a_large_log_reads_few_tiles() -> None:
    tree = Tree()
    tree.extend(b"".join(leaf_hash(entry(n)) for n in range(70_000)))

    (found,) = judged([{**given_of(70_000, older=[1, 65_536], tree=tree), "drawn": [5, 69_999]}])

    assert found["verdict"] == "accepted"
    assert found["tiles"] < 12, "a tree of 70 000 has 276"


def _set(**fields: object) -> Cheat:
    return lambda given: given.update(fields)


def _other_history(given: Given) -> None:
    """The log signs another tree than it signed before."""
    given["notes"][-1] = note_of(tree_of(SIZE, of="other "), SIZE)
    given["files"] = given_of(SIZE, tree=tree_of(SIZE, of="other "))["files"]


def _split_view(given: Given) -> None:
    """What this reader kept is of another history."""
    given["held"] = note_of(tree_of(300, of="other "), 300)


def _rolled_back(given: Given) -> None:
    given["held"] = note_of(tree_of(SIZE + 1), SIZE + 1)


def _other_key(given: Given) -> None:
    given["notes"][0] = sign_checkpoint(
        Checkpoint(LOG.name, 1, tree_of(1).root()),
        public_key=OTHER_SECRET.public_key().public_bytes_raw(),
        sign=OTHER_SECRET.sign,
    )


def _altered_tile(path: str) -> Cheat:
    def cheat(given: Given) -> None:
        tile = bytearray(tile_bytes(tree_of(SIZE), _tile(path)))
        tile[33] ^= 1
        given["files"][path] = b64encode(tile).decode()

    return cheat


def _short_tile(given: Given) -> None:
    given["files"]["tile/0/001"] = b64encode(bytes(64)).decode()


def _tile(path: str) -> Any:  # noqa: ANN401 - the name of a tile
    return next(tile for tile in tiles_between(0, SIZE) if tile.path == path)


CHEATS: Final[dict[str, tuple[Cheat, str]]] = {
    "another history": (_other_history, "history was changed"),
    "a split view": (_split_view, "history was changed"),
    "rolled back": (_rolled_back, "rolled back"),
    "a checkpoint of another key": (_other_key, "not signed by the log"),
    "another log": (_set(log={"name": "x", "keys": [LOG_KEY.hex()]}), "not signed by the log"),
    "no key": (_set(log={"name": LOG.name, "keys": []}), "no key"),
    "too few witnesses": (_set(quorum=1), "cosigned by 0"),
    "an altered tile at the edge": (_altered_tile("tile/0/002.p/88"), "do not give the root"),
    "an altered tile above": (_altered_tile("tile/1/000.p/2"), "do not give the root"),
    "an altered tile inside": (_altered_tile("tile/0/000"), "the tiles do not lead"),
    "a short tile": (_short_tile, "has 64 bytes"),
    "no tiles": (_set(files={}), "cannot be read"),
    "an entry that is none": (
        _set(entries=[{"leaf": 5, "data": b64encode(b"entry 6").decode()}]),
        "the path does not lead",
    ),
    "an entry beyond": (
        _set(entries=[{"leaf": SIZE, "data": ""}]),
        "not under the newest checkpoint",
    ),
}


@pytest.mark.parametrize("cheat", CHEATS)
def test_check_chain__names_what_is_wrong(cheat: str) -> None:
    honest = {**given_of(SIZE, older=OLDER), "drawn": [0, 1, 255, 256, 300, SIZE - 1]}
    given = deepcopy(honest)
    change, says = CHEATS[cheat]
    change(given)

    right, found = judged([honest, given])

    assert right["verdict"] == "accepted"
    assert found["verdict"] == "refused"
    assert says in found["why"], found


def test_check_chain__takes_no_altered_byte_of_a_checkpoint() -> None:
    dice = Random(3)  # noqa: S311 - mutations, no secret
    honest = given_of(9, older=[5])
    altered: list[Given] = []
    for _ in range(300):
        given = deepcopy(honest)
        which = dice.randrange(2)
        note = bytearray(given["notes"][which].encode())
        note[dice.randrange(len(note))] ^= 1 << dice.randrange(7)
        given["notes"][which] = note.decode(errors="replace")
        if given["notes"] != honest["notes"]:
            altered.append(given)

    found = judged(altered)

    # A second signature line of another name is no alteration of what the log signed.
    assert {each["verdict"] for each in found} == {"refused"}


def test_check_chain__counts_witnesses_that_are_known() -> None:
    key = OTHER_SECRET.public_key().public_bytes_raw()
    given = given_of(9)
    note = str(given["notes"][-1])
    text = parse_note(note).text
    line = cosign(text, witness=VerifierKey(WITNESS, key), at_s=5, sign=OTHER_SECRET.sign)
    given |= {
        "notes": [note + line],
        "witnesses": [{"name": WITNESS, "key": key.hex()}],
        "quorum": 1,
    }
    liar = {**given, "witnesses": [{"name": WITNESS, "key": "ab" * 32}]}

    right, wrong = judged([given, liar])

    assert right["steps"][0]["witnesses"] == [WITNESS]
    assert wrong["verdict"] == "refused"


def test_check_chain__compares_with_what_the_reader_kept() -> None:
    given = given_of(SIZE)

    (found,) = judged([{**given, "held": note_of(tree_of(300), 300)}])

    assert found["verdict"] == "accepted"
    assert [step["name"] for step in found["steps"]] == ["signed", "root", "consistent", "held"]
    assert found["note"] == given["notes"][-1]
