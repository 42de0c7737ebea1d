"""An object comes and goes with its meters and with every list that names it."""

import tomllib

import pytest

from taihang.config.park_edit import edit_park, typed_values
from taihang.config.park_membership import (
    Beside,
    MeterInUseError,
    changes_to_add,
    changes_to_remove,
    demand_unread,
    meters_of,
)
from taihang.config.templates import template_text

CHANGZHI = template_text("changzhi")
DOCUMENT = tomllib.loads(CHANGZHI)
ENTERPRISE = {
    "name_zh": "新企业",
    "name_en": "New enterprise",
    "sector": "C38",
    "voltage_kv": "10",
    "transformer_kva": "800",
}
METER = {"resolution_wh": "1", "multiplier": "3000", "digits": "9", "max_kw": "2000"}


def test_changes_to_add__an_enterprise_comes_with_meter_gateway_tariff_and_feeder() -> None:
    beside = Beside(
        lists={"gateways": "GW6", "grid_tariffs": "GT-GENERAL", "feeders": "F6"}, meter=METER
    )

    changes = changes_to_add("enterprises", "E55", ENTERPRISE, beside=beside, document=DOCUMENT)
    edited = edit_park(CHANGZHI, changes)

    park = edited.reading.park
    assert park is not None, edited.reading.problems
    assert park.meters["M-E55"].node == "E55"
    assert "M-E55" in park.gateways["GW6"].meters
    assert "E55" in park.grid_tariffs["GT-GENERAL"].users
    assert "E55" in park.feeders["F6"].members
    # Lists keep the lines that a person wrote: one line of each is different.
    assert sum(line.sign == "-" for line in edited.diff) == 3


def test_changes_to_add__a_battery_has_two_meters_and_a_new_gateway_is_made() -> None:
    typed = typed_values(CHANGZHI, "batteries", "B1")
    beside = Beside(lists={"gateways": "GW9"}, meter=METER, meter_id="M-STORE")

    edited = edit_park(
        CHANGZHI, changes_to_add("batteries", "B2", typed, beside=beside, document=DOCUMENT)
    )

    park = edited.reading.park
    assert park is not None, edited.reading.problems
    assert park.gateways["GW9"].meters == ("M-STORE-CH", "M-STORE-DIS")
    assert park.meters["M-STORE-DIS"].measures.value == "discharge"


def test_changes_to_remove__takes_meters_and_mentions_along_and_back_again() -> None:
    beside = Beside(
        lists={"gateways": "GW6", "grid_tariffs": "GT-GENERAL", "feeders": "F6"}, meter=METER
    )
    added = edit_park(
        CHANGZHI,
        changes_to_add("enterprises", "E55", ENTERPRISE, beside=beside, document=DOCUMENT),
    )

    gone = changes_to_remove("enterprises", "E55", document=tomllib.loads(added.text))
    removed = edit_park(added.text, gone)

    assert removed.text == CHANGZHI


def test_changes_to_add__a_list_of_all_names_everyone_already() -> None:
    document = {"grid_tariffs": {"GT": {"users": "all"}}}
    beside = Beside(lists={"grid_tariffs": "GT"}, meter={})

    _, tariff = changes_to_add("enterprises", "E9", {}, beside=beside, document=document)

    assert tariff.typed == {}


def test_demand_unread__a_meter_with_readings_stays() -> None:
    meters = meters_of("batteries", "B1", document=DOCUMENT)

    assert meters == ["M-B1-CH", "M-B1-DIS"]
    demand_unread(meters, read=frozenset(("M-E01",)))
    with pytest.raises(MeterInUseError):
        demand_unread(meters, read=frozenset(("M-B1-DIS",)))
