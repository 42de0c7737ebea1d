"""``taihang certificates issue|list|show|claim|withdraw|expire|balance``, in both languages."""

from pathlib import Path
from typing import cast

import pytest

import certified_park
import small_park
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang

CLAIM = (
    *("--id", "c1", "--party", "E01", "--mwh", "1.5", "--purpose", "scope 2"),
    *("--beneficiary", "E01", "--period", "2026-08"),
)


@pytest.fixture
def park(tmp_path: Path) -> Path:
    root = small_park.make(tmp_path / "park", text=certified_park.text())
    with small_park.opened(root) as ports:
        certified_park.settled(ports)
    return root


def _rows(found: object, key: str) -> list[dict[str, object]]:
    return cast("dict[str, list[dict[str, object]]]", found)[key]


def test_issue__of_what_is_issued__says_so(park: Path) -> None:
    told = done("certificates", "issue", park, "--month", "2026-08", "--json").facts

    assert told["issues"] == []
    assert told["refused"] == []
    assert told["owed_wh"] == {}


def test_list_and_show__tell_of_every_issue(park: Path) -> None:
    issues = _rows(done("certificates", "list", park, "--json").facts, "issues")
    shown = done("certificates", "show", park, "2026-08.pool.E01", "--json").facts

    assert [each["id"] for each in issues] == [
        "2026-08.line.DL1.E01",
        "2026-08.pool.E01",
        "2026-08.pool.E02",
    ]
    assert issues[1]["states_wh"] == {"held": 24_392_776}
    assert [each["id"] for each in _rows(shown, "certificates")] == ["2026-08.pool.E01:0-24392776"]


def test_claim__and_again__moves_once(park: Path) -> None:
    first = _rows(done("certificates", "claim", park, *CLAIM, "--json").facts, "acts")
    again = _rows(done("certificates", "claim", park, *CLAIM, "--json").facts, "acts")

    assert first[0]["pieces"] == again[0]["pieces"] == [["2026-08.line.DL1.E01", 0, 1_500_000]]
    assert (first[0]["is_repeated"], again[0]["is_repeated"]) == (False, True)


def test_balance__closes_to_the_watt_hour(park: Path) -> None:
    done("certificates", "claim", park, *CLAIM)
    done(
        *("certificates", "withdraw", park, "--id", "w", "--reason", "r"),
        *("--certificate", "2026-08.pool.E02:0-500"),
    )

    (august,) = _rows(
        done("certificates", "balance", park, "--year", "2026", "--json").facts, "months"
    )

    states = cast("dict[str, int]", august["states_wh"])
    assert august["difference_wh"] == 0
    assert (states["claimed"], states["withdrawn"]) == (1_500_000, 500)
    assert sum(states.values()) == august["generated_wh"]


@pytest.mark.parametrize("lang", LANGS)
def test_certificates__tell_people_in_their_language(park: Path, lang: Lang) -> None:
    told = {
        words[0]: done("certificates", words[0], park, *words[1:], "--lang", lang).out
        for words in (
            ("issue", "--month", "2026-08"),
            ("list",),
            ("show", "2026-08.pool.E01"),
            ("claim", *CLAIM),
            ("expire",),
            ("balance", "--month", "2026-08"),
        )
    }

    assert {"zh": "台账不变", "en": "as it was"}[lang] in told["issue"]
    assert {"zh": "24.392776  持有", "en": "24.392776  held"}[lang] in told["list"]
    assert {"zh": "首个持有方 E01", "en": "first held by E01"}[lang] in told["show"]
    assert {"zh": "核销 c1", "en": "claimed c1"}[lang] in told["claim"]
    assert {"zh": "没有已过有效期", "en": "no certificate is past"}[lang] in told["expire"]
    assert {"zh": "差额 0 Wh", "en": "0 Wh apart"}[lang] in told["balance"]


def test_show__of_an_unknown_issue__is_refused(park: Path) -> None:
    assert "state.unknown-issue" in taihang("certificates", "show", park, "2026-08.x").err


@pytest.mark.parametrize("extra", [(), ("--mwh", "1", "--certificate", "a:0-1")])
def test_claim__of_no_amount_or_of_two__is_refused(park: Path, extra: tuple[str, ...]) -> None:
    words = [word for word in CLAIM if word not in {"--mwh", "1.5"}]

    assert "input.words" in taihang("certificates", "claim", park, *words, *extra).err


def test_expire__with_nothing_over__ends_nothing(park: Path) -> None:
    assert done("certificates", "expire", park, "--json").facts == {"acts": []}


def test_balance__of_a_month_that_is_not_settled__says_so(park: Path) -> None:
    told = done("certificates", "balance", park, "--month", "2026-07", "--lang", "en")

    assert "nothing of 2026-07 is settled" in told.out
