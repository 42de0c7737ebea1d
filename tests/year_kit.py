"""A park whose year is known: activity data of twelve months, and statements of the year."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from taihang.core.activity.record import ActivityRecord, Flow, Origin
from taihang.core.seal.activity_line import ActivityLine
from taihang.core.seal.canonical import JsonValue
from taihang.services.account import Draft, issue_statements
from taihang.services.ports import Ports

YEAR: Final = "2026"
MONTHS: Final = tuple(f"{YEAR}-{number:02d}" for number in range(1, 13))
CHOICES: Final = """
[zero_carbon]
coal_basis = "equivalent"
feedstock_in_energy = false
clean_energy = ["electricity.green", "hydrogen"]
source = "decided for this test"
"""


def lines(
    item: str,
    flow: Flow,
    amount: str,
    *,
    unit: str = "t",
    subject: str = "E01",
    periods: Iterable[str] = MONTHS,
) -> list[ActivityLine]:
    """The same amount in each period."""
    return [
        ActivityLine(
            ActivityRecord(
                id=f"{subject}-{item}-{flow.value}-{period}",
                subject=subject,
                period=period,
                item=item,
                flow=flow,
                amount=Decimal(amount),
                unit=unit,
                origin=Origin.FORM,
                evidence=(),
                uncertainty_ratio=None,
                known_at_s=1,
                version=1,
                reason="first issue",
            ),
            None,
        )
        for period in periods
    ]


def hand_in(ports: Ports, *series: list[ActivityLine]) -> None:
    """Hand lines in."""
    for each in series:
        ports.registry.add_activity(each)


def state(ports: Ports, kind: str, body: Mapping[str, JsonValue], *, year: str = YEAR) -> None:
    """Issue a statement of the park and year."""
    draft = Draft(kind, "park", year, {"format": "taihang-account/v1", **body})
    issue_statements([draft], period=year, ports=ports)


def state_year(ports: Ports, *, carbon_t: str = "110000", year: str = YEAR) -> None:
    """State carbon and energy of a year: 0.22 tCO2/tce at 0.5 Mtce, 90 % of it clean."""
    state(ports, "park-inventory", {"value": carbon_t, "unit": "tCO2"}, year=year)
    state(
        ports,
        "energy-account",
        {
            "equivalent_tce": "510000",
            "equal_tce": "900000",
            "feedstock_equivalent_tce": "10000",
            "non_fossil_equivalent_tce": "100000",
            "lines": [{"item": "hydrogen", "equivalent_tce": "449877.1"}],
        },
        year=year,
    )


def state_green(ports: Ports, *, months: Iterable[str] = MONTHS) -> None:
    """State green electricity of every month: 1 000 MWh a year, 122.9 tce at equivalent value."""
    for name in months:
        body: dict[str, JsonValue] = {"line_wh": 40_000_000, "pool_wh": 43_333_333}
        if name == MONTHS[-1]:
            body["pool_wh"] = 43_333_337
        draft = Draft("scope2-market", "E01", name, {"format": "taihang-account/v1", **body})
        issue_statements([draft], period=name, ports=ports)


def hand_in_year(ports: Ports) -> None:
    """Hand in everything that the indicators ask of forms."""
    hand_in(
        ports,
        lines("solid-waste", Flow.RECOVERABLE, "100"),
        lines("solid-waste", Flow.RECOVERED, "85"),
        lines("waste-heat", Flow.RECOVERABLE, "100", unit="GJ"),
        lines("waste-heat", Flow.RECOVERED, "40", unit="GJ"),
        lines("medium.fresh-water", Flow.CONSUMED, "200"),
        lines("reused-water", Flow.RECOVERED, "900"),
    )
