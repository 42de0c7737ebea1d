"""What the pages of flows are made of: the last whole month, or a moment of the park's zone."""

from collections.abc import Generator
from pathlib import Path

import pytest

import flow_park
import small_park
from taihang.interfaces.web.pages.flows.build import (
    ELECTRICITY,
    MomentError,
    build_energy,
    build_power,
    moment_s,
)
from taihang.services.electric_flows import NoFlowSubjectError
from taihang.services.medium_flows import ALL
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = flow_park.make(tmp_path_factory.mktemp("flows") / "p")
    with small_park.opened(root, writing=False) as opened:
        yield opened


def test_build_energy__knows_its_place_in_the_park(ports: Ports) -> None:
    view = build_energy(ports, "", ELECTRICITY, "E02")

    assert view.stretch is not None
    assert view.stretch.word == "2026-07"
    assert (view.place.of, view.place.above) == ("E02", ("park", "F2"))
    assert view.place.names["F2"] == ("西区", "West")
    assert view.table is not None
    assert view.other is None
    with pytest.raises(NoFlowSubjectError):
        build_energy(ports, "", ELECTRICITY, "nobody")


def test_build_energy__accounts_are_of_months_and_years(ports: Ports) -> None:
    assert build_energy(ports, "2026-07-03", ALL, "park").other is None
    assert build_energy(ports, "2026-07", ALL, "park").other is not None
    assert build_energy(ports, "2026-07", ALL, "park").electric is None


def test_build_power__is_of_the_quarter_that_is_named(ports: Ports) -> None:
    view = build_power(ports, "2026-07-11T12:07", "F1")

    assert view.now is not None
    assert (view.now.at_s % 900, view.is_newest, view.place.is_feeder) == (0, False, True)
    assert view.now.at_s == moment_s("2026-07-11T12:00", ports.park)
    assert build_power(ports, "", "park").is_newest


@pytest.mark.parametrize(
    "word", ["", "noon", "2026-07-11T12:00Z", "２０２６-07-11T12:00", "1800-01-01"]
)
def test_moment_s__refuses_what_is_no_local_time(word: str, ports: Ports) -> None:
    with pytest.raises(MomentError):
        moment_s(word, ports.park)
