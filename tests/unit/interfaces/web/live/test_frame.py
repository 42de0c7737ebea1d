"""A frame says how the park stands, in a line that any browser reads."""

import json

from taihang.interfaces.web.live.frame import Frame, short_mark


def test_event__is_one_event_of_a_stream() -> None:
    event = Frame(1_793_461_560, 1_793_461_500, "a1").event().decode()
    name, data, end, more = event.split("\n")

    assert name == "event: tick"
    assert (end, more) == ("", "")
    assert json.loads(data.removeprefix("data: ")) == {
        "mark": "a1",
        "now_s": 1_793_461_560,
        "reading_s": 1_793_461_500,
    }


def test_short_mark__tells_every_number_apart_and_none_of_them() -> None:
    marks = {short_mark((1, at, 3)) for at in range(1_000)}

    assert len(marks) == 1_000
    assert all(len(mark) == 12 for mark in marks)
