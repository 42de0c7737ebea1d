"""What an address may say."""

import pytest

from taihang.interfaces.web.page_query import LONGEST_WORD, PLAIN, QueryError, parse_query


def test_parse_query__a_bare_address_is_chinese_and_light() -> None:
    assert parse_query({}) == PLAIN


def test_parse_query__a_wall_is_dark_unless_said_otherwise() -> None:
    assert parse_query({"wall": "1"}).theme == "dark"
    assert parse_query({"wall": "1", "theme": "light"}).theme == "light"


@pytest.mark.parametrize(
    "query", [{"lang": "fr"}, {"wall": "yes"}, {"theme": ""}, {"lang": "zh,en"}]
)
def test_parse_query__refuses_what_it_does_not_know(query: dict[str, str]) -> None:
    with pytest.raises(QueryError, match="correct the address"):
        parse_query(query)


def test_switched__changes_one_thing_and_keeps_the_rest() -> None:
    links = parse_query({"lang": "en", "theme": "dark"}).switched()

    assert links["lang"] == "/?lang=zh&theme=dark"
    assert links["theme"] == "/?lang=en&theme=light"
    assert links["wall"] == "/?lang=en&theme=dark&wall=1"


def test_demand_words__refuses_a_word_that_the_page_does_not_know() -> None:
    look = parse_query({"month": "2026-09", "lang": "en"}, path="/carbon/")

    assert look.demand_words(("month",)) == {"month": "2026-09"}
    with pytest.raises(QueryError, match="month"):
        look.demand_words(())


def test_demand_words__refuses_a_word_that_is_too_long_and_never_cuts_it() -> None:
    longest = parse_query({"of": "x" * LONGEST_WORD})
    longer = parse_query({"of": "x" * (LONGEST_WORD + 1)})

    assert longest.demand_words(("of",)) == {"of": "x" * LONGEST_WORD}
    with pytest.raises(QueryError, match=f"of of {LONGEST_WORD + 1} characters"):
        longer.demand_words(("of",))


def test_query_error__repeats_only_the_beginning_of_a_long_word_and_says_so() -> None:
    with pytest.raises(QueryError) as refused:
        parse_query({"lang": "x" * 5000})

    assert "… (5000 characters)" in str(refused.value)
    assert len(str(refused.value)) < 2 * LONGEST_WORD


def test_switched__keeps_the_words_of_the_page() -> None:
    look = parse_query({"month": "2026-09"}, path="/carbon/")

    assert look.switched()["lang"] == "/carbon/?month=2026-09&lang=en&theme=light"
    assert look.with_words(month="2026-08") == "/carbon/?month=2026-08"


@pytest.mark.parametrize("remembered", ["", "fr.dark", "en", "<script>", "en.dark.x"])
def test_parse_query__a_cookie_is_never_trusted(remembered: str) -> None:
    look = parse_query({}, remembered=remembered)

    assert look.lang in {"zh", "en"}
    assert look.theme == ("dark" if remembered == "fr.dark" else "light")
