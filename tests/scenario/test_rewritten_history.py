"""The operator rewrites history with every right over the park, and what catches it (T3, P4).

The operator holds the folder, the key of the log and the keys of the gateways. An audit of the
folder is content afterwards: inside, nothing contradicts anything. Two things are not: the file
that an enterprise kept at home, and the witnesses.
"""

import json
import shutil
from base64 import b64decode
from pathlib import Path
from typing import cast

import pytest

import small_park
from command_line import Ended, taihang
from taihang.adapters.stores.published import PublishedFiles
from taihang.adapters.system import PosixDisk
from taihang.core.seal.batch import open_batch
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.merkle import verify_consistency
from taihang.core.tlog.tiles import tile_bytes, tiles_between
from taihang.services.audit import audit
from taihang.services.ports import Ports
from taihang.services.publish import NotPublished, Reason
from watched_park import ORIGIN, Watched
from witness_kit import WITNESSES

EDITED = 4
"""The batch whose readings the operator changes."""


@pytest.fixture
def park(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path)
    watched.grow(10)
    watched.published()
    return watched


@pytest.fixture
def held(park: Watched, tmp_path: Path) -> Path:
    """Yesterday's cosigned checkpoint, on the enterprise's own disk."""
    kept = tmp_path / "kept.checkpoint"
    shutil.copy(park.root / "log/checkpoint", kept)
    return kept


def rewrite(park: Watched) -> None:
    """Edit a reading of one batch and make everything anew over it, with all keys at hand."""
    with park.opened() as ports:
        batches = [record.data for record in ports.journal.records()]
        old = open_batch(batches[EDITED - 1])
        block = old.blocks[0].block
        cheaper = small_park.but(block, [40], count=int(block.counts[40]) - 1)
        batches[EDITED - 1] = small_park.sealed(ports, "GW2", EDITED, cheaper)
        assert batches[EDITED - 1] != records_of(ports)[EDITED - 1]
    for name in ("journal", "lake", "log"):
        shutil.rmtree(park.root / name, ignore_errors=True)
    (park.root / "registry.db").unlink()
    with park.opened() as ports:
        small_park.ingested(ports, batches)


def records_of(ports: Ports) -> list[bytes]:
    return [record.data for record in ports.journal.records()]


def publish_alone(park: Watched, *, also: str = "") -> None:
    """Put tiles and checkpoint where strangers look, with whatever cosignatures there are."""
    with park.opened(writing=False) as ports:
        store = PublishedFiles(
            journal=park.root / "journal", public=park.root / "log", disk=PosixDisk()
        )
        tree = ports.journal.tree
        store.write_tiles(
            (tile.path, tile_bytes(tree, tile)) for tile in tiles_between(0, tree.size)
        )
        store.show((ports.journal.checkpoint_note or "") + also)


def check_at_home(park: Watched, held: Path, out: Path, *words: str) -> Ended:
    keys = [
        word
        for one in WITNESSES
        for word in ("--witness-key", f"{one.name}={one.public_key.hex()}")
    ]
    return taihang(
        "check-log", park.root / "log", "--held", held, "--log-key", park.log_key.hex(),
        *keys, "--quorum", "2", "--out", out, "--json", *words,
    )  # fmt: skip


def test_rewrite__leaves_an_audit_of_the_folder_content(park: Watched) -> None:
    """Why an audit by the operator, on the operator's machine, is not enough."""
    rewrite(park)

    with park.opened(writing=False) as ports:
        found = audit(ports=ports)

    assert found.findings == []
    assert found.n_batches == 10


@pytest.mark.parametrize("n_later", [0, 1, 5])
def test_rewrite__is_caught_at_home_and_both_checkpoints_are_kept(
    park: Watched, held: Path, tmp_path: Path, n_later: int
) -> None:
    rewrite(park)
    park.grow(10 + n_later)
    publish_alone(park)
    out = tmp_path / "evidence"

    ended = check_at_home(park, held, out)

    assert (ended.code, ended.facts["verdict"]) == (1, "rewritten")
    assert (out / "held.checkpoint").read_bytes() == held.read_bytes()
    assert (out / "checkpoint").read_bytes() == (park.root / "log/checkpoint").read_bytes()
    for lang, words in (("zh", "历史被改写"), ("en", "HISTORY WAS REWRITTEN")):
        assert words in (out / f"README.{lang}.txt").read_text()


def test_evidence__convicts_without_the_park(park: Watched, held: Path, tmp_path: Path) -> None:
    rewrite(park)
    park.grow(15)
    publish_alone(park)
    out = tmp_path / "evidence"
    check_at_home(park, held, out)
    shutil.rmtree(park.root)

    # By the command that stands in the folder's own README.
    command = next(
        line.split()[2:]
        for line in (out / "README.en.txt").read_text().splitlines()
        if line.strip().startswith("taihang check-log")
    )
    words = [str(out) if word == "." else word for word in command]
    words = [str(out / word) if word == "held.checkpoint" else word for word in words]
    again = taihang("check-log", *words, "--out", tmp_path / "again", "--json")
    assert (again.code, again.facts["verdict"]) == (1, "rewritten")

    # By hand: the later root stands on another root of the size that was held.
    conflict = cast("dict[str, object]", json.loads((out / "conflict.json").read_text()))
    earlier = checkpoint_of((out / "held.checkpoint").read_text())
    later = checkpoint_of((out / "checkpoint").read_text())
    other_root = bytes.fromhex(str(conflict["root_of_current_at_held_size"]))
    verify_consistency(
        other_root,
        later.root,
        old_size=earlier.size,
        new_size=later.size,
        path=[b64decode(item) for item in cast("list[str]", conflict["path"])],
    )
    assert other_root != earlier.root


def test_rewrite__finds_no_witness_and_nothing_new_is_published(park: Watched) -> None:
    rewrite(park)

    found = park.publish()

    assert isinstance(found, NotPublished)
    assert found.reason is Reason.FORK
    assert {alarm.who for alarm in found.alarms} == {one.name for one in WITNESSES}
    assert {alarm.what for alarm in found.alarms} == {"holds another history at size 10"}
    assert not (park.root / "log/checkpoint").exists()


def test_rewrite__is_refused_for_ever_and_every_witness_shows_both(park: Watched) -> None:
    rewrite(park)
    for size in (10, 12, 40):
        park.grow(size)
        found = park.publish()
        assert isinstance(found, NotPublished)
        assert found.reason is Reason.FORK

    for number in range(3):
        witness = park.witnesses.witness(number)
        evidence = witness.state.kept()
        assert [checkpoint_of(item.refused).size for item in evidence] == [10, 12, 40]
        assert {checkpoint_of(item.held).size for item in evidence} == {10}
        # Size 10 is no power of two, so that each request convicts the log by itself.
        assert all(item.is_proven for item in evidence)


def test_one_lying_witness__is_not_enough(park: Watched, held: Path, tmp_path: Path) -> None:
    """It forgets what it saw and cosigns the new history: one of three is no quorum."""
    rewrite(park)
    shutil.rmtree(park.root.parent / "w1")
    found = park.publish()
    assert isinstance(found, NotPublished)
    assert (found.reason, found.n_cosigned) == (Reason.FORK, 1)

    witness = park.witnesses.witness(1)
    note = witness.state.held(ORIGIN)
    assert note is not None
    publish_alone(park, also=cosigned_by(park, 1))

    ended = check_at_home(park, held, tmp_path / "evidence")
    assert (ended.code, ended.facts["verdict"]) == (1, "rewritten")
    # A newcomer who has kept nothing meets the missing quorum.
    fresh = tmp_path / "fresh.checkpoint"
    shutil.copy(park.root / "log/checkpoint", fresh)
    newcomer = check_at_home(park, fresh, tmp_path / "evidence-2")
    assert (newcomer.code, newcomer.facts["verdict"]) == (1, "not-witnessed")


def cosigned_by(park: Watched, number: int) -> str:
    with park.opened(writing=False) as ports:
        note = ports.journal.checkpoint_note or ""
        size = ports.journal.size
    body = f"old {size}\n\n{note}".encode()
    return park.witnesses.ask(f"http://{WITNESSES[number].name}/add-checkpoint", body).body.decode()


def test_rollback__an_older_copy_is_refused_at_start_and_at_home(
    park: Watched, held: Path, tmp_path: Path
) -> None:
    """Yesterday's copy in the place of today's (T23, F14)."""
    older = tmp_path / "older"
    shutil.copytree(park.root, older)
    park.grow(14)
    newest = park.published()
    kept = tmp_path / "kept-2.checkpoint"
    kept.write_text(newest.note)

    # 1. The journal alone is put back: the publications beside it know better.
    shutil.rmtree(park.root / "lake")
    (park.root / "registry.db").unlink()
    shutil.copy(older / "registry.db", park.root / "registry.db")
    shutil.copytree(older / "lake", park.root / "lake")
    for path in (older / "journal").glob("*"):
        if path.name != "published":
            shutil.copy(path, park.root / "journal" / path.name)
    taihang("doctor", park.root).refused("integrity.rolled-back-journal")

    # 2. Everything is put back: it opens, and the witnesses and the enterprise know better.
    shutil.rmtree(park.root)
    shutil.copytree(older, park.root)
    park.grow(12)
    found = park.publish()
    assert isinstance(found, NotPublished)
    assert found.reason is Reason.FORK
    assert {alarm.what for alarm in found.alarms} == {"has cosigned size 14; the park has 12"}
    ended = check_at_home(park, kept, tmp_path / "evidence")
    assert (ended.code, ended.facts["verdict"]) == (1, "rolled-back")
    assert check_at_home(park, held, tmp_path / "nothing").code == 0
    assert not (tmp_path / "nothing").exists()


def test_split_view__honest_witnesses_cosign_one_of_two_histories(
    park: Watched, tmp_path: Path
) -> None:
    """Two histories from the same yesterday, shown to two halves: one finds a quorum (T4)."""
    twin = tmp_path / "twin"
    shutil.copytree(park.root, twin)
    park.grow(12)
    park.witnesses.down = {WITNESSES[2].name}
    first = park.published()
    assert len(first.cosignatures) == 2

    shutil.rmtree(park.root)
    shutil.copytree(twin, park.root)
    with park.opened() as ports:
        block = small_park.registers("M-E02", small_park.DAY, first=1)
        small_park.ingested(
            ports, [small_park.sealed(ports, "GW2", number, block) for number in (11, 12)]
        )
    park.witnesses.down = {WITNESSES[0].name}
    second = park.publish()

    assert isinstance(second, NotPublished)
    assert second.reason is Reason.FORK
    assert second.n_cosigned == 1
