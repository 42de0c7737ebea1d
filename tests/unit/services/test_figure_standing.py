"""What is on record, else what would be: told apart, and both open."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

import money_park
from figure_kit import closed_park
from taihang.core.figure.story import Label, Named
from taihang.services import carbon_account, park_carbon
from taihang.services.account import Draft, UnsettledMonthError
from taihang.services.figure_standing import gaps_of, standings
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.sight_rules import PartOfParkError


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def never() -> list[Draft]:
    raise AssertionError("what is issued is not drawn up again")


def test_standings__of_what_is_issued_open(ports: Ports) -> None:
    found = standings("scope2-location", "2026-08", draw=never, ports=ports)

    assert found.is_issued
    told = found.each["E01"].told("value")
    assert told.value is not None
    assert open_figure(told.key, ports=ports).value == told.value


def test_standings__of_drafts_open_as_drafts(ports: Ports) -> None:
    found = standings(
        carbon_account.KIND,
        "2026",
        draw=lambda: carbon_account.drafts("2026", ports=ports),
        ports=ports,
    )

    one = found.each["E01"]
    assert (found.is_issued, one.is_issued) == (False, False)
    assert one.told("scope1_t").value == Decimal(0)
    key = one.told("scope1_t").key
    assert key == "draft/inventory.E01.2026/scope1_t"
    assert open_figure(key, ports=ports).value == Decimal(0)
    assert one.told("no-such-field").value is None
    assert [*one.gaps()]


def test_standings__without_a_way_to_draw_are_none(ports: Ports) -> None:
    assert not standings(park_carbon.KIND, "2026", ports=ports).each


def test_standings__say_why_drawing_was_refused(ports: Ports) -> None:
    def unsettled() -> list[Draft]:
        raise UnsettledMonthError(given="a", expected="b", remedy="settle it")

    def of_others() -> list[Draft]:
        raise PartOfParkError("the park")

    assert "settle it" in standings("inventory", "2025", draw=unsettled, ports=ports).why
    hidden = standings("inventory", "2025", draw=of_others, ports=ports)
    assert (hidden.why, dict(hidden.each)) == ("", {})


def test_gaps_of__reads_both_ways_of_writing_them() -> None:
    body = {
        "not_assessed": [
            {"what": "diesel", "reason": "months-missing", "detail": "2026-10"},
            {"what": "heat", "zh": "缺", "en": "missing"},
            "not a gap",
        ]
    }

    gap, named = gaps_of(body)

    assert gap == Label("gap", {"what": "diesel", "reason": "months-missing", "detail": "2026-10"})
    assert named == Named("heat：缺", "heat: missing")
    assert not [*gaps_of({})]
