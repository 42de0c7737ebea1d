"""A small park whose ledger holds what its plant fed in, ready for market and registries."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import small_park
from ledger_books import PARTIES, fed_in, issuance, used
from taihang.core.certificates.act import Act
from taihang.core.certificates.holdings import Service
from taihang.core.certificates.issue import Issue
from taihang.core.certificates.record import Recorded
from taihang.core.periods import month
from taihang.services.ports import Ports

MARKET: Final = """[certificate_market]
price_low_cny_per_mwh = "1.00"
price_high_cny_per_mwh = "50.00"
minimum_wh = 1000
pay_within_h = 72
[certificates]
since = "2026-06"
self_use = "hold"
fed_in = "owner"
[parties.owner]
name_zh = "电站业主"
name_en = "Owner of the plant"
owns = ["PV01"]
[parties.buyer]
name_zh = "园区外买方"
name_en = "Buyer outside"
"""
TEXT: Final = (
    small_park.PARK.replace(
        "capacity_kw = 1500 }",
        'capacity_kw = 1500, commissioned = 2024-12-20, project_code = "P1404-1" }',
    )
    + MARKET
)
"""The small park, its plant with what a record must state, and rules of a market."""
SOLD: Final = fed_in((1_600_000, 900_000))
"""2.5 MWh of PV01, tradable, held by its owner."""
USED: Final = used((700_000, 400_000))
"""1.1 MWh of PV01 that E01 used."""


def made(
    root: Path,
    issues: Sequence[Issue] = (SOLD, USED),
    *,
    text: str = TEXT,
    expires_s: int | None = None,
) -> Path:
    """Make a park folder whose ledger has some issues, of another validity if one is given."""
    small_park.make(root, text)
    valid = [one if expires_s is None else replace(one, expires_s=expires_s) for one in issues]
    with small_park.opened(root) as ports:
        refused = [one.refusal for one in given(ports, *map(issuance, valid)) if one.refusal]
    assert refused == []
    return root


def given(ports: Ports, *acts: Act) -> list[Recorded]:
    """Give acts to the ledger as it is, past every rule of a market."""
    services = {plant: Service(None, None) for plant in ports.park.plants}
    return ports.registry.certificates.apply(acts, parties=frozenset(PARTIES), services=services)


def of_month(issue: Issue, name: str) -> Issue:
    """Return an issue as of another month."""
    start_s = month(name, small_park.ZONE).start_s
    moved_s = start_s - month(issue.month, small_park.ZONE).start_s
    return replace(
        issue,
        id=issue.id.replace(issue.month, name),
        month=name,
        plants=tuple(
            replace(part, first_s=part.first_s + moved_s, stop_s=part.stop_s + moved_s)
            for part in issue.plants
        ),
    )
