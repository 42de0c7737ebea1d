"""What an address may say."""

import pytest

from taihang.interfaces.web.page_query import PLAIN, QueryError, parse_query


def test_parse_query__a_bare_address_is_chinese_and_light() -> None:
    assert parse_query({}) == PLAIN


def test_parse_query__a_wall_is_dark_unless_said_otherwise() -> None:
    assert parse_query({"wall": "1"}).theme == "dark"
    assert parse_query({"wall": "1", "theme": "light"}).theme == "light"


@pytest.mark.parametrize(
    "query", [{"lang": "fr"}, {"wall": "yes"}, {"theme": ""}, {"utm": "x"}, {"lang": "zh,en"}]
)
def test_parse_query__refuses_what_it_does_not_know(query: dict[str, str]) -> None:
    with pytest.raises(QueryError, match="correct the address"):
        parse_query(query)


def test_switched__changes_one_thing_and_keeps_the_rest() -> None:
    links = parse_query({"lang": "en", "theme": "dark"}).switched()

    assert links["lang"] == "/?lang=zh&theme=dark"
    assert links["theme"] == "/?lang=en&theme=light"
    assert links["wall"] == "/?lang=en&theme=dark&wall=1"
