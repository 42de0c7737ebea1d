"""Forges certificates' files: every way that we could think of, deterministic, and sealed again.

A forger here holds the key of the log's seal, so that nothing but the evidence stands in the way.
What only the seal protects, because nothing in a file derives it, is altered without a new seal.
"""

import base64
import copy
import json
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, Final, TypeAlias, cast

import numpy as np

from evidence_kit import LOG, LOG_KEY, LOG_SECRET, OTHER_SECRET
from taihang.core.seal.canonical import canonical_bytes
from taihang.core.tlog.checkpoint import Checkpoint, sign_checkpoint

Doc: TypeAlias = dict[str, Any]
Json: TypeAlias = Any
Place: TypeAlias = tuple[str | int, ...]
STATED: Final = frozenset(
    ("title", "park", "code_version", "reason", "id", "version", "supersedes", "max_interval_wh",
     "limit_wh", "plants", "earlier_wh", "n_days", "log", "seal", "format")
)  # fmt: skip
"""Fields of statements, steps and files that nothing but the seal or a fixed text protects."""
ACT: Final = "act"


def load(data: bytes) -> Doc:
    """Read a file."""
    document: Doc = json.loads(data)
    return document


def sealed(document: Doc) -> bytes:
    """Seal a file as the log would."""
    rest = {key: value for key, value in document.items() if key != "seal"}
    seal = LOG_SECRET.sign(b"taihang/proof/v2\n" + canonical_bytes(rest))
    return canonical_bytes(rest | {"seal": base64.b64encode(seal).decode()})


def unsealed(document: Doc) -> bytes:
    """Leave the seal as it was."""
    return canonical_bytes(document)


def at(document: Json, place: Place) -> Json:
    """Return what stands at a place."""
    for step in place:
        document = document[step]
    return document


def put(document: Doc, place: Place, value: object) -> Doc:
    """Return a copy with another value at a place."""
    altered = copy.deepcopy(document)
    at(altered, place[:-1])[place[-1]] = value
    return altered


def parts_of(value: Json) -> list[tuple[str | int, Json]]:
    """Return what an object or a list holds, by name or number."""
    if isinstance(value, dict):
        return [*cast("Doc", value).items()]
    return [*enumerate(cast("list[Json]", value))] if isinstance(value, list) else []


def leaves(value: Json, place: Place = ()) -> Iterator[Place]:
    """Yield the place of every text, number and null."""
    if not isinstance(value, dict | list):
        yield place
    for step, each in parts_of(value):
        yield from leaves(each, (*place, step))


def other_values(value: object, dice: np.random.Generator) -> Iterator[object]:
    """Yield values that are like another and are not it."""
    if isinstance(value, int):
        yield from {value + 1, value - 1, -value - 1, 2**63 - 1, value + 2**32} - {value}
    elif isinstance(value, str) and value:
        at_ = dice.integers(len(value))
        other = "A" if value[at_] != "A" else "B"
        yield from (value[:at_] + other + value[at_ + 1 :], value + value[-1], value[:-1], "")
        with_bytes = _bytes_of(value)
        if len(with_bytes) >= 32:
            for cut in (with_bytes[:-32], with_bytes[32:], with_bytes + with_bytes[:32]):
                yield base64.b64encode(cut).decode()
            flipped = bytearray(with_bytes)
            flipped[dice.integers(len(flipped))] ^= 1 << dice.integers(8)
            yield base64.b64encode(bytes(flipped)).decode()
    yield None if value is not None else 1
    yield [value]


def _bytes_of(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""


def each_field(document: Doc, *, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield the file with every single field altered."""
    dice = np.random.default_rng(seed)
    places = [place for place in leaves(document) if place != ("seal",)]
    for place in places:
        # Long lists of like numbers: a few of each are enough.
        if len(place) > 3 and isinstance(place[-1], int) and place[-1] > 4 and dice.random() < 0.9:
            continue
        only_seal = bool(STATED & {str(step) for step in place} - {ACT}) and "acts" not in place
        write = unsealed if only_seal else sealed
        for value in other_values(at(document, place), dice):
            altered = put(document, place, value)
            if altered != document:
                yield f"{place} = {value!r:.40}", write(altered)


def each_shape(document: Doc) -> Iterator[tuple[str, bytes]]:
    """Yield the file with lists cut, doubled, turned round, and fields taken away or added."""
    for place in _holders(document):
        holder = at(document, place)
        is_list = type(holder).__name__ == "list"
        shapes = _of_list(holder) if is_list else _of_object(holder)
        for name, value in shapes:
            if value != holder and not _is_free(place):
                yield f"{place} {name}", sealed(put(document, place, value) if place else value)


def _of_list(holder: list[Json]) -> Iterator[tuple[str, Json]]:
    yield "cut", holder[:-1]
    yield "first gone", holder[1:]
    yield "doubled", holder + holder[-1:]
    yield "turned", holder[::-1]
    yield "none", []


def _of_object(holder: Doc) -> Iterator[tuple[str, Json]]:
    for key in [key for key in holder if key != "seal"]:
        yield f"without {key}", {name: value for name, value in holder.items() if name != key}
    yield "with more", {**holder, "more": 1}


def _is_free(place: Place) -> bool:
    """Say whether a list is only stated: which plants a line has."""
    return place[-1:] == ("plants",) and "step" in place


def _holders(value: Json, place: Place = ()) -> Iterator[Place]:
    if isinstance(value, dict | list):
        yield place
        for step, each in parts_of(value)[: 1_000 if isinstance(value, dict) else 6]:
            yield from _holders(each, (*place, step))


def swaps(document: Doc) -> Iterator[tuple[str, bytes]]:
    """Yield the file with like things exchanged: salts, paths, indices, acts, days, batches."""
    claim = document["claim"]
    salted: list[Place] = [("claim", "certificate"), ("claim", "issue")]
    salted += [("claim", name, n) for name in ("acts", "days") for n in range(len(claim[name]))]
    for one, other in combinations(salted, 2):
        for part in ("salt", "path", "index"):
            yield from _exchanged(document, (*one, part), (*other, part))
    for name in ("acts", "days"):
        for i, j in combinations(range(len(claim[name])), 2):
            yield from _exchanged(document, ("claim", name, i), ("claim", name, j))
    for i, j in combinations(range(len(document["evidence"])), 2):
        for part in ("signature", "inclusion", "leaf_index", "blocks", "header"):
            yield from _exchanged(document, ("evidence", i, part), ("evidence", j, part))
    for part in ("inclusion", "leaf_index", "event"):
        yield from _exchanged(document, ("events", 0, part), ("events", 1, part))


def _exchanged(document: Doc, one: Place, other: Place) -> Iterator[tuple[str, bytes]]:
    first, second = at(document, one), at(document, other)
    if first != second:
        altered = put(put(document, one, second), other, first)
        yield f"{one} for {other}", sealed(altered)


def transplants(document: Doc, donor: Doc) -> Iterator[tuple[str, bytes]]:
    """Yield the file with parts of another certificate's file put into it."""
    places: list[Place] = [("claim", part) for part in ("certificate", "issue", "acts", "days")]
    places += [
        ("claim", holder, part)
        for holder in ("certificate", "issue")
        for part in ("leaf", "salt", "index", "path")
    ]
    for place in places:
        if at(donor, place) != at(document, place):
            yield f"{place} of another", sealed(put(document, place, at(donor, place)))
    own = document["claim"]["acts"]
    strange = [act for act in donor["claim"]["acts"] if act not in own]
    for n, act in enumerate(strange):
        for place in range(len(own) + 1):
            acts = [*own[:place], act, *own[place:]]
            yield f"act {n} at {place}", sealed(put(document, ("claim", "acts"), acts))


def checkpoints(document: Doc) -> Iterator[tuple[str, bytes]]:
    """Yield the file under other checkpoints: empty, larger, smaller, of another log or key."""
    lines = document["checkpoint"].split("\n")
    size, root = int(lines[1]), base64.b64decode(lines[2])
    for n in {0, 1, size - 1, size + 1, 2 * size, 2**40}:
        note = sign_checkpoint(
            Checkpoint(LOG.name, n, root), public_key=LOG_KEY, sign=LOG_SECRET.sign
        )
        yield f"size {n}", sealed(put(document, ("checkpoint",), note))
    for name, key, secret in (
        ("other.example/log", LOG_KEY, LOG_SECRET),
        (LOG.name, LOG_KEY, OTHER_SECRET),
        (LOG.name, OTHER_SECRET.public_key().public_bytes_raw(), OTHER_SECRET),
    ):
        note = sign_checkpoint(Checkpoint(name, size, root), public_key=key, sign=secret.sign)
        yield f"log {name}", sealed(put(document, ("checkpoint",), note))
    yield (
        "root",
        sealed(
            put(document, ("checkpoint",), document["checkpoint"].replace(lines[2], lines[2][::-1]))
        ),
    )
    # The signature of the log under the algorithm of a cosignature, and with a byte for another.
    name, _, signature = lines[4].rpartition(" ")
    raw = base64.b64decode(signature)
    for at_ in (0, 3, 4, 40, 67):
        other = bytearray(raw)
        other[at_] ^= 4
        line = f"{name} {base64.b64encode(bytes(other)).decode()}"
        note = document["checkpoint"].replace(lines[4], line)
        yield f"signature {at_}", sealed(put(document, ("checkpoint",), note))
    yield "twice", sealed(put(document, ("checkpoint",), document["checkpoint"] + lines[4] + "\n"))


def bit_flips(data: bytes, *, n: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield the file with one random bit turned."""
    dice = np.random.default_rng(seed)
    for _ in range(n):
        place, bit = dice.integers(len(data)), dice.integers(8)
        altered = bytearray(data)
        altered[place] ^= 1 << bit
        yield f"byte {place} bit {bit}", bytes(altered)


Family: TypeAlias = Callable[[], Iterator[tuple[str, bytes]]]


def families(data: bytes, donor: bytes, *, seed: int) -> dict[str, Family]:
    """Return every family of forged variants of a file."""
    document, other = load(data), load(donor)
    return {
        "fields": lambda: each_field(document, seed=seed),
        "shapes": lambda: each_shape(document),
        "swaps": lambda: swaps(document),
        "transplants": lambda: transplants(document, other),
        "checkpoints": lambda: checkpoints(document),
        "bits": lambda: bit_flips(data, n=300, seed=seed),
    }
