"""发改能源〔2025〕650号: annual ratios of a green-power direct connection 绿电直连.

::

    E_av    generation that was available, what was curtailed included     总可用发电量
    E_exp   exported to the public grid                                    上网电量
    E_cur   curtailed                                                      弃电量
    E_imp   imported from the public grid                                  下网电量
    E_load  electricity used                                               总用电量

    E_self  = E_av − E_exp − E_cur                                         自发自用电量
    R_self  = E_self / E_av     ≥ 60 %
    R_green = E_self / E_load   ≥ 30 %, and ≥ 35 % from 2030
    R_exp   = E_exp / E_av      ≤ the limit of the province

Four identities bind the five energies::

    E_av = E_self + E_exp + E_cur           R_self + R_exp + E_cur / E_av = 1
    E_self + E_imp = E_load + E_other       R_green = 1 − (E_imp − E_other) / E_load

``E_other`` is what was taken in and was neither load nor export: losses, and the rise of stored
energy. The text does not say whether storage losses are load, so the caller says it, to the
watt-hour. Energies that break an identity are refused: a ratio of numbers that do not belong
together would mean nothing.

Ratios are exact fractions and verdicts compare those. In print a percentage has one decimal,
rounded half to even; where that would cross the threshold it is cut instead, so that a missed
requirement never reads as a met one.

Source: 发改能源〔2025〕650号 (thresholds verified: K14; export limit verified: K16; the official
text itself was not opened; treatment of storage: uncertain).
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Final

from taihang.core.errors import InputError
from taihang.core.facts import Fact, FactBook
from taihang.core.quantities import WH_PER_KWH, WH_PER_MWH
from taihang.core.ratio.flow import FlowTotals

PRINTED_PERCENT: Final = Decimal("0.1")
"""The last digit of a printed ratio [%]."""

SELF_USE_MIN: Final = "direct-connection.self-use-min"
GREEN_MIN: Final = "direct-connection.green-min"


class EnergyIdentityError(InputError):
    """The five energies cannot all be true."""

    code = "input.energy-identity"


class ExportLimitError(InputError):
    """The province's limit is not a share."""

    code = "input.export-limit"


class Verdict(StrEnum):
    """Whether a requirement is met."""

    MET = "met"
    MISSED = "missed"
    UNDEFINED = "undefined"
    """Nothing was generated or used, so there is no ratio to judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectEnergy:
    """The energies of one project over one period, in whole watt-hours."""

    available_wh: int
    """E_av [Wh]."""
    exported_wh: int
    """E_exp [Wh]."""
    curtailed_wh: int
    """E_cur [Wh]."""
    imported_wh: int
    """E_imp [Wh]."""
    load_wh: int
    """E_load [Wh]."""
    other_wh: int
    """E_other: losses that are not counted as load, and the rise of stored energy [Wh]."""

    def __post_init__(self) -> None:
        """Refuse energies that break an identity.

        Raises:
            EnergyIdentityError: If an energy is negative or a sum does not close.
        """
        for name, energy_wh in (
            ("available_wh", self.available_wh),
            ("exported_wh", self.exported_wh),
            ("curtailed_wh", self.curtailed_wh),
            ("imported_wh", self.imported_wh),
            ("load_wh", self.load_wh),
        ):
            if energy_wh < 0:
                raise EnergyIdentityError(
                    given=f"{name} = {energy_wh}",
                    expected="0 Wh or more",
                    remedy="check signs: every flow is counted positive under its own name",
                )
        if self.self_used_wh < 0:
            raise EnergyIdentityError(
                given=f"E_exp + E_cur = {self.exported_wh + self.curtailed_wh} Wh",
                expected=f"at most E_av = {self.available_wh} Wh",
                remedy="check the meters of generation and export",
            )
        taken_wh, spent_wh = self.self_used_wh + self.imported_wh, self.load_wh + self.other_wh
        if taken_wh != spent_wh:
            raise EnergyIdentityError(
                given=f"E_self + E_imp = {taken_wh} Wh, E_load + E_other = {spent_wh} Wh",
                expected="the two to be equal",
                remedy=f"account for the difference of {taken_wh - spent_wh} Wh in other_wh",
            )

    @property
    def self_used_wh(self) -> int:
        """E_self = E_av − E_exp − E_cur [Wh]."""
        return self.available_wh - self.exported_wh - self.curtailed_wh


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One ratio, what is asked of it, and how it stands."""

    symbol: str
    name_zh: str
    name_en: str
    numerator_wh: int
    denominator_wh: int
    threshold_ratio: Decimal
    is_minimum: bool
    """True where the ratio must reach the threshold, False where it must stay within it."""
    basis: str
    """Key of the fact behind the threshold, or how it was given."""

    @property
    def ratio(self) -> Fraction | None:
        """The exact ratio [1]; None when there is nothing to divide by."""
        if self.denominator_wh == 0:
            return None
        return Fraction(self.numerator_wh, self.denominator_wh)

    @property
    def verdict(self) -> Verdict:
        """The word for it."""
        if self.shortfall_wh is None:
            return Verdict.UNDEFINED
        return Verdict.MISSED if self.shortfall_wh else Verdict.MET

    @property
    def shortfall_wh(self) -> int | None:
        """The least energy by which the numerator would have to change [Wh].

        Returns:
            0 when the requirement is met; None when there is no ratio.
        """
        if self.denominator_wh == 0:
            return None
        bound_wh = Fraction(self.threshold_ratio) * self.denominator_wh
        if self.is_minimum:
            return max(0, ceil(bound_wh) - self.numerator_wh)
        return max(0, self.numerator_wh - floor(bound_wh))

    @property
    def percent(self) -> Decimal | None:
        """The ratio as it is printed, on its own side of the threshold; None where none is [%]."""
        return None if self.ratio is None else self._printed(self.ratio)

    def _printed(self, ratio: Fraction) -> Decimal:
        return printed_percent(
            ratio, threshold_ratio=self.threshold_ratio, is_minimum=self.is_minimum
        )

    @property
    def sentence_zh(self) -> str:
        """The verdict as a sentence in Chinese."""
        head, wanted = f"{self.name_zh} {self.symbol}", _percent(self.threshold_ratio)
        if self.ratio is None:
            return f"{head} 无法计算：分母为 0"
        printed = f"{head} {self._printed(self.ratio)} %"
        if self.verdict is Verdict.MET:
            return f"{printed}，{'达到 ≥' if self.is_minimum else '符合 ≤'} {wanted} % 的要求"
        gap_mwh = _printed_mwh(self.shortfall_wh or 0)
        if self.is_minimum:
            return f"{printed}，低于 {wanted} % 的要求，差 {gap_mwh} MWh"
        return f"{printed}，高于 {wanted} % 的上限，超出 {gap_mwh} MWh"

    @property
    def sentence_en(self) -> str:
        """The verdict as a sentence in English."""
        head, wanted = f"{self.name_en} {self.symbol}", _percent(self.threshold_ratio)
        if self.ratio is None:
            return f"{head} is undefined: the denominator is 0"
        printed = f"{head} is {self._printed(self.ratio)} %"
        if self.verdict is Verdict.MET:
            return f"{printed} and meets the {'≥' if self.is_minimum else '≤'} {wanted} % required"
        gap_mwh = _printed_mwh(self.shortfall_wh or 0)
        if self.is_minimum:
            return f"{printed}, below the {wanted} % required, short of {gap_mwh} MWh"
        return f"{printed}, above the limit of {wanted} %, over by {gap_mwh} MWh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios650:
    """The three requirements of the text, for one project and period."""

    energy: ProjectEnergy
    self_use: Requirement
    green: Requirement
    export: Requirement

    @property
    def requirements(self) -> tuple[Requirement, Requirement, Requirement]:
        """The three in the order of the text."""
        return self.self_use, self.green, self.export

    @property
    def verdict(self) -> Verdict:
        """Missed if any is missed, else undefined if any is undefined, else met."""
        verdicts = {requirement.verdict for requirement in self.requirements}
        if Verdict.MISSED in verdicts:
            return Verdict.MISSED
        return Verdict.UNDEFINED if Verdict.UNDEFINED in verdicts else Verdict.MET


def energy_of(totals: FlowTotals, *, storage_losses_in_load: bool) -> ProjectEnergy:
    """Return the five energies of the text from the flows of a window.

    What plants draw themselves is load. Charge less discharge is load where the caller says so, and
    only where it is not negative: a battery that gave out what it held before used nothing.

    Args:
        totals: Sums over closed intervals.
        storage_losses_in_load: Whether storage losses count as load; the text does not say it.

    Returns:
        The energies; their identities hold to the watt-hour.

    Raises:
        EnergyIdentityError: If the flows break an identity.
    """
    flows = totals.wh
    storage_wh = totals.storage_wh
    in_load = storage_losses_in_load and storage_wh >= 0
    return ProjectEnergy(
        available_wh=flows["generated"] + flows["curtailment"],
        exported_wh=flows["export"],
        curtailed_wh=flows["curtailment"],
        imported_wh=flows["import"],
        load_wh=flows["load"] + totals.own_use_wh + (storage_wh if in_load else 0),
        other_wh=flows["losses"] + (0 if in_load else storage_wh),
    )


def ratios(
    energy: ProjectEnergy,
    *,
    export_limit_ratio: Decimal,
    book: FactBook,
    on: date,
    export_basis: str | None = None,
) -> Ratios650:
    """Judge a project by the three ratios.

    Args:
        energy: What happened; a year for the text, any period for a look ahead.
        export_limit_ratio: Upper limit of export that the province has set. [1]
        book: The facts, which hold the thresholds.
        on: The local day whose thresholds are in force, usually the last of the period.
        export_basis: Key of the dated fact behind the limit; None where the limit is only given.

    Returns:
        The three requirements with their verdicts, shortfalls and sentences.

    Raises:
        ExportLimitError: If the limit is not a share from 0 to 1.
        FactOutOfForceError: If no threshold is in force on that day.

    Source:
        发改能源〔2025〕650号 (verified: K14, K16).
    """
    if not (export_limit_ratio.is_finite() and 0 <= export_limit_ratio <= 1):
        raise ExportLimitError(
            given=f"export_limit_ratio = {export_limit_ratio}",
            expected="a share from 0 to 1, for example 0.20",
            remedy="give the limit that the province has set",
        )
    self_use_min = book.in_force(SELF_USE_MIN, on=on)
    green_min = book.in_force(GREEN_MIN, on=on)
    return Ratios650(
        energy=energy,
        self_use=_self_use(energy, self_use_min),
        green=_green(energy, green_min),
        export=_export(
            energy,
            export_limit_ratio,
            export_basis or f"given: export_limit_ratio={export_limit_ratio}",
        ),
    )


def _self_use(energy: ProjectEnergy, threshold: Fact) -> Requirement:
    return Requirement(
        symbol="R_self",
        name_zh="自发自用比例",
        name_en="Self-use ratio",
        numerator_wh=energy.self_used_wh,
        denominator_wh=energy.available_wh,
        threshold_ratio=threshold.value,
        is_minimum=True,
        basis=threshold.key,
    )


def _green(energy: ProjectEnergy, threshold: Fact) -> Requirement:
    return Requirement(
        symbol="R_green",
        name_zh="绿电占比",
        name_en="Green-power share",
        numerator_wh=energy.self_used_wh,
        denominator_wh=energy.load_wh,
        threshold_ratio=threshold.value,
        is_minimum=True,
        basis=threshold.key,
    )


def _export(energy: ProjectEnergy, limit_ratio: Decimal, basis: str) -> Requirement:
    return Requirement(
        symbol="R_exp",
        name_zh="上网比例",
        name_en="Export ratio",
        numerator_wh=energy.exported_wh,
        denominator_wh=energy.available_wh,
        threshold_ratio=limit_ratio,
        is_minimum=False,
        basis=basis,
    )


def printed_percent(ratio: Fraction, *, threshold_ratio: Decimal, is_minimum: bool) -> Decimal:
    """Return a ratio as it is printed: one decimal, never on the other side of its threshold.

    Args:
        ratio: The exact ratio. [1]
        threshold_ratio: What is asked. [1]
        is_minimum: Whether the ratio must reach the threshold, or stay within it.

    Returns:
        The nearest printed digit on the side of the threshold that the ratio is on. [%]

    Example:
        >>> of_least_30 = {"threshold_ratio": Decimal("0.3"), "is_minimum": True}
        >>> str(printed_percent(Fraction("0.2999"), **of_least_30))
        '29.9'
        >>> str(printed_percent(Fraction("0.0555"), **of_least_30))
        '5.6'
    """
    threshold = Fraction(threshold_ratio)

    def meets(share: Fraction) -> bool:
        return share >= threshold if is_minimum else share <= threshold

    steps = ratio * 100 / Fraction(PRINTED_PERCENT)
    nearest = round(steps)
    if meets(nearest * Fraction(PRINTED_PERCENT) / 100) != meets(ratio):
        nearest = floor(steps) if nearest > steps else ceil(steps)
    return nearest * PRINTED_PERCENT


def _percent(ratio: Decimal) -> str:
    """A threshold as it is written in the text: 60, not 60.00."""
    text = f"{ratio * 100:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _printed_mwh(energy_wh: int) -> str:
    """Whole kilowatt-hours rounded up, as MWh: a shortfall is never printed as nothing."""
    whole_wh = -(-energy_wh // WH_PER_KWH) * WH_PER_KWH
    return f"{Decimal(whole_wh) / WH_PER_MWH:,.3f}"
