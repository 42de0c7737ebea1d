"""Room for the loops grows with intervals, flows and pieces, and with nothing else."""

from taihang.core.dispatch.slope.shapes import ROWS, a_room


def test_a_room__has_a_row_for_every_interval_and_look() -> None:
    room = a_room(10, 4, n_pieces=7)

    assert room.curve.order.shape == (10, 5)
    assert room.pieces.kwh.shape == (10, 10)
    assert room.values.kwh.shape == (77,)
    assert room.looks.rise_kwh.shape == (ROWS, 10)
    assert room.answer.flow_kwh.shape == (10, 4)
