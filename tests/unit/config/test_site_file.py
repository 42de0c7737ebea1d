"""Station files: those that come along are read, others are refused with their name."""

from pathlib import Path

import pytest

from taihang.config.problem_file import ProblemFileError
from taihang.config.site_file import SITE_NAMES, plain_text, read_site, site_text, toml_table


@pytest.mark.parametrize("name", SITE_NAMES)
def test_read_site__reads_the_same_from_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(site_text(name), encoding="utf-8")

    assert read_site(str(path)).terms == read_site(name).terms
    assert read_site(name).terms.id == name


def test_read_site__names_the_stations_where_there_is_no_file() -> None:
    with pytest.raises(ProblemFileError, match="incubator, tablet"):
        read_site("nowhere.toml")


def test_plain_text__refuses_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(b"\xff\xfe\xff")

    with pytest.raises(ProblemFileError, match="UTF-8"):
        plain_text(path, SITE_NAMES)


def test_toml_table__refuses_what_is_no_toml() -> None:
    for text in ("format = ", "a = " + "[" * 100_000, "a = " + "1" * 5_000):
        with pytest.raises(ProblemFileError, match="site"):
            toml_table(text, "site")


def test_toml_table__a_day_or_time_without_quotes_is_its_text() -> None:
    given = toml_table("on = 2026-01-01\n[[order]]\nfirst = 18:00:00\n", "site")

    assert given == {"on": "2026-01-01", "order": [{"first": "18:00:00"}]}
