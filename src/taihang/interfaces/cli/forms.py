"""``taihang forms``: what was handed in, what is missing, and what has to be answered."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

from taihang import wiring
from taihang.core.activity.question import Beside, BesideMedium, Question
from taihang.core.activity.record import ActivityRecord
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import month_or_year_of
from taihang.interfaces.text_width import width_of
from taihang.services.forms import Forms, Missing
from taihang.services.forms import forms as read_forms

_SHOWN: Final = 60
"""So many lines stand on the terminal; of more, their number. JSON has all of them."""


def forms(args: argparse.Namespace) -> int:
    """Show what was handed in for a month or a year."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        label, _ = month_or_year_of(args, ports.park.zone)
        found = read_forms(label, ports=ports, subject=args.subject)
    say(args, _facts(found), "\n".join(_told(found, lang)))
    return 0


def _facts(found: Forms) -> dict[str, object]:
    return {
        "period": found.period,
        "lines": [_line(each) for each in found.lines],
        "restated": [_line(each) for each in found.restated],
        "withdrawn": [_line(each) for each in found.withdrawn],
        "missing": [
            {"subject": m.subject, "item": m.item, "flow": m.flow.value, "months": list(m.months)}
            for m in found.missing
        ],
        "beside_meters": [
            *(_beside(each) for each in found.beside),
            *(_beside_medium(each) for each in found.beside_media),
        ],
        "questions": [
            {"ask": each.ask.value, "lines": list(each.lines), "beside": each.beside}
            for each in found.questions
        ],
    }


def _line(record: ActivityRecord) -> dict[str, object]:
    ratio = record.uncertainty_ratio
    return {
        "id": record.id,
        "version": record.version,
        "subject": record.subject,
        "period": record.period,
        "item": record.item,
        "flow": record.flow.value,
        "amount": f"{record.amount:f}",
        "unit": record.unit,
        "uncertainty_ratio": None if ratio is None else f"{ratio:f}",
        "evidence": list(record.evidence),
        "origin": record.origin.value,
        "reason": record.reason,
        "withdrawn_by": record.withdrawn_by,
    }


def _beside(each: Beside) -> dict[str, object]:
    pct = each.difference_pct
    return {
        "line": each.record.id,
        "form_kwh": f"{each.form_kwh:f}",
        "meter_kwh": f"{each.meter_kwh:f}",
        "difference_kwh": f"{each.difference_kwh:f}",
        "difference_pct": None if pct is None else f"{pct:f}",
        "intervals_missing": each.n_missing,
        "own_power_kwh": f"{each.own_kwh:f}",
    }


def _beside_medium(each: BesideMedium) -> dict[str, object]:
    pct = each.difference_pct
    return {
        "line": each.form.id,
        "metered": [line.id for line in each.metered],
        "unit": each.form.unit,
        "form": f"{each.form.amount:f}",
        "meter": f"{each.metered_amount:f}",
        "difference": f"{each.difference:f}",
        "difference_pct": None if pct is None else f"{pct:f}",
    }


def _told(found: Forms, lang: Lang) -> Iterator[str]:
    yield text("form.list.title", lang, period=found.period, n=len(found.lines))
    before = {each.id: each for each in sorted(found.restated, key=lambda each: each.version)}
    shown = found.lines[:_SHOWN]
    item_width = max((width_of(record.item) for record in shown), default=0)
    for record in shown:
        yield _shown(record, lang, item_width=item_width)
        if record.id in before:
            was = f"{before[record.id].amount:f} {before[record.id].unit}"
            yield text(
                "form.list.restated",
                lang,
                version=record.version,
                was=was,
                reason=record.reason,
            )
    if len(found.lines) > _SHOWN:
        yield text("form.list.more", lang, n=len(found.lines) - _SHOWN)
    for record in found.withdrawn:
        yield text(
            "form.list.withdrawn",
            lang,
            line=record.id,
            version=record.version,
            was=f"{record.amount:f} {record.unit}",
            who=record.withdrawn_by,
            reason=record.reason,
        )
    yield from (_absent(each, lang) for each in found.missing)
    yield from (_compared(each, lang) for each in found.beside)
    yield from (_compared_medium(each, lang) for each in found.beside_media)
    yield from (_asked(each, lang) for each in found.questions)


def _shown(record: ActivityRecord, lang: Lang, *, item_width: int) -> str:
    flow = text(f"form.flow.{record.flow.value}", lang)
    padded = flow + " " * max(1, 14 - width_of(flow))
    amount = f"{record.amount:>14,f}"
    origin = text(f"form.origin.{record.origin.value}", lang)
    head = f"  {record.period:<8}{record.subject:<8}{record.item:<{item_width}} {padded}"
    return f"{head}{amount} {record.unit}  {origin}"


def _absent(each: Missing, lang: Lang) -> str:
    return text(
        "form.list.missing",
        lang,
        subject=each.subject,
        item=each.item,
        flow=text(f"form.flow.{each.flow.value}", lang),
        months=" ".join(each.months),
    )


def _compared(each: Beside, lang: Lang) -> str:
    pct = each.difference_pct
    return text(
        "form.list.beside",
        lang,
        line=each.record.id,
        form=f"{each.form_kwh:,.1f}",
        meters=f"{each.meter_kwh:,.1f}",
        difference=f"{each.difference_kwh:+,.1f}",
        pct="–" if pct is None else f"{pct:+}%",
        missing=each.n_missing,
    )


def _compared_medium(each: BesideMedium, lang: Lang) -> str:
    pct = each.difference_pct
    return text(
        "form.list.beside_medium",
        lang,
        line=each.form.id,
        form=f"{each.form.amount:,f}",
        meters=f"{each.metered_amount:,f}",
        unit=each.form.unit,
        difference=f"{each.difference:+,f}",
        pct="–" if pct is None else f"{pct:+}%",
    )


def _asked(each: Question, lang: Lang) -> str:
    lines = " / ".join(each.lines)
    return text(f"form.ask.{each.ask.value}", lang, lines=lines, beside=each.beside)
