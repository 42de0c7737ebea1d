"""Where each rule that a figure names is written, and the text that prescribes it.

A statement carries the name of its rule with its version; this table says on which page of the
documents it is explained. A name that is not here is shown without a page, never dropped.
"""

from collections.abc import Mapping
from typing import Final

from taihang.core.figure.story import RuleOf

_SETTLEMENT: Final = "settlement.md"
_ACCOUNTS: Final = "accounts.md"
_BASIS_650: Final = "发改能源〔2025〕650号"

_RULES: Final[Mapping[str, tuple[str, str]]] = {
    "register-energy": ("formats/proof.md", ""),
    "two-clocks": ("rules.md", ""),
    "settled-interval": ("vee.md", ""),
    "dedicated-first-pro-rata": ("decisions/0008-matching-rule.md", ""),
    "balance": ("rules.md", ""),
    "scope2-market": ("carbon.md", "GHG Protocol Scope 2; GB/T 32151"),
    "scope2-physical": ("carbon.md", "GHG Protocol Scope 2; GB/T 32151"),
    "ndrc-650": ("ratios.md", _BASIS_650),
    "ndrc-650-windows": ("ratios.md", _BASIS_650),
    "shanxi-two-part": (_SETTLEMENT, "晋发改商品发〔2021〕479号; 发改价格〔2026〕1077号"),
    "bill-closure": (_SETTLEMENT, ""),
    "bill-correction": (_SETTLEMENT, ""),
    "tariff-options": (_SETTLEMENT, ""),
    "plant-revenue": (_SETTLEMENT, ""),
    "user-payments": (_SETTLEMENT, ""),
    "operator-margin": (_SETTLEMENT, ""),
    "asset-result": (_SETTLEMENT, ""),
    "gbt-32150": ("carbon.md", "GB/T 32150; GB/T 32151"),
    "ndrc-910-annex-4": ("carbon.md", "发改环资〔2025〕910号 附件4"),
    "ndrc-910-indicators": ("indicators.md", "发改环资〔2025〕910号"),
    "gbt-2589-2020": (_ACCOUNTS, "GB/T 2589-2020"),
    "dual-control": (_ACCOUNTS, ""),
    "quota": (_ACCOUNTS, ""),
    "waste-heat": (_ACCOUNTS, ""),
    "sum-table": (_ACCOUNTS, ""),
    "gbt-24067": ("carbon.md", "GB/T 24067-2024"),
    "eu-2025-2547": ("carbon.md", "(EU) 2023/956; (EU) 2025/2547"),
    "hourly-cfe": ("scores.md", "Google, 24/7 Carbon-Free Energy: Methodologies and Metrics"),
    "day-plan": ("planning.md", ""),
    "regret": ("regret.md", ""),
    "admission": ("indicators.md", "国家发展改革委令第31号"),
    "peak-pathway": ("indicators.md", ""),
    "certificate-ledger": ("certificates.md", "国能发新能规〔2024〕67号; EnergyTag"),
}


def rule_named(name: str) -> RuleOf:
    """Return a rule with the page that explains it.

    Args:
        name: As a statement carries it: ``scope2-market/v1 over dedicated-first-pro-rata/v1``.

    Returns:
        The rule; its page is empty where no page is known.

    Example:
        >>> rule_named("register-energy/v1").document
        'formats/proof.md'
    """
    document, basis = _RULES.get(name.partition("/")[0], ("", ""))
    return RuleOf(name, document, basis)


def known_rules() -> Mapping[str, tuple[str, str]]:
    """Return page and published text by the family of a rule."""
    return _RULES
