"""``taihang certificates list-for-sale …``: a sale word for word, in both languages."""

import json
from pathlib import Path
from typing import cast

import pytest

from command_line import Ended, done, taihang
from lot_park import made
from taihang.interfaces.catalogue import LANGS, Lang
from taihang.interfaces.cli.lot_market import number_of, wh_of
from taihang.interfaces.cli.words import WordsError

UNTIL = "2199-01-01"


@pytest.fixture
def park(tmp_path: Path) -> Path:
    return made(tmp_path / "park", expires_s=7_000_000_000)


def listed(park: Path, *more: str, id_: str = "a", mwh: str = "2") -> Ended:
    return done(
        "certificates",
        "list-for-sale",
        park,
        "--id",
        id_,
        "--party",
        "owner",
        "--mwh",
        mwh,
        "--price",
        "8.00",
        "--until",
        UNTIL,
        *more,
    )


def bought(park: Path, *more: str) -> Ended:
    words = ("--id", "o", "--party", "E01", "--mwh", "1.5", "--limit", "9")
    return done("certificates", "buy", park, *words, *more)


def row(facts: object, key: str, at: int = 0) -> dict[str, object]:
    return cast("dict[str, list[dict[str, object]]]", facts)[key][at]


@pytest.mark.parametrize("lang", LANGS)
def test_sale__is_told_in_the_language_of_the_reader(park: Path, lang: Lang) -> None:
    shown = ("--lang", lang)

    first, again = listed(park, *shown).out, listed(park, *shown).out
    book = done("certificates", "book", park, *shown).out
    order = bought(park, *shown).out
    held = done("certificates", "holdings", park, "--party", "E01", *shown).out
    paid = done(
        "certificates",
        "pay",
        park,
        "o.1",
        "--id",
        "p",
        "--party",
        "owner",
        "--amount",
        "12",
        "--reference",
        "ICBC-1",
        *shown,
    ).out

    assert "2.000000 MWh" in first
    assert {"zh": "此前已办", "en": "done before"}[lang] in again
    assert "8.00" in book
    assert "owner" not in book
    assert {"zh": "= 12.00 元", "en": "= 12.00 CNY"}[lang] in order
    assert {"zh": "我方付款", "en": "own payment"}[lang] in held
    assert {"zh": "付款并交割", "en": "paid and delivered"}[lang] in paid


def test_sale__for_machines_every_act_is_one_object(park: Path) -> None:
    assert listed(park, "--json").facts["energy_wh"] == 2_000_000
    assert row(done("certificates", "book", park, "--json").facts, "book") == {
        "price_cny_per_mwh": "8.00",
        "energy_wh": 2_000_000,
        "n_listings": 1,
    }
    order = bought(park, "--json").facts
    assert row(order, "purchases")["amount_cny"] == "12.00"
    deals = done("certificates", "holdings", park, "--party", "owner", "--json").facts
    assert row(deals, "deals")["buyer"] == "E01"
    assert done("certificates", "overdue", park, "--json").facts == {"given_back": []}
    delisted = ("--id", "d", "--party", "owner", "--json")
    assert done("certificates", "delist", park, "a", *delisted).facts["energy_wh"] == 500_000


def test_offer__needs_the_word_of_both_sides(park: Path) -> None:
    def offered(id_: str) -> None:
        words = (
            "--party",
            "owner",
            "--buyer",
            "E02",
            "--certificate",
            "2026-06.feed-in.G1.PV01:0-5000",
        )
        terms = ("--price", "8", "--until", UNTIL)
        done("certificates", "offer", park, "--id", id_, *words, *terms)

    offered("one")
    done("certificates", "accept", park, "one", "--id", "yes", "--party", "E02")
    offer_facts = done("certificates", "holdings", park, "--party", "E02", "--json").facts
    assert row(offer_facts, "deals")["step"] == "accept"
    refused = taihang(
        "certificates", "decline", park, "one", "--id", "no", "--party", "E02", "--json"
    )
    assert json.loads(refused.out)["code"] == "state.deal"
    early = taihang(
        "certificates", "revoke", park, "yes", "--id", "r", "--party", "owner", "--json"
    )
    assert json.loads(early.out)["code"] == "state.deal"


def test_list_for_sale__wants_an_amount_or_a_certificate(park: Path) -> None:
    words = ("--id", "a", "--party", "owner", "--price", "8", "--until", UNTIL, "--json")
    for more in ((), ("--mwh", "1", "--certificate", "x:0-1"), ("--certificate", "x")):
        ended = taihang("certificates", "list-for-sale", park, *words, *more)
        assert json.loads(ended.out)["code"] == "input.words"


@pytest.mark.parametrize("lang", LANGS)
def test_book__of_nothing_says_so_with_the_rules(park: Path, lang: Lang) -> None:
    told = done("certificates", "book", park, "--lang", lang).out

    assert {"zh": "没有挂牌", "en": "nothing is for sale"}[lang] in told
    assert "1.00 … 50.00" in told
    empty = done("certificates", "holdings", park, "--party", "E02", "--lang", lang).out
    assert {"zh": "不持有", "en": "no certificates"}[lang] in empty
    overdue = done("certificates", "overdue", park, "--lang", lang).out
    assert {"zh": "没有逾期", "en": "no deal is overdue"}[lang] in overdue


def test_number_of__is_a_plain_number() -> None:
    assert [wh_of(text) for text in ("0.000001", "12.5", "3")] == [1, 12_500_000, 3_000_000]
    for text in ("", "-1", "1e3", "NaN", "1.0000001", "٣", "1,5", "9" * 13):
        with pytest.raises(WordsError):
            number_of(text, "--mwh")
