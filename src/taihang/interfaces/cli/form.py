"""``taihang form``: hand in a form of activity data, or write an empty one to fill in."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

from taihang import wiring
from taihang.core.activity.form import COLUMNS, TemplateWords
from taihang.core.activity.item import PRODUCT, ItemTable
from taihang.core.activity.record import Flow
from taihang.core.activity.unit import units
from taihang.core.periods import Period, month, months_in
from taihang.interfaces.catalogue import LANGS, Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.words import WordsError
from taihang.interfaces.form_words import form_words
from taihang.services.account import PARK_SUBJECT
from taihang.services.act_log import log_acts
from taihang.services.hand_in import HandedFile, HandedIn, demand_fit, hand_in
from taihang.services.ports import Ports
from taihang.services.renew_accounts import renew_accounts
from taihang.services.withdraw import withdraw_form

_YEAR_SIGNS: Final = 4


def form(args: argparse.Namespace) -> int:
    """Hand in a form, look at it without storing it, or write an empty one."""
    if (args.file is None) == (args.template is None):
        raise WordsError(
            given="FILE and --template together, or neither",
            expected="one of them",
            remedy="taihang form DIR FILE hands in; taihang form DIR --template FILE writes",
        )
    if args.withdraw is not None:
        return _withdraw(args)
    return _write(args) if args.template is not None else _hand_in(args)


def lists_sheets() -> frozenset[str]:
    """Return the names of sheets of the template that are no form."""
    return frozenset(text("form.sheet.lists", lang) for lang in LANGS)


def hand_in_simulated(ports: Ports, period: Period, *, seed: int) -> list[HandedIn]:
    """Hand in what the enterprises of a simulated park report, through the same door.

    Args:
        ports: The park, open for writing.
        period: The days of the run; every whole month of it that has ended is reported.
        seed: Names the world.

    Returns:
        What each form came to; nothing of months that were handed in before.
    """
    now, zone = ports.clock.now(), ports.park.zone
    months = [name for name in months_in(period, zone) if month(name, zone).end <= now]
    return [
        hand_in(
            HandedFile(f"simulated-{number}.csv", data),
            sheet,
            evidence=[HandedFile(name, content) for name, content in files],
            words=form_words(),
            ports=ports,
        )
        for number, (data, sheet, files) in enumerate(
            wiring.simulated_forms(ports, months=months, seed=seed), 1
        )
    ]


def _hand_in(args: argparse.Namespace) -> int:
    path, lang = Path(str(args.file)), cast("Lang", args.lang)
    data, sheet = wiring.read_form(path, beside=lists_sheets())
    evidence = [_evidence(Path(name)) for name in cast("list[str]", args.evidence)]
    is_stored = not args.dry_run
    with wiring.open_park(Path(str(args.dir)), writing=is_stored) as ports:
        found = hand_in(
            HandedFile(path.name, data),
            sheet,
            evidence=evidence,
            words=form_words(),
            ports=ports,
            store=is_stored,
        )
        n_restated = _restate(found, ports) if is_stored else 0
    counts = {"name": path.name, "n_new": len(found.new), "n_known": len(found.known)}
    if is_stored:
        n_files = len(found.evidence)
        words = text("form.done.taken", lang, n_files=n_files, form=found.form, **counts)
    else:
        words = text("form.done.looked_at", lang, **counts)
    if n_restated:
        words += "\n" + text("form.done.restated", lang, n=n_restated)
    facts = {
        "new": [f"{each.id}.v{each.version}" for each in found.new],
        "known": [f"{each.id}.v{each.version}" for each in found.known],
        "form": found.form,
        "evidence": list(found.evidence),
        "stored": is_stored,
        "restated": n_restated,
    }
    say(args, facts, words)
    return 0


def _restate(found: HandedIn, ports: Ports) -> int:
    """Let issued accounts follow; known lines too, for a run that was killed before it did."""
    years = {record.period[:_YEAR_SIGNS] for record in (*found.new, *found.known)}
    n_restated = renew_accounts(years, ports=ports)
    log_acts(ports=ports)
    return n_restated


def _withdraw(args: argparse.Namespace) -> int:
    """Take a form back; whoever has the file is its sender."""
    if args.file is None or args.dry_run or args.evidence:
        raise WordsError(
            given="--withdraw beside --template, --dry-run or --evidence",
            expected="the file that was handed in, and nothing else of a form",
            remedy="taihang form DIR FILE --withdraw REASON --who NAME",
        )
    path, lang = Path(str(args.file)), cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        found = withdraw_form(
            HandedFile(path.name, path.read_bytes()),
            who=str(args.who or ""),
            reason=str(args.withdraw),
            ports=ports,
        )
    facts = {
        "withdrawn": [f"{each.id}.v{each.version}" for each in found.new],
        "withdrawn_before": [f"{each.id}.v{each.version}" for each in found.known],
        "kept": [f"{each.id}.v{each.version}" for each in found.kept],
        "restated": found.n_restated,
    }
    words = text(
        "form.done.withdrawn",
        lang,
        name=path.name,
        n=len(found.new),
        n_kept=len(found.kept),
        n_restated=found.n_restated,
    )
    say(args, facts, words)
    return 0


def _evidence(path: Path) -> HandedFile:
    n_bytes = path.stat().st_size
    demand_fit(path.name, n_bytes)
    return HandedFile(path.name, path.read_bytes())


def _write(args: argparse.Namespace) -> int:
    path, lang = Path(str(args.template)), cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        data = wiring.empty_form(path.suffix.lower(), _template_words(ports, lang))
    with path.open("xb") as file:  # A form that somebody has filled in is never written over.
        file.write(data)
    facts = {"file": str(path), "bytes": len(data)}
    say(args, facts, text("form.done.template", lang, file=path, dir=args.dir))
    return 0


def _template_words(ports: Ports, lang: Lang) -> TemplateWords:
    items = ItemTable(ports.facts).all()
    of_item = [_item_name(item.name, item.names_zh, lang) for item in items]
    choices: dict[str, Sequence[str]] = {
        "subject": [PARK_SUBJECT, *ports.park.assets],
        "item": [*of_item, f"{PRODUCT}…"],
        "flow": [text(f"form.flow.{flow.value}", lang) for flow in Flow],
        "unit": [text(f"form.unit.{unit}", lang) for unit in units()],
    }
    return TemplateWords(
        headings=[text(f"form.heading.{name}", lang) for name in COLUMNS],
        sheet=text("form.sheet.lines", lang),
        lists_sheet=text("form.sheet.lists", lang),
        choices=choices,
    )


def _item_name(name: str, names_zh: Sequence[str], lang: Lang) -> str:
    """Return the shortest Chinese name, where one is wanted and there is one."""
    return min(names_zh, key=len) if lang == "zh" and names_zh else name
