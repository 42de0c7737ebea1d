"""Every key of a map is asked for by its kind; another kind is refused with its place."""

from collections.abc import Callable

import pytest

from taihang.adapters.imports.map_keys import ImportMapError, MapKeys


def keys(**entries: object) -> MapKeys:
    return MapKeys(entries, "trial")


Read = Callable[[MapKeys], object]
REFUSED: list[tuple[Read, object]] = [
    (lambda k: k.text("k"), ""),
    (lambda k: k.text_or_texts("k"), []),
    (lambda k: k.text_or_texts("k"), ["a", ""]),
    (lambda k: k.text_or_texts("k"), 5),
    (lambda k: k.row("k", absent=1, least=1), 0),
    (lambda k: k.row("k", absent=1, least=1), True),
    (lambda k: k.whole("k"), -1),
    (lambda k: k.decimal("k"), "1,5"),
    (lambda k: k.texts_by_name("k"), {}),
    (lambda k: k.texts_by_name("k"), {"a": 1}),
    (lambda k: k.table("k"), "a"),
    (lambda k: k.tables("k"), []),
]


@pytest.mark.parametrize(("read", "value"), REFUSED)
def test_map_keys__refuses_another_kind_with_its_place(read: Read, value: object) -> None:
    with pytest.raises(ImportMapError, match="trial, k"):
        read(keys(k=value))


def test_map_keys__what_nobody_asked_for_is_refused() -> None:
    read = keys(known="a", other="b")

    assert read.text("known") == "a"
    with pytest.raises(ImportMapError, match="unknown here; expected one of known"):
        read.demand_all_used()


def test_map_keys__a_text_may_stand_for_a_list_of_one() -> None:
    assert keys(k="a").text_or_texts("k") == ("a",)
    assert keys(k=["a", "b"]).text_or_texts("k") == ("a", "b")
    assert keys().row("k", absent=7, least=1) == 7
    assert keys().optional_text("k") is None
