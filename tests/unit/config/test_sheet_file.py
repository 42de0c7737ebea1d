from decimal import Decimal

import pytest

from taihang.config.sheet_file import CHARS_MAX, SheetFileError, read_toml


def test_read_toml__keeps_every_digit_of_a_number() -> None:
    found = read_toml("price = 0.10\ncount = 3\n", source="x.toml", refusal=SheetFileError)

    assert found == {"price": Decimal("0.10"), "count": 3}
    assert str(found["price"]) == "0.10"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = ", "valid TOML"),
        ("a = 1\na = 2", "valid TOML"),
        ("a = " + "[" * 5_000, "valid TOML"),
        ("#" * (CHARS_MAX + 1), f"at most {CHARS_MAX}"),
    ],
)
def test_read_toml__refuses_what_is_none_in_words(text: str, expected: str) -> None:
    with pytest.raises(SheetFileError, match=r"given x\.toml with 1 problem;") as refused:
        read_toml(text, source="x.toml", refusal=SheetFileError)

    (problem,) = refused.value.problems
    assert problem.expected == expected
    assert f"expected {expected}, correct the text" in str(refused.value)
