"""A witness never goes back: not for a fork, not in a race, not after a crash."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from evidence_kit import OTHER_SECRET, verify_signature
from taihang.core.errors import TaihangError
from taihang.core.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from taihang.core.tlog.cosignature import Cosignature, cosignatures_of
from taihang.core.tlog.note import NoteSignatureError, parse_note
from taihang.core.tlog.witnessing import (
    AddCheckpoint,
    ForkedLogError,
    OtherSizeError,
    encode_add_checkpoint,
)
from taihang.services.witness import UnknownLogError, Witness, WitnessState, add_checkpoint
from witness_kit import (
    AT_S,
    LOG,
    WITNESSES,
    honest_tree,
    note_of,
    request_of,
    rewritten_tree,
    state_in,
    witness_of,
)

TREE = honest_tree(200)
FORKED = rewritten_tree(200)


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return witness_of(state_in(tmp_path / "w"))


def held_size(witness: Witness) -> int:
    note = witness.state.held(LOG.name)
    if note is None:
        return 0
    return open_checkpoint(
        note, origin=LOG.name, public_key=LOG.public_key, verify=verify_signature
    ).size


def test_add_checkpoint__cosigns_and_remembers(witness: Witness, tmp_path: Path) -> None:
    line = add_checkpoint(request_of(TREE, old=0, new=50), witness=witness)

    note = parse_note(note_of(TREE, 50) + line)
    assert cosignatures_of(note, witnesses=WITNESSES, verify=verify_signature) == [
        Cosignature(WITNESSES[0].name, AT_S)
    ]
    assert held_size(witness_of(state_in(tmp_path / "w"))) == 50


def test_add_checkpoint__follows_the_log_and_cosigns_the_same_again(witness: Witness) -> None:
    for old, new in ((0, 50), (50, 51), (51, 200), (200, 200)):
        add_checkpoint(request_of(TREE, old=old, new=new), witness=witness)

    assert held_size(witness) == 200
    assert witness.state.kept() == ()


def test_add_checkpoint__refuses_a_log_it_does_not_follow(witness: Witness) -> None:
    with pytest.raises(UnknownLogError):
        add_checkpoint(request_of(TREE, old=0), witness=replace(witness, logs={}))


def test_add_checkpoint__refuses_the_key_of_another(witness: Witness) -> None:
    note = sign_checkpoint(
        Checkpoint(LOG.name, 200, TREE.root()),
        public_key=OTHER_SECRET.public_key().public_bytes_raw(),
        sign=OTHER_SECRET.sign,
    )

    with pytest.raises(NoteSignatureError):
        add_checkpoint(encode_add_checkpoint(AddCheckpoint(0, (), note)), witness=witness)

    assert held_size(witness) == 0


@pytest.mark.parametrize(("old", "new"), [(50, 50), (50, 51), (50, 200)])
def test_add_checkpoint__refuses_a_fork_for_ever_and_keeps_both(
    witness: Witness, tmp_path: Path, old: int, new: int
) -> None:
    add_checkpoint(request_of(TREE, old=0, new=50), witness=witness)

    for _ in range(3):
        with pytest.raises(ForkedLogError):
            add_checkpoint(request_of(FORKED, old=old, new=new), witness=witness)

    (evidence,) = state_in(tmp_path / "w").kept()
    assert (evidence.held, evidence.refused) == (note_of(TREE, 50), note_of(FORKED, new))
    assert evidence.is_proven
    assert held_size(witness) == 50
    # The honest log goes on.
    add_checkpoint(request_of(TREE, old=50), witness=witness)


def test_add_checkpoint__refuses_to_go_back(witness: Witness) -> None:
    add_checkpoint(request_of(TREE, old=0, new=50), witness=witness)

    for old, new in ((0, 40), (40, 40), (40, 50), (0, 200)):
        with pytest.raises(OtherSizeError) as refused:
            add_checkpoint(request_of(TREE, old=old, new=new), witness=witness)
        assert refused.value.held_size == 50

    assert held_size(witness) == 50


def test_add_checkpoint__stores_before_it_signs(witness: Witness) -> None:
    order = order_of(witness, add=add_checkpoint)

    assert order == ["hold", "sign"]


def test_order_of__finds_a_witness_that_signs_first(witness: Witness) -> None:
    """The planted fault: without it the test above could not fail."""

    def hasty(body: bytes, *, witness: Witness) -> str:
        line = witness.sign(body)

        def signed_already(message: bytes) -> bytes:
            return line or message

        add_checkpoint(body, witness=replace(witness, sign=signed_already))
        return ""

    assert order_of(witness, add=hasty) == ["sign", "hold"]


def order_of(witness: Witness, *, add: Callable[..., str]) -> list[str]:
    order: list[str] = []

    def sign(message: bytes) -> bytes:
        order.append("sign")
        return witness.sign(message)

    state = WatchedState(witness.state, order)
    add(request_of(TREE, old=0, new=50), witness=replace(witness, state=state, sign=sign))
    return order


class WatchedState:
    """Writes down when something is stored."""

    def __init__(self, state: WitnessState, order: list[str]) -> None:
        self._state = state
        self._order = order
        self.held = state.held
        self.keep = state.keep
        self.kept = state.kept
        self.alone = state.alone

    def hold(self, origin: str, note: str) -> None:
        self._order.append("hold")
        self._state.hold(origin, note)


def test_add_checkpoint__in_a_race_never_goes_back(tmp_path: Path) -> None:
    """N and N + K at once, many times: the larger is kept, whoever came first."""
    for round_ in range(30):
        witness = witness_of(state_in(tmp_path / f"w{round_}"))
        add_checkpoint(request_of(TREE, old=0, new=50), witness=witness)

        answers = race(witness, sizes=(60, 61, 90, 150))

        assert rolled_back(witness, answers) == []


def test_rolled_back__finds_a_witness_without_the_lock(tmp_path: Path) -> None:
    """The planted fault: judging and storing in two steps lets a slow request win."""
    witness = witness_of(state_in(tmp_path / "w"))
    add_checkpoint(request_of(TREE, old=0, new=50), witness=witness)
    open_door = replace(witness, state=OpenDoor(witness.state, n_at_once=2))

    answers = race(open_door, sizes=(60, 150))

    assert len([size for size, line in answers.items() if line]) == 2
    assert rolled_back(witness, answers) != []


class OpenDoor:
    """The state of a witness that forgot its lock: all judge before any stores."""

    def __init__(self, state: WitnessState, *, n_at_once: int) -> None:
        self._state = state
        self._barrier = Barrier(n_at_once)
        self._last = Barrier(n_at_once)
        self.held = state.held
        self.keep = state.keep
        self.kept = state.kept

    @contextmanager
    def alone(self) -> Generator[None]:
        yield

    def hold(self, origin: str, note: str) -> None:
        self._barrier.wait()
        if "\n150\n" in note:
            self._state.hold(origin, note)
            self._last.wait()
        else:
            self._last.wait()
            self._state.hold(origin, note)


def race(witness: Witness, *, sizes: tuple[int, ...]) -> dict[int, str]:
    """Ask for all sizes at the same moment; what was cosigned, by size, empty where refused."""
    answers = dict.fromkeys(sizes, "")
    start = Barrier(len(sizes))

    def ask(size: int) -> None:
        body = request_of(TREE, old=50, new=size)
        start.wait()
        try:
            answers[size] = add_checkpoint(body, witness=witness)
        except TaihangError:
            return

    threads = [Thread(target=ask, args=(size,)) for size in sizes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def rolled_back(witness: Witness, answers: dict[int, str]) -> list[int]:
    """Sizes that were cosigned and are above what the witness holds now."""
    return [size for size, line in answers.items() if line and size > held_size(witness)]
