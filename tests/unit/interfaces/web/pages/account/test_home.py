"""One's own account: who one is, where one is signed in, and ending it."""

import re
from collections.abc import Iterator

import pytest

from taihang.core.access.role import Role
from taihang.interfaces.accounts.models import SignedIn
from visitor import PASSWORD, People, people

_ROW = re.compile(r'name="session" value="([0-9a-f]{40})"')


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found:
        found.member("anna", Role.ENTERPRISE_ADMIN, enterprise="E02", password=PASSWORD)
        found.member("bert", Role.WITNESS, password=PASSWORD)
        yield found


def test_account_page__says_who_one_is_in_both_languages(park: People) -> None:
    visitor = park.signed_in("anna")

    assert "Enterprise administrator" in visitor.get("/account/?lang=en").text
    assert "Plant B" in visitor.page
    assert "企业管理员" in visitor.get("/account/?lang=zh").text
    assert "乙厂" in visitor.page


def test_account_page__shows_every_place_and_that_one_is_here(park: People) -> None:
    visitor = park.signed_in("anna")
    park.signed_in("anna")
    park.signed_in("bert")

    page = visitor.get("/account/?lang=en").text

    assert page.count("Firefox, Linux") == 2
    assert page.count("127.0.0.1") == 2
    assert page.count('class="tag ok">here<') == 1


def test_end_session__ends_the_other_place_at_its_next_request(park: People) -> None:
    here, there = park.signed_in("anna"), park.signed_in("anna")
    (name,) = _ROW.findall(here.get("/account/").text)

    answer = here.post("/account/sessions/end/", {"session": name})

    assert answer.status == 302
    assert there.get("/account/").status == 302
    assert here.get("/account/").status == 200
    assert ("session-end", "done") in park.kinds()


def test_end_session__others_ends_all_but_this_one(park: People) -> None:
    here = park.signed_in("anna")
    elsewhere = [park.signed_in("anna") for _ in range(3)]
    here.get("/account/")

    here.post("/account/sessions/end/", {"session": "others"})

    assert [each.get("/account/").status for each in elsewhere] == [302] * 3
    assert here.get("/account/").status == 200


def test_end_session__nobody_ends_the_session_of_somebody_else(park: People) -> None:
    anna, bert = park.signed_in("anna"), park.signed_in("bert")
    with park.accounts.served():
        names = [row.session_key for row in SignedIn.objects.all()]
    anna.get("/account/")

    for name in [*names, "others"]:
        anna.post("/account/sessions/end/", {"session": name})
        anna.get("/account/")

    assert bert.get("/account/").status == 200


def test_account_page__refuses_words_that_it_does_not_know(park: People) -> None:
    assert park.signed_in("anna").get("/account/?tab=1").status == 422
