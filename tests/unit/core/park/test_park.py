from dataclasses import replace
from datetime import date

from taihang.core.park.assets import InService
from taihang.core.park.park import Park
from taihang.core.park.topology import Direction

DAY = date(2026, 6, 1)


def test_assets__hold_every_kind_by_id(park: Park) -> None:
    assert set(park.assets) == {"G1", "E01", "E02", "PV01", "CS1", "B1"}
    assert all(key == asset.id for key, asset in park.assets.items())


def test_users__are_enterprises_then_stations(park: Park) -> None:
    assert park.users == ("E01", "E02", "CS1")


def test_zone__is_that_of_the_file(park: Park) -> None:
    assert park.zone.key == "Asia/Shanghai"


def test_meters_of__gives_the_meters_of_one_direction(park: Park) -> None:
    found = {
        direction: [meter.id for meter in park.meters_of(direction, DAY)] for direction in Direction
    }

    assert found[Direction.CONSUMPTION] == ["M-E01", "M-E02", "M-CS1"]
    assert sorted(id_ for ids in found.values() for id_ in ids) == sorted(park.meters)


def test_meters_of__leaves_out_what_is_not_in_service_on_that_day(park: Park) -> None:
    gone, new = InService(until=DAY), InService(since=date(2026, 6, 2))
    changed = replace(
        park,
        meters={**park.meters, "M-E01": replace(park.meters["M-E01"], in_service=gone)},
        enterprises={**park.enterprises, "E02": replace(park.enterprises["E02"], in_service=new)},
    )

    found = [meter.id for meter in changed.meters_of(Direction.CONSUMPTION, DAY)]

    assert found == ["M-CS1"]
