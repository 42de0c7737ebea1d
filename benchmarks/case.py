"""What a case is, and what one run of it found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class NotHereError(Exception):
    """A case cannot be measured on this machine; the message says what is not there."""


class State(StrEnum):
    """How far the park of a case has come before the clock starts."""

    READINGS = "readings"
    """One simulated year is in journal and lake."""
    SETTLED = "settled"
    """That year is settled and its lots are issued."""
    ACCOUNTED = "accounted"
    """Its statements and bills are issued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One thing that is measured."""

    name: str
    about: str
    unit: str
    """What is counted."""
    runner: str
    """``module:function``; imported only in the process that measures it, which so stays small."""
    needs: State | None = None
    repeats: int = 3


@dataclass(frozen=True, slots=True)
class Room:
    """Where one run of a case may write; everything is thrown away after it."""

    scratch: Path
    """An empty folder."""
    park: Path
    """A copy of the park that the case needs; absent if it needs none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one run of a case found."""

    cpu_s: float | None
    """User and system time of the process and its children [s]."""
    wall_s: float | None
    peak_rss_mb: float | None
    """Largest resident memory while the clock ran [MB, 10^6 bytes]."""
    items: int
    figures: Mapping[str, float] = field(default_factory=dict[str, float])
    """What else was found, by name with its unit last."""
