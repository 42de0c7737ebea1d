from datetime import date
from decimal import Decimal

import pytest

from taihang.config.sheet_file import CHARS_MAX
from taihang.config.what_if_file import WhatIfFileError, read_what_if

TEXT = """format = 1
[what_if]
day = 2026-12-31
[plants]
PV = { capacity_kw = 13490, mwh_per_year = 18250 }
W = { capacity_kw = 25000, full_load_h = 2200 }
[loads]
L1 = { mwh_per_year = 850000 }
"""


def test_read_what_if__takes_yields_and_full_load_hours() -> None:
    planned = read_what_if(TEXT, source="idea.toml")

    assert planned.day == date(2026, 12, 31)
    assert planned.generation_mwh == {"PV": Decimal(18_250), "W": Decimal(55_000)}
    assert planned.load_wh == 850_000_000_000


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ("format = 1", "format = 2", "format"),
        ("day = 2026-12-31\n", "", "what_if.day"),
        (", full_load_h = 2200", "", "plants.W"),
        ("capacity_kw = 25000, ", "", "plants.W"),
        ("mwh_per_year = 18250", "mwh_per_year = 18250, full_load_h = 1353", "plants.PV"),
        ("full_load_h", "hours", "plants.W.hours"),
        ("mwh_per_year = 850000", 'mwh_per_year = "much"', "loads.L1.mwh_per_year"),
        ("[loads]", "[loads", "valid TOML"),
    ],
)
def test_read_what_if__tells_what_is_wrong(was: str, now: str, told: str) -> None:
    assert was in TEXT

    with pytest.raises(WhatIfFileError) as refused:
        read_what_if(TEXT.replace(was, now, 1), source="idea.toml")

    assert told in str(refused.value)


def test_read_what_if__refuses_a_text_beyond_its_limit() -> None:
    with pytest.raises(WhatIfFileError, match="characters"):
        read_what_if("#" * (CHARS_MAX + 1), source="idea.toml")
