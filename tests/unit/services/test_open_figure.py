"""Every figure of a settled park opens, adds up, and leads down to its grounds."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

import money_park
import small_park
import story_parks
from figure_kit import Walk, closed_park
from small_park import AUGUST
from taihang.core.access.scope import Scope
from taihang.core.figure.key import FigureKeyError, NoSuchFigureError
from taihang.core.figure.story import Ground
from taihang.core.seal.issued import UnknownStatementError
from taihang.services.figure_span import span_of
from taihang.services.open_figure import OPENERS, figures_of, open_figure
from taihang.services.ports import Ports
from taihang.services.sight import see


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with money_park.opened(closed_park(), writing=False) as found:
        yield found


def _ids(ports: Ports) -> list[str]:
    return [entry.id for entry in ports.registry.roll() if entry.kind != "certificate-act"]


def test_open_figure__adds_up_in_every_number_of_every_statement(ports: Ports) -> None:
    walk = Walk(ports)

    n = walk.statements(_ids(ports))

    assert n > 300
    assert not walk.faults, "\n".join(walk.faults[:20])
    # What follows by arithmetic is by far the most; what only stands there is named and few.
    assert walk.grounds[Ground.FORMULA] > 10 * walk.grounds[Ground.STATED]


@pytest.mark.parametrize(
    "key",
    [
        "statement/scope2-location.E01.2026-08/value",
        "statement/standard-coal.park.2026-08/value",
        "statement/scope2-market.E01.2026-08/value",
        "statement/bill.E02.2026-08/value",
        "statement/gateway-bill.G1.2026-08/value",
        "statement/payments.E01.2026-08/value",
        "users/total_wh/2026-08",
        "ratio/R_green/2026-08",
        "closure/park/2026-08",
        "flow/losses/2026-08-03",
    ],
)
def test_open_figure__leads_from_a_tonne_or_a_bill_to_readings_and_facts(
    ports: Ports, key: str
) -> None:
    walk = Walk(ports)

    grounds = walk.down(key)

    assert not walk.faults, "\n".join(walk.faults[:20])
    assert Ground.READING in grounds
    assert grounds <= {Ground.READING, Ground.FACT, Ground.PARAMETER, Ground.COUNT}


def test_open_figure__tells_batch_and_leaf_of_a_reading(ports: Ports) -> None:
    walk = Walk(ports)
    walk.down("statement/energy.E01.2026-08/value")

    read = [story for story in walk.stories.values() if story.ground is Ground.READING]

    assert read
    for story in read:
        (counting,) = [each for each in story.readings if each.counts]
        batch = ports.lake.batches()[counting.leaf]
        assert counting.source == f"{batch.gateway}/{batch.counter}"
        assert counting.received_at_s == ports.journal.received_at_s(counting.leaf)
        assert counting.leaf < ports.journal.size


def test_open_figure__has_an_opener_for_every_sort_that_a_story_names(ports: Ports) -> None:
    walk = Walk(ports)
    walk.statements(_ids(ports))
    for key in ("users/total_wh/2026-08", "ratio/R_green/2026-08", "closure/park/2026-08"):
        walk.down(key)

    sorts = {each.key.partition("/")[0] for story in walk.stories.values() for each in story.inputs}

    assert sorts <= OPENERS.keys()
    assert len(sorts) >= 12


@pytest.mark.parametrize("key", ["", "meter", "nothing/at/all", "meter/M-E01"])
def test_open_figure__refuses_what_names_no_figure(ports: Ports, key: str) -> None:
    with pytest.raises((FigureKeyError, NoSuchFigureError)):
        open_figure(key, ports=ports)


@pytest.mark.parametrize("made", [story_parks.month_of_accounts, story_parks.year_of_accounts])
def test_open_figure__shows_an_enterprise_its_own_stories_and_no_others(
    made: Callable[[], Path],
) -> None:
    with small_park.opened(made(), writing=False) as whole:
        seen = see(whole, Scope(frozenset({"E01"})))
        own = [e.id for e in seen.registry.roll() if e.kind in _SEEN]
        others = [e.id for e in whole.registry.roll() if e.kind in _SEEN and e.id not in own]

        stories = [open_figure(key, ports=seen) for id_ in own for key in _some(id_, seen)]

        assert len({story.statement.kind for story in stories if story.statement}) >= 3
        assert others
        told = [each.key for story in stories for each in story.inputs]
        assert told
        # Values of the park file are named by the path that they have there.
        told = [key for key in told if not key.startswith("fact/park.toml/")]
        assert [key for key in told if {"E02", "park"} & {*re.split(r"[/.-]", key)}] == []
        for id_ in others:
            with pytest.raises(UnknownStatementError):
                open_figure(f"statement/{id_}/value", ports=seen)
        # What takes the whole park to work out says so, and shows nothing of it.
        hidden = [story for story in stories if story.ground is Ground.HIDDEN]
        assert not [each for story in hidden for each in story.inputs]
        assert len(hidden) < len(stories) / 20


_SEEN: Final = frozenset(
    ("inventory", "product-footprint", "cbam", "cfe", "energy-account", "quota", "dual-control",
     "park-inventory", "energy-sums", "carbon-sums", "zero-carbon", "admission")
)  # fmt: skip


def _some(id_: str, ports: Ports) -> Iterator[str]:
    """Yield the numbers of a statement, but for the hours of a profile."""
    for key in figures_of(id_, ports=ports):
        if "/profile/" not in key:
            yield key


def test_span_of__august_is_what_the_park_was_closed_for(ports: Ports) -> None:
    assert span_of("2026-08", ports.park.zone).period == AUGUST
