"""The tables of the page Carbon, cell by cell."""

from decimal import Decimal

from taihang.core.figure.story import Named
from taihang.interfaces.figure_words import FigureWords
from taihang.interfaces.web.figure_table import FigureTable
from taihang.interfaces.web.pages.carbon.tables import (
    factor_table,
    goods_table,
    month_table,
    product_lines,
    product_table,
    quota_table,
    state_of,
    table_rows,
)
from taihang.interfaces.web.pages.carbon.view import (
    CarbonView,
    FactorRow,
    MonthRow,
    QuotaLine,
    Quotas,
)
from taihang.services.figure_standing import NOT_TOLD, Standing, Told

WORDS = FigureWords("en", "UTC", {"E01": Named("一厂", "Plant one")})


def under(table: FigureTable, head: str, row: int = 0) -> str:
    at = [each.label for each in table.heads].index(head)
    return table.rows[row][at].words


def view(**change: object) -> CarbonView:
    base: dict[str, object] = {"zone": "UTC", "is_whole": True, "months": (), "month": "2026-08"}
    return CarbonView(**(base | change))  # pyright: ignore[reportArgumentType]


def row(*, has_line: bool) -> MonthRow:
    return MonthRow(
        id="E01",
        name=Named("一厂", "Plant one"),
        sector="C38",
        energy_kwh=Told(value=Decimal(1500)),
        scope2_t={
            "scope2-location": Told(value=Decimal("1.5")),
            "scope2-market": NOT_TOLD,
            "scope2-physical": NOT_TOLD,
        },
        has_line=has_line,
        equivalent_tce=NOT_TOLD,
        equal_tce=NOT_TOLD,
    )


def account(kind: str, **body: object) -> Standing:
    product = {"id": "P", "zh": "甲", "en": "Alpha", "cn_code": "7604"}
    return Standing(
        kind=kind,
        subject="P",
        period="2026-08",
        body={"product": product, "unit": "kgCO2e", "declared_unit": "t", **body},  # pyright: ignore[reportArgumentType]
    )


def test_month_table__tells_no_line_from_a_missing_number() -> None:
    table = month_table(view(rows=(row(has_line=False), row(has_line=True))), "en")

    assert under(table, "Electricity MWh") == "1.5"
    at = [head.label for head in table.heads].index("Direct line tCO₂")
    assert [line[at].is_void for line in table.rows] == [True, False]


def test_quota_table__shows_the_range_and_the_level() -> None:
    line = QuotaLine(
        subject="E01",
        measure="electricity",
        unit="MWh",
        used=Told(value=Decimal(80)),
        limit=Told(value=Decimal(100)),
        used_ratio=Told(value=Decimal("0.8"), key="k"),
        low=Decimal(90),
        expected=Decimal(99),
        high=Decimal(110),
        chance_ratio=Decimal("0.42"),
        months_left=3,
        alert="watch",
        document="D",
    )
    quotas = Quotas(year="2026", lines=(line,), is_issued=True, gaps=(), names={})

    table = quota_table(quotas, "en")

    assert under(table, "Used %") == "80.0"
    assert under(table, "Range") == "90.0 – 110.0"
    assert under(table, "Chance of excess %") == "42.0"
    assert table.rows[0][-1].tone == "warn"


def test_product_table__says_which_stage_weighs_most() -> None:
    one = account(
        "product-footprint",
        value="12.5",
        total_g=4000,
        stages={"materials": 1000, "direct": 0, "electricity": 3000},
        electricity={"used": "direct-line"},
    )

    table = product_table(view(products=(one,)), WORDS)

    assert under(table, "Stages") == "electricity 75%, materials 25%"
    assert under(table, "Sum kgCO₂e") == "4.0"
    assert under(table, "Unit") == "kgCO₂e/t"
    assert under(table, "Source of electricity") == "direct technical link"
    assert "product=P" in table.rows[0][-1].address


def test_goods_table__shows_direct_beside_indirect() -> None:
    one = account("cbam", value="2.03", direct_t_per_t="2.03", indirect_t_per_t=None)

    table = goods_table(view(goods=(one,)), WORDS)

    assert under(table, "CN code") == "7604"
    assert (under(table, "Direct"), under(table, "Indirect")) == ("2.0300", "—")


def test_factor_table__keeps_a_value_of_an_older_edition() -> None:
    lost = FactorRow(name="a/b/CN/2020-01-01=1", fact=None, key="fact/a", kinds=("inventory",))

    table = factor_table((lost,), WORDS)

    assert under(table, "Confidence") == "older edition"
    assert table.rows[0][0].address == "/figure/fact/a"


def test_product_lines__carry_quantity_and_factors() -> None:
    line = {
        "stage": "direct",
        "code": "diesel",
        "quantity": "2",
        "unit": "t",
        "g": 5,
        "facts": ["f"],
    }

    heads, rows = product_lines(account("cbam", lines=[line]), "en")

    assert len(heads) == len(rows[0])
    assert rows[0] == ["direct", "diesel", "2", "t", None, "5", "f"]


def test_state_of__tells_a_record_from_a_draft() -> None:
    assert state_of(account("cbam"), "en")["tone"] == "warn"
    assert state_of(None, "en") == {}


def test_table_rows__are_the_words_of_the_page() -> None:
    heads, rows = table_rows(month_table(view(rows=(row(has_line=True),)), "en"))

    assert len(heads) == len(rows[0])
