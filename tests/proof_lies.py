"""Lies in proof files: anything changed anywhere, and sealed again by the park that tells them."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any, Final, TypeAlias, cast

from taihang.core.seal.canonical import canonical_bytes

Doc: TypeAlias = dict[str, Any]
Sign: TypeAlias = Callable[[bytes], bytes]
Place: TypeAlias = tuple[str | int, ...]
_LARGE: Final = 1 << 62
_NONE: Final[Doc] = {}
_ODD: Final[tuple[Any, ...]] = ([], _NONE, None, "", 0)


def resealed(document: Doc, sign: Sign) -> bytes:
    """The file as a park hands it out that lies about the rest."""
    rest = {key: value for key, value in document.items() if key != "seal"}
    prefix = f"taihang/proof/{str(document.get('format'))[-2:]}\n".encode()
    seal = b64encode(sign(prefix + canonical_bytes(rest))).decode()
    return canonical_bytes({**rest, "seal": seal})


def lies(data: bytes, sign: Sign, *, n: int, seed: int) -> Iterator[bytes]:
    """Yield so many lies about a file; one in five is not sealed again.

    Args:
        data: A proof file.
        sign: Signs with the key of its log.
        n: How many.
        seed: Names the lies.
    """
    dice = Random(seed)  # noqa: S311 - lies, no secret
    truth: Doc = json.loads(data)
    places = [*_places(truth)]
    while n:
        document = deepcopy(truth)
        for _ in range(dice.choice((1, 1, 1, 2))):
            _change(document, dice.choice(places), dice)
        if document == truth:
            continue
        n -= 1
        yield canonical_bytes(document) if dice.random() < 0.2 else resealed(document, sign)


def _places(value: object, at: Place = ()) -> Iterator[Place]:
    """Yield the place of every value; of a long list only some, so that each kind has its turn."""
    if at:
        yield at
    if isinstance(value, dict):
        for key, inside in cast("Doc", value).items():
            yield from _places(inside, (*at, key))
    elif isinstance(value, list):
        items = cast("list[Any]", value)
        few = {0, 1, len(items) // 2, len(items) - 2, len(items) - 1}
        for n in sorted(n for n in few if 0 <= n < len(items)):
            yield from _places(items[n], (*at, n))


def _change(document: Doc, place: Place, dice: Random) -> None:
    inside: Any = document
    for step in place[:-1]:
        try:
            inside = inside[step]
        except (KeyError, IndexError, TypeError):
            return  # the change before took it away
    last = place[-1]
    if isinstance(inside, dict):
        _change_key(cast("Doc", inside), str(last), dice)
    elif isinstance(inside, list) and isinstance(last, int) and last < len(cast("Any", inside)):
        _change_item(cast("list[Any]", inside), last, dice)


def _change_key(inside: Doc, key: str, dice: Random) -> None:
    if key not in inside:
        return
    way = dice.randrange(12)
    if way == 0:
        del inside[key]
    elif way == 1:
        inside[f"{key}_"] = inside[key]
    elif way == 2:
        inside[key] = None
    else:
        inside[key] = _other(inside[key], dice)


def _change_item(inside: list[Any], at: int, dice: Random) -> None:
    way = dice.randrange(8)
    if way == 0:
        del inside[at]
    elif way == 1:
        inside.insert(at, deepcopy(inside[at]))
    elif way == 2:
        inside[at], inside[-1] = inside[-1], inside[at]
    else:
        inside[at] = _other(inside[at], dice)


def _other(value: Any, dice: Random) -> Any:  # noqa: ANN401 - any JSON
    """Return another value, near the first one or far from it."""
    if isinstance(value, bool) or value is None:
        return dice.choice((0, "", [], not value))
    if isinstance(value, int):
        return dice.choice(
            (value + 1, value - 1, value + 900, -value, 0, 1, value ^ 1 << dice.randrange(40),
             _LARGE, -_LARGE, str(value))
        )  # fmt: skip
    if isinstance(value, str):
        return _other_text(value, dice)
    if isinstance(value, list):
        items = cast("list[Any]", value)
        others: tuple[Any, ...] = (items[:-1], items[1:], items[::-1], [*items, *items[:1]], _NONE)
        return dice.choice(others)
    return dice.choice(_ODD)


def _other_text(value: str, dice: Random) -> str:
    if not value:
        return dice.choice(("x", "0"))
    at = dice.randrange(len(value))
    near = {"0": "1", "9": "8", "a": "b", "f": "e", "A": "B"}.get(value[at], "0")
    return dice.choice(
        (
            value[:at] + near + value[at + 1 :],
            value[:at] + near + value[at + 1 :],
            value[:at] + value[at + 1 :],
            value[:at] + value[at] + value[at:],
            value.swapcase(),
            value + "\u200b",
            value[:at] + "太" + value[at + 1 :],
        )
    )
