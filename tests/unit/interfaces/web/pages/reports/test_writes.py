"""Acts that come from forms: an id of their own each; days are settled once, with a reason."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import small_park
from page_forms import Writer
from taihang.core.access.role import Role
from taihang.core.periods import days
from taihang.interfaces.web.app import create_application
from taihang.interfaces.web.pages.reports.writes import DAYS_MOST, new_act_id
from taihang.interfaces.web.park_source import ParkSource

FIRST = date(2026, 6, 1)


def test_new_act_id__is_another_one_each_time() -> None:
    ids = {new_act_id() for _ in range(50)}

    assert len(ids) == 50
    assert all(re.fullmatch(r"form-[0-9a-f]{24}", each) for each in ids)


@pytest.fixture(name="root")
def _root(tmp_path: Path) -> Path:
    """A park with three days of readings that nobody has settled."""
    made = small_park.make(tmp_path / "park")
    with small_park.opened(made) as ports:
        small_park.fill(ports, days(FIRST, 3, small_park.ZONE))
    return made


@pytest.fixture(name="source")
def _source(root: Path) -> Iterator[ParkSource]:
    found = ParkSource(root)
    yield found
    found.accounts.close()


def person(source: ParkSource, role: Role = Role.ACCOUNTANT) -> Writer:
    return Writer(create_application(source), source.accounts, (role,))


def form(**changed: str) -> dict[str, str]:
    """Return the fields of the form that settles."""
    fields = {"first": "2026-06-01", "last": "2026-06-03", "reason": "all is in"}
    return {"act": new_act_id(), **fields, **changed}


def n_settlements(root: Path) -> int:
    with small_park.opened(root, writing=False) as ports:
        return len(ports.registry.settlements())


def test_settle__offers_the_days_that_wait_and_says_what_it_found_once(
    source: ParkSource, root: Path
) -> None:
    writer = person(source)
    before = writer.open("/reports/?lang=en").text

    answer = writer.send("/reports/", "/reports/settle", form())
    after = writer.open(f"{answer.headers['location']}&lang=en").text
    again = writer.open(f"{answer.headers['location']}&lang=en").text

    assert 'name="first" type="date" required value="2026-06-01"' in before
    assert 'name="last" type="date" required value="2026-06-03"' in before
    assert (answer.status, answer.headers["location"]) == (303, "/reports/?done=settled")
    assert "288 intervals" in after
    assert "288 intervals" not in again
    assert "settled up to 2026-06-03" in again
    with small_park.opened(root, writing=False) as ports:
        assert [each.end_s for each in ports.registry.settlements()] == [
            days(FIRST, 3, small_park.ZONE).end_s
        ]
        (done, begun) = ports.trail.latest(2, kind="settle")
        assert (done.entry.outcome.value, begun.entry.outcome.value) == ("done", "begun")
        assert done.entry.subject == "2026-06-01..2026-06-03"
        assert done.entry.body["reason"] == "all is in"


def test_settle__the_same_form_twice_is_one_act(source: ParkSource, root: Path) -> None:
    writer, sent = person(source), form()
    writer.send("/reports/", "/reports/settle", sent)

    again = writer.send("/reports/", "/reports/settle", sent)

    assert (again.status, again.headers["location"]) == (302, "/reports/")
    assert n_settlements(root) == 1


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"last": "2026-05-31"}, 422, "a day from 2026-06-01 on"),
        ({"last": "2027-06-02"}, 422, f"{DAYS_MOST} days at most"),
        ({"first": "June"}, 422, "YYYY-MM-DD"),
        ({"reason": ""}, 422, "reason"),
        ({"first": "2025-06-01", "last": "2025-06-03"}, 409, "state.nothing-to-settle"),
    ],
)
def test_settle__refuses_what_cannot_be_settled(
    source: ParkSource, root: Path, changed: dict[str, str], status: int, said: str
) -> None:
    answer = person(source).send("/reports/", "/reports/settle", form(**changed))

    assert (answer.status, n_settlements(root)) == (status, 0)
    assert said in answer.text


def test_settle__is_for_those_who_may(source: ParkSource, root: Path) -> None:
    reader = person(source, Role.REGULATOR)

    assert "/reports/settle" not in reader.open("/reports/").text
    assert reader.send("/account/", "/reports/settle", form()).status == 403
    assert n_settlements(root) == 0
