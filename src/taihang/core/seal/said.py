"""Who decided, in which role, why, and under which id: what every decision in the log bears.

The id comes from whoever sends the decision, so that a repeat is the same decision and nothing is
done twice (docs/formats/log.md, section 9).
"""

import re
from dataclasses import dataclass
from typing import Final

from taihang.core.errors import InputError
from taihang.core.seal.canonical import Fields, JsonValue
from taihang.core.seal.review import MAX_REMARK, MAX_WHO, person_of

MAX_ID: Final = 64
SAID_KEYS: Final = frozenset(("id", "reason", "role", "who"))
"""Fields of an event that make up what is here."""
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PLAIN: Final = re.compile(r"[^\x00-\x1f\x7f]*")


class UnsignedDecisionError(InputError):
    """A decision does not say who, in which role, or why; or says it at too great length."""

    code = "input.unsigned-decision"


class DecisionIdError(InputError):
    """A decision comes under an id that it cannot have, or that another decision has."""

    code = "input.decision-id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who says something, in which role, why, and under which id.

    Raises:
        DecisionIdError: If the id is none.
        UnsignedDecisionError: If a text is empty, too long or not plain.
    """

    id: str
    """Given by whoever sends the decision; the same again is the same decision."""
    who: str
    role: str
    reason: str

    def __post_init__(self) -> None:
        """Refuse what nobody could answer for."""
        if not _ID.fullmatch(self.id):
            raise DecisionIdError(
                given=f"the id {self.id[:80]!r}",
                expected=f"1 to {MAX_ID} letters, digits, dots, dashes or underscores",
                remedy="give the decision an id of its own, such as a random one",
            )
        limits = {"who": MAX_WHO, "role": MAX_WHO, "reason": MAX_REMARK}
        for name, limit in limits.items():
            words = str(getattr(self, name))
            if words.strip() and len(words) <= limit and _PLAIN.fullmatch(words):
                continue
            raise UnsignedDecisionError(
                given=f"{name} = {words[:80]!r}",
                expected=f"1 to {limit} characters without control codes",
                remedy="say who decides, in which role, and why",
            )

    def body(self) -> dict[str, JsonValue]:
        """Return its fields of an event.

        Example:
            >>> sorted(Said(id="a1", who="Li", role="dispatcher", reason="seen").body())
            ['id', 'reason', 'role', 'who']
        """
        return {"id": self.id, "reason": self.reason, "role": self.role, "who": self.who}

    @property
    def person(self) -> str:
        """The name as it is compared: width, case and blanks make nobody another person."""
        return person_of(self.who)


def open_said(fields: Fields) -> Said:
    """Read who decided from the fields of an event.

    Args:
        fields: The body of the event.

    Raises:
        DocumentError: If a field is absent or out of bounds.
        DecisionIdError: If the id is none.
        UnsignedDecisionError: If a text is empty or too long.
    """
    return Said(
        id=fields.text("id"),
        who=fields.text("who"),
        role=fields.text("role"),
        reason=fields.text("reason"),
    )
