from fact_overview import PAGE, SOURCES, overview_markdown, source_keys
from taihang.adapters.facts import load_tables


def test_standards_page__shows_every_table_and_fact_as_it_is() -> None:
    tables = load_tables()

    written = PAGE.read_text(encoding="utf-8")

    assert len(tables) >= 9
    assert all(f"## `{table.name}`" in written for table in tables), "run tests/fact_overview.py"
    assert overview_markdown(tables) == written, "run python tests/fact_overview.py"


def test_standards_page__says_where_every_source_was_seen() -> None:
    keys = source_keys(load_tables())

    assert len(keys) >= 20
    assert [key for key in keys if key not in SOURCES] == []
