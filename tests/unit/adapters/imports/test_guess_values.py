"""What numbers are: how they are written, in which unit, and whether they only ever rise."""

import pytest

from import_kit import POINTS
from taihang.adapters.imports.guess_values import (
    guess_numbers,
    guess_unit,
    is_missing,
    is_no_energy,
    is_row_number,
    missing_words,
    number_of,
)
from taihang.adapters.imports.import_map import Kind, Numbers
from taihang.core.metering.import_draft import Confidence

E01 = POINTS[0]
BY_ID = {point.id: point for point in POINTS}
DIAL = [1_000 + n * 0.5 for n in range(200)]


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (["1", "2.5", "1e3", "-0.1"], Numbers.PLAIN),
        (["123.456", "1.000"], Numbers.PLAIN),
        (["1,234.5", "17"], Numbers.COMMA_GROUPS),
        (["1,234", "5,678"], Numbers.COMMA_GROUPS),
        (["1,5", "2,25", "3"], Numbers.DECIMAL_COMMA),
        (["1.234,5", "1.000,00"], Numbers.POINT_GROUPS),
        (["1", "--", "2", "NaN"], Numbers.PLAIN),
        (["A1", "A2"], None),
        (["--"], None),
    ],
)
def test_guess_numbers__tells_the_ways_of_writing_apart(
    texts: list[str], style: Numbers | None
) -> None:
    assert guess_numbers(texts) is style


def test_number_of__reads_a_style_and_nothing_else() -> None:
    assert number_of("1,234.5", Numbers.COMMA_GROUPS) == 1_234.5
    assert number_of("1.234,5", Numbers.POINT_GROUPS) == 1_234.5
    assert number_of("1,5", Numbers.DECIMAL_COMMA) == 1.5
    assert number_of("1,5", Numbers.PLAIN) is None
    assert number_of("=1+1", Numbers.PLAIN) is None


def test_missing_words__are_those_that_stand_there() -> None:
    assert missing_words([["1", "--", "nan"], ["/"]], has_empty=True) == (
        "empty",
        "nan",
        "text:--",
        "text:/",
    )
    assert missing_words([["1"]], has_empty=False) == ()
    assert is_missing(" N/A ")
    assert not is_missing("0")


@pytest.mark.parametrize(
    ("heading", "kind", "unit", "multiplier"),
    [
        ("有功功率 kW", Kind.MEAN_POWER, "kW", "1"),
        ("负荷(MW)", Kind.MEAN_POWER, "MW", "1"),
        ("电量（千瓦时）", Kind.ENERGY, "kWh", "1"),
        ("用电量(度)", Kind.ENERGY, "kWh", "1"),
        ("电量 万kWh", Kind.ENERGY, "MWh", "10"),
        ("无功电量 kvarh", Kind.REACTIVE_ENERGY, "kvarh", "1"),
        ("ac_power", Kind.MEAN_POWER, "W", "1"),
    ],
)
def test_guess_unit__a_heading_says_it(
    heading: str, kind: Kind, unit: str, multiplier: str
) -> None:
    found = guess_unit(heading, [5.0, 3.0] * 20, E01, peak=5, step_s=900)

    assert (found.kind, found.unit, found.multiplier) == (kind, unit, multiplier)
    assert found.why.confidence is Confidence.SURE


def test_guess_unit__numbers_that_only_rise_are_a_register() -> None:
    found = guess_unit("正向有功总(kWh)", DIAL, E01, peak=1_100, step_s=900)

    # Behind transformers a person must say whether the dial shows primary values.
    assert (found.kind, found.multiplier) == (Kind.REGISTER, "3000")
    assert found.why.confidence is Confidence.UNSURE
    primary = guess_unit("电量", DIAL, BY_ID["M-G1-IMP"], peak=1_100, step_s=900)
    assert (primary.kind, primary.multiplier) == (Kind.REGISTER, "1")
    falling = guess_unit("示数", [5.0, 3.0] * 20, E01, peak=5, step_s=900)
    assert falling.kind is not Kind.REGISTER


def test_guess_unit__without_a_word_the_rating_of_the_meter_tells() -> None:
    found = guess_unit("负荷", [300.0, 900.0, 100.0], E01, peak=900, step_s=900)

    assert (found.kind, found.unit) == (Kind.MEAN_POWER, "kW")
    assert found.why.reason == "unit.rating"
    assert found.why.said == {"share": "45%", "max_kw": "2000", "point": "M-E01"}
    in_mw = guess_unit("负荷", [0.3, 0.9], E01, peak=0.9, step_s=900)
    assert in_mw.unit == "MW"


def test_guess_unit__nothing_to_go_by_is_unsure() -> None:
    assert guess_unit("x", [1.0], None, peak=1, step_s=900).why.confidence is Confidence.UNSURE
    huge = guess_unit("负荷", [1e12], E01, peak=1e12, step_s=900)
    assert huge.why.reason == "unit.unknown"


def test_guess_unit__other_points_have_units_of_their_own() -> None:
    gas = guess_unit("用气量 m³", DIAL, BY_ID["N-E01"], peak=1_100, step_s=900)
    price = guess_unit("现货价", [300.0], BY_ID["SPOT"], peak=300, step_s=900)

    assert (gas.kind, gas.unit) == (Kind.REGISTER, "m³")
    assert (price.kind, price.unit) == (Kind.SAMPLE, "CNY/MWh")


def test_is_row_number__counts_the_rows() -> None:
    assert is_row_number("序号", [float(n) for n in range(1, 40)])
    assert not is_row_number("负荷", [float(n) for n in range(1, 40)])
    assert not is_row_number("", [1.0, 3.0] * 20)
    assert is_no_energy("功率因数")
    assert not is_no_energy("有功功率")
