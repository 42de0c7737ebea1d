"""``taihang report --due``, ``taihang report --issue`` and ``taihang reports``."""

import argparse
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, cast

from taihang import wiring
from taihang.core.park.park import PARK_SUBJECT
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError, day_of
from taihang.interfaces.reports.press import ReportPress
from taihang.interfaces.reports.report_words import lacks_words, local_minute
from taihang.interfaces.standing import state_in
from taihang.services.ports import Ports
from taihang.services.report_centre import (
    Became,
    Order,
    Outcome,
    issue_report,
    run_due_reports,
)
from taihang.services.report_copies import Centre, standing_of_report
from taihang.services.report_issue import IssuedReport, Shelf, read_shelf, report_named
from taihang.services.report_period import Cadence, report_period
from taihang.services.report_press import Asked
from taihang.services.report_schedule import (
    Change,
    IfIncomplete,
    Schedule,
    put_schedule,
    schedules,
    stop_schedule,
)
from taihang.services.report_since import Since, since_issued

_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_MINUTES_AN_HOUR: Final = 60
_SHOWN: Final = 40
"""So many reports stand on the terminal; of more, their number. JSON has all of them."""
_PLAIN_FORM: Final = "text"
_DEFAULT_FORMS: Final = "html,xlsx"
_DEFAULT_LANGS: Final = "zh"


def asked_of(args: argparse.Namespace) -> Asked:
    """Return which day, week or month of whom is meant."""
    name = str(args.day or args.week or args.month or args.year or "")
    return Asked(report_period(name), str(args.enterprise or PARK_SUBJECT))


def run_due(args: argparse.Namespace) -> int:
    """Issue every report that is due and ready; say of the rest what it waits for."""
    lang = _lang(args)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        ran = run_due_reports(ports.clock.now(), centre=_centre(args, ports))
    lines = [_outcome_line(each, lang) for each in ran.outcomes[:_SHOWN]]
    if len(ran.outcomes) > _SHOWN:
        lines.append(text("report_cli.more", lang, n=len(ran.outcomes) - _SHOWN))
    n_issued = sum(each.became in {Became.ISSUED, Became.PROVISIONAL} for each in ran.outcomes)
    head = text("report_cli.ran", lang, n=n_issued, waiting=len(ran.outcomes) - n_issued)
    if ran.n_left:
        lines.append(text("report_cli.left", lang, n=ran.n_left))
    facts = {
        "left": ran.n_left,
        "reports": [_outcome_facts(each) for each in ran.outcomes],
    }
    say(args, facts, "\n".join([head, *lines]))
    return 1 if any(each.became is Became.FAILED for each in ran.outcomes) else 0


def issue(args: argparse.Namespace) -> int:
    """Issue the report of a day, week or month under a verification code."""
    lang = _lang(args)
    form = "html" if args.format == _PLAIN_FORM else str(args.format)
    order = Order(
        asked=asked_of(args),
        forms=((lang, form),),
        who=str(args.who or ""),
        reason=str(args.reason or ""),
        floor_percent=int(str(args.floor)),
        if_incomplete=_if_incomplete(args),
    )
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        issued = issue_report(order, centre=_centre(args, ports))
        folder = wiring.issued_folder(Path(str(args.dir)))
        copies = read_shelf(ports=ports).copies_of(issued.report)
    files = [str(folder / copy.name) for copy in copies if (copy.lang, copy.form) == (lang, form)]
    facts = {
        "report": issued.report.id,
        "code": issued.report.code,
        "new": issued.is_new,
        "lacks": [lack.want.value for lack in issued.report.lacks],
        "files": files,
        "unset": {**issued.setting.unset},
    }
    key = "issued" if issued.is_new else "known"
    words = [text(f"report_cli.{key}", lang, id=issued.report.id, code=issued.report.code)]
    words += [text("report_cli.file", lang, file=file) for file in files]
    words += _unset_lines(issued.setting.unset, lang)
    say(args, facts, "\n".join(words))
    return 0


def reports(args: argparse.Namespace) -> int:
    """List what was issued and what is scheduled; show one report; set or stop a schedule."""
    if args.schedule is not None:
        return _set_schedule(args)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        if args.code is not None:
            return _show(args, ports)
        shelf, known = read_shelf(ports=ports), schedules(ports=ports)
        lang = _lang(args)
        lines = [_report_line(each, shelf, lang, ports) for each in shelf.reports]
        facts = {
            "reports": [_report_facts(each, shelf) for each in shelf.reports],
            "schedules": [each.schedule.body() for each in known.values()],
        }
        scheduled = [_schedule_line(each, lang) for each in known.values()]
    head = text("report_cli.list", lang, n=len(lines), schedules=len(scheduled))
    say(args, facts, "\n".join([head, *lines, *scheduled]))
    return 0


def _set_schedule(args: argparse.Namespace) -> int:
    lang, id_ = _lang(args), str(args.schedule)
    who, reason = str(args.who or ""), str(args.reason or "")
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        if args.stop:
            is_changed = stop_schedule(id_, who=who, reason=reason, ports=ports)
        else:
            schedule = _schedule_of(args, id_)
            is_changed = put_schedule(schedule, who=who, reason=reason, ports=ports)
        found = schedules(ports=ports)[id_]
    key = "scheduled" if is_changed else "unchanged"
    words = [text(f"report_cli.{key}", lang, id=id_), _schedule_line(found, lang)]
    say(args, {"changed": is_changed, "schedule": found.schedule.body()}, "\n".join(words))
    return 0


def _schedule_of(args: argparse.Namespace, id_: str) -> Schedule:
    if args.cadence is None or args.since is None:
        raise WordsError(
            given=f"--schedule {id_}",
            expected="--cadence day, week or month, and --since the first day",
            remedy="write for example --cadence day --since 2026-10-01",
        )
    clock = _CLOCK.fullmatch(str(args.due_at))
    if clock is None:
        raise WordsError(
            given=f"--due-at {args.due_at}",
            expected="a time of the day as HH:MM",
            remedy="write for example 08:00",
        )
    return Schedule(
        id=id_,
        cadence=Cadence(str(args.cadence)),
        subject=str(args.subject or PARK_SUBJECT),
        formats=_listed(args.forms or _DEFAULT_FORMS),
        langs=_listed(args.langs or _DEFAULT_LANGS),
        recipient=str(args.recipient or ""),
        since=day_of(str(args.since)),
        due_days=int(str(args.due_days)),
        due_minute=int(clock[1]) * _MINUTES_AN_HOUR + int(clock[2]),
        floor_percent=int(str(args.floor)),
        if_incomplete=_if_incomplete(args),
    )


def _show(args: argparse.Namespace, ports: Ports) -> int:
    lang = _lang(args)
    report = report_named(str(args.code), ports=ports)
    shelf, since = read_shelf(ports=ports), since_issued(report, ports=ports)
    copies = shelf.copies_of(report)
    lines = [
        _report_line(report, shelf, lang, ports),
        text(
            "report_cli.hash", lang, sha256=report.figures_sha256, size=f"{report.journal_size:,}"
        ),
        *_since_lines(since, lang),
        *(text("report_cli.copy", lang, sha256=each.sha256, file=each.name) for each in copies),
    ]
    facts = {
        **_report_facts(report, shelf),
        "state": since.state.value,
        "later": [each.id for each in since.later],
        "moved": [list(each) for each in since.moved],
        "settled_again": since.n_settled_again,
    }
    say(args, facts, "\n".join(lines))
    return 0


def _since_lines(since: Since, lang: Lang) -> list[str]:
    if since.is_current:
        return [text("report_cli.current", lang)]
    lines = [text("report_cli.later", lang, id=each.id) for each in since.later]
    lines += [text("report_cli.moved", lang, was=was, now=now) for was, now in since.moved]
    if since.n_settled_again:
        lines.append(text("report_cli.settled_again", lang, n=since.n_settled_again))
    return lines


def _report_line(report: IssuedReport, shelf: Shelf, lang: Lang, ports: Ports) -> str:
    state = state_in(standing_of_report(report, ports=ports).state, lang)
    line = text(
        "report_cli.report",
        lang,
        id=report.id,
        code=report.code,
        state=state,
        at=local_minute(report.issued_at_s, ports.park.time_zone),
        n=len(shelf.copies_of(report)),
    )
    if report.lacks:
        line += text("report_cli.lacks", lang, lacks=lacks_words(report.lacks, lang))
    return line


def _schedule_line(change: Change, lang: Lang) -> str:
    of = change.schedule
    key = "active" if of.is_active else "stopped"
    return text(
        f"report_cli.{key}",
        lang,
        id=of.id,
        every=text(f"report_cli.every.{of.cadence}", lang),
        subject=of.subject,
        forms=", ".join(of.formats),
        langs=", ".join(of.langs),
        who=change.who,
        reason=change.reason,
    )


def _outcome_line(outcome: Outcome, lang: Lang) -> str:
    line = text(f"report_cli.became.{outcome.became}", lang, id=outcome.due.asked.series)
    if outcome.lacks:
        line += text("report_cli.lacks", lang, lacks=lacks_words(outcome.lacks, lang))
    if outcome.words:
        line += text("report_cli.lacks", lang, lacks=outcome.words)
    if outcome.unset:
        line += text("report_cli.lacks", lang, lacks=", ".join(outcome.unset))
    return line


def _outcome_facts(outcome: Outcome) -> dict[str, object]:
    return {
        "schedule": outcome.due.schedule.id,
        "series": outcome.due.asked.series,
        "became": outcome.became.value,
        "lacks": [lack.want.value for lack in outcome.lacks],
        "words": outcome.words,
        "unset": list(outcome.unset),
    }


def _report_facts(report: IssuedReport, shelf: Shelf) -> dict[str, object]:
    return {
        "report": report.id,
        "code": report.code,
        "sha256": report.figures_sha256,
        "journal_size": report.journal_size,
        "issued_at_s": report.issued_at_s,
        "issued_by": report.issued_by,
        "lacks": [lack.want.value for lack in report.lacks],
        "copies": [{"file": each.name, "sha256": each.sha256} for each in shelf.copies_of(report)],
    }


def _unset_lines(unset: Mapping[str, str], lang: Lang) -> Iterable[str]:
    return [text("report_cli.unset", lang, form=form, why=why) for form, why in unset.items()]


def _listed(words: object) -> tuple[str, ...]:
    return tuple(each.strip() for each in str(words).split(",") if each.strip())


def _if_incomplete(args: argparse.Namespace) -> IfIncomplete:
    return IfIncomplete.PROVISIONAL if args.provisional else IfIncomplete.WAIT


def _centre(args: argparse.Namespace, ports: Ports) -> Centre:
    folders = () if args.fonts is None else (str(args.fonts),)
    return Centre(ports=ports, press=ReportPress(folders), site=str(args.site or ""))


def _lang(args: argparse.Namespace) -> Lang:
    return cast("Lang", args.lang)
