"""The memory of a witness: on the disk before it speaks, whole after a crash, never begun anew."""

from dataclasses import replace
from errno import EIO, ENOSPC
from pathlib import Path

import pytest
from typing_extensions import override

from taihang.adapters.stores.witness_state import (
    EVIDENCE_FILE,
    STATE_FILE,
    LostWitnessStateError,
    SuspectWitnessError,
    WitnessFiles,
    empty_state,
)
from taihang.adapters.system import PosixDisk
from taihang.core.errors import LinkError
from taihang.core.tlog.witnessing import ForkEvidence
from witness_kit import state_in

EVIDENCE = ForkEvidence(
    at_s=1,
    origin="park.example/log",
    held="one\n",
    refused="另一个\n",
    path=(bytes(32), bytes([7]) * 32),
    is_proven=True,
)


class BrokenDisk(PosixDisk):
    """Fails every forced write."""

    def __init__(self, number: int) -> None:
        self._number = number

    @override
    def fsync(self, path: Path) -> None:
        raise OSError(self._number, "broken")


def test_hold__is_there_after_a_restart(tmp_path: Path) -> None:
    state = state_in(tmp_path)

    state.hold("a/log", "note of a\n")
    state.hold("b/log", "note of b\n")
    state.hold("a/log", "later note of a\n")

    again = state_in(tmp_path)
    assert (again.held("a/log"), again.held("b/log")) == ("later note of a\n", "note of b\n")
    assert again.held("c/log") is None


def test_keep__keeps_each_fork_once_and_in_order(tmp_path: Path) -> None:
    state = state_in(tmp_path)
    second = replace(EVIDENCE, refused="a third\n", is_proven=False)

    for item in (EVIDENCE, second, replace(EVIDENCE, at_s=99)):
        state.keep(item)

    assert list(state_in(tmp_path).kept()) == [EVIDENCE, second]


def test_witness_files__do_not_begin_anew_where_the_state_is_gone(tmp_path: Path) -> None:
    with pytest.raises(LostWitnessStateError):
        WitnessFiles(tmp_path, disk=PosixDisk())


def test_witness_files__refuse_every_changed_byte_of_the_state(tmp_path: Path) -> None:
    state_in(tmp_path).hold("a/log", "note\n")
    path = tmp_path / STATE_FILE
    content = path.read_bytes()

    for at in range(len(content)):
        for bit in (0, 3, 6):
            path.write_bytes(content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :])
            with pytest.raises(LostWitnessStateError):
                WitnessFiles(tmp_path, disk=PosixDisk())
    for n_bytes in range(len(content)):
        path.write_bytes(content[:n_bytes])
        with pytest.raises(LostWitnessStateError):
            WitnessFiles(tmp_path, disk=PosixDisk())


def test_witness_files__cut_a_torn_last_line_of_evidence(tmp_path: Path) -> None:
    state_in(tmp_path).keep(EVIDENCE)
    path = tmp_path / EVIDENCE_FILE
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at_s":2,"he')

    state = state_in(tmp_path)
    state.keep(replace(EVIDENCE, refused="after\n"))

    assert len(state_in(tmp_path).kept()) == 2
    assert path.read_bytes().startswith(whole)


def test_witness_files__refuse_evidence_that_was_altered(tmp_path: Path) -> None:
    state_in(tmp_path).keep(EVIDENCE)
    path = tmp_path / EVIDENCE_FILE
    path.write_bytes(path.read_bytes().replace(b'"held"', b'"hold"'))

    with pytest.raises(LostWitnessStateError):
        WitnessFiles(tmp_path, disk=PosixDisk())


@pytest.mark.parametrize("number", [EIO, ENOSPC])
def test_hold__that_fails_silences_the_witness_until_a_restart(tmp_path: Path, number: int) -> None:
    state_in(tmp_path).hold("a/log", "old\n")
    state = WitnessFiles(tmp_path, disk=BrokenDisk(number))

    with pytest.raises(LinkError), state.alone():
        state.hold("a/log", "new\n")

    assert state.held("a/log") == "old\n"
    with pytest.raises(SuspectWitnessError), state.alone():
        pass
    assert state_in(tmp_path).held("a/log") in {"old\n", "new\n"}


def test_empty_state__holds_nothing(tmp_path: Path) -> None:
    (tmp_path / STATE_FILE).write_bytes(empty_state())

    assert WitnessFiles(tmp_path, disk=PosixDisk()).kept() == ()
