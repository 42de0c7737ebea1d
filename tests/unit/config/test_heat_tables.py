"""Heat networks and their reference in a park file: exact, and without a default."""

from decimal import Decimal

import pytest

from taihang.config.heat_tables import HEAT_TABLES
from taihang.config.park_file import examine_park, read_park
from taihang.config.templates import template_text
from taihang.core.park.problem import path_text

BOOK = template_text("changzhi")


def test_heat_tables__are_read_exactly() -> None:
    park = read_park(BOOK, source="park.toml")

    (network,) = park.heat_networks.values()
    assert (network.id, network.supplier, network.users) == ("H1", "E02", ("E05", "E09"))
    assert park.heat_reference is not None
    assert park.heat_reference.boiler_efficiency_ratio == Decimal("0.85")
    assert park.heat_reference.drive_kwh_per_gj == Decimal("2.5")
    assert park.heat_reference.tco2_per_tce == Decimal("2.66")


def test_heat_tables__may_be_left_out_and_then_nothing_is_assumed() -> None:
    park = read_park(template_text("blank"), source="park.toml")

    assert park.heat_networks == {}
    assert park.heat_reference is None


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ('_ratio = "0.85"', '_ratio = "85"', "heat_reference.boiler_efficiency_ratio"),
        ('_ratio = "0.85"', '_ratio = "0"', "heat_reference.boiler_efficiency_ratio"),
        ('tco2_per_tce            = "2.66"', "", "heat_reference.tco2_per_tce"),
        ('_gj        = "2.5"', '_gj        = "-1"', "heat_reference.drive_kwh_per_gj"),
        ('users = ["E05", "E09"]', "users = []", "heat_networks.H1.users"),
        ('users = ["E05", "E09"]', 'users = ["E05", "E99"]', "heat_networks.H1.users"),
    ],
)
def test_heat_tables__refuse_what_cannot_be(was: str, now: str, path: str) -> None:
    changed = BOOK.replace(was, now)
    assert changed != BOOK

    problems = examine_park(changed).problems

    assert path in {path_text(problem.path) for problem in problems}
    assert len(HEAT_TABLES) == 2
