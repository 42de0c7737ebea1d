"""The bounds of one request, and what is said where one is reached (§10).

Every refusal names the limit and a way to ask for less.
"""

from typing import Final

from taihang.core.errors import InputError, StateError

POINTS_MOST: Final = 100_000
"""Values that one answer may hold."""
CPU_S: Final = 10
"""Time on a processor that one question may take [s]."""
MEMORY_BYTES: Final = 256 * 1024 * 1024
"""What one question may take beyond what its worker held before [byte]."""
WALL_S: Final = 30.0
"""After so long a worker is ended, whatever it waits for [s]."""
WAITING_MOST: Final = 32
"""Questions that wait for a worker; more are refused at once."""
AT_ONCE_MOST: Final = 2
"""Large questions of one enterprise, or of the park's people, that are worked out at once."""
PER_S: Final = 100
"""Requests a second of one enterprise, or of the park's people."""
BURST: Final = 200
"""Requests that may come at once after a pause."""
BODY_BYTES: Final = 65_536
"""Largest body of a request [byte]."""
PAGE_MOST: Final = 500
"""Things that one page of a list holds at most."""
PAGE: Final = 100
"""Things of a page where nothing is said."""


class TooManyPointsError(InputError):
    """An answer would hold more values than one may."""

    code = "input.too-many-points"

    def __init__(self, *, n_points: int, remedy: str) -> None:
        super().__init__(
            given=f"a question with some {n_points:,} values",
            expected=f"at most {POINTS_MOST:,} values an answer",
            remedy=remedy,
        )


class TooCostlyError(InputError):
    """A question takes more time on the processor, or more memory, than one may."""

    code = "input.too-costly"

    def __init__(self, *, given: str) -> None:
        super().__init__(
            given=given,
            expected=f"at most {CPU_S} s on the processor and {MEMORY_BYTES >> 20} MB an answer",
            remedy="ask for a shorter period, fewer points or a coarser step",
        )


class BusyPoolError(StateError):
    """All workers are busy, and enough questions wait already."""

    code = "state.busy-pool"

    def __init__(self) -> None:
        super().__init__(
            given=f"more than {WAITING_MOST} large questions that wait",
            expected="a moment with fewer",
            remedy="ask again in some seconds",
        )


class TooManyAtOnceError(StateError):
    """One enterprise asks more large questions at once than it may."""

    code = "state.too-many-at-once"

    def __init__(self) -> None:
        super().__init__(
            given=f"more than {AT_ONCE_MOST} large questions at once",
            expected=f"at most {AT_ONCE_MOST} at a time",
            remedy="wait for an answer before the next question",
        )


class TooOftenError(StateError):
    """One enterprise asks more often than it may."""

    code = "state.too-often"

    def __init__(self, *, wait_s: int) -> None:
        super().__init__(
            given=f"more than {PER_S} requests a second",
            expected=f"at most {PER_S} a second",
            remedy=f"ask again in {wait_s} s",
        )
        self.wait_s = wait_s
        """When to ask again [s]."""


def demand_points(n_points: int, *, period_s: int, step: str) -> None:
    """Refuse a question whose answer would hold too many values.

    Args:
        n_points: How many it would hold.
        period_s: How long its period is [s].
        step: The step that was asked for.

    Raises:
        TooManyPointsError: If there are more than ``POINTS_MOST``.
    """
    if n_points <= POINTS_MOST:
        return
    days = max(period_s * POINTS_MOST // n_points // 86_400, 1)
    raise TooManyPointsError(
        n_points=n_points,
        remedy=f"ask for at most {days} days at the step {step}, for fewer points, "
        "or for a coarser step (hour, day, month)",
    )
