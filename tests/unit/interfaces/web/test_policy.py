"""An address without a policy stops the server from starting."""

from typing import cast

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from taihang.core.access.role import Right
from taihang.interfaces.web.policy import (
    PUBLIC,
    UnguardedRouteError,
    demand_policies,
    guarded,
    page,
    policy_of,
    routes,
)
from taihang.interfaces.web.urls import urlpatterns


def hello(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


def test_demand_policies__holds_for_every_address_of_the_service() -> None:
    assert demand_policies(urlpatterns) >= 7


def test_demand_policies__finds_the_one_that_was_forgotten_also_inside_an_include() -> None:
    good = page("a", hello, name="a", may=Right.SEE_PARK)
    inner = include([path("b", hello, name="b")])

    assert demand_policies([good]) == 1
    with pytest.raises(UnguardedRouteError, match="/in/b without a policy"):
        demand_policies([good, path("in/", inner)])


def test_guarded__carries_its_policy_and_answers_as_before() -> None:
    view = guarded(hello, may=PUBLIC)

    assert policy_of(view) == PUBLIC
    assert policy_of(hello) is None
    assert cast("HttpResponse", view(HttpRequest())).content == b"hello"


def test_routes__names_every_address() -> None:
    assert "healthz" in {route for route, _ in routes(urlpatterns)}
