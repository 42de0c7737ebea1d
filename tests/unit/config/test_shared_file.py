"""Shared-store files."""

from pathlib import Path

import pytest

from taihang.config.problem_file import ProblemFileError
from taihang.config.shared_file import STORE_NAMES, read_shared, store_text


@pytest.mark.parametrize("name", STORE_NAMES)
def test_read_shared__reads_the_same_from_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "store.toml"
    path.write_text(store_text(name), encoding="utf-8")

    assert read_shared(str(path)).storage == read_shared(name).storage


def test_read_shared__holds_the_figures_of_jinhai_that_are_known() -> None:
    counter = read_shared("jinhai").counter

    assert (counter.target_kwh, counter.invest_cny) == (200e6, 2.3e9)


def test_read_shared__names_the_stores_where_there_is_no_file() -> None:
    with pytest.raises(ProblemFileError, match="jinhai"):
        read_shared("nowhere.toml")
