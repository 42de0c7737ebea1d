"""Numbers that the national registry gave come to the certificates that they are of, or not in."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import certified_park
import small_park
from lot_park import SOLD, TEXT, USED, made
from taihang.core.activity.sheet import Cell, CellKind, Sheet
from taihang.core.certificates.double_issue import DoubleIssueGuardError
from taihang.core.certificates.exchange import (
    EnergyUnit,
    ExchangeMap,
    Field,
    ImportColumns,
    TimeStyle,
)
from taihang.core.certificates.outside import OutsideFileError
from taihang.core.errors import TaihangError
from taihang.services.audit_evidence import evidence_findings
from taihang.services.month_sheet import sheet_of_month
from taihang.services.ports import Ports
from taihang.services.registry_exchange import (
    Imported,
    ImportIdReusedError,
    Table,
    import_certificates,
    imported_batches,
    read_numbers,
)
from taihang.services.settle import settle
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
    text = text.replace('owns = ["PV01"]', 'owns = ["PV01", "PV02"]')
    park = made(tmp_path / "park", [], text=text)

    with pytest.raises(OutsideFileError, match="P1404-1"):
        numbers(park, table(device_code="P1404-1"))


# -- certificates from outside -------------------------------------------------------------------


def outside_map() -> ExchangeMap:
    return replace(MAP, name="i-rec", registry="i-rec")


def taken(ports: Ports, given: Table, *, id_: str = "i1", store: bool = True) -> Imported:
    return import_certificates(given, exchange=outside_map(), id_=id_, store=store, ports=ports)


def of_dam(**changes: str) -> Table:
    texts = {"device_code": "CN-1", "device_name": "Dam", **changes}
    named = table(**texts)
    return replace(named, data=repr(sorted(texts.items())).encode())


def test_import_certificates__a_preview_stores_nothing(tmp_path: Path) -> None:
    with small_park.opened(made(tmp_path / "park")) as ports:
        found = taken(ports, of_dam(), store=False)

        assert (found.is_new, found.batch.energy_wh) == (True, 2_000_000)
        assert imported_batches(ports=ports) == []
        assert ports.evidence.hashes() == []


def test_import_certificates__are_kept_with_their_file_and_once(tmp_path: Path) -> None:
    with small_park.opened(made(tmp_path / "park")) as ports:
        first, again = taken(ports, of_dam()), taken(ports, of_dam())

        assert (first.is_new, again.is_new) == (True, False)
        assert imported_batches(ports=ports) == [first.batch]
        assert ports.evidence.hashes() == [first.batch.evidence]
        # No certificate of the ledger came of it, and its acts are as they were.
        assert sum(ports.registry.certificates.totals().values()) == SOLD.total_wh + USED.total_wh


@pytest.mark.parametrize(
    ("given", "id_", "error", "word"),
    [
        (of_dam(serial_first="G2", serial_last="G3"), "i2", OutsideFileError, "G1 … G2"),
        (of_dam(technology="other"), "i1", ImportIdReusedError, "i1"),
        (
            of_dam(device_code="P1404-1", serial_first="G7", serial_last="G8"),
            "i2",
            DoubleIssueGuardError,
            "which is PV01",
        ),
        (
            of_dam(device_name="PV", serial_first="G7", serial_last="G8"),
            "i2",
            DoubleIssueGuardError,
            "which is PV01",
        ),
    ],
)
def test_import_certificates__that_double_something_are_refused(
    tmp_path: Path, given: Table, id_: str, error: type[TaihangError], word: str
) -> None:
    with small_park.opened(made(tmp_path / "park")) as ports:
        first = taken(ports, of_dam())

        with pytest.raises(error, match=word):
            taken(ports, given, id_=id_)

        assert imported_batches(ports=ports) == [first.batch]
        assert ports.evidence.hashes() == [first.batch.evidence]


def test_issue__of_a_plant_that_another_registry_certified_is_refused(tmp_path: Path) -> None:
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with small_park.opened(root) as ports:
        taken(ports, of_dam(device_code="PV01", month="2026-08"))

        small_park.fill(ports, small_park.AUGUST)
        settle(small_park.AUGUST, ports=ports)

        with pytest.raises(DoubleIssueGuardError, match="i-rec certified 2000000 Wh of PV01"):
            sheet_of_month("2026-08", ports=ports)


def test_audit__names_the_lost_file_and_the_damaged_batch_of_an_import(tmp_path: Path) -> None:
    root = made(tmp_path / "park", [])
    with small_park.opened(root) as ports:
        batch = taken(ports, of_dam()).batch
        assert list(evidence_findings(ports=ports)) == []

    (root / "evidence" / batch.evidence).unlink()
    with small_park.opened(root, writing=False) as ports:
        ((where, what),) = evidence_findings(ports=ports)
        assert where.startswith(f"evidence {batch.evidence[:16]}")
        assert "behind import i1" in what

    with closing(sqlite3.connect(root / "registry.db")) as database, database:
        database.execute("UPDATE certificate_sheet SET packed = x'00'")
    with small_park.opened(root, writing=False) as ports:
        assert [where for where, _ in evidence_findings(ports=ports)] == ["imported certificates"]
