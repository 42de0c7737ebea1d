"""Write docs/glossary.md from the one glossary: ``python tests/glossary_page.py``."""

from pathlib import Path

from taihang.interfaces.glossary import Section, Term, sections

PAGE = Path(__file__).parents[1] / "docs" / "glossary.md"
_HEAD = """# Glossary · 术语对照

One thing has one name, in code, pages, commands and documents. A new term is added first, to
`src/taihang/interfaces/glossary.toml`; this page is written from it
(`python tests/glossary_page.py`), and pages explain their words with it. Where the third column
says *not yet*, the word is fixed and the thing is not built. A test finds forbidden synonyms in
code.

一个事物只有一个名字：代码、页面、命令与文档一致。新术语先写进术语表，本页与页面上的解释都由它生成。
"""
_COLUMNS = "| 中文 | English | in code | said of it | 释义 |\n|---|---|---|---|---|"


def page() -> str:
    """Return the page as it should read."""
    return "\n".join([_HEAD, *(_section(each) for each in sections())])


def _section(section: Section) -> str:
    rows = [_row(each) for each in section.terms]
    return "\n".join([f"## {section.name}", "", _COLUMNS, *rows, ""])


def _row(term: Term) -> str:
    cells = (term.zh, term.en, term.code, term.say_en, term.say_zh)
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
