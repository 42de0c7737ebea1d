"""An application is read exactly, or refused with everything that is wrong."""

from decimal import Decimal

import pytest

from taihang.config.project_file import ProjectFileError, read_project
from taihang.config.sheet_file import CHARS_MAX
from taihang.core.park.problem import path_text

TEXT = """
format = 1
[project]
id = "PJ1"
name_zh = "示例项目"
name_en = "Demo project"
sector = "C38"
high_energy_high_pollution = false
efficiency_level = 1
coal_t = "0"
process_carbon_t = "10.5"
demands = { so2 = "1.25" }
replaces = ["K1"]
source = "application of 2026-05-01"
[energies]
electricity = { amount = "1000000", unit = "kWh", carbon_t = "530.6" }
[products.P1]
name_zh = "产品"
name_en = "product"
output = "1000"
unit = "t"
carbon_t = "500"
national_t = "0.6"
"""


def test_read_project__is_exact() -> None:
    project = read_project(TEXT, source="p.toml")

    assert project.carbon_t == Decimal("541.1")
    assert project.demands == {"so2": Decimal("1.25")}
    assert project.replaces == ("K1",)
    assert project.products["P1"].levels_t == {"national": Decimal("0.6")}
    assert project.energies["electricity"].item == "electricity"


@pytest.mark.parametrize(
    ("was", "now", "path"),
    [
        ("format = 1", "format = 2", "format"),
        ('sector = "C38"', "sectr = 5", "project.sectr"),
        ('coal_t = "0"\n', "", "project.coal_t"),
        ("high_energy_high_pollution = false\n", "", "project.high_energy_high_pollution"),
        ('so2 = "1.25"', "so2 = -1", "project.demands"),
        ('carbon_t = "530.6"', 'carbon_t = "few"', "energies.electricity.carbon_t"),
        ('output = "1000"', "output = nan", "products.P1.output"),
    ],
)
def test_read_project__tells_what_is_wrong(was: str, now: str, path: str) -> None:
    assert was in TEXT

    with pytest.raises(ProjectFileError) as caught:
        read_project(TEXT.replace(was, now, 1), source="p.toml")

    assert [path_text(problem.path) for problem in caught.value.problems] == [path]
    assert f"p.toml: {path}: given " in str(caught.value)


@pytest.mark.parametrize("text", ["[project", "x" * (CHARS_MAX + 1)])
def test_read_project__refuses_what_is_no_toml(text: str) -> None:
    with pytest.raises(ProjectFileError):
        read_project(text, source="p.toml")


def test_read_project__of_nothing_names_the_tables() -> None:
    with pytest.raises(ProjectFileError) as caught:
        read_project("", source="p.toml")

    assert {path_text(p.path) for p in caught.value.problems} == {"format", "project"}
