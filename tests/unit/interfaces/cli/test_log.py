"""Witness, publish, status: what they print for people and machines, and how they end."""

from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

from command_line import done, taihang
from taihang.interfaces.cli import log as log_module
from watched_park import ORIGIN, Watched
from witness_kit import WITNESSES

NAMES = [witness.name for witness in WITNESSES]


@pytest.fixture
def park(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A park of three batches whose witnesses answer in this process."""
    watched = Watched(tmp_path)
    watched.grow(3)

    def post(_: object, url: str, body: bytes) -> object:
        return watched.witnesses.ask(url, body)

    monkeypatch.setattr("taihang.adapters.web_link.WebLink.post", post)
    monkeypatch.setattr("taihang.adapters.system.SystemClock", lambda: watched.clock)
    return watched


def test_witness__new_prints_the_key_and_what_to_do_with_it(tmp_path: Path) -> None:
    facts = done("witness", tmp_path / "w", "--new", "--name", "e01-witness", "--json").facts

    assert facts["name"] == "e01-witness"
    assert len(str(facts["public_key"])) == 64
    for lang in ("zh", "en"):
        told = done("witness", tmp_path / lang, "--new", "--name", "w", "--lang", lang).out
        assert "witness.toml" in told


def test_witness__new_needs_a_name_and_an_empty_folder(tmp_path: Path) -> None:
    taihang("witness", tmp_path / "w", "--new").refused("input.words", "--name")
    taihang("witness", tmp_path / "w", "--new", "--name", "a b").refused("input.witness-file")
    assert not (tmp_path / "w").exists()
    done("witness", tmp_path / "w", "--new", "--name", "a")
    again = taihang("witness", tmp_path / "w", "--new", "--name", "a")
    again.refused("state.witness-folder-in-use")


def test_witness__refuses_before_it_serves(tmp_path: Path) -> None:
    taihang("witness", tmp_path).refused("input.no-witness")
    done("witness", tmp_path / "w", "--new", "--name", "a")
    taihang("witness", tmp_path / "w", "--bind", "192.0.2.1", "--port", "0").refused("input.bind")


def test_publish__says_what_was_published_and_who_agreed(park: Watched) -> None:
    facts = done("publish", park.root, "--json").facts

    assert (facts["published"], facts["new"], facts["size"]) == (True, True, 3)
    assert list(cast("dict[str, int]", facts["cosigned"])) == sorted(NAMES)
    for lang, words in (("zh", "没有新内容"), ("en", "nothing new")):
        assert words in done("publish", park.root, "--lang", lang).out


def test_publish__without_a_quorum_is_refused_on_the_error_stream(park: Watched) -> None:
    park.witnesses.down = set(NAMES[:2])

    ended = taihang("publish", park.root, "--lang", "en")

    assert (ended.code, ended.out) == (1, "")
    assert "too few cosignatures (1)" in ended.err
    assert all(f"✗ {name}" in ended.err for name in NAMES[:2])
    facts = taihang("publish", park.root, "--json").facts
    assert (facts["published"], facts["reason"], facts["cosigned"]) == (False, "no-quorum", 1)


def test_publish__at_a_fork_tells_both_checkpoints(park: Watched) -> None:
    held = park.published().note
    with park.opened(writing=False) as ports:
        newest = ports.journal.checkpoint_note or ""
    (park.root / "journal/published").unlink()
    for number in range(3):
        park.witnesses.witness(number).state.hold(ORIGIN, _other(held))

    ended = taihang("publish", park.root, "--lang", "en")

    assert ended.code == 1
    assert "ALARM" in ended.err
    assert newest in ended.err


def _other(note: str) -> str:
    """The note with another root, as after another history."""
    head, _, tail = note.partition("\n3\n")
    return f"{head}\n3\n{'A' * 43}={tail[44:]}"


def test_publish__says_not_witnessed_where_there_are_no_witnesses(tmp_path: Path) -> None:
    done("new", tmp_path / "park", "--template", "blank")

    ended = taihang("publish", tmp_path / "park", "--lang", "en")

    assert ended.code == 1
    assert "not witnessed" in ended.err


def test_publish__again_and_again_takes_in_what_came_meanwhile(
    park: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise KeyboardInterrupt
        park.grow(3 + len(slept))

    monkeypatch.setattr(log_module, "sleep", sleep)

    ended = taihang("publish", park.root, "--every", "60", "--lang", "en")

    assert slept == [60, 60, 60]
    assert [f"size {size}" in ended.out for size in (3, 4, 5)] == [True] * 3


def test_publish__again_and_again_outlives_another_that_publishes(
    park: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_slept = 0

    def sleep(_seconds: float) -> None:
        nonlocal n_slept
        n_slept += 1
        if n_slept == 1:
            held.close()
        elif n_slept == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(log_module, "sleep", sleep)
    with ExitStack() as held:
        other = held.enter_context(park.opened(writing=False))
        held.enter_context(other.published.alone())

        ended = taihang("publish", park.root, "--every", "60", "--lang", "en")

    assert "state.busy-publication" in ended.err
    assert "size 3" in ended.out


def test_status__follows_a_batch_to_its_publication(park: Watched) -> None:
    words = ("status", park.root, "GW2", "2", "--lang", "en")
    assert "not published yet" in done(*words).out

    done("publish", park.root)

    told = done(*words).out
    assert "published" in told
    assert NAMES[0] in told
    facts = done(*words, "--json").facts
    assert (facts["leaf_index"], facts["published_size"], facts["witnessed"]) == (1, 3, True)


def test_status__of_a_park_without_witnesses_says_so(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.grow(1)
    text = (watched.root / "park.toml").read_text()
    (watched.root / "park.toml").write_text(text[: text.index("[log]")])

    assert "not witnessed" in done("status", watched.root, "GW2", "1", "--lang", "en").out
    taihang("status", watched.root, "GW2", "9").refused("state.unknown-batch")
    taihang("status", watched.root, "GW2", "two").refused("input.words")
