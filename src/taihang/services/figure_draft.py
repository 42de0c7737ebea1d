"""A number of an account that is not on record: ``draft/inventory.E01.2026/scope1_t``.

The account is drawn up again, as it would be issued now, and opens like one that was issued; it has
no versions, no signatures and no proof, and says so.
"""

from typing import Final

from taihang.core.figure.key import NoSuchFigureError, key_of
from taihang.core.figure.story import FigureStory, Label, ProofOf
from taihang.services.figure_drawn import drawn
from taihang.services.figure_span import span_of
from taihang.services.figure_stated import DRAFT, Stated
from taihang.services.figure_statement import story_of
from taihang.services.ports import Ports

_EXPECTED: Final = "an account that can be drawn up now, and the path of a number of it"


def open_draft(parts: tuple[str, ...], ports: Ports) -> FigureStory:
    """Open a number of an account that is not issued.

    Args:
        parts: Kind, subject and period with dots between them, and the path of the number.
        ports: The outside world.

    Returns:
        Its story.

    Raises:
        NoSuchFigureError: If nothing of that name can be drawn up, or it says no number there.
        FigureSpanError: If its period is none.
    """
    series, path = parts[0], parts[1:]
    period = span_of(series.rpartition(".")[2], ports.park.zone).name
    try:
        account = drawn(series, ports=ports)
    except ValueError as error:
        # An account of years is asked for of a month, or the other way round.
        raise NoSuchFigureError(key_of(DRAFT, *parts), expected=f"not {period}") from error
    if account is None:
        raise NoSuchFigureError(key_of(DRAFT, *parts), expected=_EXPECTED)
    notes = (Label("not_on_record"),)
    proof = ProofOf("", Label("proof_of_draft"))
    return story_of(Stated.of(account, ports=ports), path, notes=notes, proof=proof)
