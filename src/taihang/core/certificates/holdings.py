"""What the ledger holds: certificates, issues, acts and what plants owe, and how it changes."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from taihang.core.certificates.act import Act
from taihang.core.certificates.certificate import Certificate, State
from taihang.core.certificates.issue import Issue


@dataclass(frozen=True, slots=True)
class Service:
    """When a plant belongs to the park; None is without end."""

    since_s: int | None
    until_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one act does; what it removes and what it adds cover the same positions."""

    act: str
    removed: tuple[Certificate, ...] = ()
    added: tuple[Certificate, ...] = ()
    issue: Issue | None = None
    """The issue that it makes."""
    owed_wh: tuple[tuple[str, int], ...] = ()
    """By how much each plant owes more; negative: less. [Wh]"""

    @property
    def moved(self) -> tuple[Certificate, ...]:
        """The certificates that the act brought into their state, in order."""
        return tuple(one for one in self.added if one.act == self.act)

    @property
    def wh(self) -> int:
        """Energy that it moved [Wh]."""
        return sum(one.wh for one in self.moved)


class Holdings(Protocol):
    """What an act is judged by."""

    def issue(self, issue: str) -> Issue | None:
        """Return an issue."""
        ...

    def between(self, issue: str, first_wh: int, stop_wh: int) -> Sequence[Certificate]:
        """Return the certificates that share a position with a range, in order."""
        ...

    def of_act(self, act: str) -> Sequence[Certificate]:
        """Return the certificates that are in their state by an act, in order."""
        ...

    def held_by(self, holder: str) -> Iterator[Certificate]:
        """Yield what a party holds, the earliest to expire first."""
        ...

    def act(self, act: str) -> Act | None:
        """Return an act that was applied."""
        ...

    def is_party(self, party: str) -> bool:
        """Say whether the park knows a party."""
        ...

    def service(self, plant: str) -> Service | None:
        """Return when a plant belongs to the park; None of one that it does not know."""
        ...

    def owed_wh(self, plant: str) -> int:
        """Return what a plant owes: sold, and no longer produced after a restatement [Wh]."""
        ...


class Books:
    """Holdings in memory; ``take`` is the only thing that changes them."""

    def __init__(self, *, parties: Iterable[str], services: Mapping[str, Service]) -> None:
        self._parties = frozenset(parties)
        self._services = dict(services)
        self._issues: dict[str, Issue] = {}
        self._places: dict[str, list[int]] = {}
        self._certificates: dict[str, dict[int, Certificate]] = {}
        self._by_act: dict[str, set[tuple[str, int]]] = {}
        self._acts: dict[str, Act] = {}
        self._owed_wh: dict[str, int] = {}

    def issue(self, issue: str) -> Issue | None:
        """Return an issue."""
        return self._issues.get(issue)

    def between(self, issue: str, first_wh: int, stop_wh: int) -> Sequence[Certificate]:
        """Return the certificates that share a position with a range, in order."""
        places = self._places.get(issue, [])
        low = max(bisect_right(places, first_wh) - 1, 0)
        found: list[Certificate] = []
        for place in places[low:]:
            if place >= stop_wh:
                break
            one = self._certificates[issue][place]
            if one.stop_wh > first_wh:
                found.append(one)
        return found

    def of_act(self, act: str) -> Sequence[Certificate]:
        """Return the certificates that are in their state by an act, in order."""
        return [self._certificates[issue][at] for issue, at in sorted(self._by_act.get(act, ()))]

    def held_by(self, holder: str) -> Iterator[Certificate]:
        """Yield what a party holds, the earliest to expire first."""
        for issue in sorted(self._issues.values(), key=lambda one: (one.expires_s, one.id)):
            for place in self._places[issue.id]:
                one = self._certificates[issue.id][place]
                if one.holder == holder and one.state is State.HELD:
                    yield one

    def act(self, act: str) -> Act | None:
        """Return an act that was applied."""
        return self._acts.get(act)

    def is_party(self, party: str) -> bool:
        """Say whether the park knows a party."""
        return party in self._parties

    def service(self, plant: str) -> Service | None:
        """Return when a plant belongs to the park; None of one that it does not know."""
        return self._services.get(plant)

    def owed_wh(self, plant: str) -> int:
        """Return what a plant owes [Wh]."""
        return self._owed_wh.get(plant, 0)

    @property
    def owing(self) -> dict[str, int]:
        """Return what each plant owes that owes something [Wh]."""
        return {plant: wh for plant, wh in sorted(self._owed_wh.items()) if wh}

    def issues(self) -> tuple[Issue, ...]:
        """Return every issue, in the order of making."""
        return tuple(self._issues.values())

    def certificates(self, issue: str) -> tuple[Certificate, ...]:
        """Return every certificate of an issue, in order."""
        own = self._certificates.get(issue, {})
        return tuple(own[place] for place in self._places.get(issue, ()))

    def load(
        self,
        *,
        issues: Iterable[Issue] = (),
        certificates: Iterable[Certificate] = (),
        acts: Iterable[Act] = (),
        owed_wh: Mapping[str, int] | None = None,
    ) -> None:
        """Put in what was written elsewhere; what is there already may not come again."""
        for issue in issues:
            self._issues[issue.id] = issue
            self._places.setdefault(issue.id, [])
            self._certificates.setdefault(issue.id, {})
        touched: set[str] = set()
        for one in certificates:
            self._certificates.setdefault(one.issue, {})[one.first_wh] = one
            self._by_act.setdefault(one.act, set()).add((one.issue, one.first_wh))
            touched.add(one.issue)
        for name in touched:
            self._places[name] = sorted(self._certificates[name])
        for act in acts:
            self._acts[act.id] = act
        self._owed_wh.update(owed_wh or {})

    def take(self, change: Change, act: Act) -> None:
        """Change the books by what an act does."""
        for one in change.removed:
            del self._certificates[one.issue][one.first_wh]
            self._by_act[one.act].discard((one.issue, one.first_wh))
            if not self._by_act[one.act]:
                del self._by_act[one.act]
        self.load(
            issues=(change.issue,) if change.issue else (), certificates=change.added, acts=(act,)
        )
        for plant, wh in change.owed_wh:
            self._owed_wh[plant] = self.owed_wh(plant) + wh
