"""What a client may do: hand in a line of activity data, claim certificates; each under its own id.

The same id with the same content is the same act, however often it is sent; another content under
an id that is taken is refused.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, field_validator

from taihang.core.access.scope import Scope
from taihang.core.activity.form import COLUMNS
from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.errors import InputError, StateError
from taihang.interfaces.api.schema import Id, LocalPeriod, Schema
from taihang.interfaces.form_words import form_words
from taihang.services.hand_in import HandedFile, hand_in
from taihang.services.keep_certificates import Claiming, claim
from taihang.services.ports import Ports
from taihang.services.sight_rules import PartOfParkError

_TEXT: Final = Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
_AMOUNT: Final = r"^[0-9]{1,12}(\.[0-9]{1,9})?$"


class IdTakenError(StateError):
    """An id is taken by something else."""

    code = "state.id-taken"

    def __init__(self, id_: str) -> None:
        super().__init__(
            given=f"the id {id_!r} once more",
            expected="an id that is new, or the same content as before",
            remedy="give another id",
        )


class ActIdError(InputError):
    """An act is given an id that only the park gives."""

    code = "input.api-act-id"


class LineIn(Schema):
    """A line of activity data: an amount of one thing, in one flow, of one subject and period."""

    subject: Id
    """An enterprise, a station, or ``park``."""
    period: LocalPeriod
    """A local month, or a year where nothing finer is known."""
    item: Annotated[str, _TEXT]
    """Name in the tables of facts, for example ``natural-gas``."""
    flow: Annotated[str, _TEXT]
    """For example ``consumed``; the form lists all of them."""
    amount: Annotated[str, Field(pattern=_AMOUNT)]
    """A decimal as text."""
    unit: Annotated[str, _TEXT]
    version: Annotated[int, Field(ge=1, le=9_999)] = 1
    """2 and more of a correction."""
    reason: Annotated[str, _TEXT] | None = None
    """Why it is corrected."""


class LineOut(Schema):
    """What became of a line."""

    id: str
    version: int
    is_new: bool
    """False where it was there already, word for word."""
    sha256: str
    """Hash of the form that the line was kept with [hex]."""


class ClaimIn(Schema):
    """Use certificates up, the earliest to expire first."""

    party: Id
    """Who holds them."""
    wh: Annotated[int, Field(ge=1, le=2**63 - 1)]
    purpose: Annotated[str, _TEXT]
    beneficiary: Annotated[str, _TEXT]
    period: LocalPeriod
    """Month or year of the use that it covers."""

    @field_validator("period")
    @classmethod
    def _no_day(cls, value: str) -> str:
        if len(value) > len("2026-09"):
            raise ValueError("a month or a year")
        return value


class ClaimOut(Schema):
    """What became of a claim."""

    id: str
    wh: int
    """Energy that it moved [Wh]."""
    is_new: bool


def put_line(ports: Ports, id_: str, line: LineIn, scope: Scope) -> LineOut:
    """Hand in a line under an id.

    Args:
        ports: The whole park, opened for writing.
        id_: The id, given by the client.
        line: What it says.
        scope: Whose lines may be handed in.

    Raises:
        PartOfParkError: If the line is of somebody else.
        IdTakenError: If the id is of a line of somebody else.
    """
    if not scope.is_whole and not scope.sees(line.subject):
        raise PartOfParkError(f"a line of {line.subject!r}")
    held = {record.subject for record in ports.registry.activity_records() if record.id == id_}
    if held - {line.subject}:
        # Whose it is, is not said.
        raise IdTakenError(id_)
    said = {"id": id_, **line.model_dump()}
    data = json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
    found = hand_in(
        HandedFile(f"{id_}.json", data),
        _sheet(said),
        evidence=(),
        words=form_words(),
        ports=ports,
    )
    return LineOut(
        id=id_,
        version=line.version,
        is_new=bool(found.new),
        sha256=hashlib.sha256(data).hexdigest(),
    )


def put_claim(ports: Ports, id_: str, wanted: ClaimIn) -> ClaimOut:
    """Claim certificates under an id.

    Args:
        ports: The whole park, opened for writing.
        id_: The id, given by the client.
        wanted: What is claimed.

    Raises:
        ActIdError: If the id looks like one that the park gives.
        TaihangError: Why it is refused.
    """
    if ":" in id_:
        raise ActIdError(
            given=id_, expected="an id without a colon", remedy="give another id to the claim"
        )
    found = claim(
        Claiming(
            id=id_,
            party=wanted.party,
            purpose=wanted.purpose,
            beneficiary=wanted.beneficiary,
            period=wanted.period,
            wh=wanted.wh,
            pieces=(),
        ),
        ports=ports,
    )
    if found.refusal is not None:
        raise found.refusal
    return ClaimOut(id=id_, wh=found.wh, is_new=not found.is_repeated)


def _sheet(said: Mapping[str, object]) -> Sheet:
    head = tuple(Cell(name, CellKind.PLAIN, name) for name in COLUMNS)
    row = tuple(
        Cell(name, CellKind.EMPTY, "")
        if said.get(name) is None
        else Cell(name, CellKind.PLAIN, str(said[name]))
        for name in COLUMNS
    )
    return Sheet(head, (row,))
