"""Who may change the park."""

from taihang.core.access.role import Right
from taihang.interfaces.web.visit import Visit


def may_change(visit: Visit) -> bool:
    """Say whether the viewer may change the park."""
    return visit.viewer is not None and Right.EDIT_PARK in visit.viewer.rights
