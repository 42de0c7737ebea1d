from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from taihang.core.certificates.double_issue import (
    TELLING_STEPS,
    CertifiedElsewhere,
    Curve,
    Doubled,
    DoubleIssueGuardError,
    certified_by_others,
    certified_elsewhere,
    copied_curves,
    demand_single,
    issued_beyond_metered,
    one_plant_twice,
    overlapping_intervals,
)
from taihang.core.park.assets import InService, Plant, PlantKind
from taihang.core.park.identity import PlantIdentity

JULY = date(2026, 7, 31)


def plant(name: str, **identity: object) -> Plant:
    return Plant(
        id=name,
        name_zh=f"电站{name}",
        name_en=f"Plant {name}",
        kind=PlantKind.PV,
        capacity_kw=1500,
        identity=PlantIdentity(**identity),  # type: ignore[arg-type]
    )


def outside(code: str = "PV01", start_s: int = 0, end_s: int = 3600) -> CertifiedElsewhere:
    return CertifiedElsewhere(
        registry="i-rec",
        device_code=code,
        device_name="somewhere",
        start_s=start_s,
        end_s=end_s,
        energy_wh=5,
    )


def sunny(seed: int, n: int = 300) -> NDArray[np.int64]:
    """A curve by day and night with its own noise, whole Wh."""
    dice = np.random.default_rng(seed)
    sun = np.maximum(np.sin(np.arange(n) * np.pi / 48), 0)
    return np.rint(100_000 * sun * (1 + 0.05 * dice.random(n))).astype(np.int64)


# -- one plant under two names -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shared", "word"),
    [
        ({"project_code": "P1"}, "project code, P1"),
        ({"meter_number": "1430"}, "meter, 1430"),
        ({"generation_account": "1404"}, "account with the grid company, 1404"),
        (
            {"latitude_deg": Decimal("36.20"), "longitude_deg": Decimal("113.1")},
            "place and kind, pv at 36.2, 113.1",
        ),
    ],
)
def test_one_plant_twice__names_what_two_plants_share(shared: dict[str, object], word: str) -> None:
    (found,) = one_plant_twice([plant("A", **shared), plant("B", **shared), plant("C")])

    assert found == Doubled(f"A and B have one {word}", ("A", "B"))


def test_one_plant_twice__places_are_compared_as_numbers() -> None:
    one = plant("A", latitude_deg=Decimal("36.20"), longitude_deg=Decimal("113.1"))
    other = plant("B", latitude_deg=Decimal("36.2"), longitude_deg=Decimal("113.100"))

    assert len(one_plant_twice([one, other])) == 1


def test_one_plant_twice__nothing_said_is_nothing_shared() -> None:
    assert one_plant_twice([plant("A"), plant("B")]) == ()


def test_one_plant_twice__wind_and_sun_may_share_a_hill() -> None:
    place: dict[str, object] = {"latitude_deg": Decimal(36), "longitude_deg": Decimal(113)}

    wind = replace(plant("B", **place), kind=PlantKind.WIND)

    assert one_plant_twice([plant("A", **place), wind]) == ()


def test_one_plant_twice__a_plant_that_followed_another_is_another() -> None:
    change = date(2026, 1, 1)
    old = replace(plant("A", project_code="P1"), in_service=InService(until=change))
    new = replace(plant("B", project_code="P1"), in_service=InService(since=change))

    assert one_plant_twice([old, new]) == ()


# -- two registries ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "n_found"),
    [(None, 1), (JULY, 1), (date(2026, 7, 1), 1), (date(2026, 6, 30), 0)],
)
def test_certified_by_others__as_long_as_the_other_registry_certifies(
    until: date | None, n_found: int
) -> None:
    found = certified_by_others(
        [plant("A", registered_in=("i-rec",), registered_until=until), plant("B")],
        fed_in_wh={"A": 700, "B": 1},
        last_day=JULY,
    )

    assert len(found) == n_found
    assert all("i-rec" in one.what and "700 Wh" in one.what for one in found)


def test_certified_by_others__nothing_fed_in_is_nothing_doubled() -> None:
    found = certified_by_others(
        [plant("A", registered_in=("i-rec",))], fed_in_wh={"A": 0}, last_day=JULY
    )

    assert found == ()


@pytest.mark.parametrize("code", ["PV01", "P1", "电站PV01", "Plant PV01"])
def test_certified_elsewhere__knows_a_plant_by_any_of_its_names(code: str) -> None:
    (found,) = certified_elsewhere(
        [plant("PV01", project_code="P1")], issued=[outside("PV01")], imported=[outside(code)]
    )

    assert found.plants == ("PV01",)
    assert "certified 5 Wh" in found.what


@pytest.mark.parametrize(
    ("start_s", "end_s", "n_found"), [(0, 900, 1), (3599, 4000, 1), (3600, 7200, 0), (-9, 0, 0)]
)
def test_certified_elsewhere__only_where_periods_overlap(
    start_s: int, end_s: int, n_found: int
) -> None:
    found = certified_elsewhere(
        [plant("PV01")], issued=[outside()], imported=[outside(start_s=start_s, end_s=end_s)]
    )

    assert len(found) == n_found


@pytest.mark.parametrize("code", ["pv01", "ＰＶ０１", " PV 01", "p1", "M7", "A9"])
def test_certified_elsewhere__knows_a_plant_in_another_spelling(code: str) -> None:
    ours = plant("PV01", project_code="P1", meter_number="M7", generation_account="a9")

    assert certified_elsewhere([ours], issued=[outside("PV01")], imported=[outside(code)])


def test_one_plant_twice__another_spelling_is_the_same_code() -> None:
    one, other = plant("A", project_code="NEA-7a"), plant("B", project_code="nea-７ A")

    assert len(one_plant_twice([one, other])) == 1


def test_certified_elsewhere__a_stranger_is_no_plant_of_ours() -> None:
    assert certified_elsewhere([plant("A")], issued=[outside("A")], imported=[outside("Z")]) == ()


# -- curves --------------------------------------------------------------------------------------


def test_copied_curves__a_copy_is_found_under_any_scale() -> None:
    sun_wh = sunny(1)

    found = copied_curves(
        [
            Curve("A", sun_wh, 1),
            Curve("B", np.rint(0.37 * sun_wh).astype(np.int64), 1),
            Curve("C", sunny(2), 1),
        ]
    )

    assert [one.plants for one in found] == [("A", "B")]
    assert "0.370" in found[0].what


def test_copied_curves__a_coarser_dial_hides_no_copy() -> None:
    sun_wh = sunny(1)

    found = copied_curves([Curve("A", sun_wh, 1), Curve("B", sun_wh // 100 * 100, 100)])

    assert len(found) == 1


@pytest.mark.parametrize(("n_altered", "n_found"), [(0, 1), (5, 1), (60, 0)])
def test_copied_curves__a_few_altered_intervals_hide_no_copy(n_altered: int, n_found: int) -> None:
    sun_wh = sunny(1)
    altered = 2 * sun_wh
    altered[np.flatnonzero(sun_wh > 10_000)[:n_altered]] += 5_000

    found = copied_curves([Curve("A", sun_wh, 1), Curve("B", altered, 1)])

    assert len(found) == n_found


@given(st.integers(0, 500), st.integers(501, 1_000))
def test_copied_curves__neighbours_under_one_sky_are_no_copies(one: int, other: int) -> None:
    curves = [Curve("A", sunny(one), 1), Curve("B", sunny(other), 1)]

    assert np.corrcoef(curves[0].energy_wh, curves[1].energy_wh)[0, 1] > 0.999
    assert copied_curves(curves) == ()


def test_copied_curves__too_little_tells_nothing() -> None:
    at_limit = np.full(TELLING_STEPS, 1_000) + np.arange(TELLING_STEPS)

    assert len(copied_curves([Curve("A", at_limit, 1), Curve("B", at_limit, 1)])) == 1
    assert copied_curves([Curve("A", at_limit[1:], 1), Curve("B", at_limit[1:], 1)]) == ()
    assert copied_curves([Curve("A", at_limit, 100), Curve("B", at_limit, 100)]) == ()
    assert copied_curves([Curve("A", 0 * at_limit, 1), Curve("B", at_limit, 1)]) == ()


# -- Σ issued ≤ Σ metered ------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8),
)
def test_issued_beyond_metered__finds_a_plant_exactly_where_an_interval_has_more(
    issued: list[tuple[int, int]], metered: list[tuple[int, int]]
) -> None:
    n = min(len(issued), len(metered))
    issued_wh, metered_wh = np.array(issued[:n]).T, np.array(metered[:n]).T

    found = issued_beyond_metered(
        ("A", "B"), issued_wh=issued_wh, metered_wh=metered_wh, start_s=0, step_s=900
    )

    over = [plant for row, plant in enumerate("AB") if (issued_wh > metered_wh)[row].any()]
    assert [one.plants[0] for one in found] == over


def test_issued_beyond_metered__names_the_first_interval_with_numbers() -> None:
    (found,) = issued_beyond_metered(
        ("A",),
        issued_wh=np.array([[1, 8, 9]]),
        metered_wh=np.array([[1, 7, 7]]),
        start_s=900,
        step_s=900,
    )

    assert "8 Wh certified and 7 Wh metered in the interval at 1800 s" in found.what
    assert "2 intervals" in found.what


# -- intervals of one device ---------------------------------------------------------------------


def test_overlapping_intervals__touching_and_equal_ones_are_sound() -> None:
    records = [outside(), outside(), outside(start_s=3600, end_s=7200), outside("Z", 1800, 5400)]

    assert overlapping_intervals(records) == ()


def test_overlapping_intervals__a_shared_part_is_named() -> None:
    (found,) = overlapping_intervals([outside(), outside(start_s=3599, end_s=7199)])

    assert found.what == "i-rec PV01: the interval 3599 … 7199 s begins before 0 … 3600 s ends"


def test_demand_single__names_the_first_and_counts_the_rest() -> None:
    demand_single(())

    with pytest.raises(DoubleIssueGuardError, match=r"w0; w1; w2 and 2 more"):
        demand_single(Doubled(f"w{n}", ()) for n in range(5))
