from decimal import Decimal

from taihang.core.park.identity import UNKNOWN_ELSEWHERE, PlantIdentity


def test_position__is_both_coordinates_or_none() -> None:
    both = PlantIdentity(latitude_deg=Decimal("36.2"), longitude_deg=Decimal("113.1"))

    assert both.position == (Decimal("36.2"), Decimal("113.1"))
    assert PlantIdentity(latitude_deg=Decimal("36.2")).position is None
    assert UNKNOWN_ELSEWHERE.position is None
