"""The account of an import: all or nothing where that is wanted, all counted in any case."""

import pytest

from taihang.adapters.imports.account import RowsRefusedError
from trial_map import Decode


def test_require_clean__passes_where_nothing_was_refused(decode: Decode) -> None:
    decode("time,kwh\n2026-06-01 00:00,1\n").require_clean()


def test_require_clean__names_the_first_refused_rows(decode: Decode) -> None:
    result = decode("time,kwh\n2026-06-01 00:00,1\n2026-06-01 00:15,x\n")

    with pytest.raises(RowsRefusedError, match=r"1 of 2 rows refused: 0\.csv row 2, kwh = 'x'"):
        result.require_clean()


def test_ledger__counts_every_refused_row_and_lists_the_first(decode: Decode) -> None:
    result = decode("time,kwh\n" + "2026-06-01 00:00,x\n" * 1_500)

    assert (result.rows_refused, len(result.refused)) == (1_500, 1_000)
    assert "1500 rows refused; the first 1000 are listed" in result.notes
