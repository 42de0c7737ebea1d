from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np

import small_park
from ratio_kit import STATED
from taihang.config.park_file import read_park
from taihang.config.templates import template_text
from taihang.core.park.assets import InService
from taihang.core.periods import STEP_S, days
from taihang.core.ratio.flow import FLOWS, FlowSeries
from taihang.services.project_flow import ProjectFlow, project_flow
from taihang.services.ratio_past import has_shapes, levels_of, plan_of, pool_of
from taihang.services.settle import settle

SMALL = read_park(small_park.PARK + STATED, source="park.toml")


def test_levels_of__takes_plans_where_everybody_has_one() -> None:
    demo = read_park(template_text("changzhi"), source="park.toml")

    assert levels_of(demo) == {"pv": "planned", "wind": "planned", "load": "planned"}
    assert levels_of(SMALL) == {"pv": "capacity", "load": "none"}


def test_plan_of__counts_what_is_in_service_on_the_day() -> None:
    joined = date(2026, 7, 3)
    second = replace(
        SMALL.plants["PV01"], id="PV02", in_service=InService(since=joined, until=None)
    )
    park = replace(SMALL, plants={**SMALL.plants, "PV02": second})

    plan = plan_of(date(2026, 7, 1), 4, park)

    assert plan.installed["pv"].tolist() == [1_500, 1_500, 3_000, 3_000]
    assert plan.installed["load"].tolist() == [1, 1, 1, 1]


def test_plan_of__days_of_a_month_share_its_weight() -> None:
    shares = plan_of(date(2026, 1, 1), 365, SMALL).shape_ratio["pv"]

    assert abs(shares.sum() - 1) < 1e-9
    assert shares[0] < shares[31], "February is shorter"
    assert has_shapes(SMALL)
    bare = replace(SMALL, direct_connection=replace(SMALL.direct_connection, shapes={}))
    assert not has_shapes(bare)


def test_pool_of__leaves_out_days_that_are_not_whole(tmp_path: Path) -> None:
    june = small_park.JUNE
    with small_park.opened(small_park.make(tmp_path / "park")) as ports:
        uploads = small_park.uploads(ports, june)
        gap = 96 * 4 + 10
        holed = [
            replace(
                upload,
                blocks=tuple(
                    small_park.but(block, [gap]) if block.point == "M-E02" else block
                    for block in upload.blocks
                ),
            )
            for upload in uploads
        ]
        small_park.store(ports, holed)
        settle(june, ports=ports)
        flow = project_flow(june, ports=ports)
        pool = pool_of(flow, date(2026, 7, 1), ports.park)

    assert pool.n_days == 30
    assert np.flatnonzero(~pool.usable).tolist() == [4]
    wh = small_park.step_wh("M-PV01", june).reshape(30, 96)
    assert np.array_equal(pool.generated_wh["pv"][pool.usable], wh[pool.usable])
    assert pool.first + timedelta(days=30) == date(2026, 7, 1)
    assert STEP_S == 900


def test_pool_of__takes_no_day_of_23_or_25_hours() -> None:
    park = replace(SMALL, time_zone="Europe/Berlin")
    spring = days(date(2026, 3, 28), 3, park.zone)
    n = spring.n_steps
    wh = {name: np.arange(n, dtype=np.int64) for name in FLOWS}
    state = np.zeros(n, np.uint8)
    flow = ProjectFlow(FlowSeries(spring, wh, state, is_curtailment_metered=False), {})

    pool = pool_of(flow, date(2026, 3, 31), park)

    assert n == 96 + 92 + 96
    assert pool.usable.tolist() == [True, False, True]
    assert pool.exported_wh[2].tolist() == list(range(96 + 92, n))
