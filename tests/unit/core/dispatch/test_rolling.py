"""The ring is an order: whatever is put into it can be read back, and a step changes one slot."""

import numpy as np

from rolling_park import N, long_park, window
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.rolling import Placed, changes_of, offset_of, placed, slots_of, turn_of
from taihang.core.dispatch.window import standing_at, standing_of


def _placed(first: int, n: int = N) -> Placed:
    park = long_park()
    own = standing_at(window(park, first, n), standing_of(park))
    model = own.assembled().model
    return placed(model, turn_of(model, n_steps=n, offset=offset_of(own.horizon)))


def test_slots_of__each_place_is_taken_once() -> None:
    park = long_park()
    own = standing_at(window(park, 7), standing_of(park))
    model = own.assembled().model

    slots = slots_of(model, n_steps=N, offset=offset_of(own.horizon))

    assert sorted(slots.columns.tolist()) == list(range(model.n_columns))
    assert sorted(slots.rows.tolist()) == list(range(model.n_rows))


def test_slots_of__an_interval_keeps_its_slot_while_it_is_in_the_window() -> None:
    park = long_park()
    slots = list[Reals]()
    for first in (5, 6):
        own = window(park, first)
        model = standing_at(own, standing_of(park)).assembled().model
        found = slots_of(model, n_steps=N, offset=offset_of(own.horizon))
        slots.append(found.columns[model.columns[0].span].astype(np.float64))

    assert np.array_equal(slots[0][1:], slots[1][:-1])
    assert slots[0][0] == slots[1][-1]


def test_changes_of__a_step_changes_one_slot_and_the_links_of_the_store() -> None:
    changes = changes_of(_placed(5), _placed(6))

    assert changes is not None
    assert len(changes.places) == 4  # link and end, each from one slot to the next
    assert len(changes.costs) <= 8
    assert len(changes.column_bounds) <= 8
    assert len(changes.row_bounds) <= 8


def test_changes_of__nothing_changes_nothing() -> None:
    changes = changes_of(_placed(5), _placed(5))

    assert changes is not None
    assert not any(
        len(one)
        for one in (changes.places, changes.costs, changes.column_bounds, changes.row_bounds)
    )


def test_changes_of__another_length_is_another_model() -> None:
    assert changes_of(_placed(5), _placed(5, N + 1)) is None


def test_changes_of__told_to_the_held_model_gives_the_new_one() -> None:
    for held_at, now_at in ((5, 6), (5, 40), (6, 5)):
        held, now = _placed(held_at), _placed(now_at)
        changes = changes_of(held, now)
        assert changes is not None

        told = dict(zip(held.places.tolist(), held.values.tolist(), strict=True))
        told |= dict(zip(changes.places.tolist(), changes.values.tolist(), strict=True))

        kept = {place: value for place, value in told.items() if value}
        assert kept == dict(zip(now.places.tolist(), now.values.tolist(), strict=True))
