"""The restatement ledger: was, is, why, and what else the same cause changed (§13).

It is read from the statements themselves; there is no second record that could say otherwise.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from taihang.core.seal.cause import Cause, causes_of
from taihang.core.seal.issued import IssuedStatement
from taihang.services.bill_correction import BILL_CORRECTION
from taihang.services.ports import Ports


@dataclass(frozen=True, slots=True)
class Restatement:
    """One step from a version to the next."""

    was: str
    """Id of the version before; empty where there was none."""
    now: str
    """Id of the version that took its place."""
    was_value: str | None
    now_value: str | None
    unit: str
    reason: str
    """The words of the new version."""

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes that the words name."""
        return causes_of(self.reason)


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every restatement of some periods."""

    restatements: tuple[Restatement, ...]
    """In order of period and series, each series from its second version on."""

    def by_cause(self) -> Mapping[Cause, tuple[Restatement, ...]]:
        """Return what each cause changed: of one restatement, the list of what else changed."""
        found: dict[Cause, list[Restatement]] = {}
        for each in self.restatements:
            for cause in each.causes:
                found.setdefault(cause, []).append(each)
        return {cause: tuple(changed) for cause, changed in sorted(found.items())}


def restatements(periods: Iterable[str], *, ports: Ports, subject: str | None = None) -> Ledger:
    """Return every restatement of some periods.

    Args:
        periods: Local months or years.
        ports: The outside world.
        subject: Statements of this subject only; None for all.

    Returns:
        The ledger; empty where nothing was ever restated.
    """
    found: list[Restatement] = []
    for name in periods:
        for latest in ports.registry.latest_statements(name):
            # A correction bill takes no bill's place: it stands beside those before it.
            if subject in {None, latest.subject} and latest.kind != BILL_CORRECTION:
                found.extend(_steps(latest, ports))
    return Ledger(tuple(found))


def _steps(latest: IssuedStatement, ports: Ports) -> list[Restatement]:
    """Return the steps of one series, the earliest first."""
    if latest.version == 1:
        return []
    numbers = range(1, latest.version)
    versions = [
        *(ports.registry.statement(f"{latest.series}.v{number}") for number in numbers),
        latest,
    ]
    return [restatement(was, now) for was, now in pairwise(versions)]


def restatement(was: IssuedStatement | None, now: IssuedStatement) -> Restatement:
    """Return the step between two versions of one series; None where there was none before."""
    new = json.loads(now.document)
    return Restatement(
        was="" if was is None else was.id,
        now=now.id,
        was_value=None if was is None else _value(json.loads(was.document)),
        now_value=_value(new),
        unit=str(new.get("unit", "")),
        reason=str(new["reason"]),
    )


def _value(said: Mapping[str, Any]) -> str | None:
    value = said.get("value", said.get("energy_wh"))
    return None if value is None else str(value)
