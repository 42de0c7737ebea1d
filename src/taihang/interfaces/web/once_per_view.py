"""What is made of a view is made once: a hundred who look at the same figures read one writing."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Final, TypeVar

KEPT: Final = 32
"""Things made that are kept, of all views and words together, by each function."""
View = TypeVar("View")
Made = TypeVar("Made")
Word = TypeVar("Word")


def once_per_view(make: Callable[[View, Word], Made]) -> Callable[[View, Word], Made]:
    """Keep what a function makes of a view, for as long as somebody may ask for it again.

    A view is told from another by which object it is: the figures of a park are kept until the
    park changes, and comparing a year of them would cost as much as writing them.

    Args:
        make: A function of a frozen view and a hashable word; gives the same whoever asks.

    Returns:
        The same function, which is called once for each view and word; safe for several threads.

    Example:
        >>> written = once_per_view(lambda view, word: object())
        >>> view = ["a view"]
        >>> written(view, "zh") is written(view, "zh"), written(view, "zh") is written(view, "en")
        (True, False)
    """
    lock = Lock()
    kept = OrderedDict[tuple[int, Word], tuple[View, Made]]()

    @wraps(make)
    def made_once(view: View, word: Word) -> Made:
        key = (id(view), word)
        with lock:
            if key in kept:
                kept.move_to_end(key)
                return kept[key][1]
        made = make(view, word)
        with lock:
            # The view is kept as well: as long as it is, no other object has its number.
            kept[key] = (view, made)
            if len(kept) > KEPT:
                kept.popitem(last=False)
        return made

    return made_once
