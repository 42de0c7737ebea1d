"""Since when somebody is silent who usually speaks, by the rhythm in which they spoke before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_LEAST_SPACES: Final = 3
"""Fewer spaces between batches make no rhythm."""
RECENT: Final = 50
"""So many of the last spaces make the rhythm: a gateway that is set to another pace is judged by
it soon."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How somebody speaks."""

    usual_s: int
    """The middle of the last spaces between two batches [s]."""
    patience_s: int
    """A longer space is silence [s]."""


def rhythm_of(sent_at_s: NDArray[np.int64], *, silent_ratio: float, least_s: int) -> Rhythm | None:
    """Return the rhythm of batches.

    Args:
        sent_at_s: When they were sent, in any order. [s]
        silent_ratio: A space is silence from so many usual ones on. [1]
        least_s: And never a shorter one. [s]

    Returns:
        The rhythm; None where too few batches were ever sent to have one.

    Example:
        >>> times_s = np.array([0, 900, 1_800, 2_700, 3_600])
        >>> rhythm_of(times_s, silent_ratio=3.0, least_s=1_800)
        Rhythm(usual_s=900, patience_s=2700)
    """
    spaces = np.diff(np.unique(sent_at_s)[-RECENT - 1 :])
    if len(spaces) < _LEAST_SPACES:
        return None
    usual_s = int(np.median(spaces))
    return Rhythm(usual_s, max(int(silent_ratio * usual_s), least_s))


def silences(
    sent_at_s: NDArray[np.int64], *, rhythm: Rhythm, from_s: int, now_s: int
) -> list[tuple[int, int | None]]:
    """Return when somebody was silent.

    Args:
        sent_at_s: When batches were sent, in any order. [s]
        rhythm: How they usually speak.
        from_s: Silences that ended before are left out. [s]
        now_s: The instant; what was sent after it is not looked at. [s]

    Returns:
        Start of each silence, which is the last word before it, and its end; None of the one that
        lasts. [s]

    Example:
        >>> silences(np.array([0, 900, 9_000]), rhythm=Rhythm(900, 2_700), from_s=0, now_s=20_000)
        [(900, 9000), (9000, None)]
    """
    times = np.unique(sent_at_s[sent_at_s <= now_s])
    if not len(times):
        return []
    long = np.flatnonzero(np.diff(times) > rhythm.patience_s)
    found: list[tuple[int, int | None]] = [
        (int(times[at]), int(times[at + 1])) for at in long.tolist() if times[at + 1] >= from_s
    ]
    if now_s - int(times[-1]) > rhythm.patience_s:
        found.append((int(times[-1]), None))
    return found


def is_common(lasting_s: Sequence[int | None]) -> bool:
    """Say whether everybody is silent: then the fault is not theirs, but on the way to the park.

    Args:
        lasting_s: Since when each is silent; None of one who speaks. [s]

    Example:
        >>> is_common([10, 20]), is_common([10, None]), is_common([10])
        (True, False, False)
    """
    return len(lasting_s) > 1 and all(since_s is not None for since_s in lasting_s)
