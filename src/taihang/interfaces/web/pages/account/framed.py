"""What every page of the accounts shares: the frame, and that nobody keeps a copy of it."""

from django.http import HttpRequest, HttpResponse
from django.views.generic.base import ContextMixin, View
from typing_extensions import override

from taihang.interfaces.web.visit import visit_of

FOLDER = "taihang/pages/account"


class Framed(ContextMixin, View):
    """Gives a view of allauth the frame of the platform."""

    @override
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer, and let no browser or proxy keep what it says."""
        response = super().dispatch(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    @override
    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        """Return what the template prints, the frame included."""
        return {**super().get_context_data(**kwargs), **visit_of(self.request).frame()}
