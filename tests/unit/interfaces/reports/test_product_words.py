"""Lines of product accounts are told in words; what has no name keeps its code."""

from pathlib import Path

import small_park
from product_kit import TABLES, written
from taihang.interfaces.reports.product_words import (
    code_told,
    counted_told,
    lacking_told,
    plant_told,
)


def test_code_told__names_plants_precursors_fuels_and_the_grid(tmp_path: Path) -> None:
    with small_park.opened(written(small_park.make(tmp_path / "park"), TABLES)) as ports:
        park = ports.park

    def told(stage: str, code: str) -> str:
        return code_told({"stage": stage, "code": code}, "en", park)

    assert told("electricity", "PV01") == "PV01 PV"
    assert told("electricity", "grid") == "grid"
    assert told("indirect", "default") == "default factor"
    assert told("precursor-direct", "M1") == "Unwrought aluminium"
    assert told("direct", "fuel.natural-gas").startswith("fuel ")
    assert plant_told("W9", "en", park) == "W9"


def test_lacking_told__is_empty_where_a_claim_holds() -> None:
    assert lacking_told({"lacking": []}, "zh") == ""
    assert lacking_told({"lacking": ["no-line", "no-documents"]}, "en").count(", ") == 1
    assert counted_told({"counted": ["direct", "indirect"]}, "en").count("+") == 1
