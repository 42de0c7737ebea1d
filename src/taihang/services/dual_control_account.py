"""Yearly account of the energy dual control 能耗双控: what is assessed, and the intensity.

It rests on the energy accounts of the year and of the year before, as they were issued, and on the
value added at constant prices from activity data. What lacks is named.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

from taihang.core.activity.book import ActivityBook, total
from taihang.core.activity.record import ActivityRecord, Flow
from taihang.core.energy.dual_control import DualControl, fall_ratio, intensity
from taihang.core.quantities import EXACT
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import ACCOUNT_FORMAT, PARK_SUBJECT, Draft
from taihang.services.energy_account import GREEN
from taihang.services.energy_account import KIND as ENERGY_ACCOUNT
from taihang.services.ports import Ports

KIND: Final = "dual-control"
RULE: Final = "dual-control/v1"
VALUE_ADDED: Final = "value-added.base-prices"
"""Value added at constant prices 工业增加值（可比价）."""
_CNY_PER: Final = {"CNY": Decimal(1), "10⁴CNY": Decimal(10_000)}
_PRINTED: Final = Decimal("0.000001")
_Body = dict[str, JsonValue]


def drafts(period: str, *, ports: Ports, subjects: Iterable[str] | None = None) -> list[Draft]:
    """Draw up the dual control of a year; changes nothing.

    Args:
        period: The year, ``2026``.
        ports: The outside world.
        subjects: Only these; None means everybody whose energy account of the year has a value.

    Returns:
        ``dual-control.{subject}.{period}`` of each.
    """
    now, before = _accounts(period, ports), _accounts(str(int(period) - 1), ports)
    book = ActivityBook(ports.registry.activity_records())
    wanted = None if subjects is None else set(subjects)
    return [
        Draft(KIND, subject, period, _body(issued, before.get(subject), book, ports))
        for subject, issued in now.items()
        if wanted is None or subject in wanted
    ]


def _accounts(year: str, ports: Ports) -> dict[str, IssuedStatement]:
    """Return the issued energy accounts of a year that have a value, by subject."""
    return {
        issued.subject: issued
        for issued in ports.registry.latest_statements(year)
        if issued.kind == ENERGY_ACCOUNT and _read(issued).get("value") is not None
    }


def _read(issued: IssuedStatement) -> _Body:
    body = load_canonical(issued.document.encode())
    return body if isinstance(body, dict) else {}


def _body(
    issued: IssuedStatement, before: IssuedStatement | None, book: ActivityBook, ports: Ports
) -> _Body:
    said = _read(issued)
    lacks: list[JsonValue] = []
    # 1. The energy that is assessed.
    control = DualControl(
        total_tce=_amount(said, "equivalent_tce"),
        feedstock_tce=_perhaps(said, "feedstock_equivalent_tce"),
        renewable_tce=_renewable(said),
        renewable_before_tce=None if before is None else _renewable(_read(before)),
    )
    if before is None:
        year = str(int(issued.period) - 1)
        lacks.append(
            {
                "what": "renewable_before_tce",
                "zh": f"没有 {year} 年的能源账：新增可再生能源电量不知，不计算考核口径能耗",
                "en": f"no energy account of {year}: the increase of renewable electricity and "
                "the assessed energy are not known",
            }
        )
    if control.feedstock_tce is None:
        lacks.append(
            {
                "what": "feedstock_tce",
                "zh": "原料用能未填报，不按零计：不计算考核口径能耗",
                "en": "nobody stated the feedstock, and it is not zero: no assessed energy",
            }
        )
    # 2. Over the value added, and against the year before.
    added, lines = _value_added(issued.subject, issued.period, book)
    now = None if added is None else intensity(control.total_tce, added)
    if now is None:
        lacks.append(
            {
                "what": VALUE_ADDED,
                "zh": "没有全年可比价增加值，不计算能耗强度",
                "en": "no value added at constant prices of the whole year: no intensity",
            }
        )
    fall, more = _fall(now, before, book)
    statements = [issued.id] if before is None else [before.id, issued.id]
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": _plain(control.assessed_tce),
        "unit": "tce",
        "total_tce": _plain(control.total_tce),
        "feedstock_tce": _plain(control.feedstock_tce),
        "renewable_tce": _plain(control.renewable_tce),
        "renewable_before_tce": _plain(control.renewable_before_tce),
        "new_renewable_tce": _plain(control.new_renewable_tce),
        "value_added_10k_cny": _plain(added),
        "intensity_tce_per_10k_cny": _rounded(now),
        "change_percent": None if fall is None else _rounded(fall * 100),
        "factors": [],
        "inputs": {
            "activities": [*sorted(f"{each.id}.v{each.version}" for each in (*lines, *more))],
            "statements": [*statements],
        },
        "not_assessed": lacks,
        "code_version": ports.version,
    }


def _fall(
    now: Fraction | None, before: IssuedStatement | None, book: ActivityBook
) -> tuple[Fraction | None, list[ActivityRecord]]:
    """Return by which share the intensity changed over the year before, and the lines behind it."""
    if now is None or before is None:
        return None, []
    added, lines = _value_added(before.subject, before.period, book)
    then = None if added is None else intensity(_amount(_read(before), "equivalent_tce"), added)
    return (None if then is None else fall_ratio(now, then)), lines


def _value_added(
    subject: str, year: str, book: ActivityBook
) -> tuple[Decimal | None, list[ActivityRecord]]:
    """Return the value added of a whole year [10⁴ CNY]; of the park the sum over its members."""
    lines = [
        line
        for line in book.lines(period=year)
        if line.item == VALUE_ADDED
        and line.flow is Flow.OUTPUT
        and subject in {PARK_SUBJECT, line.subject}
    ]
    said_by = {line.subject for line in lines}
    if subject == PARK_SUBJECT and PARK_SUBJECT in said_by:
        lines = [line for line in lines if line.subject == PARK_SUBJECT]
        said_by = {PARK_SUBJECT}
    gaps = [s for s in said_by if book.months_without(s, VALUE_ADDED, Flow.OUTPUT, year=year)]
    units = {line.unit for line in lines}
    if not lines or gaps or len(units) > 1 or not units <= _CNY_PER.keys():
        return None, lines
    amount, unit = total(lines)
    with localcontext(EXACT):
        return amount * _CNY_PER[unit] / _CNY_PER["10⁴CNY"], lines


def _renewable(said: _Body) -> Decimal:
    """Return the matched green electricity of an energy account at equivalent value [tce]."""
    lines = said.get("lines")
    found = [
        _amount(line, "equivalent_tce")
        for line in (lines if isinstance(lines, list) else [])
        if isinstance(line, dict) and line.get("item") == GREEN
    ]
    with localcontext(EXACT):
        return sum(found, start=Decimal(0))


def _perhaps(said: _Body, name: str) -> Decimal | None:
    return None if said.get(name) is None else _amount(said, name)


def _amount(said: _Body, name: str) -> Decimal:
    return Decimal(str(said[name]))


def _rounded(value: Fraction | None) -> str | None:
    """Return an exact quotient as printed, to six decimals, half to even."""
    if value is None:
        return None
    scaled = round(value / Fraction(_PRINTED))
    return _plain(scaled * _PRINTED)


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize() + 0, "f")
