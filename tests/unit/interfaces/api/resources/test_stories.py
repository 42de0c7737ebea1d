"""Stories of figures through the interface: the same as the pages tell, to whom they belong."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest

import story_parks
from api_kit import Served, served
from taihang.core.access.role import Role

KEYS = (
    "statement/inventory.E01.2026-06/assessed_t",
    "statement/cbam.AL1.2026-06/counted_g",
    "draft/inventory.E01.2026-06/assessed_t",
    "matched/user/E01/total_wh/2026-06-03",
)


@pytest.fixture(scope="module")
def park() -> Iterator[Served]:
    with served(story_parks.month_of_accounts()) as found:
        yield found


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("safe", ["", "/"])
def test_read_figure__opens_a_key_whose_slashes_are_written_or_escaped(
    park: Served, key: str, safe: str
) -> None:
    address = f"/figures/{quote(key, safe=safe)}"

    for told in (
        park.facts(address, Role.REGULATOR),
        park.facts(address, Role.ENTERPRISE_USER, enterprise="E01"),
    ):
        assert told["adds_up"] is True
        assert told["operands"]
        assert [each["value"] for each in told["operands"]] != [None] * len(told["operands"])


@pytest.mark.parametrize(
    "key",
    ["statement/inventory.E02.2026-06/assessed_t", "draft/inventory.E02.2026-06/assessed_t",
     "matched/user/E02/total_wh/2026-06", "nothing/at/all"],
)  # fmt: skip
def test_read_figure__of_others_is_refused_and_says_nothing_of_them(park: Served, key: str) -> None:
    answer = park.get(f"/figures/{quote(key, safe='')}", Role.ENTERPRISE_USER, enterprise="E01")

    assert answer.status in {403, 404, 409}
    assert "operands" not in answer.text
