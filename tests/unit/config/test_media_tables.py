from decimal import Decimal

from media_park import PARK
from taihang.config.media_tables import MEDIA_TABLES
from taihang.config.park_file import examine_park, read_park
from taihang.core.park.medium_meter import MediumFlow


def test_read_medium_meter__keeps_decimals_exact() -> None:
    gas = read_park(PARK, source="park.toml").media_meters["N-E01"]

    assert Decimal("101.325") == gas.counts_at_kpa
    assert (
        gas.resolution_l,
        gas.multiplier,
        gas.digits,
        gas.max_m3_per_h,
        gas.stuck_h,
    ) == (100, 1, 8, 500.0, 48.0)
    assert gas.flows == (MediumFlow.CONSUMED,)


def test_read_medium_meter__names_a_wrong_flow() -> None:
    (problem,) = examine_park(
        PARK.replace(
            'flows = ["consumed"], resolution_l = 100', 'flows = ["burnt"], resolution_l = 100'
        )
    ).problems

    assert "N-E01.flows" in problem.told("park.toml")
    assert "a list of one or more of purchased, consumed" in problem.expected


def test_media_tables__are_those_of_the_page() -> None:
    assert [*MEDIA_TABLES] == ["media_meters"]
