"""Waste heat and shared heat of a month or a year: found, recovered, passed on, received, saved.

Everything comes from activity data: `waste-heat` recoverable and recovered and `heat` supplied of
whoever supplies, `heat` purchased of its neighbours, by forms or by heat meters. What somebody did
not say is named and is not zero; a sum that lacks a part has no value. See docs/accounts.md.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from taihang.core.activity.book import ActivityBook, total
from taihang.core.activity.record import Flow
from taihang.core.activity.unit import converted
from taihang.core.energy.waste_heat import HeatNetwork, avoided_tco2
from taihang.core.facts import Fact
from taihang.core.park.heat_network import HeatReference, HeatSupply
from taihang.core.periods import month, month_names
from taihang.core.quantities import EXACT, KG_PER_T
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.statement import fact_document
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft, local_last_day
from taihang.services.carbon_inputs import HEAT, months_of_stay, stay_of
from taihang.services.coal_line import FAMILY
from taihang.services.energy_statement import Gaps
from taihang.services.ports import Ports
from taihang.services.sight_rules import demand_whole

KIND: Final = "waste-heat"
RULE: Final = "waste-heat/v1"
WASTE: Final = "waste-heat"
_GJ: Final = "GJ"
_OF_SUPPLIER: Final = (
    (WASTE, Flow.RECOVERABLE),
    (WASTE, Flow.RECOVERED),
    (HEAT, Flow.SUPPLIED),
)
_COEFFICIENTS: Final = ("coal-equivalent.heat", "coal-equivalent.electricity")
_NO_REFERENCE_ZH: Final = (
    "park.toml 没有 [heat_reference]：参照锅炉效率、输送电耗与 tCO2/tce 未定，节煤与减碳不评价"
)
_NO_REFERENCE_EN: Final = (
    "park.toml has no [heat_reference]: boiler, drive and tCO2 of a tce are not stated, so coal "
    "and CO2 saved are not assessed"
)
_NOT_WASTE_ZH: Final = "{} 外供热量不能证明全为余热（回收 {} GJ，外供 {:f} GJ）：节煤与减碳不评价"
_NOT_WASTE_EN: Final = (
    "not all heat that {} passed on is known to be waste heat (recovered {} GJ, supplied {:f} GJ): "
    "coal and CO2 saved are not assessed"
)
_PRINTED: Final = Decimal("0.001")
_RATIO: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Heat:
    """The heat of one supplier in a period [GJ]; None is not known."""

    recoverable_gj: Decimal | None
    recovered_gj: Decimal | None
    supplied_gj: Decimal | None
    received_gj: Mapping[str, Decimal | None]
    """By user; empty where no network is declared."""

    @property
    def delivered_gj(self) -> Decimal | None:
        """What all users received."""
        return _sum(self.received_gj.values())

    @property
    def loss_gj(self) -> Decimal | None:
        """What was supplied and not received; None too where more came out than went in."""
        if self.supplied_gj is None or self.delivered_gj is None:
            return None
        with localcontext(EXACT):
            loss_gj = self.supplied_gj - self.delivered_gj
        return None if loss_gj < 0 else loss_gj

    def document(self) -> dict[str, JsonValue]:
        """Return the amounts as a statement carries them."""
        return {
            "recoverable_gj": _plain(self.recoverable_gj),
            "recovered_gj": _plain(self.recovered_gj),
            "recovered_ratio": _share(self.recovered_gj, self.recoverable_gj),
            "supplied_gj": _plain(self.supplied_gj),
            "received_gj": {name: _plain(gj) for name, gj in self.received_gj.items()},
            "delivered_gj": _plain(self.delivered_gj),
            "loss_gj": _plain(self.loss_gj),
            "loss_ratio": _share(self.loss_gj, self.supplied_gj),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saving:
    """What the heat of a network saved, exact."""

    drive_tce: Fraction
    saved_tce: Fraction
    avoided_tco2: Fraction


@dataclass(frozen=True, slots=True)
class _Grounds:
    """What an account rests on, and what it lacks."""

    gaps: Gaps = field(default_factory=Gaps)
    sources: dict[str, str] = field(default_factory=dict[str, str])
    """Line of activity data → whether a form or a meter says it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """The account of one supplier before it is a statement."""

    grounds: _Grounds
    network: HeatSupply | None
    supplies: bool
    """Whether it passes heat on at all: others only recover it for themselves."""
    heat: _Heat
    saving: _Saving | None


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the waste-heat accounts of a month or a year; changes nothing.

    Args:
        period: ``2026-08`` or ``2026``.
        ports: The outside world.
        subjects: Only these; None means every enterprise that has waste heat or passes heat on,
            and the park.

    Returns:
        ``waste-heat.{subject}.{period}`` of each; none where nobody has any.
    """
    if subjects is None or PARK_SUBJECT in {*subjects}:
        demand_whole(ports, "the waste heat of the park")
    source = _Source(period, ports)
    # 1. Each enterprise by itself.
    found = {name: source.account(name) for name in source.suppliers}
    if not found:
        return []
    bodies = {name: _body(account, source, ports) for name, account in found.items()}
    # 2. Months of a year beside the year.
    if "-" not in period:
        for name in found:
            months = months_of_stay(stay_of(name, ports.park), period)
            bodies[name]["months"] = {each: source.month_of(name, each) for each in months}
    # 3. The park: the sum of its suppliers, and who stands in no network.
    bodies[PARK_SUBJECT] = _park_body(found, source, ports)
    return [
        Draft(KIND, name, period, body)
        for name, body in bodies.items()
        if subjects is None or name in {*subjects}
    ]


class _Source:
    """What activity data say of the heat of a period."""

    def __init__(self, period: str, ports: Ports) -> None:
        self.period: str = period
        self._ports: Ports = ports
        self._book: ActivityBook = ActivityBook(ports.registry.activity_records())
        self.networks: dict[str, HeatSupply] = {
            each.supplier: each for each in ports.park.heat_networks.values()
        }
        last = month(month_names(period)[-1], ports.park.zone)
        self.on: date = local_last_day(last, ports.park)
        of_year = self._book.lines(period=period[:4])
        self._said: set[tuple[str, str, Flow]] = {(r.subject, r.item, r.flow) for r in of_year}
        self.suppliers: tuple[str, ...] = tuple(
            name
            for name in ports.park.enterprises
            if months_of_stay(stay_of(name, ports.park), period)
            and any(self.has(name, *each) for each in _OF_SUPPLIER)
        )

    def has(self, subject: str, item: str, flow: Flow) -> bool:
        """Say whether a supplier is asked for a series: said in the year, or of a network."""
        return subject in self.networks or (subject, item, flow) in self._said

    def buyers_outside(self) -> Iterator[str]:
        """Yield the enterprises that bought heat in the year and stand in no network."""
        users = {user for network in self.networks.values() for user in network.users}
        for name in self._ports.park.enterprises:
            if (name, HEAT, Flow.PURCHASED) in self._said and name not in users:
                yield name

    def account(self, subject: str) -> _Account:
        """Return the account of one supplier, with every gap."""
        grounds, network = _Grounds(), self.networks.get(subject)
        supplies = self.has(subject, HEAT, Flow.SUPPLIED)
        heat = self._heat(grounds, subject, self.period)
        _check(heat, subject, grounds.gaps)
        if supplies and not heat.received_gj:
            _note_nobody(subject, grounds.gaps)
        saving = self._saving(heat, subject, grounds.gaps) if supplies else None
        return _Account(
            grounds=grounds, network=network, supplies=supplies, heat=heat, saving=saving
        )

    def month_of(self, subject: str, name: str) -> JsonValue:
        """Return the amounts of one month of a year; its gaps are those of the year."""
        return self._heat(_Grounds(), subject, name).document()

    def _heat(self, grounds: _Grounds, subject: str, period: str) -> _Heat:
        network = self.networks.get(subject)
        recoverable, recovered, supplied = (
            self._amount(grounds, (subject, item, flow), period=period)
            if self.has(subject, item, flow)
            else None
            for item, flow in _OF_SUPPLIER
        )
        users = () if network is None else network.users
        received = {
            user: self._amount(grounds, (user, HEAT, Flow.PURCHASED), period=period)
            for user in users
            if months_of_stay(stay_of(user, self._ports.park), period)
        }
        return _Heat(
            recoverable_gj=recoverable,
            recovered_gj=recovered,
            supplied_gj=supplied,
            received_gj=received,
        )

    def _amount(
        self, grounds: _Grounds, series: tuple[str, str, Flow], *, period: str
    ) -> Decimal | None:
        """Return what a series says of a whole period [GJ]; None, and a gap, where it lacks any."""
        subject, item, flow = series
        months = months_of_stay(stay_of(subject, self._ports.park), period)
        records = [
            record
            for record in self._book.lines(period=period, subject=subject)
            if (record.item, record.flow) == (item, flow) and record.period in {period, *months}
        ]
        grounds.sources.update({f"{r.id}.v{r.version}": r.origin.value for r in records})
        said = {record.period for record in records}
        lacking = [] if period in said else [name for name in months if name not in said]
        if lacking:
            what, names = f"{subject} {item} {flow.value}", ", ".join(lacking)
            grounds.gaps.add(
                what,
                zh=f"{what} 缺 {len(lacking)} 个月（不按零计）：{names}",
                en=f"{what} lacks {len(lacking)} months, which are not zero: {names}",
            )
            return None
        amount, unit = total(records)
        return amount if unit == _GJ else converted(amount, unit=unit, to=_GJ)

    def _saving(self, heat: _Heat, subject: str, gaps: Gaps) -> _Saving | None:
        """Return what the network saved against the boilers of the park's reference."""
        reference = self._ports.park.heat_reference
        if reference is None:
            gaps.add("[heat_reference]", zh=_NO_REFERENCE_ZH, en=_NO_REFERENCE_EN)
        fed, delivered, recovered = heat.supplied_gj, heat.delivered_gj, heat.recovered_gj
        if reference is None or fed is None or delivered is None or heat.loss_gj is None:
            return None
        # Heat of a boiler that is passed on replaces a boiler by a boiler.
        if recovered is None or fed > recovered:
            told = "–" if recovered is None else f"{recovered:f}"
            gaps.add(
                f"{subject} saving",
                zh=_NOT_WASTE_ZH.format(subject, told, fed),
                en=_NOT_WASTE_EN.format(subject, told, fed),
            )
            return None
        facts = self.facts()
        if len(facts) < len(_COEFFICIENTS):
            gaps.add(
                "coefficients",
                zh=f"{self.on} 没有热力与电力的折标系数：节煤与减碳不评价",
                en=f"no coefficients of heat and electricity on {self.on}: savings not assessed",
            )
            return None
        network = HeatNetwork(
            n_served=_n_served(heat),
            n_all=self.n_enterprises,
            fed_gj=fed,
            delivered_gj=delivered,
        )
        return _saved(network, reference, *facts)

    def facts(self) -> tuple[Fact, ...]:
        """Return the coefficients of heat and of electricity, as far as they are in force."""
        found = (
            self._ports.facts.candidates(code, on=self.on, family=FAMILY) for code in _COEFFICIENTS
        )
        return tuple(facts[0] for facts in found if len(facts) == 1)

    @property
    def n_enterprises(self) -> int:
        """How many enterprises were in the park."""
        park = self._ports.park
        return sum(
            bool(months_of_stay(stay_of(name, park), self.period)) for name in park.enterprises
        )


def _saved(
    network: HeatNetwork, reference: HeatReference, heat: Fact, electricity: Fact
) -> _Saving:
    drive_kwh = Fraction(network.fed_gj) * Fraction(reference.drive_kwh_per_gj)
    drive_tce = drive_kwh * Fraction(electricity.value) / KG_PER_T
    saved = network.saved_tce(
        # A kgce of a MJ is a tce of a GJ.
        heat_tce_per_gj=heat.value,
        boiler_efficiency_ratio=reference.boiler_efficiency_ratio,
        drive_tce=drive_tce,
    )
    return _Saving(
        drive_tce=drive_tce,
        saved_tce=saved,
        avoided_tco2=avoided_tco2(saved, tco2_per_tce=reference.tco2_per_tce),
    )


def _check(heat: _Heat, subject: str, gaps: Gaps) -> None:
    """Name figures that contradict each other."""
    there, taken = heat.recoverable_gj, heat.recovered_gj
    if there is not None and taken is not None and taken > there:
        gaps.add(
            f"{subject} {WASTE}",
            zh=f"{subject} 回收余热 {taken:f} GJ 大于可回收 {there:f} GJ：回收率不评价，请核对",
            en=f"{subject} recovered {taken:f} GJ of {there:f} GJ recoverable: share not assessed",
        )
    fed, delivered = heat.supplied_gj, heat.delivered_gj
    if fed is not None and delivered is not None and delivered > fed:
        gaps.add(
            f"{subject} network",
            zh=f"用户收到 {delivered:f} GJ，大于 {subject} 外供 {fed:f} GJ：不闭合，"
            "网损与节煤不评价",
            en=f"users received {delivered:f} GJ of the {fed:f} GJ that {subject} supplied: it "
            "does not close; loss and savings are not assessed",
        )


def _note_nobody(subject: str, gaps: Gaps) -> None:
    gaps.add(
        "[heat_networks]",
        zh=f"[heat_networks] 没有写明该期间谁用 {subject} 的热：收到热量、网损与节煤不评价",
        en=f"no line of [heat_networks] says who took the heat of {subject} in the period: "
        "received, loss and savings are not assessed",
    )


# -- the statements ------------------------------------------------------------------------------


def _body(account: _Account, source: _Source, ports: Ports) -> dict[str, JsonValue]:
    heat, network = account.heat, account.network
    savings = [account.saving] if account.supplies else []
    return {
        **_frame([account], heat.delivered_gj, savings, source=source, ports=ports),
        **heat.document(),
        "network": None
        if network is None
        else {"id": network.id, "users": [*network.users], "source": network.source},
        "served": _served([account]),
    }


def _park_body(
    found: Mapping[str, _Account], source: _Source, ports: Ports
) -> dict[str, JsonValue]:
    """Return the sums over all suppliers; a sum that lacks one of them is not known."""
    accounts = [*found.values()]
    suppliers = [account for account in accounts if account.supplies]
    delivered = _sum(account.heat.delivered_gj for account in suppliers)
    supplied = _sum(account.heat.supplied_gj for account in suppliers)
    loss = _sum(account.heat.loss_gj for account in suppliers)
    recoverable, recovered = (
        _sum(gj for name, gj in of.items() if source.has(name, WASTE, flow))
        for flow, of in (
            (Flow.RECOVERABLE, {n: a.heat.recoverable_gj for n, a in found.items()}),
            (Flow.RECOVERED, {n: a.heat.recovered_gj for n, a in found.items()}),
        )
    )
    body = _frame(
        accounts, delivered, [each.saving for each in suppliers], source=source, ports=ports
    )
    outside = [*source.buyers_outside()]
    if outside:
        names = ", ".join(outside)
        gaps = Gaps()
        gaps.add(
            "[heat_networks]",
            zh=f"{names} 购热而不在 [heat_networks] 中，未计入",
            en=f"{names} buy heat and stand in no network of [heat_networks]: not counted",
        )
        body["not_assessed"] = [*_gaps_of(accounts), *gaps.found]
    return {
        **body,
        "recoverable_gj": _plain(recoverable),
        "recovered_gj": _plain(recovered),
        "recovered_ratio": _share(recovered, recoverable),
        "supplied_gj": _plain(supplied),
        "received_gj": {
            user: _plain(gj) for each in suppliers for user, gj in each.heat.received_gj.items()
        },
        "delivered_gj": _plain(delivered),
        "loss_gj": _plain(loss),
        "loss_ratio": _share(loss, supplied),
        "suppliers": [*found],
        "served": _served(suppliers),
    }


def _frame(
    accounts: list[_Account],
    delivered_gj: Decimal | None,
    savings: list[_Saving | None],
    *,
    source: _Source,
    ports: Ports,
) -> dict[str, JsonValue]:
    """Return what the statements of a supplier and of the park have in common."""
    reference = ports.park.heat_reference
    origins = {line: of for each in accounts for line, of in each.grounds.sources.items()}
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": _plain(delivered_gj),
        "unit": _GJ,
        "enterprises": source.n_enterprises,
        "reference": None
        if reference is None
        else {
            "boiler_efficiency_ratio": _plain(reference.boiler_efficiency_ratio),
            "drive_kwh_per_gj": _plain(reference.drive_kwh_per_gj),
            "tco2_per_tce": _plain(reference.tco2_per_tce),
            "source": reference.source,
        },
        "drive_tce": _printed(each and each.drive_tce for each in savings),
        "saved_tce": _printed(each and each.saved_tce for each in savings),
        "avoided_tco2": _printed(each and each.avoided_tco2 for each in savings),
        "factors": [fact_document(fact) for fact in source.facts()] if any(savings) else [],
        "inputs": {"activities": [*sorted(origins)], "statements": []},
        "origins": {line: origins[line] for line in sorted(origins)},
        "not_assessed": [*_gaps_of(accounts)],
        "code_version": ports.version,
    }


def _gaps_of(accounts: list[_Account]) -> Iterator[JsonValue]:
    """Yield every gap once: that of the reference is one of every supplier."""
    seen: list[JsonValue] = []
    for account in accounts:
        for gap in account.grounds.gaps.found:
            if gap not in seen:
                seen.append(gap)
                yield gap


def _n_served(heat: _Heat) -> int:
    return sum(gj is not None and gj > 0 for gj in heat.received_gj.values())


def _served(accounts: list[_Account]) -> int | None:
    """Return how many neighbours received heat; None where one did not say, or there is none."""
    heats = [account.heat for account in accounts]
    if not heats or any(heat.delivered_gj is None for heat in heats):
        return None
    return sum(_n_served(heat) for heat in heats)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Add up exactly; None where one is not known, or where there is none."""
    found = [*amounts]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    with localcontext(EXACT):
        return sum(known, start=Decimal(0))


def _share(part: Decimal | None, whole: Decimal | None) -> str | None:
    """Return a share of at most 1; None where it cannot be one."""
    if part is None or whole is None or whole == 0 or part > whole:
        return None
    return _plain((part / whole).quantize(_RATIO))


def _printed(parts: Iterable[Fraction | None]) -> str | None:
    """Add up and round to 0.001, half to even, once; None where a part is not known."""
    found = [*parts]
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    return _plain(round(sum(known, start=Fraction(0)) / Fraction(_PRINTED)) * _PRINTED)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize() + 0, "f")
