"""The limit book at first sight: what electricity takes, what the project states, the list."""

from decimal import Decimal
from pathlib import Path

import offer_kit
import small_park
from taihang.services.offer_admission import AdmissionHints, admission_hints
from taihang.services.offer_carbon import factors_of


def hints(root: Path, *changes: tuple[str, str], with_factor: bool = True) -> AdmissionHints:
    with small_park.opened(root, writing=False) as ports:
        location = factors_of("2025", ports=ports).location if with_factor else None
        return admission_hints(offer_kit.project(*changes), location=location, ports=ports)


def test_admission_hints__hold_electricity_against_the_room(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.PARK + offer_kit.ADMISSION)

    found = hints(root)
    rooms = {each.limit.id: each for each in found.rooms}

    assert found.has_book
    assert not found.is_negative
    assert all(each.room == 500 for each in found.rooms)
    # 1 200 MWh at 0.1229 kgce/kWh.
    assert rooms["energy"].demand == Decimal("147.48")
    assert rooms["water"].demand is None
    carbon = rooms["carbon"].demand
    assert carbon is not None
    assert carbon > 500


def test_admission_hints__without_a_factor_leave_carbon_open(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.PARK + offer_kit.ADMISSION)

    found = hints(root, with_factor=False)

    assert {each.limit.id: each.demand for each in found.rooms}["carbon"] is None


def test_admission_hints__see_the_negative_list(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", small_park.PARK + offer_kit.ADMISSION)

    assert hints(root, ('sector = "C38"', 'sector = "C2511"')).is_negative


def test_admission_hints__of_a_park_without_a_book_are_none(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park")

    found = hints(root)

    assert (found.has_book, found.rooms) == (False, ())
