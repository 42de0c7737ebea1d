"""``taihang admit`` and ``taihang limits``: may the project come, and how much room is left."""

import argparse
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.config.project_file import read_project
from taihang.core.admission.ledger import Outcome
from taihang.core.admission.project import Project
from taihang.core.seal.canonical import JsonValue, load_canonical
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError
from taihang.services.act_log import log_acts
from taihang.services.admission_document import judgement_document, sheet_document
from taihang.services.admit_project import Decided, Held, assess, decide, end, held
from taihang.services.ports import Ports

Body = Mapping[str, JsonValue]
_SHOWN: Final = 10
"""So many decisions stand on the terminal; ``--json`` has all."""
_STYLES: Final[Mapping[str, str]] = {
    "admitted": "bold green",
    "refused": "bold red",
    "built": "bold green",
    "withdrawn": "bold yellow",
}
_BAR: Final = 10
_ALARM_RATIO: Final = Decimal("0.95")
"""Of a limit; above this share the bar is red."""


def admit(args: argparse.Namespace) -> int:
    """Judge a project; keep the decision where that is asked for."""
    lang = cast("Lang", args.lang)
    project = _read(Path(str(args.project)))
    acts = [name for name in ("decide", "built", "withdraw") if getattr(args, name)]
    if len(acts) > 1:
        raise WordsError(
            given=" ".join(f"--{name}" for name in acts),
            expected="one of them at most",
            remedy="decide first; say later that it was built or withdrawn",
        )
    with wiring.open_park(Path(str(args.dir)), writing=bool(acts)) as ports:
        if not acts:
            body, note = _tried(project, ports), text("cli.admit.dry", lang)
        else:
            decided = _act(acts[0], project, args, ports)
            log_acts(ports=ports)
            body, note = _body(decided.statement.document), _note(decided, lang)
        name = ports.park.name_zh if lang == "zh" else ports.park.name_en
    if args.json:
        say(args, body, "")
    else:
        console = Console(highlight=False)
        _print_judgement(console, body, project, park=name, lang=lang)
        console.print(Text(note, style="dim"))
    return 0 if body["decision"] != Outcome.REFUSED.value else 1


def limits(args: argparse.Namespace) -> int:
    """Show the limit book of a park with what its decisions have left."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        now = held(ports=ports)
        name = ports.park.name_zh if lang == "zh" else ports.park.name_en
    if args.json:
        say(args, _limit_facts(now), "")
    else:
        _print_limits(Console(highlight=False), now, park=name, lang=lang)
    return 0


def _read(path: Path) -> Project:
    return read_project(path.read_text(encoding="utf-8"), source=path.name)


def _tried(project: Project, ports: Ports) -> dict[str, JsonValue]:
    assessed = assess(project, now=held(ports=ports), ports=ports)
    return {
        "id": None,
        **judgement_document(assessed.judgement),
        "sheet": sheet_document(assessed.sheet),
    }


def _act(act: str, project: Project, args: argparse.Namespace, ports: Ports) -> Decided:
    if act == "decide":
        return decide(project, ports=ports)
    outcome = Outcome.BUILT if act == "built" else Outcome.WITHDRAWN
    return end(project.id, outcome, reason=str(getattr(args, act)), ports=ports)


def _note(decided: Decided, lang: Lang) -> str:
    key = "kept" if decided.is_new else "kept_before"
    return text(f"cli.admit.{key}", lang, id=decided.statement.id)


# -- a judgement ---------------------------------------------------------------------------------


def _print_judgement(
    console: Console, body: Body, project: Project, *, park: str, lang: Lang
) -> None:
    name = project.name_zh if lang == "zh" else project.name_en
    title = text("cli.admit.title", lang, park=park, id=project.id, name=name)
    if "lines" in body:
        console.print(_quantity_table(body, title, lang))
    else:
        console.print(Text(title, style="bold"))
    decision = str(body["decision"])
    console.print(Text(text(f"cli.admit.{decision}", lang), style=_STYLES[decision]))
    lines = {str(line["quantity"]): line for line in _rows(body, "lines")}
    for ground in _rows(body, "grounds"):
        console.print(Text(f"  {_ground(ground, lines, lang)}", style="red"))
    if ways := cast("Sequence[str]", body.get("ways_out", [])):
        units = " / ".join(ways)
        console.print(Text(f"  {text('cli.admit.way_out', lang, units=units)}", style="yellow"))
    if "sheet" in body:
        _print_sheet(console, cast("Body", body["sheet"]), project, lang)


def _quantity_table(body: Body, title: str, lang: Lang) -> Table:
    table = plain_table(title)
    table.add_column(text("cli.admit.quantity", lang))
    for key in ("limit", "committed", "reserved", "demand", "replaced", "room"):
        table.add_column(text(f"cli.admit.{key}", lang), justify="right", no_wrap=True)
    for line in _rows(body, "lines"):
        over = Decimal(str(line["over"]))
        room = (
            Text(text("cli.admit.over", lang, over=_amount(over)), style="red")
            if over > 0
            else Text(_amount(-over), style="green")
        )
        table.add_row(
            f"{line[lang]} {line['unit']}",
            *(
                _amount(line[key])
                for key in ("limit", "committed", "reserved", "demand", "replaced")
            ),
            room,
        )
    return table


def _ground(ground: Body, lines: Mapping[str, Body], lang: Lang) -> str:
    kind = str(ground["ground"])
    if kind != "limit":
        return text(f"cli.admit.grounds.{kind}", lang, of=ground["of"], detail=ground["detail"])
    line = lines[str(ground["of"])]
    over = f"{_amount(ground['detail'])} {line['unit']}"
    words = text("cli.admit.grounds.limit", lang, of=line[lang], detail=over)
    stop = "；" if lang == "zh" else "; "
    if line["more_to_close"] is None:
        return f"{words}{stop}{text('cli.admit.close_never', lang)}"
    more = _amount(line["more_to_close"])
    how = text("cli.admit.close_more", lang, amount=more, unit=line["unit"])
    return f"{words}{stop}{how}"


def _print_sheet(console: Console, sheet: Body, project: Project, lang: Lang) -> None:
    words = text(
        "cli.admit.sheet",
        lang,
        energy=_amount(sheet["energy_tce"]),
        carbon=_amount(sheet["carbon_t"]),
        process=_amount(sheet["process_carbon_t"]),
    )
    console.print(words)
    for part in _rows(sheet, "structure"):
        share = part["energy_ratio"]
        words = text(
            "cli.admit.part",
            lang,
            item=part["item"],
            energy=_amount(part["energy_tce"]),
            share="–" if share is None else f"{Decimal(str(share)):.1%}",
            carbon=_amount(part["carbon_t"]),
        )
        console.print(words)
    for line in _rows(sheet, "products"):
        product = project.products[str(line["id"])]
        value = line["carbon_t_per_unit"]
        words = text(
            "cli.admit.product",
            lang,
            name=product.name_zh if lang == "zh" else product.name_en,
            value="–" if value is None else f"{Decimal(str(value)):.3f}",
            unit=line["unit"],
            levels=_levels(cast("Mapping[str, bool]", line["at_or_below"]), lang),
        )
        console.print(words)
    if sheet["exempt"]:
        console.print(text("cli.admit.exempt", lang))


def _levels(levels: Mapping[str, bool], lang: Lang) -> str:
    told = [
        text(
            f"cli.admit.{'good_level' if is_good else 'bad_level'}",
            lang,
            level=text(f"cli.admit.levels.{name}", lang),
        )
        for name, is_good in levels.items()
    ]
    return ("，" if lang == "zh" else ", ").join(told) or text("cli.admit.no_level", lang)


# -- the limit book ------------------------------------------------------------------------------


def _limit_facts(now: Held) -> dict[str, object]:
    ledger = now.ledger
    return {
        "limits": {
            name: {
                "unit": limit.unit,
                "limit": str(limit.limit),
                "committed": str(limit.committed + ledger.built(name)),
                "reserved": str(ledger.reserved(name)),
                "room": str(_room(now, name)),
            }
            for name, limit in now.book.limits.items()
        },
        "closed_units": {name: ledger.used_units.get(name) for name in now.book.closed_units},
        "decisions": [
            {"id": each.id, "project": each.subject, "decision": _body(each.document)["decision"]}
            for each in now.statements
        ],
    }


def _room(now: Held, name: str) -> Decimal:
    limit = now.book.limits[name]
    return limit.limit - limit.committed - now.ledger.built(name) - now.ledger.reserved(name)


def _print_limits(console: Console, now: Held, *, park: str, lang: Lang) -> None:
    table = plain_table(text("cli.limits.title", lang, park=park))
    table.add_column(text("cli.admit.quantity", lang))
    for key in ("limit", "committed", "reserved", "room"):
        table.add_column(text(f"cli.admit.{key}", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.limits.used", lang), no_wrap=True)
    for name, limit in now.book.limits.items():
        room = _room(now, name)
        table.add_row(
            f"{limit.name_zh if lang == 'zh' else limit.name_en} {limit.unit}",
            _amount(limit.limit),
            _amount(limit.committed + now.ledger.built(name)),
            _amount(now.ledger.reserved(name)),
            Text(_amount(room), style="green" if room > 0 else "red"),
            _share(limit.limit - room, limit.limit),
        )
    console.print(table)
    console.print(_unit_table(now, lang))
    _print_decisions(console, now, lang)


def _share(used: Decimal, whole: Decimal) -> Text:
    ratio = used / whole if whole else Decimal(1)
    filled = max(0, min(_BAR, int(ratio * _BAR)))
    style = "red" if ratio > _ALARM_RATIO else "cyan"
    return Text("█" * filled + "░" * (_BAR - filled), style=style) + Text(f" {ratio:.1%}")


def _unit_table(now: Held, lang: Lang) -> Table:
    table = plain_table(text("cli.limits.units", lang))
    for key in ("unit", "frees", "serves"):
        table.add_column(text(f"cli.limits.{key}", lang))
    for name, unit in now.book.closed_units.items():
        frees = ", ".join(
            f"{quantity} {_amount(amount)}" for quantity, amount in unit.frees.items()
        )
        serves = now.ledger.used_units.get(name, text("cli.limits.free", lang))
        table.add_row(f"{name} {unit.name_zh if lang == 'zh' else unit.name_en}", frees, serves)
    return table


def _print_decisions(console: Console, now: Held, lang: Lang) -> None:
    last = now.statements[-_SHOWN:]
    if not last:
        console.print(text("cli.limits.none", lang))
        return
    words = text("cli.limits.decisions", lang, n=len(last), total=len(now.statements))
    console.print(Text(words, style="bold"))
    for each in last:
        body = _body(each.document)
        decision = str(body["decision"])
        line = Text(f"  {body['on']}  {each.subject:<16} ")
        console.print(
            line + Text(text(f"cli.limits.outcomes.{decision}", lang), style=_STYLES[decision])
        )


# -- figures -------------------------------------------------------------------------------------


def _rows(body: Body, key: str) -> Sequence[Body]:
    return cast("Sequence[Body]", body.get(key, []))


def _body(document: str) -> dict[str, JsonValue]:
    return cast("dict[str, JsonValue]", load_canonical(document.encode()))


def _amount(amount: object) -> str:
    value = Decimal(str(amount)).normalize() + 0
    return f"{value:,f}"
