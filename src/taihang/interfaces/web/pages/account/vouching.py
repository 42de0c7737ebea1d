"""The way to a provider that vouches for members, and back."""

from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from taihang.interfaces.accounts.vouching import address_to_go, come_back
from taihang.interfaces.web.pages.account.framed import FOLDER
from taihang.interfaces.web.views import not_found
from taihang.interfaces.web.visit import visit_of


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Lead to the provider.

    A page does it and not a redirect: the policy of contents lets no form end elsewhere.
    """
    visit = visit_of(request)
    voucher = visit.source.accounts.settings.voucher
    if voucher is None:
        return not_found(request)
    given = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    address = address_to_go(request, next_path=given if is_ours else "/")
    page = visit.show(f"{FOLDER}/vouched.html", {"address": address, "voucher": voucher})
    page["Cache-Control"] = "no-store"
    return page


@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """Take in what the provider says."""
    if visit_of(request).source.accounts.settings.voucher is None:
        return not_found(request)
    return come_back(request)
