"""Turns data and trust into what the template prints: finished words, in reading order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from taihang.core.figure.key import key_of
from taihang.core.metering.vee.rule import Rule
from taihang.core.seal.trail import Outcome, TrailRecord
from taihang.core.series import Quality
from taihang.interfaces.catalogue import Lang, has_text, raw_texts, text
from taihang.interfaces.fingerprint import fingerprint
from taihang.interfaces.role_words import roles_in
from taihang.interfaces.trail_words import kind_in
from taihang.interfaces.web.pages.trust.build import TrustView
from taihang.interfaces.web.pages.trust.heat import heat_data, month_cells, months_of
from taihang.interfaces.web.wording import DASH, local_instant, number, percent
from taihang.services.coverage import Coverage
from taihang.services.edit_log import RESTATED, Edit, EditGroup
from taihang.services.gaps import Gap
from taihang.services.gateway_states import GatewayState
from taihang.services.log_standing import LogStanding

LEAST_RATIO: Final = 0.95
"""Below it a figure of the year says how much it rests on (ui conventions: coverage)."""
_NEARLY: Final = 0.999
GAPS_SHOWN: Final = 200
EDITS_SHOWN: Final = 100
_EDIT_COLUMNS: Final = ("at", "kind", "subject", "was", "now", "why", "who", "leaf")
_TRAIL_COLUMNS: Final = (
    "number",
    "at",
    "actor",
    "roles",
    "kind",
    "subject",
    "outcome",
    "reason",
)
Tone = Literal["ok", "warn", "bad", "none"]
_TONES: Final[Mapping[Quality, Tone]] = {
    Quality.MEASURED: "ok",
    Quality.ESTIMATED: "warn",
    Quality.MANUAL: "warn",
    Quality.MISSING: "bad",
    Quality.REJECTED: "bad",
}
_OUTCOMES: Final[Mapping[Outcome, Tone]] = {
    Outcome.BEGUN: "none",
    Outcome.DONE: "ok",
    Outcome.REFUSED: "warn",
    Outcome.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """One answer to the question of the page."""

    state: Literal["met", "missed", "undefined"]
    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class TrailShown:
    """The audit trail as the page shows it to those who may read it."""

    records: Sequence[TrailRecord]
    """The newest first."""
    size: int
    sealed: int
    """So many entries are under a head in the log."""


def page_context(
    view: TrustView,
    *,
    lang: Lang,
    group: EditGroup | None,
    trail: TrailShown | None,
    opens: bool,
) -> dict[str, object]:
    """Return what the template needs.

    Args:
        view: The figures.
        lang: Language of the reader.
        group: Edits of this group only; None for all.
        trail: The audit trail; None for whoever may not read it.
        opens: Whether the reader may open figures.
    """
    edits = [edit for edit in view.edits if group in {None, edit.group}]
    return {
        "view": view,
        "verdicts": verdicts(view, trail=trail, lang=lang),
        "months": months_of(view.coverage),
        "month_rows": _month_rows(view.coverage),
        "legend": [_tag(quality, lang) for quality in Quality],
        "gap_rows": [
            gap_row(gap, view.zone, lang) | {"key": _day_key(gap, view) if opens else ""}
            for gap in view.gaps.found[:GAPS_SHOWN]
        ],
        "n_gaps": len(view.gaps.found),
        "gateway_rows": [_gateway_row(each, view, lang) for each in view.gateways],
        "log_rows": _log_rows(view.log, view.zone, lang),
        "witness_rows": _witness_rows(view.log, view.zone, lang),
        "groups": _groups(view.edits, group, lang),
        "group": "" if group is None else group.value,
        "edit_rows": [
            edit_row(edit, view.zone, lang) | {"key": _statement_key(edit) if opens else ""}
            for edit in edits[:EDITS_SHOWN]
        ],
        "n_edits": len(edits),
        "edit_columns": [text(f"trust_page.edit.{name}", lang) for name in _EDIT_COLUMNS],
        "trail_columns": [text(f"trail.column.{name}", lang) for name in _TRAIL_COLUMNS],
        "trail": trail,
        "trail_rows": [] if trail is None else _trail_rows(trail.records, view.zone, lang),
        "page_data": {**_script_data(view, lang), "opens": opens},
    }


def verdicts(view: TrustView, *, trail: TrailShown | None, lang: Lang) -> tuple[Verdict, ...]:
    """Answer for each part whether it can be relied upon."""
    found = [_of_coverage(view.coverage, lang), _of_sequence(view.gateways, lang)]
    found += [_of_clocks(view, lang), _of_log(view.log, lang)]
    return (*found, *([_of_trail(trail, lang)] if trail is not None else []))


def _verdict(part: str, state: str, lang: Lang, **values: object) -> Verdict:
    known: Literal["met", "missed", "undefined"] = (
        "met" if state == "met" else "missed" if state == "missed" else "undefined"
    )
    sentence = text(f"trust_page.verdict.{part}_{state}", lang, **values)
    return Verdict(known, text(f"trust_page.verdict.{part}", lang), sentence)


def _of_coverage(known: Coverage, lang: Lang) -> Verdict:
    total = known.total()
    if not total:
        return _verdict("coverage", "undefined", lang)
    measured = known.total(Quality.MEASURED) / total
    state = "met" if measured >= LEAST_RATIO else "missed"
    return _verdict(
        "coverage",
        state,
        lang,
        percent=percent(measured, digits=3),
        n=number(total, digits=0),
        estimated=number(known.total(Quality.ESTIMATED, Quality.MANUAL), digits=0),
        missing=number(known.total(Quality.MISSING, Quality.REJECTED), digits=0),
    )


def _of_sequence(gateways: Sequence[GatewayState], lang: Lang) -> Verdict:
    sending = [each for each in gateways if each.n_batches]
    if not sending:
        return _verdict("sequence", "undefined", lang)
    n_skipped = sum(each.n_skipped for each in sending)
    batches = number(sum(each.n_batches for each in sending), digits=0)
    if not n_skipped:
        return _verdict("sequence", "met", lang, gateways=len(sending), batches=batches)
    names = ", ".join(each.id for each in sending if each.n_skipped)
    return _verdict("sequence", "missed", lang, n=number(n_skipped, digits=0), names=names)


def _of_clocks(view: TrustView, lang: Lang) -> Verdict:
    clocks = [each.clock for each in view.gateways if each.clock is not None]
    if view.clock_limit_s is None or not clocks:
        return _verdict("clocks", "undefined", lang)
    wrong = [clock for clock in clocks if clock.is_wrong]
    if wrong:
        names = ", ".join(f"{clock.gateway} +{clock.ahead_s} s" for clock in wrong)
        return _verdict("clocks", "missed", lang, names=names)
    return _verdict("clocks", "met", lang, n=len(clocks), limit=view.clock_limit_s)


def _of_log(log: LogStanding, lang: Lang) -> Verdict:
    size = number(log.size, digits=0)
    if log.quorum is None:
        return _verdict("log", "undefined", lang, size=size)
    cosigned = sum(each.cosigned_at_s is not None for each in log.witnesses)
    if log.published_size is None or cosigned < log.quorum:
        return _verdict("log", "missed", lang, size=size, n=cosigned, quorum=log.quorum)
    return _verdict("log", "met", lang, size=size, n=cosigned, lag=number(log.lag, digits=0))


def _of_trail(trail: TrailShown, lang: Lang) -> Verdict:
    n = number(trail.size, digits=0)
    if not trail.size:
        return _verdict("trail", "undefined", lang)
    if trail.sealed == trail.size:
        return _verdict("trail", "met", lang, n=n)
    open_ = number(trail.size - trail.sealed, digits=0)
    return _verdict("trail", "waiting", lang, n=n, open=open_)


# -- tables ---------------------------------------------------------------------------------------


def _month_rows(known: Coverage) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for meter in known.meters:
        cells: list[dict[str, object]] = []
        for _, cell in month_cells(meter, known):
            # A month that is nearly whole must not be shown as a whole one.
            digits = 2 if cell.ratio is not None and _NEARLY <= cell.ratio < 1 else 1
            cells.append(
                {
                    "words": DASH if cell.ratio is None else percent(cell.ratio, digits=digits),
                    "sort": "" if cell.ratio is None else f"{cell.ratio:.6f}",
                    "tone": _tone_of(cell.ratio, cell.missing, cell.estimated),
                }
            )
        rows.append({"meter": meter.meter, "node": meter.node, "cells": cells})
    return rows


def _tone_of(ratio: float | None, missing: int, estimated: int) -> Tone:
    if ratio is None:
        return "none"
    if missing:
        return "bad"
    return "warn" if estimated else "none"


def gap_row(gap: Gap, zone: str, lang: Lang) -> dict[str, object]:
    """Return one stretch in words."""
    rules = [rule_words(rule, lang) for rule in gap.rules]
    reason = "; ".join(rules) if rules else text("trust_page.reason.none", lang)
    return {
        "meter": gap.meter,
        "first": local_instant(gap.start_s, zone=zone),
        "stop": local_instant(gap.end_s, zone=zone),
        "sort": str(gap.start_s),
        "n": gap.n,
        "quality": _tag(gap.quality, lang),
        "method": text(f"trust_page.method.m{int(gap.method)}", lang),
        "reason": reason,
    }


def _day_key(gap: Gap, view: TrustView) -> str:
    """Return the key of the energy of a meter on the day on which a gap begins."""
    day = local_instant(gap.start_s, zone=view.zone)[:10]
    return key_of("meter", gap.meter, day, str(view.log.size))


def _statement_key(edit: Edit) -> str:
    return key_of("statement", edit.subject, "value") if edit.kind == RESTATED else ""


def rule_words(rule: Rule, lang: Lang) -> str:
    """Return what a rule of validation found, in words."""
    return text(f"trust_page.rule.{rule.value.removeprefix('vee.')}", lang)


def _tag(quality: Quality, lang: Lang) -> dict[str, str]:
    name = quality.name.lower()
    words = text(f"trust_page.quality.{name}", lang)
    return {"code": name, "tone": _TONES[quality], "words": words}


def _gateway_row(each: GatewayState, view: TrustView, lang: Lang) -> dict[str, object]:
    skipped = ", ".join(f"{a} … {b}" if b > a else str(a) for a, b in each.skipped)
    if each.n_skipped and sum(b - a + 1 for a, b in each.skipped) < each.n_skipped:
        skipped += " …"
    return {
        "id": each.id,
        "meters": each.n_meters,
        "batches": number(each.n_batches, digits=0),
        "batches_sort": each.n_batches,
        "last": number(each.last_counter, digits=0) if each.n_batches else DASH,
        "last_sort": each.last_counter,
        "skipped": skipped or text("trust_page.gateway.none_skipped", lang),
        "skipped_tone": "bad" if each.n_skipped else "none",
        "sent": _instant(each.last_sent_s, view.zone),
        "received": _instant(each.last_received_s, view.zone),
        **_clock_words(each, view, lang),
        **_key_words(each, view, lang),
    }


def _clock_words(each: GatewayState, view: TrustView, lang: Lang) -> dict[str, str]:
    if each.clock is None or view.clock_limit_s is None:
        return {"clock": text("trust_page.gateway.clock_unknown", lang), "clock_tone": "none"}
    if each.clock.ahead_s <= 0:
        return {"clock": text("trust_page.gateway.clock_right", lang), "clock_tone": "none"}
    ahead = text("trust_page.gateway.clock_ahead", lang, s=each.clock.ahead_s)
    return {"clock": ahead, "clock_tone": "bad" if each.clock.is_wrong else "none"}


def _key_words(each: GatewayState, view: TrustView, lang: Lang) -> dict[str, str]:
    if not each.n_keys:
        words = text("trust_page.gateway.never_a_key", lang)
        return {"key": words, "key_hex": "", "key_tone": "none"}
    if each.key is None:
        return {"key": text("trust_page.gateway.no_key", lang), "key_hex": "", "key_tone": "bad"}
    since = local_instant(each.key.from_s, zone=view.zone)[:10]
    words = text("trust_page.gateway.key_since", lang, ordinal=each.key.ordinal, since=since)
    return {"key": words, "key_hex": each.key.key.hex(), "key_tone": "none"}


def _log_rows(log: LogStanding, zone: str, lang: Lang) -> list[dict[str, str]]:
    rows = {
        "origin": log.origin,
        "size": number(log.size, digits=0),
        "root": log.root,
        "last": _instant(log.last_at_s, zone),
        "key": " ".join(fingerprint(bytes.fromhex(key)) for key in log.keys[:1]),
    }
    if log.quorum is not None:
        rows["published"] = (
            text("trust_page.log.none", lang)
            if log.published_size is None
            else text(
                "trust_page.log.published_words",
                lang,
                size=number(log.published_size, digits=0),
                at=_instant(log.published_at_s, zone),
                lag=number(log.lag, digits=0),
            )
        )
    return [
        {"label": text(f"trust_page.log.{name}", lang), "words": words, "code": name}
        for name, words in rows.items()
    ]


def _witness_rows(log: LogStanding, zone: str, lang: Lang) -> list[dict[str, object]]:
    return [
        {
            "name": each.name,
            "role": text(f"trust_page.witness.{each.role}", lang),
            "at": _instant(each.cosigned_at_s, zone)
            if each.cosigned_at_s is not None
            else text("trust_page.witness.absent", lang),
            "tone": "ok" if each.cosigned_at_s is not None else "bad",
            "key": each.key,
        }
        for each in log.witnesses
    ]


def _groups(edits: Iterable[Edit], chosen: EditGroup | None, lang: Lang) -> list[dict[str, object]]:
    counts: dict[EditGroup, int] = {}
    for edit in edits:
        counts[edit.group] = counts.get(edit.group, 0) + 1
    return [
        {
            "code": group.value,
            "words": text(f"trust_page.group.{group.value}", lang),
            "n": counts[group],
            "is_here": group is chosen,
        }
        for group in EditGroup
        if group in counts
    ]


def edit_row(edit: Edit, zone: str, lang: Lang) -> dict[str, object]:
    """Return one edit in words."""
    key = f"trust_page.kind.{edit.kind}"
    return {
        "at": _instant(edit.at_s or None, zone),
        "sort": str(edit.at_s),
        "group": text(f"trust_page.group.{edit.group.value}", lang),
        "kind": text(key, lang) if has_text(key) else edit.kind,
        "subject": edit.subject,
        "was": edit.was,
        "now": edit.now,
        "why": edit.why,
        "who": edit.who,
        "leaf": "" if edit.leaf is None else str(edit.leaf),
        "lines": edit.lines,
    }


def _trail_rows(records: Sequence[TrailRecord], zone: str, lang: Lang) -> list[dict[str, object]]:
    return [
        {
            "number": record.number,
            "at": local_instant(record.entry.at_s, zone=zone),
            "actor": record.entry.actor
            if record.entry.actor is not None
            else text("trail.cli.nobody", lang),
            "roles": roles_in(record.entry.roles, lang),
            "kind": kind_in(record.entry.kind, lang),
            "subject": record.entry.subject,
            "outcome": text(f"trail.outcome.{record.entry.outcome.value}", lang),
            "tone": _OUTCOMES[record.entry.outcome],
            "why": str(record.entry.body.get("reason", "")),
        }
        for record in records
    ]


def _instant(at_s: int | None, zone: str) -> str:
    return DASH if at_s is None else local_instant(at_s, zone=zone)


def _script_data(view: TrustView, lang: Lang) -> dict[str, object]:
    log = view.log
    return {
        "heat": {**heat_data(view.coverage), "size": log.size},
        "chain": {
            "origin": log.origin,
            "keys": list(log.keys),
            "notes": list(log.notes),
            "is_published": log.published_size is not None,
            "quorum": 0 if log.quorum is None else log.quorum,
            "witnesses": [{"name": each.name, "key": each.key} for each in log.witnesses],
            "entries": [list(each) for each in view.entries],
        },
        "texts": raw_texts(prefixes=("trust_page.heat.", "trust_page.chain."), lang=lang),
    }
