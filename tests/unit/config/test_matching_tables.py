"""The table of matching rules reads strictly; bad contracts and meters are refused with reasons."""

import pytest

import small_park
import topology_park
from taihang.config.park_file import ParkFileError, read_park
from taihang.core.park.matching_rule import MatchingStep, StorageOrigin


def refused(text: str) -> str:
    with pytest.raises(ParkFileError) as caught:
        read_park(text, source="park.toml")
    return str(caught.value)


def test_read_matching_rule__takes_every_key() -> None:
    park = read_park(topology_park.text(), source="park.toml")

    (rule,) = park.matching_rules.values()
    assert rule.steps == tuple(MatchingStep)
    assert rule.storage_origin is StorageOrigin.FIFO
    assert rule.feeder_limits is True


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ('losses = "pro-rata"', 'losses = "equal"', "expected one of pro-rata, grid-first"),
        ('"pool"]', '"market"]', "expected a list of one or more of line, contract"),
        ("feeder_limits = true\n", "", "feeder_limits: given nothing"),
        ("/v2", "/v3", "expected one of topology-contract/v2"),
        ('storage_charge = "after-load"', "", "storage_charge: given nothing"),
    ],
)
def test_read_matching_rule__refuses_what_is_not_said(was: str, now: str, told: str) -> None:
    text = topology_park.text()
    assert was in text

    assert told in refused(text.replace(was, now, 1))


def test_read_park__refuses_a_meter_that_serves_two_plants() -> None:
    second = 'PV02 = { name_zh = "二", name_en = "PV 2", kind = "pv", capacity_kw = 100 }\n'
    text = topology_park.text().replace("[dedicated_lines.DL1]", f"{second}[dedicated_lines.DL1]")

    shared = refused(
        text.replace('node = "PV01", measures = "gen', 'node = ["PV01", "PV02"], measures = "gen')
    )
    alone = refused(text)

    assert "meters.M-PV01.node: given" in shared
    assert "expected an id of" in shared
    assert "plants.PV02: given no meter of its generation" in alone


def test_read_park__refuses_shares_above_all_of_a_plant() -> None:
    whole = 'GS1 = { plant = "PV01", buyers = "all", price_cny_per_kwh = "0.3100" }'
    half = 'plant = "PV01", price_cny_per_kwh = "0.3100"'
    first = f'GS1 = {{ {half}, buyers = ["E01"], share_ratio = "0.6" }}'
    second = f'GS2 = {{ {half}, buyers = ["E02"], share_ratio = "0.41" }}'
    text = small_park.PARK.replace(whole, f"{first}\n{second}")

    assert "given 0.6 (GS1) + 0.41 (GS2) = 1.01 of PV01 on one day" in refused(text)
