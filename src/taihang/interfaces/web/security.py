"""The headers that keep a page to itself, and the check of the host name."""

from collections.abc import Callable
from typing import Final

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""No inline script, no inline style, nothing from elsewhere."""
HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STRICT_TRANSPORT: Final = "max-age=31536000"
"""Whoever came over TLS comes over TLS for a year; its names alone, not those below."""
Handler = Callable[[HttpRequest], HttpResponseBase]


def security_headers(get_response: Handler) -> Handler:
    """Refuse foreign host names and put the headers on every answer, refusals too.

    The host check is what keeps a page on the open web from reading a park on loopback by
    pointing its own name there (DNS rebinding).
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            response: HttpResponseBase = HttpResponse(
                "host name not served here\n", status=400, content_type="text/plain"
            )
        else:
            response = get_response(request)
        for name, value in HEADERS.items():
            response[name] = value
        if request.is_secure():
            response["Strict-Transport-Security"] = STRICT_TRANSPORT
        return response

    return answer
