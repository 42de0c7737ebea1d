"""How much was read, as figures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import money_park
import small_park
from figure_kit import Walk, closed_park
from small_park import JUNE
from taihang.core.figure.key import NoSuchFigureError
from taihang.core.figure.story import Ground
from taihang.services.figure_coverage import open_coverage, open_intervals
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


@pytest.mark.parametrize("subject", ["park", "E01", "M-E01"])
def test_open_coverage__leads_to_the_days_of_meters(ports: Ports, subject: str) -> None:
    walk = Walk(ports)

    grounds = walk.down(f"coverage/{subject}/2026-08")

    assert not walk.faults, walk.faults
    assert grounds == {Ground.COUNT}
    assert open_coverage((subject, "2026-08"), ports).value == 1


def test_open_intervals__of_a_day_shows_what_was_not_read(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.ESTIMATING)
    with small_park.opened(root) as ports:
        blocks = [small_park.registers(point, JUNE) for point in ("M-E01", "M-PV01", "M-E02")]
        holed = small_park.but(blocks[0], [300])
        small_park.store(ports, list(small_park.daily([holed, blocks[1]], "GW1")))
        small_park.store(ports, list(small_park.daily([blocks[2]], "GW2")))
        small_park.settle_june(ports)

        month = open_intervals(("M-E01", "read", "2026-06"), ports)
        day = open_intervals(("M-E01", "read", "2026-06-04"), ports)

        assert month.value == JUNE.n_steps - 2
        assert month.adds_up
        assert (day.value, len(day.inputs)) == (94, 2)
        assert {each.flag for each in day.inputs} == {"estimated"}


@pytest.mark.parametrize(
    "parts", [("E99", "all", "2026-08"), ("E01", "some", "2026-08"), ("E01", "all", "2025-08")]
)
def test_open_intervals__refuses_what_is_not_there(ports: Ports, parts: tuple[str, ...]) -> None:
    with pytest.raises(NoSuchFigureError):
        open_intervals(parts, ports)
