"""Who asks: a person with a session, or a machine with an API key."""

from typing import Final, Literal, TypeAlias

from django.http import HttpRequest
from ninja.utils import check_csrf  # pyright: ignore[reportUnknownVariableType]

from taihang.core.access.role import Right
from taihang.core.errors import InputError, StateError
from taihang.interfaces.accounts.keys import viewer_of_key
from taihang.interfaces.accounts.owing import owed_by
from taihang.interfaces.accounts.viewer import Viewer, viewer_of
from taihang.interfaces.api.problem import ForgedRequestError, SignInError
from taihang.interfaces.web.policy import MEMBER, PUBLIC

May: TypeAlias = Right | Literal["public", "member"]
"""What an operation needs."""
SAFE: Final = frozenset(("GET", "HEAD"))
PARK: Final = "park"
"""Who the people of the park are, where requests are counted."""


class NoRightError(InputError):
    """Whoever asks may not do this."""

    code = "input.no-right"

    def __init__(self, right: str, *, viewer: Viewer) -> None:
        super().__init__(
            given="a request without the right for it",
            expected=f"the right {right}",
            remedy="ask whoever manages the accounts for a role that has it",
        )
        self.viewer = viewer
        """Who was refused."""


class OwingError(StateError):
    """Whoever asks owes something first: a second factor, or another password."""

    code = "state.owing"

    def __init__(self, owed: str) -> None:
        super().__init__(
            given=f"an account that owes: {owed}",
            expected="an account that owes nothing",
            remedy="open /account/ in a browser and do it there",
        )


def viewer_who_may(request: HttpRequest, policy: May) -> Viewer | None:
    """Return who asks, if the policy of the operation lets them.

    Args:
        request: The request.
        policy: The right that the operation needs.

    Returns:
        The viewer; None of a stranger at an operation that is public.

    Raises:
        SignInError: If it is not known who asks.
        NoRightError: If whoever asks may not.
        ForgedRequestError: If a session asks for a change without the secret of a form.
    """
    if policy == PUBLIC:
        return None
    viewer = who_asks(request)
    if viewer is None:
        raise SignInError
    if policy != MEMBER and policy not in viewer.rights:
        raise NoRightError(policy.value, viewer=viewer)
    if not viewer.key_id:
        _demand_own_session(request, policy)
    return viewer


def who_asks(request: HttpRequest) -> Viewer | None:
    """Return who asks: with a key where one is given, and never with the session beside it."""
    header = request.headers.get("Authorization")
    return viewer_of(request.user) if header is None else viewer_of_key(header)


def _demand_own_session(request: HttpRequest, policy: May) -> None:
    """Refuse a session that owes something, or asks for a change without the secret of a form."""
    if policy != MEMBER and (owed := owed_by(request)):
        raise OwingError(owed)
    if request.method not in SAFE and check_csrf(request) is not None:
        raise ForgedRequestError


def counted_as(viewer: Viewer | None) -> str:
    """Return under which name the requests of a viewer are counted."""
    return PARK if viewer is None or not viewer.enterprise else viewer.enterprise
