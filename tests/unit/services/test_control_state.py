"""A state reads back as it was written, or not at all."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rolling_park import controller, long_park, run
from taihang.core.dispatch.outlook import Remembered
from taihang.services.control_state import ControlStateError, state_bytes, state_of


def _left() -> Remembered:
    own = controller()
    run(long_park(), own, cycles=1)
    assert own.remembered is not None
    return own.remembered


LEFT = _left()
WRITTEN = state_bytes(LEFT)


def test_state_of__reads_back_what_was_written() -> None:
    back = state_of(WRITTEN)

    assert state_bytes(back) == WRITTEN
    assert back.plan is not None
    assert LEFT.plan is not None
    assert back.plan.document() == LEFT.plan.document()
    assert back.window is not None
    assert LEFT.window is not None
    assert back.window.digest() == LEFT.window.digest()


@given(st.integers(0, len(WRITTEN) - 3))
def test_state_of__a_file_that_was_cut_off_is_refused(n: int) -> None:
    with pytest.raises(ControlStateError):
        state_of(WRITTEN[:n])


@given(st.integers(0, len(WRITTEN) - 2), st.integers(0, 7))
def test_state_of__a_bit_that_flipped_changes_no_number(at: int, bit: int) -> None:
    flipped = bytearray(WRITTEN)
    flipped[at] ^= 1 << bit

    with suppress(ControlStateError):
        # The last digit of a float may be written in two ways, and then nothing has changed.
        assert state_bytes(state_of(bytes(flipped))) == WRITTEN


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"\xff\xfe", b'{"format": 1}'])
def test_state_of__anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ControlStateError):
        state_of(data)


def test_state_bytes__are_one_json_object() -> None:
    assert json.loads(WRITTEN)["format"] == "taihang/control-state/v1"
