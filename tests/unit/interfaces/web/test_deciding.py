"""A decision of a form: by somebody, in the trail; again under its id it is the same."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.http import HttpRequest, QueryDict

import small_park
from taihang.core.access.role import Role
from taihang.core.seal.said import DecisionIdError, Said, UnsignedDecisionError
from taihang.interfaces.accounts.viewer import Viewer
from taihang.interfaces.web.deciding import Wish, carry_out, field_of, new_id, said_in
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.park_source import ParkSource
from taihang.interfaces.web.visit import Visit
from taihang.services.ports import Ports

LI = Viewer(name="li", roles=frozenset((Role.DISPATCHER, Role.ACCOUNTANT)), enterprise="")
SAID = Said(id="d1", who="li", role="dispatcher", reason="so")


def form(**fields: str) -> HttpRequest:
    request = HttpRequest()
    request.POST = QueryDict(urlencode(fields))
    return request


def visit(root: Path) -> Visit:
    return Visit(request=HttpRequest(), viewer=LI, look=PLAIN, source=ParkSource(root))


def outcomes(root: Path) -> list[tuple[str, str]]:
    with small_park.opened(root, writing=False) as ports:
        return [(each.entry.outcome.value, each.entry.kind) for each in ports.trail.entries()]


def test_said__takes_who_from_the_account_and_makes_one_line_of_the_reason() -> None:
    said = said_in(form(id="a1", reason=" two\r\n lines ", who="somebody else"), LI)

    assert said == Said(id="a1", who="li", role="accountant, dispatcher", reason="two lines")
    assert field_of(form(a=" x "), "a") == "x"
    assert field_of(form(), "a") == ""


def test_said__refuses_a_form_without_reason_or_id() -> None:
    with pytest.raises(UnsignedDecisionError):
        said_in(form(id="a1", reason=" "), LI)
    with pytest.raises(DecisionIdError):
        said_in(form(reason="x"), LI)


def test_new_id__is_another_one_each_time() -> None:
    assert len({new_id() for _ in range(100)}) == 100


def test_carry_out__tells_the_trail_before_and_after_and_does_a_repeat_again(
    tmp_path: Path,
) -> None:
    root = small_park.make(tmp_path / "park")
    wish = Wish(kind="test-decision", subject="x", said=SAID, body={"act": "go"})
    done: list[int] = []

    def do(ports: Ports) -> int:
        done.append(ports.journal.size)
        return len(done)

    assert [carry_out(visit(root), wish, do) for _ in range(2)] == [1, 2]
    assert outcomes(root) == [("begun", "test-decision"), ("done", "test-decision")]


def test_carry_out__that_fails_says_so_in_the_trail(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    wish = Wish(kind="test-decision", subject="x", said=SAID, body={})

    def refuse(ports: Ports) -> int:
        raise DecisionIdError(given=str(ports.log_origin), expected="y", remedy="z")

    with pytest.raises(DecisionIdError):
        carry_out(visit(root), wish, refuse)

    assert [each for each, _ in outcomes(root)] == ["begun", "refused"]
