"""A project file of an offer: what may come to the park, read as strictly as the park file."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from taihang.config.limit_tables import SOURCE
from taihang.config.object_reader import read_each, read_one
from taihang.config.sheet_file import SheetFileError, read_toml
from taihang.config.table_reader import TableReader
from taihang.config.value_rules import NumberRule
from taihang.core.park.assets import ShiftPattern
from taihang.core.park.candidate import Candidate, CandidateLoad, CandidateProduct
from taihang.core.park.carbon import CbamGood
from taihang.core.park.problem import ParkProblem

_FORMAT: Final = NumberRule(words="the format", unit="1", example="1", at_least=1, at_most=1)
_MWH: Final = NumberRule(words="megawatt-hours a year", unit="MWh/a", example='"445000"', above=0)
_MONEY: Final = NumberRule(words="an amount of money", unit="CNY", example='"1000000"', at_least=0)
_TONNES: Final = NumberRule(words="tonnes a year", unit="t/a", example='"100000"', above=0)
_KWH: Final = NumberRule(words="kilowatt-hours a tonne", unit="kWh/t", example='"4450"', at_least=0)
_KV: Final = NumberRule(words="kilovolts", unit="kV", example="110", above=0)
_KVA: Final = NumberRule(words="kilovolt-amperes", unit="kVA", example="126000", above=0)


class CandidateFileError(SheetFileError):
    """A project file is refused before anything is computed; ``problems`` holds all of it."""

    code = "input.candidate-file"
    wanted = "a project file without any"
    page = "docs/offer.md"


def read_candidate(text: str, *, source: str) -> Candidate:
    """Read a project file.

    Args:
        text: The TOML text.
        source: What it is called in messages.

    Returns:
        The project.

    Raises:
        CandidateFileError: If anything is wrong; it carries all problems.
    """
    document = read_toml(text, source=source, refusal=CandidateFileError)
    problems: list[ParkProblem] = []
    root = TableReader(document, path=(), problems=problems)
    root.count("format", _FORMAT)
    load = read_one(root, "load", _read_load, problems)
    products = read_each(root, "products", _read_product, problems)
    found = read_one(root, "project", lambda table: _read_head(table, load, products), problems)
    root.close()
    if not problems:
        problems += _relations(found)
    if problems:
        raise CandidateFileError(source=source, problems=tuple(problems))
    return found


def _read_head(
    table: TableReader, load: CandidateLoad, products: Mapping[str, CandidateProduct]
) -> Candidate:
    return Candidate(
        id=table.reference("id", example="PJ-LFP"),
        name_zh=table.text("name_zh", example="示例项目"),
        name_en=table.text("name_en", example="Demo project"),
        sector=table.text("sector", example="C38"),
        investment_cny=table.exact("investment_cny", _MONEY),
        value_cny_per_year=table.exact("value_cny_per_year", _MONEY),
        load=load,
        products=products,
        source=table.text("source", example=SOURCE),
    )


def _read_load(table: TableReader) -> CandidateLoad:
    return CandidateLoad(
        mwh_per_year=table.exact("mwh_per_year", _MWH),
        shape=table.optional_choice("shape", ShiftPattern),
        profile=table.optional_text("profile", example="load.csv"),
        voltage_kv=table.number("voltage_kv", _KV),
        transformer_kva=table.number("transformer_kva", _KVA),
        grid_tariff=table.reference("grid_tariff", example="GT-LARGE"),
        line=table.optional_reference("line", example="DL1"),
        feeder=table.optional_reference("feeder", example="F1"),
    )


def _read_product(table: TableReader) -> CandidateProduct:
    return CandidateProduct(
        id=table.id,
        name_zh=table.text("name_zh", example="磷酸铁锂"),
        name_en=table.text("name_en", example="LFP"),
        t_per_year=table.exact("t_per_year", _TONNES),
        kwh_per_t=table.exact("kwh_per_t", _KWH),
        cbam_good=table.optional_choice("cbam_good", CbamGood),
    )


def _relations(found: Candidate) -> list[ParkProblem]:
    """Return what is wrong between the keys."""
    problems: list[ParkProblem] = []
    load = found.load
    if (load.shape is None) == (load.profile is None):
        problems.append(
            ParkProblem(
                path=("load", "shape"),
                given="both shape and profile" if load.shape else "neither shape nor profile",
                expected="exactly one of them",
                remedy="write a shift pattern, or the file with the power of each interval",
            )
        )
    made_mwh = sum((each.mwh_per_year for each in found.products.values()), Decimal(0))
    if made_mwh > load.mwh_per_year:
        problems.append(
            ParkProblem(
                path=("products",),
                given=f"{made_mwh} MWh/a for what is made",
                expected=f"at most mwh_per_year, {load.mwh_per_year}",
                remedy="correct kwh_per_t, t_per_year or mwh_per_year",
            )
        )
    return problems
