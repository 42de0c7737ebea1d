"""Nothing in the tree names a workplace, and nothing is a private key."""

import re
from collections.abc import Iterator
from typing import Final

from conventions.source_tree import joined, name_of, text_files

_WORKPLACES: Final = ("work", "farm", "home", "root", "Users")
# Put together here, so that the pattern is not its own first finding.
WORKPLACE: Final = re.compile(rf"(?<![\w.:/~-])/(?:{'|'.join(_WORKPLACES)})/[\w.]")
PRIVATE_KEY: Final = re.compile("-----BEGIN [A-Z ]*PRIVATE" + " KEY-----")
SECRET: Final = re.compile(
    r"""(?i)\b(?:secret|private|password|seed)[a-z_]*["']?\s*[:=]\s*b?["'](?:[0-9a-f]{64}|[A-Za-z0-9+/]{43}=)["']"""
)
PATTERNS: Final = {
    "a path of one machine": WORKPLACE,
    "a private key": PRIVATE_KEY,
    "a secret": SECRET,
}


def findings(text: str) -> Iterator[str]:
    """Yield line and kind of everything that must not be in the tree."""
    for number, line in enumerate(text.splitlines(), start=1):
        for kind, pattern in PATTERNS.items():
            if pattern.search(line):
                yield f"{number}: {kind}"


def test_tree__names_no_workplace_and_holds_no_private_key() -> None:
    files = text_files()

    assert len(files) >= 250
    found = [
        f"{name_of(path)}:{finding}"
        for path in files
        for finding in findings(path.read_text(encoding="utf-8"))
    ]
    assert not found, joined(found)


def test_findings__sees_what_it_looks_for() -> None:
    path = "open('/" + "work/main/x')"
    pem = "-----BEGIN PRIVATE" + " KEY-----"
    secret = "secret_key = '" + "0a" * 32 + "'"
    address = "https://example.org/" + "work/x"

    assert [len(list(findings(line))) for line in (path, pem, secret)] == [1, 1, 1]
    assert not list(findings(f"{address} and ./home/x and sha = '" + "0a" * 32))
