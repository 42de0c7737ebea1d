"""What drivers pay and what a station earns: exact, and to the fen."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from site_case import day, station, visit
from taihang.core.dispatch.site.money import SessionBill, SiteResult, result_of, session_bills
from taihang.core.dispatch.site.run import DayRecord, at_once, run_day
from taihang.core.dispatch.site.station import Site
from taihang.core.dispatch.site.visits import SiteDay
from taihang.core.quantities import FEN

ON = date(2026, 6, 16)


def run(site: Site, what: SiteDay) -> tuple[DayRecord, tuple[SessionBill, ...], SiteResult]:
    record = run_day(site, what, decide=at_once)
    bills = session_bills(record, what, site.tariff_on(ON))
    return record, bills, result_of(record, bills, site=site, purchase=site.purchase_on(ON))


def test_session_bills__each_quarter_at_the_price_of_its_hour() -> None:
    # 09:50 to 10:10 at 60 kW: 10 kWh at 0.75 + 0.40 and 10 kWh at 0.50 + 0.40.
    _, bills, _ = run(station(), day(visit("a", 590, 700, 20_000)))

    assert (bills[0].electricity_cny, bills[0].service_cny) == (Decimal("12.50"), Decimal("8.00"))
    assert bills[0].total_cny == Decimal("20.50")


def test_result_of__by_hand() -> None:
    # Nobody comes: 24 h at 6 kW are bought at the prices of the file.
    site = station(peak_so_far_kw=5.0)
    _, _, result = run(site, day())

    prices = site.purchase_on(ON).energy_cny_per_kwh.tolist()
    bought = sum(Fraction(repr(price)) for price in prices) * 6
    assert result.purchase_cny == -Decimal(round(bought * 100)) / 100
    assert result.demand_cny == Decimal(-36)
    assert result.electricity_cny == result.export_cny == result.wear_cny == 0


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 1300), st.integers(1, 40_000)), max_size=5),
    st.integers(0, 150),
)
def test_result_of__every_fen_is_somewhere(crowd: list[tuple[int, int]], sun: int) -> None:
    visits = [visit(f"v{n}", at, at + 100, wh) for n, (at, wh) in enumerate(crowd)]

    record, bills, result = run(station(), day(*visits, sun_kw=sun))

    for bill in bills:
        assert bill.energy_wh == sum(record.visit_wh(bill.visit.id))
        assert bill.total_cny == bill.electricity_cny + bill.service_cny
        assert bill.total_cny % FEN == 0
    assert result.electricity_cny + result.service_cny == sum(
        (bill.total_cny for bill in bills), Decimal(0)
    )
    assert result.total_cny % FEN == 0


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 40_000))
def test_session_bills__the_total_is_the_exact_sum_rounded_once(wh: int) -> None:
    record, bills, _ = run(station(), day(visit("a", 590, 690, wh)))

    tariff = station().tariff_on(ON)
    exact = Fraction(0)
    for quarter, energy in enumerate(record.visit_wh("a")):
        for price in (tariff.energy_cny_per_kwh, tariff.service_cny_per_kwh):
            exact += Fraction(energy, 1000) * Fraction(repr(float(price[quarter // 4])))
    assert bills[0].total_cny == Decimal(round(exact * 100)) / 100
