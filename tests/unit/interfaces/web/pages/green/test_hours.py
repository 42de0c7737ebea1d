"""Where the page of hours gets its figures."""

from taihang.core.access.scope import Scope
from taihang.interfaces.web.pages.green.hours import build_hours
from taihang.services.ports import Ports
from taihang.services.sight import see


def test_build_hours__shows_the_last_month_of_every_subject(ports: Ports) -> None:
    view = build_hours(ports, "")

    assert view.stretch is not None
    assert view.found is not None
    assert view.stretch.word == "2026-09"
    park = ports.park
    assert [*view.found.each] == ["park", *park.users, *park.carbon.products]
    assert all(view.place.name(each, "zh") != each for each in park.carbon.products)


def test_build_hours__of_nothing_settled_finds_nothing(ports: Ports) -> None:
    assert build_hours(ports, "2019-01").found is None


def test_build_hours__shows_an_enterprise_itself(ports: Ports) -> None:
    view = build_hours(see(ports, Scope(frozenset(("E02",)))), "2026-09")

    assert view.found is not None
    assert [*view.found.each] == ["E02"]
