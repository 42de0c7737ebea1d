"""A store that several rent, by hand, and schedules for it."""

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, cast

from hypothesis import strategies as st

from taihang.config.shared_file import store_text
from taihang.core.dispatch.fields import Json
from taihang.core.dispatch.site.shared import OWN, QUARTERS, SharedStorage, shared_of
from taihang.core.dispatch.site.shared_ledger import Wish

OWNERS: Final = ("wind-a", "sun-b", "retail-c", OWN)


def tables() -> dict[str, Any]:
    """Return the store that comes along as plain values."""
    return tomllib.loads(store_text("jinhai"))


def store(losses: str = "own-use", **more: object) -> SharedStorage:
    """Return that store with another rule of losses, or other fields of the store itself."""
    shared = shared_of(cast("dict[str, Json]", tables()))
    fields = cast("dict[str, Any]", {"losses": losses, **more})
    return replace(shared, storage=replace(shared.storage, **fields))


def wish(signed_wh: Sequence[int]) -> Wish:
    """Return a wish that charges where a number is above 0 and discharges where it is below."""
    row = [*signed_wh, *[0] * (QUARTERS - len(signed_wh))]
    return Wish(
        charge_wh=tuple(max(one, 0) for one in row), discharge_wh=tuple(max(-one, 0) for one in row)
    )


def at_rest() -> dict[str, Wish]:
    """Return wishes of accounts that do nothing."""
    return {owner: wish([]) for owner in OWNERS}


SIGNED: Final = st.lists(st.integers(-12_000_000, 12_000_000), min_size=0, max_size=QUARTERS)


def wishes() -> st.SearchStrategy[dict[str, Wish]]:
    """Return wishes of all accounts, wilder than they cover."""
    return st.fixed_dictionaries({owner: SIGNED.map(wish) for owner in OWNERS})
