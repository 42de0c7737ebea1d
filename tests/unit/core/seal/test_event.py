"""The laws of a log event: one act, one spelling; whatever opens is what was sealed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.errors import TaihangError
from taihang.core.seal.canonical import CanonicalJsonError, DocumentError
from taihang.core.seal.event import (
    MAGIC,
    MAX_EVENT_BYTES,
    EventFormatError,
    LogEvent,
    is_event,
    open_event,
    seal_event,
)

EVENT = LogEvent("day-seal", 1_780_000_000, bytes(range(16)), {"day": "2026-06-01", "n": 96})


@given(
    st.integers(0, 2**36),
    st.binary(min_size=16, max_size=16),
    st.dictionaries(st.text("abc", max_size=5), st.integers(-9, 9) | st.text("xyz"), max_size=4),
)
def test_open_event__inverts_seal_event(at_s: int, salt: bytes, body: dict[str, int | str]) -> None:
    event = LogEvent("park-file", at_s, salt, {**body})

    record = seal_event(event)

    assert open_event(record) == event
    assert is_event(record)


def test_seal_event__is_canonical_json_behind_its_mark() -> None:
    expected = (
        b'taihang/event/v1\n{"at_s":1780000000,"body":{"day":"2026-06-01","n":96},'
        b'"kind":"day-seal","salt":"000102030405060708090a0b0c0d0e0f"}'
    )

    assert seal_event(EVENT) == expected


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"taihang/batch/v1\n{}",
        MAGIC,
        MAGIC + b"[]",
        seal_event(EVENT) + b" ",
        seal_event(EVENT).replace(b'"n":96', b'"n":96.5'),
        seal_event(EVENT).replace(b'"kind":"day-seal"', b'"kind":"Day seal"'),
        seal_event(EVENT).replace(b'"body":{', b'"body":{"n":1,'),
        seal_event(EVENT).replace(b"0f", b"0F"),
        seal_event(EVENT).replace(b'"at_s":1780000000', b'"at_s":-1'),
        seal_event(EVENT).replace(b'"at_s":1780000000', b'"at_s":true'),
    ],
)
def test_open_event__refuses_everything_else(record: bytes) -> None:
    with pytest.raises((EventFormatError, CanonicalJsonError, DocumentError)):
        open_event(record)


def test_open_event__refuses_a_body_that_is_no_object() -> None:
    record = seal_event(EVENT).replace(b'{"day":"2026-06-01","n":96}', b"[1]")

    with pytest.raises(DocumentError, match="an object"):
        open_event(record)


def test_seal_event__refuses_what_would_not_open() -> None:
    for event in (
        LogEvent("day-seal", 1, bytes(15), {}),
        LogEvent("", 1, bytes(16), {}),
        LogEvent("day-seal", -1, bytes(16), {}),
        LogEvent("day-seal", 1, bytes(16), {"text": "x" * MAX_EVENT_BYTES}),
    ):
        with pytest.raises(TaihangError):
            seal_event(event)


def test_is_event__tells_an_event_from_a_batch() -> None:
    assert not is_event(b"taihang/batch/v1\n")
