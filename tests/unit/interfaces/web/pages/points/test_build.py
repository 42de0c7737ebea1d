"""What the page of a point is made of."""

import base64
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

import roof_park
import small_park
from taihang.interfaces.web.pages.points.build import build_points, build_year
from taihang.interfaces.web.stretch import ShownDaysError
from taihang.services.ports import Ports


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Generator[Ports]:
    root: Path = roof_park.make(tmp_path_factory.mktemp("points") / "p")
    with small_park.opened(root, writing=False) as opened:
        yield opened


def test_build_points__are_meters_and_series(ports: Ports) -> None:
    rows = {row.id: row for row in build_points(ports)}

    assert len(rows) == len(ports.park.meters) + len(ports.park.series)
    assert (rows["M-PV01"].node, rows["M-PV01"].measures) == ("PV01", "generation")
    assert (rows["SUN"].node, rows["SUN"].unit) == ("", "W/m2")


def test_build_year__means_are_of_what_was_read(ports: Ports) -> None:
    view = build_year(ports, "M-CS1", "")

    assert view is not None
    assert (view.year, view.least, view.greatest) == (2026, 0.0, 60.0)
    by_month = dict(view.hours)
    assert by_month["2026-01"] == (None,) * 24
    assert by_month["2026-07"][10] == pytest.approx(60.0)
    assert by_month["2026-07"][3] == 0.0
    assert by_month["2026-07"][7] == pytest.approx(15.0), "from 7:45 on of each day"


def test_build_year__a_constant_point_can_be_drawn(ports: Ports) -> None:
    view = build_year(ports, "M-E02", "2026")

    assert view is not None
    numbers = np.frombuffer(base64.b64decode(view.numbers), "<u2")
    assert set(numbers.tolist()) == {0, 65_535}
    assert view.mean == pytest.approx(900.0)


def test_build_year__of_no_point_or_no_year(ports: Ports) -> None:
    assert build_year(ports, "M-NOBODY", "2026") is None
    with pytest.raises(ShownDaysError):
        build_year(ports, "M-E01", "2026-07")
