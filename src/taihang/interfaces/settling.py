"""Settling as a person asks for it, by a command or on a page: do it, and say what it found."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, cast

from taihang.core.periods import Period, instant_of_s
from taihang.core.quantities import WH_PER_KWH
from taihang.interfaces.catalogue import Lang, text
from taihang.services.act_log import log_acts
from taihang.services.close_period import close_period
from taihang.services.ports import Ports
from taihang.services.restate import on_other_lots

_NOT_DONE: Final = ("not_accounted", "not_billed")
_NOT_SAID: Final = (
    *("deviating", "bills_cny", "written_off_wh", "on_other_lots", *_NOT_DONE),
    *(f"{name}_reason" for name in _NOT_DONE),
)


def settled_lines(facts: Mapping[str, object], lang: Lang) -> list[str]:
    """Say what a settlement found; what a person must look into stands on a line of its own.

    Args:
        facts: What ``run_settlement`` returned.
        lang: The language of the reader.
    """
    said = {name: value for name, value in facts.items() if name not in _NOT_SAID}
    money = {"bills_cny": Decimal(cast("str", facts["bills_cny"]))}
    lines = [text("cli.done.settle", lang, **said, **money)]
    if plants := cast("list[str]", facts["deviating"]):
        lines.append(text("cli.done.deviating", lang, plants=", ".join(plants)))
    lines += _storage_lines(facts, lang)
    for name in _NOT_DONE:
        if months := cast("list[str]", facts[name]):
            stretch = months[0] if len(months) == 1 else f"{months[0]} … {months[-1]}"
            why = facts[f"{name}_reason"]
            lines.append(text(f"cli.done.{name}", lang, months=stretch, why=why))
    return lines


def _storage_lines(facts: Mapping[str, object], lang: Lang) -> Iterator[str]:
    """Yield what is to be said of lots in batteries; nothing where none are traced."""
    if written_off_wh := cast("int", facts["written_off_wh"]):
        kwh = f"{written_off_wh / WH_PER_KWH:,.1f}"
        yield text("cli.done.written_off", lang, kwh=kwh)
    if later := cast("list[str]", facts["on_other_lots"]):
        yield text("cli.done.on_other_lots", lang, periods=", ".join(later))


def run_settlement(period: Period, ports: Ports) -> dict[str, object]:
    """Settle, certify, account and bill a period, in this order, and log what came of it.

    Args:
        period: Whole local days.
        ports: The park, open for writing.

    Returns:
        The figures of each job.
    """
    closed = close_period(period, ports=ports)
    settled, certified = closed.settled, closed.certified
    accounted, billed = closed.accounted, closed.billed
    log_acts(ports=ports)
    return {
        "meters": settled.n_meters,
        "intervals": settled.n_intervals,
        "missing": settled.n_missing,
        "estimated": settled.n_estimated,
        "estimated_wh": settled.estimated_wh,
        "rejected": settled.n_rejected,
        "open": settled.n_open,
        "rollovers": settled.n_rollover,
        "events": settled.n_events,
        "closure_error_wh": settled.max_closure_error_wh,
        "written_off_wh": settled.written_off_wh,
        "on_other_lots": [_utc(each.start_s) for each, _ in on_other_lots(ports)],
        "media_lines": closed.n_media,
        "lots": certified.n_lots,
        "lots_wh": certified.issued_wh,
        "deviating": list(certified.deviating),
        "statements": accounted.n_new,
        "restated": accounted.n_restated,
        "unchanged": accounted.n_unchanged,
        "not_accounted": list(accounted.not_accounted),
        "not_accounted_reason": accounted.reason,
        "bills": billed.n_bills,
        "bills_cny": str(billed.total_cny),
        "not_billed": list(billed.not_billed),
        "not_billed_reason": billed.reason,
    }


def _utc(at_s: int) -> str:
    return f"{instant_of_s(at_s):%Y-%m-%dT%H:%M:%SZ}"
