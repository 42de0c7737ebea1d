"""Which waiting watt-hours cover what a plant owes: its own later lots, the earliest first."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from taihang.core.certificates.act import MAX_PIECES
from taihang.core.certificates.certificate import Certificate, Piece, State
from taihang.core.certificates.issue import IssueLots


def cover_pieces(
    lots: IssueLots, waiting: Sequence[Certificate], *, plant: str, owed_wh: int
) -> tuple[Piece, ...]:
    """Return the first waiting positions of a plant in an issue, up to what it owes.

    Args:
        lots: All lots of the issue.
        waiting: Its certificates, in order; those that wait are looked at.
        plant: The plant that owes.
        owed_wh: How much. [Wh]

    Returns:
        Pieces of at most ``owed_wh`` together, at most as many as one act may name.
    """
    found: list[Piece] = []
    left_wh = owed_wh
    for piece in islice(_own(lots, waiting, plant), MAX_PIECES):
        take_wh = min(piece.wh, left_wh)
        if not take_wh:
            break
        found.append(Piece(piece.issue, piece.first_wh, piece.first_wh + take_wh))
        left_wh -= take_wh
    return tuple(found)


def _own(lots: IssueLots, waiting: Iterable[Certificate], plant: str) -> Iterator[Piece]:
    """Yield the waiting positions of one plant, lot by lot."""
    if plant not in lots.plants:
        return
    own = lots.rows == lots.plants.index(plant)
    stops_wh = lots.stops_wh
    firsts_wh = stops_wh - lots.wh
    for one in waiting:
        if one.state is not State.ISSUED:
            continue
        inside = own & (stops_wh > one.first_wh) & (firsts_wh < one.stop_wh)
        for at in np.flatnonzero(inside).tolist():
            yield Piece(
                one.issue,
                max(int(firsts_wh[at]), one.first_wh),
                min(int(stops_wh[at]), one.stop_wh),
            )
