"""A point is known by its id and by all that its asset is called on papers."""

from pathlib import Path

import small_park
from small_park import GRID_METERED
from taihang.core.access.scope import Scope
from taihang.services.import_points import known_points, place_facts
from taihang.services.sight import see


def test_known_points__name_meters_by_their_assets(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park", GRID_METERED)) as ports:
        found = {point.id: point for point in known_points(ports.park)}

    assert list(found) == ["M-E01", "M-PV01", "M-IMP", "M-EXP", "M-E02", "PRICE"]
    assert found["M-E01"].names == ("E01", "甲厂", "Plant A")
    assert (found["M-E01"].scale, found["M-E01"].modulus) == ("100", 10**7)
    assert (found["M-E01"].multiplier, found["M-E01"].max_kw) == (100, 2000.0)
    assert (found["M-EXP"].measures, found["PRICE"].kind) == ("export", "series")
    assert [each.id for each in found.values() if each.is_solar] == ["M-PV01"]


def test_known_points__show_an_enterprise_its_own_alone(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        seen = see(ports, Scope(frozenset({"E02"})))
        names = [point.id for point in known_points(seen.park) if point.kind == "meter"]

    assert names == ["M-E02"]


def test_known_points__registers_of_other_media_have_steps_of_their_own(tmp_path: Path) -> None:
    gas = (
        'N-E01 = { node = "E01", medium = "natural-gas", flows = ["consumed"], '
        "resolution_l = 100, multiplier = 1, digits = 9, max_m3_per_h = 500, counts_at_c = 20, "
        "counts_at_kpa = 101.325, stated_at_c = 20, stated_at_kpa = 101.325 }\n"
    )
    text = small_park.text_with("media_meters", gas)
    with small_park.opened(small_park.make(tmp_path / "park", text)) as ports:
        found = {point.id: point for point in known_points(ports.park)}["N-E01"]

    assert (found.kind, found.unit, found.scale, found.names) == (
        "medium",
        "L",
        "100",
        ("E01", "甲厂", "Plant A"),
    )


def test_place_facts__tell_zone_and_clock(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        place = place_facts(ports)

    assert (place.zone, place.longitude_deg) == ("Asia/Shanghai", 113.1)
    assert place.now_s == int(small_park.NOW.timestamp())
