"""Write docs/standards.md from the bundled tables: ``python tests/fact_overview.py``."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from taihang.adapters.facts import STATUSES, FactTable, load_tables
from taihang.core.facts import Fact

PAGE = Path(__file__).parents[1] / "docs" / "standards.md"

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
    return "\n".join([HEAD, f"{len(held)} tables, {total} facts: {counted}.", "", *sections])


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
