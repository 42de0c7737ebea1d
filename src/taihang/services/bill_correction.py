"""A bill that was issued is never edited: what a restated month changes is a correction bill.

Version n of ``bill-correction.E17.2026-06`` is the n-th correction: version n + 1 of the bill less
version n, line by line. Corrections add up: the first bill and all of them are the latest bill.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import ACCOUNT_FORMAT, Draft
from taihang.services.ports import Ports

BILL_CORRECTION: Final = "bill-correction"
_RULE: Final = "bill-correction/v1"
_CORRECTED: Final = ("bill",)
"""Kinds whose versions somebody has paid; a what-if is only stated again."""


def correction_drafts(name: str, *, ports: Ports) -> list[Draft]:
    """Draw up the latest correction of every bill of a month that was issued more than once.

    Args:
        name: The local month.
        ports: The outside world.

    Returns:
        One draft for each such bill; none where every bill is the first.
    """
    issued_again = [
        issued
        for issued in ports.registry.latest_statements(name, _CORRECTED)
        if issued.version > 1
    ]
    before = ports.registry.statements(f"{now.series}.v{now.version - 1}" for now in issued_again)
    return [_draft(was, now, ports) for was, now in zip(before, issued_again, strict=True)]


def _draft(was: IssuedStatement, now: IssuedStatement, ports: Ports) -> Draft:
    before, after = _lines(was), _lines(now)
    codes = [*after, *(code for code in before if code not in after)]
    lines: list[JsonValue] = []
    total_cny = Decimal(0)
    for code in codes:
        one, other = before.get(code), after.get(code)
        if _said(one) == _said(other):
            continue
        difference_cny = _amount(other) - _amount(one)
        total_cny += difference_cny
        title = (other or one or {}).get("title")
        lines.append(
            {
                "code": code,
                "title": title,
                "was": _said(one),
                "now": _said(other),
                "amount_cny": str(difference_cny),
            }
        )
    body: dict[str, JsonValue] = {
        "format": ACCOUNT_FORMAT,
        "rule": _RULE,
        "corrects": was.id,
        "by": now.id,
        "lines": lines,
        "value": str(total_cny),
        "unit": "CNY",
        "code_version": ports.version,
    }
    return Draft(BILL_CORRECTION, now.subject, now.period, body)


def _lines(issued: IssuedStatement) -> dict[str, dict[str, JsonValue]]:
    document = load_canonical(issued.document.encode())
    lines = document.get("lines") if isinstance(document, dict) else None
    found = lines if isinstance(lines, list) else []
    return {str(line["code"]): line for line in found if isinstance(line, dict)}


def _said(line: Mapping[str, JsonValue] | None) -> JsonValue:
    """Return what can be worked out by hand: quantity, price, amount; None where no line is."""
    if line is None:
        return None
    return {name: line[name] for name in ("quantity", "price", "amount_cny")}


def _amount(line: Mapping[str, JsonValue] | None) -> Decimal:
    """Return the amount of a line; one that was not assessed, or is not there, was not charged."""
    amount = None if line is None else line["amount_cny"]
    return Decimal(0) if amount is None else Decimal(str(amount))
