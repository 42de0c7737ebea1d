"""What drivers pay and what a station earns on a day: exact, and to the fen.

A driver pays, for what each quarter gave, the electricity and the service fee of that hour. The
two are summed exactly and rounded once; their fen are shared by largest remainder, so that they
add up to what is paid. Each line of the station's day is rounded once, and the result is the sum
of the lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.site.run import DayRecord
from taihang.core.dispatch.site.station import Purchase, Site, Tariff
from taihang.core.dispatch.site.visits import SiteDay, Visit
from taihang.core.quantities import FEN, whole_parts

_WH_PER_KWH: Final = 1000
_QUARTERS_PER_HOUR: Final = 4
_FEN_PER_CNY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionBill:
    """What one driver got and pays."""

    visit: Visit
    energy_wh: int
    electricity_cny: Decimal
    service_cny: Decimal

    @property
    def total_cny(self) -> Decimal:
        """What is paid."""
        return self.electricity_cny + self.service_cny


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteResult:
    """A station's day in money; costs are negative."""

    electricity_cny: Decimal
    service_cny: Decimal
    export_cny: Decimal
    purchase_cny: Decimal
    demand_cny: Decimal
    """For what the day adds to the month's highest quarter."""
    wear_cny: Decimal

    @property
    def total_cny(self) -> Decimal:
        """What is left: the sum of the lines."""
        return (
            self.electricity_cny
            + self.service_cny
            + self.export_cny
            + self.purchase_cny
            + self.demand_cny
            + self.wear_cny
        )


def session_bills(record: DayRecord, day: SiteDay, tariff: Tariff) -> tuple[SessionBill, ...]:
    """Return the bill of every vehicle that came.

    Args:
        record: The day as it was.
        day: Who came.
        tariff: What drivers pay on that day.
    """
    return tuple(_bill(visit, record.visit_wh(visit.id), tariff) for visit in day.visits)


def result_of(
    record: DayRecord, bills: Sequence[SessionBill], *, site: Site, purchase: Purchase
) -> SiteResult:
    """Return what the station earned.

    Args:
        record: The day as it was.
        bills: What drivers pay.
        site: The station.
        purchase: What it pays on that day.
    """
    imports, exports = record.quarters_wh("import_wh"), record.quarters_wh("export_wh")
    before = _exact(repr(site.terms.peak_so_far_kw))
    highest = Fraction(max(imports) * _QUARTERS_PER_HOUR, _WH_PER_KWH)
    discharged = Fraction(sum(record.quarters_wh("discharge_wh")), _WH_PER_KWH)
    sold = Fraction(sum(exports), _WH_PER_KWH)
    return SiteResult(
        electricity_cny=sum((one.electricity_cny for one in bills), Decimal(0)),
        service_cny=sum((one.service_cny for one in bills), Decimal(0)),
        export_cny=_fen(sold * _exact(repr(purchase.export_cny_per_kwh))),
        purchase_cny=_fen(-_priced(imports, purchase.energy_cny_per_kwh)),
        demand_cny=_fen(
            -max(highest - before, Fraction(0)) * _exact(repr(purchase.demand_cny_per_kw))
        ),
        wear_cny=_fen(-discharged * _exact(repr(site.battery.wear_cny_per_kwh))),
    )


def _bill(visit: Visit, quarters_wh: Sequence[int], tariff: Tariff) -> SessionBill:
    parts = [
        _priced(quarters_wh, prices)
        for prices in (tariff.energy_cny_per_kwh, tariff.service_cny_per_kwh)
    ]
    total_fen = round(sum(parts, Fraction(0)) * _FEN_PER_CNY)
    fen = whole_parts([part * _FEN_PER_CNY for part in parts], total=total_fen)
    return SessionBill(
        visit=visit,
        energy_wh=sum(quarters_wh),
        electricity_cny=fen[0] * FEN,
        service_cny=fen[1] * FEN,
    )


def _priced(quarters_wh: Sequence[int], price_cny_per_kwh: Reals) -> Fraction:
    """Return what quarters cost at prices by hour, exact [CNY]."""
    prices = [_exact(repr(price)) for price in price_cny_per_kwh.tolist()]
    return sum(
        (
            Fraction(wh, _WH_PER_KWH) * prices[quarter // _QUARTERS_PER_HOUR]
            for quarter, wh in enumerate(quarters_wh)
        ),
        Fraction(0),
    )


def _exact(written: str) -> Fraction:
    """Return a number of the file as it was written there: its shortest text."""
    return Fraction(written)


def _fen(cny: Fraction) -> Decimal:
    """Round once, half to even (§6)."""
    return round(cny * _FEN_PER_CNY) * FEN
