"""The energy account as a statement: lines, balances, flows, and what could not be counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Final

from taihang.core.activity.record import Flow, Origin
from taihang.core.energy.account import CoalAmount, EnergyAccount
from taihang.core.energy.medium import MediumBalance
from taihang.core.energy.sankey import Sankey, SankeyRow
from taihang.core.facts import Fact
from taihang.core.quantities import EXACT
from taihang.core.seal.canonical import JsonValue
from taihang.core.seal.statement import fact_document
from taihang.services.account import ACCOUNT_FORMAT
from taihang.standards.gbt_2589 import MEDIUM

RULE: Final = "gbt-2589-2020/v1"
MATCHED: Final = "scope2-market"
"""Kind of the statements that say how much electricity a user took, green and grid apart."""

_STATEMENTS: Final = (f"{MATCHED}.", "ratios-650.")
"""What the ids of statements begin with; all other sources are lines of activity data."""

GRID: Final = "electricity.grid"
"""Item of the electricity that no plant of the park gave."""
GREEN: Final = "electricity.green"
"""Item of the electricity that plants of the park made and the matching gave to a user."""


@dataclass(slots=True)
class Gaps:
    """What could not be counted, and why."""

    found: list[dict[str, JsonValue]] = field(default_factory=list[dict[str, JsonValue]])
    is_whole: bool = True

    def add(self, what: str, *, zh: str, en: str, whole: bool = False) -> None:
        """Note a gap; one that is not whole leaves the account without a value."""
        self.found.append({"what": what, "zh": zh, "en": en})
        self.is_whole &= whole


@dataclass(frozen=True, slots=True)
class SubjectEnergy:
    """The account of one subject before it is a statement."""

    account: EnergyAccount
    balances: tuple[MediumBalance, ...]
    gaps: Gaps
    facts: Mapping[str, Fact]
    estimated_wh: int
    says_feedstock: bool
    """Whether it is known what was used as raw material, of everybody in it."""
    flows: Sankey
    electricity: dict[str, JsonValue] | None = None
    """Of the park: its balance, and the share that no meter explains."""


def energy_body(of: SubjectEnergy, *, version: str) -> dict[str, JsonValue]:
    """Return the account of a subject as the statement that is issued, without its id.

    Args:
        of: What is known.
        version: Version of the code.
    """
    account = of.account
    # A total of nothing would read as zero.
    is_whole = of.gaps.is_whole and bool(account.lines)
    equivalent = _plain(account.total_tce) if is_whole else None
    feedstock = [line for line in account.lines if line.flow is Flow.FEEDSTOCK]
    is_said = is_whole and of.says_feedstock
    statements = [each for each in account.sources if each.startswith(_STATEMENTS)]
    activities = [each for each in account.sources if not each.startswith(_STATEMENTS)]
    consumed = [line for line in account.lines if line.flow is Flow.CONSUMED]
    others = [line for line in account.lines if line.flow is not Flow.CONSUMED]
    return {
        "format": ACCOUNT_FORMAT,
        "rule": RULE,
        "value": equivalent,
        "unit": "tce",
        "equivalent_tce": equivalent,
        "equal_tce": _plain(account.total_equal_tce) if is_whole else None,
        "feedstock_equivalent_tce": _plain(account.feedstock_tce) if is_said else None,
        "feedstock_equal_tce": _equal_sum(feedstock) if is_said else None,
        "non_fossil_equivalent_tce": _plain(_green_tce(account)) if is_whole else None,
        "media_equivalent_tce": _media(account, of.gaps),
        "estimated_wh": of.estimated_wh,
        **({} if of.electricity is None else {"electricity": of.electricity}),
        "lines": [_line(line) for line in consumed],
        "other_lines": [_line(line) for line in others],
        "balances": [_balance(each) for each in of.balances],
        "flows": {
            "rows": [_flow(row) for row in of.flows.rows],
            "recycled": [
                {"item": item, "amount": _plain(amount), "unit": unit}
                for (item, unit), amount in of.flows.recycled.items()
            ],
            "not_drawn": [*of.flows.not_drawn],
        },
        "factors": [fact_document(fact) for _, fact in sorted(of.facts.items())],
        "inputs": {"activities": [*sorted(activities)], "statements": [*sorted(statements)]},
        "not_assessed": [*of.gaps.found],
        "code_version": version,
    }


def _media(account: EnergyAccount, gaps: Gaps) -> str | None:
    """Return the media in standard coal; None where nobody stated any, or a month of one lacks."""
    is_stated = any(line.is_medium and line.flow is Flow.CONSUMED for line in account.lines)
    is_open = any(str(gap["what"]).startswith(MEDIUM) for gap in gaps.found)
    return _plain(account.media_tce) if is_stated and not is_open else None


def _green_tce(account: EnergyAccount) -> Decimal | None:
    """Return matched green electricity; None where no meter says how much there was."""
    return next((line.equivalent_tce for line in account.lines if line.item == GREEN), None)


def _equal_sum(lines: list[CoalAmount]) -> str | None:
    known = [line.equal_tce for line in lines if line.equal_tce is not None]
    with localcontext(EXACT):
        return _plain(sum(known, start=Decimal(0))) if len(known) == len(lines) else None


def _line(line: CoalAmount) -> dict[str, JsonValue]:
    return {
        "item": line.item,
        "flow": line.flow.value,
        "amount": _plain(line.amount),
        "unit": line.unit,
        "equivalent_tce": _plain(line.equivalent_tce),
        "equal_tce": _plain(line.equal_tce),
        "is_medium": line.is_medium,
        "facts": [*line.facts],
        # Only where a meter of another medium speaks: what was issued before says the same.
        **({"origins": [*line.origins]} if Origin.METER in line.origins else {}),
    }


def _flow(row: SankeyRow) -> dict[str, JsonValue]:
    return {
        "from": row.source,
        "to": row.target,
        "item": row.item,
        "amount": _plain(row.amount),
        "unit": row.unit,
        "equivalent_tce": _plain(row.equivalent_tce),
        "equal_tce": _plain(row.equal_tce),
    }


def _balance(each: MediumBalance) -> dict[str, JsonValue]:
    return {
        "item": each.item,
        "unit": each.unit,
        "opening": _plain(each.opening),
        **{flow.value: _plain(amount) for flow, amount in sorted(each.amounts.items())},
        "difference": _plain(each.difference),
        "state": each.state.value,
        "lacking": [*each.lacking],
    }


def _plain(amount: Decimal | None) -> str | None:
    return None if amount is None else format(amount.normalize() + 0, "f")
