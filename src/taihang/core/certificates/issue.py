"""An issue: the lots that one recipient got over one route in one local month, in one order.

Its lots stand by interval, then by plant in the order of the sheet, so each of its watt-hours has a
position from 0 to the total. An issue is never changed: what late readings add is a supplement with
an id of its own (docs/decisions/0014-one-ledger-of-lots.md).

Source: EnergyTag scheme standard (Wh, at most an hour) [verified: K27];
国能发新能规〔2024〕67号 (tradable and not) [verified: K26].
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from taihang.core.balance.matching import Route, RouteKind
from taihang.core.certificates.sheet import Sheet, read_route
from taihang.core.errors import InputError
from taihang.core.periods import STEP_S, days, instant_of_s
from taihang.core.seal.canonical import Fields, JsonValue, canonical_bytes
from taihang.core.tlog.merkle import Tree, leaf_hash

FORMAT: Final = "taihang/certificate-issue/v1"
LOT: Final = np.dtype([("start_s", "<i8"), ("plant", "<u2"), ("wh", "<u8")])
"""One lot in the leaf of its day: interval, row of the plant in the issue, energy."""
MAX_PLANTS: Final = 10_000
_LABEL_SIGNS: Final = 32
_KEYS: Final = frozenset(
    (
        "cancels",
        "expires_s",
        "format",
        "holder",
        "id",
        "journal_size",
        "kind",
        "lots_root",
        "month",
        "park_sha256",
        "plants",
        "recipient",
        "route",
        "route_id",
        "rule",
        "sheet_sha256",
        "total_wh",
        "validity",
    )
)
_PLANT_KEYS: Final = frozenset(("first_s", "id", "stop_s", "wh"))


class IssueError(InputError):
    """An issue contradicts itself, or a position lies outside of it."""

    code = "input.certificate-issue"

    def __init__(self, *, given: str, expected: str) -> None:
        super().__init__(
            given=given, expected=expected, remedy="open the issue with `taihang certificates show`"
        )


class Kind(StrEnum):
    """What may be done with the certificates of an issue."""

    TRADABLE = "tradable"
    """可交易: fed into the grid."""
    NON_TRADABLE = "non-tradable"
    """不可交易: used in the park; only its holder can claim it."""
    NO_GEC = "no-gec"
    """Released from storage: a granular certificate that earns no 绿证."""


def kind_of(route: RouteKind) -> Kind:
    """Return the kind of the certificates of a route.

    Example:
        >>> [kind_of(RouteKind(word)).value for word in ("feed-in", "pool", "storage")]
        ['tradable', 'non-tradable', 'no-gec']
    """
    if route is RouteKind.FEED_IN:
        return Kind.TRADABLE
    return Kind.NO_GEC if route is RouteKind.STORAGE else Kind.NON_TRADABLE


@dataclass(frozen=True, slots=True)
class PlantPart:
    """What one plant gave to an issue."""

    id: str
    first_s: int
    """Start of its first lot. [s since 1970-01-01T00:00Z]"""
    stop_s: int
    """End of its last lot. [s since 1970-01-01T00:00Z]"""
    wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What is issued at once and shared out by positions from then on."""

    id: str
    month: str
    route: Route
    recipient: str
    """The user, battery or (of what is fed in) plant that the energy went to or came from."""
    holder: str
    """Party that holds it first."""
    kind: Kind
    plants: tuple[PlantPart, ...]
    """In the order of the sheet; the rows of its lots."""
    journal_size: int
    park_sha256: str
    rule: str
    sheet_sha256: str
    total_wh: int
    lots_root: str
    """Root of the tree over its lots by local day, each leaf salted [hex]."""
    expires_s: int
    """First instant at which it is no longer valid. [s since 1970-01-01T00:00Z]"""
    validity: str
    """Key of the dated fact that says how long it is valid (§11)."""
    cancels: tuple[str, ...] = ()
    """Issues of what was charged, which must be claimed before this one is made."""

    def __post_init__(self) -> None:
        """Refuse an issue that contradicts itself.

        Raises:
            IssueError: If the parts of its plants do not sum to its total, or the route is unknown.
        """
        parts_wh = sum(part.wh for part in self.plants)
        if self.total_wh <= 0 or parts_wh != self.total_wh or min(p.wh for p in self.plants) <= 0:
            raise IssueError(
                given=f"{self.id}: {self.total_wh} Wh of plants with {parts_wh} Wh",
                expected="parts above 0 that sum to the total",
            )
        if self.kind is not kind_of(self.route.kind):
            raise IssueError(
                given=f"{self.id}: {self.kind.value} of {self.route.kind}",
                expected="the kind of the route",
            )

    def document(self) -> dict[str, JsonValue]:
        """Return its fields for canonical JSON."""
        return {
            "cancels": [*self.cancels],
            "expires_s": self.expires_s,
            "format": FORMAT,
            "holder": self.holder,
            "id": self.id,
            "journal_size": self.journal_size,
            "kind": self.kind.value,
            "lots_root": self.lots_root,
            "month": self.month,
            "park_sha256": self.park_sha256,
            "plants": [
                {"first_s": p.first_s, "id": p.id, "stop_s": p.stop_s, "wh": p.wh}
                for p in self.plants
            ],
            "recipient": self.recipient,
            "route": self.route.kind.value,
            "route_id": self.route.id,
            "rule": self.rule,
            "sheet_sha256": self.sheet_sha256,
            "total_wh": self.total_wh,
            "validity": self.validity,
        }


def read_issue(value: JsonValue, *, where: str) -> Issue:
    """Return the issue that fields say.

    Raises:
        DocumentError: If a field is absent, unknown or of another kind.
        IssueError: If they contradict each other.
    """
    fields = Fields(value, where=where, keys=_KEYS)
    fields.constant("format", expected=FORMAT)
    kind = fields.text("kind")
    if kind not in set(Kind):
        raise fields.error("kind", expected=", ".join(Kind))
    return Issue(
        id=fields.text("id"),
        month=fields.text("month"),
        route=read_route(fields, kind="route", route_id="route_id"),
        recipient=fields.text("recipient"),
        holder=fields.text("holder"),
        kind=Kind(kind),
        plants=tuple(_read_plants(fields, where)),
        journal_size=fields.integer("journal_size", low=0),
        park_sha256=fields.text("park_sha256"),
        rule=fields.text("rule"),
        sheet_sha256=fields.text("sheet_sha256"),
        total_wh=fields.integer("total_wh", low=1),
        lots_root=fields.text("lots_root"),
        expires_s=fields.integer("expires_s"),
        validity=fields.text("validity"),
        cancels=tuple(str(item) for item in fields.items("cancels", limit=MAX_PLANTS)),
    )


def _read_plants(fields: Fields, where: str) -> Iterator[PlantPart]:
    for number, item in enumerate(fields.items("plants", limit=MAX_PLANTS)):
        part = Fields(item, where=f"{where}.plants[{number}]", keys=_PLANT_KEYS)
        yield PlantPart(
            id=part.text("id"),
            first_s=part.integer("first_s"),
            stop_s=part.integer("stop_s"),
            wh=part.integer("wh", low=1),
        )


def issue_id(month: str, route: Route, *, recipient: str, version: int = 1) -> str:
    """Return the one id of an issue.

    Args:
        month: Its local month.
        route: How the energy went; there is one pool, and a battery is its own way.
        recipient: Whom the energy went to; of what is fed in, the plant that it came from.
        version: 2 and more of supplements.

    Example:
        >>> issue_id("2026-06", Route(RouteKind.POOL, "park"), recipient="E17")
        '2026-06.pool.E17'
        >>> issue_id("2026-06", Route(RouteKind.LINE, "L1"), recipient="E17", version=2)
        '2026-06.line.L1.E17.v2'
    """
    via = "" if route.kind is RouteKind.POOL else f".{_label(route.id)}"
    return f"{month}.{route.kind.value}{via}.{recipient}" + (f".v{version}" if version > 1 else "")


def _label(route_id: str) -> str:
    """Return a short name of a route: many contracts that are served together have a long one."""
    if len(route_id) <= _LABEL_SIGNS:
        return route_id
    return f"{route_id[: _LABEL_SIGNS - 9]}~{sha256(route_id.encode()).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class IssueLots:
    """Lots of an issue in their order, each at its position."""

    plants: tuple[str, ...]
    starts_s: NDArray[np.int64]
    """Interval of each lot, never falling, shape (k,). [s since 1970-01-01T00:00Z]"""
    rows: NDArray[np.int64]
    """Row of its plant in ``plants``, shape (k,)."""
    wh: NDArray[np.int64]
    """Its energy, 1 or more, shape (k,). [Wh]"""
    first_wh: int = 0
    """Position of the first watt-hour of the first lot."""

    @property
    def total_wh(self) -> int:
        """Energy of all lots [Wh]."""
        return int(self.wh.sum())

    @property
    def stops_wh(self) -> NDArray[np.int64]:
        """Position after each lot, shape (k,) [Wh]."""
        return self.first_wh + np.cumsum(self.wh)

    def between(self, first_wh: int, stop_wh: int) -> "IssueLots":
        """Return the lots, or parts of lots, at the positions ``[first_wh, stop_wh)``.

        Raises:
            IssueError: If positions lie outside.

        Example:
            >>> lots = IssueLots(("W",), np.array([0, 900]), np.array([0, 0]), np.array([5, 7]))
            >>> part = lots.between(3, 6)
            >>> part.starts_s.tolist(), part.wh.tolist()
            ([0, 900], [2, 1])
        """
        stops_wh = self.stops_wh
        end_wh = self.first_wh + self.total_wh
        if not self.first_wh <= first_wh < stop_wh <= end_wh:
            raise IssueError(
                given=f"positions {first_wh} … {stop_wh}",
                expected=f"a range of {self.first_wh} … {end_wh}",
            )
        low = int(np.searchsorted(stops_wh, first_wh, side="right"))
        high = int(np.searchsorted(stops_wh, stop_wh, side="left")) + 1
        wh = np.minimum(stops_wh[low:high], stop_wh)
        wh = wh - np.maximum(stops_wh[low:high] - self.wh[low:high], first_wh)
        part = slice(low, high)
        return IssueLots(self.plants, self.starts_s[part], self.rows[part], wh, first_wh)

    def place(self, plant: str, start_s: int) -> tuple[int, int]:
        """Return the positions ``[first, stop)`` of the lot of a plant and interval [Wh].

        Raises:
            IssueError: If the issue has no such lot.
        """
        at = np.flatnonzero((self.starts_s == start_s) & (self.rows == self.plants.index(plant)))
        if not len(at):
            raise IssueError(
                given=f"the lot of {plant} at {start_s}", expected="a lot of the issue"
            )
        stop_wh = int(self.stops_wh[at[0]])
        return stop_wh - int(self.wh[at[0]]), stop_wh


def lots_of(pairs_wh: NDArray[np.int64], *, plants: Sequence[str], start_s: int) -> IssueLots:
    """Return the lots of a recipient in their order: by interval, then by plant.

    Args:
        pairs_wh: What it got from every plant, shape (n_plants, n). [Wh]
        plants: Ids, in the order of the rows; plants that gave nothing are left out.
        start_s: Start of the first interval. [s since 1970-01-01T00:00Z]

    Example:
        >>> lots = lots_of(np.array([[2, 0], [3, 4]]), plants=("PV01", "W01"), start_s=0)
        >>> lots.starts_s.tolist(), lots.rows.tolist(), lots.wh.tolist()
        ([0, 0, 900], [0, 1, 1], [2, 3, 4])
    """
    given = np.flatnonzero(pairs_wh.any(axis=1))
    steps, rows = np.nonzero(pairs_wh[given].T)
    return IssueLots(
        plants=tuple(plants[row] for row in given.tolist()),
        starts_s=start_s + STEP_S * steps.astype(np.int64),
        rows=rows.astype(np.int64),
        wh=pairs_wh[given].T[steps, rows],
    )


def lots_of_issue(issue: Issue, sheet: Sheet) -> IssueLots:
    """Open a sheet for one issue.

    Raises:
        SheetError: If the sheet has no such route.
        IssueError: If the lots are not those of the issue.
    """
    route = sheet.route(issue.route)
    pairs_wh = route.pairs_of(issue.recipient)
    lots = lots_of(pairs_wh, plants=route.plants, start_s=sheet.period.start_s)
    if parts_of(lots) != issue.plants:
        raise IssueError(
            given=f"{issue.id} of {lots.total_wh} Wh", expected=f"{issue.total_wh} Wh, by plant"
        )
    return lots


def lots_at(issue: Issue, sheet: Sheet, *, first_wh: int, stop_wh: int) -> IssueLots:
    """Open a sheet for some positions of an issue, and only for the intervals that they lie in.

    Args:
        issue: The issue.
        sheet: Its sheet.
        first_wh: First position. [Wh]
        stop_wh: One after the last. [Wh]

    Raises:
        SheetError: If the sheet has no such route.
        IssueError: If positions lie outside.
    """
    route = sheet.route(issue.route)
    if issue.recipient not in route.recipients:
        raise IssueError(given=issue.recipient, expected="somebody who got energy over the route")
    by_step_wh = route.by_step_wh(issue.recipient)
    stops_wh = np.cumsum(by_step_wh)
    if not 0 <= first_wh < stop_wh <= int(stops_wh[-1]):
        raise IssueError(
            given=f"positions {first_wh} … {stop_wh}", expected=f"a range of 0 … {stops_wh[-1]}"
        )
    low = int(np.searchsorted(stops_wh, first_wh, side="right"))
    high = int(np.searchsorted(stops_wh, stop_wh, side="left")) + 1
    before_wh = int(stops_wh[low] - by_step_wh[low])
    pairs_wh = np.zeros((len(route.plants), high - low), np.int64)
    pairs_wh[:] = route.pairs_of(issue.recipient, first=low, stop=high)
    lots = lots_of(pairs_wh, plants=route.plants, start_s=sheet.period.start_s + low * STEP_S)
    names = tuple(part.id for part in issue.plants)
    rows = np.array([names.index(plant) for plant in lots.plants], np.int64)[lots.rows]
    whole = IssueLots(names, lots.starts_s, rows, lots.wh, before_wh)
    return whole.between(first_wh, stop_wh)


def parts_of(lots: IssueLots) -> tuple[PlantPart, ...]:
    """Return what each plant gave to lots, in the order of their rows."""
    return tuple(
        PlantPart(
            id=plant,
            first_s=int(lots.starts_s[own].min()),
            stop_s=int(lots.starts_s[own].max()) + STEP_S,
            wh=int(lots.wh[own].sum()),
        )
        for row, plant in enumerate(lots.plants)
        for own in (lots.rows == row,)
    )


def day_leaves(issue: str, lots: IssueLots, *, zone: ZoneInfo) -> list[bytes]:
    """Return what the leaves of the local days of an issue cover, without their salts.

    Args:
        issue: Id of the issue.
        lots: All its lots.
        zone: Whose midnights bound the days.

    Returns:
        For each day with a lot, in order: a line of canonical JSON, then its lots as ``LOT``.
    """
    if not len(lots.wh):
        return []
    edges = _day_edges(lots.starts_s, zone)
    stops_wh = lots.stops_wh
    rows = np.empty(len(lots.wh), LOT)
    rows["start_s"], rows["plant"], rows["wh"] = lots.starts_s, lots.rows, lots.wh
    leaves: list[bytes] = []
    for low, high in zip(edges, [*edges[1:], len(lots.wh)], strict=True):
        head: dict[str, JsonValue] = {
            "day": instant_of_s(int(lots.starts_s[low])).astimezone(zone).date().isoformat(),
            "first_wh": int(stops_wh[low] - lots.wh[low]),
            "issue": issue,
            "n": high - low,
            "stop_wh": int(stops_wh[high - 1]),
        }
        leaves.append(canonical_bytes(head) + b"\n" + rows[low:high].tobytes())
    return leaves


def day_tree(leaves: Sequence[bytes], *, salts: Sequence[bytes]) -> Tree:
    """Return the tree over the days of an issue.

    Args:
        leaves: As from ``day_leaves``.
        salts: One for each, 16 secret bytes.
    """
    return Tree(leaf_hash(salt + leaf) for leaf, salt in zip(leaves, salts, strict=True))


def _day_edges(starts_s: NDArray[np.int64], zone: ZoneInfo) -> list[int]:
    """Return the places at which a new local day begins, the first included."""
    edges = [0]
    while True:
        day = instant_of_s(int(starts_s[edges[-1]])).astimezone(zone).date()
        after = int(np.searchsorted(starts_s, days(day, 1, zone).end_s))
        if after == len(starts_s):
            return edges
        edges.append(after)
