import pytest

from media_park import GAS, PARK, STEAM, WATER, media_text
from taihang.config.park_file import examine_park, read_park

_GAS_STATE = (
    " counts_at_c = 20, counts_at_kpa = 101.325, stated_at_c = 20, stated_at_kpa = 101.325,"
)


def _told(text: str) -> list[str]:
    reading = examine_park(text)
    told = (problem.told("park.toml").partition("media_meters.")[2] for problem in reading.problems)
    return [each for each in told if each]


def _but(line: str, old: str, new: str) -> str:
    assert old in line
    return line.replace(old, new)


def test_check_media__takes_gas_steam_and_water() -> None:
    park = read_park(PARK, source="park.toml")

    assert [*park.media_meters] == ["N-E01", "S-E01", "W-E02"]
    assert [meter.stated_unit for meter in park.media_meters.values()] == ["m³", "GJ", "t"]


@pytest.mark.parametrize(
    ("line", "key", "told"),
    [
        (_but(GAS, '"E01"', '"E0l"'), "N-E01.node", "an enterprise or a station"),
        (_but(GAS, '"E01"', '"PV01"'), "N-E01.node", "an enterprise or a station"),
        (_but(GAS, "natural-gas", "electricity"), "N-E01.medium", "put the meter into [meters]"),
        (_but(GAS, '["consumed"]', '["consumed", "consumed"]'), "N-E01.flows", "each flow once"),
        (_but(GAS, "resolution_l = 100,", ""), "N-E01.resolution_l", "no resolution"),
        (
            _but(GAS, "resolution_l = 100,", "resolution_l = 100, resolution_g = 1,"),
            "N-E01.resolution_l",
            "resolution_l, resolution_g",
        ),
        (_but(GAS, "max_m3_per_h", "max_t_per_h"), "N-E01.max_m3_per_h", "given max_t_per_h"),
        (_but(GAS, "digits = 8", "digits = 5"), "N-E01.digits", "two days at the largest flow"),
        (_but(GAS, _GAS_STATE, ""), "N-E01.counts_at_c", "0 of"),
        (_but(GAS, " stated_at_kpa = 101.325,", ""), "N-E01.counts_at_c", "3 of"),
        (
            _but(GAS, _GAS_STATE, f"{_GAS_STATE} density_kg_per_m3 = 0.7,"),
            "N-E01.counts_at_c",
            "and a density",
        ),
        (_but(STEAM, ", heat_kj_per_kg = 2700", ""), "S-E01.heat_kj_per_kg", "no heat_kj_per_kg"),
        (
            _but(STEAM, '"heat"', '"low-pressure-steam"'),
            "S-E01.heat_kj_per_kg",
            "where heat is counted by mass",
        ),
        (
            _but(STEAM, "heat_kj", "density_kg_per_m3 = 1000, heat_kj"),
            "S-E01.counts_at_c",
            "neither state nor density",
        ),
        (GAS + _but(GAS, "N-E01 =", "N2 ="), "N2.node", "which N-E01 counts"),
    ],
)
def test_check_media__refuses(line: str, key: str, told: str) -> None:
    (problem, *_) = _told(media_text(*line.splitlines(keepends=True)))

    assert key == problem.partition(":")[0]
    assert told in problem


def test_check_media__lets_a_meter_follow_another() -> None:
    first = _but(GAS, "stuck_h = 48", "in_service = { until = 2026-06-11 }")
    later = _but(
        _but(GAS, "N-E01 =", "N2 ="), "stuck_h = 48", "in_service = { since = 2026-06-11 }"
    )

    assert _told(media_text(first, later)) == []


def test_check_media__lets_another_flow_have_its_own_meter() -> None:
    bought = _but(_but(GAS, "N-E01 =", "N2 ="), '"consumed"', '"purchased"')

    assert _told(media_text(GAS, bought, WATER)) == []


def test_check_media__gives_every_meter_a_gateway_and_an_id_of_its_own() -> None:
    unspoken = _but(PARK, '"N-E01", ', "")
    twice = _but(PARK, "W-E02 =", "M-E01 =")

    assert any("N-E01: given no gateway" in told for told in _told(unspoken))
    assert any("bears already" in told for told in _told(twice))
