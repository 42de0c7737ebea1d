"""The pages of reports in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from taihang.core.access.role import Right
from taihang.core.errors import TaihangError
from taihang.core.seal.review import Signature, State, Step
from taihang.interfaces.catalogue import Lang, raw_texts, text
from taihang.interfaces.reports.pdf import why_no_pdf
from taihang.interfaces.reports.report_words import issuer_words, lacks_words, reason_words
from taihang.interfaces.settling import settled_lines
from taihang.interfaces.web.newest import zone_of
from taihang.interfaces.web.pages.reports.view import (
    Named,
    PublicReport,
    ReportRow,
    ReportsView,
    ReportView,
    ScheduleRow,
    Since,
    Waiting,
)
from taihang.interfaces.web.pages.reports.writes import new_act_id
from taihang.interfaces.web.visit import Visit
from taihang.interfaces.web.wording import local_day, local_instant
from taihang.services.report_issue import DRAFT, Copy
from taihang.services.report_period import Cadence
from taihang.services.report_schedule import FORMATS
from taihang.services.to_settle import ToSettle

_TONES: Final = {
    State.DRAFT: "",
    State.PREPARED: "",
    State.CHECKED: "warn",
    State.VERIFIED: "ok",
    State.LOCKED: "ok",
}
_MINUTES_AN_HOUR: Final = 60
_DONE: Final = ("issued", "signed", "scheduled", "settled")
_KB: Final = 1_000


def reports_context(
    view: ReportsView, *, visit: Visit, cadence: str, done: str
) -> dict[str, object]:
    """Return what the list of reports prints.

    Args:
        view: The reports.
        visit: Who looks.
        cadence: Which of them are shown.
        done: What was just done, to be said.
    """
    lang = visit.look.lang
    rights = frozenset[Right]() if visit.viewer is None else visit.viewer.rights
    return {
        "rows": [report_row(each, lang, view.zone) for each in view.rows],
        "count": view.n_reports,
        "tabs": _tabs(cadence, lang),
        "pages": _pages(view, visit),
        "waiting": [_waiting(each, lang) for each in view.waiting],
        "n_waiting": sum(each.n for each in view.waiting),
        "schedules": [_schedule(each, lang) for each in view.schedules],
        "may_issue": Right.SETTLE in rights,
        "subjects": [(each.id, told_subject(each, lang)) for each in view.subjects],
        "newest": {kind.value: name for kind, name in view.newest},
        "cadences": [(each.value, text(f"reports_page.cadence.{each}", lang)) for each in Cadence],
        "formats": FORMATS,
        "no_pdf": why_no_pdf(),
        "act": new_act_id(),
        "second_act": new_act_id(),
        "done": text(f"reports_page.done.{done}", lang) if done in _DONE else "",
    }


def settle_context(
    waits: ToSettle, found: Mapping[str, object] | None, *, visit: Visit
) -> dict[str, object]:
    """Return what the card of settling prints.

    Args:
        waits: The next days.
        found: What settling just found; None where nobody settled just now.
        visit: Who looks.
    """
    lang, settled = visit.look.lang, waits.settled
    until = text("reports_page.settle.none", lang)
    if settled is not None:
        last = local_day(settled.end_s - 1, zone=visit.source.ask(zone_of, scope=visit.scope))
        until = text("reports_page.settle.until", lang, day=last)
    return {
        "until": until,
        "waits": waits.first is not None,
        "first": "" if waits.first is None else waits.first.isoformat(),
        "last": "" if waits.last is None else waits.last.isoformat(),
        "found": [] if found is None else settled_lines(found, lang),
        "act": new_act_id(),
    }


def report_context(
    view: ReportView, *, visit: Visit, differs: bool | None, done: str
) -> dict[str, object]:
    """Return what the page of one report prints.

    Args:
        view: The report.
        visit: Who looks.
        differs: Whether it would read otherwise now; None where nobody asked.
        done: What was just done, to be said.
    """
    lang = visit.look.lang
    rights = frozenset[Right]() if visit.viewer is None else visit.viewer.rights
    said = {None: "", True: "differs", False: "same"}[differs]
    return {
        "report": report_row(view.row, lang, view.zone),
        "report_title": view.title_zh if lang == "zh" else view.title_en,
        "facts": _facts(view, lang),
        "ladder": _ladder(view.row.state, lang),
        "history": [_signature(each, lang, view.zone) for each in view.history],
        "steps": [(each.value, text(f"report_seal.step.{each}", lang)) for each in view.next_steps],
        "may_sign": Right.SIGN in rights and bool(view.next_steps),
        "role": _role(visit, lang),
        "copies": [_copy(each, lang) for each in _latest_first(view.copies)],
        "since": _since(view.since, lang),
        "is_current": view.since.is_current,
        "compared": text(f"reports_page.{said}", lang) if said else "",
        "is_different": bool(differs),
        "compare_address": f"/reports/{view.row.id}/?compare=1",
        "act": new_act_id(),
        "done": text(f"reports_page.done.{done}", lang) if done in _DONE else "",
    }


def public_context(
    shown: PublicReport | None, *, visit: Visit, typed: str, why: TaihangError | None
) -> dict[str, object]:
    """Return what anybody sees of a code.

    Args:
        shown: The report of it; None of a code of no report, or before any was typed.
        visit: Who looks.
        typed: What was typed.
        why: Why it is no code.
    """
    lang = visit.look.lang
    context: dict[str, object] = {"typed": typed, "shown": None, "why": ""}
    if why is not None:
        context["why"] = text("reports_page.public.mistyped", lang)
    elif typed and shown is None:
        context["why"] = text("reports_page.public.unknown", lang)
    if shown is None:
        return context
    hashes = {each.sha256: _copy_words(each, lang) for each in shown.copies}
    return {
        **context,
        "shown": shown,
        "park_name": shown.park_zh if lang == "zh" else shown.park_en,
        "report_title": shown.title_zh if lang == "zh" else shown.title_en,
        "state": state_words(shown.state, lang),
        "tone": _TONES[shown.state],
        "is_approved": shown.state in {State.VERIFIED, State.LOCKED},
        "lacks": lacks_words(shown.lacks, lang),
        "issued": local_instant(shown.issued_at_s, zone=shown.zone),
        "since": _since(shown.since, lang),
        "is_current": shown.since.is_current,
        "copies": [_copy(each, lang) for each in shown.copies],
        "page_data": {
            "code": shown.code,
            "copies": hashes,
            "texts": raw_texts(prefixes=("reports_page.check.",), lang=lang),
        },
    }


def told_subject(subject: Named, lang: Lang) -> str:
    """Return how a subject is called, with its id where it is an asset."""
    name = subject.name(lang)
    return name if subject.id == "park" else f"{subject.id} {name}"


def state_words(state: State, lang: Lang) -> str:
    """Return how far a report is signed, in words."""
    return text(f"reports_page.state.{state}", lang)


def report_row(row: ReportRow, lang: Lang, zone: str) -> dict[str, object]:
    """Return one report as a line of a list."""
    return {
        "id": row.id,
        "code": row.code,
        "address": f"/reports/{row.id}/",
        "period": row.period,
        "cadence": text(f"reports_page.cadence.{row.cadence}", lang),
        "subject": told_subject(row.subject, lang),
        "version": row.version,
        "state": state_words(row.state, lang),
        "tone": _TONES[row.state],
        "lacks": lacks_words(row.lacks, lang),
        "issued": local_instant(row.issued_at_s, zone=zone),
        "issued_by": row.issued_by,
        "copies": [_copy(each, lang) for each in row.copies],
    }


def _tabs(cadence: str, lang: Lang) -> list[dict[str, object]]:
    every = [("", text("reports_page.all", lang), "/reports/")]
    every += [
        (each.value, text(f"reports_page.cadence.{each}", lang), f"/reports/?cadence={each}")
        for each in Cadence
    ]
    return [
        {"name": name, "address": address, "is_here": value == cadence}
        for value, name, address in every
    ]


def _pages(view: ReportsView, visit: Visit) -> dict[str, object] | None:
    if view.n_pages == 1:
        return None
    before, after = view.page - 1, view.page + 1
    return {
        "now": view.page,
        "of": view.n_pages,
        "before": visit.look.with_words(page=str(before)) if before else "",
        "after": visit.look.with_words(page=str(after)) if after <= view.n_pages else "",
    }


def _waiting(each: Waiting, lang: Lang) -> dict[str, object]:
    span = each.first
    if each.n > 1:
        span = text("reports_page.span", lang, first=each.first, last=each.last, n=each.n)
    return {
        "span": span,
        "subject": told_subject(each.subject, lang),
        "schedule": each.schedule,
        "is_provisional": each.n_provisional > 0,
        "lacks": lacks_words(each.lacks, lang) or text("reports_page.ready", lang),
        "is_ready": not each.lacks,
    }


def _schedule(each: ScheduleRow, lang: Lang) -> dict[str, object]:
    of = each.schedule
    return {
        "id": of.id,
        "cadence": text(f"reports_page.cadence.{of.cadence}", lang),
        "subject": told_subject(each.subject, lang),
        "forms": " · ".join(each.upper() for each in of.formats),
        "langs": " · ".join(text(f"reports_page.lang.{each}", lang) for each in of.langs),
        "recipient": of.recipient,
        "due": text(
            "reports_page.due_at",
            lang,
            days=of.due_days,
            at=f"{of.due_minute // _MINUTES_AN_HOUR:02d}:{of.due_minute % _MINUTES_AN_HOUR:02d}",
        ),
        "floor": of.floor_percent,
        "incomplete": text(f"reports_page.incomplete.{of.if_incomplete}", lang),
        "is_active": of.is_active,
        "who": each.who,
        "reason": each.reason,
    }


def _facts(view: ReportView, lang: Lang) -> list[tuple[str, str, bool]]:
    """Return label, words, and whether they are digits for machines."""
    row = view.row
    who = issuer_words(row.issued_by, lang)
    issued = f"{local_instant(row.issued_at_s, zone=view.zone)} · {who}"
    facts = [
        ("code", row.code, True),
        ("issued", issued, False),
        ("reason", reason_words(view.reason, lang), False),
        ("hash", view.figures_sha256, True),
        ("journal", f"{view.journal_size:,}", False),
        ("root", view.log_root, True),
        ("version", view.code_version, False),
    ]
    return [(text(f"reports_page.fact.{key}", lang), words, code) for key, words, code in facts]


def _ladder(state: State, lang: Lang) -> list[dict[str, object]]:
    """Return the steps to the approval, each done or not."""
    order = (State.DRAFT, State.PREPARED, State.CHECKED, State.VERIFIED)
    at = len(order) - 1 if state is State.LOCKED else order.index(state)
    return [
        {"name": state_words(each, lang), "is_done": i <= at, "is_here": i == at}
        for i, each in enumerate(order)
    ]


def _signature(each: Signature, lang: Lang, zone: str) -> dict[str, object]:
    return {
        "step": text(f"report_seal.step.{each.step}", lang),
        "is_returned": each.step is Step.RETURNED,
        "who": each.who,
        "role": each.role,
        "at": local_instant(each.at_s, zone=zone),
        "remark": each.remark,
    }


def _latest_first(copies: Sequence[Copy]) -> list[Copy]:
    """Return copies with those of the latest approval in front, drafts at the end."""
    return sorted(copies, key=lambda each: (each.stage != DRAFT, each.stage), reverse=True)


def _copy(each: Copy, lang: Lang) -> dict[str, object]:
    return {
        "address": f"/reports/file/{each.name}",
        "form": each.form.upper(),
        "lang": text(f"reports_page.lang.{each.lang}", lang),
        "stage": _stage(each, lang),
        "is_draft": each.stage == DRAFT,
        "size": f"{max(1, round(each.n_bytes / _KB)):,} kB",
        "sha256": each.sha256,
    }


def _copy_words(each: Copy, lang: Lang) -> str:
    language = text(f"reports_page.lang.{each.lang}", lang)
    return f"{each.form.upper()} · {language} · {_stage(each, lang)}"


def _stage(each: Copy, lang: Lang) -> str:
    return text(
        "reports_page.stage.draft" if each.stage == DRAFT else "reports_page.stage.signed", lang
    )


def _since(since: Since, lang: Lang) -> list[str]:
    said = [
        text("reports_page.later", lang, id=id_, code=code, reason=reason_words(reason, lang))
        for id_, code, reason in since.later
    ]
    said += [text("reports_page.moved", lang, was=was, now=now) for was, now in since.moved]
    if since.n_settled_again:
        said.append(text("reports_page.settled_again", lang, n=since.n_settled_again))
    return said


def _role(visit: Visit, lang: Lang) -> str:
    roles: Iterable[str] = (
        sorted(role.value for role in visit.viewer.roles) if visit.viewer is not None else ()
    )
    named: Sequence[str] = [text(f"reports_page.role.{role}", lang) for role in roles]
    return ("、" if lang == "zh" else ", ").join(named)[:64]
