"""Which right each address needs, and how long a body it takes.

An address without a policy stops the server from starting.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Final, Literal, TypeAlias, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, path

from taihang.config.django_settings import MAX_FORM_BYTES
from taihang.core.access.role import Right
from taihang.core.errors import StateError

Policy: TypeAlias = Right | Literal["public", "member", "api"]
PUBLIC: Final = "public"
"""Anybody may ask, signed in or not."""
MEMBER: Final = "member"
"""Whoever is signed in may ask, whatever the roles: one's own account."""
API: Final = "api"
"""An operation of the interface for machines: it asks for its own right, and answers strangers."""
View: TypeAlias = Callable[..., HttpResponseBase]
_POLICY: Final = "taihang_policy"
_MOST_BYTES: Final = "taihang_most_bytes"


class UnguardedRouteError(StateError):
    """An address has no policy."""

    code = "state.unguarded-route"


def page(
    route: str, view: View, *, name: str, may: Policy, most_bytes: int = MAX_FORM_BYTES
) -> URLPattern:
    """Return a route with its policy.

    Args:
        route: The address, as Django writes it.
        view: What answers.
        name: The name of the address.
        may: The right that it needs.
        most_bytes: The longest body that it takes; without a file that of a form. [byte]
    """
    answer = guarded(view, may=may)
    setattr(answer, _MOST_BYTES, most_bytes)
    return path(route, answer, name=name)


def guarded(view: View, *, may: Policy) -> View:
    """Return a view that carries its policy; the gate reads it before the view runs."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    setattr(answer, _POLICY, may)
    return answer


def policy_of(view: object) -> Policy | None:
    """Return the policy of a view, None where it has none."""
    return cast("Policy | None", getattr(view, _POLICY, None))


def most_bytes_of(view: object) -> int:
    """Return the longest body that a view takes; where it says nothing, that of a form [byte]."""
    return cast("int", getattr(view, _MOST_BYTES, MAX_FORM_BYTES))


def demand_policies(patterns: Sequence[URLPattern | URLResolver]) -> int:
    """Refuse addresses without a policy.

    Args:
        patterns: Every address of the service.

    Returns:
        How many addresses there are.

    Raises:
        UnguardedRouteError: If an address has no policy.
    """
    found = list(routes(patterns))
    for route, view in found:
        if policy_of(view) is None:
            raise UnguardedRouteError(
                given=f"the address /{route} without a policy",
                expected="the right that each address needs",
                remedy="declare it with page(…, may=…)",
            )
    return len(found)


def routes(
    patterns: Sequence[URLPattern | URLResolver], *, below: str = ""
) -> Iterator[tuple[str, object]]:
    """Yield every address below some patterns with what answers it."""
    for pattern in patterns:
        address = f"{below}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            # The stubs of Django say less than it documents: patterns and resolvers.
            inner = cast("Sequence[URLPattern | URLResolver]", pattern.url_patterns)
            yield from routes(inner, below=address)
        else:
            yield address, pattern.callback
