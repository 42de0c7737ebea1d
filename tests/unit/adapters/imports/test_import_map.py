"""The columns that a map names, by name or by pattern."""

import pytest

from taihang.adapters.imports.import_map import match_columns
from taihang.adapters.imports.read_map import parse_map
from trial_map import map_text


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("a_p", {"a_p": "a_p"}),
        ("*_p", {"a_p": "a", "[b]_p": "[b]"}),
        ("[b]*", {"[b]_p": "_p"}),
        ("*_q", {"a_q": "a"}),
        ("c*", {}),
    ],
)
def test_match_columns__a_star_names_what_it_met(column: str, expected: dict[str, str]) -> None:
    is_pattern = "*" in column
    value = (
        parse_map(
            map_text(value={"column": f'"{column}"', "point": '"M-{}"' if is_pattern else '"M"'}),
            where="trial",
        )
        .tables[0]
        .values[0]
    )

    assert expected == match_columns(value, ["time", "a_p", "a_q", "[b]_p"])
