"""PROJECT.toml: an application for admission, read as strictly as the park file."""

from collections.abc import Mapping
from typing import Final

from taihang.config.limit_tables import AMOUNT, LEVEL, SOURCE
from taihang.config.object_reader import read_each, read_one
from taihang.config.sheet_file import SheetFileError, read_toml
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.admission.project import Product, Project, ProjectEnergy
from taihang.core.park.problem import ParkProblem

LEVELS: Final = ("national", "sector", "international")
_FORMAT: Final = NumberRule(words="the format", unit="1", example="1", at_least=1, at_most=1)
_TONNES: Final = NumberRule(words="a number of tonnes", unit="t", example='"500"', at_least=0)


class ProjectFileError(SheetFileError):
    """An application is refused before it is judged; ``problems`` holds all that is wrong."""

    code = "input.project-file"
    wanted = "an application without any"
    page = "docs/indicators.md"


def read_project(text: str, *, source: str) -> Project:
    """Read an application.

    Args:
        text: The TOML text.
        source: What it is called in messages.

    Returns:
        The project.

    Raises:
        ProjectFileError: If anything is wrong; it carries all problems.
    """
    document = read_toml(text, source=source, refusal=ProjectFileError)
    problems: list[ParkProblem] = []
    root = TableReader(document, path=(), problems=problems)
    root.count("format", _FORMAT)
    energies = read_each(root, "energies", _read_energy, problems)
    products = read_each(root, "products", _read_product, problems)
    project = read_one(
        root, "project", lambda table: _read_head(table, energies, products), problems
    )
    root.close()
    if problems:
        raise ProjectFileError(source=source, problems=tuple(problems))
    return project


def _read_head(
    table: TableReader, energies: Mapping[str, ProjectEnergy], products: Mapping[str, Product]
) -> Project:
    return Project(
        id=table.reference("id", example="PJ-2026-001"),
        name_zh=table.text("name_zh", example="示例项目"),
        name_en=table.text("name_en", example="Demo project"),
        sector=table.text("sector", example="C38"),
        is_high_energy_high_pollution=table.flag("high_energy_high_pollution"),
        efficiency_level=table.count("efficiency_level", LEVEL),
        coal_t=table.exact("coal_t", _TONNES),
        process_carbon_t=table.exact("process_carbon_t", _TONNES),
        energies=energies,
        demands=table.amounts("demands", AMOUNT),
        products=products,
        replaces=table.words("replaces", example="K1"),
        source=table.text("source", example=SOURCE),
    )


def _read_energy(table: TableReader) -> ProjectEnergy:
    return ProjectEnergy(
        item=table.id,
        amount=table.exact("amount", AMOUNT),
        unit=table.text("unit", example="kWh"),
        carbon_t=table.exact("carbon_t", _TONNES),
    )


def _read_product(table: TableReader) -> Product:
    levels = {name: table.optional_exact(f"{name}_t", _TONNES) for name in LEVELS}
    return Product(
        id=table.id,
        name_zh=table.text("name_zh", example="磷酸铁锂"),
        name_en=table.text("name_en", example="LFP"),
        output=table.exact("output", AMOUNT),
        unit=table.text("unit", example="t"),
        carbon_t=table.exact("carbon_t", _TONNES),
        levels_t={name: level for name, level in levels.items() if level is not None},
    )
