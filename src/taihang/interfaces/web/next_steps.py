"""Where an empty page leads: the next action for whoever looks, by what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from taihang.core.access.role import Right
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.policy import MEMBER

READINGS: Final = "readings"
SETTLE: Final = "settle"


@dataclass(frozen=True, slots=True)
class NextStep:
    """One way on; its name is the text ``next_step.<code>``."""

    code: str
    address: str
    may: Right | Literal["member"] = MEMBER


_METER: Final = NextStep("meter", "/help/meter/")
_IMPORT: Final = NextStep("import", "/import/", Right.HAND_IN)
_HOW_TO_IMPORT: Final = NextStep("how-to-import", "/help/import/")
STEPS: Final[Mapping[str, tuple[NextStep, ...]]] = MappingProxyType(
    {
        READINGS: (_METER, _IMPORT),
        SETTLE: (NextStep("settle", "/help/import/#settle"),),
        "plan": (NextStep("plan", "/help/plan/"),),
        "certificates": (NextStep("certificates", "/help/certificate/"),),
        "report": (NextStep("report", "/reports/#issue-head", Right.SETTLE), _HOW_TO_IMPORT),
        "import": (_HOW_TO_IMPORT, _METER),
    }
)
"""What leads on from a page, by what it lacks."""
_OF_SETTLED: Final = frozenset((SETTLE, "plan", "certificates", "report"))
"""What needs readings before anything else."""


def next_steps(missing: str, *, viewer: Viewer, has_readings: bool) -> tuple[NextStep, ...]:
    """Return where an empty page leads; at least one way is open to every member.

    Args:
        missing: What the page lacks, a key of ``STEPS``.
        viewer: Who looks.
        has_readings: Whether the viewer's part of the park has a reading: without one nothing can
            be settled, and that comes first.
    """
    first = missing if has_readings or missing not in _OF_SETTLED else READINGS
    return tuple(each for each in STEPS[first] if each.may == MEMBER or each.may in viewer.rights)
