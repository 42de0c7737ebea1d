from rich.console import Console

from taihang.interfaces.cli.tables import plain_table


def test_plain_table__has_a_title_a_rule_and_no_frame() -> None:
    table = plain_table("title")
    table.add_column("name")
    table.add_row("one")
    console = Console(width=20, record=True, file=None)
    with console.capture() as shown:
        console.print(table)

    lines = [line.strip() for line in shown.get().splitlines() if line.strip()]
    assert (lines[0], lines[1], lines[-1]) == ("title", "name", "one")
    assert set(lines[2]) == {"─"}
