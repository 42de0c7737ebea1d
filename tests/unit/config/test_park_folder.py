"""Every part of a park has a place of its own inside its folder."""

from pathlib import Path

from taihang.config.park_folder import PARK_FILE, ParkFolder


def test_park_folder__every_part_has_a_place_of_its_own(tmp_path: Path) -> None:
    names = [name for name, of in vars(ParkFolder).items() if isinstance(of, property)]

    places = [getattr(ParkFolder(tmp_path), name) for name in names]

    assert len(names) >= 11
    assert len({*places}) == len(places)
    assert all(tmp_path in place.parents for place in places)
    assert ParkFolder(tmp_path).park_file.name == PARK_FILE
