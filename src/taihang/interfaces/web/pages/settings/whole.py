"""A guard: what stands in the park file is nobody's alone, so a part of a park does not show it."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse

from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import visit_of

View = Callable[..., HttpResponse]


def of_the_park(view: View) -> View:
    """Return a view that is not there for somebody who sees one enterprise only.

    Args:
        view: The view.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not visit_of(request).scope.is_whole:
            return not_found(request)
        return view(request, *args, **kwargs)

    return answer
