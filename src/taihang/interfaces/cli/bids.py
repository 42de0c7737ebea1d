"""The command `taihang bids`: what to bid for a day, over all the courses that the day may take."""

import argparse
import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import planning_wiring, wiring
from taihang.config.bids_file import read_bid_file, read_park_bid_file
from taihang.config.problem_file import Remark
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.stochastic.bid_echo import bid_echo
from taihang.core.dispatch.stochastic.curve import Curve, Curves
from taihang.core.dispatch.stochastic.history import Calibration
from taihang.core.periods import STEPS_PER_DAY
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.dispatch import gap_told
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.tables import plain_table
from taihang.interfaces.cli.words import WordsError, day_of
from taihang.services.bid_scenarios import ParkDay, park_day, park_limits
from taihang.services.plan_bids import BidRelease, bids_document, plan_bids
from taihang.services.plan_park import Effort

_GAP: Final = 1e-6
_SMALL: Final = 0.005
_ENDS: Final = 2


def bids(args: argparse.Namespace) -> int:
    """Find what to bid for a day of a park, or of a problem file."""
    source, rules = Path(str(args.source)), Path(str(args.market))
    effort = Effort(time_limit_s=float(args.seconds), gap=_GAP)
    if source.is_dir() != bool(args.day):
        what = "a folder, without" if source.is_dir() else "no folder, with"
        raise WordsError(
            given=f"{source}, {what} --day",
            expected="a park folder with --day, or a problem file without",
            remedy="write for example --day 2026-06-02, or leave it out",
        )
    made: ParkDay | None = None
    remarks: tuple[Remark, ...] = ()
    if source.is_dir():
        day = day_of(str(args.day))
        with wiring.open_park(source, writing=False) as ports:
            limits = park_limits(day, ports)
            read = read_park_bid_file(rules, n_steps=STEPS_PER_DAY, limits_cny_per_mwh=limits)
            made = park_day(day, read.rules, read.history, ports=ports)
        problem = made.problem
    else:
        file = read_bid_file(rules, problem=source)
        problem, remarks = file.problem, file.remarks
    with waiting(source.name):
        release = plan_bids(problem, solve=planning_wiring.solver(), effort=effort)
    written = [] if args.out is None else _write(Path(str(args.out)), release)
    if args.json:
        told = [{"key": one.key, **one.words} for one in remarks]
        say(args, {**bids_document(release), **_made_document(made), "remarks": told}, "")
    else:
        _tell_title(release, source.name, cast("Lang", args.lang), remarks)
        _tell(release, made, cast("Lang", args.lang))
        for target in written:
            print(text("cli.dispatch.written", cast("Lang", args.lang), path=target))
    return REFUSED if release.first is None else 0


def _made_document(made: ParkDay | None) -> Mapping[str, Json]:
    if made is None:
        return {}
    return {
        "day": made.day.isoformat(),
        "draws": len(made.draws.days),
        "days_left_out": made.draws.left_out,
        "distance_ratio": made.kept.distance_ratio,
        "calibration": [
            {
                "name": one.name,
                "days": one.days,
                "inside_ratio": one.inside_ratio,
                "kept_inside_ratio": one.kept_inside_ratio,
            }
            for one in made.calibration
        ],
    }


def _write(folder: Path, release: BidRelease) -> list[Path]:
    """Write the bid, the resolved problem and the release; a refused bid is not written."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        name: json.dumps(document, ensure_ascii=False, sort_keys=True)
        for name, document in (
            ("problem.json", bid_echo(release.problem)),
            ("release.json", bids_document(release)),
        )
    }
    if release.first is not None:
        texts["bids.csv"] = _bids_csv(release, release.first.curves)
    for name, words in texts.items():
        (folder / name).write_text(words + "\n", encoding="utf-8")
    return [folder / name for name in texts]


def _bids_csv(release: BidRelease, curves: Curves) -> str:
    horizon, out = release.problem.scenarios[0].problem.horizon, io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["start", "step", "up_to_price_cny_per_mwh", "bought_kw"])
    for at, curve in enumerate(curves.steps):
        steps = zip(curve.price_ticks, curve.quantity_ticks, strict=True)
        for number, (price, quantity) in enumerate(steps, 1):
            rows.writerow(
                [
                    horizon.start_of(at).isoformat(),
                    number,
                    curves.price_cny_per_mwh(price),
                    curves.quantity_kw(quantity),
                ]
            )
    return out.getvalue().rstrip("\n")


# -- words for people ----------------------------------------------------------------------------


def _tell_title(release: BidRelease, name: str, lang: Lang, remarks: Sequence[Remark]) -> None:
    console = Console(highlight=False)
    horizon = release.problem.scenarios[0].problem.horizon
    title = text(
        "cli.bids.title",
        lang,
        name=name,
        first=horizon.clock(0),
        n=horizon.n_steps,
        minutes=f"{horizon.step_s / 60:g}",
        scenarios=len(release.problem.scenarios),
    )
    console.print(Text(title, style="bold"))
    for remark in remarks:
        words = text(f"cli.dispatch.{remark.key}", lang, **remark.words)
        console.print(Text(words, style="yellow"))
    for price in release.problem.hourly_prices():
        words = text("cli.bids.hourly", lang, price=text(f"cli.bids.price.{price}", lang))
        console.print(Text(words, style="yellow"))


def _tell(release: BidRelease, made: ParkDay | None, lang: Lang) -> None:
    console = Console(highlight=False)
    if made is not None:
        _tell_past(console, made, lang)
    if release.first is None:
        _tell_refused(console, release, lang)
        return
    _tell_curves(console, release, release.first.curves, lang)
    _tell_promises(console, release, lang)
    _tell_worth(console, release, lang)
    _tell_verdict(console, release, lang)


def _table(console: Console, title: str, *headings: str) -> Table:
    console.print()
    console.print(Text(title, style="bold"))
    table = plain_table(None)
    table.add_column("", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _tell_past(console: Console, made: ParkDay, lang: Lang) -> None:
    words = text(
        "cli.bids.past",
        lang,
        draws=len(made.draws.days),
        left_out=made.draws.left_out,
        kept=len(made.kept.numbers),
    )
    console.print(Text(words))
    if not made.calibration or not made.calibration[0].days:
        return
    headings = (text(f"cli.bids.{key}", lang) for key in ("all_draws", "kept_only"))
    title = text("cli.bids.calibration", lang, days=made.calibration[0].days)
    table = _table(console, title, *headings)
    for one in made.calibration:
        table.add_row(text(f"cli.bids.series.{one.name}", lang), *_shares(one))
    console.print(table)
    console.print(Text(text("cli.bids.narrow", lang)))


def _shares(one: Calibration) -> tuple[str, str]:
    first, second = (
        NOTHING if share is None else f"{share:.0%}"
        for share in (one.inside_ratio, one.kept_inside_ratio)
    )
    return first, second


def _tell_curves(console: Console, release: BidRelease, curves: Curves, lang: Lang) -> None:
    is_quantity = max(len(curve.price_ticks) for curve in curves.steps) == 1
    keys = ("bought",) if is_quantity else ("cheap", "up_to", "dear", "above")
    headings = (text(f"cli.bids.{key}", lang) for key in keys)
    table = _table(console, text("cli.bids.curves", lang), *headings)
    horizon = release.problem.scenarios[0].problem.horizon
    for first, last in _runs(curves.steps):
        curve = curves.steps[first]
        end = horizon.start_of(last + 1).strftime("%H:%M")
        time = f"{horizon.start_of(first).strftime('%m-%d %H:%M')}–{end}"
        table.add_row(time, *_ends(curves, curve, lang)[: len(keys)])
    console.print(table)
    if max(len(curve.price_ticks) for curve in curves.steps) > _ENDS:
        console.print(Text(text("cli.bids.more_steps", lang)))


def _runs(steps: Sequence[Curve]) -> list[tuple[int, int]]:
    """Return the first and the last interval of each run of equal curves."""
    starts = [at for at in range(len(steps)) if not at or steps[at] != steps[at - 1]]
    return list(zip(starts, [*(at - 1 for at in starts[1:]), len(steps) - 1], strict=True))


def _ends(curves: Curves, curve: Curve, lang: Lang) -> tuple[str, str, str, str]:
    """Return what is bought at the lowest and at the highest prices, and where each ends."""
    most, least = (
        f"{float(curves.quantity_kw(ticks)):,.10g}"
        for ticks in (curve.quantity_ticks[0], curve.quantity_ticks[-1])
    )
    if len(curve.price_ticks) == 1:
        return most, text("cli.bids.any_price", lang), "", ""
    low, high = (
        f"{curves.price_cny_per_mwh(ticks):,}"
        for ticks in (curve.price_ticks[0], curve.price_ticks[-2])
    )
    return most, low, least, high


def _tell_promises(console: Console, release: BidRelease, lang: Lang) -> None:
    if release.first is None or not release.problem.offers:
        return
    taken = [offer.id for offer in release.first.offers]
    console.print()
    console.print(Text(text("cli.bids.promises", lang), style="bold"))
    for offer in release.problem.offers:
        if offer.id not in taken:
            console.print(Text(text("cli.bids.not_taken", lang, offer=offer.id)))
            continue
        for block in offer.blocks:
            values = release.first.values[block]
            name = text(f"cli.bids.promise.{block.rsplit('.', 1)[-1]}", lang)
            words = text(
                "cli.bids.promised",
                lang,
                offer=offer.id,
                name=name,
                least=f"{values.min():,.1f}",
                most=f"{values.max():,.1f}",
            )
            console.print(Text(words))


def _tell_worth(console: Console, release: BidRelease, lang: Lang) -> None:
    worth, risk = release.worth, release.problem.risk
    table = _table(console, text("cli.bids.money", lang), text("cli.bids.cny", lang))
    tail = f"{risk.cvar_tail_ratio:.0%}"
    table.add_row(text("cli.bids.expected", lang), _money(release.expected_cny))
    table.add_row(text("cli.bids.cvar", lang, tail=tail), _money(release.cvar_cny))
    table.add_section()
    rows = (
        ("perfect", worth.perfect_cny),
        ("curve", worth.curve_cny),
        ("quantity", worth.quantity_cny),
        ("mean_plan", worth.mean_plan_cny),
    )
    for key, cny in rows:
        if key != "curve" or cny is not None:
            table.add_row(text(f"cli.bids.{key}", lang), _money(cny))
    table.add_section()
    table.add_row(text("cli.bids.vss", lang), _money(worth.vss_cny))
    table.add_row(text("cli.bids.evpi", lang), _money(worth.evpi_cny))
    console.print(table)
    weight = f"{risk.cvar_weight_ratio:g}"
    key = "cli.bids.objective_mean" if not risk.cvar_weight_ratio else "cli.bids.objective"
    words = text(key, lang) if not risk.cvar_weight_ratio else text(key, lang, weight=weight)
    console.print(Text(words))
    if worth.quantity_cny is None:
        console.print(Text(text("cli.bids.quantity_cannot", lang), style="yellow"))
    if worth.mean_plan_cny is None:
        console.print(Text(text("cli.bids.mean_cannot", lang), style="yellow"))


def _tell_verdict(console: Console, release: BidRelease, lang: Lang) -> None:
    words = text(
        "cli.bids.accepted",
        lang,
        n=len(release.verdicts),
        kwh=f"{max(one.agrees_kwh for one in release.verdicts):.1e}",
        cny=f"{max(one.agrees_cny for one in release.verdicts):.1e}",
        gap=gap_told(release.gap),
    )
    console.print()
    console.print(Text(words, style="green"))
    console.print(Text(text("cli.bids.not_sent", lang)))


def _tell_refused(console: Console, release: BidRelease, lang: Lang) -> None:
    console.print(Text(text("cli.bids.refused", lang), style="red"))
    found = [("", one) for one in release.faults]
    for scenario, verdict in zip(release.problem.scenarios, release.verdicts, strict=True):
        found += [(scenario.id, one) for one in verdict.broken]
    for scenario_id, one in found:
        place = f"{scenario_id} {one.asset}".strip()
        words = text(
            "cli.bids.broken", lang, place=place, rule=one.rule, step=one.step, off=f"{one.off:.6g}"
        )
        console.print(Text(words))


def _money(cny: float | None) -> str:
    if cny is None:
        return NOTHING
    return f"{0.0 if abs(cny) < _SMALL else cny:,.2f}"
