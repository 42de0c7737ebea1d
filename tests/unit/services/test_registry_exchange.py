"""Numbers that the national registry gave come to the certificates that they are of, or not in."""

from pathlib import Path

import pytest

import small_park
from lot_park import TEXT, made
from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.certificates.exchange import (
    EnergyUnit,
    ExchangeMap,
    Field,
    ImportColumns,
    TimeStyle,
)
from taihang.core.certificates.outside import OutsideFileError
from taihang.services.registry_exchange import Table, read_numbers
from taihang.standards.nea_2024_67 import GecKind, GecNumbers

FIELDS = {
    Field.SERIAL_FIRST: "G1",
    Field.SERIAL_LAST: "G2",
    Field.DEVICE_CODE: "PV01",
    Field.DEVICE_NAME: "PV",
    Field.TECHNOLOGY: "photovoltaic",
    Field.MONTH: "2026-06",
    Field.ENERGY: "2",
    Field.KIND: "不可交易",
}
MAP = ExchangeMap(
    name="m",
    title_zh="表",
    title_en="table",
    registry="gec",
    view=None,
    exports={},
    imports=ImportColumns(
        columns={field: field.value for field in FIELDS},
        unit=EnergyUnit.CERTIFICATES,
        time=TimeStyle.MONTH,
        taken=frozenset(),
        ignored=frozenset(),
    ),
)


def table(**changes: str) -> Table:
    texts = {field.value: text for field, text in FIELDS.items()} | changes
    head = tuple(Cell("row 1", CellKind.PLAIN, name) for name in texts)
    row = tuple(
        Cell(f"row 2, column {at}", CellKind.PLAIN, text)
        for at, text in enumerate(texts.values(), 1)
    )
    return Table("n.csv", b"", Sheet(head, (row,)))


def numbers(root: Path, given: Table) -> tuple[GecNumbers, ...]:
    with small_park.opened(root, writing=False) as ports:
        return read_numbers(given, exchange=MAP, ports=ports)


@pytest.mark.parametrize("code", ["PV01", "P1404-1"])
def test_read_numbers__knows_a_plant_by_its_id_or_its_project_code(
    tmp_path: Path, code: str
) -> None:
    (found,) = numbers(made(tmp_path / "park", []), table(device_code=code))

    assert found == GecNumbers(
        plant="PV01",
        month="2026-06",
        kind=GecKind.NON_TRADABLE,
        first="G1",
        last="G2",
        n_certificates=2,
    )


@pytest.mark.parametrize("changes", [{"device_code": "E01"}, {"kind": "unknown"}])
def test_read_numbers__of_a_stranger_are_refused(tmp_path: Path, changes: dict[str, str]) -> None:
    with pytest.raises(OutsideFileError, match="G1"):
        numbers(made(tmp_path / "park", []), table(**changes))


def test_read_numbers__a_code_of_two_plants_means_neither(tmp_path: Path) -> None:
    text = (
        TEXT.replace(
            "[dedicated_lines.DL1]",
            'PV02 = { name_zh = "二", name_en = "Two", kind = "pv", capacity_kw = 9,'
            ' project_code = "P1404-1" }\n[dedicated_lines.DL1]',
        )
        .replace(
            "[meters]\n",
            '[meters]\nM-PV02 = { node = "PV02", measures = "generation", resolution_wh = 1,'
            " multiplier = 100, digits = 7, max_kw = 20 }\n",
        )
        .replace('meters = ["M-E01"', 'meters = ["M-PV02", "M-E01"')
    )
    park = made(tmp_path / "park", [], text=text)

    with pytest.raises(OutsideFileError, match="P1404-1"):
        numbers(park, table(device_code="P1404-1"))
