"""Study files: those that come along are read, others are refused with their name."""

from pathlib import Path

import pytest

from taihang.config.problem_file import ProblemFileError
from taihang.config.study_file import STUDY_NAMES, read_study, study_text


@pytest.mark.parametrize("name", STUDY_NAMES)
def test_read_study__reads_the_same_from_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(study_text(name), encoding="utf-8")

    assert read_study(str(path)).annuities_cny() == read_study(name).annuities_cny()


def test_read_study__holds_the_design_of_xing_county() -> None:
    study = read_study("xingxian")

    made_kwh = sum(study.investments[one.id].least * one.full_load_h for one in study.plants)
    assert made_kwh == 975e6
    assert study.investments["battery-power"].least == 75_000
    assert study.investments["battery-energy"].least == 300_000


@pytest.mark.parametrize("text", [b"format = ", b"\xff\xfe\xff"])
def test_read_study__refuses_what_is_no_toml(text: bytes, tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(text)

    with pytest.raises(ProblemFileError, match="study"):
        read_study(str(path))


def test_read_study__names_the_studies_where_there_is_no_file() -> None:
    with pytest.raises(ProblemFileError, match="xingxian-smelter"):
        read_study("nowhere.toml")
