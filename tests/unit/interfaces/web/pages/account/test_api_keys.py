"""Making and revoking a key of a machine on one's own account."""

import re
from collections.abc import Iterator

import pytest

from taihang.core.access.role import Right, Role
from taihang.interfaces.accounts.keys import viewer_of_key
from taihang.interfaces.accounts.models import ApiKey
from visitor import PASSWORD, People, people

_KEY = re.compile(r"thk_[a-z2-7]{13}\.[A-Za-z0-9_-]{43}")


@pytest.fixture(name="park")
def _park() -> Iterator[People]:
    with people() as found:
        found.member("anna", Role.DISPATCHER, password=PASSWORD)
        yield found


def test_new_key__is_shown_once_opens_and_stands_in_the_trail(park: People) -> None:
    visitor = park.signed_in("anna")
    visitor.get("/account/keys/new/?lang=en")
    rights = [Right.SEE_OWN.value, Right.SEE_ALARMS.value]
    sent = {"act": visitor.field("act"), "name": "scada", "days": "30", "rights": rights}

    shown = visitor.follow(visitor.post("/account/keys/new/", sent))

    (key,) = _KEY.findall(shown.text)
    assert not _KEY.findall(visitor.get("/account/").text)
    with park.accounts.served():
        viewer = viewer_of_key(f"Bearer {key}")
    assert viewer is not None
    assert viewer.rights == {Right.SEE_OWN, Right.SEE_ALARMS}
    assert park.kinds()[-2:] == [("api-key-make", "begun"), ("api-key-make", "done")]
    assert key.partition(".")[2] not in str(park.acts())


def test_new_key__the_same_form_sent_twice_makes_one_key(park: People) -> None:
    visitor = park.signed_in("anna")
    visitor.get("/account/keys/new/")
    sent = {"act": visitor.field("act"), "name": "scada", "days": "30", "rights": ["see-own"]}

    statuses = [visitor.post("/account/keys/new/", sent).status for _ in range(2)]

    assert statuses == [302, 409]
    with park.accounts.served():
        assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"rights": [Right.MANAGE_ACCOUNTS.value]},
        {"rights": [Right.SETTLE.value]},
        {"rights": ["everything"]},
        {"rights": []},
        {"name": ""},
        {"days": "9999"},
        {"act": ""},
        {"act": "x" * 32},
    ],
)
def test_new_key__refuses_what_its_maker_cannot_lend(
    change: dict[str, str | list[str]], park: People
) -> None:
    visitor = park.signed_in("anna")
    visitor.get("/account/keys/new/")
    sent = {"act": visitor.field("act"), "name": "scada", "days": "30", "rights": ["see-own"]}

    answer = visitor.post("/account/keys/new/", {**sent, **change})

    assert answer.status == 200
    assert "error" in answer.text or "told bad" in answer.text
    with park.accounts.served():
        assert not ApiKey.objects.exists()


def test_end_key__opens_nothing_any_more_and_only_ones_own_can_be_ended(park: People) -> None:
    park.member("bert", Role.DISPATCHER, password=PASSWORD)
    anna, bert = park.signed_in("anna"), park.signed_in("bert")
    anna.get("/account/keys/new/")
    sent = {"act": anna.field("act"), "name": "scada", "days": "30", "rights": ["see-own"]}
    shown = anna.follow(anna.post("/account/keys/new/", sent))
    (key,) = _KEY.findall(shown.text)
    key_id = key[4:17]

    bert.get("/account/")
    bert.post("/account/keys/end/", {"key": key_id})
    with park.accounts.served():
        assert viewer_of_key(f"Bearer {key}") is not None
    anna.post("/account/keys/end/", {"key": key_id})
    with park.accounts.served():
        assert viewer_of_key(f"Bearer {key}") is None
    assert park.kinds().count(("api-key-revoke", "done")) == 1
