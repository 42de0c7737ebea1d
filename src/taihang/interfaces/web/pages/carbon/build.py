"""Builds the page Carbon from statements on record, and from drafts where none is issued yet."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from taihang.core.figure.number import number_of
from taihang.core.figure.story import Named
from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.interfaces.web.names import names_of
from taihang.interfaces.web.pages.carbon.view import (
    WAYS,
    CarbonView,
    FactorRow,
    GapRow,
    MonthRow,
    QuotaLine,
    Quotas,
    RuleRow,
    YearRow,
)
from taihang.services import (
    carbon_account,
    cbam_account,
    energy_account,
    park_carbon,
    product_account,
    quota_account,
)
from taihang.services.figure_rule import rule_named
from taihang.services.figure_source import SourceName
from taihang.services.figure_standing import NOT_TOLD, Standing, Standings, Told, standings
from taihang.services.figure_total import total_input
from taihang.services.ports import Ports

ENERGY: Final = "energy"
COAL: Final = "standard-coal"
_MONTHLY: Final = (*WAYS, ENERGY, COAL)


class _Accounts:
    """Every account that the page shows, each looked up or drawn up once."""

    def __init__(self, month: str, ports: Ports) -> None:
        year, users = month[:4], tuple(ports.park.enterprises)
        whole = ports.scope.is_whole
        own = None if whole else users
        self.month = month
        self.monthly = {kind: standings(kind, month, ports=ports) for kind in _MONTHLY}
        self.energy = standings(
            energy_account.KIND,
            month,
            draw=lambda: energy_account.drafts(month, ports=ports, subjects=own),
            ports=ports,
        )
        self.inventories = standings(
            carbon_account.KIND,
            year,
            draw=lambda: carbon_account.drafts(year, ports=ports, subjects=own),
            ports=ports,
        )
        self.park = standings(
            park_carbon.KIND,
            year,
            draw=(lambda: park_carbon.drafts(year, ports=ports)) if whole else None,
            ports=ports,
        )
        self.products = standings(
            product_account.KIND,
            month,
            draw=lambda: product_account.drafts(month, ports=ports),
            ports=ports,
        )
        self.goods = standings(
            cbam_account.KIND,
            month,
            draw=lambda: cbam_account.drafts(month, ports=ports),
            ports=ports,
        )
        self.quotas = standings(quota_account.KIND, year, ports=ports)

    def all(self) -> Iterator[Standing]:
        """Yield every account."""
        found = (*self.monthly.values(), self.energy, self.inventories, self.park)
        for each in (*found, self.products, self.goods, self.quotas):
            yield from each.each.values()


def build_carbon(ports: Ports, month: str) -> CarbonView:
    """Build the page.

    Args:
        ports: The park, as far as the viewer sees it.
        month: The month to show; empty for the last one that has statements.

    Returns:
        The page; of a park of which no month is on record one that says so.
    """
    months = tuple(sorted(p for p in ports.registry.periods_of([WAYS[0]]) if len(p) == _MONTH))
    shown = month or (months[-1] if months else "")
    park = ports.park
    if shown not in months:
        return CarbonView(
            zone=park.time_zone, is_whole=ports.scope.is_whole, months=months, month=""
        )
    accounts = _Accounts(shown, ports)
    return CarbonView(
        zone=park.time_zone,
        is_whole=ports.scope.is_whole,
        months=months,
        month=shown,
        names=names_of(park),
        scope2_t={way: _total(way, shown, ports) for way in WAYS},
        n_users=len(park.users),
        n_stated={way: _n_stated(accounts.monthly[way]) for way in WAYS},
        rows=tuple(_month_rows(accounts, park)),
        energy=accounts.energy.each.get(PARK_SUBJECT),
        coal_tce=_told(accounts.monthly[COAL], PARK_SUBJECT, "value"),
        inventories=accounts.inventories,
        year_rows=tuple(_year_rows(accounts.inventories, park)),
        park=accounts.park.each.get(PARK_SUBJECT),
        products=tuple(accounts.products.each.values()),
        goods=tuple(accounts.goods.each.values()),
        quotas=_quotas(accounts.quotas, shown[:4], park) if accounts.quotas.each else None,
        factors=tuple(_factors(accounts.all(), ports)),
        rules=tuple(_rules(accounts.all())),
        gaps=tuple(_gaps(accounts.all())),
        choices=_choices(park),
    )


def build_quotas(ports: Ports, year: str) -> Quotas:
    """Build how the quotas of a year stand; where nothing is issued, as they would be drawn up.

    Args:
        ports: The park, as far as the viewer sees it.
        year: The year.
    """
    found = standings(
        quota_account.KIND,
        year,
        draw=lambda: quota_account.drafts(year, ports=ports),
        ports=ports,
    )
    return _quotas(found, year, ports.park)


_MONTH: Final = len("2026-09")


# -- the month -----------------------------------------------------------------------------------


def _total(kind: str, period: str, ports: Ports) -> Told:
    found = total_input(kind, period, ports=ports)
    return NOT_TOLD if found is None else Told(value=found.value, key=found.key)


def _n_stated(found: Standings) -> int:
    return sum(
        one.subject != PARK_SUBJECT and one.told("value").value is not None
        for one in found.each.values()
    )


def _told(found: Standings, subject: str, *path: str) -> Told:
    one = found.each.get(subject)
    return NOT_TOLD if one is None else one.told(*path)


def _month_rows(accounts: _Accounts, park: Park) -> Iterator[MonthRow]:
    for id_, enterprise in park.enterprises.items():
        yield MonthRow(
            id=id_,
            name=Named(enterprise.name_zh, enterprise.name_en),
            sector=enterprise.sector,
            energy_kwh=_told(accounts.monthly[ENERGY], id_, "value"),
            scope2_t={way: _told(accounts.monthly[way], id_, "value") for way in WAYS},
            has_line=id_ in accounts.monthly[WAYS[2]].each,
            equivalent_tce=_told(accounts.energy, id_, "equivalent_tce"),
            equal_tce=_told(accounts.energy, id_, "equal_tce"),
        )


def _year_rows(found: Standings, park: Park) -> Iterator[YearRow]:
    for id_, account in found.each.items():
        enterprise = park.enterprises.get(id_)
        name = Named(id_, id_) if enterprise is None else _named(enterprise)
        yield YearRow(id=id_, name=name, account=account, n_gaps=sum(1 for _ in account.gaps()))


def _named(asset: object) -> Named:
    return Named(str(getattr(asset, "name_zh", "")), str(getattr(asset, "name_en", "")))


# -- quotas --------------------------------------------------------------------------------------


def _quotas(found: Standings, year: str, park: Park) -> Quotas:
    return Quotas(
        year=year,
        lines=tuple(line for one in found.each.values() for line in _quota_lines(one)),
        is_issued=found.is_issued,
        gaps=tuple(_gaps(found.each.values())),
        names=names_of(park),
    )


def _quota_lines(one: Standing) -> Iterator[QuotaLine]:
    for line in one.elements("lines"):
        path = ("lines", str(line["quota"]))
        forecast = (*path, "forecast")
        left = number_of(line.get("months_left"))
        yield QuotaLine(
            subject=one.subject,
            measure=str(line["measure"]),
            unit=str(line["unit"]),
            used=one.told(*path, "used"),
            limit=one.told(*path, "limit"),
            used_ratio=one.told(*path, "used_ratio"),
            low=number_of(one.at(*forecast, "low")),
            expected=number_of(one.at(*forecast, "expected")),
            high=number_of(one.at(*forecast, "high")),
            chance_ratio=number_of(one.at(*forecast, "breach_chance_ratio")),
            months_left=0 if left is None else int(left),
            alert=str(line["alert"]),
            document=str(line["document"]),
        )


# -- what everything rests on --------------------------------------------------------------------


def _factors(accounts: Iterable[Standing], ports: Ports) -> Iterator[FactorRow]:
    kinds: dict[str, dict[str, None]] = {}
    for one in accounts:
        for fact in one.elements("factors"):
            kinds.setdefault(str(fact.get("key", "")), {})[one.kind] = None
    known = {fact.key: fact for fact in ports.facts.all()}
    for name in sorted(kinds):
        key = SourceName.of(name).key
        yield FactorRow(name=name, fact=known.get(name), key=key, kinds=tuple(kinds[name]))


def _rules(accounts: Iterable[Standing]) -> Iterator[RuleRow]:
    found = dict.fromkeys((one.kind, one.said("rule")) for one in accounts)
    for kind, rule in found:
        yield RuleRow(kind=kind, rule=rule_named(rule))


def _gaps(accounts: Iterable[Standing]) -> Iterator[GapRow]:
    for one in accounts:
        for words in one.gaps():
            yield GapRow(kind=one.kind, subject=one.subject, words=words)


def _choices(park: Park) -> Mapping[str, str]:
    accounting = park.accounting
    return {
        "location_region": accounting.location_region,
        "residual_factor": accounting.residual_factor,
        "grid_factor_policy": accounting.grid_factor_policy.value,
        "fuel_factor_set": accounting.fuel_factor_set,
        "gwp_set": accounting.gwp_set,
        "storage_losses": "load" if accounting.storage_losses_in_load else "apart",
    }
