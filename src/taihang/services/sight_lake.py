"""The lake as one sees it who sees some enterprises: readings and settled rows of one's own."""

from collections.abc import Sequence
from typing import Final, NoReturn

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from taihang.core.metering.batch_index import NO_GATEWAY, BatchIndex
from taihang.core.metering.readings import Place, ReadingRows
from taihang.core.metering.rollup import COLUMNS
from taihang.core.park.park import Park
from taihang.core.periods import Period
from taihang.core.series import Quantity
from taihang.services.collect import IMPORT_GATEWAY
from taihang.services.ports import Columns, Lake, Slabs
from taihang.services.sight_rules import PartOfParkError

_Rows = dict[tuple[str, ...], dict[str, NDArray[np.int64]]]
_OF_POINTS: Final = frozenset(("readings", "events", "intervals", "quality", "findings"))
"""Tables whose keys begin with a point; all others but ``matching`` are of the whole park."""
_MATCHING: Final = "matching"
_USER: Final = "user"


class OwnLake(Lake):
    """Nothing can be written through it, and what is not one's own is not inside."""

    def __init__(self, whole: Lake, *, park: Park, own: frozenset[str]) -> None:
        """Look at a lake.

        Args:
            whole: The lake of the whole park.
            park: The part that is one's own.
            own: Ids of enterprises.
        """
        self._whole: Lake = whole
        self._own: frozenset[str] = own
        self._points: frozenset[str] = frozenset(
            (*(meter.id for meter in park.register_meters), *park.series)
        )
        self._gateways: frozenset[str] = frozenset((*park.gateways, IMPORT_GATEWAY, NO_GATEWAY))
        self._batches: BatchIndex = BatchIndex()

    @override
    def batches(self) -> BatchIndex:
        """Return the batches; those of gateways that read nothing of one's own keep their place.

        A batch of a shared gateway shows number and time; which points are in it, it does not.
        """
        whole = self._whole.batches()
        if len(self._batches) != len(whole):
            self._batches = _masked(whole, self._gateways)
        return self._batches

    @override
    def keys(self, table: str, period: Period) -> set[tuple[str, ...]]:
        self._demand_table(table)
        return {key for key in self._whole.keys(table, period) if self._is_own(table, key)}

    @override
    def read(
        self,
        table: str,
        period: Period | None = None,
        key_part: str | None = None,
        *,
        as_of: int | None = None,
        columns: Sequence[str] | None = None,
    ) -> _Rows:
        self._demand_table(table)
        if table == _MATCHING and key_part is None:
            # Whoever reads all of it adds up the park; a part of it is no sum of the park.
            raise PartOfParkError("the matching of all users of the park")
        asked = [key_part] if key_part is not None else sorted(self._points)
        found: _Rows = {}
        for part in asked:
            if part in self._points or part in self._own:
                found |= self._whole.read(table, period, part, as_of=as_of, columns=columns)
        return {key: found[key] for key in sorted(found) if self._is_own(table, key)}

    @override
    def rollups(
        self,
        step_s: int,
        period: Period,
        places: Sequence[Place] | None = None,
        *,
        as_of: int | None = None,
        names: Sequence[str] = COLUMNS,
    ) -> tuple[tuple[Place, ...], Columns]:
        wanted = self._places() if places is None else self._only(places)
        found, rows = self._whole.rollups(step_s, period, wanted, as_of=as_of, names=names)
        return self._recoded(found, rows)

    @override
    def arrived(self, since: int, period: Period, *, also: Sequence[int] = ()) -> tuple[Place, ...]:
        return tuple(self._only(self._whole.arrived(since, period, also=also)))

    @override
    def last(self) -> tuple[tuple[Place, ...], Columns]:
        return self._recoded(*self._whole.last())

    @override
    def totals(
        self, step_s: int, period: Period, places: Sequence[Place]
    ) -> dict[str, NDArray[np.int64]]:
        """Return a sum over points of one's own; a sum over others as well is no sum of a part."""
        if len(self._only(places)) != len(places):
            raise PartOfParkError("a sum over points of others")
        return self._whole.totals(step_s, period, places)

    def _is_own(self, table: str, key: tuple[str, ...]) -> bool:
        if table == _MATCHING:
            role, node = key
            return role == _USER and node in self._own
        return key[0] in self._points

    @staticmethod
    def _demand_table(table: str) -> None:
        if table not in _OF_POINTS and table != _MATCHING:
            raise PartOfParkError(f"the table {table!r} of the whole park")

    def _places(self) -> list[Place]:
        return [(point, quantity.value) for point in sorted(self._points) for quantity in Quantity]

    def _only(self, places: Sequence[Place]) -> list[Place]:
        return [place for place in places if place[0] in self._points]

    def _recoded(
        self, places: tuple[Place, ...], rows: Columns
    ) -> tuple[tuple[Place, ...], Columns]:
        """Leave points of one's own, under new codes: the place of a name says how many others."""
        if not len(places) or "code" not in rows:
            return tuple(self._only(places)), rows
        kept = [code for code, place in enumerate(places) if place[0] in self._points]
        numbers = np.full(len(places), -1, np.int64)
        numbers[kept] = np.arange(len(kept))
        codes = numbers[rows["code"]]
        inside = codes >= 0
        own = {name: column[inside] for name, column in rows.items()}
        return tuple(places[code] for code in kept), {**own, "code": codes[inside]}

    # -- closed ----------------------------------------------------------------------------------

    @property
    @override
    def n_hot(self) -> int:
        raise PartOfParkError("the number of readings of the park")

    @override
    def count(self, table: str) -> int:
        raise PartOfParkError(f"the number of rows of {table!r}")

    @override
    def kept(self, name: str) -> bytes | None:
        raise PartOfParkError(f"the sums {name!r} of the park")

    @override
    def damaged_files(self) -> list[str]:
        raise PartOfParkError("the state of the park's files")

    @override
    def state_hash(self) -> str:
        raise PartOfParkError("a hash over all rows of the park")

    @override
    def insert(
        self,
        rows: ReadingRows,
        batches: Sequence[tuple[str, int, int]],
        *,
        events: Slabs | None = None,
    ) -> None:
        _refuse_write()

    @override
    def seal(
        self,
        rows: ReadingRows,
        batches: Sequence[tuple[str, int, int]],
        *,
        events: Slabs | None = None,
    ) -> None:
        _refuse_write()

    @override
    def flush(self) -> None:
        _refuse_write()

    @override
    def compact(self, *, before_s: int) -> int:
        _refuse_write()

    @override
    def clear(self) -> None:
        _refuse_write()

    @override
    def take_over(self, other: "OwnLake") -> None:
        _refuse_write()

    @override
    def discard(self) -> None:
        _refuse_write()

    @override
    def add(self, table: str, slabs: Slabs) -> None:
        _refuse_write()

    @override
    def replace(self, table: str, period: Period, slabs: Slabs) -> None:
        _refuse_write()

    @override
    def keep(self, name: str, data: bytes) -> None:
        _refuse_write()

    @override
    def amend(self, table: str, slabs: Slabs) -> None:
        _refuse_write()


def _masked(whole: BatchIndex, gateways: frozenset[str]) -> BatchIndex:
    """Return the index with the rows of other gateways emptied, in their places."""
    names = [NO_GATEWAY, *(name for name in whole.gateways if name in gateways - {NO_GATEWAY})]
    number = {name: code for code, name in enumerate(names)}
    codes = np.array([number.get(name, 0) for name in whole.gateways] or [0], np.int32)
    shown = np.array([name in gateways for name in whole.gateways] or [False], np.bool_)
    is_shown = shown[whole.code]
    return BatchIndex.of_columns(
        names,
        code=codes[whole.code],
        counter=np.where(is_shown, whole.counter, 0),
        sent_at_s=np.where(is_shown, whole.sent_at_s, 0),
    )


def _refuse_write() -> NoReturn:
    raise PartOfParkError("a change of the park's rows")
