"""``taihang dispatch``: plan a park problem, and say what the plan costs, what binds and why."""

import argparse
import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from taihang import planning_wiring
from taihang.config.problem_file import read_problem_file
from taihang.core.dispatch.elastic import Breach
from taihang.core.dispatch.export import lp_text, mps_text
from taihang.core.dispatch.marginal import Marginals
from taihang.core.dispatch.model import LinearModel, Reals
from taihang.core.dispatch.park_plan import ParkPlan
from taihang.core.dispatch.recheck.judge import ParkVerdict
from taihang.core.dispatch.slope.case import NotSlope, Reason
from taihang.core.errors import InputError
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, load_catalogue, text
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.tables import plain_table
from taihang.services.plan_fleets import FleetMethod, FleetRelease, plan_with_sessions
from taihang.services.plan_park import Effort, Release, release_document

_BINDINGS_MOST: Final = 8
_SMALL: Final = 5e-7
_WRITERS: Final[Mapping[str, Callable[[LinearModel], str]]] = {".lp": lp_text, ".mps": mps_text}


class GapError(InputError):
    """A gap is no share."""

    code = "input.gap"


class ModelFormatError(InputError):
    """A model is to be written to a file whose name says no format."""

    code = "input.model-format"


def dispatch(args: argparse.Namespace) -> int:
    """Plan a problem file."""
    path, lang = Path(str(args.problem)), cast("Lang", args.lang)
    effort = Effort(time_limit_s=float(args.seconds), gap=_gap(str(args.gap)))
    writer = None if args.model is None else _writer(Path(str(args.model)))
    found = read_problem_file(path)
    with waiting(path.name):
        planned = plan_with_sessions(
            found.problem,
            solve=planning_wiring.solver(),
            effort=effort,
            loops=planning_wiring.find_plan,
        )
    release = planned.release
    written = list[Path]()
    if args.out is not None:
        written += write_release(Path(str(args.out)), release)
    if writer is not None:
        target = Path(str(args.model))
        target.write_text(writer(release.assembled.model), encoding="utf-8")
        written.append(target)
    if args.json:
        remarks = [{"key": one.key, **one.words} for one in found.remarks]
        facts = {**release_document(release), "remarks": remarks, **_method(planned)}
        say(args, facts, "")
    else:
        remarks = [text(f"cli.dispatch.{one.key}", lang, **one.words) for one in found.remarks]
        tell_release(release, path.stem, remarks, lang)
        _tell_method(planned, lang)
        _tell_programme(release, lang)
        for target in written:
            print(text("cli.dispatch.written", lang, path=target))
    return 0 if release.plan is not None else REFUSED


def _method(planned: FleetRelease) -> dict[str, object]:
    return {"session_method": planned.method.value, "session_subsets": planned.n_subsets}


def _tell_method(planned: FleetRelease, lang: Lang) -> None:
    """Say where sessions were planned as fleets: the plan is then within its gap, not the best."""
    if planned.method is FleetMethod.FLEETS and planned.release.plan is not None:
        gap = gap_told(planned.release.gap)
        print(text("cli.dispatch.fleets", lang, n=planned.n_subsets, gap=gap))


def _tell_programme(release: Release, lang: Lang) -> None:
    """Say which method found the plan, and once what would make it faster."""
    why, console = release.why_linear, Console(highlight=False)
    if release.plan is None:
        return
    if why is None:
        console.print(Text(text("cli.dispatch.method.slope", lang), style="dim"))
        return
    words = text("cli.dispatch.method.linear", lang, why=why_linear_words(release, why, lang))
    console.print(Text(words, style="yellow" if why.reason is Reason.COMPILER else "dim"))


def why_linear_words(release: Release, why: NotSlope, lang: Lang) -> str:
    """Return why the programme of one store was not taken."""
    key = f"cli.dispatch.why_linear.{why.reason}"
    step = 0 if why.step is None else why.step
    values = {"asset": why.asset, "time": _clock(release, step, lang)}
    return text(key, lang, **_named(key, values, lang))


def _gap(words: str) -> float:
    try:
        gap = float(words)
    except ValueError:
        gap = -1.0
    if not 0.0 <= gap < 1.0:
        raise GapError(
            given=f"--gap {words}", expected="a share from 0 to below 1", remedy="give 1e-6"
        )
    return gap


def _writer(path: Path) -> Callable[[LinearModel], str]:
    writer = _WRITERS.get(path.suffix)
    if writer is None:
        raise ModelFormatError(
            given=f"--model {path}",
            expected=f"a name that ends in {' or '.join(_WRITERS)}",
            remedy="give the file another ending",
        )
    return writer


def write_release(folder: Path, release: Release) -> list[Path]:
    """Write problem, release and series; the folder may be there already."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "problem.json": json.dumps(release.problem.echo(), ensure_ascii=False, sort_keys=True),
        "release.json": json.dumps(release_document(release), ensure_ascii=False, sort_keys=True),
    }
    if release.plan is not None:
        texts["series.csv"] = _series_csv(release, release.plan)
    for name, words in texts.items():
        (folder / name).write_text(words + "\n", encoding="utf-8")
    return [folder / name for name in texts]


def _series_csv(release: Release, plan: ParkPlan) -> str:
    horizon = release.problem.horizon
    names = [name for name, values in plan.series.items() if len(values) == horizon.n_steps]
    marginals = release.marginals
    prices: Mapping[str, Reals] = {} if marginals is None else marginals.bus_cny_per_kwh
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["start", *names, *(f"{bus}.price_cny_per_kwh" for bus in prices)])
    columns = [plan.series[name].tolist() for name in names]
    columns += [values.tolist() for values in prices.values()]
    for step, row in enumerate(zip(*columns, strict=True)):
        rows.writerow([horizon.start_of(step).isoformat(), *(repr(float(one)) for one in row)])
    return out.getvalue().rstrip("\n")


# -- words for people ----------------------------------------------------------------------------


def tell_release(release: Release, name: str, remarks: Sequence[str], lang: Lang) -> None:
    """Print a release as people read it: bill, flows, prices, verdict; or why there is none.

    Args:
        release: The release.
        name: What was planned.
        remarks: What is to be said before it.
        lang: Language of the words.
    """
    console = Console(highlight=False)
    horizon = release.problem.horizon
    title = text(
        "cli.dispatch.title",
        lang,
        name=name,
        first=horizon.clock(0),
        n=f"{horizon.n_steps:,}",
        minutes=f"{horizon.step_s / 60:g}",
    )
    console.print(Text(title, style="bold"))
    for remark in remarks:
        console.print(Text(remark, style="yellow"))
    if release.plan is None:
        _tell_why_not(console, release, lang)
        return
    _bill(console, release, release.plan, lang)
    _flows(console, release, release.plan, lang)
    _sizes(console, release, release.plan, lang)
    if release.marginals is not None:
        _prices(console, release, release.marginals, lang)
    _verdict(console, release, cast("ParkVerdict", release.verdict), lang)


def _table(console: Console, title: str) -> Table:
    """Print a title, which may be wider than its table, and return a table without one."""
    console.print()
    console.print(Text(title, style="bold"))
    return plain_table(None)


def _bill(console: Console, release: Release, plan: ParkPlan, lang: Lang) -> None:
    idle: Mapping[str, float] = {} if release.idle is None else release.idle.bill_cny
    table = _table(console, text("cli.dispatch.bill", lang))
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column(text("cli.dispatch.plan", lang), justify="right", no_wrap=True)
    table.add_column(text("cli.dispatch.idle", lang), justify="right", no_wrap=True)
    for name in dict.fromkeys((*plan.bill_cny, *idle)):
        values = plan.bill_cny.get(name, 0.0), idle.get(name, 0.0)
        if max(abs(value) for value in values) < _SMALL:
            continue
        asset, line = name.split(".", 1)
        words = text(f"cli.dispatch.line.{line}", lang)
        other = "–" if release.idle is None else _money(values[1])
        table.add_row(asset, words, _money(values[0]), other)
    table.add_section()
    other = "–" if release.idle is None else _money(release.idle.total_cny)
    table.add_row(text("cli.dispatch.total", lang), "", _money(plan.total_cny), other)
    console.print(table)


def _flows(console: Console, release: Release, plan: ParkPlan, lang: Lang) -> None:
    horizon = release.problem.horizon
    table = _table(console, text("cli.dispatch.flows", lang))
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    for key in ("energy", "highest"):
        table.add_column(text(f"cli.dispatch.{key}", lang), justify="right", no_wrap=True)
    for name, values in plan.series.items():
        if name.endswith("_kw") and len(values) == horizon.n_steps:
            energy = float(values.sum()) * horizon.step_h / 1e3
            asset, flow = name.removesuffix("_kw").split(".", 1)
            words = text(f"cli.dispatch.flow.{flow}", lang)
            table.add_row(asset, words, f"{energy:,.3f}", f"{values.max():,.1f}")
    console.print(table)


def _sizes(console: Console, release: Release, plan: ParkPlan, lang: Lang) -> None:
    sizes = [size for size in release.assembled.sizes if size.column is not None]
    if not sizes:
        return
    table = _table(console, text("cli.dispatch.sizes", lang))
    table.add_column("", no_wrap=True)
    table.add_column("", no_wrap=True)
    for key in ("size", "existing"):
        table.add_column(text(f"cli.dispatch.{key}", lang), justify="right", no_wrap=True)
    for size in sizes:
        row = f"{plan.sizes[size.name]:,.1f}", f"{size.capacity.existing:,.1f}"
        table.add_row(*_size_words(size.name, lang), *row)
    console.print(table)


def _prices(console: Console, release: Release, marginals: Marginals, lang: Lang) -> None:
    table = _table(console, text("cli.dispatch.buses", lang))
    table.add_column("", no_wrap=True)
    for key in ("mean", "lowest_price", "highest_price", "at"):
        table.add_column(text(f"cli.dispatch.{key}", lang), justify="right", no_wrap=True)
    for bus, prices in marginals.bus_cny_per_kwh.items():
        when = release.problem.horizon.clock(int(prices.argmax()))
        numbers = (f"{price:.4f}" for price in (prices.mean(), prices.min(), prices.max()))
        table.add_row(bus, *numbers, when)
    console.print(table)
    worth = {n: v for n, v in marginals.size_cny_per_unit.items() if abs(v) > _SMALL}
    if worth:
        values = _table(console, text("cli.dispatch.values", lang))
        values.add_column("", no_wrap=True)
        values.add_column("", no_wrap=True)
        values.add_column(text("cli.dispatch.value", lang), justify="right", no_wrap=True)
        for name, value in sorted(worth.items(), key=lambda one: -one[1]):
            values.add_row(*_size_words(name, lang), f"{value:,.4f}")
        console.print(values)
    if marginals.bindings:
        console.print()
        console.print(Text(text("cli.dispatch.bindings", lang), style="bold"))
    for one in marginals.bindings[:_BINDINGS_MOST]:
        kind = text(f"cli.dispatch.limit.{one.kind}", lang)
        words = text(
            "cli.dispatch.binding",
            lang,
            asset=one.asset,
            kind=kind,
            intervals=one.intervals,
            time=_clock(release, one.worst_step, lang),
            cny=f"{one.worst_cny:.4g}",
        )
        console.print(Text(f"  {words}"))


def _size_words(name: str, lang: Lang) -> tuple[str, str]:
    asset, field = name.split(".", 1)
    return asset, text(f"cli.dispatch.field.{field}", lang)


def _verdict(console: Console, release: Release, verdict: ParkVerdict, lang: Lang) -> None:
    plan = cast("ParkPlan", release.plan)
    console.print()
    for asset, kwh in plan.outside_kwh.items():
        words = text("cli.dispatch.outside_back", lang, asset=asset)
        if kwh > _SMALL:
            words = text("cli.dispatch.outside", lang, asset=asset, kwh=f"{kwh:,.1f}")
        console.print(Text(words, style="yellow"))
    if release.idle is None:
        console.print(Text(text("cli.dispatch.no_idle", lang), style="yellow"))
    else:
        saving = _money(release.idle.total_cny - plan.total_cny)
        console.print(Text(text("cli.dispatch.saving", lang, saving=saving), style="bold"))
    if release.exact.n_binaries:
        words = text("cli.dispatch.switches", lang, n=release.exact.n_binaries)
        console.print(Text(words, style="dim"))
    accepted = text(
        "cli.dispatch.accepted",
        lang,
        kwh=f"{verdict.agrees_kwh:.1e}",
        cny=f"{verdict.agrees_cny:.1e}",
        gap=gap_told(release.gap),
    )
    console.print(Text(accepted, style="green"))


def _tell_why_not(console: Console, release: Release, lang: Lang) -> None:
    if release.breaches:
        console.print(Text(text("cli.dispatch.infeasible", lang), style="red"))
        for breach in release.breaches:
            console.print(Text(f"  {breach_words(release, breach, lang)}"))
        return
    if release.verdict is None:
        status = release.exact.solution.status.value
        console.print(Text(text("cli.dispatch.no_answer", lang, status=status), style="red"))
        return
    console.print(Text(text("cli.dispatch.refused", lang), style="red"))
    for one in release.verdict.broken:
        words = text(
            "cli.dispatch.broken",
            lang,
            asset=one.asset,
            rule=text(f"cli.dispatch.rule.{one.rule}", lang),
            time=_clock(release, one.step, lang),
            given=f"{one.given:.10g}",
            limit=f"{one.limit:.10g}",
            intervals=one.intervals,
        )
        console.print(Text(words))


def breach_words(release: Release, breach: Breach, lang: Lang) -> str:
    """Return the sentence that names a limit in the way of a plan, and its repair."""
    key = f"cli.dispatch.breach.{breach.kind}"
    values = {
        "time": _clock(release, breach.step, lang),
        "asset": breach.asset,
        "limit": _figure(breach.limit),
        "needed": _figure(breach.needed),
        "over": _figure(abs(breach.needed - breach.limit)),
        "energy": _figure(breach.total_kwh),
        "intervals": str(breach.intervals),
    }
    return text(key, lang, **_named(key, values, lang))


def _named(key: str, values: Mapping[str, str], lang: Lang) -> dict[str, str]:
    """Return the values that a text names, for the catalogue takes no others."""
    words = load_catalogue()[key][lang]
    return {name: value for name, value in values.items() if f"{{{name}}}" in words}


def _clock(release: Release, step: int, lang: Lang) -> str:
    return text("cli.dispatch.whole", lang) if step < 0 else release.problem.horizon.clock(step)


def _money(cny: float) -> str:
    return f"{cny + 0.0:,.2f}"


def _figure(value: float) -> str:
    return f"{value:.3g}" if 0.0 < abs(value) < 1.0 else f"{value:,.1f}".removesuffix(".0")


def gap_told(gap: float | None) -> str:
    """Return a proven gap; where no bound was proven there is none, which is not 0.

    Example:
        >>> gap_told(1e-9), gap_told(None)
        ('1.0e-09', '–')
    """
    return NOTHING if gap is None else f"{gap:.1e}"
