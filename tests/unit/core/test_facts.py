from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taihang.core.facts import Fact, FactBook, FactOutOfForceError

OLD = Fact(
    code="grid.average",
    value=Decimal("0.7096"),
    unit="kgCO2/kWh",
    region="Shanxi",
    valid_from=date(2024, 12, 20),
    valid_to=date(2025, 12, 31),
    data_year=2022,
    document="announcement",
    clause="table",
    source="K1",
    status="verified",
    set="grid-2022",
)
NEW = replace(
    OLD,
    value=Decimal("0.6634"),
    valid_from=date(2025, 12, 31),
    valid_to=None,
    data_year=2023,
    set="grid-2023",
)
NATION = replace(NEW, region="CN", value=Decimal("0.5306"))


@given(st.dates(date(2024, 12, 20), date(2099, 1, 1)))
def test_in_force__exactly_one_of_two_touching_facts_holds_on_any_day(day: date) -> None:
    book = FactBook([OLD, NEW])

    fact = book.in_force("grid.average", on=day)

    assert (OLD if day < date(2025, 12, 31) else NEW) == fact


def test_in_force__refuses_a_day_before_the_first_fact() -> None:
    book = FactBook([OLD, NEW])

    with pytest.raises(FactOutOfForceError) as caught:
        book.in_force("grid.average", on=OLD.valid_from - timedelta(days=1))

    assert OLD.key in caught.value.expected


def test_in_force__refuses_to_choose_between_regions() -> None:
    book = FactBook([NEW, NATION])

    with pytest.raises(FactOutOfForceError, match="found 2"):
        book.in_force("grid.average", on=date(2026, 6, 1))


def test_in_force__region_and_set_settle_what_the_code_leaves_open() -> None:
    book = FactBook([NEW, NATION])

    assert book.in_force("grid.average", on=date(2026, 6, 1), region="CN") == NATION
    with pytest.raises(FactOutOfForceError, match="found 0"):
        book.in_force("grid.average", on=date(2026, 6, 1), region="CN", family="grid-2022")


def test_candidates__tells_none_from_several() -> None:
    book = FactBook([NEW, NATION])

    assert book.candidates("grid.average", on=date(2020, 1, 1)) == ()
    assert book.candidates("grid.average", on=date(2026, 6, 1)) == (NEW, NATION)


def test_of_data_year__finds_the_year_of_the_data_and_not_of_publication() -> None:
    book = FactBook([OLD, NEW, NATION])

    fact = book.of_data_year("grid.average", data_year=2022, region="Shanxi")

    assert fact == OLD


@pytest.mark.parametrize(("data_year", "found"), [(2024, 0), (2023, 2)])
def test_of_data_year__refuses_none_and_several(data_year: int, found: int) -> None:
    book = FactBook([OLD, NEW, NATION])

    with pytest.raises(FactOutOfForceError, match=f"found {found}"):
        book.of_data_year("grid.average", data_year=data_year)


def test_key__names_set_code_region_day_and_value() -> None:
    assert NEW.key == "grid-2023/grid.average/Shanxi/2025-12-31=0.6634"


def test_with_facts__adds_to_a_new_book_and_leaves_the_old_one() -> None:
    book = FactBook([OLD])

    larger = book.with_facts([NEW])

    assert book.all() == (OLD,)
    assert larger.all() == (OLD, NEW)


@given(st.permutations([OLD, NEW, NATION]))
def test_all__does_not_depend_on_the_order_of_arrival(facts: list[Fact]) -> None:
    assert FactBook([OLD, NEW, NATION]).all() == FactBook(facts).all()
