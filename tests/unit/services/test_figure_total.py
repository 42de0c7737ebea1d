"""Sums over users as figures."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

import money_park
from figure_kit import Walk, closed_park
from taihang.core.access.scope import Scope
from taihang.core.figure.key import NoSuchFigureError
from taihang.core.seal.canonical import load_canonical
from taihang.services.figure_total import open_total, total_input
from taihang.services.ports import Ports
from taihang.services.sight import see

KIND = "scope2-market"


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def value_of(document: str) -> Decimal:
    body = load_canonical(document.encode())
    assert isinstance(body, dict)
    return Decimal(str(body["value"]))


def test_open_total__is_the_sum_of_what_users_were_told(ports: Ports) -> None:
    issued = ports.registry.latest_statements("2026-08", [KIND])

    story = open_total((KIND, "2026-08"), ports)

    assert len(story.derivation.operands) == len(issued) > 1
    assert story.value == sum(value_of(one.document) for one in issued)
    assert story.adds_up
    found = total_input(KIND, "2026-08", ports=ports)
    assert found is not None
    assert (found.key, found.value, found.unit) == (story.key, story.value, story.unit)


def test_open_total__leaves_the_statement_of_the_park_out(ports: Ports) -> None:
    assert ports.registry.latest_statements("2026-08", ["ratios-650"])

    with pytest.raises(NoSuchFigureError):
        open_total(("ratios-650", "2026-08"), ports)


def test_open_total__opens_down_to_the_ground(ports: Ports) -> None:
    walk = Walk(ports)

    walk.down(f"total/{KIND}/2026-08")

    assert not walk.faults, walk.faults


def test_open_total__is_over_what_the_reader_sees(ports: Ports) -> None:
    story = open_total((KIND, "2026-08"), see(ports, Scope(frozenset(("E01",)))))

    assert [each.key for each in story.derivation.operands] == [
        f"statement/{KIND}.E01.2026-08.v1/value"
    ]


def test_open_total__knows_nothing_where_nothing_is_issued(ports: Ports) -> None:
    assert total_input(KIND, "2025-08", ports=ports) is None
    with pytest.raises(NoSuchFigureError):
        open_total((KIND, "2025-08"), ports)
