"""The documents say what is there: links lead somewhere, pages are listed, names exist."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, cast

from conventions.source_tree import DOCS, ROOT, SRC, joined, name_of

README: Final = ROOT / "README.md"
README_ZH: Final = ROOT / "README.zh-CN.md"
GLOSSARY: Final = DOCS / "glossary.md"
DEPENDENCIES: Final = DOCS / "decisions" / "0002-dependencies.md"
README_LINES_MOST: Final = 120
_LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_ENTRY: Final = re.compile(r"^\| [^|]+ \| [^|]+ \| ([^|]*) \| [^|]*\|[^|]*\|$", re.MULTILINE)
_IDENTIFIER: Final = re.compile(r"`([A-Za-z_][A-Za-z0-9_.]*)`")
_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9-]+")
_FENCE: Final = re.compile(r"^( *)(```|~~~).*?^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    """Return every Markdown page of the documentation."""
    return sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)


def prose(text: str) -> str:
    """Return a page without its blocks of code."""
    return _FENCE.sub("", text)


def dead_links(page: Path, text: str) -> Iterator[str]:
    """Yield the links of a page to files that are not there."""
    for found in _LINK.finditer(prose(text)):
        target = (found[1] or found[2]).split("#")[0]
        is_outside = re.match(r"[a-z]+:", target) is not None
        if target and not is_outside and not (page.parent / target).exists():
            yield f"{name_of(page)}: {target}"


def listed(index: str) -> set[str]:
    """Return the pages that the tables of contents of a page name."""
    trees = re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL)
    lines = {line.strip() for tree in trees for line in tree.splitlines()}
    return {line for line in lines if line and not line.startswith(":")}


def commands_in(text: str) -> list[str]:
    """Return the blocks of code of a page without their comments."""
    blocks = [found.group() for found in _FENCE.finditer(text)]
    return [
        re.sub(r"\s*#.*", "", block) for block in blocks if "taihang " in block or "make " in block
    ]


def test_links__lead_to_files_that_exist() -> None:
    named = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "changelog.d/README.md")
    everything = [*pages(), README, README_ZH, *(ROOT / name for name in named)]

    assert len(everything) >= 30
    dead = [
        link for page in everything for link in dead_links(page, page.read_text(encoding="utf-8"))
    ]
    assert not dead, joined(dead)


def test_pages__are_all_in_the_table_of_contents() -> None:
    index = listed((DOCS / "index.md").read_text(encoding="utf-8"))
    found = {
        path.relative_to(DOCS).with_suffix("").as_posix()
        for path in pages()
        if not path.name.startswith("0")
    }

    assert found - {"index"} == index
    assert listed((DOCS / "decisions" / "README.md").read_text(encoding="utf-8")) == {"0*"}


def test_decisions__are_numbered_and_tell_context_choice_and_consequence() -> None:
    decisions = sorted((DOCS / "decisions").glob("0*.md"))

    numbers = [int(path.name[:4]) for path in decisions]
    assert len(numbers) >= 8
    assert numbers == list(range(1, len(numbers) + 1))
    for path in decisions:
        text = path.read_text(encoding="utf-8")
        assert all(f"\n## {part}" in text for part in ("Context", "Choice", "Consequence")), path
        assert "ot measured" in text or "not a measurement" in text, f"{path}: what was not?"


def test_dependencies__each_have_a_line_with_the_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    text = DEPENDENCIES.read_text(encoding="utf-8")
    wanted = [
        *cast("list[str]", project["project"]["dependencies"]),
        *cast("list[str]", project["dependency-groups"]["dev"]),
    ]

    names = [found.group() for one in wanted if (found := _REQUIREMENT.match(one))]
    assert len(names) >= 20
    assert [name for name in names if f"| `{name}` |" not in text] == []


def test_glossary__names_things_that_exist() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(SRC.rglob("*"))
        # The page itself is written from the glossary, which so says nothing of what exists.
        if path.suffix in {".py", ".toml"} and path.name != "glossary.toml"
    )
    cells = _ENTRY.findall(prose(GLOSSARY.read_text(encoding="utf-8")))
    names = {name.rsplit(".", 1)[-1] for cell in cells for name in _IDENTIFIER.findall(cell)}

    assert len(names) >= 90
    unknown = sorted(name for name in names if not re.search(rf"\b{re.escape(name)}\b", code))
    assert not unknown, joined(unknown)


def test_readmes__are_short_and_say_the_same() -> None:
    english, chinese = (path.read_text(encoding="utf-8") for path in (README, README_ZH))

    assert len(english.splitlines()) <= README_LINES_MOST
    assert len(chinese.splitlines()) <= README_LINES_MOST
    assert len(re.findall(r"^## ", english, re.MULTILINE)) == len(
        re.findall(r"^## ", chinese, re.MULTILINE)
    )
    assert commands_in(english) == commands_in(chinese)
    assert len(commands_in(english)) >= 2
    assert english.count("\n- ") == chinese.count("\n- ")
    assert english.count("\n| ") == chinese.count("\n| ")


def test_dead_links__finds_a_link_to_nowhere_and_no_link_in_code() -> None:
    text = "[a](nowhere.md#x) [b](https://example.org) [c](#here)\n```\n[d](code.md)\n```\n"

    assert list(dead_links(README, text)) == ["README.md: nowhere.md"]


def test_listed__reads_every_table_of_contents() -> None:
    index = "```{toctree}\n:caption: A\n\none\n```\n\n```{toctree}\ntwo/three\n```\n"

    assert listed(index) == {"one", "two/three"}
