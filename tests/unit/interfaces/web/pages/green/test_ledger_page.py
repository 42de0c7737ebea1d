"""Certificates in words: the balance, the guards, the list, the market."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from taihang.core.certificates.lot_book import Waiting
from taihang.core.figure.story import Named
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.green.ledger import (
    PER_PAGE,
    CertificateRow,
    LedgerView,
    MarketView,
    Wanted,
)
from taihang.interfaces.web.pages.green.ledger_page import (
    certificate_rows,
    certificate_table,
    ledger_context,
)
from taihang.interfaces.web.pages.green.place import Place
from taihang.services.certificate_balance import MonthBalance
from taihang.services.certificate_guards import Guard
from taihang.services.lot_market import BookLevel

PLACE = Place(
    zone="UTC", is_whole=True, names={"E01": Named("一厂", "Plant one")}, kinds={}, users=("E01",)
)
ROW = CertificateRow(
    id="2026-08.pool.E01:0-5000",
    month="2026-08",
    route="pool",
    recipient="E01",
    holder="E01",
    kind="non-tradable",
    state="held",
    wh=5_000,
    expires_s=1_848_787_200,
)
BALANCE = MonthBalance(
    month="2026-08",
    generated_wh=7_000,
    by_state_wh={"held": 5_000, "estimated": 1_999},
    released_wh={"claimed": 3},
)
VIEW = LedgerView(
    place=PLACE,
    wanted=Wanted(),
    month="2026-08",
    months=("2026-07", "2026-08"),
    by_state_wh={"held": 5_000},
    balance=BALANCE,
    guards=(
        Guard(code="positions", n_looked_at=2, findings=()),
        Guard(code="curves", n_looked_at=2, findings=("PV02 is PV01",)),
    ),
    holders=("E01",),
    rows=(ROW,),
)
LOOK = replace(PLAIN, lang="en", path="/green/certificates/")


def context(view: LedgerView) -> dict[str, Any]:
    return ledger_context(view, look=LOOK)


def test_ledger_context__tells_the_balance_to_the_watt_hour() -> None:
    lines = context(VIEW)["balance"]

    assert [line["wh"] for line in lines] == ["7,000", "5,000", "1,999", "1"]
    assert "claimed 3 Wh" in context(VIEW)["released"]
    assert context(replace(VIEW, balance=None))["balance"] == []


def test_ledger_context__says_what_a_guard_found() -> None:
    well, found = context(VIEW)["guards"]

    assert (well["tone"], found["tone"]) == ("ok", "bad")
    assert found["findings"] == ("PV02 is PV01",)


def test_certificate_table__leads_to_the_public_page_and_the_papers() -> None:
    table = certificate_table((ROW,), PLACE, "en")

    assert table is not None
    addresses = [cell.address for cell in table.rows[0] if cell.address]
    assert addresses == [
        f"/c/{ROW.id}",
        f"/green/certificates/{ROW.id}.pdf",
        f"/green/certificates/{ROW.id}.html",
        f"/c/{ROW.id}/file",
    ]
    assert certificate_table((), PLACE, "en") is None


def test_ledger_context__offers_pages_near_the_open_one() -> None:
    rows = tuple(replace(ROW, id=f"{n}") for n in range(PER_PAGE * 9 + 1))
    view = replace(VIEW, rows=rows, wanted=Wanted(page=5))

    pages = context(view)["pages"]

    assert [page.label for page in pages] == ["1", "3", "4", "5", "6", "7", "10"]
    assert [page.label for page in pages if page.is_here] == ["5"]
    assert context(VIEW)["pages"] == ()


def test_certificate_rows__are_whole_watt_hours() -> None:
    heads, rows = certificate_rows(VIEW, "en")

    assert len(heads) == len(rows[0])
    assert rows[0][0] == ROW.id
    assert rows[0][7] == 5_000


def test_ledger_context__shows_the_market_to_look_at() -> None:
    deal = Waiting(
        deal="D1",
        step="buy",
        seller="E01",
        buyer="E09",
        energy_wh=2_000_000,
        price_cny_per_mwh=Decimal(5),
        amount_cny=Decimal(10),
        due_s=0,
    )
    market = MarketView(
        book=(BookLevel(Decimal(5), 1_000_000, 2),),
        waiting=(deal,),
        low_cny_per_mwh=Decimal(1),
        high_cny_per_mwh=Decimal(50),
    )

    found = context(replace(VIEW, market=market))

    assert [cell.words for cell in found["book"].rows[0]] == ["5", "1.000", "2"]
    assert [cell.words for cell in found["waiting"].rows[0]][:5] == [
        "D1",
        "payment",
        "Plant one",
        "E09",
        "2.000",
    ]
    assert context(VIEW)["book"] is None
