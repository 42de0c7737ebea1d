import pytest

from taihang.core.market.bill_line import GREEN, GRID, Text, energy_title
from taihang.core.market.tariff import BillItem
from taihang.core.market.tou import PeriodKind


@pytest.mark.parametrize(
    ("origin", "kind", "expected"),
    [
        (GRID, None, Text("电度输配电费", "Transmission and distribution, energy")),
        (
            GREEN,
            PeriodKind.DEEP_VALLEY,
            Text(
                "电度输配电费(绿电、深谷)",
                "Transmission and distribution, energy (green energy, deep valley)",
            ),
        ),
    ],
)
def test_energy_title__names_origin_and_kind(
    origin: str, kind: PeriodKind | None, expected: Text
) -> None:
    assert expected == energy_title(BillItem.TRANSMISSION, origin=origin, kind=kind)
