"""The demo: a whole park-year from devices to a proof, in one command."""

import argparse
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Final, cast

from taihang import wiring
from taihang.config.templates import template_text
from taihang.core.certificates.certificate import State
from taihang.core.errors import InputError
from taihang.core.periods import Period, days, months_in
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.account_words import item_name
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.commands import checked_proof, run_simulation
from taihang.interfaces.cli.form import hand_in_simulated
from taihang.interfaces.cli.pages import check_address, serve_root
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.summary import print_report, report_facts
from taihang.interfaces.reports.paper import paper_html, paper_of
from taihang.interfaces.settling import run_settlement
from taihang.services.act_log import log_acts
from taihang.services.certificate_balance import month_balances
from taihang.services.forms import missing_in
from taihang.services.plan_day import DayPlan, plan_day
from taihang.services.ports import Ports
from taihang.services.prove_certificate import named_certificate
from taihang.services.report import report
from taihang.services.show_certificate import show_certificate

TEMPLATE: Final = "changzhi"
LAST_DAY: Final = date(2026, 9, 30)
"""The demo ends with a month whose Shanxi tariffs are all published."""
DAYS_MAX: Final = 365
DAYS_MIN: Final = 30
"""One whole month, and the four weeks of history that a plan needs."""
SHOWN: Final = "line.DL2.E01"
"""The issue of the last month whose certificate is set on a page."""
PROVEN: Final = "scope2-location.E17"
_MARK: Final = ".taihang-demo"
_BESIDE: Final = frozenset((_MARK, ".lock"))
"""Files of an earlier demo that stay: its mark, and the lock that other processes may look at."""


class DemoWordsError(InputError):
    """The demo cannot be run as asked."""

    code = "input.demo-words"


def demo(args: argparse.Namespace) -> int:
    """Make the demo park, live through a year of it, prove one number, serve the page."""
    lang = cast("Lang", args.lang)
    root, n_days = Path(str(args.dir)), _days(str(args.days))
    if not args.no_serve:
        # Better said now than after a year of data.
        check_address(args)
    started_s = time.monotonic()
    _clear_earlier(root)
    park = wiring.make_park(root, text=template_text(TEMPLATE), beside=_BESIDE)
    first_day = LAST_DAY - timedelta(days=n_days - 1)
    _step(args, "new", lang, dir=root, n=len(park.meters))
    with wiring.open_park(root, writing=True) as ports:
        facts = _live(args, ports, first_day, n_days)
    facts["wall_s"] = round(time.monotonic() - started_s, 1)
    _step(args, "next", lang, dir=root, seconds=facts["wall_s"])
    if not args.no_serve:
        serve_root(root, args, facts=facts)
    elif args.json:
        say(args, facts, "")
    return 0


def _live(
    args: argparse.Namespace, ports: Ports, first_day: date, n_days: int
) -> dict[str, object]:
    """Run every job of the platform once and return what was found."""
    lang = cast("Lang", args.lang)
    period = days(first_day, n_days, ports.park.zone)
    # 1. Devices, gateways, journal.
    count = run_simulation(
        ports, first_day=first_day, n_days=n_days, seed=cast("int", args.seed), lang=lang
    )
    _step(args, "ingest", lang, readings=f"{count.sealed:,}", batches=f"{count.batches:,}")
    # 2. Settle, certify, account, bill.
    with waiting(text("cli.progress.settle", lang)):
        settled = run_settlement(period, ports)
    _step(args, "settle", lang, statements=settled["statements"], bills=settled["bills"])
    # Gas, heat and water meters have made lines of activity data; what no meter counts comes by
    # form: one of them lacks a month, one is said again, one contradicts a meter.
    forms = _hand_in_forms(args, ports, period, n_metered=settled["media_lines"])
    # 3. Tomorrow.
    plan = plan_day(LAST_DAY + timedelta(days=1), ports=ports)
    log_acts(ports=ports)
    demand = f"{plan.demand_saving_cny:,.2f}"
    _step(args, "plan", lang, saving=_saving(plan, ",.2f"), demand=demand)
    # 4. Where every watt-hour of green energy stands, and one certificate on paper.
    certified = _certificates(args, ports, period)
    # 5. One number with its proof, checked as a stranger would.
    month = list(months_in(period, ports.park.zone))[-1]
    proof = _prove(ports, f"{PROVEN}.{month}", Path(str(args.dir)))
    _step(args, "prove", lang, value=f"{proof['value']} {proof['unit']}", id=proof["statement"])
    # 6. The summary.
    found = report(period, label=_label(first_day), ports=ports)
    if not args.json:
        print_report(found, ports, lang)
    return {
        "report": report_facts(found, ports),
        "readings": count.sealed,
        "batches": count.batches,
        "forms": forms,
        "settlement": settled,
        "plan": {
            "day": plan.day.isoformat(),
            "saving_cny": _saving(plan, ".2f"),
            "accepted": plan.release.plan is not None,
        },
        "certificates": certified,
        "proof": proof,
    }


def _hand_in_forms(
    args: argparse.Namespace, ports: Ports, period: Period, *, n_metered: object
) -> dict[str, object]:
    handed = hand_in_simulated(ports, period, seed=cast("int", args.seed))
    months = list(months_in(period, ports.park.zone))
    missing = [(each, name) for each in missing_in(months, ports=ports) for name in each.months]
    found: dict[str, object] = {
        "lines": sum(len(each.new) for each in handed),
        "metered_lines": n_metered,
        "said_again": sum(line.version > 1 for each in handed for line in each.new),
        "missing_months": [f"{each.subject} {each.item} {name}" for each, name in missing],
    }
    lang = cast("Lang", args.lang)
    told = [f"{each.subject} {item_name(each.item, lang)} {name}" for each, name in missing]
    _step(
        args,
        "forms",
        lang,
        lines=found["lines"],
        metered=n_metered,
        again=found["said_again"],
        missing="; ".join(told) or "–",
    )
    return found


def _certificates(args: argparse.Namespace, ports: Ports, period: Period) -> dict[str, object]:
    """Balance the states of all green energy, and write one certificate on a page."""
    lang, months = cast("Lang", args.lang), list(months_in(period, ports.park.zone))
    found = list(month_balances(months, ports=ports))
    claimed_wh = sum(each.by_state_wh.get(State.CLAIMED.value, 0) for each in found)
    name = named_certificate(f"{months[-1]}.{SHOWN}", ports=ports)
    view, machine = show_certificate(name, ports=ports)
    path = Path(str(args.dir)) / "reports" / f"{months[-1]}.{SHOWN}.html"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(paper_html(paper_of(view, lang=lang, site="")))
    path.with_name(f"{path.name}.proof").write_bytes(machine)
    _step(
        args,
        "certificates",
        lang,
        mwh=f"{claimed_wh / WH_PER_MWH:,.0f}",
        difference_wh=sum(each.difference_wh for each in found),
        file=path,
    )
    return {
        "generated_wh": sum(each.generated_wh for each in found),
        "claimed_wh": claimed_wh,
        "certificate": name,
        "file": str(path),
    }


def _prove(ports: Ports, statement_id: str, root: Path) -> dict[str, object]:
    data, checked = checked_proof(statement_id, ports)
    path = root / "reports" / f"{statement_id}.proof"
    path.write_bytes(data)
    return {
        "statement": statement_id,
        "file": str(path),
        "bytes": len(data),
        "value": str(checked["value"]),
        "unit": str(checked["unit"]),
        "accepted": True,
    }


def _saving(plan: DayPlan, form: str) -> str:
    saving_cny = plan.saving_cny
    return "–" if saving_cny is None else f"{saving_cny:{form}}"


def _label(first_day: date) -> str:
    return f"{first_day.isoformat()} … {LAST_DAY.isoformat()}"


def _days(given: str) -> int:
    is_number = given.isascii() and given.isdigit() and len(given) <= len(str(DAYS_MAX))
    if not is_number or not DAYS_MIN <= int(given) <= DAYS_MAX:
        raise DemoWordsError(
            given=f"--days {given}",
            expected=f"{DAYS_MIN} … {DAYS_MAX}: a plan needs four weeks of history",
            remedy="leave --days out for a whole year",
        )
    return int(given)


def _clear_earlier(root: Path) -> None:
    """Throw an earlier demo away, and nothing else.

    The mark is the first thing in the folder and stays, so that a demo that is stopped at any
    moment is known as one.
    """
    mark = root / _MARK
    if mark.exists():
        wiring.clear_park(root, but=_BESIDE)
    elif not root.exists() or (root.is_dir() and not any(root.iterdir())):
        root.mkdir(parents=True, exist_ok=True)
        mark.touch()


def _step(args: argparse.Namespace, key: str, lang: Lang, **values: object) -> None:
    if not args.json:
        print(text(f"cli.demo.{key}", lang, **values), flush=True)
