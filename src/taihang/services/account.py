"""Energy, standard coal, carbon and green shares of a settled period, as statements.

A statement is issued once; when late readings or a new factor change it, the next version is added
beside it with the reason, and the old one stays. Running the same account again changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from taihang.core.carbon.scope2 import Claim, Instrument, Scope2View, market_based
from taihang.core.errors import StateError
from taihang.core.facts import Fact, FactBook, FactOutOfForceError
from taihang.core.park.direct_connection import EXPORT_LIMIT
from taihang.core.park.park import PARK_SUBJECT, GridFactorPolicy, Park
from taihang.core.park.topology import Direction, Meter
from taihang.core.periods import Period, month, months_in
from taihang.core.quantities import KG_PER_T, WH_PER_KWH, WH_PER_MWH
from taihang.core.ratio.flow import FlowTotals
from taihang.core.seal.canonical import JsonValue, canonical_bytes, load_canonical
from taihang.core.seal.cause import Cause, causes_between, reason_of
from taihang.core.seal.issued import IssuedStatement
from taihang.core.seal.statement import EnergyStatement, fact_document
from taihang.core.series import EnergySeries
from taihang.services.match_period import rule_name
from taihang.services.month_sums import MonthSums, keep_sums, read_sums, sums_of
from taihang.services.month_sums import counted as counted_rows
from taihang.services.ports import Ports
from taihang.services.settle import term_of
from taihang.services.settled_rows import CURTAILMENT
from taihang.standards import mee_grid_factors, ndrc_650

ACCOUNT_FORMAT = "taihang-account/v1"
NON_FOSSIL = "electricity.non-fossil"
_DIRECT_CONNECTION = "direct-connection.self-use-min"
Because: TypeAlias = Mapping[str, tuple[Cause, ...]]
"""Causes by local month that no statement shows by itself: readings, and the park file."""
UNKNOWN: Final[Because] = {}
_FIRST_REASON = "first issue"


class UnsettledMonthError(StateError):
    """A month is to be accounted or billed that is not settled for the park as it is now."""

    code = "state.unsettled-month"


@dataclass(frozen=True, slots=True)
class Accounted:
    """What one run issued."""

    n_new: int
    n_restated: int
    n_unchanged: int
    not_accounted: tuple[str, ...]
    """Months for which a factor is not known, in order."""
    reason: str
    """Why the first of them could not; empty where every month was accounted."""

    @property
    def n_drawn_up(self) -> int:
        """Statements that were drawn up, whether they say something new or not."""
        return self.n_new + self.n_restated + self.n_unchanged


@dataclass(frozen=True, slots=True)
class Only:
    """A part of the statements of a period: those that may say something else than before.

    What the park is told is drawn up anyway.
    """

    months: Sequence[str]
    by_energy: frozenset[str]
    """Plants and users whose own energy differs."""
    by_share: frozenset[str]
    """Plants and users whose share in the matching differs."""
    sums: Mapping[str, MonthSums]
    """Sums by month, where they are known already; the rows of others are added up."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before it has a version: everything but version, predecessor and reason."""

    kind: str
    subject: str
    period: str
    body: dict[str, JsonValue]

    @property
    def series(self) -> str:
        """The id without version."""
        return f"{self.kind}.{self.subject}.{self.period}"


def account(
    period: Period,
    *,
    ports: Ports,
    because: Because = UNKNOWN,
    only: Only | None = None,
) -> Accounted:
    """Issue the statements of every whole month of a settled period.

    Args:
        period: A settled period.
        ports: The outside world.
        because: What changed since it was last settled.
        only: A part of its statements; None for all.

    Returns:
        How many statements are new, restated, and unchanged.
    """
    n_new = n_restated = n_unchanged = 0
    not_accounted: list[str] = []
    reason = ""
    for name in months_in(period, ports.park.zone) if only is None else only.months:
        sums = (None if only is None else only.sums.get(name)) or read_sums(name, ports=ports)
        keep_sums(name, sums, ports=ports)
        try:
            drafts = month_drafts(name, ports=ports, sums=sums, only=only)
        except FactOutOfForceError as error:
            not_accounted.append(name)
            reason = reason or str(error)
            continue
        new, restated, unchanged = issue_statements(
            drafts, period=name, ports=ports, because=because
        )
        n_new, n_restated, n_unchanged = n_new + new, n_restated + restated, n_unchanged + unchanged
    return Accounted(n_new, n_restated, n_unchanged, tuple(not_accounted), reason)


def month_drafts(
    name: str, *, ports: Ports, sums: MonthSums | None = None, only: Only | None = None
) -> list[Draft]:
    """Draw up the statements of a settled month, bills apart.

    Args:
        name: The local month.
        ports: The outside world.
        sums: Its settled intervals, where they are added up already.
        only: Only what may differ; None for all.

    Raises:
        UnsettledMonthError: If not all of the month was settled with this park file.
    """
    # 1. What was settled.
    sums = sums or read_sums(name, ports=ports)
    _demand_whole(
        month(name, ports.park.zone),
        {
            *(("plant", node, of["n"]) for node, of in sums.plants.items()),
            *(("user", node, of["n"]) for node, of in sums.users.items()),
        },
        ports.park,
    )
    # 2. Energy × factors: the statements that a stranger can prove.
    drafts = [*_energy_drafts(name, sums, ports, only)]
    # 3. What depends on the matching of the whole park.
    return [*drafts, *_market_drafts(name, sums, ports, only), *_ratio_drafts(name, sums, ports)]


def read_matching(
    period: Period, *, ports: Ports
) -> dict[tuple[str, ...], dict[str, NDArray[np.int64]]]:
    """Return the matching of a settled period, of every plant and user of the park.

    Args:
        period: A local month, or any other period.
        ports: The outside world.

    Returns:
        Settled rows by (role, node).

    Raises:
        UnsettledMonthError: If not all of the period was settled with this park file.
    """
    rows = ports.lake.read("matching", period)
    found = {(*key, len(each["time_s"])) for key, each in rows.items()}
    _demand_whole(period, found, ports.park)
    return rows


def _demand_whole(period: Period, found: AbstractSet[tuple[str | int, ...]], park: Park) -> None:
    """Refuse a period of which not every plant and user has all intervals."""
    n = period.n_steps
    wanted = {("plant", p, n) for p in park.plants} | {("user", u, n) for u in park.users}
    if absent := sorted(node for _, node, _ in wanted - found):
        told = f"not wholly settled for {', '.join(absent[:5])} ({len(absent)} in all)"
        raise UnsettledMonthError(
            given=f"{_told(period, park)}, {told}",
            expected="a whole month settled with the present park.toml",
            remedy="settle the whole month, then account and bill it",
        )


def _told(period: Period, park: Park) -> str:
    """Name a month by its name, and any other period by its ends."""
    name = f"{period.start.astimezone(park.zone):%Y-%m}"
    if period == month(name, park.zone):
        return name
    return f"{period.start.isoformat()} … {period.end.isoformat()}"


def issue_statements(
    drafts: Iterable[Draft], *, period: str, ports: Ports, because: Because = UNKNOWN
) -> tuple[int, int, int]:
    """Store drafts that say something new as the next version of their series.

    Args:
        drafts: What should be stated now.
        period: The local month or year of all of them.
        ports: The outside world.
        because: What changed since the period was last settled.

    Returns:
        Numbers of new, restated and unchanged statements.
    """
    drafts = [*drafts]
    if not drafts:
        return 0, 0, 0
    kinds = {draft.kind for draft in drafts}
    known = {issued.series: issued for issued in ports.registry.latest_statements(period, kinds)}
    causes = _causes(period, because)
    fresh: list[IssuedStatement] = []
    n_restated = n_unchanged = 0
    for draft in drafts:
        last = known.get(draft.series)
        old = None if last is None else load_canonical(last.document.encode())
        if _says_the_same(old, draft):
            n_unchanged += 1
            continue
        n_restated += last is not None
        reason = _FIRST_REASON if last is None else _why(old, draft, causes)
        fresh.append(_versioned(draft, last, reason))
    if fresh:
        ports.registry.add_statements(fresh, at_s=int(ports.clock.now().timestamp()))
    return len(fresh) - n_restated, n_restated, n_unchanged


def grid_factor(ports: Ports, *, code: str, region: str, period: Period) -> Fact:
    """Return the grid factor that the park's policy takes for a period.

    Args:
        ports: The outside world.
        code: One of the published factors.
        region: Region of the factor.
        period: The period that is accounted.

    Returns:
        The factor; its data year stands on it.
    """
    # One edition a calendar year: a year's inventory must not change factor between two months.
    year = local_last_day(period, ports.park).year
    latest = mee_grid_factors.LatestPublished(date(year, 12, 31))
    of_year = mee_grid_factors.OfDataYear(year)
    policy = ports.park.accounting.grid_factor_policy
    if policy is GridFactorPolicy.DATA_YEAR_OR_LATEST:
        try:
            return mee_grid_factors.grid_factor(
                ports.facts, code=code, region=region, policy=of_year
            )
        except FactOutOfForceError:
            policy = GridFactorPolicy.LATEST_PUBLISHED
    chosen = of_year if policy is GridFactorPolicy.DATA_YEAR else latest
    return mee_grid_factors.grid_factor(ports.facts, code=code, region=region, policy=chosen)


def local_last_day(period: Period, park: Park) -> date:
    """Return the last local day of a period."""
    return (period.end.astimezone(park.zone) - timedelta(microseconds=1)).date()


def project_energy(
    period: Period, *, ports: Ports, sums: MonthSums | None = None
) -> ndrc_650.ProjectEnergy:
    """Return the energies of the park as a direct-connection project, over closed intervals.

    Where no plant's curtailment is metered, E_cur is 0 because nothing is curtailed by this
    platform, and the report says that it is not metered. Own use of plants counts as load.

    Args:
        period: A settled period.
        ports: The outside world.
        sums: Its settled intervals, where they are added up already.

    Returns:
        The energies; their identities hold to the watt-hour.
    """
    if sums is None:
        matching = ports.lake.read("matching", period, "plant", columns=("total_wh",))
        balance = ports.lake.read("balance", period, columns=("wh", "closed"))
        sums = sums_of({}, matching, balance)
    # A plant that joined the park later has fewer rows than the balance.
    wh = {
        CURTAILMENT: 0,
        **{flow: of["wh"] for flow, of in sums.flows.items()},
        "generated": sum(of["closed_wh"] for of in sums.plants.values()),
    }
    totals = FlowTotals(wh=wh, n_closed=0, n_open=0, n_unsettled=0)
    return ndrc_650.energy_of(
        totals, storage_losses_in_load=ports.park.accounting.storage_losses_in_load
    )


def project_ratios(
    period: Period, *, ports: Ports, sums: MonthSums | None = None
) -> ndrc_650.Ratios650:
    """Judge a settled period by the ratios of 发改能源〔2025〕650号.

    A period before the rule is judged by the thresholds of its first day.
    """
    energy = project_energy(period, ports=ports, sums=sums)
    return judged(energy, on=local_last_day(period, ports.park), ports=ports)


def judged(energy: ndrc_650.ProjectEnergy, *, on: date, ports: Ports) -> ndrc_650.Ratios650:
    """Judge energies by the thresholds and the limit of export in force on a local day.

    A day before the rule is judged by the thresholds of its first day.
    """
    on = max(on, first_day(_DIRECT_CONNECTION, ports.facts))
    limit_ratio, basis = export_limit(on, ports=ports)
    return ndrc_650.ratios(
        energy, export_limit_ratio=limit_ratio, book=ports.facts, on=on, export_basis=basis
    )


def export_limit(on: date, *, ports: Ports) -> tuple[Decimal, str | None]:
    """Return the limit of export on a local day, and the key of the fact behind it.

    Args:
        on: The local day; before the first dated limit that one is taken.
        ports: The outside world.

    Returns:
        The limit [1], and None where the park states one without a date.
    """
    undated = ports.park.accounting.export_limit_ratio
    if undated is not None:
        return undated, None
    fact = ports.facts.in_force(EXPORT_LIMIT, on=max(on, first_day(EXPORT_LIMIT, ports.facts)))
    return fact.value, fact.key


def first_day(code: str, book: FactBook) -> date:
    """Return the first day on which any fact of a code is in force.

    A rule that is younger than the period is applied as it stood on its first day; the statement
    carries the fact with its dates, so that nobody takes it for a rule of that time.
    """
    return min(fact.valid_from for fact in book.all() if fact.code == code)


# -- provable statements -------------------------------------------------------------------------


def _energy_drafts(name: str, sums: MonthSums, ports: Ports, only: Only | None) -> Iterator[Draft]:
    period = month(name, ports.park.zone)
    coal = ports.facts.in_force(
        "coal-equivalent.electricity", on=local_last_day(period, ports.park), family="gbt-2589-2020"
    )
    region = ports.park.accounting.location_region
    location = grid_factor(ports, code=mee_grid_factors.AVERAGE, region=region, period=period)
    meters = [m for m in ports.park.meters.values() if m.id in sums.meters]
    used = [m for m in meters if m.measures is Direction.CONSUMPTION]
    subjects: dict[str, list[Meter]] = {}
    for meter in meters:
        # A meter that was replaced within the month stands beside the one that followed it.
        if meter.measures in _STATED:
            subjects.setdefault(meter.node, []).append(meter)
    for subject, chosen in [*subjects.items(), *([(PARK_SUBJECT, used)] if used else [])]:
        if only is not None and subject not in {PARK_SUBJECT, *only.by_energy}:
            continue
        measured = _measured(chosen, sums, period)
        if measured.missing == period.n_steps * len(chosen):
            continue  # A statement of nothing would read as zero.
        base = _Base(name, period, subject, chosen, measured, ports)
        if chosen[0].measures is Direction.GENERATION:
            yield base.draft(_GENERATION)
        else:
            yield base.draft(_USE)
            yield base.draft(_COAL, coal)
            yield base.draft(_LOCATION, location)


_STATED = (Direction.CONSUMPTION, Direction.GENERATION)


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of provable statement."""

    name: str
    zh: str
    en: str
    divisor: int
    unit: str


_USE = _Kind("energy", "用电量", "electricity used", WH_PER_KWH, "kWh")
_GENERATION = _Kind("energy", "发电量", "electricity generated", WH_PER_KWH, "kWh")
_COAL = _Kind(
    "standard-coal",
    "电力折标煤（当量值）",
    "standard coal of electricity, equivalent value",
    WH_PER_KWH * KG_PER_T,
    "tce",
)
_LOCATION = _Kind(
    "scope2-location",
    "范围二排放（基于位置）",
    "scope 2 emissions, location-based",
    WH_PER_MWH,
    "tCO2",
)


@dataclass(frozen=True, slots=True)
class _Measured:
    energy_wh: int
    missing: int


@dataclass(frozen=True, slots=True)
class _Base:
    """What the provable statements of one subject and month have in common."""

    name: str
    period: Period
    subject: str
    meters: list[Meter]
    measured: _Measured
    ports: Ports

    def draft(self, kind: _Kind, *factors: Fact) -> Draft:
        """Return the draft of energy × factors ÷ divisor."""
        subject_zh, subject_en = _names(self.subject, self.ports.park)
        statement = EnergyStatement(
            id="-",
            kind=kind.name,
            subject=self.subject,
            park=self.ports.park.id,
            period=self.period,
            title_zh=f"{subject_zh} {self.name} {kind.zh}",
            title_en=f"{subject_en}, {self.name}: {kind.en}",
            terms=tuple(term_of(meter) for meter in self.meters),
            energy_wh=self.measured.energy_wh,
            missing=self.measured.missing,
            factors=factors,
            divisor=kind.divisor,
            unit=kind.unit,
            code_version=self.ports.version,
            version=1,
            supersedes=None,
            reason=_FIRST_REASON,
        )
        return Draft(kind.name, self.subject, self.name, statement.document())


def _measured(meters: list[Meter], sums: MonthSums, period: Period) -> _Measured:
    """Sum what the law ``register-energy/v1`` calls measured: no estimate, nothing below zero."""
    found = [sums.meters[meter.id] for meter in meters]
    # What has no row is missing as well.
    missing = period.n_steps * len(meters) - sum(of["n"] for of in found)
    return _Measured(sum(of["wh"] for of in found), missing)


def counted(series: EnergySeries) -> NDArray[np.bool_]:
    """Say which intervals a provable statement counts: read, and not below zero, shape (n,)."""
    return counted_rows(series.wh, series.quality)


# -- statements that need the whole park ---------------------------------------------------------


def _market_drafts(name: str, sums: MonthSums, ports: Ports, only: Only | None) -> Iterator[Draft]:
    """Yield scope 2 by contract of every user, and by wire of those on a dedicated line."""
    wired = {user for line in ports.park.dedicated_lines.values() for user in line.users}
    period = month(name, ports.park.zone)
    on = max(local_last_day(period, ports.park), first_day(NON_FOSSIL, ports.facts))
    non_fossil = ports.facts.in_force(NON_FOSSIL, on=on)
    code = ports.park.accounting.residual_factor
    residual = grid_factor(ports, code=code, region=mee_grid_factors.NATION, period=period)
    rule = rule_name(period, ports.park)
    for node, of in sums.users.items():
        if of["missing"] == of["n"] or (only is not None and node not in only.by_share):
            continue
        line = _claim(Instrument.DIRECT_LINE, "dedicated line", of["line_wh"], non_fossil)
        pool = _claim(Instrument.CONTRACT, "park green supply", of["pool_wh"], non_fossil)
        load_wh = of["load_wh"]
        market = market_based(load_wh, claims=[line, pool], residual=residual)
        body = _view_body(of, market, (non_fossil, residual), ports)
        yield Draft(
            "scope2-market", node, name, {**body, "pool_wh": pool.wh, "rule": _MARKET + rule}
        )
        if node in wired:
            physical = market_based(load_wh, claims=[line], residual=residual)
            body = _view_body(of, physical, (non_fossil, residual), ports)
            yield Draft("scope2-physical", node, name, {**body, **_by_wire(of, rule)})


_MARKET: Final = "scope2-market/v1 over "
_PHYSICAL: Final = "scope2-physical/v1 over "


def _view_body(
    of: Mapping[str, int], view: Scope2View, factors: tuple[Fact, Fact], ports: Ports
) -> dict[str, JsonValue]:
    """Return what a view by contract and a view by wire have in common."""
    return {
        "format": ACCOUNT_FORMAT,
        "load_wh": view.load_wh,
        "line_wh": of["line_wh"],
        "missing": of["missing"],
        "estimated": of["estimated"],
        "estimated_wh": of["estimated_wh"],
        "factors": [fact_document(factor) for factor in factors],
        "value": _plain(view.kg_co2e / KG_PER_T),
        "unit": "tCO2",
        "code_version": ports.version,
    }


def _by_wire(of: Mapping[str, int], rule: str) -> dict[str, JsonValue]:
    """Say in how many intervals the line carried something, and in how many all of the load.

    The line serves the very interval of its generation: none of it moves to another one.
    """
    return {
        "rule": _PHYSICAL + rule,
        "intervals": of["n"],
        "intervals_on_line": of["on_line"],
        "intervals_wholly_on_line": of["wholly_on_line"],
    }


def _ratio_drafts(name: str, sums: MonthSums, ports: Ports) -> Iterator[Draft]:
    """Yield the ratios of the park over the month."""
    found = project_ratios(month(name, ports.park.zone), ports=ports, sums=sums)
    energy = found.energy
    body: dict[str, JsonValue] = {
        "format": ACCOUNT_FORMAT,
        "rule": "ndrc-650/v1",
        "available_wh": energy.available_wh,
        "exported_wh": energy.exported_wh,
        "curtailed_wh": energy.curtailed_wh,
        "imported_wh": energy.imported_wh,
        "load_wh": energy.load_wh,
        "other_wh": energy.other_wh,
        "requirements": [
            {
                "symbol": requirement.symbol,
                "verdict": requirement.verdict.value,
                "basis": requirement.basis,
                "zh": requirement.sentence_zh,
                "en": requirement.sentence_en,
            }
            for requirement in found.requirements
        ],
        "code_version": ports.version,
    }
    yield Draft("ratios-650", PARK_SUBJECT, name, body)


def _claim(instrument: Instrument, label: str, wh: int, factor: Fact) -> Claim:
    return Claim(instrument=instrument, label=label, wh=wh, factor=factor)


def _plain(value: Decimal) -> str:
    return format(value.normalize() + 0, "f")


def _names(subject: str, park: Park) -> tuple[str, str]:
    if subject == PARK_SUBJECT:
        return park.name_zh, park.name_en
    asset = park.assets[subject]
    return f"{subject} {asset.name_zh}", f"{subject} {asset.name_en}"


# -- versions ------------------------------------------------------------------------------------

_OF_VERSION = ("id", "version", "supersedes", "reason", "code_version")
"""Fields that do not make a statement say something else."""


def says_the_same(last: IssuedStatement, draft: Draft) -> bool:
    """Say whether an issued statement says what a draft says, versions apart."""
    return _says_the_same(load_canonical(last.document.encode()), draft)


def _says_the_same(old: JsonValue, draft: Draft) -> bool:
    if not isinstance(old, dict):
        return False
    return all(
        old.get(key) == draft.body.get(key) for key in {*old, *draft.body} if key not in _OF_VERSION
    )


def _causes(period: str, because: Because) -> tuple[Cause, ...]:
    """Return what changed in a month, in any month of a year, or in the month of a day."""
    about = (of for name, of in because.items() if name.startswith(period) or name == period[:7])
    return tuple(cause for of in about for cause in of)


def _versioned(draft: Draft, last: IssuedStatement | None, reason: str) -> IssuedStatement:
    version = 1 if last is None else last.version + 1
    body = {
        **draft.body,
        "id": f"{draft.series}.v{version}",
        "version": version,
        "supersedes": None if last is None else last.id,
        "reason": reason,
    }
    return IssuedStatement(
        series=draft.series,
        version=version,
        kind=draft.kind,
        subject=draft.subject,
        period=draft.period,
        document=canonical_bytes(body).decode(),
    )


def _why(old: JsonValue, draft: Draft, because: tuple[Cause, ...]) -> str:
    """Return the reason of a restatement: what the bodies show, and what they cannot show."""
    return reason_of(causes_between(old if isinstance(old, dict) else {}, draft.body, because))
