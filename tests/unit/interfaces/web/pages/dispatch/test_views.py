"""The page of storage: record and plan, an order to try, and decisions that two people take."""

from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest

import planned_park
import regret_park
import small_park
from page_forms import Writer
from planned_park import PLAN
from regret_park import PLANNED
from taihang.core.access.role import Right, Role, rights_of
from taihang.core.dispatch.plan_decision import PlanState
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.park_source import ParkSource
from taihang.services.decisions import Decisions

LOOK = "/dispatch/?lang=en"
REST = {"battery": "B1", "from": "00:00", "to": "24:00", "way": "rest", "kw": ""}


@pytest.fixture
def source(tmp_path: Path) -> ParkSource:
    """A park with a plan of a day that is still to come."""
    return ParkSource(planned_park.made(tmp_path))


def person(source: ParkSource, *roles: Role) -> Writer:
    return Writer(create_application(source), source.accounts, roles or (Role.DISPATCHER,))


def state_of(source: ParkSource) -> PlanState:
    with small_park.opened(source.root, writing=False) as ports:
        return Decisions(ports).standing(ports.registry.statement(PLAN)).state


def decide(some: Writer, page: str, id_: str, act: str, **more: str) -> int:
    form = {"plan": PLAN, "act": act, "id": id_, "reason": "as agreed", **more}
    return some.send(page, "/dispatch/decide", form).status


def test_page__shows_the_last_plan_its_reasons_and_who_may_decide(source: ParkSource) -> None:
    page = person(source).open(LOOK).text

    assert PLANNED.isoformat() in page
    assert "proposed" in page
    assert "B1 charges" in page
    assert "each kWh from B1" in page
    assert "the referee accepted it" in page
    assert "Approve the plan" in page
    assert "entry of the ledger yet" in page


def test_page__gives_forms_to_those_who_approve_plans_only(source: ParkSource) -> None:
    for role in Role:
        rights = rights_of([role])
        if Right.SEE_PARK not in rights:
            continue
        page = person(source, role).open(LOOK)
        assert page.status == 200
        assert ("Approve the plan" in page.text) == (Right.APPROVE_PLANS in rights), role


def test_page__of_a_park_that_never_planned_says_what_to_do(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")
    page = person(ParkSource(root)).open(LOOK)

    assert page.status == 200
    assert "taihang plan DIR --day DAY" in page.text


def test_page__of_a_day_without_a_plan_finds_out_why(source: ParkSource) -> None:
    day = (PLANNED + timedelta(days=1)).isoformat()
    some = person(source)

    assert "has no released plan" in some.open(f"{LOOK}&day={day}").text
    assert "it can be planned" in some.open(f"{LOOK}&day={day}&why=1").text


@pytest.mark.parametrize("word", ["day=tomorrow", "day=2026-13-01", "hour=5"])
def test_page__refuses_words_that_it_does_not_know(source: ParkSource, word: str) -> None:
    assert person(source).open(f"{LOOK}&{word}").status == 422


def test_files__are_tables_of_the_days_and_of_the_ledger(source: ParkSource) -> None:
    some = person(source)

    days, ledger = some.open("/dispatch/days.csv"), some.open("/dispatch/ledger.csv?day=2026-08-28")

    assert days.body.decode("utf-8-sig").startswith("start,price_cny_per_kwh,charge_w")
    assert days.body.count(b"\n") == 193
    assert ledger.body.decode("utf-8-sig").startswith("day,statement,promised_cny")
    assert some.open("/dispatch/days.csv?check=1").status == 422


def test_check__lets_the_referee_look_again(source: ParkSource) -> None:
    page = person(source).open(f"{LOOK}&check=1").text

    assert "records give the same problem" in page.replace("&#x27;", "'")
    assert "the plan can still be done" in page


def test_try__prices_an_order_before_it_is_given(source: ParkSource) -> None:
    words = "&".join(f"{name}={value}" for name, value in REST.items() if value)
    page = person(source).open(f"{LOOK}&{words}").text

    assert "CNY more than planned" in page
    assert "it takes a second person" in page
    assert "Give the orders" in page


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("battery=B1&from=00:05&to=01:00&way=rest", "input.order-words"),
        ("battery=B1&from=00:00&to=25:00&way=rest", "input.order-words"),
        ("battery=B1&from=00:00&to=01:00&way=explode", "input.order-words"),
        ("battery=B1&from=00:00&to=01:00&way=charge&kw=a+lot", "input.order-words"),
        ("battery=B9&from=00:00&to=01:00&way=rest", "input.orders"),
        ("battery=B1&from=02:00&to=01:00&way=rest", "input.orders"),
        ("battery=B1&from=00:00&to=01:00&way=discharge&kw=500", "state.impossible-order"),
    ],
)
def test_try__says_what_is_wrong_with_an_order(source: ParkSource, words: str, code: str) -> None:
    page = person(source).open(f"{LOOK}&{words}")

    assert page.status == 200
    assert code in page.text
    assert "Give the orders" not in page.text


def test_decide__approves_and_withdraws_and_a_repeat_is_the_same(source: ParkSource) -> None:
    some = person(source)

    assert decide(some, LOOK, "d1", "approve") == 303
    assert decide(some, LOOK, "d1", "approve") == 303
    assert state_of(source) is PlanState.APPROVED
    assert decide(some, LOOK, "d2", "withdraw") == 303
    assert state_of(source) is PlanState.PROPOSED
    page = some.open(LOOK).text
    assert page.count("as agreed") == 2


def test_decide__overrides_with_two_people(source: ParkSource) -> None:
    first = person(source)
    second = person(source, Role.DISPATCHER, Role.ACCOUNTANT)

    assert decide(first, LOOK, "d1", "override", **REST) == 303
    assert state_of(source) is PlanState.PENDING
    assert "another person has to confirm" in first.open(LOOK).text
    assert decide(first, LOOK, "d2", "confirm") == 422
    assert "Confirm the override" in second.open(LOOK).text
    assert decide(second, LOOK, "d3", "confirm") == 303
    assert state_of(source) is PlanState.OVERRIDDEN
    assert "B1 00:00–24:00 rest" in second.open(LOOK).text


def test_decide__that_is_refused_says_why_and_keeps_the_words(source: ParkSource) -> None:
    some = person(source)
    form = {"plan": PLAN, "act": "withdraw", "id": "d1", "reason": "not so"}

    refused = some.send(LOOK, "/dispatch/decide", form)
    nothing = some.send(LOOK, "/dispatch/decide", {**form, "act": "bless"})
    unsaid = some.send(LOOK, "/dispatch/decide", {**form, "act": "approve", "reason": ""})

    assert (refused.status, nothing.status, unsaid.status) == (409, 409, 422)
    assert "state.plan-order" in refused.text
    assert 'value="not so"' in refused.text
    assert state_of(source) is PlanState.PROPOSED


def test_decide__needs_the_right_and_a_day_that_is_not_settled(tmp_path: Path) -> None:
    source = ParkSource(Path(copytree(regret_park.obeyed(), tmp_path / "park")))
    some, reader = person(source), person(source, Role.ACCOUNTANT)
    page = some.open(LOOK)
    form = {"plan": PLAN, "act": "approve", "id": "d1", "reason": "too late"}

    assert "nothing is decided any more" in page.text
    assert "Plan and actual" in page.text
    assert reader.send("/account/", "/dispatch/decide", form).status == 403
