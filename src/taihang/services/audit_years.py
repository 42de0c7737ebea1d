"""Draw up yearly carbon statements again, and say which are not what they were made from."""

from collections.abc import Iterator, Mapping
from typing import Final

from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services import carbon_account, park_carbon
from taihang.services.account import Draft, says_the_same
from taihang.services.ports import Ports

_KINDS: Final = frozenset((carbon_account.KIND, park_carbon.KIND))


def wrong_years(*, ports: Ports) -> Iterator[tuple[str, str]]:
    """Yield every latest yearly carbon statement that says something else than a new draft.

    Args:
        ports: The outside world.

    Yields:
        Id of the statement, and what is wrong with it.
    """
    years = sorted({entry.period for entry in ports.registry.roll() if entry.kind in _KINDS})
    for year in years:
        drafts = {
            draft.series: draft
            for draft in (
                *carbon_account.drafts(year, ports=ports),
                *park_carbon.drafts(year, ports=ports),
            )
        }
        for issued in ports.registry.latest_statements(year):
            if issued.kind in _KINDS and (what := _wrong(issued, drafts)):
                yield issued.id, what


def _wrong(issued: IssuedStatement, drafts: Mapping[str, Draft]) -> str:
    draft = drafts.get(issued.series)
    if draft is None:
        return "speaks of a subject that is not in the park in that year"
    if says_the_same(issued, draft):
        return ""
    body = load_canonical(issued.document.encode())
    old = body.get("inputs") if isinstance(body, dict) else None
    if old == draft.body["inputs"]:
        return "does not follow from its own inputs today: altered, or facts or park file changed"
    return "is behind: activity data or monthly statements changed since; issue it again"
