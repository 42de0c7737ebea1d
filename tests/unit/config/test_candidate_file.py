"""Project files of offers: strict keys, exactly one of shape and profile, products that fit."""

from decimal import Decimal
from pathlib import Path

import pytest

import offer_kit
from taihang.config.candidate_file import CandidateFileError, read_candidate
from taihang.config.sheet_file import CHARS_MAX
from taihang.core.park.assets import ShiftPattern
from taihang.core.park.carbon import CbamGood
from taihang.core.park.problem import path_text

EXAMPLES = Path(__file__).parents[3] / "docs" / "offers"


def test_read_candidate__is_exact() -> None:
    found = offer_kit.project()

    assert (found.id, found.load.mwh_per_year) == ("PJ1", Decimal(1200))
    assert found.load.shape is ShiftPattern.DAY_SHIFT
    assert found.products["P"].cbam_good is CbamGood.CEMENT
    assert found.load.line is None


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ('mwh_per_year = "1200"', 'mwh_per_year = "0"', "load.mwh_per_year"),
        ('mwh_per_year = "1200"', 'mwh_per_year = "999"', "products"),
        ('shape = "day-shift"', 'shape = "night"', "load.shape"),
        ('shape = "day-shift"\n', "", "load.shape"),
        ('shape = "day-shift"', 'shape = "day-shift"\nprofile = "a.csv"', "load.shape"),
        ('grid_tariff = "GT"\n', "", "load.grid_tariff"),
        ('cbam_good = "cement"', 'cbam_good = "glass"', "products.P.cbam_good"),
        ('sector = "C38"', 'sector = "C38"\nnote = 1', "project.note"),
        ("format = 1", "format = 2", "format"),
        ("[products]", "[pets]\n[products]", "pets"),
    ],
)
def test_read_candidate__tells_what_is_wrong(was: str, now: str, path: str) -> None:
    with pytest.raises(CandidateFileError) as caught:
        offer_kit.project((was, now))

    assert [path_text(each.path) for each in caught.value.problems] == [path]
    assert path in str(caught.value)


@pytest.mark.parametrize("text", ["format = ", "x" * (CHARS_MAX + 1)])
def test_read_candidate__refuses_what_is_no_toml(text: str) -> None:
    with pytest.raises(CandidateFileError):
        read_candidate(text, source="project.toml")


def test_examples__hold_the_public_facts() -> None:
    # S16: 850 GWh/a of three plants, 6.5 bn CNY signed, 7.2 bn CNY a year; 100 kt, 40 kt, 30 kt.
    found = [
        read_candidate(file.read_text(encoding="utf-8"), source=file.name)
        for file in sorted(EXAMPLES.glob("*.toml"))
    ]

    assert len(found) == 3
    assert sum(each.load.mwh_per_year for each in found) == 850_000
    assert sum(each.investment_cny for each in found) == 6_500_000_000
    assert sum(each.value_cny_per_year for each in found) == 7_200_000_000
    made = {name: of.t_per_year for each in found for name, of in each.products.items()}
    assert made == {"LFP": 100_000, "ANODE": 40_000, "LMO": 30_000}
