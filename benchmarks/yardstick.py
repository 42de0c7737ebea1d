"""A fixed piece of work of about one second: every time is also given as a multiple of it.

It does what the platform does most (whole-number arrays, hashing, compression, plain Python), on
one thread and on data made from nothing, so that two machines can be compared. Changing anything
here makes every baseline worthless.
"""

import hashlib
import json
import zlib
from typing import Final

import numpy as np
from benchmarks.case import Room, Sample
from benchmarks.stopwatch import stopwatch

_WORDS: Final = 1_000_000
_ROUNDS: Final = 6
_OBJECTS: Final = 60_000
_EXPECTED: Final = "2c72a984"
"""First characters of the digest of all results: the work was done, and it was this work."""


class OtherYardstickError(Exception):
    """The work gave another result than it always gives."""


def run(_room: Room) -> Sample:
    """Do the work once."""
    with stopwatch() as watch:
        digest = hashlib.sha256()
        for number in range(_ROUNDS):
            digest.update(_arrays(number))
        digest.update(_objects())
    if not digest.hexdigest().startswith(_EXPECTED):
        raise OtherYardstickError(f"{digest.hexdigest()} does not start with {_EXPECTED}")
    return watch.sample(items=1)


def _arrays(number: int) -> bytes:
    """Sort, sum, hash and compress a million whole numbers."""
    mixed = np.arange(number + 1, number + 1 + _WORDS, dtype=np.uint64)
    # Multiplying by an odd constant wraps round and scatters the bits, the same everywhere.
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(29)
    # Registers: small steps upward, as compression meets them.
    register = np.cumsum((mixed % np.uint64(97)).astype(np.int64))
    order = np.argsort(mixed, kind="stable")
    packed = zlib.compress(register[: _WORDS // 8].tobytes(), 6)
    parts = (order.tobytes(), register.tobytes(), zlib.decompress(packed))
    return b"".join(hashlib.sha256(part).digest() for part in parts)


def _objects() -> bytes:
    """Write and read small objects, and count in plain Python."""
    total = 0
    for number in range(_OBJECTS):
        text = json.dumps({"n": number, "point": f"M-{number % 80}", "rows": [number, total % 97]})
        total += sum(ord(character) for character in json.loads(text)["point"])
    return total.to_bytes(8, "big")
