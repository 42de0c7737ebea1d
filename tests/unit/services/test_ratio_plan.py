from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import small_park
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.assets import InService
from taihang.core.quantities import WH_PER_MWH
from taihang.services.ratio_plan import NoRatioPlanError, fit_of, planned_year

XING = read_park(template_text("xingxian"), source="park.toml")
END_2026 = date(2026, 12, 31)


def test_planned_year__of_xing_county_is_975_gwh() -> None:
    planned = planned_year(XING, on=END_2026)

    assert planned.generation_wh == 975_000 * WH_PER_MWH
    assert planned.load_wh == 2_200_000 * WH_PER_MWH


def test_planned_year__leaves_out_what_is_not_in_service_on_the_day() -> None:
    plants = {**XING.plants}
    later = InService(since=date(2027, 1, 1), until=None)
    plants["W03"] = replace(plants["W03"], in_service=later)
    park = replace(XING, plants=plants)

    assert planned_year(park, on=END_2026).generation_wh == 755_000 * WH_PER_MWH
    assert planned_year(park, on=date(2027, 1, 1)).generation_wh == 975_000 * WH_PER_MWH


def test_planned_year__refuses_a_sum_of_which_a_part_is_not_planned() -> None:
    users = {**XING.enterprises}
    users["E05"] = replace(users["E05"], planned_mwh_per_year=None)

    with pytest.raises(NoRatioPlanError, match="E05"):
        planned_year(replace(XING, enterprises=users), on=END_2026)


def test_fit_of__takes_the_thresholds_of_the_day(tmp_path: Path) -> None:
    with small_park.opened(small_park.make(tmp_path / "park", template_text("xingxian"))) as ports:
        now, _ = fit_of(planned_year(ports.park, on=END_2026), ports=ports)
        later, asked = fit_of(planned_year(ports.park, on=date(2030, 12, 31)), ports=ports)

    assert now.export_most_wh == 195_000 * WH_PER_MWH, "S14 (b): the dispatcher's budget"
    assert now.load_most_at_limit_wh == 2_600_000 * WH_PER_MWH
    assert later.load_most_at_limit_wh // (1_000 * WH_PER_MWH) == 2_228
    assert asked.green_min_ratio == Decimal("0.35")
    assert now.fits
    assert later.fits
