"""What of a park somebody may see: the one place where tenants are kept apart."""

from taihang.core.access.scope import Scope
from taihang.core.errors import StateError
from taihang.services.ports import Ports


class ForeignFiguresError(StateError):
    """Figures are asked for that belong to somebody else."""

    code = "state.foreign-figures"


def see(ports: Ports, scope: Scope) -> Ports:
    """Return the ports through which only a scope's own figures are seen.

    Args:
        ports: The park.
        scope: Whose figures may be seen.

    Raises:
        ForeignFiguresError: If the scope is not the whole park: nothing is cut out of it yet.
    """
    if scope.is_whole:
        return ports
    raise ForeignFiguresError(
        given="the scope of single enterprises",
        expected="the whole park",
        remedy="ask somebody of the park",
    )
