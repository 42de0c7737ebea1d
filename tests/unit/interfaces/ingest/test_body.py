"""A body within its limits, and what is given back when it is not."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from taihang.core.errors import TaihangError
from taihang.interfaces.ingest.body import (
    BodyLateError,
    BodyLengthError,
    BodyTooLargeError,
    SenderGoneError,
    declared_length,
    read_body,
)
from taihang.interfaces.ingest.limits import InFlight, Limits, QueueFullError

LIMITS = Limits(max_body_bytes=100, silence_timeout_s=0.01, body_timeout_s=0.05)
SILENCE = "silence"
GONE = "gone"


def _read(
    parts: Sequence[bytes | str], length: int, *, limits: Limits = LIMITS, room: int = 1_000
) -> tuple[bytes | TaihangError, int]:
    """Read a body that comes in parts; return it, or why not, and the bytes still held."""
    in_flight = InFlight(limit_bytes=room)
    left = list(parts)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0)
        part = left.pop(0) if left else SILENCE
        if part == SILENCE:
            await asyncio.get_running_loop().create_future()
        if part == GONE:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(left)}

    async def read() -> bytes:
        return bytes(await read_body(receive, length=length, limits=limits, in_flight=in_flight))

    try:
        return asyncio.run(read()), in_flight.bytes
    except TaihangError as error:
        return error, in_flight.bytes


def test_read_body__joins_the_parts_and_holds_their_bytes() -> None:
    assert _read([b"ab", b"", b"cde"], 5) == (b"abcde", 5)
    assert _read([b""], 0) == (b"", 0)


@pytest.mark.parametrize(
    ("parts", "length", "kind"),
    [
        ([SILENCE], 5, BodyLateError),
        ([b"ab", SILENCE], 5, BodyLateError),
        ([b"ab", GONE], 5, SenderGoneError),
        ([b"ab"], 5, BodyLengthError),
        ([b"abcdef"], 5, BodyLengthError),
    ],
)
def test_read_body__gives_back_what_it_held(
    parts: list[bytes | str], length: int, kind: type[TaihangError]
) -> None:
    refusal, held = _read(parts, length)

    assert type(refusal) is kind
    assert held == 0


def test_read_body__a_steady_trickle_is_late_all_the_same() -> None:
    patient = replace(LIMITS, silence_timeout_s=60.0)

    refusal, held = _read([b"a", b"b", SILENCE], 90, limits=patient)

    assert type(refusal) is BodyLateError
    assert held == 0


def test_read_body__stops_where_the_door_holds_too_much() -> None:
    refusal, held = _read([b"a" * 60, b"b" * 60], 120, room=100)

    assert type(refusal) is QueueFullError
    assert held == 0


@pytest.mark.parametrize("given", [b"", b"x", b"-1", b"1.5", b"1,1", "٣".encode(), b"9" * 16])
def test_declared_length__refuses_what_is_no_length(given: bytes) -> None:
    with pytest.raises(BodyLengthError):
        declared_length({b"content-length": given}, limits=LIMITS)


def test_declared_length__keeps_its_bound() -> None:
    assert declared_length({b"content-length": b"100"}, limits=LIMITS) == 100
    with pytest.raises(BodyTooLargeError, match="101"):
        declared_length({b"content-length": b"101"}, limits=LIMITS)
    with pytest.raises(BodyLengthError):
        declared_length({}, limits=LIMITS)
