"""Reads what may be bid on a day: the market's rules, offers, risk, and where scenarios come from.

One TOML file serves two ways. Beside a problem file, ``[scenarios]`` names a CSV file whose rows
say what each scenario's columns are; the problem is read once for each. For a park, ``[history]``
says how scenarios are made from its past. A limit of the price may be ``"fact"`` for a park: the
dated fact of its province then says it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np

from taihang.config.problem_file import (
    ProblemFileError,
    Remark,
    SeriesRows,
    csv_of,
    factor_of,
    plain_value,
    read_problem_file,
    text_of,
    toml_of,
)
from taihang.core.dispatch.fields import (
    Json,
    ParkProblemError,
    check_keys,
    read_record,
    read_records,
)
from taihang.core.dispatch.model import Reals
from taihang.core.dispatch.stochastic.bid_problem import BidProblem, BidRules, Scenario
from taihang.core.dispatch.stochastic.history import HistoryTerms
from taihang.core.dispatch.stochastic.market import Market
from taihang.core.dispatch.stochastic.offers import ReserveOffer, ResponseOffer
from taihang.core.dispatch.stochastic.risk import Risk

FORMAT: Final = "taihang/bids/v1"
FACT: Final = "fact"
_SHARED: Final = ("format", "committed", "risk", "market", "reserve_offer", "response_offer")
_OFFERS: Final = (ReserveOffer, ResponseOffer)
_LARGE: Final = "give fewer scenarios"
_HEAD: Final = ("scenario", "probability_ratio", "start")
_LIMITS: Final = ("price_floor_cny_per_mwh", "price_cap_cny_per_mwh")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioTerms:
    """Where the scenarios of a problem file stand."""

    file: str
    """A CSV file beside this one."""
    step_s: int
    day_ahead_column: str
    real_time_column: str


@dataclass(frozen=True, slots=True, eq=False)
class BidFile:
    """A problem of the day ahead, and what was noticed while it was read."""

    problem: BidProblem
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ParkBidFile:
    """What may be bid for a park, and how its scenarios are made."""

    rules: BidRules
    history: HistoryTerms


def read_bid_file(path: Path, *, problem: Path) -> BidFile:
    """Read the rules and the scenarios of a problem file.

    Args:
        path: The TOML file of the bids.
        problem: The problem file, read once for each scenario.

    Returns:
        The problem of the day ahead.

    Raises:
        ProblemFileError: If a file cannot be read as it is.
        ParkProblemError: If what they say is no problem.
    """
    given = _document(path, "scenarios")
    terms = read_record(ScenarioTerms, _table(given, "scenarios"), where="scenarios", n_steps=1)
    found, remarks = list[Scenario](), dict[str, Remark]()
    for name, chance, rows in _scenarios(path.parent, terms):
        file = read_problem_file(problem, scenario=rows)
        remarks.update({str(sorted(one.words.items())): one for one in file.remarks})
        found.append(
            Scenario(
                id=name,
                probability_ratio=chance,
                problem=file.problem,
                day_ahead_cny_per_kwh=_prices(
                    rows, terms.day_ahead_column, file.problem.horizon.n_steps
                ),
                real_time_cny_per_kwh=_prices(
                    rows, terms.real_time_column, file.problem.horizon.n_steps
                ),
            )
        )
    rules = _rules(given, n_steps=found[0].problem.horizon.n_steps)
    return BidFile(rules.with_scenarios(found), tuple(remarks.values()))


def read_park_bid_file(
    path: Path, *, n_steps: int, limits_cny_per_mwh: tuple[float, float] | None
) -> ParkBidFile:
    """Read the rules for a park, and how its scenarios are made.

    Args:
        path: The TOML file of the bids.
        n_steps: How many intervals the day has.
        limits_cny_per_mwh: Floor and cap of the province's market, where a fact says them.

    Returns:
        The rules.

    Raises:
        ProblemFileError: If the file cannot be read as it is.
        ParkProblemError: If what it says is no rule, or asks for a fact that nobody knows.
    """
    given = _document(path, "history")
    market = dict(_table(given, "market"))
    for at, name in enumerate(_LIMITS):
        if market.get(name) == FACT:
            if limits_cny_per_mwh is None:
                raise ParkProblemError(
                    f'market.{name} "{FACT}"',
                    "a dated fact of the province on that day",
                    "write the limit itself, or add the fact to the park",
                )
            market[name] = limits_cny_per_mwh[at]
    history = read_record(HistoryTerms, _table(given, "history"), where="history", n_steps=1)
    history.check()
    return ParkBidFile(_rules({**given, "market": market}, n_steps=n_steps), history)


def _document(path: Path, source: str) -> dict[str, Json]:
    given = toml_of(text_of(path, remedy=_LARGE), path.name)
    document = {name: plain_value(value, name) for name, value in given.items()}
    for offer in _OFFERS:
        document.setdefault(offer.TYPE, [])
    check_keys(document, [*_SHARED, source], path.name)
    if document["format"] != FORMAT:
        raise ParkProblemError(f"format {document['format']!r}", f"{FORMAT!r}")
    return document


def _table(given: Mapping[str, Json], name: str) -> Mapping[str, Json]:
    value = given[name]
    if isinstance(value, Mapping):
        return value
    raise ParkProblemError(f"{value!r} as {name}", f"a table [{name}]")


def _rules(given: Mapping[str, Json], *, n_steps: int) -> BidRules:
    market = read_record(Market, _table(given, "market"), where="market", n_steps=n_steps)
    risk = read_record(Risk, _table(given, "risk"), where="risk", n_steps=n_steps)
    committed = given["committed"]
    if not isinstance(committed, list) or not all(isinstance(one, str) for one in committed):
        raise ParkProblemError(
            f"{committed!r} as committed", 'a list of flows, such as ["b.charge_kw"]'
        )
    offers = [
        one
        for kind in _OFFERS
        for one in read_records(kind, given[kind.TYPE], where=kind.TYPE, n_steps=n_steps)
    ]
    market.check()
    risk.check()
    return BidRules(
        market=market,
        offers=tuple(offers),
        committed=tuple(cast("list[str]", committed)),
        risk=risk,
    )


def _scenarios(folder: Path, terms: ScenarioTerms) -> list[tuple[str, float, SeriesRows]]:
    """Cut the rows of the file into those of each scenario."""
    if Path(terms.file).name != terms.file:
        raise ProblemFileError(
            given=f"the file {terms.file!r}",
            expected="a file beside the bids",
            remedy="put it there, and give its name alone",
        )
    rows = _csv_rows(folder / terms.file)
    header = tuple(rows[0]) if rows else ()
    for column in (terms.day_ahead_column, terms.real_time_column):
        if column not in header[3:]:
            raise ProblemFileError(
                given=f"no column {column!r} in {terms.file}",
                expected=f"one of {list(header[3:])}",
                remedy="correct the name under [scenarios]",
            )
    by_name = dict[str, list[tuple[str, ...]]]()
    for row in rows[1:]:
        by_name.setdefault(row[0], []).append(tuple(row[1:]))
    unused = (terms.day_ahead_column, terms.real_time_column)
    return [
        (
            name,
            _chance(name, [row[0] for row in body], terms.file),
            SeriesRows(
                name=f"{terms.file}, scenario {name}",
                step_s=terms.step_s,
                rows=(header[2:], *(row[1:] for row in body)),
                unused=unused,
            ),
        )
        for name, body in by_name.items()
    ]


def _csv_rows(path: Path) -> list[list[str]]:
    """Return the lines of the file: a header, and rows that have a name and as many cells."""
    # Editors leave empty lines at the end; they are no rows.
    rows = [row for row in csv_of(path, remedy=_LARGE) if row]
    header = tuple(rows[0]) if rows else ()
    if header[:3] != _HEAD or len(rows) == 1:
        raise ProblemFileError(
            given=f"the columns {list(header)} of {path.name}, {len(rows)} lines",
            expected=f"{list(_HEAD)} first, and a row for each interval of each scenario",
            remedy="name each row by its scenario, its probability and its start",
        )
    for number, row in enumerate(rows, 1):
        if len(row) != len(header) or not row[0]:
            raise ProblemFileError(
                given=f"row {number} of {path.name}, {len(row)} cells, scenario {row[0]!r}",
                expected=f"{len(header)} cells, the first the name of its scenario",
                remedy="correct that row",
            )
    return rows


def _chance(name: str, texts: list[str], file: str) -> float:
    """Return the probability of a scenario, which all its rows repeat."""
    try:
        (text,) = set(texts)
        return float(text)
    except ValueError as error:
        raise ProblemFileError(
            given=f"probabilities {sorted(set(texts))[:3]} of scenario {name} in {file}",
            expected="one number, the same in all its rows",
            remedy="correct the column probability_ratio",
        ) from error


def _prices(rows: SeriesRows, column: str, n_steps: int) -> Reals:
    """Return a column of prices, held over the intervals of a coarser file [CNY/kWh]."""
    header, body = rows.rows[0], rows.rows[1:]
    factor = factor_of(column, "price_cny_per_kwh", None)
    try:
        values = np.array([float(row[header.index(column)]) for row in body])
    except ValueError as error:
        raise ProblemFileError(
            given=f"{column} of {rows.name}: {error}",
            expected="a number in every row",
            remedy="fill the gap with a named method first: missing is never zero (§7)",
        ) from error
    return np.repeat(values * factor, n_steps // len(values))
