"""The sheet of a local month: who gave and who got how much green energy, by route and interval.

A sheet is written once, when a settled month is issued, and never changed. What an issue is made of
follows from it: over a route every recipient takes every plant's energy by the rule of pairs
(``core/balance/tracing.py``). The sheet of a supplement says its pairs outright, for a difference
of two sheets follows no rule.

Source: docs/formats/certificate.md, section 2.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import Route, RouteKind
from taihang.core.balance.tracing import trace_pairs
from taihang.core.certificates.row_bytes import RowReader, pack_rows
from taihang.core.errors import InputError
from taihang.core.periods import STEP_S, Period
from taihang.core.seal.canonical import Fields, JsonValue, canonical_bytes, load_canonical

FORMAT: Final = "taihang/certificate-sheet/v1"
MAX_ROUTES: Final = 10_000
MAX_NODES: Final = 10_000
MAX_STEPS: Final = 3_000
"""Intervals of a month: 31 days of 96, and the hour that a change of clocks adds."""
_COLUMNS_AT_ONCE: Final = 512
_HEADER_LIMIT: Final = 16_000_000
_KEYS: Final = frozenset(
    (
        "completes",
        "format",
        "journal_size",
        "month",
        "park_sha256",
        "routes",
        "rule",
        "start_s",
        "n",
    )
)
_ROUTE_KEYS: Final = frozenset(("id", "kind", "pairs", "plants", "takers"))


Pairs = NDArray[np.int64]
"""What one recipient got from every plant, shape (n_plants, n) [Wh]."""


class SheetError(InputError):
    """A sheet contradicts itself, or bytes are none."""

    code = "input.certificate-sheet"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="make the sheet again from the settled month"
        )


@dataclass(frozen=True, slots=True)
class SheetRoute:
    """One step of the matching over a month."""

    route: Route
    plants: tuple[str, ...]
    takers: tuple[str, ...]
    """Who got it: users, or batteries of a charge; empty of what is fed in."""
    given_wh: NDArray[np.int64]
    """By each plant, shape (len(plants), n). [Wh]"""
    received_wh: NDArray[np.int64]
    """By each taker, shape (len(takers), n); Σ given = Σ received in each interval. [Wh]"""
    pairs_wh: NDArray[np.int64] | None = None
    """The pairs of a supplement, shape (len(plants), len(takers), n); None: by the rule. [Wh]"""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who may hold an issue of it: the takers, or the plants of what is fed in."""
        return self.plants if self.route.kind is RouteKind.FEED_IN else self.takers

    def pairs_of(self, recipient: str, *, first: int = 0, stop: int | None = None) -> Pairs:
        """Return what one recipient got from every plant in the intervals ``[first, stop)``.

        Args:
            recipient: One of ``recipients``.
            first: First interval of the month, from 0.
            stop: One after the last; None: to the end.

        Returns:
            Energy, shape (len(plants), stop - first). [Wh]
        """
        part = slice(first, stop)
        row = self.recipients.index(recipient)
        if self.route.kind is RouteKind.FEED_IN:
            own_wh = np.zeros_like(self.given_wh[:, part])
            own_wh[row] = self.given_wh[row, part]
            return own_wh
        if self.pairs_wh is not None:
            return self.pairs_wh[:, row, part]
        return _traced(self.given_wh[:, part], self.received_wh[:, part], row)

    def each(self) -> Iterator[tuple[str, Pairs]]:
        """Yield every recipient with what it got from every plant, as ``pairs_of`` would say."""
        if self.route.kind is RouteKind.FEED_IN or not self.takers:
            for recipient in self.recipients:
                yield recipient, self.pairs_of(recipient)
            return
        pairs_wh = self.all_pairs()
        for row, taker in enumerate(self.takers):
            yield taker, pairs_wh[:, row, :]

    def all_pairs(self) -> NDArray[np.int64]:
        """Return every pair, shape (len(plants), len(takers), n) [Wh]."""
        if self.pairs_wh is not None:
            return self.pairs_wh
        shape = (len(self.plants), len(self.takers), self.given_wh.shape[1])
        pairs_wh = np.empty(shape, np.int64)
        for first in range(0, shape[2], _COLUMNS_AT_ONCE):
            part = slice(first, first + _COLUMNS_AT_ONCE)
            pairs_wh[:, :, part] = trace_pairs(self.given_wh[:, part], self.received_wh[:, part])
        return pairs_wh


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the issues of one local month are made of."""

    month: str
    period: Period
    journal_size: int
    """Of the settlement that it follows."""
    park_sha256: str
    """Of the park file of that settlement [hex]."""
    rule: str
    """Of the matching."""
    routes: tuple[SheetRoute, ...]
    completes: str = ""
    """SHA-256 of the whole sheet that a supplement completes [hex]; empty of a whole sheet."""

    def __post_init__(self) -> None:
        """Refuse a sheet that contradicts itself.

        Raises:
            SheetError: If shapes differ, an energy is negative, or the sums of a route differ.
        """
        for route in self.routes:
            _demand_route(route, n=self.period.n_steps)

    @property
    def sha256(self) -> str:
        """Hash of its bytes [hex]."""
        return sha256(sheet_bytes(self)).hexdigest()

    def joined(self) -> "tuple[JoinedRoute, ...]":
        """Return every way once, with all its steps, in the order of the first."""
        found: dict[Route, list[SheetRoute]] = {}
        for route in self.routes:
            found.setdefault(route.route, []).append(route)
        return tuple(JoinedRoute(route, tuple(parts)) for route, parts in found.items())

    def route(self, wanted: Route) -> "JoinedRoute":
        """Return one way with all its steps.

        Raises:
            SheetError: If the sheet has no such route.
        """
        parts = tuple(route for route in self.routes if route.route == wanted)
        if not parts:
            raise SheetError(
                given=f"route {wanted.kind} {wanted.id} of {self.month}",
                expected="a route of the sheet",
            )
        return JoinedRoute(wanted, parts)


@dataclass(frozen=True, slots=True)
class JoinedRoute:
    """All steps of a month that went one way: inside each feeder, and across them."""

    route: Route
    parts: tuple[SheetRoute, ...]
    """In the order served."""

    @property
    def plants(self) -> tuple[str, ...]:
        """Every plant that gave, in the order of the first step that names it."""
        return tuple(dict.fromkeys(plant for part in self.parts for plant in part.plants))

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who may hold an issue of it."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.recipients))

    def pairs_of(self, recipient: str, *, first: int = 0, stop: int | None = None) -> Pairs:
        """Return what one recipient got from every plant in the intervals ``[first, stop)``.

        Args:
            recipient: One of ``recipients``.
            first: First interval of the month, from 0.
            stop: One after the last; None: to the end.

        Returns:
            Energy, shape (len(plants), stop - first). [Wh]
        """
        own = [part for part in self.parts if recipient in part.recipients]
        return self._sum((part, part.pairs_of(recipient, first=first, stop=stop)) for part in own)

    def by_step_wh(self, recipient: str) -> Pairs:
        """Return what one recipient got in each interval, shape (n,) [Wh]."""
        total_wh = np.zeros(self.parts[0].given_wh.shape[1], np.int64)
        for part in self.parts:
            if recipient in part.recipients:
                row = part.recipients.index(recipient)
                fed_in = part.route.kind is RouteKind.FEED_IN
                total_wh += (part.given_wh if fed_in else part.received_wh)[row]
        return total_wh

    def each(self) -> Iterator[tuple[str, Pairs]]:
        """Yield every recipient with what it got from every plant, as ``pairs_of`` would say."""
        if len(self.parts) == 1:
            yield from self.parts[0].each()
            return
        pairs_wh = [dict(part.each()) for part in self.parts]
        for recipient in self.recipients:
            yield (
                recipient,
                self._sum(
                    (part, found[recipient])
                    for part, found in zip(self.parts, pairs_wh, strict=True)
                    if recipient in found
                ),
            )

    def _sum(self, found: Iterable[tuple[SheetRoute, Pairs]]) -> Pairs:
        """Add up energies of steps, each by the rows of its own plants."""
        plants = self.plants
        every = list(found)
        total_wh = np.zeros((len(plants), every[0][1].shape[1]), np.int64)
        for part, wh in every:
            total_wh[[plants.index(plant) for plant in part.plants]] += wh
        return total_wh


def sheet_bytes(sheet: Sheet) -> bytes:
    """Return the one spelling of a sheet: a line of canonical JSON, then the rows of each route.

    Example:
        >>> from taihang.core.periods import Period
        >>> wh = np.array([[7]])
        >>> pool = SheetRoute(Route(RouteKind.POOL, "park"), ("PV01",), ("E01",), wh, wh)
        >>> sheet = Sheet("2026-06", Period.of_s(0, 900), 3, "ab" * 32, "rule/v1", (pool,))
        >>> open_sheet(sheet_bytes(sheet)).routes[0].pairs_of("E01").tolist()
        [[7]]
    """
    header: dict[str, JsonValue] = {
        "completes": sheet.completes,
        "format": FORMAT,
        "journal_size": sheet.journal_size,
        "month": sheet.month,
        "n": sheet.period.n_steps,
        "park_sha256": sheet.park_sha256,
        "routes": [
            {
                "id": route.route.id,
                "kind": route.route.kind.value,
                "pairs": route.pairs_wh is not None,
                "plants": [*route.plants],
                "takers": [*route.takers],
            }
            for route in sheet.routes
        ],
        "rule": sheet.rule,
        "start_s": sheet.period.start_s,
    }
    rows = b"".join(pack_rows(block) for route in sheet.routes for block in _blocks(route))
    return canonical_bytes(header) + b"\n" + rows


def open_sheet(data: bytes) -> Sheet:
    """Return the sheet that bytes say, and refuse every other spelling of it.

    Raises:
        SheetError: If they are no sheet, or one that contradicts itself.
        CanonicalJsonError: If the first line is no canonical JSON.
        DocumentError: If it has other fields.
        RowBytesError: If the rows are not those that the first line announces.
    """
    end = data.find(b"\n", 0, _HEADER_LIMIT)
    if end < 0:
        raise SheetError(given="bytes without a first line", expected=FORMAT)
    head = Fields(load_canonical(data[:end]), where="sheet", keys=_KEYS)
    head.constant("format", expected=FORMAT)
    n = head.integer("n", low=1, high=MAX_STEPS)
    start_s = head.integer("start_s")
    reader = RowReader(data, at=end + 1, n=n)
    routes = tuple(
        _open_route(item, reader, where=f"sheet.routes[{number}]")
        for number, item in enumerate(head.items("routes", limit=MAX_ROUTES))
    )
    reader.finish()
    return Sheet(
        month=head.text("month"),
        period=Period.of_s(start_s, start_s + n * STEP_S),
        journal_size=head.integer("journal_size", low=0),
        park_sha256=head.text("park_sha256"),
        rule=head.text("rule"),
        routes=routes,
        completes=head.text("completes"),
    )


def _open_route(item: JsonValue, reader: RowReader, *, where: str) -> SheetRoute:
    fields = Fields(item, where=where, keys=_ROUTE_KEYS)
    plants, takers = _names(fields, "plants"), _names(fields, "takers")
    has_pairs = fields.raw("pairs")
    if not isinstance(has_pairs, bool):
        raise fields.error("pairs", expected="true or false")
    route = read_route(fields, kind="kind", route_id="id")
    if has_pairs:
        flat_wh = reader.rows(len(plants) * len(takers))
        pairs_wh = flat_wh.reshape(len(plants), len(takers), reader.n)
        given_wh, received_wh = pairs_wh.sum(axis=1), pairs_wh.sum(axis=0)
        return SheetRoute(route, plants, takers, given_wh, received_wh, pairs_wh)
    given_wh = reader.rows(len(plants))
    return SheetRoute(route, plants, takers, given_wh, reader.rows(len(takers)))


def read_route(fields: Fields, *, kind: str, route_id: str) -> Route:
    """Return the route that two fields say.

    Args:
        fields: The object.
        kind: Name of the field of its kind.
        route_id: Name of the field of its id.

    Raises:
        DocumentError: If there is no such kind.
    """
    word = fields.text(kind)
    if word not in set(RouteKind):
        raise fields.error(kind, expected=", ".join(RouteKind))
    return Route(RouteKind(word), fields.text(route_id))


def _blocks(route: SheetRoute) -> Iterator[NDArray[np.int64]]:
    if route.pairs_wh is None:
        yield route.given_wh
        yield route.received_wh
    else:
        yield route.pairs_wh.reshape(-1, route.pairs_wh.shape[2])


def _names(fields: Fields, key: str) -> tuple[str, ...]:
    found = fields.items(key, limit=MAX_NODES)
    names = tuple(name for name in found if isinstance(name, str))
    if len(names) != len(found):
        raise fields.error(key, expected="a list of ids")
    return names


def _traced(given_wh: Pairs, received_wh: Pairs, row: int) -> Pairs:
    own_wh = np.empty_like(given_wh)
    for first in range(0, given_wh.shape[1], _COLUMNS_AT_ONCE):
        part = slice(first, first + _COLUMNS_AT_ONCE)
        own_wh[:, part] = trace_pairs(given_wh[:, part], received_wh[:, part])[:, row]
    return own_wh


def _demand_route(route: SheetRoute, *, n: int) -> None:
    what = f"route {route.route.kind} {route.route.id}"
    shapes = (route.given_wh.shape, route.received_wh.shape)
    if shapes != ((len(route.plants), n), (len(route.takers), n)):
        raise SheetError(
            given=f"{what}: rows of shape {shapes}",
            expected=f"a row of {n} for each plant and taker",
        )
    if _is_doubled(route.plants) or _is_doubled(route.takers):
        raise SheetError(given=f"{what}: a plant or taker twice", expected="each once")
    if min(route.given_wh.min(initial=0), route.received_wh.min(initial=0)) < 0:
        raise SheetError(given=f"{what}: a negative energy", expected="energies of 0 Wh or more")
    _demand_sums(route, what)


def _demand_sums(route: SheetRoute, what: str) -> None:
    if route.route.kind is RouteKind.FEED_IN:
        if route.takers:
            raise SheetError(
                given=f"{what}: {len(route.takers)} takers", expected="none of what is fed in"
            )
        return
    given_wh, received_wh = route.given_wh.sum(axis=0), route.received_wh.sum(axis=0)
    if not np.array_equal(given_wh, received_wh):
        at = int(np.flatnonzero(given_wh != received_wh)[0])
        raise SheetError(
            given=f"{what}: interval {at} gives {given_wh[at]}, receives {received_wh[at]} Wh",
            expected="as much given as received in each interval",
        )
    pairs_wh = route.pairs_wh
    if pairs_wh is not None and pairs_wh.min(initial=0) < 0:
        raise SheetError(given=f"{what}: a negative pair", expected="pairs of 0 Wh or more")


def _is_doubled(names: Sequence[str]) -> bool:
    return len(set(names)) != len(names)
