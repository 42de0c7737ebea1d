"""Write docs/standards.md from the bundled tables: ``python tests/fact_overview.py``."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from taihang.adapters.facts import STATUSES, FactTable, load_tables
from taihang.core.facts import Fact

PAGE = Path(__file__).parents[1] / "docs" / "standards.md"

SOURCES = {
    "K1": "daydaynews.cc/zh-hant/finance/3899452.html",
    "K2": "163.com/dy/article/KIQVBKCG05567I2C.html; reportify.ai, tag 电力二氧化碳排放因子",
    "K3": "three public repositories with the same provincial table; "
    "Zhaohh0706/Carbon-Footprint-LCA data/mee_2023_grid_factors.csv",
    "K4": "reportify.ai, tag 碳排放统计核算体系",
    "K5": "adgo07/GHGTOOL data-source/carbon_accounting/catalog.json (commit 0cd6ed37)",
    "K5b": "a public repository file, its name not recorded",
    "K6": "a public repository file, its name not recorded (公告2025年第47号, tables 1–5, 40 "
    "values)",
    "K7": "a public repository file, its name not recorded (27 fuels)",
    "K8": "tanpaifang.com/zhengcefagui/2025/1024115022.html; "
    "hasugian.com/tanzuji/2025/1027/115039.html",
    "K8b": "a public repository file, its name not recorded",
    "K10": "shangjiandao.com/author/238 (article on 发改环资〔2025〕910号)",
    "K13": "three public repository files (indicator code and its tests)",
    "K14": "youfuw.com/guides/27018.html",
    "K16": "reportify.cn, concept tag 绿电直连 (implementation plan of Qinghai)",
    "K17": "idongdian.com/cms/dianlitoutiao/11693",
    "K18b": "a public repository file, its name not recorded (tariffs by province)",
    "K19": "a public repository file, its name not recorded (values of 1077号 annex 1)",
    "K21": "a public repository file, its name not recorded (time-of-use table of Shanxi)",
    "K22": "a public repository file, its name not recorded (clauses with official addresses)",
    "K23": "a public repository file, its name not recorded; jzyizhong.com/Article-426269.html",
    "K24c": "xawhsp.cn/hy/988.html",
    "K25": "scribd.com/document/738274796",
    "K26": "bornforlove.cn/news/8189.html; m.bailiqin.com/news/show-200432.html",
    "K30": "a public repository file, its name not recorded",
    "K41": "m.handmsg.com/page/2025/0928/29841909.shtml; jnlyzg.com/news/302.html",
    "K43": "wtocenter.vn; oeko.de (study, task 2); steelradar.com; europalov.no (2025/2547)",
    "K48": "a public repository file, its name not recorded",
    "K44": "shanshuisiyin.cn/ShowNews1.aspx?id=452210; qh12352.com/html/27c1899954.html; "
    "eco.gov.cn/news_info/76934.html",
    "K51": "two public repository files: a metrology institute's coefficient page (with "
    "four transcription errors), and the definition of 0.1229",
    "K51c": "a public repository file, its name not recorded",
    "K52": "bigxun.com/view/1990691909882974209",
    "K53": "a public repository file, its name not recorded",
    "K54": "three public repository files (E = Σ Ei × ki; zero-carbon-factory indicators)",
    "K54b": "two public repository files",
}
"""Where the texts behind the source keys were seen."""

HEAD = """\
# Standards and facts

Every factor, tariff and threshold is a dated record in a table beside the standard that prints it
(`src/taihang/standards/tables/`), never a constant in code. A calculation asks for the one fact in
force and keeps its key, `set/code/region/first day=value`, beside the result. None or two in force
is an error, not a guess. A park adds its own facts, in the same format, to its directory.

Each value carries a mark that says how sure we are of it:

| mark | meaning |
|---|---|
| verified | seen in a stored public text, whose key stands under *source* |
| calc | recomputed from the numbers beside it |
| from-memory | known to the authors, not checked against a text |
| uncertain | real doubt: confirm it before anything is settled or reported with it |

A *verified* mark means that the text named by its key says so, not that the original of the issuing
body was opened. `first day … last` is half-open: the second day is the first on which the value no
longer holds; `…` alone means still in force.

This page is written by `python tests/fact_overview.py`; a test fails when it and the tables differ.
"""


def overview_markdown(tables: Iterable[FactTable]) -> str:
    """Return the page: one section a table, one row a fact."""
    held = tuple(tables)
    marks = Counter(fact.status for table in held for fact in table.facts)
    total = sum(marks.values())
    counted = ", ".join(f"{marks[status]} {status}" for status in STATUSES)
    sections = [_section(table) for table in held]
    count = f"{len(held)} tables, {total} facts: {counted}."
    return "\n".join([HEAD, count, "", *sections, _sources(source_keys(held))])


def source_keys(tables: Iterable[FactTable]) -> list[str]:
    """Return the keys of texts that facts name, K1 before K10."""
    named = {
        key.strip() for table in tables for fact in table.facts for key in fact.source.split(",")
    }
    texts = named - {"calc", "from-memory"}
    return sorted(texts, key=lambda key: (int(re.sub(r"\D", "", key)), key))


def _sources(keys: Iterable[str]) -> str:
    rows = (f"| {key} | {SOURCES[key]} |" for key in keys)
    return "\n".join(["## Sources", "", "| key | seen at |", "|---|---|", *rows, ""])


def _section(table: FactTable) -> str:
    documents = sorted({fact.document for fact in table.facts})
    lines = [
        f"## `{table.name}` {table.title_zh}",
        "",
        f"{table.title_en}. From: {'; '.join(documents)}.",
        "",
        "| code | region | value | unit | first day … last | set | clause | mark | source | note |",
        "|---|---|---:|---|---|---|---|---|---|---|",
        *(_row(fact) for fact in table.facts),
        "",
    ]
    return "\n".join(lines)


def _row(fact: Fact) -> str:
    until = fact.valid_to.isoformat() if fact.valid_to else ""
    year = f" (data of {fact.data_year})" if fact.data_year else ""
    cells = [
        f"`{fact.code}`",
        fact.region,
        str(fact.value),
        fact.unit,
        f"{fact.valid_from.isoformat()} … {until}{year}".rstrip(),
        fact.set,
        fact.clause,
        fact.status,
        fact.source,
        fact.note,
    ]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(overview_markdown(load_tables()), encoding="utf-8")
    print(f"wrote {PAGE}")
