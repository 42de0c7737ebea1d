"""Whether planned plants and planned load fit at all: sizing a source by its load 以荷定源.

No hour is looked at: only what a year can reach at best. With G what is generated, D what is used,
x the share of G that is used in the park, and nothing curtailed::

    x ≥ R_self      x ≥ 1 − R_exp      x · G ≥ R_green · D      x ≤ 1

so the share that must be used is the largest of three, and where that exceeds 1 the plan fails
whatever is done. Real hours only reach less: a plan that fits here may still miss its ratios.

Source: 发改能源〔2025〕650号 (thresholds verified: K14, export limit: K16).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from taihang.core.quantities import WH_PER_MWH
from taihang.core.ratio.outlook import Thresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedYear:
    """What is planned for a year: of each plant, and of each load."""

    day: date
    """The local day whose thresholds are asked."""
    generation_mwh: Mapping[str, Decimal]
    """By plant. [MWh/a]"""
    load_mwh: Mapping[str, Decimal]
    """By user. [MWh/a]"""

    @property
    def generation_wh(self) -> int:
        """All that is generated [Wh]."""
        return _wh(self.generation_mwh)

    @property
    def load_wh(self) -> int:
        """All that is used [Wh]."""
        return _wh(self.load_mwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFit:
    """What a planned year can reach."""

    generation_wh: int
    """G [Wh]."""
    load_wh: int
    """D [Wh]."""
    export_most_wh: int
    """What may be exported: the dispatcher's budget of the year [Wh]."""
    self_use_least_wh: int
    """What must be used in the park for R_self [Wh]."""
    green_least_wh: int
    """What must be used in the park for R_green [Wh]."""
    green_at_best_ratio: Fraction | None
    """R_green if every Wh generated is used in the park; None without load [1]."""
    green_at_limit_ratio: Fraction | None
    """R_green if all is exported that may be, and nothing curtailed [1]."""
    load_most_at_limit_wh: int
    """Largest load that keeps R_green if all is exported that may be [Wh]."""
    load_most_wh: int
    """Largest load that keeps R_green if every Wh is used in the park [Wh]."""

    @property
    def needed_ratio(self) -> Fraction | None:
        """Share of the generation that must be used in the park; None without generation [1]."""
        if not self.generation_wh:
            return None
        kept_wh = self.generation_wh - self.export_most_wh
        most_wh = max(self.self_use_least_wh, self.green_least_wh, kept_wh)
        return Fraction(most_wh, self.generation_wh)

    @property
    def short_wh(self) -> int:
        """Generation that is lacking for R_green even if every Wh is used in the park [Wh]."""
        return max(0, self.green_least_wh - self.generation_wh)

    @property
    def load_lacking_wh(self) -> int:
        """Load that is lacking to use what must be used in the park [Wh]."""
        kept_wh = self.generation_wh - self.export_most_wh
        return max(0, max(self.self_use_least_wh, kept_wh) - self.load_wh)

    @property
    def fits(self) -> bool:
        """Whether some year could keep all three ratios."""
        return not self.short_wh and not self.load_lacking_wh


def plan_fit(generation_wh: int, load_wh: int, *, asked: Thresholds) -> PlanFit:
    """Judge a planned year.

    Args:
        generation_wh: What the plants are planned to generate. [Wh]
        load_wh: What is planned to be used. [Wh]
        asked: The requirements.

    Returns:
        What it can reach.

    Example:
        >>> from decimal import Decimal
        >>> asked = Thresholds(self_use_min_ratio=Decimal("0.60"), green_min_ratio=Decimal("0.30"),
        ...                    export_max_ratio=Decimal("0.20"), storage_losses_in_load=True)
        >>> fit = plan_fit(975_000_000_000, 6_750_000_000_000, asked=asked)
        >>> round(float(fit.green_at_best_ratio), 3), fit.fits, fit.load_most_at_limit_wh
        (0.144, False, 2600000000000)
    """
    green, export = Fraction(asked.green_min_ratio), Fraction(asked.export_max_ratio)
    export_most_wh = floor(export * generation_wh)
    kept_wh = generation_wh - export_most_wh
    return PlanFit(
        generation_wh=generation_wh,
        load_wh=load_wh,
        export_most_wh=export_most_wh,
        self_use_least_wh=ceil(Fraction(asked.self_use_min_ratio) * generation_wh),
        green_least_wh=ceil(green * load_wh),
        green_at_best_ratio=Fraction(generation_wh, load_wh) if load_wh else None,
        green_at_limit_ratio=Fraction(kept_wh, load_wh) if load_wh else None,
        load_most_at_limit_wh=floor(kept_wh / green),
        load_most_wh=floor(generation_wh / green),
    )


def _wh(amounts_mwh: Mapping[str, Decimal]) -> int:
    return round(sum(map(Fraction, amounts_mwh.values()), Fraction(0)) * WH_PER_MWH)
