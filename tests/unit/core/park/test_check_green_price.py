"""A green price has exactly the keys of its form."""

import pytest

import small_park
from taihang.config.park_file import examine_park
from taihang.core.park.problem import Severity

FIXED = 'price_cny_per_kwh = "0.3100"'
SPOT = 'price_by = "market", price_series = "PRICE", discount_cny_per_kwh = "0.01"'
KINDS = 'price_by = "time-of-use", prices_cny_per_kwh = {{ {} }}'


def problems_of(text: str) -> list[tuple[str, str]]:
    """Where something is wrong, and what was given there."""
    return [
        (".".join(map(str, each.path)), each.given)
        for each in examine_park(text).problems
        if each.severity is Severity.ERROR
    ]


def with_price(text: str) -> str:
    return small_park.PARK.replace(FIXED, text)


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ('price_by = "fixed"', "price_cny_per_kwh", "nothing, with price_by fixed"),
        (f'price_by = "curve", {FIXED}', "price_cny_per_kwh", "with price_by curve"),
        ('price_by = "curve", curve_cny_per_kwh = ["0.1"]', "curve_cny_per_kwh", "1 prices"),
        (SPOT.replace('"PRICE"', '"NONE"'), "price_series", "'NONE'"),
        (SPOT.replace(', discount_cny_per_kwh = "0.01"', ""), "discount_cny_per_kwh", "nothing"),
        (f'{FIXED}, floor_cny_per_kwh = "0.1"', "floor_cny_per_kwh", "with price_by fixed"),
        (KINDS.format('peak = "1", flat = "1"'), "prices_cny_per_kwh", "no price for valley"),
        (KINDS.format('peek = "1"'), "prices_cny_per_kwh.peek", "'peek'"),
    ],
)
def test_check_green_prices__names_what_does_not_belong(text: str, key: str, words: str) -> None:
    problems = problems_of(with_price(text))

    assert any(path == f"green_supplies.GS1.{key}" and words in given for path, given in problems)


@pytest.mark.parametrize(
    "text", [SPOT, SPOT + ', floor_cny_per_kwh = "0"', f'{FIXED}, green_premium_cny_per_kwh = "0"']
)
def test_check_green_prices__of_whole_forms_has_nothing_to_say(text: str) -> None:
    assert problems_of(with_price(text)) == []


def test_check_green_prices__lets_only_a_connection_price_export_by_a_declared_series() -> None:
    line = 'source = "assumed for tests"\nexport_price_series = "{}"\n'
    text = small_park.PARK.replace('source = "assumed for tests"\n', line.format("NONE"), 1)

    found = problems_of(text)

    assert {path for path, _ in found} == {"grid_tariffs.GT.export_price_series"}
    assert {given for _, given in found} == {"'NONE'", "a tariff of no grid connection"}
