"""Figures of the whole park that stand in no statement."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

import money_park
from figure_kit import Walk, closed_park
from small_park import AUGUST
from taihang.core.figure.key import NoSuchFigureError
from taihang.services.account import project_energy, project_ratios
from taihang.services.figure_park import (
    OF_RATIO,
    open_closure,
    open_energy,
    open_generated,
    open_ratio,
    open_users,
)
from taihang.services.open_figure import open_figure
from taihang.services.ports import Ports
from taihang.services.report import report

ENERGIES = (
    "available_wh",
    "exported_wh",
    "curtailed_wh",
    "imported_wh",
    "load_wh",
    "other_wh",
    "self_used_wh",
)


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def test_open_users__is_the_load_of_the_report(ports: Ports) -> None:
    found = report(AUGUST, label="2026-08", ports=ports)

    assert open_users(("total_wh", "2026-08"), ports).value == found.load_wh
    green_wh = sum(
        int(open_users((column, "2026-08"), ports).value or 0) for column in ("line_wh", "pool_wh")
    )
    assert green_wh == found.matched_wh


@pytest.mark.parametrize("symbol", sorted(OF_RATIO))
def test_open_ratio__is_the_ratio_of_the_text(ports: Ports, symbol: str) -> None:
    ratios = project_ratios(AUGUST, ports=ports)
    (wanted,) = [each for each in ratios.requirements if each.symbol == symbol]

    story = open_ratio((symbol, "2026-08"), ports)

    assert wanted.ratio is not None
    assert story.adds_up
    assert story.value == Decimal(round(wanted.ratio * 10**6)).scaleb(-6)


@pytest.mark.parametrize("name", ENERGIES)
def test_open_energy__is_an_energy_of_the_text(ports: Ports, name: str) -> None:
    story = open_energy((name, "2026-08"), ports)

    assert story.value == getattr(project_energy(AUGUST, ports=ports), name)
    assert story.adds_up in {True, None}
    assert (story.adds_up is None) == (name == "curtailed_wh")


def test_open_generated__counts_nothing_below_zero(ports: Ports) -> None:
    walk = Walk(ports)
    walk.down("generated/park/2026-08")

    assert not walk.faults, walk.faults
    assert open_generated(("PV01", "2026-08-05T16:00Z"), ports).value == 0


def test_open_closure__is_nothing_and_says_how(ports: Ports) -> None:
    walk = Walk(ports)

    walk.down("closure/park/2026-08")

    assert open_closure(("park", "2026-08"), ports).value == 0
    assert not walk.faults, walk.faults


@pytest.mark.parametrize(
    "key",
    [
        "users/secret/2026-08",
        "generated/PV99/2026-08",
        "energy650/load_wh/2025-08",
        "energy650/nothing/2026-08",
        "ratio/R_none/2026-08",
        "closure/E01/2026-08",
        "closure/park/2025-08",
    ],
)
def test_open_figure__refuses_what_the_park_does_not_have(ports: Ports, key: str) -> None:
    with pytest.raises(NoSuchFigureError):
        open_figure(key, ports=ports)
