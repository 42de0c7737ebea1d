"""The tree as the convention tests see it: its files, their code, and what they cite."""

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SRC: Final = ROOT / "src" / "taihang"
TESTS: Final = ROOT / "tests"
DOCS: Final = ROOT / "docs"
STANDALONE: Final = "verify_taihang.py"
"""The verifier: one file that shares nothing with the rest, and so cannot be split."""

_TEXT: Final = frozenset(
    (".cfg", ".css", ".html", ".js", ".json", ".md", ".mjs", ".py", ".svg", ".toml", ".yaml")
)
_NO_CODE: Final = frozenset(
    (
        tokenize.COMMENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
        tokenize.INDENT,
        tokenize.NEWLINE,
        tokenize.NL,
    )
)
_BUILT: Final = frozenset(
    ("__pycache__", "_build", "build", "demo-park", "dist", "node_modules", "out")
)


def modules(*rings: str) -> list[Path]:
    """Return the modules below some folders of the package, without migrations; all if none."""
    folders = [SRC / ring for ring in rings] or [SRC]
    found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return [path for path in found if path.name != "__init__.py" and "migrations" not in path.parts]


def text_files() -> list[Path]:
    """Return every text file that a person writes or a wheel carries."""
    return sorted(path for path in _walk(ROOT) if path.suffix in _TEXT or path.name == "Makefile")


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """Return a path as it is told to a reader: from the root of the project."""
    return path.relative_to(ROOT).as_posix()


def code_lines(source: str) -> int:
    """Count lines that hold code: no blank lines, no comments, no docstrings."""
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            held |= set(range(token.start[0], token.end[0] + 1))
    return len(held - _string_lines(ast.parse(source)))


def string_constants(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and value of every string in a syntax tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def joined(problems: Iterable[str]) -> str:
    """Return problems one a line, for the message of an assertion."""
    return "\n".join(["", *problems])


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink() or path.name in _BUILT or _is_hidden_folder(path):
            continue
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _is_hidden_folder(path: Path) -> bool:
    return path.is_dir() and path.name.startswith(".")


def _string_lines(tree: ast.AST) -> set[int]:
    """Return the lines of strings that stand alone: docstrings of modules, things and fields."""
    alone: Sequence[ast.Constant] = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    return {n for node in alone for n in range(node.lineno, (node.end_lineno or 0) + 1)}
