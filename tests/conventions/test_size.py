"""No module grows beyond what one can read at a sitting."""

from conventions.source_tree import STANDALONE, code_lines, joined, modules, name_of

MAX_CODE_LINES = 400


def test_modules__hold_at_most_400_code_lines() -> None:
    looked_at = [path for path in modules() if path.name != STANDALONE]

    sizes = {path: code_lines(path.read_text(encoding="utf-8")) for path in looked_at}

    assert len(sizes) >= 100
    assert max(sizes.values()) > 100, "the counter does not count"
    too_long = [f"{name_of(path)}: {n}" for path, n in sizes.items() if n > MAX_CODE_LINES]
    assert not too_long, joined(too_long)


def test_code_lines__counts_code_and_nothing_else() -> None:
    source = '"""Doc\nstring."""\n\n# why\nx = """a\nb"""\n\n\ndef f():\n    "doc"\n    return 1\n'

    # x over two lines, the head of f, and its return
    assert code_lines(source) == 4
