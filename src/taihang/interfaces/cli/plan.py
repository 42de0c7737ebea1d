"""``taihang plan``: plan a park for a day from its own records."""

import argparse
from pathlib import Path
from typing import cast

from taihang import wiring
from taihang.core.dispatch.month_peak import MonthPeak
from taihang.core.dispatch.outlook import Notice
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.interfaces.account_words import NOTHING
from taihang.interfaces.catalogue import Lang, text
from taihang.interfaces.cli.dispatch import tell_release, write_release
from taihang.interfaces.cli.main import REFUSED
from taihang.interfaces.cli.say import say, waiting
from taihang.interfaces.cli.words import day_of
from taihang.services.act_log import log_acts
from taihang.services.export_budget import ExportBudget
from taihang.services.plan_day import DayPlan, plan_day
from taihang.services.plan_park import release_document

_KWH_PER_MWH = WH_PER_MWH // WH_PER_KWH


def plan(args: argparse.Namespace) -> int:
    """Plan a park for a day and have the referee check it."""
    lang = cast("Lang", args.lang)
    with wiring.open_park(Path(str(args.dir)), writing=True) as ports:
        with waiting(str(args.day)):
            found = plan_day(day_of(str(args.day)), ports=ports)
        log_acts(ports=ports)
    written = [] if args.out is None else write_release(Path(str(args.out)), found.release)
    if args.json:
        say(args, _facts(found), "")
    else:
        title = text("cli.plan.name", lang)
        tell_release(found.release, title, _remarks(found, lang), lang)
        for target in written:
            print(text("cli.dispatch.written", lang, path=target))
    return 0 if found.release.plan is not None else REFUSED


def _facts(found: DayPlan) -> dict[str, object]:
    saving_cny = found.saving_cny
    return {
        "day": found.day.isoformat(),
        "accepted": found.release.plan is not None,
        "saving_cny": "" if saving_cny is None else f"{saving_cny:.2f}",
        "demand_saving_cny": f"{found.demand_saving_cny:.2f}",
        "month_peaks": [
            {
                "so_far_kw": peak.so_far_kw,
                "expected_kw": peak.expected_kw,
                "price_cny_per_kw": peak.price_cny_per_kw,
                "days": peak.n_days,
            }
            for peak in found.peaks
        ],
        "export_budget": {
            "mode": found.budget.mode.value,
            "most_kwh": found.budget.most_kwh,
            "value_cny_per_kwh": found.budget.export_value_cny_per_kwh,
            "chance_ratio": found.budget.chance_ratio,
            "left_kwh": found.budget.left_kwh,
        },
        "forecast_errors": {flow: one.nmae_ratio for flow, one in found.errors.items()},
        "notices": [{"key": one.key, **one.words} for one in found.notices],
        "release": release_document(found.release),
    }


def _remarks(found: DayPlan, lang: Lang) -> list[str]:
    remarks = [_notice(one, lang) for one in found.notices]
    flows = [
        text(
            "cli.plan.flow",
            lang,
            flow=text(f"cli.plan.flow_name.{flow}", lang),
            error=f"{100 * one.nmae_ratio:.0f}",
            yesterday=f"{100 * one.yesterday_nmae_ratio:.0f}",
        )
        for flow, one in found.errors.items()
    ]
    n_days = str(next((one.days for one in found.errors.values()), 0))
    joined = ("；" if lang == "zh" else "; ").join(flows)
    remarks.append(text("cli.plan.forecast", lang, days=n_days, flows=joined))
    remarks += [_peak(peak, lang) for peak in found.peaks]
    if found.demand_saving_cny:
        cny = f"{found.demand_saving_cny:,.2f}"
        remarks.append(text("cli.plan.demand_saving", lang, cny=cny))
    remarks.append(_budget(found.budget, lang))
    return remarks


def _notice(notice: Notice, lang: Lang) -> str:
    words = dict(notice.words)
    if "ratio" in words:
        words["ratio"] = text(f"cli.plan.ratio.{words['ratio']}", lang)
    return text(f"cli.plan.notice.{notice.key}", lang, **words)


def _peak(peak: MonthPeak, lang: Lang) -> str:
    return text(
        "cli.plan.peak",
        lang,
        so_far=f"{peak.so_far_kw:,.0f}",
        expected=f"{peak.expected_kw:,.0f}",
        days=peak.n_days,
        price=f"{peak.price_cny_per_kw:,.2f}",
    )


def _budget(budget: ExportBudget, lang: Lang) -> str:
    chance = text("cli.plan.budget.unknown", lang)
    if budget.chance_ratio is not None:
        percent = f"{100 * budget.chance_ratio:.0f}"
        chance = text("cli.plan.budget.chance", lang, percent=percent)
    words = {
        "open": {"chance": chance},
        "price": {"chance": chance, "value": f"{budget.export_value_cny_per_kwh:.4f}"},
        "block": {
            "chance": chance,
            "left": _energy(budget.left_kwh, unit_kwh=_KWH_PER_MWH),
            "most": _energy(budget.most_kwh, unit_kwh=1),
        },
        "shut": {},
    }
    mode = budget.mode.value
    return text(f"cli.plan.budget.{mode}", lang, **words[mode])


def _energy(energy_kwh: float | None, *, unit_kwh: int) -> str:
    return NOTHING if energy_kwh is None else f"{energy_kwh / unit_kwh:,.0f}"
