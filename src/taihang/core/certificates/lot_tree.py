"""The tree over the lots of one issue, so that one lot can be shown without the others.

A lot's leaf is salted: the path to one lot must not let anybody guess another plant's generation.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import numpy as np

from taihang.core.certificates.lot import Lots, lot_id
from taihang.core.errors import InputError
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.tlog.merkle import Tree, leaf_hash


class LotSaltError(InputError):
    """Lots and salts are not of one number."""

    code = "input.lot-salts"


def lot_places(issued: list[Lots]) -> list[tuple[str, int, int]]:
    """Return (plant, start [s], energy [Wh]) of every lot in the order of the leaves.

    Args:
        issued: The lots of an issue, one entry a plant, in any order.

    Example:
        >>> import numpy as np
        >>> lots = Lots("PV01", np.array([900, 0]), np.array([5, 7]))
        >>> lot_places([lots])
        [('PV01', 0, 7), ('PV01', 900, 5)]
    """
    return sorted(
        (lots.plant, int(start_s), int(wh))
        for lots in issued
        for start_s, wh in zip(lots.starts_s, lots.wh, strict=True)
    )


def lot_entry(plant: str, start_s: int, *, wh: int, salt: bytes) -> bytes:
    """Return what the leaf of a lot covers: the salt, then the lot as canonical JSON.

    Args:
        plant: Id of the plant.
        start_s: Start of the interval. [s since 1970-01-01T00:00Z]
        wh: Energy. [Wh]
        salt: 16 secret random bytes.

    Example:
        >>> lot_entry("PV01", 900, wh=5, salt=bytes(16))[16:].decode()
        '{"id":"PV01@1970-01-01T00:15:00Z","plant":"PV01","wh":5}'
    """
    return salt + canonical_bytes({"id": lot_id(plant, start_s), "plant": plant, "wh": wh})


def lot_tree(issued: list[Lots], *, salts: list[bytes]) -> Tree:
    """Return the tree over the lots of an issue, in order of (plant, start).

    Args:
        issued: The lots, one entry a plant.
        salts: As many salts as there are lots, in the order of the leaves.

    Returns:
        The tree; its root and size go into the event ``lots-issued``.

    Raises:
        LotSaltError: If there are more or fewer salts than lots.
    """
    places = lot_places(issued)
    if len(places) != len(salts):
        raise LotSaltError(
            given=f"{len(salts)} salts for {len(places)} lots",
            expected="one salt for each lot",
            remedy="derive as many salts as there are lots",
        )
    texts = _texts(places)
    return Tree(leaf_hash(salt + text) for text, salt in zip(texts, salts, strict=True))


def _texts(places: list[tuple[str, int, int]]) -> Iterator[bytes]:
    """Yield the canonical JSON of each lot, the same bytes as in ``lot_entry``.

    A month has some ten thousand lots: what all lots of a plant share is written once.
    """
    for plant, group in groupby(places, key=itemgetter(0)):
        named = canonical_bytes(plant)
        before, middle = b'{"id":' + named[:-1] + b"@", b'Z","plant":' + named + b',"wh":'
        _, starts_s, energies_wh = zip(*group, strict=True)
        times = np.datetime_as_string(np.array(starts_s, "datetime64[s]")).tolist()
        for time, wh in zip(times, energies_wh, strict=True):
            yield b"%b%b%b%d}" % (before, time.encode(), middle, wh)
