"""A bill and the options of a year on the terminal, in both languages and for machines."""

from pathlib import Path
from typing import Any, cast

import pytest

import money_park
import small_park
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang


@pytest.fixture(scope="module")
def park(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A park whose August is closed."""
    root = small_park.make(tmp_path_factory.mktemp("bill") / "park", money_park.PARK)
    with money_park.opened(root) as ports:
        money_park.closed(ports)
    return root


@pytest.mark.parametrize("lang", LANGS)
def test_bill__shows_every_line_and_the_total(lang: Lang, park: Path) -> None:
    words = ("bill", park, "--enterprise", "E01", "--month", "2026-08")
    told = done(*words, "--lang", lang).out
    document = cast("dict[str, Any]", done(*words, "--json").facts)

    assert "bill.E01.2026-08.v1" in told
    for line in document["lines"]:
        assert str(line["title"][lang]).split("(")[0].split()[0] in told
    amounts = [line["amount_cny"] for line in document["lines"] if line["amount_cny"]]
    assert all(f"{float(amount):,.2f}" in told for amount in amounts)
    assert f"{float(document['value']):,.2f}" in told
    assert {"zh": "读数齐全", "en": "2,976 of 2,976"}[lang] in told


def test_bill__of_a_grid_connection_is_the_gateway_bill(park: Path) -> None:
    told = done("bill", park, "--enterprise", "G1", "--month", "2026-08", "--lang", "en").out

    assert "gateway-bill.G1.2026-08.v1" in told


def test_bill__that_was_never_issued_is_refused(park: Path) -> None:
    ended = taihang("bill", park, "--enterprise", "E01", "--month", "2026-07")

    assert ended.code == 1
    assert "input.no-bill" in ended.err


def test_options__of_months_without_prices_are_refused_in_words(park: Path) -> None:
    ended = taihang("options", park, "--month", "2026-08")

    assert ended.code == 1
    assert "2025-09" in ended.err


@pytest.mark.parametrize("lang", LANGS)
def test_options__show_the_cheapest_and_can_be_stated(lang: Lang, tmp_path: Path) -> None:
    billing = money_park.BILLING + "td_prices_of = 2026-08-01\n"
    root = small_park.make(tmp_path / "park", money_park.text(billing=billing))
    with money_park.opened(root) as ports:
        for number in range(9, 13):
            money_park.closed(ports, small_park.month(f"2025-{number:02}", small_park.ZONE))
        for number in range(1, 9):
            money_park.closed(ports, small_park.month(f"2026-{number:02}", small_park.ZONE))

    told = done("options", root, "--month", "2026-08", "--lang", lang).out
    facts = done("options", root, "--month", "2026-08", "--issue", "--json").facts

    assert {"zh": "按合同需量", "en": "contract"}[lang] in told
    assert "E01" in told
    assert {"zh": "仅供测算", "en": "what-if"}[lang] in told
    found = cast("list[dict[str, Any]]", facts["options"])
    assert [each["series"].split(".")[1] for each in found] == ["E01", "E02"]
    with money_park.opened(root, writing=False) as ports:
        assert ports.registry.statement("tariff-options-what-if.E02.2026-08").version == 1
