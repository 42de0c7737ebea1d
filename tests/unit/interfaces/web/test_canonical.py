"""JSON that is the same text for the same value."""

from decimal import Decimal

import pytest

from taihang.interfaces.web.canonical import ViewError, canonical, plain


def test_canonical__sorts_and_leaves_no_space() -> None:
    assert canonical({"b": (1, None), "a": Decimal("2.50")}) == '{"a":"2.50","b":[1,null]}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1, 2}])
def test_plain__refuses_what_has_no_form(value: object) -> None:
    with pytest.raises(ViewError):
        plain(value)
