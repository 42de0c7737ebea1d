"""Cover of what a plant owes: its own waiting lots, the earliest first, never more than is owed."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.certificates.certificate import Certificate, Piece, State
from taihang.core.certificates.issue import Kind, lots_of
from taihang.core.certificates.plan_cover import cover_pieces

LOTS = lots_of(np.array([[60, 40], [5, 9]]), plants=("PV01", "W01"), start_s=0)
WHOLE = Certificate("i", 0, 114, State.ISSUED, "E01", "", "a", 0, Kind.TRADABLE)


def test_cover_pieces__are_the_earliest_of_the_plant() -> None:
    pieces = cover_pieces(LOTS, [WHOLE], plant="PV01", owed_wh=70)

    assert pieces == (Piece("i", 0, 60), Piece("i", 65, 75))


@given(st.integers(0, 300), st.integers(1, 113))
def test_cover_pieces__take_what_is_owed_or_all_that_waits(owed_wh: int, at: int) -> None:
    waiting = [WHOLE.cut(0, at), replace(WHOLE.cut(at, 114), state=State.HELD)]
    own_wh = sum(1 for place in range(at) if place < 60 or 65 <= place < 105)

    pieces = cover_pieces(LOTS, waiting, plant="PV01", owed_wh=owed_wh)

    assert sum(piece.wh for piece in pieces) == min(owed_wh, own_wh)
    assert all(piece.stop_wh <= at for piece in pieces)


def test_cover_pieces__of_a_plant_that_gave_nothing__are_none() -> None:
    assert cover_pieces(LOTS, [WHOLE], plant="PV02", owed_wh=5) == ()
