"""``taihang certificates issue|list|show|claim|withdraw|expire|balance``: the ledger of lots."""

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import wiring
from taihang.core.certificates.certificate import Certificate
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.record import Recorded
from taihang.core.park.park import Park
from taihang.core.periods import Period, instant_of_s, month, month_names
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.lot_market import piece_of, wh_of
from taihang.interfaces.cli.registry_exchange import mwh
from taihang.interfaces.cli.say import say
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError
from taihang.services import keep_certificates as ledger
from taihang.services.act_log import log_acts
from taihang.services.certificate_balance import STATES, MonthBalance, month_balances
from taihang.services.issue_certificates import Issued, issue_certificates
from taihang.services.month_sheet import suspects_of_month
from taihang.services.ports import Ports

_SHOWN: Final = 30
"""Ranges of an issue that people are shown."""


def issue(args: argparse.Namespace) -> int:
    """Issue the certificates of settled months."""
    lang = cast("Lang", args.lang)
    names = _names(args)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        zone = ports.park.zone
        period = Period(month(names[0], zone).start, month(names[-1], zone).end)
        done = issue_certificates(period, ports=ports)
        log_acts(ports=ports)
        owed_wh = ports.registry.certificates.owed_wh()
        suspects = [
            found.what
            for name in sorted({made[:7] for made in done.issues})
            for found in suspects_of_month(name, ports=ports)
        ]
    facts = {
        "issues": done.issues,
        "issued_wh": done.issued_wh,
        "corrected": done.corrected,
        "owed_wh": owed_wh,
        "refused": [{"month": name, "why": str(why)} for name, why in done.refused],
        "suspects": suspects,
    }
    say(args, facts, "\n".join(_issue_lines(done, owed_wh, suspects, lang)))
    return 1 if done.refused else 0


def listing(args: argparse.Namespace) -> int:
    """List issues and the states that their energy is in."""
    lang = cast("Lang", args.lang)
    wanted = None if args.month is None else str(args.month)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        issues = ports.registry.certificates.issues(wanted)
        states = _states_by_issue(ports)
        owed_wh = ports.registry.certificates.owed_wh()
        park = ports.park
    if args.json:
        facts = [{**made.document(), "states_wh": states.get(made.id, {})} for made in issues]
        say(args, {"issues": facts, "owed_wh": owed_wh}, "")
        return 0
    console = Console(highlight=False)
    if not issues:
        console.print(text("cli.ledger.none", lang))
        return 0
    console.print(Text(text("cli.ledger.list_title", lang, park=_name(park, lang)), style="bold"))
    console.print(_issue_table(issues, states, lang))
    for words in _owing(owed_wh, lang):
        console.print(Text(words, style="yellow"))
    return 0


def show(args: argparse.Namespace) -> int:
    """Show one issue: its plants, its sheet, its certificates."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        made = ledger.issue_of(str(args.issue_id), ports=ports)
        held = ports.registry.certificates.certificates(made.id)
        zone = ports.park.zone
    if args.json:
        facts = {"issue": made.document(), "certificates": [_facts_of(one) for one in held]}
        say(args, facts, "")
        return 0
    console = Console(highlight=False)
    until = instant_of_s(made.expires_s).astimezone(zone).date().isoformat()
    for words in _issue_words(made, until, lang):
        console.print(words)
    console.print(_range_table(held[:_SHOWN], lang))
    if len(held) > _SHOWN:
        console.print(text("cli.ledger.more", lang, n=len(held) - _SHOWN))
    return 0


def claim(args: argparse.Namespace) -> int:
    """Claim certificates."""
    if (args.mwh is None) == (args.certificate is None):
        raise WordsError(
            given="--mwh and --certificate" if args.mwh else "neither --mwh nor --certificate",
            expected="one of the two",
            remedy="say how much, or name a certificate",
        )
    wanted = ledger.Claiming(
        id=str(args.id),
        party=str(args.party),
        purpose=str(args.purpose),
        beneficiary=str(args.beneficiary),
        period=str(args.period),
        wh=None if args.mwh is None else wh_of(str(args.mwh)),
        pieces=() if args.certificate is None else (piece_of(str(args.certificate)),),
    )
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        done = ledger.claim(wanted, ports=ports)
        log_acts(ports=ports)
    return _moved(args, "claim", [done])


def withdraw(args: argparse.Namespace) -> int:
    """Take back what was never sold."""
    pieces = (piece_of(str(args.certificate)),)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        done = ledger.withdraw(str(args.id), pieces, reason=str(args.reason), ports=ports)
        log_acts(ports=ports)
    return _moved(args, "withdraw", [done])


def expire(args: argparse.Namespace) -> int:
    """End what is no longer valid."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        done = ledger.expire_due(ports=ports)
        log_acts(ports=ports)
    if not done and not args.json:
        say(args, {}, text("cli.ledger.expired_none", lang))
        return 0
    return _moved(args, "expire", done)


def balance(args: argparse.Namespace) -> int:
    """Tell of every generated watt-hour in which state it is."""
    lang = cast("Lang", args.lang)
    names = _names(args)
    with wiring.open_park(Path(str(args.dir)), writing=False) as ports:
        found = list(month_balances(names, ports=ports))
        park = ports.park
    if args.json:
        facts = [
            {
                "month": each.month,
                "generated_wh": each.generated_wh,
                "states_wh": dict(each.by_state_wh),
                "released_wh": dict(each.released_wh),
                "difference_wh": each.difference_wh,
            }
            for each in found
        ]
        say(args, {"months": facts}, "")
        return 0
    console = Console(highlight=False)
    if not found:
        told = str(args.month or args.year)
        console.print(text("cli.ledger.not_settled", lang, name=told))
        return 0
    title = text("cli.ledger.balance_title", lang, park=_name(park, lang))
    console.print(Text(title, style="bold"))
    console.print(_balance_table(found, lang))
    for words in _balance_words(found, lang):
        console.print(words)
    return 0


# -- words ---------------------------------------------------------------------------------------


def _names(args: argparse.Namespace) -> tuple[str, ...]:
    return month_names(str(args.month or args.year))


def _issue_lines(
    done: Issued, owed_wh: Mapping[str, int], suspects: Sequence[str], lang: Lang
) -> list[str]:
    lines: list[str] = []
    if done.issues:
        lines.append(text("cli.ledger.issued", lang, n=len(done.issues), mwh=mwh(done.issued_wh)))
    if done.corrected:
        lines.append(text("cli.ledger.corrected", lang, names=", ".join(done.corrected)))
    lines += [
        text("cli.ledger.refused", lang, month=name, why=str(why)) for name, why in done.refused
    ]
    lines += [text("cli.ledger.suspect", lang, what=what) for what in suspects]
    lines += _owing(owed_wh, lang)
    return lines or [text("cli.ledger.nothing_new", lang)]


def _owing(owed_wh: Mapping[str, int], lang: Lang) -> list[str]:
    return [
        text("cli.ledger.owes", lang, plant=plant, mwh=mwh(wh)) for plant, wh in owed_wh.items()
    ]


def _states_by_issue(ports: Ports) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (made, state, _), wh in ports.registry.certificates.totals().items():
        states = found.setdefault(made, {})
        states[state] = states.get(state, 0) + wh
    return found


def _issue_table(
    issues: Iterable[Issue], states: Mapping[str, Mapping[str, int]], lang: Lang
) -> Table:
    table = plain_table(None)
    table.add_column(text("cli.ledger.id", lang), overflow="fold", min_width=26)
    table.add_column(text("cli.ledger.holder", lang), no_wrap=True)
    table.add_column(text("cli.ledger.kind", lang), no_wrap=True)
    table.add_column(text("cli.ledger.total", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.ledger.states", lang))
    for made in issues:
        table.add_row(
            made.id,
            made.holder,
            text(f"cli.ledger.kinds.{made.kind.value}", lang),
            mwh(made.total_wh),
            _states_told(states.get(made.id, {}), lang),
        )
    return table


def _states_told(wh_by_state: Mapping[str, int], lang: Lang) -> str:
    """Name each state with its energy; of an issue that stands in one, the total says it."""
    if len(wh_by_state) == 1:
        return _state(next(iter(wh_by_state)), lang)
    return "  ".join(
        f"{_state(state, lang)} {mwh(wh)}" for state, wh in sorted(wh_by_state.items())
    )


def _issue_words(made: Issue, until: str, lang: Lang) -> list[str]:
    kind = text(f"cli.ledger.kinds.{made.kind.value}", lang)
    return [
        text(
            "cli.ledger.show_of",
            lang,
            id=made.id,
            mwh=mwh(made.total_wh),
            kind=kind,
            holder=made.holder,
        ),
        text(
            "cli.ledger.show_route",
            lang,
            route=made.route.kind.value,
            route_id=made.route.id,
            rule=made.rule,
            size=made.journal_size,
            until=until,
        ),
        text(
            "cli.ledger.show_sheet",
            lang,
            sheet=f"{made.sheet_sha256[:16]}…",
            root=f"{made.lots_root[:16]}…",
        ),
        *(
            text("cli.ledger.show_plant", lang, plant=part.id, mwh=mwh(part.wh))
            for part in made.plants
        ),
    ]


def _range_table(held: Iterable[Certificate], lang: Lang) -> Table:
    table = plain_table(None)
    table.add_column(text("cli.ledger.range", lang), no_wrap=True)
    table.add_column(text("cli.ledger.total", lang), justify="right", no_wrap=True)
    for key in ("state", "now", "to"):
        table.add_column(text(f"cli.ledger.{key}", lang), no_wrap=True)
    # On a narrow terminal the id of the act is folded; a number is never cut.
    table.add_column(text("cli.ledger.act", lang), overflow="fold")
    for one in held:
        table.add_row(
            f"{one.first_wh}-{one.stop_wh}",
            mwh(one.wh),
            _state(one.state.value, lang),
            one.holder,
            one.to,
            one.act,
        )
    return table


def _balance_table(found: Sequence[MonthBalance], lang: Lang) -> Table:
    total = Counter[str]()
    for each in found:
        total.update(each.by_state_wh)
    generated_wh = sum(each.generated_wh for each in found)
    table = plain_table(None)
    table.add_column(text("cli.ledger.state", lang), no_wrap=True)
    if len(found) == 1:
        table.add_column(found[0].month, justify="right", no_wrap=True)
    else:
        table.add_column(text("cli.ledger.sum", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.ledger.share", lang), justify="right", no_wrap=True)
    for state in STATES:
        if total[state]:
            share = f"{total[state] / generated_wh:.2%}" if generated_wh else ""
            table.add_row(_state(state, lang), mwh(total[state]), share)
    table.add_row(text("cli.ledger.sum", lang), mwh(sum(total.values())), "", style="bold")
    return table


def _balance_words(found: Sequence[MonthBalance], lang: Lang) -> list[str]:
    released_wh = sum(sum(each.released_wh.values()) for each in found)
    lines = [
        text(
            "cli.ledger.generated",
            lang,
            mwh=mwh(sum(each.generated_wh for each in found)),
            difference=sum(abs(each.difference_wh) for each in found),
        )
    ]
    if released_wh:
        lines.append(text("cli.ledger.released", lang, mwh=mwh(released_wh)))
    return lines


def _moved(args: argparse.Namespace, kind: str, done: Sequence[Recorded]) -> int:
    lang = cast("Lang", args.lang)
    facts = [
        {
            "act": one.act,
            "wh": one.wh,
            "is_repeated": one.is_repeated,
            "pieces": [[piece.issue, piece.first_wh, piece.stop_wh] for piece in one.moved],
        }
        for one in done
    ]
    words = [
        text(
            "cli.ledger.moved",
            lang,
            kind=text(f"cli.ledger.acts.{kind}", lang),
            act=one.act,
            mwh=mwh(one.wh),
            n=len(one.moved),
        )
        + (text("cli.ledger.again", lang) if one.is_repeated else "")
        for one in done
    ]
    say(args, {"acts": facts}, "\n".join(words))
    return 0


def _facts_of(one: Certificate) -> dict[str, object]:
    return {
        "id": one.id,
        "wh": one.wh,
        "state": one.state.value,
        "holder": one.holder,
        "to": one.to,
        "act": one.act,
    }


def _state(state: str, lang: Lang) -> str:
    return text(f"cli.ledger.state_of.{state}", lang)


def _name(park: Park, lang: Lang) -> str:
    return park.name_zh if lang == "zh" else park.name_en
