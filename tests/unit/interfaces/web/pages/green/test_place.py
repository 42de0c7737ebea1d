"""What the pages of green power share: names, settled months, ways between them."""

from dataclasses import replace
from datetime import date

from taihang.core.figure.story import Named
from taihang.interfaces.web.page_query import PLAIN
from taihang.interfaces.web.pages.green.place import (
    Place,
    last_month,
    tabs,
)

PLACE = Place(
    zone="UTC",
    is_whole=True,
    names={"E01": Named("一厂", "Plant one")},
    kinds={"PV01": "pv"},
    users=("E01",),
    first_settled=date(2026, 7, 1),
    last_settled=date(2026, 8, 14),
    months=("2026-07",),
)
LOOK = replace(PLAIN, path="/green/")


def test_place__names_things_and_keeps_ids_that_it_does_not_know() -> None:
    assert (PLACE.name("E01", "zh"), PLACE.name("E01", "en")) == ("一厂", "Plant one")
    assert PLACE.name("E99", "en") == "E99"


def test_last_month__is_the_last_that_is_settled() -> None:
    found = last_month(PLACE)

    assert found is not None
    assert found.word == "2026-07"
    assert last_month(replace(PLACE, months=())) is None


def test_tabs__say_where_one_is() -> None:
    found = tabs("certificates", look=LOOK, is_whole=True)

    assert [tab.href for tab in found if tab.is_here] == ["/green/certificates/"]
    assert len({tab.label for tab in found}) == len(found) == 4
    own = {tab.href for tab in tabs("matching", look=LOOK, is_whole=False)}
    assert own == {tab.href for tab in found} - {"/green/ratios/"}
