"""Reads how a plant is known outside of the park, and the rules of its market of certificates."""

from collections.abc import Callable, Mapping
from typing import Final

from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.certificate_market import CertificateMarket
from taihang.core.park.certificate_rules import (
    CertificateRules,
    FedInHolder,
    Party,
    SelfUse,
)
from taihang.core.park.identity import PlantIdentity

_LATITUDE: Final = NumberRule(
    words="a latitude in degrees", unit="°", example='"36.20"', at_least=-90, at_most=90
)
_LONGITUDE: Final = NumberRule(
    words="a longitude in degrees", unit="°", example='"113.10"', at_least=-180, at_most=180
)
_PRICE: Final = NumberRule(
    words="a price in yuan for each megawatt-hour", unit="CNY/MWh", example='"8.00"', at_least=0
)
_WH: Final = NumberRule(
    words="a whole number of watt-hours", unit="Wh", example="1000000", at_least=1
)
_HOURS: Final = NumberRule(
    words="a whole number of hours", unit="h", example="72", at_least=1, at_most=8_784
)


def read_identity(table: TableReader) -> PlantIdentity:
    """Read the keys of a plant that say how it is known elsewhere."""
    return PlantIdentity(
        commissioned=table.optional_day("commissioned"),
        latitude_deg=table.optional_exact("latitude_deg", _LATITUDE),
        longitude_deg=table.optional_exact("longitude_deg", _LONGITUDE),
        project_code=table.optional_text("project_code", example="P140400123456"),
        generation_account=table.optional_text("generation_account", example="1404001234567"),
        meter_number=table.optional_text("meter_number", example="1430009000000123456789"),
        registered_in=table.optional_words("registered_in", example="i-rec"),
        registered_until=table.optional_day("registered_until"),
    )


def read_certificate_market(table: TableReader) -> CertificateMarket:
    """Read ``[certificate_market]``."""
    return CertificateMarket(
        price_low_cny_per_mwh=table.exact("price_low_cny_per_mwh", _PRICE),
        price_high_cny_per_mwh=table.exact("price_high_cny_per_mwh", _PRICE),
        minimum_wh=table.count("minimum_wh", _WH),
        pay_within_h=table.count("pay_within_h", _HOURS),
    )


def read_certificate_rules(table: TableReader) -> CertificateRules:
    """Read ``[certificates]``."""
    return CertificateRules(
        since=table.text("since", example="2026-01"),
        self_use=table.choice("self_use", SelfUse),
        fed_in=table.choice("fed_in", FedInHolder),
    )


def read_party(table: TableReader) -> Party:
    """Read one line of ``[parties]``."""
    return Party(
        id=table.id,
        name_zh=table.text("name_zh", example="某新能源公司"),
        name_en=table.text("name_en", example="A Power Company"),
        owns=table.optional_words("owns", example="PV01"),
    )


CERTIFICATE_TABLES: Final[Mapping[str, Callable[[TableReader], object]]] = {
    "certificate_market": read_certificate_market,
    "certificates": read_certificate_rules,
    "parties": read_party,
}
"""Who reads which table."""
