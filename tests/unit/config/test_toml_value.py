"""What is typed becomes a value of its shape; what cannot be one is left to be refused."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from taihang.config.table_reader import Shape
from taihang.config.toml_value import quoted, toml_key, toml_value, typed_value


@pytest.mark.parametrize(
    ("shape", "typed", "value"),
    [
        (Shape.TEXT, "示例企业", "示例企业"),
        (Shape.TEXT, 'a "b" \\ = [', 'a "b" \\ = ['),
        (Shape.TEXT, "a\n[x]", "a\n[x]"),
        (Shape.NUMBER, " 110 ", 110),
        (Shape.NUMBER, "+0.5", Decimal("0.5")),
        (Shape.NUMBER, "110 kV", "110 kV"),
        (Shape.NUMBER, "1e5", "1e5"),
        (Shape.NUMBER, "007", "007"),
        (Shape.EXACT, "0.3320", "0.3320"),
        (Shape.FLAG, "true", True),
        (Shape.FLAG, "yes", "yes"),
        (Shape.CHOICE, "pv", "pv"),
        (Shape.DAY, "2025-01-01", date(2025, 1, 1)),
        (Shape.DAY, "2025-02-30", "2025-02-30"),
        (Shape.TEXTS, "E01，E02; E03", ["E01", "E02", "E03"]),
        (Shape.TEXTS_OR_ALL, "all", "all"),
        (Shape.TEXTS_OR_ALL, "E01", ["E01"]),
        (Shape.EXACTS, "0.1, 0.2", ["0.1", "0.2"]),
        (Shape.AMOUNTS, "peak = 0.6, flat: 0.4", {"peak": "0.6", "flat": "0.4"}),
        (Shape.SERVICE, "2025-01-01 …", {"since": date(2025, 1, 1)}),
        (Shape.SERVICE, "… 2026-01-01", {"until": date(2026, 1, 1)}),
        (
            Shape.SERVICE,
            "2025-01-01 .. 2026-01-01",
            {
                "since": date(2025, 1, 1),
                "until": date(2026, 1, 1),
            },
        ),
        (Shape.SERVICE, "last year", "last year"),
    ],
)
def test_toml_value__is_what_was_meant(shape: Shape, typed: str, value: object) -> None:
    assert tomllib.loads(f"k = {toml_value(shape, typed)}", parse_float=Decimal)["k"] == value


@pytest.mark.parametrize(
    ("shape", "typed"),
    [
        (Shape.TEXT, "示例企业"),
        (Shape.NUMBER, "110.5"),
        (Shape.FLAG, "false"),
        (Shape.DAY, "2025-01-01"),
        (Shape.TEXTS, "E01, E02"),
        (Shape.AMOUNTS, "flat = 0.4, peak = 0.6"),
        (Shape.SERVICE, "2025-01-01 … 2026-01-01"),
        (Shape.SERVICE, "2025-01-01 …"),
    ],
)
def test_typed_value__what_is_shown_may_be_typed_again(shape: Shape, typed: str) -> None:
    value = tomllib.loads(f"k = {toml_value(shape, typed)}", parse_float=Decimal)["k"]

    assert typed_value(shape, value) == typed


def test_toml_key__is_bare_where_it_can_be() -> None:
    assert [toml_key(name) for name in ("E01", "M-1", "M.1", "名")] == [
        "E01",
        "M-1",
        '"M.1"',
        '"名"',
    ]
    assert tomllib.loads("k = " + quoted("\x7f"))["k"] == "\x7f"
