"""The outlook of the annual ratios as it stands in a statement: strings and whole watt-hours."""

from datetime import timedelta
from typing import Final

import numpy as np

from taihang.core.park.direct_connection import Remedy, RemedyKind
from taihang.core.park.park import Park
from taihang.core.ratio.forecast import RULE
from taihang.core.ratio.outlook import QUANTILES, quantiles
from taihang.core.ratio.outlook import RatioOutlook as OneRatio
from taihang.core.ratio.remedy import Cure, Dose
from taihang.core.seal.canonical import JsonValue
from taihang.services.ratio_outlook import RatioOutlook

NOT_STATED: Final = "not-stated"
NOT_PRICED: Final = "not-priced"


def outlook_document(outlook: RatioOutlook, *, park: Park) -> dict[str, JsonValue]:
    """Return an outlook as a part of a statement.

    Args:
        outlook: The outlook.
        park: Whose it is.
    """
    settings, drawn = outlook.settings, outlook.drawn
    asked = outlook.asked
    thresholds = (asked.self_use_min_ratio, asked.green_min_ratio, asked.export_max_ratio)
    return {
        "rule": RULE,
        "first": outlook.first.isoformat(),
        "last": (outlook.end - timedelta(days=1)).isoformat(),
        "scenarios": settings.scenarios,
        "seed": settings.seed,
        "block_days": settings.block_days,
        "season_days": settings.season_days,
        "year_spread": {name: f"{each:f}" for name, each in settings.year_spread_ratio.items()},
        "source": settings.source,
        "past_days": outlook.n_past_days,
        "past_days_left_out": outlook.n_past_left_out,
        "days_by_season": drawn.n_season_days,
        "days_by_plan": drawn.n_plan_days,
        "levels": dict(outlook.levels),
        "not_in_forecast": outlook.settled.n_open + outlook.settled.n_unsettled,
        "ratios": [
            {**_ratio(each), "threshold": f"{threshold:f}"}
            for each, threshold in zip(outlook.outlook.ratios, thresholds, strict=True)
        ],
        "chance": _share(outlook.outlook.chance_ratio),
        "likely_from": f"{settings.likely_chance_ratio:f}",
        "certainty": f"{settings.certainty_ratio:f}",
        "allowance": _allowance(outlook),
        "needs_wh": dict(outlook.case.needs_wh),
        "cure": None if outlook.cure is None else _cure(outlook.cure, outlook),
        "not_priced": _not_priced(park),
    }


def _ratio(each: OneRatio) -> dict[str, JsonValue]:
    told = zip(QUANTILES, each.quantiles_ratio, strict=True)
    return {
        "symbol": each.symbol,
        **{f"p{percent}": None if at is None else _share(at) for percent, at in told},
        "missed": each.n_missed,
        "chance": _share(each.chance_ratio),
    }


def _allowance(outlook: RatioOutlook) -> dict[str, JsonValue]:
    """Say what the year may export, what it exported, and when the allowance would be used up."""
    exported_wh = outlook.settled.wh["export"]
    told = zip(QUANTILES, quantiles(outlook.outlook.allowance_wh), strict=True)
    in_planning_wh = float(outlook.outlook.allowance_wh[outlook.planning])
    by_day = exported_wh + np.cumsum(outlook.drawn.exported_by_day_wh[outlook.planning])
    over = np.flatnonzero(by_day > in_planning_wh)
    used_up = outlook.first + timedelta(days=int(over[0])) if len(over) else None
    return {
        **{f"p{percent}_wh": int(wh) for percent, wh in told},
        "exported_wh": exported_wh,
        "used_up_on": None if used_up is None else used_up.isoformat(),
    }


def _cure(cure: Cure, outlook: RatioOutlook) -> dict[str, JsonValue]:
    value = cure.allowance_value_cny_per_mwh
    return {
        "doses": [_dose(dose, outlook) for dose in cure.doses],
        "cost_cny": f"{cure.cost_cny:.2f}",
        "short_wh": dict(cure.short_wh),
        "enough": cure.is_enough,
        "latest_start": _day(cure.latest_start, outlook),
        "allowance_value_cny_per_mwh": None if value is None else f"{value:.2f}",
    }


def _dose(dose: Dose, outlook: RatioOutlook) -> dict[str, JsonValue]:
    remedy = dose.remedy
    return {
        "id": remedy.id,
        "kind": remedy.kind.value,
        "zh": remedy.name_zh,
        "en": remedy.name_en,
        "price_cny_per_mwh": f"{remedy.price_cny_per_mwh:f}",
        "energy_wh": dose.energy_wh,
        "latest_start": _day(dose.latest_start, outlook),
        "source": remedy.source,
    }


def _day(number: int | None, outlook: RatioOutlook) -> str | None:
    return None if number is None else (outlook.first + timedelta(days=number)).isoformat()


def _not_priced(park: Park) -> list[JsonValue]:
    """Name what is stated without a price, and every kind of which nothing is stated."""
    remedies = park.direct_connection.remedies.values()
    stated: list[JsonValue] = [_left_out(each) for each in remedies if _is_open(each)]
    kinds = {each.kind for each in remedies}
    absent = [kind.value for kind in RemedyKind if kind not in kinds]
    return [*stated, *({"kind": kind, "reason": NOT_STATED} for kind in absent)]


def _is_open(remedy: Remedy) -> bool:
    return remedy.price_cny_per_mwh is None


def _left_out(remedy: Remedy) -> dict[str, JsonValue]:
    return {
        "id": remedy.id,
        "kind": remedy.kind.value,
        "zh": remedy.name_zh,
        "en": remedy.name_en,
        "reason": NOT_PRICED,
    }


def _share(ratio: float) -> str:
    """Four decimals: the spread of the scenarios says no more."""
    return f"{ratio:.4f}"
