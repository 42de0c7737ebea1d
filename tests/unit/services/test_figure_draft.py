"""A number of an account that is not on record opens like one that is, and says that it is not."""

from collections.abc import Iterator

import pytest

import small_park
import story_parks
from figure_kit import Walk
from taihang.core.access.scope import Scope
from taihang.core.errors import InputError
from taihang.core.figure.story import Ground, Label
from taihang.services.figure_draft import open_draft
from taihang.services.ports import Ports
from taihang.services.sight import see


@pytest.fixture(scope="module")
def ports() -> Iterator[Ports]:
    with small_park.opened(story_parks.month_of_accounts(), writing=False) as found:
        yield found


def test_open_draft__adds_up_level_by_level_to_readings(ports: Ports) -> None:
    walk = Walk(ports)

    grounds = walk.down("draft/inventory.E01.2026-06/assessed_t")

    assert not walk.faults, walk.faults
    assert grounds == {Ground.READING, Ground.ACTIVITY, Ground.FACT}
    first = walk.stories["draft/inventory.E01.2026-06/assessed_t"]
    assert first.adds_up
    assert {one.key.partition("/")[0] for one in first.inputs} == {"draft"}
    assert first.notes == (Label("not_on_record"),)
    assert first.statement is None
    assert first.proof is not None
    assert not first.proof.claim
    # Where the account rests on what is issued, the way down leads through the record.
    assert any(key.startswith("statement/scope2-market.E01.2026-06.v1/") for key in walk.stories)


@pytest.mark.parametrize(
    "key",
    [
        ("inventory.E01.2026-06", "nothing"),
        ("inventory.E01.2026-06",),
        ("inventory.E99.2026-06", "assessed_t"),
        ("quota.E01.2026-06", "value"),
        ("bill.E01.2026-06", "value"),
        ("inventory.E01.99", "value"),
        ("inventory", "value"),
    ],
)
def test_open_draft__refuses_what_cannot_be_drawn_up(ports: Ports, key: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        open_draft(key, ports)


def test_open_draft__of_others_is_not_there_for_an_enterprise(ports: Ports) -> None:
    seen = see(ports, Scope(frozenset({"E01"})))

    own = open_draft(("inventory.E01.2026-06", "assessed_t"), seen)
    assert own.value == open_draft(("inventory.E01.2026-06", "assessed_t"), ports).value
    for other in ("inventory.E02.2026-06", "park-inventory.park.2026-06"):
        with pytest.raises(InputError):
            open_draft((other, "assessed_t"), seen)
