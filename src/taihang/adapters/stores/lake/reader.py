"""Reads the hot and the sealed tier as one, each answer from the cheapest rows that give it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from taihang.adapters.stores.lake.hot import HotTier
from taihang.adapters.stores.lake.manifest import SealedFile
from taihang.adapters.stores.lake.runs import ordered
from taihang.adapters.stores.lake.sealed import DAY_S, TIERS, SealedTier
from taihang.core.metering import rollup
from taihang.core.metering.batch_index import BatchIndex
from taihang.core.metering.current import CURRENT
from taihang.core.metering.rollup import Columns
from taihang.core.periods import Period

_ROWS: Final = ("code", "time_s", "count", "quality", "batch")
_TOTALS: Final = ("time_s", "sum_count", "n")
_FEW: Final = 1_000
"""Up to so many points are named one by one in a query."""
_HASHED_POINTS: Final = 128
"""Points whose month is held in memory at once while everything is hashed."""
_LAST_DAYS: Final = 2
_TIER_OF: Final = {step_s: tier for tier, step_s in TIERS.items()}


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows are asked for."""

    period: Period | None
    """Rows whose time lies in it; None for all."""
    codes: Sequence[int] | None
    """Points by code; None for all."""
    as_of: int | None
    """Rows that counted as known at this size of the journal; None for all rows, ever."""

    def where(self) -> str:
        """Return the condition on point and time in SQL."""
        parts: list[str] = []
        if self.period is not None:
            parts.append(f"time_s >= {self.period.start_s} AND time_s < {self.period.end_s}")
        if self.codes is not None and len(self.codes) == 1:
            parts.append(f"code = {self.codes[0]}")
        elif self.codes is not None and len(self.codes) <= _FEW:
            parts.append(f"code IN ({', '.join(map(str, self.codes))})")
        elif self.codes is not None:
            parts.append(f"code >= {min(self.codes)} AND code <= {max(self.codes)}")
        return " AND ".join(parts) or "true"

    def touches(self, file: SealedFile) -> bool:
        """Say whether a file may hold rows of it."""
        if self.period is not None and not (
            file.start_s < self.period.end_s and self.period.start_s < file.end_s
        ):
            return False
        return self.codes is None or any(file.low <= code < file.high for code in self.codes)

    def cut(self, rows: Columns) -> Columns:
        """Leave only the points asked for; a condition in SQL may be wider."""
        if self.codes is None or len(self.codes) <= _FEW:
            return rows
        chosen = np.isin(rows["code"], self.codes)
        return {name: column[chosen] for name, column in rows.items()}


class LakeReader:
    """One look at a lake: the files of one manifest, and what is hot."""

    def __init__(
        self,
        files: Sequence[SealedFile],
        *,
        sealed: SealedTier,
        hot: HotTier,
        batches: BatchIndex,
        is_counter: NDArray[np.bool_],
    ) -> None:
        self._files = files
        self._sealed = sealed
        self._hot = hot
        self._batches = batches
        self._is_counter = is_counter

    # -- readings --------------------------------------------------------------------------------

    def rows(self, question: Question) -> dict[str, NDArray[np.int64]]:
        """Return readings in order of point, time and batch."""
        if question.codes is not None and not question.codes:
            return {name: np.empty(0, np.int64) for name in _ROWS}
        files = [file for file in self._files if question.touches(file)]
        where = question.where()
        hot = self._hot_rows(question)
        sealed = self._sealed_rows(files, where, question.as_of)
        joined: Columns = sealed
        if len(hot["code"]):
            joined = {name: np.concatenate([sealed[name], hot[name]]) for name in _ROWS}
        joined = question.cut({name: joined[name] for name in _ROWS})
        if question.as_of is None:
            return ordered(joined, joined["batch"])
        if not len(hot["code"]) and not self._withdrawn(question.as_of):
            # Of each time there is one row: the sealed tier knows which.
            return ordered(joined, joined["batch"])
        return self._counting(joined)

    def arrived(self, since: int, period: Period, also: Sequence[int]) -> list[int]:
        """Return the points with a row of a period in a batch from ``since`` on, or in others."""
        question = Question(period, None, None)
        least = min(since, *also) if also else since
        files = [f for f in self._files if f.max_batch >= least and question.touches(f)]
        others = f" OR batch IN ({', '.join(map(str, also))})" if also else ""
        where = f"{question.where()} AND (batch >= {since}{others})"
        found = np.concatenate(
            [self._sealed.read(files, f"WHERE {where}")["code"], self._hot.rows(where)["code"]]
        )
        return np.unique(found).tolist()

    def _counting(self, rows: Columns) -> dict[str, NDArray[np.int64]]:
        """Return of each point and time the row whose batch was sent last, in order."""
        ranked = ordered(rows, self._batches.rank()[rows["batch"]])
        firsts = _firsts(ranked["code"], ranked["time_s"])
        lasts = np.append(firsts[1:], len(ranked["code"]))[: len(firsts)] - 1
        return {name: column[lasts] for name, column in ranked.items()}

    def _hot_rows(self, question: Question) -> Columns:
        where = question.where()
        if question.as_of is not None:
            where += f" AND {_known(question.as_of, self._withdrawn(question.as_of))}"
        return self._hot.rows(where)

    def _withdrawn(self, as_of: int) -> list[int]:
        """Return the batches that count no more: two came under one number of a gateway."""
        return self._batches.withdrawn(as_of=as_of).tolist()

    def _sealed_rows(
        self, files: Sequence[SealedFile], where: str, as_of: int | None
    ) -> dict[str, NDArray[np.int64]]:
        if as_of is None:
            return self._sealed.read(files, f"WHERE {where}")
        withdrawn = self._withdrawn(as_of)
        tainted = self._sealed.holding(files, withdrawn)
        files = [file for file in files if file not in tainted]
        known = [file for file in files if file.max_batch < as_of]
        parts = [
            # All of these is known: what counts now counted then, and often nothing else is there.
            self._sealed.read([f for f in known if not f.n_superseded], f"WHERE {where}"),
            self._sealed.read(
                [f for f in known if f.n_superseded], f"WHERE {where} AND batch_to = {CURRENT}"
            ),
            self._sealed.read(
                [f for f in files if f.max_batch >= as_of],
                f"WHERE {where} AND batch < {as_of} AND batch_to >= {as_of}",
            ),
            # What a withdrawn batch superseded counts again, whatever was sealed.
            self._sealed.read([*tainted], f"WHERE {where} AND {_known(as_of, withdrawn)}"),
        ]
        full = [part for part in parts if len(part["code"])] or parts[:1]
        if len(full) == 1:
            return full[0]
        return {name: np.concatenate([part[name] for part in full]) for name in _ROWS}

    # -- roll-ups --------------------------------------------------------------------------------

    def rollups(
        self, step_s: int, question: Question, *, names: Sequence[str] = rollup.COLUMNS
    ) -> Columns:
        """Return roll-ups of the readings that count, in order of point and time."""
        tier = _TIER_OF[step_s]
        if question.codes is not None and not question.codes:
            return {name: np.empty(0, np.int64) for name in names}
        as_of = len(self._batches) if question.as_of is None else question.as_of
        question = replace(question, as_of=as_of)
        files = [file for file in self._files if question.touches(file)]
        tainted = self._sealed.holding(files, self._withdrawn(as_of))
        kept = [f for f in files if f.max_batch < as_of and f.has(tier) and f not in tainted]
        hot = self._hot_rows(question)
        if len(hot["code"]) or len(kept) < len(files):
            names = rollup.COLUMNS
        where = f"WHERE {question.where()}"
        rolled = question.cut(self._sealed.read_rollups(kept, tier, where, names=names))
        raw = [file for file in files if file not in set(kept)]
        if raw:
            rows = question.cut(self._sealed_rows(raw, question.where(), as_of))
            worked_out = self._rolled(self._counting(rows), step_s)
            rolled = {n: np.concatenate([rolled[n], worked_out[n]]) for n in names}
        rolled = ordered(rolled, rolled["time_s"])
        if len(hot["code"]):
            rolled = self._with_hot(rolled, question.cut(hot), step_s=step_s, question=question)
        return rolled

    def _rolled(self, rows: Columns, step_s: int) -> Columns:
        return rollup.roll_up(rows, step_s=step_s, is_counter=self._is_counter)

    def _with_hot(
        self, rolled: Columns, hot: Columns, *, step_s: int, question: Question
    ) -> Columns:
        """Put hot rows behind the sealed roll-ups; work out anew what they fall into."""
        rows = self._counting(hot)
        late = self._rolled(rows, step_s)
        firsts_s = rows["time_s"][_firsts(rows["code"], rows["time_s"] // step_s)]
        between = rollup.interleaved(rolled, late, late_starts_s=firsts_s)
        if not between.any():
            return rollup.appended(rolled, late, is_counter=self._is_counter)
        codes = np.unique(late["code"][between])
        starts_s = late["time_s"][between]
        span = Period.of_s(int(starts_s.min()), int(starts_s.max()) + step_s)
        anew = self._rolled(self.rows(Question(span, codes.tolist(), question.as_of)), step_s)
        rest = [_outside(part, codes, span) for part in (rolled, late)]
        both = rollup.appended(rest[0], rest[1], is_counter=self._is_counter)
        joined = {name: np.concatenate([both[name], anew[name]]) for name in rollup.COLUMNS}
        return ordered(joined, joined["time_s"])

    def last(self) -> Columns:
        """Return for every point the roll-up of the last day with a usable reading."""
        newest_s = [file.last_s for file in self._files]
        newest_s += self._hot.newest_s()
        if not newest_s:
            return {name: np.empty(0, np.int64) for name in rollup.COLUMNS}
        end_s = max(newest_s) // DAY_S * DAY_S + DAY_S
        recent = Period.of_s(end_s - _LAST_DAYS * DAY_S, end_s)
        found = self._last_in(Question(recent, None, None))
        silent = np.setdiff1d(np.arange(len(self._is_counter)), found["code"])
        if not len(silent):
            return found
        # Points that have said nothing for days: their last word may be anywhere.
        earlier = self._last_in(Question(None, silent.tolist(), None))
        joined = {n: np.concatenate([found[n], earlier[n]]) for n in rollup.COLUMNS}
        return ordered(joined, joined["time_s"])

    def _last_in(self, question: Question) -> Columns:
        rows = self.rollups(DAY_S, question)
        rows = {name: column[rows["n"] > 0] for name, column in rows.items()}
        firsts = _firsts(rows["code"], rows["code"])
        lasts = np.append(firsts[1:], len(rows["code"]))[: len(firsts)] - 1
        return {name: column[lasts] for name, column in rows.items()}

    def totals(self, step_s: int, question: Question) -> dict[str, NDArray[np.int64]]:
        """Return the sum over points in each stretch: ``time_s``, ``sum_count``, ``n``."""
        hot = self._hot_rows(replace(question, as_of=len(self._batches)))
        if question.period is None or (question.codes is not None and not question.codes):
            return {name: np.empty(0, np.int64) for name in _TOTALS}
        start_s, end_s = question.period.start_s, question.period.end_s
        # Up to the first hot row the files alone have the answer.
        cut_s = int(hot["time_s"].min(initial=end_s)) // step_s * step_s
        parts: list[Columns] = []
        if cut_s > start_s:
            sealed = replace(question, period=Period.of_s(start_s, min(cut_s, end_s)))
            parts.append(self._sealed_totals(step_s, sealed))
        if cut_s < end_s:
            rest = replace(question, period=Period.of_s(max(cut_s, start_s), end_s))
            parts.append(_totals_of(self.rollups(step_s, rest)))
        return {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}

    def _sealed_totals(self, step_s: int, question: Question) -> Columns:
        files = [file for file in self._files if question.touches(file)]
        tier = _TIER_OF[step_s]
        few = question.codes is None or len(question.codes) <= _FEW
        tainted = self._sealed.holding(files, self._withdrawn(len(self._batches)))
        if tainted or not (few and files and all(file.has(tier) for file in files)):
            return _totals_of(self.rollups(step_s, question))
        return self._sealed.sum_rollups(files, tier, f"WHERE {question.where()}")

    # -- everything ------------------------------------------------------------------------------

    def hashes(self, rank: NDArray[np.int64]) -> dict[int, bytes]:
        """Return for each point, by code, one SHA-256 over its readings in order of time."""
        found: dict[int, hashlib._Hash] = {}  # pyright: ignore[reportPrivateUsage] - has no public name
        for rows in self._everything():
            code = rows["code"]
            ranked = ordered({**rows, "rank": rank[rows["batch"]]}, rank[rows["batch"]])
            table = np.stack([ranked[n] for n in ("time_s", "rank", "count", "quality")], axis=1)
            edges = [*_firsts(code, code).tolist(), len(code)]
            for first, last in pairwise(edges):
                digest = found.setdefault(int(code[first]), hashlib.sha256())
                digest.update(table[first:last].tobytes())
        return {code: digest.digest() for code, digest in found.items()}

    def _everything(self) -> Iterator[dict[str, NDArray[np.int64]]]:
        """Yield all rows, month after month and some points at a time."""
        hot_months = self._hot.rows()["time_s"].astype("datetime64[s]").astype("datetime64[M]")
        months = {file.month for file in self._files} | {str(m) for m in np.unique(hot_months)}
        for month in sorted(months):
            start = np.datetime64(month)
            edges = np.array([start, start + 1]).astype("datetime64[s]").astype(np.int64)
            period = Period.of_s(int(edges[0]), int(edges[1]))
            for low in range(0, len(self._is_counter), _HASHED_POINTS):
                codes = range(low, min(low + _HASHED_POINTS, len(self._is_counter)))
                rows = self.rows(Question(period, codes, None))
                if len(rows["code"]):
                    yield rows


def _known(as_of: int, withdrawn: Sequence[int]) -> str:
    """Return the condition that a row was known and not withdrawn, in SQL."""
    if not withdrawn:
        return f"batch < {as_of}"
    return f"batch < {as_of} AND batch NOT IN ({', '.join(map(str, withdrawn))})"


def _firsts(code: NDArray[np.int64], part: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first row of every stretch of equal (code, part)."""
    changed = (code[1:] != code[:-1]) | (part[1:] != part[:-1])
    return np.flatnonzero(np.append(np.True_, changed)[: len(code)])


def _outside(rows: Columns, codes: NDArray[np.int64], span: Period) -> Columns:
    """Leave out the rows of some points in a span."""
    inside = (rows["time_s"] >= span.start_s) & (rows["time_s"] < span.end_s)
    inside &= np.isin(rows["code"], codes)
    return {name: column[~inside] for name, column in rows.items()}


def _totals_of(rows: Columns) -> dict[str, NDArray[np.int64]]:
    """Sum roll-ups over their points."""
    times_s, number = np.unique(rows["time_s"], return_inverse=True)
    found = {"time_s": times_s}
    for name in ("sum_count", "n"):
        found[name] = np.zeros(len(times_s), np.int64)
        np.add.at(found[name], number, rows[name])
    return found
