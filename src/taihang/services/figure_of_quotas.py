"""How quotas of a year come about: months as stated or drawn up again, share of the limit."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from taihang.core.figure.derive import beside, same
from taihang.core.figure.formula import Constant, Given, Quotient, Sum
from taihang.core.figure.story import Derivation, FigureInput, Ground, Label
from taihang.core.park.park import PARK_SUBJECT
from taihang.core.quantities import WH_PER_MWH
from taihang.services.figure_drawn import drawn
from taihang.services.figure_of_energy import counts
from taihang.services.figure_source import activity_input, source_input
from taihang.services.figure_stated import (
    Explained,
    Place,
    RuleBook,
    Stated,
    always,
    each,
    first_that_adds_up,
    largest,
    rests_on,
    share,
    stated_input,
)

_MATCHED: Final = "scope2-market"
_ACCOUNT: Final = "energy-account"
_RATIO_DIGITS: Final = 6
_PRINTED: Final = 3


def _limit(place: Place) -> Explained:
    quota = place.at("lines/{0}/quota")
    source = source_input(
        f"quota/{quota}/amount={place.value}", unit=str(place.at("lines/{0}/unit"))
    )
    return Explained(same(source))


def _month_used(place: Place) -> Explained:
    """Say that a month is electricity as stated, or what its own account says."""
    of = place.of
    year = int(of.issued.period) - (place.path[-2] == "last_year")
    name = f"{year}-{place.stars[1]}"
    loads = [stated_input(one, ("load_wh",)) for one in _matched(name, place)]
    mwh = Quotient(Sum(tuple(Given(n) for n in range(len(loads)))), Constant(Decimal(WH_PER_MWH)))
    lines = [activity_input(line) for line in of.said_lines() if line.record.period == name]
    stated = Explained(beside(*loads, *lines), Ground.STATED, (Label("drawn_up_again"),))
    ways = [Explained(same(one)) for one in _accounts_of(name, place)]
    if loads:
        ways.append(Explained(Derivation(mwh, tuple(loads))))
    return first_that_adds_up(*map(always, (*ways, stated)))(place)


def _matched(name: str, place: Place) -> Iterator[Stated]:
    """Yield the statements of matched load of a month: those behind the quota, else the latest."""
    of = place.of
    behind = [one for one in of.behind(_MATCHED) if one.issued.period == name]
    latest = () if behind else of.ports.registry.latest_statements(name, {_MATCHED})
    for one in (*behind, *(Stated.of(each_, ports=of.ports) for each_ in latest)):
        if of.issued.subject in {PARK_SUBJECT, one.issued.subject}:
            yield one


_OF_MEASURE: Final[Mapping[str, tuple[str, str]]] = {
    "energy-equivalent": (_ACCOUNT, "equivalent_tce"),
    "energy-equal": (_ACCOUNT, "equal_tce"),
    "carbon-location": ("inventory", "electricity/views/location/total_t"),
    "carbon-market": ("inventory", "electricity/views/market/total_t"),
    "carbon-physical": ("inventory", "electricity/views/physical/total_t"),
    "carbon-park": ("park-inventory", "value"),
}
"""Which number of which account of a month a measure of a quota is."""


def _accounts_of(name: str, place: Place) -> Iterator[FigureInput]:
    """Yield the number of the account of a month: as it was issued, else as it is drawn up now."""
    kind, path = _OF_MEASURE.get(str(place.at("lines/{0}/measure")), ("", ""))
    of, ports = place.of, place.of.ports
    if not kind or place.value is None:
        return
    issued = [
        each_
        for each_ in ports.registry.latest_statements(name, {kind})
        if each_.subject == of.issued.subject
    ]
    found = issued or [drawn(f"{kind}.{of.issued.subject}.{name}", ports=ports)]
    for account in found:
        if account is not None:
            yield stated_input(Stated.of(account, ports=ports), tuple(path.split("/")))


_FORECAST: Final = rests_on(
    Ground.SOLVED, "forecast_by_method", "lines/{0}/months/*", "lines/{0}/last_year/*"
)
_QUOTA: Final[RuleBook] = {
    "value": largest("lines/*/used_ratio"),
    "lines/*/limit": _limit,
    "lines/*/used": each("lines/{0}/months/*"),
    "lines/*/used_ratio": share("lines/{0}/used", "lines/{0}/limit", digits=_RATIO_DIGITS),
    "lines/*/months_left": counts("counts_months"),
    "lines/*/missing_intervals": counts("counts_missing"),
    "lines/*/forecast/expected_ratio": first_that_adds_up(
        share("lines/{0}/forecast/expected", "lines/{0}/limit", digits=_PRINTED), _FORECAST
    ),
    "lines/*/forecast/*": _FORECAST,
    "lines/*/months/*": _month_used,
    "lines/*/last_year/*": _month_used,
    "levels/*": rests_on(Ground.PARAMETER, "given_by_document"),
}

BOOKS: Final[Mapping[str, RuleBook]] = {"quota": _QUOTA}
"""The rule book of quotas."""
