import pytest

from taihang.core.certificates.exchange import (
    WORTH_WH,
    EnergyUnit,
    ExchangeColumnError,
    ExchangeMap,
    FormulaTextError,
    View,
    export_table,
    is_formula,
)

MAP = ExchangeMap(
    name="m",
    title_zh="表",
    title_en="table",
    registry="r",
    view=View.GEC,
    exports={"数量": "n", "Plant": "plant"},
    imports=None,
)


def test_export_table__has_the_columns_of_the_map_in_its_order() -> None:
    headings, rows = export_table([{"plant": "PV01", "n": "3", "more": "x"}], exchange=MAP)

    assert headings == ("数量", "Plant")
    assert rows == [("3", "PV01")]


def test_export_table__refuses_a_column_that_records_do_not_have() -> None:
    with pytest.raises(ExchangeColumnError, match="'n'"):
        export_table([{"plant": "PV01"}], exchange=MAP)


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx"])
def test_export_table__writes_nothing_that_a_spreadsheet_runs(name: str) -> None:
    with pytest.raises(FormulaTextError):
        export_table([{"plant": name, "n": "1"}], exchange=MAP)


@pytest.mark.parametrize("text", ["-36.2", "+8", "0", "PV-01", "a=b", "", "3@x"])
def test_is_formula__leaves_numbers_and_names_alone(text: str) -> None:
    assert not is_formula(text)


def test_worth_wh__knows_every_unit() -> None:
    assert set(WORTH_WH) == set(EnergyUnit)
    assert [int(WORTH_WH[unit]) for unit in EnergyUnit] == [1, 10**3, 10**6, 10**6]
