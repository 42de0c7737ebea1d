"""The flat list of figures: exact values with the statements that say them."""

from command_line import DemoPark
from report_kit import drawn_up
from taihang.interfaces.reports.document import cells_of
from taihang.interfaces.reports.flat import HEADS, flat_figures


def test_flat_figures__say_every_number_in_the_order_of_reading(demo_park: DemoPark) -> None:
    document = drawn_up(demo_park.root, "enterprise-month", "en")
    found = [*flat_figures(document)]
    numbers = [cell for cell in cells_of(document) if cell.value is not None]

    assert [each.value for each in found] == [f"{cell.value:f}" for cell in numbers]
    assert [each.statement for each in found] == [cell.statement for cell in numbers]
    assert {len(each.cells) for each in found} == {len(HEADS)}
