from datetime import date
from decimal import Decimal

import pytest

from taihang.core.park.assets import Plant, PlantKind
from taihang.core.park.certificate_market import CertificateMarket
from taihang.core.park.check_identity import check_identity
from taihang.core.park.identity import UNKNOWN_ELSEWHERE, PlantIdentity
from taihang.core.park.problem import path_text


def paths(identity: PlantIdentity, market: CertificateMarket | None = None) -> list[str]:
    plant = Plant(
        id="A",
        name_zh="甲",
        name_en="A",
        kind=PlantKind.PV,
        capacity_kw=1,
        identity=identity,
    )
    return [path_text(problem.path) for problem in check_identity({"A": plant}, market)]


def market(low: str, high: str) -> CertificateMarket:
    return CertificateMarket(
        price_low_cny_per_mwh=Decimal(low),
        price_high_cny_per_mwh=Decimal(high),
        minimum_wh=1,
        pay_within_h=1,
    )


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (UNKNOWN_ELSEWHERE, []),
        (
            PlantIdentity(
                latitude_deg=Decimal(36),
                longitude_deg=Decimal(113),
                registered_in=("i-rec",),
                registered_until=date(2026, 1, 1),
            ),
            [],
        ),
        (PlantIdentity(latitude_deg=Decimal(36)), ["plants.A.longitude_deg"]),
        (PlantIdentity(longitude_deg=Decimal(113)), ["plants.A.latitude_deg"]),
        (PlantIdentity(registered_until=date(2026, 1, 1)), ["plants.A.registered_until"]),
    ],
)
def test_check_identity__names_the_key(identity: PlantIdentity, expected: list[str]) -> None:
    assert paths(identity) == expected


def test_check_identity__price_limits_stand_in_order() -> None:
    assert paths(UNKNOWN_ELSEWHERE, market("8", "8")) == []
    assert paths(UNKNOWN_ELSEWHERE, market("8", "7.99")) == [
        "certificate_market.price_high_cny_per_mwh"
    ]
