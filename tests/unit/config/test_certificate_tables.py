from datetime import date
from decimal import Decimal

import pytest

from taihang.config.certificate_tables import CERTIFICATE_TABLES
from taihang.config.park_file import examine_park, read_park
from taihang.core.park.certificate_market import CertificateMarket
from taihang.core.park.identity import PlantIdentity
from taihang.core.park.problem import path_text

PLANT = "planned_mwh_per_year = 540, commissioned = 2024-12-20"


def test_certificate_tables__are_those_of_a_park() -> None:
    assert list(CERTIFICATE_TABLES) == ["certificate_market", "certificates", "parties"]


def test_read_identity__keeps_every_key(full_text: str) -> None:
    park = read_park(
        full_text.replace(
            PLANT,
            'commissioned = 2024-12-20, latitude_deg = "36.201", longitude_deg = "113.1",'
            ' project_code = "P1", generation_account = "G1", meter_number = "M1",'
            ' registered_in = ["i-rec"], registered_until = 2025-12-31',
        ),
        source="park.toml",
    )

    assert park.plants["PV01"].identity == PlantIdentity(
        commissioned=date(2024, 12, 20),
        latitude_deg=Decimal("36.201"),
        longitude_deg=Decimal("113.1"),
        project_code="P1",
        generation_account="G1",
        meter_number="M1",
        registered_in=("i-rec",),
        registered_until=date(2025, 12, 31),
    )


def test_read_certificate_market__is_exact(full_text: str) -> None:
    assert read_park(full_text, source="park.toml").certificate_market == CertificateMarket(
        price_low_cny_per_mwh=Decimal("1.00"),
        price_high_cny_per_mwh=Decimal("50.00"),
        minimum_wh=1_000_000,
        pay_within_h=72,
    )


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        (PLANT, 'latitude_deg = "91", longitude_deg = "113"', "plants.PV01.latitude_deg"),
        (PLANT, 'latitude_deg = "36"', "plants.PV01.longitude_deg"),
        (PLANT, 'registered_in = "i-rec"', "plants.PV01.registered_in"),
        ("pay_within_h           = 72", "pay_within_h = 0", "certificate_market.pay_within_h"),
        ('= "50.00"', '= "0.50"', "certificate_market.price_high_cny_per_mwh"),
        ("minimum_wh             = 1000000\n", "", "certificate_market.minimum_wh"),
    ],
)
def test_examine_park__names_the_key_of_a_wrong_value(
    full_text: str, old: str, new: str, path: str
) -> None:
    assert old in full_text

    reading = examine_park(full_text.replace(old, new))

    assert [path_text(problem.path) for problem in reading.problems] == [path]
