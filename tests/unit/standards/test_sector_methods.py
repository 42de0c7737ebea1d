"""Which text an enterprise accounts by: every industry has one, and nobody guesses between two."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.standards.sector_methods import TEXTS, SectorMethod, method_of

N_GUIDES = 24
DAYS = st.dates(date(2016, 1, 1), date(2035, 12, 31))
DIVISIONS = st.from_regex(r"[A-T][0-9]{2}", fullmatch=True)


def test_texts__are_the_24_guides_of_the_handbook_and_its_parts() -> None:
    assert set(TEXTS) == set(SectorMethod)
    guides = [text for text in TEXTS.values() if not text.is_part]
    assert len(guides) == N_GUIDES
    assert len({text.zh for text in guides}) == N_GUIDES
    assert all(text.replaces is None or text.is_part for text in TEXTS.values())


@given(DIVISIONS, DAYS)
def test_method_of__an_industry_is_never_without_a_text(division: str, on: date) -> None:
    found = method_of(division, on=on, declared=None)

    assert found.candidates or division[0] not in "BCD"
    assert (found.text is not None) == (len(found.candidates) == 1)
    assert len(set(found.candidates)) == len(found.candidates)


@given(DIVISIONS, DAYS)
def test_method_of__never_leaves_a_part_in_force_beside_the_guide_it_replaces(
    division: str, on: date
) -> None:
    found = method_of(division, on=on, declared=None).candidates

    replaced = {text.replaces for text in found if text.is_in_force(on)}
    assert not replaced & {text.method for text in found}
    assert all(text.first_day is None or text.first_day <= on for text in found)


@pytest.mark.parametrize(
    ("sector", "year", "text"),
    [
        ("C31", 2025, SectorMethod.STEEL),
        ("C31", 2026, SectorMethod.STEEL_2026),
        ("C38", 2026, SectorMethod.MACHINERY),
        ("C17", 2026, SectorMethod.OTHER_INDUSTRY),
        ("I65", 2026, SectorMethod.PUBLIC_BUILDINGS),
        ("C32", 2026, None),
        ("C30", 2026, None),
        ("G59", 2026, None),
    ],
)
def test_method_of__a_sector(sector: str, year: int, text: SectorMethod | None) -> None:
    found = method_of(sector, on=date(year, 12, 31), declared=None)
    assert (None if found.text is None else found.text.method) == text


def test_method_of__takes_what_the_park_names() -> None:
    found = method_of("C30", on=date(2026, 12, 31), declared="guide.cement")

    assert found.text is TEXTS[SectorMethod.CEMENT]
    assert len(found.candidates) > 1


def test_is_in_force__begins_on_its_first_day() -> None:
    aluminium = TEXTS[SectorMethod.ALUMINIUM_2026]
    assert not aluminium.is_in_force(date(2026, 7, 31))
    assert aluminium.is_in_force(date(2026, 8, 1))
    assert not TEXTS[SectorMethod.COKING_2023].is_in_force(date(2030, 1, 1))
