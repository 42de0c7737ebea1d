"""Client of the Taihang interface, version 1. Made from its document."""

from dataclasses import dataclass
from typing import Literal

from taihang_client.transport import ApiError, Send, Transport, each, segment

__all__ = [
    "Account",
    "AlarmDecisionIn",
    "AlarmOut",
    "ApiError",
    "AssetOut",
    "BalanceOut",
    "BillLineOut",
    "BillOut",
    "CertificateLine",
    "CertificateOut",
    "CheckpointOut",
    "ClaimIn",
    "ClaimOut",
    "Client",
    "CopyOut",
    "Counts",
    "CoverageLine",
    "DecisionOut",
    "EnergyOut",
    "EnterpriseOut",
    "FigureOut",
    "FigurePart",
    "FigureReading",
    "GatewayOut",
    "LineIn",
    "LineOut",
    "MatchingOut",
    "MeterOut",
    "PageOfAlarmOut",
    "PageOfAssetOut",
    "PageOfBillOut",
    "PageOfCertificateLine",
    "PageOfCoverageLine",
    "PageOfEnterpriseOut",
    "PageOfGatewayOut",
    "PageOfMeterOut",
    "PageOfPlantOut",
    "PageOfQualityLine",
    "PageOfReportOut",
    "PageOfStatementLine",
    "ParkOut",
    "PlanDecisionIn",
    "PlanOut",
    "PlantOut",
    "QualityLine",
    "RatiosOut",
    "ReadingsOut",
    "ReportOut",
    "RequirementOut",
    "RuleHit",
    "SeriesOut",
    "Settled",
    "ShownPlant",
    "ShownStep",
    "Span",
    "StandingOut",
    "StatementLine",
    "StatementOut",
    "SumOut",
    "SumsOut",
    "Titled",
    "TrailLine",
    "TrailOut",
    "each",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOut:
    """One alarm: what was found, and where it stands."""

    id: str
    rule: str
    subject: str
    priority: str
    state: str
    """unacknowledged, acknowledged, shelved, returned or normal (ISA-18.2)."""
    start: str
    end: str | None
    """Null while it lasts."""
    n: int
    """How often it came."""
    sentence_zh: str
    sentence_en: str
    shelved_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfAlarmOut:
    """A part of a list."""

    items: list[AlarmOut]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetOut:
    """Another thing that stands in the park."""

    id: str
    kind: str
    """``battery``, ``charging-station`` or ``grid-connection``."""
    name_zh: str
    name_en: str
    power_kw: float | None
    """Rating of a battery or a charging station."""
    energy_kwh: float | None
    """Rated energy of a battery."""
    capacity_kva: float | None
    """Limit of a grid connection."""
    in_service_since: str | None
    in_service_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfAssetOut:
    """A part of a list."""

    items: list[AssetOut]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """A statement without its text."""

    id: str
    series: str
    """The id without its version."""
    version: int
    kind: str
    subject: str
    period: str
    value: str | None
    """The number that it states, a decimal; null where it states none, or several."""
    unit: str | None
    reason: str | None
    """Why this version was issued."""
    sha256: str
    """Hash of the text as issued [hex]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled:
    """A title in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLineOut:
    """One line of a bill."""

    code: str
    title: Titled
    quantity: str | None
    unit: str | None
    price: str | None
    price_unit: str | None
    amount_cny: str | None
    state: str
    """``billed``, or why it has no amount."""
    facts: list[str]
    """Keys of the dated facts that it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillOut:
    """A bill with its lines."""

    statement: StatementLine
    tariff: str | None
    energy_wh: int | None
    lines: list[BillLineOut]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfBillOut:
    """A part of a list."""

    items: list[BillOut]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfStatementLine:
    """A part of a list."""

    items: list[StatementLine]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """One certificate: some positions of an issue, in one state, with one holder."""

    id: str
    issue: str
    month: str
    route: str
    """How the energy went: over a line, by contract, from the pool, or into the grid."""
    kind: str
    """``tradable`` or ``non-tradable``."""
    state: str
    holder: str
    wh: int
    expires: str
    """The first moment at which it is no longer valid (UTC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfCertificateLine:
    """A part of a list."""

    items: list[CertificateLine]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLine:
    """What of a local day of a meter was read."""

    meter: str
    day: str
    """Start of the local day (UTC)."""
    measured: int
    estimated: int
    manual: int
    missing: int
    rejected: int
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfCoverageLine:
    """A part of a list."""

    items: list[CoverageLine]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseOut:
    """An enterprise of the park."""

    id: str
    name_zh: str
    name_en: str
    sector: str
    """Division of GB/T 4754."""
    voltage_kv: float
    transformer_kva: float
    in_service_since: str | None
    in_service_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfEnterpriseOut:
    """A part of a list."""

    items: list[EnterpriseOut]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayOut:
    """A gateway and the meters that it reads."""

    id: str
    meters: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfGatewayOut:
    """A part of a list."""

    items: list[GatewayOut]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterOut:
    """A meter of any medium, or a declared series of prices or the like."""

    id: str
    """The point of its readings."""
    node: str | None
    """What it stands at; null of a declared series."""
    medium: str
    """``electricity``, ``reactive-energy``, ``declared``, or the name of another medium."""
    measures: str
    """Which flow it counts, or the quantity of a declared series."""
    unit: str
    scale: str
    """What one count is worth in the unit, a decimal."""
    in_service_since: str | None
    in_service_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfMeterOut:
    """A part of a list."""

    items: list[MeterOut]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantOut:
    """A generating plant."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    capacity_kw: float
    planned_mwh_per_year: float | None
    in_service_since: str | None
    in_service_until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfPlantOut:
    """A part of a list."""

    items: list[PlantOut]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHit:
    """One rule at one meter."""

    rule: str
    n: int
    """How often."""
    first: str
    """Start of the first interval (UTC)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLine:
    """How good the readings of a meter are over a period."""

    meter: str
    node: str
    score: int
    """0 … 100, mean of its days."""
    grade: str
    worst_score: int
    worst_day: str
    """Start of its worst local day (UTC)."""
    counts: dict[str, int]
    """Intervals by quality."""
    latency_s: int | None
    hits: list[RuleHit]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfQualityLine:
    """A part of a list."""

    items: list[QualityLine]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOut:
    """One form of a report in one language."""

    name: str
    lang: str
    form: str
    stage: str
    """``draft``, or ``signed`` with the number of the signing."""
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOut:
    """One version of an issued report."""

    id: str
    code: str
    """Its verification code."""
    subject: str
    period: str
    version: int
    title_zh: str
    title_en: str
    is_provisional: bool
    issued_at: str
    issued_by: str
    reason: str
    copies: list[CopyOut]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfReportOut:
    """A part of a list."""

    items: list[ReportOut]
    next: str | None
    """Cursor of the part that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailLine:
    """One entry of the audit trail."""

    number: int
    id: str
    at: str
    kind: str
    subject: str
    actor: str | None
    roles: list[str]
    enterprise: str | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailOut:
    """A part of the audit trail."""

    items: list[TrailLine]
    next_first: int | None
    """Number of the entry that follows; null at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineIn:
    """A line of activity data: an amount of one thing, in one flow, of one subject and period."""

    subject: str
    """An enterprise, a station, or ``park``."""
    period: str
    """A local month, or a year where nothing finer is known."""
    item: str
    """Name in the tables of facts, for example ``natural-gas``."""
    flow: str
    """For example ``consumed``; the form lists all of them."""
    amount: str
    """A decimal as text."""
    unit: str
    version: int = 1
    """2 and more of a correction."""
    reason: str | None = None
    """Why it is corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOut:
    """What became of a line."""

    id: str
    version: int
    is_new: bool
    """False where it was there already, word for word."""
    sha256: str
    """Hash of the form that the line was kept with [hex]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimIn:
    """Use certificates up, the earliest to expire first."""

    party: str
    """Who holds them."""
    wh: int
    purpose: str
    beneficiary: str
    period: str
    """Month or year of the use that it covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimOut:
    """What became of a claim."""

    id: str
    wh: int
    """Energy that it moved [Wh]."""
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmDecisionIn:
    """A decision on an alarm."""

    alarm: str
    act: Literal["acknowledge", "shelve", "unshelve"]
    reason: str
    until: str | None = None
    """End of the shelf; only where it is shelved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionOut:
    """What became of a decision."""

    id: str
    state: str | None
    """Where the alarm or the plan stands now; null where a repeat finds it gone."""
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDecisionIn:
    """A decision on a plan."""

    plan: str
    """Id of the statement with its version."""
    act: Literal["approve", "confirm", "withdraw"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A period, and how long the stretches of an answer are."""

    begin: str
    end: str
    """The first moment no more."""
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceOut:
    """The energy balance of the park, stretch by stretch."""

    span: Span
    start: list[str]
    flows: dict[str, list[int | None]]
    """generation, load, import, export, charge, discharge, losses, over closed intervals [Wh].
    """
    n_intervals: list[int]
    n_open: list[int]
    """Intervals whose balance stays open because a reading is missing."""
    n_estimated: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPlant:
    """A plant that gave energy to a certificate."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """One act of its history."""

    number: int
    kind: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateOut:
    """A certificate as anybody may see it: no energy of any interval."""

    id: str
    month: str
    route: str
    kind: str
    rule: str
    """Name of the matching rule."""
    wh: int
    plants: list[ShownPlant]
    states: dict[str, int]
    """Energy by state [Wh]."""
    holder: str
    beneficiary: str
    purpose: str
    expires: str
    steps: list[ShownStep]
    file_sha256: str
    """Hash of the machine file; empty of a certificate that was cut since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointOut:
    """The newest signed checkpoint of the park's log."""

    origin: str
    size: int
    root: str
    """Root of the tree [hex]."""
    note: str
    """The signed text, with every cosignature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Intervals of each stretch."""

    n_intervals: list[int]
    n_missing: list[int]
    n_estimated: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyOut:
    """Settled energy of one meter; the columns have one value for each stretch."""

    meter: str
    span: Span
    start: list[str]
    wh: list[int | None]
    """Energy of the usable intervals [Wh]; null where there is none."""
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class FigurePart:
    """A figure one level down."""

    key: str
    name: str
    value: str | None
    unit: str
    flag: str
    """Quality, where it is not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureReading:
    """A reading behind a figure."""

    point: str
    quantity: str
    at: str
    count: int
    unit: str
    quality: str
    source: str
    """Gateway and number of the batch."""
    leaf: int
    """Number of the batch in the log."""
    counts: bool
    """Whether it is the reading that counts of its instant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureOut:
    """Everything that stands behind one figure."""

    key: str
    name: str
    value: str | None
    unit: str
    adds_up: bool | None
    """Whether its formula gives it exactly; null where there is nothing to compare."""
    operands: list[FigurePart]
    """What its formula takes, in order."""
    beside: list[FigurePart]
    """What it rests on besides."""
    rule: str | None
    factors: list[str]
    """Keys of the dated facts that it rests on."""
    statement: str | None
    """The statement in which it stands."""
    n_intervals: int | None
    n_missing: int | None
    n_estimated: int | None
    readings: list[FigureReading]
    claim: str
    """What a proof file of it proves: see ``/proofs``; empty where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchingOut:
    """Energy of a user or plant and what of it is matched, stretch by stretch."""

    node: str
    role: str
    """``user`` or ``plant``."""
    span: Span
    start: list[str]
    total_wh: list[int | None]
    """Used by a user, or net generation of a plant [Wh]."""
    line_wh: list[int | None]
    """Matched over dedicated lines [Wh]."""
    pool_wh: list[int | None]
    """Matched by contract or from the pool [Wh]."""
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whoever asks."""

    name: str
    roles: list[str]
    rights: list[str]
    enterprise: str | None
    """The enterprise of one who belongs to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """From the first to the last settled interval."""

    start: str
    end: str
    """The first moment no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkOut:
    """The park."""

    id: str
    name_zh: str
    name_en: str
    time_zone: str
    province: str
    settled: Settled | None
    """Null while nothing is settled."""
    log_origin: str
    """Name of the park's log."""
    log_size: int
    """Records in the log."""
    version: str
    """Version of the platform."""
    is_whole: bool
    """Whether whoever asks sees the whole park."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOut:
    """The plan of a day; every series has one value for each step, planned mean power [W]."""

    statement: StatementLine
    start_s: int
    """Start of the day [s since 1970-01-01T00:00Z]."""
    step_s: int
    accepted: bool | None
    rated_wh: int
    """Rated energy of the storage [Wh]."""
    load_w: list[int]
    import_w: list[int]
    export_w: list[int]
    charge_w: list[int]
    discharge_w: list[int]
    stored_wh: list[int]
    """Stored energy at the end of each step [Wh]."""
    plants_w: dict[str, list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementOut:
    """One requirement of 发改能源〔2025〕650号."""

    symbol: str
    verdict: str
    zh: str
    en: str
    basis: str | None
    """Key of the dated fact that it is judged by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RatiosOut:
    """The ratios of a month."""

    statement: StatementLine
    load_wh: int | None
    available_wh: int | None
    imported_wh: int | None
    exported_wh: int | None
    curtailed_wh: int | None
    requirements: list[RequirementOut]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesOut:
    """What a point says in one quantity; the columns have one value for each stretch."""

    point: str
    quantity: str
    """``register``, ``energy``, ``reactive`` or ``sample``."""
    unit: str
    scale: str
    """What one count is worth in the unit, a decimal: value = count × scale, exactly."""
    start: list[str]
    """When it was read, or when the stretch begins (UTC)."""
    count: list[int]
    """The reading; of a stretch by how much a counter advanced, else the sum."""
    quality: list[str]
    """The worst inside: measured, estimated, manual, missing or rejected."""
    n_readings: list[int]
    """Usable readings inside."""
    known_at: list[str]
    """Since when all of it is known (UTC)."""
    source: list[str]
    """Gateway and number of the batch that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingsOut:
    """What a point says in a period, known at a size of the log."""

    begin: str
    end: str
    """The first moment no more."""
    step: str
    as_of_size: int
    """Records of the log that were known."""
    series: list[SeriesOut]
    """One for each quantity in which the point has readings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOut:
    """How an enterprise stands among those of its sector."""

    enterprise: str
    year: str
    sector: str
    unit: str
    n_members: int
    own: str
    mean: str | None
    better_half_mean: str | None
    tenth: int | None
    """1 for the best tenth … 10 for the last."""
    why_not: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementOut:
    """A statement with its text."""

    statement: StatementLine
    document: dict[str, object]
    """As it was issued; the text to the letter is at ``…/document``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SumOut:
    """A sum over enterprises that gives none of them away."""

    measure: str
    unit: str
    group: str
    """``park``, or a sector of GB/T 4754."""
    value: str | None
    """A decimal; null where it is withheld."""
    withheld: str | None
    """``too-few``, ``dominated`` or ``overlaps``: why it is not shown."""
    n_members: int
    """Enterprises with a figure above zero."""
    n_in_group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SumsOut:
    """The sums of a month."""

    month: str
    sums: list[SumOut]


class Client:
    """One park, asked under one key."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        lang: Literal["zh", "en"] = "zh",
        timeout_s: float = 60.0,
        send: Send | None = None,
    ) -> None:
        """Ask nothing yet.

        Args:
            base_url: Scheme, host and port, for example ``https://park.example``.
            key: An API key, made on the page of one's own account.
            lang: Language of titles.
            timeout_s: How long to wait for an answer [s].
            send: Stands in for the network.
        """
        self._transport = Transport(base_url, key, lang=lang, timeout_s=timeout_s, send=send)

    def export_csv(
        self,
        *,
        points: str,
        period: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        step: Literal["raw", "15min", "hour", "day", "month"] = "15min",
        as_of: str | None = None,
    ) -> bytes:
        """Export readings as CSV: ``GET /api/v1/exports/readings.csv``, right see-own."""
        return self._transport.fetch(
            "/api/v1/exports/readings.csv",
            {
                "period": period,
                "from": from_,
                "to": to,
                "step": step,
                "as_of": as_of,
                "points": points,
            },
        )

    def export_parquet(
        self,
        *,
        points: str,
        period: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        step: Literal["raw", "15min", "hour", "day", "month"] = "15min",
        as_of: str | None = None,
    ) -> bytes:
        """Export readings as Parquet: ``GET /api/v1/exports/readings.parquet``, right see-own."""
        return self._transport.fetch(
            "/api/v1/exports/readings.parquet",
            {
                "period": period,
                "from": from_,
                "to": to,
                "step": step,
                "as_of": as_of,
                "points": points,
            },
        )

    def list_alarms(self, *, cursor: str | None = None, limit: int = 100) -> PageOfAlarmOut:
        """Alarms: ``GET /api/v1/alarms``, right see-alarms."""
        return self._transport.ask(
            PageOfAlarmOut, "/api/v1/alarms", {"cursor": cursor, "limit": limit}
        )

    def list_assets(self, *, cursor: str | None = None, limit: int = 100) -> PageOfAssetOut:
        """Storage, charging stations, connections: ``GET /api/v1/assets``, right see-park."""
        return self._transport.ask(
            PageOfAssetOut, "/api/v1/assets", {"cursor": cursor, "limit": limit}
        )

    def list_bills(
        self, *, month: str, cursor: str | None = None, limit: int = 100, subject: str | None = None
    ) -> PageOfBillOut:
        """Bills of a month: ``GET /api/v1/bills``, right see-own."""
        return self._transport.ask(
            PageOfBillOut,
            "/api/v1/bills",
            {"cursor": cursor, "limit": limit, "month": month, "subject": subject},
        )

    def list_carbon(
        self,
        *,
        period: str,
        cursor: str | None = None,
        limit: int = 100,
        subject: str | None = None,
    ) -> PageOfStatementLine:
        """Carbon and energy accounts: ``GET /api/v1/carbon``, right see-own."""
        return self._transport.ask(
            PageOfStatementLine,
            "/api/v1/carbon",
            {"cursor": cursor, "limit": limit, "period": period, "subject": subject},
        )

    def list_certificates(
        self,
        *,
        cursor: str | None = None,
        limit: int = 100,
        month: str | None = None,
        holder: str | None = None,
        state: Literal["issued", "held", "listed", "in-transfer", "claimed", "expired", "withdrawn"]
        | None = None,
    ) -> PageOfCertificateLine:
        """Certificates: ``GET /api/v1/certificates``, right see-own."""
        return self._transport.ask(
            PageOfCertificateLine,
            "/api/v1/certificates",
            {"cursor": cursor, "limit": limit, "month": month, "holder": holder, "state": state},
        )

    def list_coverage(
        self,
        *,
        period: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> PageOfCoverageLine:
        """Coverage by meter and day: ``GET /api/v1/coverage``, right see-own."""
        return self._transport.ask(
            PageOfCoverageLine,
            "/api/v1/coverage",
            {"period": period, "from": from_, "to": to, "cursor": cursor, "limit": limit},
        )

    def list_enterprises(
        self, *, cursor: str | None = None, limit: int = 100
    ) -> PageOfEnterpriseOut:
        """Enterprises: ``GET /api/v1/enterprises``, right see-own."""
        return self._transport.ask(
            PageOfEnterpriseOut, "/api/v1/enterprises", {"cursor": cursor, "limit": limit}
        )

    def list_gateways(self, *, cursor: str | None = None, limit: int = 100) -> PageOfGatewayOut:
        """Gateways: ``GET /api/v1/gateways``, right see-park."""
        return self._transport.ask(
            PageOfGatewayOut, "/api/v1/gateways", {"cursor": cursor, "limit": limit}
        )

    def list_meters(self, *, cursor: str | None = None, limit: int = 100) -> PageOfMeterOut:
        """Meters: ``GET /api/v1/meters``, right see-own."""
        return self._transport.ask(
            PageOfMeterOut, "/api/v1/meters", {"cursor": cursor, "limit": limit}
        )

    def list_plants(self, *, cursor: str | None = None, limit: int = 100) -> PageOfPlantOut:
        """Plants: ``GET /api/v1/plants``, right see-own."""
        return self._transport.ask(
            PageOfPlantOut, "/api/v1/plants", {"cursor": cursor, "limit": limit}
        )

    def list_quality(
        self,
        *,
        period: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        cursor: str | None = None,
        limit: int = 100,
    ) -> PageOfQualityLine:
        """Quality of meters: ``GET /api/v1/quality``, right see-own."""
        return self._transport.ask(
            PageOfQualityLine,
            "/api/v1/quality",
            {"period": period, "from": from_, "to": to, "cursor": cursor, "limit": limit},
        )

    def list_reports(self, *, cursor: str | None = None, limit: int = 100) -> PageOfReportOut:
        """Issued reports: ``GET /api/v1/reports``, right see-own."""
        return self._transport.ask(
            PageOfReportOut, "/api/v1/reports", {"cursor": cursor, "limit": limit}
        )

    def list_statements(
        self,
        *,
        period: str,
        cursor: str | None = None,
        limit: int = 100,
        kind: str | None = None,
        subject: str | None = None,
    ) -> PageOfStatementLine:
        """Statements of a period: ``GET /api/v1/statements``, right see-own."""
        return self._transport.ask(
            PageOfStatementLine,
            "/api/v1/statements",
            {"cursor": cursor, "limit": limit, "period": period, "kind": kind, "subject": subject},
        )

    def list_trail(self, *, first: int = 0, limit: int = 100) -> TrailOut:
        """Audit trail: ``GET /api/v1/trail``, right read-trail."""
        return self._transport.ask(TrailOut, "/api/v1/trail", {"first": first, "limit": limit})

    def list_versions(
        self, id_: str, *, cursor: str | None = None, limit: int = 100
    ) -> PageOfStatementLine:
        """Versions of a statement: ``GET /api/v1/statements/{id}/versions``, right see-own."""
        return self._transport.ask(
            PageOfStatementLine,
            f"/api/v1/statements/{segment(id_)}/versions",
            {"cursor": cursor, "limit": limit},
        )

    def put_activity(self, id_: str, wanted: LineIn) -> LineOut:
        """Hand in a line of activity data: ``PUT /api/v1/activity/{id}``, right hand-in."""
        return self._transport.put(LineOut, f"/api/v1/activity/{segment(id_)}", wanted)

    def put_certificate_claim(self, id_: str, wanted: ClaimIn) -> ClaimOut:
        """Claim certificates: ``PUT /api/v1/certificate-claims/{id}``, right issue-certificates."""
        return self._transport.put(ClaimOut, f"/api/v1/certificate-claims/{segment(id_)}", wanted)

    def put_decision_on_alarm(self, id_: str, wanted: AlarmDecisionIn) -> DecisionOut:
        """Decide of an alarm: ``PUT /api/v1/alarm-decisions/{id}``, right handle-alarms."""
        return self._transport.put(DecisionOut, f"/api/v1/alarm-decisions/{segment(id_)}", wanted)

    def put_decision_on_plan(self, id_: str, wanted: PlanDecisionIn) -> DecisionOut:
        """Decide of a plan: ``PUT /api/v1/plan-decisions/{id}``, right approve-plans."""
        return self._transport.put(DecisionOut, f"/api/v1/plan-decisions/{segment(id_)}", wanted)

    def read_balance(
        self,
        *,
        period: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        step: Literal["15min", "hour", "day", "month"] = "15min",
    ) -> BalanceOut:
        """Energy balance of the park: ``GET /api/v1/balance``, right see-park."""
        return self._transport.ask(
            BalanceOut, "/api/v1/balance", {"period": period, "from": from_, "to": to, "step": step}
        )

    def read_certificate(self, id_: str) -> CertificateOut:
        """One certificate: ``GET /api/v1/certificates/{id}``, right see-own."""
        return self._transport.ask(CertificateOut, f"/api/v1/certificates/{segment(id_)}")

    def read_checkpoint(self) -> CheckpointOut:
        """Checkpoint of the log: ``GET /api/v1/log/checkpoint``, right see-own."""
        return self._transport.ask(CheckpointOut, "/api/v1/log/checkpoint")

    def read_copy(self, name: str) -> bytes:
        """Copy of a report: ``GET /api/v1/report-copies/{name}``, right see-own."""
        return self._transport.fetch(f"/api/v1/report-copies/{segment(name)}")

    def read_document(self, id_: str) -> bytes:
        """Text of a statement: ``GET /api/v1/statements/{id}/document``, right see-own."""
        return self._transport.fetch(f"/api/v1/statements/{segment(id_)}/document")

    def read_energy(
        self,
        meter: str,
        *,
        period: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        step: Literal["15min", "hour", "day", "month"] = "15min",
    ) -> EnergyOut:
        """Settled energy of a meter: ``GET /api/v1/energy/{meter}``, right see-own."""
        return self._transport.ask(
            EnergyOut,
            f"/api/v1/energy/{segment(meter)}",
            {"period": period, "from": from_, "to": to, "step": step},
        )

    def read_enterprise(self, id_: str) -> EnterpriseOut:
        """One enterprise: ``GET /api/v1/enterprises/{id}``, right see-own."""
        return self._transport.ask(EnterpriseOut, f"/api/v1/enterprises/{segment(id_)}")

    def read_figure(self, key: str) -> FigureOut:
        """Story of a figure: ``GET /api/v1/figures/{key}``, right see-own."""
        return self._transport.ask(FigureOut, f"/api/v1/figures/{segment(key)}")

    def read_matching(
        self,
        node: str,
        *,
        period: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        step: Literal["15min", "hour", "day", "month"] = "15min",
    ) -> MatchingOut:
        """Matching of an enterprise or plant: ``GET /api/v1/matching/{node}``, right see-own."""
        return self._transport.ask(
            MatchingOut,
            f"/api/v1/matching/{segment(node)}",
            {"period": period, "from": from_, "to": to, "step": step},
        )

    def read_me(self) -> Account:
        """Who asks: ``GET /api/v1/me``, right member."""
        return self._transport.ask(Account, "/api/v1/me")

    def read_meter(self, id_: str) -> MeterOut:
        """One meter: ``GET /api/v1/meters/{id}``, right see-own."""
        return self._transport.ask(MeterOut, f"/api/v1/meters/{segment(id_)}")

    def read_park(self) -> ParkOut:
        """The park: ``GET /api/v1/park``, right see-own."""
        return self._transport.ask(ParkOut, "/api/v1/park")

    def read_plan(self, day: str) -> PlanOut:
        """Plan of a day: ``GET /api/v1/plans/{day}``, right see-park."""
        return self._transport.ask(PlanOut, f"/api/v1/plans/{segment(day)}")

    def read_plant(self, id_: str) -> PlantOut:
        """One plant: ``GET /api/v1/plants/{id}``, right see-own."""
        return self._transport.ask(PlantOut, f"/api/v1/plants/{segment(id_)}")

    def read_proof(self, claim: str) -> bytes:
        """Proof file: ``GET /api/v1/proofs/{claim}``, right see-own."""
        return self._transport.fetch(f"/api/v1/proofs/{segment(claim)}")

    def read_ratios(self, month: str) -> RatiosOut:
        """Ratios of a month: ``GET /api/v1/ratios/{month}``, right see-park."""
        return self._transport.ask(RatiosOut, f"/api/v1/ratios/{segment(month)}")

    def read_readings(
        self,
        point: str,
        *,
        period: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        step: Literal["raw", "15min", "hour", "day", "month"] = "15min",
        as_of: str | None = None,
    ) -> ReadingsOut:
        """Readings with quality: ``GET /api/v1/readings/{point}``, right see-own."""
        return self._transport.ask(
            ReadingsOut,
            f"/api/v1/readings/{segment(point)}",
            {"period": period, "from": from_, "to": to, "step": step, "as_of": as_of},
        )

    def read_standing(self, enterprise: str, *, year: str) -> StandingOut:
        """Standing in the sector: ``GET /api/v1/standings/{enterprise}``, right see-own."""
        return self._transport.ask(
            StandingOut, f"/api/v1/standings/{segment(enterprise)}", {"year": year}
        )

    def read_statement(self, id_: str) -> StatementOut:
        """One statement: ``GET /api/v1/statements/{id}``, right see-own."""
        return self._transport.ask(StatementOut, f"/api/v1/statements/{segment(id_)}")

    def read_sums(self, month: str) -> SumsOut:
        """Sums that give nobody away: ``GET /api/v1/sums/{month}``, right see-own."""
        return self._transport.ask(SumsOut, f"/api/v1/sums/{segment(month)}")
