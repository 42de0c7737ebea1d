"""``taihang score``: figures, the hours of the day, measures; the same for machines."""

import json
from pathlib import Path

import pytest

import score_kit
import small_park
from command_line import done, taihang
from taihang.interfaces.catalogue import LANGS, Lang

YEAR = ("--year", score_kit.YEAR)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return score_kit.make(tmp_path_factory.mktemp("cli") / "park", score_kit.MEASURES)


@pytest.mark.parametrize("lang", LANGS)
def test_score__of_all_has_a_line_for_each(root: Path, lang: Lang) -> None:
    told = done("score", root, *YEAR, "--lang", lang).out

    for name in ("park", "E01", "E02"):
        assert sum(line.strip().startswith(name) for line in told.splitlines()) == 1
    assert {"zh": "不计算", "en": "not computed"}[lang] in told
    assert "8040" in told


@pytest.mark.parametrize("lang", LANGS)
def test_score__of_one_shows_the_hours_of_the_day(root: Path, lang: Lang) -> None:
    told = done("score", root, "--month", score_kit.JUNE, "--of", "E01", "--lang", lang).out

    (line,) = [row for row in told.splitlines() if row.startswith("2026-06")]
    assert len(line) == 80
    numbers = [int(line[at : at + 3]) for at in range(8, 80, 3)]
    # The sun of the small park shines around noon, and not at midnight.
    assert numbers[0] == 0
    assert numbers[12] == 100


@pytest.mark.parametrize("lang", LANGS)
def test_score__tells_what_would_raise_it(root: Path, lang: Lang) -> None:
    told = done("score", root, *YEAR, "--of", "park", "--raise-by", "45", "--lang", lang).out

    assert told.count({"zh": "达不到", "en": "cannot"}[lang]) >= 2


def test_score__issues_what_it_shows(tmp_path: Path) -> None:
    root = score_kit.make(tmp_path / "park", score_kit.MEASURES)

    shown = json.loads(done("score", root, *YEAR, "--issue", "--json").out)["scores"]

    with small_park.opened(root, writing=False) as ports:
        for one in shown:
            issued = json.loads(ports.registry.statement(one["series"]).document)
            assert {key: issued[key] for key in one if key != "series"} == {
                key: value for key, value in one.items() if key != "series"
            }
    assert len(shown) == 3


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--of", "E99"), "input.score-subject"),
        (("--raise-by", "5"), "input.words"),
        (("--of", "park", "--raise-by", "five"), "input.words"),
        (("--of", "park", "--raise-by", "0"), "input.points"),
    ],
)
def test_score__refuses_what_it_cannot_answer(
    root: Path, words: tuple[str, ...], code: str
) -> None:
    found = taihang("score", root, *YEAR, *words, "--json")

    assert (found.code, json.loads(found.out)["code"]) == (1, code)


def test_score__without_measures_says_that_no_price_is_known(tmp_path: Path) -> None:
    root = score_kit.make(tmp_path / "park")

    told = done("score", root, *YEAR, "--of", "park", "--raise-by", "1", "--lang", "en").out

    assert "[score_measures]" in told
