"""What both versions of a batch share: order, salts, events, origin."""

import pytest

from taihang.core.metering.readings import MeterEvent, MeterEventKind
from taihang.core.seal.block import BatchFormatError
from taihang.core.seal.canonical import DocumentError, Fields, JsonValue
from taihang.core.seal.envelope import (
    ClockState,
    Envelope,
    check_places,
    check_salts,
    events_document,
    read_events,
    read_origin,
)

EVENTS = (
    MeterEvent("M-2", MeterEventKind.RESET, 50, 7, 0),
    MeterEvent("M-1", MeterEventKind.SWAP, 60, 9, 1),
)


def fields(**values: JsonValue) -> Fields:
    return Fields({**values}, where="header", keys=frozenset(values))


def test_events__come_back_in_order_of_time() -> None:
    envelope = Envelope(
        gateway="g",
        counter=1,
        sent_at_s=0,
        clock=ClockState.IMPORT,
        origin={},
        events=EVENTS[::-1],
    )

    assert read_events(fields(events=events_document(envelope))) == EVENTS


@pytest.mark.parametrize(
    "change", [{"kind": "stolen"}, {"final_count": -1}, {"at_s": -1}, {"point": ""}, {"x": 1}]
)
def test_read_events__refuses_a_field_out_of_its_bounds(change: dict[str, JsonValue]) -> None:
    event: dict[str, JsonValue] = {
        "point": "M", "kind": "swap", "at_s": 1, "final_count": 0, "initial_count": 0,
    }  # fmt: skip
    assert len(read_events(fields(events=[event]))) == 1

    with pytest.raises(DocumentError):
        read_events(fields(events=[{**event, **change}]))
    with pytest.raises(DocumentError, match="ascending"):
        read_events(fields(events=[event, event]))


@pytest.mark.parametrize("origin", [[], "x", {"a": 1}, {str(i): "" for i in range(65)}])
def test_read_origin__refuses_what_is_no_small_object_of_texts(origin: JsonValue) -> None:
    assert read_origin(fields(origin={"a": "b"})) == {"a": "b"}
    with pytest.raises(DocumentError):
        read_origin(fields(origin=origin))


def test_check_places__wants_each_place_once_in_order() -> None:
    check_places([("a", "energy"), ("a", "register"), ("b", "energy")])
    for wrong in ([("b", "x"), ("a", "x")], [("a", "x"), ("a", "x")]):
        with pytest.raises(BatchFormatError):
            check_places(wrong)
    with pytest.raises(BatchFormatError):
        check_places([(f"{number:06d}", "x") for number in range(10_001)])


def test_check_salts__wants_one_for_each_and_no_two_alike() -> None:
    check_salts([b"a", b"b"], n_blocks=2)
    for salts, n_blocks in (([b"a", b"a"], 2), ([b"a"], 2), ([b"a", b"b"], 1)):
        with pytest.raises(BatchFormatError):
            check_salts(salts, n_blocks=n_blocks)
