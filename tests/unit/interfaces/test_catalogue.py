"""The text catalogue: complete, strict, and all of it in use."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from taihang.interfaces.catalogue import (
    LANGS,
    CatalogueError,
    TextError,
    has_text,
    load_catalogue,
    parse_catalogue,
    raw_texts,
    text,
)

_ROOT = Path(__file__).parents[3]
_INTERFACES = _ROOT / "src/taihang/interfaces"
_SCRIPTS = _ROOT / "web/src"
_WEB_GROUPS = (
    "page",
    "record",
    "live",
    "verdict",
    "figure",
    "panel",
    "column",
    "quality",
    "proof",
    "flow_node",
    "series",
    "chart",
    "empty",
    "failure",
)
_TEMPLATE_KEY = re.compile(r"""\{% words ['"]([a-z_.]+)['"]""")
_CODE_KEY = re.compile(r"""\btext\(\s*f?["'`]([a-zA-Z_.{}$]+)["'`]""")


def _uses() -> Iterator[str]:
    for file in sorted((_INTERFACES / "web/templates").rglob("*.html")):
        yield from _TEMPLATE_KEY.findall(file.read_text(encoding="utf-8"))
    for file in (*sorted((_INTERFACES / "web").rglob("*.py")), *sorted(_SCRIPTS.rglob("*.js"))):
        source = file.read_text(encoding="utf-8")
        yield from _CODE_KEY.findall(source)
        # A key may be chosen by a condition: text(wide ? "a.b" : "a.c").
        yield from (key for key in re.findall(r"\"([a-z_]+\.[a-z_]+)\"", source) if has_text(key))


def test_sectors__every_sector_of_a_template_has_a_name() -> None:
    templates = sorted((_ROOT / "src/taihang/config/templates").glob("*.toml"))
    sectors = {
        found
        for file in templates
        for found in re.findall(
            r'^E\d+ = .*\bsector = "([A-Z]\d\d)"', file.read_text("utf-8"), re.MULTILINE
        )
    }

    assert len(sectors) > 30
    assert [each for each in sorted(sectors) if not has_text(f"sector.{each}")] == []


def test_load_catalogue__every_text_has_words_in_every_language() -> None:
    catalogue = load_catalogue()

    assert len(catalogue) > 150
    assert all(set(entry) == set(LANGS) for entry in catalogue.values())
    assert all(words.strip() for entry in catalogue.values() for words in entry.values())


def test_load_catalogue__every_key_that_the_pages_name_exists() -> None:
    named = {use for use in _uses() if not re.search(r"[{$]", use)}

    missing = sorted(use for use in named if not has_text(use))

    assert len(named) > 80
    assert missing == []


def test_load_catalogue__no_text_of_the_pages_is_unused() -> None:
    uses = set(_uses())
    patterns = [
        re.compile(re.sub(r"(\\\$)?\\\{.*?\\\}", "[a-z_]+", re.escape(use)))
        for use in uses
        if "{" in use
    ]
    ours = [key for key in load_catalogue() if key.split(".")[0] in _WEB_GROUPS]

    unused = [
        key
        for key in ours
        if key not in uses and not any(pattern.fullmatch(key) for pattern in patterns)
    ]

    assert len(ours) > 100
    assert unused == []


def test_load_catalogue__english_has_no_chinese_but_the_name_of_the_other_language() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")

    found = [key for key, entry in load_catalogue().items() if chinese.search(entry["en"])]

    assert found == ["page.other_language"]


def test_text__fills_the_places() -> None:
    assert text("figure.at_least", "zh", percent=30) == "要求 ≥ 30 %"


def test_text__refuses_an_unknown_key() -> None:
    with pytest.raises(TextError, match=r"input\.text: given 'no\.such'"):
        text("no.such", "zh")


@pytest.mark.parametrize("values", [{}, {"percent": 1, "more": 2}, {"other": 1}])
def test_text__refuses_other_values_than_the_text_names(values: dict[str, object]) -> None:
    with pytest.raises(TextError, match="exactly the values"):
        text("figure.at_least", "en", **values)


def test_raw_texts__gives_whole_groups_unfilled() -> None:
    texts = raw_texts(prefixes=("live.",), lang="en")

    assert {"live.age", "live.newer", "live.lost"} <= set(texts)
    assert "{time}" in texts["live.lost"]


@pytest.mark.parametrize(
    "table",
    [
        {"a": {"zh": "是"}},
        {"a": {"zh": "是", "en": ""}},
        {"a": {"zh": "是", "en": "yes", "fr": "oui"}},
        {"a": {"zh": "{n} 家", "en": "works"}},
        {"a": "words"},
    ],
)
def test_parse_catalogue__refuses_a_text_that_is_not_whole(table: dict[str, object]) -> None:
    with pytest.raises(CatalogueError, match=r"a in broken\.toml"):
        parse_catalogue(table, origin="broken.toml")
