"""A process that asks to be served first keeps its share, and its threads inherit what it has."""

import ctypes
import os
import platform
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from taihang.interfaces import first_served
from taihang.interfaces.first_served import SLICE_S, be_served_first

_GET = {"x86_64": 315, "aarch64": 275}
_FORM = struct.Struct("=IIQiIQQQ")


def attributes() -> tuple[int, ...]:
    """Return what Linux says of this thread: size, policy, flags, nice, priority, runtime …"""
    room = ctypes.create_string_buffer(_FORM.size)
    assert ctypes.CDLL(None).syscall(_GET[platform.machine()], 0, room, _FORM.size, 0) == 0
    return _FORM.unpack(room.raw)


_IN_A_CHILD = """
import os, sys, threading
os.nice(3)
from test_first_served import attributes
from taihang.interfaces.first_served import be_served_first
before = attributes()
taken = be_served_first()
found = []
thread = threading.Thread(target=lambda: found.append(attributes()))
thread.start(); thread.join()
print(taken, before[1:4], attributes()[1:4], attributes()[5], found[0][5])
"""


@pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() not in _GET,
    reason="needs Linux on x86_64 or aarch64",
)
def test_be_served_first__takes_short_slices_and_no_larger_share() -> None:
    path = os.pathsep.join((str(Path(__file__).parent), *sys.path))
    words = [sys.executable, "-c", _IN_A_CHILD]
    told = subprocess.run(
        words, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    ).stdout

    slice_ns = int(SLICE_S * 1e9)
    expected = f"True (0, 0, 3) (0, 0, 3) {slice_ns} {slice_ns}\n"
    older = "True (0, 0, 3) (0, 0, 3) 0 0\n"
    assert told in {expected, older}


def test_be_served_first__elsewhere_it_says_no_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(first_served.platform, "machine", lambda: "abacus")

    assert not be_served_first()
