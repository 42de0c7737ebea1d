"""Open any figure of the platform: what it is, how it comes about, and how to check it.

This is the one door. A key names a figure, a story tells what stands behind it, and the keys of its
inputs open the next level, until a reading, a factor, a form or a parameter of the park is there.
See docs/figures.md.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from taihang.core.figure.key import NoSuchFigureError, parse_key
from taihang.core.figure.story import FigureStory
from taihang.services.figure_billed import (
    BILLED,
    DEMAND,
    SUPPLIED,
    open_billed,
    open_demand,
    open_supplied,
)
from taihang.services.figure_coverage import (
    COVERAGE,
    INTERVALS,
    open_coverage,
    open_intervals,
)
from taihang.services.figure_draft import open_draft
from taihang.services.figure_matching import (
    FLOW,
    MATCHED,
    PAIR,
    open_flow,
    open_matched,
    open_pair,
)
from taihang.services.figure_meter import METER, SETTLED, open_meter, open_settled
from taihang.services.figure_park import (
    CLOSURE,
    ENERGY,
    GENERATED,
    RATIO,
    USERS,
    open_closure,
    open_energy,
    open_generated,
    open_ratio,
    open_users,
)
from taihang.services.figure_reading import READING, open_reading
from taihang.services.figure_source import (
    ACTIVITY,
    FACT,
    PARAMETER,
    open_activity,
    open_fact,
    open_parameter,
)
from taihang.services.figure_stated import DRAFT, STATEMENT
from taihang.services.figure_statement import open_statement, statement_figures
from taihang.services.figure_total import TOTAL, open_total
from taihang.services.figure_user import GREEN_SHARE, PEAK, open_green_share, open_peak
from taihang.services.ports import Ports

Opener: TypeAlias = Callable[[tuple[str, ...], Ports], FigureStory]
OPENERS: Final[Mapping[str, Opener]] = {
    STATEMENT: open_statement,
    DRAFT: open_draft,
    METER: open_meter,
    SETTLED: open_settled,
    READING: open_reading,
    MATCHED: open_matched,
    PAIR: open_pair,
    FLOW: open_flow,
    USERS: open_users,
    GENERATED: open_generated,
    ENERGY: open_energy,
    RATIO: open_ratio,
    CLOSURE: open_closure,
    COVERAGE: open_coverage,
    INTERVALS: open_intervals,
    BILLED: open_billed,
    SUPPLIED: open_supplied,
    DEMAND: open_demand,
    GREEN_SHARE: open_green_share,
    PEAK: open_peak,
    TOTAL: open_total,
    FACT: open_fact,
    ACTIVITY: open_activity,
    PARAMETER: open_parameter,
}
"""By the first word of a key."""


def open_figure(key: str, *, ports: Ports) -> FigureStory:
    """Open a figure.

    Args:
        key: Its key.
        ports: The outside world, as far as the reader may see it.

    Returns:
        Its story.

    Raises:
        FigureKeyError: If the text is no key.
        NoSuchFigureError: If the park has no such figure.
    """
    parsed = parse_key(key)
    opener = OPENERS.get(parsed.sort)
    if opener is None:
        raise NoSuchFigureError(key, expected=f"a key that begins with {', '.join(OPENERS)}")
    return opener(parsed.parts, ports)


def figures_of(statement_id: str, *, ports: Ports) -> Iterator[str]:
    """Yield the key of every number that a statement says.

    Args:
        statement_id: Id of a statement, or of a series for its latest version.
        ports: The outside world.
    """
    yield from statement_figures(ports.registry.statement(statement_id))
