"""Draw up accounts that were issued again, and say which are not what they were made from."""

from collections.abc import Iterator, Mapping
from typing import Final

from taihang.core.errors import TaihangError
from taihang.core.seal.canonical import load_canonical
from taihang.core.seal.issued import IssuedStatement
from taihang.services.account import Draft, says_the_same
from taihang.services.ports import Ports
from taihang.services.renew_accounts import JOBS, Job
from taihang.services.sight_rules import demand_whole

_JOBS: Final = {kind: draw_up for kinds, draw_up in JOBS for kind in kinds}
"""Who draws up the statements of a kind."""


def wrong_years(*, ports: Ports) -> Iterator[tuple[str, str]]:
    """Yield every latest statement of these kinds that says something else than a new draft.

    Args:
        ports: The outside world.

    Yields:
        Id of the statement, and what is wrong with it.
    """
    demand_whole(ports, "an audit of the park's accounts")
    periods = sorted({entry.period for entry in ports.registry.roll() if entry.kind in _JOBS})
    for period in periods:
        issued = [one for one in ports.registry.latest_statements(period) if one.kind in _JOBS]
        jobs = dict.fromkeys(_JOBS[one.kind] for one in issued)
        drafts: dict[str, Draft] = {}
        errors: dict[Job, str] = {}
        for job in jobs:
            # What was altered may be no number any more; then it is named, not stumbled over.
            try:
                drafts |= {draft.series: draft for draft in job(period, ports=ports)}
            except (TaihangError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                errors[job] = f"cannot be drawn up again, what it rests on is altered: {error!r}"
        for one in issued:
            if what := errors.get(_JOBS[one.kind]) or _wrong(one, drafts):
                yield one.id, what


def _wrong(issued: IssuedStatement, drafts: Mapping[str, Draft]) -> str:
    draft = drafts.get(issued.series)
    if draft is None:
        return "speaks of a subject or plan that the park does not have in that year"
    if says_the_same(issued, draft):
        return ""
    body = load_canonical(issued.document.encode())
    old = body.get("inputs") if isinstance(body, dict) else None
    if old == draft.body["inputs"]:
        return "does not follow from its own inputs today: altered, or facts or park file changed"
    return "is behind: what it was made from changed since, or it was altered; issue it again"
