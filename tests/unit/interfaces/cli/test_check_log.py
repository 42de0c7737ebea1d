"""The check at home, as a stranger types it."""

from pathlib import Path

import pytest

from command_line import done, taihang
from watched_park import Watched
from witness_kit import WITNESSES


@pytest.fixture
def park(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path)
    watched.grow(5)
    return watched


@pytest.fixture
def held(park: Watched, tmp_path: Path) -> Path:
    path = tmp_path / "kept"
    path.write_text(park.published().note)
    return path


def words(park: Watched, held: Path, *more: str) -> list[str]:
    keys = [
        word
        for one in WITNESSES
        for word in ("--witness-key", f"{one.name}={one.public_key.hex()}")
    ]
    log = ["--log-key", park.log_key.hex()]
    return ["check-log", str(park.root / "log"), "--held", str(held), *log, *keys, *more]


@pytest.mark.parametrize(("lang", "said"), [("zh", "一致"), ("en", "consistent")])
def test_check_log__consistent_prints_sizes_and_times(
    park: Watched, held: Path, lang: str, said: str
) -> None:
    park.grow(8)
    park.published()

    told = done(*words(park, held, "--quorum", "2", "--lang", lang)).out

    assert said in told
    assert "2026-10-01T00:00:00Z" in told
    assert all(one.name in told for one in WITNESSES)
    facts = done(*words(park, held, "--json")).facts
    assert facts["evidence"] is None
    assert (facts["verdict"], facts["origin"]) == ("consistent", "taihang/small")


def test_check_log__takes_the_proof_of_a_receipt(park: Watched, tmp_path: Path) -> None:
    park.published()
    with park.opened(writing=False) as ports:
        path = ports.journal.tree.inclusion_proof(2, size=5)
        note = ports.journal.checkpoint_note or ""
    from taihang.core.tlog.tlog_proof import TlogProof, encode_tlog_proof  # noqa: PLC0415 - here only

    (tmp_path / "receipt").write_text(encode_tlog_proof(TlogProof(2, tuple(path), note)))

    assert "consistent" in done(*words(park, tmp_path / "receipt", "--lang", "en")).out


def test_check_log__never_overwrites_evidence(park: Watched, held: Path, tmp_path: Path) -> None:
    (park.root / "log/checkpoint").write_text("nothing\n")
    out = str(tmp_path / "out")
    first = taihang(*words(park, held, "--out", out, "--lang", "en"))
    assert (first.code, "signature does not fit" in first.out) == (1, True)
    before = {path: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    taihang(*words(park, held, "--out", out)).refused("state.evidence-folder", "bad-signature")

    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_check_log__refuses_words_that_would_check_nothing(park: Watched, held: Path) -> None:
    source = str(park.root / "log")
    taihang("check-log", source, "--held", held).refused("input.words", "0 log keys")
    taihang(*words(park, held, "--quorum", "4")).refused("input.words", "--quorum 4")
    taihang(*words(park, held, "--quorum", "-1")).refused("input.words")
    taihang(*words(park, held, "--witness-key", "name")).refused("input.words", "name")
    taihang(*words(park, held, "--witness-key", f"a={'A' * 64}")).refused("input.words")
    double = f"again={WITNESSES[0].public_key.hex()}"
    taihang(*words(park, held, "--witness-key", double)).refused("input.witness-key")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"words\n", bytes(70_000)])
def test_check_log__refuses_a_held_file_that_is_none(
    park: Watched, held: Path, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "bad").write_bytes(content)

    ended = taihang(*words(park, tmp_path / "bad"))

    assert ended.code == 1
    assert ended.err.startswith(("input.", "integrity."))
    assert held.exists()


def test_check_log__of_a_place_without_a_log(park: Watched, held: Path, tmp_path: Path) -> None:
    keys = ("--held", held, "--log-key", park.log_key.hex())

    taihang("check-log", tmp_path / "nowhere", *keys).refused("state.nothing-published")
    taihang("check-log", "http://127.0.0.1:1/log", *keys).refused("link.no-answer")
