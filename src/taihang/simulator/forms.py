"""What enterprises above scale hand in by form: fuel, water, heat, products, value added.

Amounts follow the electricity that park.toml plans, by round figures of the sector that nobody
published: they make a demo plausible and prove nothing. As everything here they come from streams
with names, so the form of a month is the same in every run that holds the month.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Final

from taihang.core.activity.form import COLUMNS
from taihang.core.activity.item import PRODUCT
from taihang.core.activity.record import Flow
from taihang.core.activity.unit import converted
from taihang.core.park.assets import Enterprise
from taihang.core.park.medium_meter import MediumMeter
from taihang.core.park.park import Park
from taihang.core.periods import month
from taihang.simulator.streams import Stream

ABOVE_SCALE_MWH: Final = 5_000.0
"""Enterprises that plan less a year hand in nothing [MWh/a]."""
_MONTHS: Final = 12
_NOISE_RATIO: Final = 0.04
_GAP_MONTHS: Final = (4, 9)
"""Between these months of each year one form is left out, and one is said again."""
_SAID_AGAIN_RATIO: Final = 0.97
"""What is said the second time, over what was written down first [1]."""
_WATER_ITEM: Final = "medium.fresh-water"
_BESIDE_MONTH: Final = "08"
"""The month in which a form about water is handed in beside a water meter."""
_BESIDE_RATIO: Final = 1.04
"""What that form says over what the meter counts [1]."""
_WINTER: Final = (1.35, 1.25, 1.10, 0.95, 0.85, 0.80, 0.80, 0.80, 0.85, 0.95, 1.10, 1.20)
"""Heating shows in fuel, month by month [1]."""
_WORK: Final = (1.0, 0.82, 1.02, 1.02, 1.02, 1.02, 1.02, 1.02, 1.02, 0.98, 1.03, 1.03)
"""Spring Festival and the National Day holiday show in all that is made [1]."""


@dataclass(frozen=True, slots=True)
class _Use:
    """One line a month: so much for each MWh of electricity."""

    item: str
    flow: Flow
    unit: str
    per_mwh: float
    """Amount for each MWh, in the unit."""
    n_decimals: int
    is_heated: bool = False
    """Whether winter shows in it."""


def _gas(nm3_per_mwh: float) -> _Use:
    return _Use("natural-gas", Flow.CONSUMED, "10⁴Nm³", nm3_per_mwh / 10_000, 4, is_heated=True)


def _water(t_per_mwh: float) -> _Use:
    return _Use(_WATER_ITEM, Flow.CONSUMED, "t", t_per_mwh, 0)


def _value(cny10k_per_mwh: float) -> _Use:
    return _Use("value-added", Flow.OUTPUT, "10⁴CNY", cny10k_per_mwh, 1)


# A coal that both tables know: GB/T 2589 prints no anthracite.
_COAL: Final = _Use("washed-coal", Flow.CONSUMED, "t", 0.030, 1, is_heated=True)
_DIESEL: Final = _Use("diesel", Flow.CONSUMED, "t", 0.0004, 2)
_REUSED: Final = _Use("reused-water", Flow.RECOVERED, "t", 9.0, 0)
_OF_SECTOR: Final = {
    "C14": (_gas(90), _water(12)),
    "C15": (_gas(110), _water(14)),
    "C22": (_gas(60), _water(25)),
    "C26": (_gas(45), _water(9)),
    "C27": (_gas(50), _water(8)),
    "C30": (_COAL, _water(1.5)),
    "C31": (_gas(80), _water(2)),
    "C33": (_gas(60), _water(2)),
    "C38": (_gas(9), _water(1.2)),
}
_OF_OTHERS: Final = (_gas(15), _water(2))
_VALUE_OF_SECTOR: Final = {"C26": 0.6, "C30": 0.35, "C38": 0.4}
_VALUE_OF_OTHERS: Final = 1.4
# E01 to E03: 100 kt of LFP, 40 kt of anode, 30 kt of LMO a year, over the planned electricity.
_PRODUCTS: Final = {"E01": ("lfp-cathode", 0.2247), "E02": ("anode", 0.1231), "E03": ("lmo", 0.375)}
_OF_PRODUCT: Final = {
    "product.lfp-cathode": (
        ("material.iron-phosphate", Flow.CONSUMED, 0.2157),
        ("material.lithium-carbonate", Flow.CONSUMED, 0.0539),
    ),
    "product.aluminium-profile": (
        ("product.aluminium-profile", Flow.OUTPUT, 0.45),
        ("material.unwrought-aluminium", Flow.CONSUMED, 0.4725),
    ),
}
"""What is handed in of a product that park.toml declares: tonnes for each MWh."""
_HEAT_FROM: Final = "E02"
"""Its furnaces give waste heat, part of which neighbours take."""
_GIVEN: Final = (
    ("waste-heat", Flow.RECOVERED),
    ("heat", Flow.RECOVERED),
    ("heat", Flow.SUPPLIED),
)
"""What it says of the heat that it passed on."""
_FILES: Final = {
    "E01": (
        "demo-ledger-and-line-E01.txt",
        (
            "演示文件，非真实：E01 产量台账与专线单线图 · "
            "demo, not a real document: output ledger and single-line diagram of E01\n"
        ),
    ),
    "E08": (
        "demo-ledger-and-agreement-E08.txt",
        (
            "演示文件，非真实：E08 产量台账与购电协议 · "
            "demo, not a real document: output ledger and power purchase agreement of E08\n"
        ),
    ),
}
"""Stand for evidence of output and of electricity; park.toml names their hashes."""
_HEAT_TO: Final = ("E05", "E09")
_HEAT_RECOVERABLE_GJ_PER_MWH: Final = 1.1
_HEAT_BOUGHT_GJ_PER_MWH: Final = 1.6


def forms_of(park: Park, *, months: Sequence[str], seed: int) -> tuple[bytes, bytes]:
    """Return what is handed in for some months: the first form, and the one that corrects it.

    Args:
        park: The park; an enterprise without a plan hands in nothing.
        months: Local months ``YYYY-MM``.
        seed: Names the world.

    Returns:
        Two CSV files; the second may have headings only.
    """
    lines = [
        line for name in months for line in _beside_meters(_lines(park, name, seed), park, name)
    ]
    gaps = {name: _gap(park, name[:4], seed) for name in months}
    first = [line for line in lines if (line[1], line[2], line[3]) != gaps[line[2]].left_out]
    again: list[tuple[str, ...]] = []
    for line in first:
        if (line[1], line[2], line[3]) == gaps[line[2]].said_again:
            n_decimals = len(line[5].partition(".")[2])
            right = f"{float(line[5]) * _SAID_AGAIN_RATIO:.{n_decimals}f}"
            again.append((*line[:5], right, line[6], "", "2", "统计口径更正"))
    return _csv(first), _csv(again)


def medium_amount(meter: MediumMeter, park: Park, name: str, *, seed: int) -> float | None:
    """Return what a meter of another medium counts in a month: what its form would have said.

    Args:
        meter: The meter.
        park: The park.
        name: Local month.
        seed: Names the world.

    Returns:
        The amount in the unit of the meter's account; None where nothing is known to be used.
    """
    enterprise = park.enterprises.get(meter.node)
    flows = {flow.value for flow in meter.flows}
    if enterprise is None or not _plan_mwh(enterprise):
        return None
    for use in _uses(enterprise):
        if use.item == meter.medium and use.flow.value in flows:
            amount = Decimal(_amount(use, enterprise, name, seed=seed))
            return float(converted(amount, unit=use.unit, to=meter.stated_unit))
    return None


def without(form: bytes, *, ids: Iterable[str]) -> bytes:
    """Return a form without the lines that were handed in already.

    Args:
        form: A form as CSV.
        ids: Ids that are known.
    """
    known = {*ids}
    _, *rows = csv.reader(io.StringIO(form.decode(), newline=""))
    return _csv(tuple(row) for row in rows if row[0] not in known)


def _beside_meters(
    lines: Iterable[tuple[str, ...]], park: Park, name: str
) -> Iterator[tuple[str, ...]]:
    """Leave out what a meter counts; once a year somebody hands it in all the same, and too high.

    Only a meter that serves the whole month gives an amount of it.
    """
    of = month(name, park.zone)
    first = of.start.astimezone(park.zone).date()
    last = (of.end - timedelta(days=1)).astimezone(park.zone).date()
    metered = {
        (meter.node, meter.medium, flow.value)
        for meter in park.media_meters.values()
        if meter.in_service.covers(first) and meter.in_service.covers(last)
        for flow in meter.flows
    }
    for line in lines:
        subject, item, flow, amount = line[1], line[3], line[4], line[5]
        if (subject, item, flow) not in metered:
            yield line
        elif item == _WATER_ITEM and name[5:] == _BESIDE_MONTH:
            yield (*line[:5], f"{float(amount) * _BESIDE_RATIO:.0f}", *line[6:])


def proven_parts(form: bytes, park: Park) -> Iterator[tuple[bytes, tuple[tuple[str, bytes], ...]]]:
    """Take a form apart by what proves its lines.

    Args:
        form: A form as CSV.
        park: The park; a file proves the output of an enterprise whose installation names its hash.

    Yields:
        The lines without a file, then those of each file, each with name and bytes of its files.
    """
    _, *rows = csv.reader(io.StringIO(form.decode(), newline=""))
    proven = {name: file for name, file in _FILES.items() if _is_named(name, file[1], park)}
    of_file = [row for row in rows if row[1] in proven and row[3].startswith(PRODUCT)]
    yield _csv(tuple(row) for row in rows if row not in of_file), ()
    for subject, (name, words) in proven.items():
        yield _csv(tuple(row) for row in of_file if row[1] == subject), ((name, words.encode()),)


def _is_named(enterprise: str, words: str, park: Park) -> bool:
    there = park.carbon.installations.get(enterprise)
    named = () if there is None else (*there.link_evidence, *there.contract_evidence)
    return sha256(words.encode()).hexdigest() in named


def _csv(lines: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows((*line, *[""] * (len(COLUMNS) - len(line))) for line in lines)
    return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class _Gap:
    left_out: tuple[str, str, str]
    """Subject, period and item that nobody hands in."""
    said_again: tuple[str, str, str]


def _gap(park: Park, year: str, seed: int) -> _Gap:
    stream = Stream(seed, "form-gap", year)
    names = [each.id for each in park.enterprises.values() if _plan_mwh(each)] or [""]
    first, last = _GAP_MONTHS
    drawn = [
        (names[stream.below(len(names))], f"{year}-{first + stream.below(last - first + 1):02d}")
        for _ in range(2)
    ]
    (one, its_month), (other, other_month) = drawn
    return _Gap((one, its_month, _WATER_ITEM), (other, other_month, "value-added"))


def _lines(park: Park, name: str, seed: int) -> Iterator[tuple[str, ...]]:
    bought_gj = 0
    for enterprise in park.enterprises.values():
        plan_mwh = _plan_mwh(enterprise)
        for use in (*_uses(enterprise), *_declared(enterprise, park)) if plan_mwh else ():
            amount = _amount(use, enterprise, name, seed=seed)
            yield _line(enterprise.id, name, use, amount)
            if use.item == "heat":
                # What is bought is used up.
                yield _line(enterprise.id, name, _heat(Flow.CONSUMED), amount)
                bought_gj += round(float(amount))
    giver = park.enterprises.get(_HEAT_FROM)
    if giver is not None and bought_gj:
        recoverable = _Use("waste-heat", Flow.RECOVERABLE, "GJ", _HEAT_RECOVERABLE_GJ_PER_MWH, 0)
        there = _amount(recoverable, giver, name, seed=seed)
        yield _line(giver.id, name, recoverable, there)
        for item, flow in _GIVEN:
            yield _line(giver.id, name, _Use(item, flow, "GJ", 0, 0), f"{bought_gj}")


def _heat(flow: Flow) -> _Use:
    return _Use("heat", flow, "GJ", _HEAT_BOUGHT_GJ_PER_MWH, 0, is_heated=True)


def _uses(enterprise: Enterprise) -> Iterator[_Use]:
    sector = enterprise.sector
    yield from _OF_SECTOR.get(sector, _OF_OTHERS)
    yield _DIESEL
    yield _value(_VALUE_OF_SECTOR.get(sector, _VALUE_OF_OTHERS))
    if sector in _VALUE_OF_SECTOR:
        yield _REUSED
    if enterprise.id in _PRODUCTS:
        name, t_per_mwh = _PRODUCTS[enterprise.id]
        yield _Use(f"product.{name}", Flow.OUTPUT, "t", t_per_mwh, 1)
    if enterprise.id in _HEAT_TO:
        yield _heat(Flow.PURCHASED)


def _declared(enterprise: Enterprise, park: Park) -> Iterator[_Use]:
    carbon = park.carbon
    for product in carbon.products.values():
        if carbon.processes[product.process].enterprise == enterprise.id:
            for item, flow, t_per_mwh in _OF_PRODUCT.get(product.item, ()):
                yield _Use(item, flow, "t", t_per_mwh, 1)


def _amount(use: _Use, enterprise: Enterprise, name: str, *, seed: int) -> str:
    at = int(name[5:]) - 1
    season = (_WINTER if use.is_heated else _WORK)[at]
    stream = Stream(seed, "form", enterprise.id, use.item, name)
    noise = 1 + _NOISE_RATIO * float(stream.bell(1)[0])
    month_mwh = _plan_mwh(enterprise) / _MONTHS
    return f"{month_mwh * use.per_mwh * season * noise:.{use.n_decimals}f}"


def _line(subject: str, name: str, use: _Use, amount: str) -> tuple[str, ...]:
    id_ = f"{subject}-{name}-{use.item}-{use.flow.value}"
    return id_, subject, name, use.item, use.flow.value, amount, use.unit


def _plan_mwh(enterprise: Enterprise) -> float:
    plan_mwh = enterprise.planned_mwh_per_year or 0.0
    return plan_mwh if plan_mwh >= ABOVE_SCALE_MWH else 0.0
