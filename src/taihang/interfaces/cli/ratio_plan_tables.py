"""How `taihang ratios --plan` tells whether a planned year can keep its ratios."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from rich.table import Table
from rich.text import Text

from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.outlook import Thresholds
from taihang.core.ratio.plan import PlanFit, PlannedYear
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.tables import plain_table


def plan_lines(
    title: str, planned: PlannedYear, judged: tuple[PlanFit, Thresholds], lang: Lang
) -> Iterator[Table | Text]:
    """Yield what is printed of a planned year.

    Args:
        title: What stands above it.
        planned: The year.
        judged: How it fits, and what is asked.
        lang: Language of the reader.
    """
    fit, asked = judged
    yield Text(title, style="bold")
    yield _figures(fit, asked, lang)
    yield from _verdict(fit, asked, lang)
    day = planned.day.isoformat()
    yield Text(text("cli.ratios.plan.source", lang, day=day), style="dim")


def _figures(fit: PlanFit, asked: Thresholds, lang: Lang) -> Table:
    table = plain_table(None)
    for justify in ("left", "right", "left"):
        table.add_column("", justify=justify, no_wrap=True)
    table.show_header = False
    green, export = _percent(asked.green_min_ratio), _percent(asked.export_max_ratio)
    rows: list[tuple[str, str, str]] = [
        (text("cli.ratios.plan.generation", lang), _mwh(fit.generation_wh), "MWh"),
        (text("cli.ratios.plan.load", lang), _mwh(fit.load_wh), "MWh"),
        (text("cli.ratios.plan.export_most", lang, limit=export), _mwh(fit.export_most_wh), "MWh"),
        (
            text("cli.ratios.plan.self_least", lang, least=_percent(asked.self_use_min_ratio)),
            _mwh(fit.self_use_least_wh),
            "MWh",
        ),
        (text("cli.ratios.plan.needed", lang), *_needed(fit.needed_ratio, lang)),
        (text("cli.ratios.plan.green_best", lang), *_share(fit.green_at_best_ratio)),
        (text("cli.ratios.plan.green_limit", lang), *_share(fit.green_at_limit_ratio)),
        (
            text("cli.ratios.plan.load_limit", lang, least=green),
            _mwh(fit.load_most_at_limit_wh),
            "MWh",
        ),
        (text("cli.ratios.plan.load_most", lang, least=green), _mwh(fit.load_most_wh), "MWh"),
    ]
    for row in rows:
        table.add_row(*row)
    return table


def _verdict(fit: PlanFit, asked: Thresholds, lang: Lang) -> Iterator[Text]:
    if fit.fits:
        yield Text(text("cli.ratios.plan.fits", lang), style="green")
    if fit.short_wh:
        told = text(
            "cli.ratios.plan.misses_green",
            lang,
            best=" ".join(_share(fit.green_at_best_ratio)),
            least=_percent(asked.green_min_ratio),
            mwh=_mwh(fit.short_wh),
            load=_mwh(fit.load_most_wh),
        )
        yield Text(told, style="red")
    if fit.load_lacking_wh:
        told = text("cli.ratios.plan.misses_load", lang, mwh=_mwh(fit.load_lacking_wh))
        yield Text(told, style="red")


def _mwh(energy_wh: int) -> str:
    return f"{Decimal(energy_wh) / WH_PER_MWH:,.0f}"


def _share(ratio: Fraction | None) -> tuple[str, str]:
    """A share of a plan, cut and never rounded up to a threshold, and its unit."""
    if ratio is None:
        return NOTHING, ""
    return f"{Decimal(ratio.numerator * 1_000 // ratio.denominator) / 10:.1f}", "%"


def _needed(ratio: Fraction | None, lang: Lang) -> tuple[str, str]:
    """The share that must be used; beyond all of it, that no year reaches it."""
    if ratio is not None and ratio > 1:
        return "> 100.0", text("cli.ratios.plan.beyond", lang)
    return _share(ratio)


def _percent(ratio: Decimal) -> str:
    return f"{(ratio * 100).normalize():f} %"
