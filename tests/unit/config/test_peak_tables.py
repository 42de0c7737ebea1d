"""The tables of the plan stand together or not at all, and none of their values is assumed."""

from decimal import Decimal

import pytest

from taihang.config.park_file import examine_park, read_park
from taihang.config.peak_tables import PEAK_TABLES
from taihang.config.templates import template_text
from taihang.core.park.peak_plan import PeakIndicator
from taihang.core.park.problem import path_text
from taihang.core.park.zero_carbon import CoalBasis, ZeroCarbonChoices

BLANK = template_text("blank")


def problems(text: str) -> list[str]:
    return [path_text(problem.path) for problem in examine_park(text).problems]


def test_read_zero_carbon__takes_what_the_park_decided() -> None:
    park = read_park(
        f"""{BLANK}
[zero_carbon]
coal_basis = "equal"
feedstock_in_energy = false
clean_energy = []
source = "decided by the committee"
""",
        source="park.toml",
    )

    assert park.zero_carbon == ZeroCarbonChoices(
        coal_basis=CoalBasis.EQUAL,
        feedstock_in_energy=False,
        clean_energy=(),
        source="decided by the committee",
    )


def test_read_zero_carbon__has_no_default() -> None:
    assert problems(f"{BLANK}\n[zero_carbon]\n") == [
        f"zero_carbon.{key}"
        for key in ("coal_basis", "feedstock_in_energy", "clean_energy", "source")
    ]


def test_read_peak_plan__is_none_without_any_of_its_tables() -> None:
    assert read_park(BLANK, source="park.toml").peak is None


@pytest.mark.parametrize("table", ["peak_targets", "peak_actions", "peak_stages"])
def test_read_peak_plan__is_whole_or_not_at_all(table: str) -> None:
    assert problems(f"{BLANK}\n[{table}]\nX1 = {{}}\n")[0] == "peak_plan"


def test_read_peak_plan__of_the_demo_is_what_is_public() -> None:
    peak = read_park(template_text("changzhi"), source="changzhi.toml").peak

    assert peak is not None
    assert (len(peak.actions), len(peak.classes), len(peak.projects)) == (6, 7, 25)
    total_cny = sum(project.investment_cny for project in peak.projects.values())
    assert total_cny == peak.base.investment_cny == Decimal(15_000_000_000)
    assert {(one.indicator, one.year) for one in peak.targets.values()} == {
        (indicator, year) for indicator in PeakIndicator for year in (2025, 2030)
    }
    # The one project whose figures are public: 1.512 bn CNY and 280 000 t a year.
    public = peak.projects["P01"]
    assert (public.investment_cny, public.carbon_t_per_year) == (1_512_000_000, 280_000)


def test_read_peak_plan__of_the_demo_marks_what_is_assumed() -> None:
    peak = read_park(template_text("changzhi"), source="changzhi.toml").peak
    assert peak is not None

    stated = [
        *peak.targets.values(),
        *peak.actions.values(),
        *peak.classes.values(),
        *peak.projects.values(),
        *peak.stages.values(),
        peak.uncertainty,
        peak.base,
    ]
    assert all("assum" in one.source or "public" in one.source for one in stated)
    assert len(stated) == 6 + 6 + 7 + 25 + 2 + 1 + 1


def test_peak_tables__are_nine() -> None:
    assert len(PEAK_TABLES) == 9
