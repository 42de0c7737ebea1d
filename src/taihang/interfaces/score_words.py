"""What both the terminal and the reports say of scores and measures, so that they say the same."""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from taihang.core.park.park import PARK_SUBJECT, Park
from taihang.core.park.score import MeasureKind
from taihang.core.product.process import printed
from taihang.core.quantities import WH_PER_MWH
from taihang.interfaces.catalogue import Lang, text
from taihang.services.raise_score import STEPS_OF_SHARE, RaiseAnswer, Raised

_KW_PER_MW: Final = 1_000
_SCORE_DIGITS: Final = 2
_OF_SURPLUS: Final = (MeasureKind.BATTERY, MeasureKind.SHIFT)


def percent_told(ratio: Fraction | None) -> str:
    """Return a score in percent with two decimals.

    Example:
        >>> percent_told(Fraction(27, 40)), percent_told(None)
        ('67.50 %', '–')
    """
    return "–" if ratio is None else f"{printed(ratio * 100, _SCORE_DIGITS)} %"


def mwh_of(wh: int) -> Decimal:
    """Return megawatt-hours, exact [MWh]."""
    return Decimal(wh) / WH_PER_MWH


def subject_name(subject: str, park: Park, lang: Lang) -> str:
    """Return how a subject of scores is called."""
    of = (
        park
        if subject == PARK_SUBJECT
        else park.assets.get(subject) or park.carbon.products[subject]
    )
    return of.name_zh if lang == "zh" else of.name_en


def measure_name(one: Raised, lang: Lang) -> str:
    """Return how a measure is called."""
    return one.measure.name_zh if lang == "zh" else one.measure.name_en


def size_told(one: Raised, lang: Lang) -> str:
    """Return the size of a measure in the unit of its kind; nothing where there is none."""
    if one.size is None:
        return "–"
    kind, key = one.measure.kind, "mw"
    size, mwh = Fraction(one.size, _KW_PER_MW), ""
    if kind is MeasureKind.SHIFT:
        key, size = "share", Fraction(one.size, STEPS_OF_SHARE) * 100
    elif kind is MeasureKind.CERTIFICATES:
        key, size = "energy", Fraction(one.size, WH_PER_MWH)
    elif kind is MeasureKind.BATTERY:
        key = "battery"
        mwh = f"{float(size * Fraction(one.measure.energy_h or 0)):,.1f}"
    values = {"mwh": mwh} if mwh else {}
    digits = 2 if kind is MeasureKind.SHIFT else 1
    return text(f"cli.score.raise.{key}", lang, size=f"{float(size):,.{digits}f}", **values)


def result_told(one: Raised, answer: RaiseAnswer, lang: Lang) -> str:
    """Say whether a measure reaches the target, and which one is the cheapest."""
    if one.size is None and one.measure.kind in _OF_SURPLUS and not one.served_wh:
        return text("cli.score.raise.no_surplus", lang)
    if one.size is None:
        return text("cli.score.raise.never", lang, ratio=percent_told(one.reached_ratio))
    key = "cheapest" if one is answer.cheapest else "reached"
    return text(f"cli.score.raise.{key}", lang)


def raise_title(answer: RaiseAnswer, lang: Lang) -> str:
    """Say from where to where a score is to be raised, and what that asks for."""
    return text(
        "cli.score.raise.title",
        lang,
        now=percent_told(answer.now_ratio),
        points=answer.points,
        target=percent_told(answer.target_ratio),
        mwh=f"{mwh_of(answer.needed_wh):,.0f}",
    )
