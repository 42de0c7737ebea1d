from peak_case import PLAN


def test_years__go_from_the_base_year_to_the_end_of_the_last_stage() -> None:
    assert [*PLAN.years] == [*range(2020, 2031)]


def test_stage_of__is_the_stage_that_holds_the_year() -> None:
    assert [PLAN.stage_of(year).id for year in (2021, 2025, 2026, 2030)] == ["S1", "S1", "S2", "S2"]
