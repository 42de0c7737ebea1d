"""An act as the ledger keeps it: its number, its text, and what it moved."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from taihang.core.certificates.certificate import Certificate, Piece
from taihang.core.certificates.ledger import Outcome
from taihang.core.errors import TaihangError
from taihang.core.seal.act import RollEntry
from taihang.core.seal.canonical import DocumentError, JsonValue, canonical_bytes, load_canonical

ROLL_KIND: Final = "certificate-act"
"""Kind of the entries of the roll that are acts."""


@dataclass(frozen=True, slots=True)
class ActRecord:
    """One act of the ledger."""

    number: int
    """The how-manieth, from 1; none is missing."""
    id: str
    sha256: str
    """Of its text [hex]."""
    document: str
    moved: tuple[Piece, ...]
    """What it brought into its state."""

    @property
    def entry(self) -> RollEntry:
        """What the roll of acts has of it."""
        return RollEntry(self.number, "", ROLL_KIND, self.id, self.sha256)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an act that was given to the ledger."""

    act: str
    moved: tuple[Piece, ...]
    """What it moved, also where it was said before; empty where it was refused."""
    is_repeated: bool = False
    refusal: TaihangError | None = None

    @property
    def wh(self) -> int:
        """Energy that it moved [Wh]."""
        return sum(piece.wh for piece in self.moved)


def recorded(outcome: Outcome, *, before: ActRecord | None) -> Recorded:
    """Return what became of an act.

    Args:
        outcome: What the law says.
        before: The same act, as it was applied before.
    """
    if outcome.change is not None:
        return Recorded(outcome.act, pieces_of(outcome.change.moved))
    if outcome.is_repeated and before is not None:
        return Recorded(outcome.act, before.moved, is_repeated=True)
    return Recorded(outcome.act, (), refusal=outcome.refusal)


def pieces_of(certificates: Iterable[Certificate]) -> tuple[Piece, ...]:
    """Return the positions of certificates."""
    return tuple(one.piece for one in certificates)


def moved_text(pieces: Iterable[Piece]) -> str:
    """Return pieces as text.

    Example:
        >>> moved_text([Piece("2026-06.pool.E17", 0, 5)])
        '[["2026-06.pool.E17",0,5]]'
    """
    listed: JsonValue = [[one.issue, one.first_wh, one.stop_wh] for one in pieces]
    return canonical_bytes(listed).decode()


def read_moved(text: str) -> tuple[Piece, ...]:
    """Return the pieces that a text of ``moved_text`` says.

    Raises:
        CanonicalJsonError: If it is no canonical JSON.
        DocumentError: If it is no list of pieces.
    """
    value = load_canonical(text.encode())
    if not isinstance(value, list):
        raise DocumentError(where="moved", given=type(value).__name__, expected="a list")
    return tuple(_piece(item) for item in value)


def _piece(item: JsonValue) -> Piece:
    match item:
        case [str() as issue, int() as first_wh, int() as stop_wh]:
            return Piece(issue, first_wh, stop_wh)
        case _:
            raise DocumentError(
                where="moved", given=f"{item!r}"[:80], expected="pieces [issue, first_wh, stop_wh]"
            )
