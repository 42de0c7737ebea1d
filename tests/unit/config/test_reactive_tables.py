from reactive_park import PARK
from taihang.config.park_file import examine_park, read_park
from taihang.config.reactive_tables import REACTIVE_TABLES


def test_read_reactive_meter__takes_every_key() -> None:
    meter = read_park(PARK, source="park.toml").reactive_meters["Q-E01"]

    assert (meter.node, meter.scale, meter.digits, meter.max_kvar) == ("E01", 100, 7, 2000.0)


def test_read_reactive_meter__has_no_default() -> None:
    (problem,) = examine_park(PARK.replace(", max_kvar = 2000", "")).problems

    assert "Q-E01.max_kvar" in problem.told("park.toml")


def test_reactive_tables__are_those_of_the_page() -> None:
    assert [*REACTIVE_TABLES] == ["reactive_meters"]
