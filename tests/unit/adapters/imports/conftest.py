"""Decodes small text files by the trial map."""

from pathlib import Path

import pytest

from taihang.adapters.imports.account import ImportResult
from taihang.adapters.imports.decode import decode_folder
from taihang.adapters.imports.read_map import parse_map
from trial_map import Changes, Decode, map_text


@pytest.fixture
def decode(tmp_path: Path) -> Decode:
    """Return the function."""

    def run(
        *texts: str | bytes,
        table: Changes | None = None,
        time: Changes | None = None,
        value: Changes | None = None,
    ) -> ImportResult:
        for number, text in enumerate(texts):
            content = text if isinstance(text, bytes) else text.encode()
            (tmp_path / f"{number}.csv").write_bytes(content)
        text = map_text(table=table, time=time, value=value)
        return decode_folder(tmp_path, parse_map(text, where="trial"))

    return run
