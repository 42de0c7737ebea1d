"""Meters of gas, water, steam and heat: whole months become lines of activity data.

The line says what the registers say, and the file behind it how: meter by meter the register at
both ends of the month, what was refused and why, and the days. Each register opens to its hour
(``METER@HOUR``), which ``taihang prove`` proves offline. The same readings give the same file, so
settling again adds nothing; other readings give the next version of the line (§13).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, localcontext
from hashlib import sha256
from math import ceil
from typing import Final

import numpy as np

from taihang.core.activity.item import ItemTable
from taihang.core.activity.record import METERED, ActivityRecord, Flow, Origin
from taihang.core.activity.unit import Dimension, dimension_of
from taihang.core.errors import InputError
from taihang.core.metering.medium_amount import LAW, RegisterChain, register_chain
from taihang.core.metering.readings import ReadingBlock
from taihang.core.metering.vee.rule import RULE_OF_VERDICT, Rule
from taihang.core.park.assets import InService
from taihang.core.park.medium_meter import MediumMeter
from taihang.core.park.park import Park
from taihang.core.periods import Period, days, instant_of_s, month, months_in
from taihang.core.quantities import EXACT, SECONDS_PER_HOUR
from taihang.core.seal.activity_line import ActivityLine, plain
from taihang.core.seal.canonical import JsonValue, canonical_bytes
from taihang.core.seal.evidence_file import EvidenceFile
from taihang.core.series import Quantity
from taihang.services.ports import Ports
from taihang.services.settle import Known, known_at, known_size

FORMAT: Final = "taihang/metered-amount/v1"
_FIRST: Final = "summed from the registers of {}"
_AGAIN: Final = "its registers say otherwise: it was {} {} and is {} {}"
_UNKNOWN: Final = "its meters do not say this amount any more: a register at an end of it is gone"
_BY_METERS: Final = "meters"
"""Who takes a line back whose registers are gone: then a form may count again."""
_CONVERSION: Final = (
    "counts_at_c",
    "counts_at_kpa",
    "stated_at_c",
    "stated_at_kpa",
    "density_kg_per_m3",
    "heat_kj_per_kg",
)


class UnknownMediumError(InputError):
    """A meter counts what no table of facts knows in this unit."""

    code = "input.unknown-medium"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found odd about a register."""

    rule: Rule
    time_s: int
    """The register that it is about [s since 1970-01-01T00:00Z]."""
    count: int | None
    """What the dial showed; None where it is about a stretch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterAmount:
    """What one meter says of its part of a month."""

    meter: MediumMeter
    period: Period
    """The days of the month on which it served."""
    from_count: int | None
    """Register at the start; None where none is believed."""
    to_count: int | None
    steps: int | None
    """What flowed, in the steps of the meter; None without a register at both ends."""
    n_registers: int
    days: tuple[tuple[str, Decimal | None], ...]
    """Local days with their amount in the unit of the account."""
    findings: tuple[Finding, ...]

    @property
    def amount(self) -> Decimal | None:
        """The same in the unit of the account."""
        return None if self.steps is None else self.meter.stated_amount(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediumAmount:
    """What the meters say of one medium of one user in one month."""

    subject: str
    medium: str
    flow: Flow
    month: str
    meters: tuple[MeterAmount, ...]
    """Those that served in the month, in the order of the park file."""
    stay: Period
    """The days of the month on which the user belongs to the park."""

    @property
    def unit(self) -> str:
        """The unit of the account."""
        return self.meters[0].meter.stated_unit

    @property
    def amount(self) -> Decimal | None:
        """The sum over the meters that followed each other.

        None where one of them has none, or where no meter served on a day of the user's stay: the
        amount of a part must not pass for the whole.
        """
        served_s = sum(each.period.end_s - each.period.start_s for each in self.meters)
        if served_s < self.stay.end_s - self.stay.start_s:
            return None
        amounts = [each.amount for each in self.meters]
        known = [each for each in amounts if each is not None]
        with localcontext(EXACT):
            return sum(known, start=Decimal(0)) if len(known) == len(amounts) else None

    @property
    def line_id(self) -> str:
        """The id of its line of activity data."""
        return f"{METERED}{self.subject}-{self.month}-{self.medium}-{self.flow.value}"

    @property
    def document(self) -> bytes:
        """The file that proves the line: a pure function of readings and meters."""
        return canonical_bytes(
            {
                "format": FORMAT,
                "rule": LAW,
                "subject": self.subject,
                "item": self.medium,
                "flow": self.flow.value,
                "month": self.month,
                "amount": None if self.amount is None else plain(self.amount),
                "unit": self.unit,
                "meters": [_meter_document(each) for each in self.meters],
            }
        )


def account_media(period: Period, *, ports: Ports) -> int:
    """Add a line of activity data for each whole month of each medium that is metered.

    Args:
        period: A period that was settled; only local months that lie within it are looked at.
        ports: The outside world, opened for writing.

    Returns:
        How many lines, or next versions of lines, were added; 0 where all is known.
    """
    if not ports.park.media_meters:
        return 0
    # 1. What the registers say, as known now.
    found = list(medium_amounts(period, ports=ports))
    # 2. What of it is new.
    lines: list[ActivityLine] = []
    files: dict[str, EvidenceFile] = {}
    now_s = int(ports.clock.now().timestamp())
    latest = _latest(ports.registry.activity_records())
    for each in found:
        before = latest.get(each.line_id)
        counts = before is not None and before.withdrawn_by is None
        said = _said(each, before)
        if said is None:
            continue
        # 3. The file first: a line never leads to a file that is not on the disk.
        data = each.document
        file = ports.evidence.keep(data)
        if counts and before is not None and before.evidence == (file,):
            continue
        name = f"{each.line_id}.json"
        files[file] = EvidenceFile(file, name, len(data), now_s)
        record = _record(each, said, before, file=file, known_at_s=now_s)
        lines.append(ActivityLine(record, form=None))
    # 4. All lines or none.
    if lines:
        ports.registry.add_activity(lines, files=[*files.values()])
    return len(lines)


def demand_known_media(*, ports: Ports) -> None:
    """Refuse meters of a medium that no table of facts knows in the unit that they state.

    Args:
        ports: The outside world.

    Raises:
        UnknownMediumError: If the month of a meter could meet no table; it names the first.
    """
    if not ports.park.media_meters:
        return
    items = ItemTable(ports.facts)
    for meter in ports.park.media_meters.values():
        item = items.find(meter.medium)
        flows = () if item is None else item.flows
        known = {dimension_of(unit) for unit in item.units} if item else set[Dimension]()
        odd = [flow.value for flow in meter.flows if Flow(flow) not in flows]
        if dimension_of(meter.stated_unit) not in known or odd:
            units = "no item" if item is None else ", ".join(item.units)
            raise UnknownMediumError(
                given=f"{meter.medium} of {meter.id}, in {meter.stated_unit}",
                expected=f"an item of the tables of facts with its unit and flows ({units})",
                remedy="correct medium, resolution or conversion in [media_meters] of park.toml",
            )


def medium_findings(*, ports: Ports) -> Iterator[tuple[str, str]]:
    """Sum every metered month again and compare it with the line that counts.

    Args:
        ports: The outside world.

    Yields:
        The line, and what is wrong with it.
    """
    latest = _latest(ports.registry.activity_records()).values()
    lines = {
        line.id: line
        for line in latest
        if line.origin is Origin.METER and line.withdrawn_by is None
    }
    fresh: dict[str, MediumAmount] = {}
    for name in sorted({line.period for line in lines.values()}):
        of_month = medium_amounts(month(name, ports.park.zone), ports=ports)
        fresh |= {each.line_id: each for each in of_month}
    for line_id, line in sorted(lines.items()):
        where, again = f"activity {line_id}.v{line.version}", fresh.get(line_id)
        if again is None or again.amount is None:
            yield where, "no register says this amount any more: settle its month again"
        elif line.evidence != (sha256(again.document).hexdigest(),):
            yield where, "is not what the registers say today: altered, or settle its month again"


def medium_amounts(period: Period, *, ports: Ports) -> Iterator[MediumAmount]:
    """Yield what the meters say of each medium, user, flow and whole month of a period.

    Args:
        period: Any period; only local months that lie within it are looked at.
        ports: The outside world.

    Yields:
        Amounts in the order of the park file, then of months; what is not known has none.
    """
    park = ports.park
    groups: dict[tuple[str, str, Flow], list[MediumMeter]] = {}
    for meter in park.media_meters.values():
        for flow in meter.flows:
            groups.setdefault((meter.node, meter.medium, Flow(flow)), []).append(meter)
    parts = _Parts(period, ports)
    for (subject, medium, flow), meters in groups.items():
        for name in months_in(period, park.zone):
            found = [part for meter in meters if (part := parts.of(meter, name)) is not None]
            stay = _within(month(name, park.zone), park.assets[subject].in_service, park)
            if found and stay is not None:
                yield MediumAmount(
                    subject=subject,
                    medium=medium,
                    flow=flow,
                    month=name,
                    meters=tuple(found),
                    stay=stay,
                )


class _Parts:
    """What each meter says of each month of a period; its readings are read once."""

    def __init__(self, period: Period, ports: Ports) -> None:
        self._period, self._ports = period, ports
        self._as_of = known_size(ports=ports)
        self._known: dict[str, Known] = {}
        self._parts: dict[tuple[str, str], MeterAmount | None] = {}

    def of(self, meter: MediumMeter, name: str) -> MeterAmount | None:
        """Return what a meter says of a month; None where it did not serve in it."""
        if (meter.id, name) not in self._parts:
            park = self._ports.park
            of = _served(meter, month(name, park.zone), park)
            self._parts[meter.id, name] = None if of is None else self._part(meter, of)
        return self._parts[meter.id, name]

    def _part(self, meter: MediumMeter, of: Period) -> MeterAmount:
        if meter.id not in self._known:
            self._known[meter.id] = known_at(
                self._as_of, period=self._period, ports=self._ports, point=meter.id
            )
        chain = _chain(meter, of, self._known[meter.id])
        counted = chain.counted(of.start_s, of.end_s)
        return MeterAmount(
            meter=meter,
            period=of,
            from_count=chain.count_at(of.start_s),
            to_count=chain.count_at(of.end_s),
            steps=None if counted is None else counted * meter.scale,
            n_registers=len(chain.times_s),
            days=tuple(_days(meter, of, chain, self._ports.park)),
            findings=tuple(_findings(meter, chain)),
        )


def serves(meter: MediumMeter, name: str, *, park: Park) -> bool:
    """Say whether a meter and its user belong to the park on any day of a local month.

    Args:
        meter: The meter.
        name: The month ``YYYY-MM``.
        park: The park.
    """
    return _served(meter, month(name, park.zone), park) is not None


def _served(meter: MediumMeter, of: Period, park: Park) -> Period | None:
    """Return the days of a period on which a meter serves, or None."""
    own = _within(of, meter.in_service, park)
    return None if own is None else _within(own, park.assets[meter.node].in_service, park)


def _within(of: Period, service: InService, park: Park) -> Period | None:
    """Return the days of a period that lie in a service, or None."""
    start_s, end_s = of.start_s, of.end_s
    if service.since is not None:
        start_s = max(start_s, days(service.since, 1, park.zone).start_s)
    if service.until is not None:
        end_s = min(end_s, days(service.until, 1, park.zone).start_s)
    return Period.of_s(start_s, end_s) if start_s < end_s else None


def _chain(meter: MediumMeter, of: Period, known: Known) -> RegisterChain:
    """Judge the registers of one stretch alone: no other month moves its amount."""
    none = np.zeros(0, np.int64)
    rows = known.current.get((meter.id, Quantity.REGISTER.value), {})
    times_s = rows.get("time_s", none)
    inside = (times_s >= of.start_s) & (times_s <= of.end_s)
    block = ReadingBlock(
        point=meter.id,
        quantity=Quantity.REGISTER,
        unit=meter.unit.value,
        scale=str(meter.scale),
        modulus=meter.modulus,
        times_s=times_s[inside],
        counts=rows.get("count", none)[inside],
        quality=rows.get("quality", none)[inside].astype(np.uint8),
    )
    return register_chain(
        block,
        modulus=meter.modulus,
        max_counts_per_s=meter.max_steps_per_s / meter.scale,
        events=[event for event in known.events if of.start_s < event.at_s <= of.end_s],
    )


def _days(
    meter: MediumMeter, of: Period, chain: RegisterChain, park: Park
) -> Iterator[tuple[str, Decimal | None]]:
    day = of.start.astimezone(park.zone).date()
    last = (of.end - timedelta(seconds=1)).astimezone(park.zone).date()
    while day <= last:
        span = days(day, 1, park.zone)
        counted = chain.counted(span.start_s, span.end_s)
        amount = None if counted is None else meter.stated_amount(counted * meter.scale)
        yield day.isoformat(), amount
        day += timedelta(days=1)


def _findings(meter: MediumMeter, chain: RegisterChain) -> Iterator[Finding]:
    every = [
        *(
            Finding(RULE_OF_VERDICT[row.verdict] or Rule.RANGE, row.time_s, row.count)
            for row in chain.refused
        ),
        *(Finding(Rule.ROLLOVER, time_s, chain.count_at(time_s)) for time_s in chain.rolled_s),
        *(Finding(Rule.MISSING, time_s, None) for time_s in chain.late_s),
    ]
    if meter.stuck_h is not None:
        still = chain.still(meter.stuck_h * SECONDS_PER_HOUR)
        every += [Finding(Rule.STUCK, last_s, chain.count_at(last_s)) for _, last_s in still]
    yield from sorted(every, key=lambda each: (each.time_s, each.rule))


def _meter_document(each: MeterAmount) -> dict[str, JsonValue]:
    meter = each.meter
    conversion: dict[str, JsonValue] = {
        key: plain(value) for key in _CONVERSION if (value := getattr(meter, key)) is not None
    }
    return {
        "point": meter.id,
        "unit": meter.unit.value,
        "scale": meter.scale,
        "modulus": meter.modulus,
        "max_steps_per_h": ceil(meter.max_steps_per_s * SECONDS_PER_HOUR),
        "conversion": conversion,
        "from": _register(each.meter, each.period.start_s, each.from_count),
        "to": _register(each.meter, each.period.end_s, each.to_count),
        "steps": each.steps,
        "amount": None if each.amount is None else plain(each.amount),
        "n_registers": each.n_registers,
        "days": [[day, None if amount is None else plain(amount)] for day, amount in each.days],
        "findings": [
            {"rule": found.rule.value, "time_s": found.time_s, "count": found.count}
            for found in each.findings
        ],
    }


def _register(meter: MediumMeter, time_s: int, count: int | None) -> dict[str, JsonValue]:
    """Return a register with the name under which ``taihang prove`` shows its hour."""
    return {
        "time_s": time_s,
        "count": count,
        "hour": f"{meter.id}@{instant_of_s(time_s):%Y-%m-%dT%H}",
    }


def _latest(records: Iterable[ActivityRecord]) -> Mapping[str, ActivityRecord]:
    latest: dict[str, ActivityRecord] = {}
    for record in records:
        if record.id not in latest or record.version > latest[record.id].version:
            latest[record.id] = record
    return latest


def _said(each: MediumAmount, before: ActivityRecord | None) -> Decimal | None:
    """Return the amount that the next version of a line carries; None where it needs none.

    A line that is taken back keeps what it said; what never counted is not begun.
    """
    if each.amount is not None or before is None or before.withdrawn_by is not None:
        return each.amount
    return before.amount


def _record(
    each: MediumAmount,
    said: Decimal,
    before: ActivityRecord | None,
    *,
    file: str,
    known_at_s: int,
) -> ActivityRecord:
    amount = each.amount
    if before is None:
        reason = _FIRST.format(", ".join(part.meter.id for part in each.meters))
    elif amount is None:
        reason = _UNKNOWN
    else:
        reason = _AGAIN.format(plain(before.amount), before.unit, plain(amount), each.unit)
    return ActivityRecord(
        id=each.line_id,
        subject=each.subject,
        period=each.month,
        item=each.medium,
        flow=each.flow,
        amount=said,
        unit=each.unit,
        origin=Origin.METER,
        evidence=(file,),
        uncertainty_ratio=None,
        known_at_s=known_at_s,
        version=1 if before is None else before.version + 1,
        reason=reason,
        withdrawn_by=_BY_METERS if amount is None else None,
    )
