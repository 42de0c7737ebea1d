"""Where the page of matching gets its figures, and what an enterprise sees of them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from taihang.core.access.scope import Scope
from taihang.interfaces.web.pages.green.matching import build_day, build_matching
from taihang.services.green_flows import LOAD, NoGreenSubjectError
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.sight import see

MONTH = "2026-09"


def of_one(ports: Ports, user: str) -> Ports:
    return see(replace(ports), Scope(frozenset((user,))))


def test_build_matching__shows_the_last_whole_month_closed(ports: Ports) -> None:
    view = build_matching(ports, "")

    assert view.stretch is not None
    assert view.found is not None
    assert view.stretch.word == MONTH
    assert [each.id for each in view.found.plants] == list(ports.park.plants)
    assert all(each.difference_wh == 0 for each in view.found.plants)
    generated_wh = sum(each.generated_wh for each in view.found.plants)
    told = open_figure(view.flow_keys["generation"], ports=ports)
    assert told.value == Decimal(generated_wh)


def test_build_matching__of_days_that_nobody_settled_finds_nothing(ports: Ports) -> None:
    view = build_matching(ports, "2027-01")

    assert (view.found, view.flow_keys, view.others) == (None, {}, ())


def test_build_matching__shows_an_enterprise_itself_and_sums_of_five(ports: Ports) -> None:
    view = build_matching(of_one(ports, "E02"), MONTH)

    assert view.found is not None
    assert [each.id for each in view.found.users] == ["E02"]
    assert view.found.plants == ()
    assert view.others
    assert {each.measure for each in view.others} == {"green"}
    assert all(each.found.value is None or each.found.n_members >= 5 for each in view.others)


def test_build_day__shows_the_last_settled_day_of_what_one_sees(ports: Ports) -> None:
    whole, own = build_day(ports, "", ""), build_day(of_one(ports, "E02"), "2026-09-14", "")

    assert whole.stretch is not None
    assert whole.found is not None
    assert (whole.of, whole.stretch.word) == ("park", "2026-09-30")
    assert own.found is not None
    assert own.of == "E02"
    assert len(own.found.series_wh[LOAD]) == 96


def test_build_day__of_another_enterprise_is_refused(ports: Ports) -> None:
    with pytest.raises(NoGreenSubjectError):
        build_day(of_one(ports, "E02"), "2026-09-14", "E01")
