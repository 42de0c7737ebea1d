"""A witness that is killed -9 at any moment has never cosigned what it does not remember."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evidence_kit import verify_signature
from taihang.core.tlog.checkpoint import checkpoint_of
from taihang.core.tlog.cosignature import cosignatures_of
from taihang.core.tlog.note import parse_note
from taihang.core.tlog.witnessing import OtherSizeError
from taihang.services.witness import add_checkpoint
from witness_kit import LOG, WITNESSES, honest_tree, note_of, request_of, state_in, witness_of

TREE = honest_tree(90)
PROGRAM = Path(__file__).with_name("dying_witness.py")
MOMENTS = ("before-fsync", "before-rename", "after-rename", "before-answer", "after-answer")


def killed(folder: Path, moment: str, *, old: int, new: int) -> str:
    """Ask a witness that dies; return what it answered before."""
    here = str(PROGRAM.parents[1])
    path = os.pathsep.join([here, *filter(None, sys.path)])
    ended = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder), moment],
        input=request_of(TREE, old=old, new=new),
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert ended.returncode == -9, ended
    return ended.stdout.decode()


def held_size(folder: Path) -> int:
    note = state_in(folder).held(LOG.name)
    return checkpoint_of(note).size if note else 0


def has_forgotten(folder: Path, answer: str, *, size: int) -> bool:
    """Say whether the witness gave its word on a size that it does not hold after its restart."""
    if not answer:
        return False
    note = parse_note(note_of(TREE, size) + answer)
    assert cosignatures_of(note, witnesses=WITNESSES[:1], verify=verify_signature)
    return held_size(folder) < size


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_witness__has_the_old_or_the_new_checkpoint_and_goes_on(
    tmp_path: Path, moment: str
) -> None:
    folder = tmp_path / "w"
    add_checkpoint(request_of(TREE, old=0, new=50), witness=witness_of(state_in(folder)))

    answer = killed(folder, moment, old=50, new=60)

    size = held_size(folder)
    assert size in {50, 60}
    assert bool(answer) == (moment == "after-answer")
    assert not has_forgotten(folder, answer, size=60)
    # The log asks again from the size that it is told, and gets its cosignature.
    witness = witness_of(state_in(folder))
    if size == 60:
        with pytest.raises(OtherSizeError):
            add_checkpoint(request_of(TREE, old=50, new=60), witness=witness)
    assert add_checkpoint(request_of(TREE, old=size, new=60), witness=witness)
    assert held_size(folder) == 60


def test_has_forgotten__finds_a_witness_that_answers_before_it_stores(tmp_path: Path) -> None:
    """The planted fault: without it the test above could not fail."""
    folder = tmp_path / "w"
    add_checkpoint(request_of(TREE, old=0, new=50), witness=witness_of(state_in(folder)))

    answer = killed(folder, "hasty", old=50, new=60)

    assert has_forgotten(folder, answer, size=60)
