"""Writes a linear model as the text formats that other solvers read: LP and free MPS.

Names come from the blocks, so that a reader finds ``bat.charge_kw`` of interval 17 again. Numbers
are written with all their digits: reading the text back gives the same optimum.

Source: the LP format as CPLEX and HiGHS document it; MPS in its free form.
"""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from taihang.core.dispatch.model import Block, LinearModel

_ODD: Final = re.compile(r"[^A-Za-z0-9_.]")
_TERMS_A_LINE: Final = 6
_NAME_MOST: Final = 80
_Terms = list[tuple[str, float]]


def lp_text(model: LinearModel) -> str:
    """Return the model in LP format.

    Args:
        model: What to write.

    Returns:
        The text.
    """
    return "\n".join(_lp_lines(model)) + "\n"


def mps_text(model: LinearModel) -> str:
    """Return the model in free MPS format.

    Args:
        model: What to write.

    Returns:
        The text.
    """
    return "\n".join(_mps_lines(model)) + "\n"


def plain_names(blocks: tuple[Block, ...], letter: str) -> list[str]:
    """Return one name per column or row that both formats allow, each only once.

    Args:
        blocks: Blocks in order.
        letter: What a name begins with, for it may not begin with a digit or a dot.

    Example:
        >>> plain_names((Block("电池 1.charge_kw", 0, 2),), "x")
        ['x0_1.charge_kw_0', 'x0_1.charge_kw_1']
    """
    names = list[str]()
    for number, block in enumerate(blocks):
        words = _ODD.sub(" ", block.name).split()
        stem = f"{letter}{number}_{'_'.join(words)}"[:_NAME_MOST]
        names += [f"{stem}_{position}" for position in range(block.size)]
    return names


def _lp_lines(model: LinearModel) -> Iterator[str]:
    columns, rows = plain_names(model.columns, "x"), plain_names(model.rows, "r")
    yield "Minimize"
    priced = np.flatnonzero(model.column_cost)
    objective = [(columns[at], float(model.column_cost[at])) for at in priced.tolist()]
    yield from _sum("obj", objective or [(columns[0], 0.0)])
    yield "Subject To"
    for row, terms in enumerate(_by_row(model, columns)):
        lower, upper = float(model.row_lower[row]), float(model.row_upper[row])
        yield from _lp_row(rows[row], terms or [(columns[0], 0.0)], lower, upper)
    yield "Bounds"
    bounds = zip(columns, model.column_lower.tolist(), model.column_upper.tolist(), strict=True)
    for name, lower, upper in bounds:
        yield f" {_edge(lower)} <= {name} <= {_edge(upper)}"
    whole = np.flatnonzero(model.column_integer).tolist()
    if whole:
        yield "Generals"
        yield from (f" {columns[at]}" for at in whole)
    yield "End"


def _lp_row(name: str, terms: list[tuple[str, float]], lower: float, upper: float) -> Iterator[str]:
    """Write a row; one with two different bounds is written twice."""
    if lower == upper:
        *lines, last = _sum(name, terms)
        yield from lines
        yield f"{last} = {lower!r}"
        return
    for bound, sign, tail in ((lower, ">=", "_lo"), (upper, "<=", "_up")):
        if abs(bound) != float("inf"):
            *lines, last = _sum(f"{name}{tail}", terms)
            yield from lines
            yield f"{last} {sign} {bound!r}"


def _sum(name: str, terms: list[tuple[str, float]]) -> Iterator[str]:
    yield f" {name}:"
    for first in range(0, len(terms), _TERMS_A_LINE):
        part = terms[first : first + _TERMS_A_LINE]
        yield " " + " ".join(f"{'-' if v < 0.0 else '+'} {abs(v)!r} {x}" for x, v in part)


def _by_row(model: LinearModel, columns: list[str]) -> list[_Terms]:
    of = np.repeat(np.arange(model.n_columns), np.diff(model.start)).tolist()
    found = [list[tuple[str, float]]() for _ in range(model.n_rows)]
    for row, column, value in zip(model.index.tolist(), of, model.value.tolist(), strict=True):
        found[row] += [(columns[column], float(value))]
    return found


def _mps_lines(model: LinearModel) -> Iterator[str]:
    columns, rows = plain_names(model.columns, "x"), plain_names(model.rows, "r")
    kinds = [
        _mps_kind(lower, upper)
        for lower, upper in zip(model.row_lower.tolist(), model.row_upper.tolist(), strict=True)
    ]
    yield from ("NAME taihang", "ROWS", " N obj")
    yield from (f" {kind} {name}" for kind, name in zip(kinds, rows, strict=True))
    yield "COLUMNS"
    yield from _mps_columns(model, columns, rows)
    yield "RHS"
    for row, kind in enumerate(kinds):
        bound = float((model.row_lower if kind in {"G", "E"} else model.row_upper)[row])
        if bound and kind != "N":
            yield f" rhs {rows[row]} {bound!r}"
    ranges = [
        f" rng {rows[row]} {float(model.row_upper[row] - model.row_lower[row])!r}"
        for row, kind in enumerate(kinds)
        if kind == "L" and np.isfinite(model.row_lower[row])
    ]
    yield from ["RANGES", *ranges] if ranges else []
    yield "BOUNDS"
    bounds = zip(columns, model.column_lower.tolist(), model.column_upper.tolist(), strict=True)
    for name, lower, upper in bounds:
        yield from _mps_bounds(name, lower, upper)
    yield "ENDATA"


def _mps_columns(model: LinearModel, columns: list[str], rows: list[str]) -> Iterator[str]:
    is_whole = False
    for at, name in enumerate(columns):
        if bool(model.column_integer[at]) != is_whole:
            is_whole = not is_whole
            yield f" mark{at} 'MARKER' '{'INTORG' if is_whole else 'INTEND'}'"
        span = slice(int(model.start[at]), int(model.start[at + 1]))
        yield f" {name} obj {float(model.column_cost[at])!r}"
        entries = zip(model.index[span].tolist(), model.value[span].tolist(), strict=True)
        yield from (f" {name} {rows[row]} {value!r}" for row, value in entries)
    if is_whole:
        yield " markend 'MARKER' 'INTEND'"


def _mps_kind(lower: float, upper: float) -> str:
    if lower == upper:
        return "E"
    if upper == float("inf"):
        return "N" if lower == -float("inf") else "G"
    return "L"


def _mps_bounds(name: str, lower: float, upper: float) -> Iterator[str]:
    if lower == upper:
        yield f" FX bnd {name} {lower!r}"
        return
    yield f" MI bnd {name}" if lower == -float("inf") else f" LO bnd {name} {lower!r}"
    yield f" PL bnd {name}" if upper == float("inf") else f" UP bnd {name} {upper!r}"


def _edge(bound: float) -> str:
    return f"{'-' if bound < 0.0 else '+'}inf" if abs(bound) == float("inf") else repr(bound)
